static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/lock-unreadable-conflict", watch = false);

fn main() {}
