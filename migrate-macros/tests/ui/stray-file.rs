static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/stray-file", watch = false);

fn main() {}
