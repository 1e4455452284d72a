//! What is not denied does not fail a build.

static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/rules", watch = false);

fn main() {
    assert_eq!(MIGRATIONS.len(), 1);
}
