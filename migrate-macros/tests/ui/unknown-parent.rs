static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/unknown-parent", watch = false);

fn main() {}
