static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/duplicate-revision-case", watch = false);

fn main() {}
