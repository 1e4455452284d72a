static MIGRATIONS: migcheck::Migrations = migcheck::embed!("cases/head-labels", watch = false);

fn main() {
    let graph = MIGRATIONS.graph().expect("the table is this version's");
    assert_eq!(graph.ids(&graph.heads()), ["20250302090000", "20250303090000"]);
}
