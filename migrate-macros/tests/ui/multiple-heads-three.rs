static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/multiple-heads-three", watch = false);

fn main() {}
