static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/multiple-heads", watch = false);

fn main() {}
