static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/invalid-config-toml", watch = false);

fn main() {}
