const ORDERS: migcheck::RevisionId = migcheck::revision!("cases/unknown-parent", "20250302090000");

fn main() {}
