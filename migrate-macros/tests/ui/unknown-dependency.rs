static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/unknown-dependency", watch = false);

fn main() {}
