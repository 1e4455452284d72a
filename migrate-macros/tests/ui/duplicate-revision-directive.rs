static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/duplicate-revision-directive", watch = false);

fn main() {}
