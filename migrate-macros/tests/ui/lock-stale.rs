static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/lock-stale", watch = false);

fn main() {}
