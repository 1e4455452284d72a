//! migcheck's macros: what `cargo migcheck check` says, said by `cargo build`.
//!
//! Use them through the `migcheck` crate.

mod embed;
mod input;
mod report;
mod revision;

use proc_macro::TokenStream;

/// Embeds a migration directory, and fails the build when it is not sound.
///
/// ```ignore
/// static MIGRATIONS: migcheck::Migrations = migcheck::embed!("migrations");
/// ```
///
/// The path is relative to the package. build.rs has to call `migcheck::build::watch` with the
/// same path, because rustc alone would not notice a new file; `embed!("migrations", watch = false)`
/// does without.
#[proc_macro]
pub fn embed(input: TokenStream) -> TokenStream {
    embed::expand(input.into()).into()
}

/// The id of a revision, as a constant that does not compile when the directory has no such
/// revision.
///
/// ```ignore
/// const ADD_USERS: migcheck::RevisionId = migcheck::revision!("migrations", "20250824_002");
/// ```
#[proc_macro]
pub fn revision(input: TokenStream) -> TokenStream {
    revision::expand(input.into()).into()
}
