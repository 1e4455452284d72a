static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/two-heads", watch = false);

fn main() {
    let graph = MIGRATIONS.graph().expect("the table is this version's");
    assert_eq!(graph.heads().len(), 2);
}
