static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/fingerprints-unreadable", watch = false);

fn main() {}
