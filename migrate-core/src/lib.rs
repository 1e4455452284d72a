//! migcheck's core: a migration directory becomes a revision graph or a list of findings.
//!
//! Pure: no async, no database, few dependencies, because it is in every user's build.

mod dialect;
pub mod split;

pub use dialect::{Dialect, UnknownDialect};
