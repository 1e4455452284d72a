static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/case-collision", watch = false);

fn main() {}
