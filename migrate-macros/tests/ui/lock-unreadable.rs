static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/lock-unreadable", watch = false);

fn main() {}
