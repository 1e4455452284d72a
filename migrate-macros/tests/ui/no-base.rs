static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/no-base", watch = false);

fn main() {}
