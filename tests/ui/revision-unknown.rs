const NEAR: migcheck::RevisionId = migcheck::revision!("cases/native", "20250302080000");
const FAR: migcheck::RevisionId = migcheck::revision!("cases/native", "banana");

fn main() {}
