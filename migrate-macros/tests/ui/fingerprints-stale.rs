static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/fingerprints-stale", watch = false);

fn main() {}
