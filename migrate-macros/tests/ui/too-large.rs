static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/too-large", watch = false);

fn main() {}
