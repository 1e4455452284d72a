static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/invalid-config-label", watch = false);

fn main() {}
