static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/cycle-depends-on", watch = false);

fn main() {}
