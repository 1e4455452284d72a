static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/unfinished", watch = false);

fn main() {}
