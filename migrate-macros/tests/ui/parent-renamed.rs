static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/parent-renamed", watch = false);

fn main() {}
