static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/redundant-parent", watch = false);

fn main() {}
