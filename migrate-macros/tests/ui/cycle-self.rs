static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/cycle-self", watch = false);

fn main() {}
