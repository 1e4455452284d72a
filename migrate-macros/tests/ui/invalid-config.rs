static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/invalid-config", watch = false);

fn main() {}
