//! Coming from another migration tool: its history table is read, held against the directory, and
//! recorded as migcheck's own history.
//!
//! Each tool has a file here, which says what its table looks like and what its rows mean
//! (`Tool`). [`find()`] finds the table, [`look`] holds what it says against the revisions, and
//! [`Adoption::record`] records it, if everything matches. The tool's own table is only read.

mod adoption;
mod alembic;
mod dbmate;
mod diesel;
mod error;
mod find;
mod golang_migrate;
mod goose;
mod matching;
mod mismatch;
mod originals;
mod peer;
mod refinery;
mod siphash;
mod sqlx;
mod tool;

pub use adoption::{Adoption, Recorded, look};
pub use error::AdoptError;
pub use find::{Wanted, find, tables};
pub use mismatch::Mismatch;
pub use peer::{Peer, PeerTable};

use tool::Tool;
