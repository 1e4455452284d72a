//! What `cargo migcheck init` leaves, before there is a first revision.

static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/empty", watch = false);

fn main() {
    assert!(MIGRATIONS.is_empty());
}
