//! What the fuzz targets hold the readers to: the properties that migcheck-core's own tests assert.

#[path = "../../migrate-core/tests/properties/mod.rs"]
pub mod properties;
