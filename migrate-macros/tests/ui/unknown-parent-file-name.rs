static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/unknown-parent-file-name", watch = false);

fn main() {}
