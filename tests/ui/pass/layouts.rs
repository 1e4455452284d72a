//! Three directories, one crate; the order of each is its layout's own.

static NATIVE: migcheck::Migrations = migcheck::embed!("cases/native", watch = false);
static SQLX: migcheck::Migrations = migcheck::embed!("cases/sqlx", watch = false);
static DIESEL: migcheck::Migrations = migcheck::embed!("cases/diesel", watch = false);

fn ids(migrations: &migcheck::Migrations) -> Vec<&str> {
    migrations.revisions().map(|revision| revision.id).collect()
}

fn main() {
    assert_eq!(ids(&NATIVE), ["20250301090000", "20250302090000"]);
    assert_eq!(ids(&SQLX), ["1", "2", "10"]);
    assert_eq!(ids(&DIESEL), ["00000000000000", "20250302090000"]);
}
