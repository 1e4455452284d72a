static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/parent-deleted", watch = false);

fn main() {}
