//! What a service's own tests say about its migrations.

#[test]
fn migrations_round_trip() {
    migcheck::round_trip(&rag_service::MIGRATIONS)
        .on("sqlite")
        .run()
        .assert_passed();
}
