static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/duplicate-label", watch = false);

fn main() {}
