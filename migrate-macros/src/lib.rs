//! migcheck's macros: what `cargo migcheck check` says, said by `cargo build`.
//!
//! Use them through the `migcheck` crate.

mod embed;
mod input;
mod report;
mod revision;
mod test;

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
///
/// The rules are those of `cargo migcheck check`, at the levels of `[rules]` in migcheck.toml. What
/// is denied fails the build; a warning is left to `check`, because a macro has no way to warn.
///
/// Several histories are several `embed!`s, each with a directory and a `[history] table` of its
/// own. One history in several directories is one `embed!`: `include` in migcheck.toml lists them.
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

/// Runs an asynchronous test on a database of its own, with the migrations applied.
///
/// ```text
/// #[migcheck::test(migrations = crate::MIGRATIONS, at = "head", on = "postgres")]
/// async fn finds_users(pool: sqlx::PgPool) { … }
/// ```
///
/// | argument | |
/// |---|---|
/// | `migrations` | what `embed!` made |
/// | `at` | how far up: any target, `"head"` unless told otherwise, `"base"` for an empty database |
/// | `on` | the server: `"postgres:17"`, `"mysql"`, `"sqlite"`, a URL, `"env:DATABASE_URL"`. Unless told otherwise the first of `[roundtrip] servers` that the argument's type can reach, else the type's own |
/// | `fixtures` | scripts that are run after the migrations, relative to this file: `["fixtures/users.sql"]` |
///
/// The function takes a pool or a connection of sqlx, a `Box<dyn migcheck::db::Session>` or a
/// `migcheck::db::DatabaseUrl`, and returns nothing or a `Result<(), E>`. It needs no runtime, and
/// other attributes, such as `#[ignore]` and `#[should_panic]`, mean what they always do.
///
/// Servers are started when the first test needs them, shared by the tests of a binary, and gone
/// when it ends. Where there is none to be had the test fails; it is never skipped. The database is
/// dropped after the test; with the environment variable `MIGCHECK_KEEP=1` that of a failed test is
/// kept, and the test says how to look at it.
#[proc_macro_attribute]
pub fn test(arguments: TokenStream, item: TokenStream) -> TokenStream {
    test::expand(arguments.into(), item.into()).into()
}

/// What `test` is where its feature is not enabled: an error that says so.
#[doc(hidden)]
#[proc_macro_attribute]
pub fn test_without_harness(arguments: TokenStream, item: TokenStream) -> TokenStream {
    test::expand_without_harness(arguments.into(), item.into()).into()
}
