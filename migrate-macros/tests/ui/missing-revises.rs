static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/missing-revises", watch = false);

fn main() {}
