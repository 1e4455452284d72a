const ORDERS: migcheck::RevisionId = migcheck::revision!("cases/native", "20250302090000");

static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/native", watch = false);

fn main() {
    let ids: Vec<&str> = MIGRATIONS.revisions().map(|revision| revision.id).collect();
    assert_eq!(ids, ["20250301090000", ORDERS.as_str()]);
}
