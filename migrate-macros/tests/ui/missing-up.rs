static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/missing-up", watch = false);

fn main() {}
