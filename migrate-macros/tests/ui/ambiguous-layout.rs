static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/ambiguous-layout", watch = false);

fn main() {}
