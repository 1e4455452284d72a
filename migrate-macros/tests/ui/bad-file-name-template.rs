static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/bad-file-name-template", watch = false);

fn main() {}
