static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/cycle", watch = false);

fn main() {}
