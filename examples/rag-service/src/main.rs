//! migcheck
fn main() {}
