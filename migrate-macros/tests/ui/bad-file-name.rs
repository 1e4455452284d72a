static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/bad-file-name", watch = false);

fn main() {}
