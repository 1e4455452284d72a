static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/invalid-directive-irreversible", watch = false);

fn main() {}
