static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/reparented-after-lock", watch = false);

fn main() {}
