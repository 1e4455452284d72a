static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/not-utf8", watch = false);

fn main() {}
