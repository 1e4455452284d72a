static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/removed-after-lock", watch = false);

fn main() {}
