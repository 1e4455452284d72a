static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/duplicate-parent", watch = false);

fn main() {}
