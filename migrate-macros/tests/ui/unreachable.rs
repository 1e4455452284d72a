static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/unreachable", watch = false);

fn main() {}
