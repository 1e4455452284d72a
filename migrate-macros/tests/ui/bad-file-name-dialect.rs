static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/bad-file-name-dialect", watch = false);

fn main() {}
