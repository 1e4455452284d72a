static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/multiple-bases", watch = false);

fn main() {}
