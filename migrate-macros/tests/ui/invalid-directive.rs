static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/invalid-directive", watch = false);

fn main() {}
