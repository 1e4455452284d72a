static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/unknown-parent-in-list", watch = false);

fn main() {}
