static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/missing-directory", watch = false);

fn main() {}
