static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/bad-file-name-pair", watch = false);

fn main() {}
