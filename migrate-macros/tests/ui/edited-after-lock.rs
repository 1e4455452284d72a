static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/edited-after-lock", watch = false);

fn main() {}
