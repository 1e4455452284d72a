static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/ambiguous-prefix-label", watch = false);

fn main() {}
