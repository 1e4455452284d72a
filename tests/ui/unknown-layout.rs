static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/unknown-layout", watch = false);

fn main() {}
