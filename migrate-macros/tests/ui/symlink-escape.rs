static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/symlink-escape", watch = false);

fn main() {}
