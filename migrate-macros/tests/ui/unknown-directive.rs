static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/unknown-directive", watch = false);

fn main() {}
