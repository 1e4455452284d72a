static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/empty-down", watch = false);

fn main() {}
