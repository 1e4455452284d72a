static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/native");

fn main() {}
