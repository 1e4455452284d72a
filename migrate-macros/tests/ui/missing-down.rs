static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/missing-down", watch = false);

fn main() {}
