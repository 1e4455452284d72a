static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/duplicate-revision", watch = false);

fn main() {}
