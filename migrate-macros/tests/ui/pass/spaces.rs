//! The directory is copied from `native` when the test runs.

static MIGRATIONS: migcheck::Migrations =
    migcheck::embed!("cases/größen und maße", watch = false);

fn main() {
    assert_eq!(MIGRATIONS.len(), 2);
}
