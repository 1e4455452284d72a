static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/missing-dialect", watch = false);

fn main() {}
