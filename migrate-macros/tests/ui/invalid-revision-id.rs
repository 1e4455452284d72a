static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/invalid-revision-id", watch = false);

fn main() {}
