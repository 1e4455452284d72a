static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/multiple-heads-labels", watch = false);

fn main() {}
