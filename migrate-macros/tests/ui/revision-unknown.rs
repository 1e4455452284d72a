const FILE: migcheck::RevisionId =
    migcheck::revision!("cases/native", "20250302090000_create_orders");
const START: migcheck::RevisionId = migcheck::revision!("cases/native", "20250302");
const OTHER: migcheck::RevisionId = migcheck::revision!("cases/native", "20250302080000");

fn main() {}
