static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/invalid-directive-disagreement", watch = false);

fn main() {}
