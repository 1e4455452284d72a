static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/missing-down-dialect", watch = false);

fn main() {}
