//! The part of the service that its binary and its tests share.

/// The service's schema, checked when this was compiled.
pub static MIGRATIONS: migcheck::Migrations = migcheck::embed!("migrations");

/// The revision since which a document belongs to a conversation.
pub const CONVERSATIONS: migcheck::RevisionId = migcheck::revision!("migrations", "007");
