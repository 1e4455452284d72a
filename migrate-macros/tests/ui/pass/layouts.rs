//! Several directories in one crate; the order of each is its layout's own.

static NATIVE: migcheck::Migrations = migcheck::embed!("cases/native", watch = false);
static SQLX: migcheck::Migrations = migcheck::embed!("cases/sqlx", watch = false);
static DIESEL: migcheck::Migrations = migcheck::embed!("cases/diesel", watch = false);
static REFINERY: migcheck::Migrations = migcheck::embed!("cases/refinery", watch = false);
static GOLANG: migcheck::Migrations = migcheck::embed!("cases/golang-migrate", watch = false);
static GOOSE: migcheck::Migrations = migcheck::embed!("cases/goose", watch = false);
static DBMATE: migcheck::Migrations = migcheck::embed!("cases/dbmate", watch = false);

fn ids(migrations: &migcheck::Migrations) -> Vec<&str> {
    migrations.revisions().map(|revision| revision.id).collect()
}

fn main() {
    assert_eq!(ids(&NATIVE), ["20250301090000", "20250302090000"]);
    assert_eq!(ids(&SQLX), ["1", "2", "10"]);
    assert_eq!(ids(&DIESEL), ["00000000000000", "20250302090000"]);
    assert_eq!(ids(&REFINERY), ["1", "2"]);
    assert_eq!(ids(&GOLANG), ["000001", "000002"]);
    assert_eq!(ids(&GOOSE), ["00001", "00002"]);
    assert_eq!(ids(&DBMATE), ["20250301090000", "20250302090000"]);
}
