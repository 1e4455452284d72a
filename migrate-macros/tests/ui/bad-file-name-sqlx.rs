static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/bad-file-name-sqlx", watch = false);

fn main() {}
