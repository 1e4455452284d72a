//! Migrations that fail where it is cheapest to fix: in `cargo build`, then in `cargo migcheck`,
//! then in a round trip against a real database in CI, and never in production.
//!
//! ```ignore
//! static MIGRATIONS: migcheck::Migrations = migcheck::embed!("migrations");
//! ```
//!
//! With the feature `postgres`, `mysql` or `sqlite` there is `Migrator`, which applies them; with
//! `harness` there is `round_trip`, which proves in a test that every revision goes up, down and
//! up again, and `#[migcheck::test]`, which runs a test on a migrated database of its own.

pub use migcheck_core::{
    Checked, Code, Dialect, Direction, Finding, IntoGraph, Migrations, Revision, RevisionGraph,
    RevisionId, Severity, build, check,
};
#[cfg(any(feature = "postgres", feature = "mysql", feature = "sqlite"))]
pub use migcheck_db::{self as db, MigrateError, Migrator};
#[cfg(feature = "harness")]
pub use migcheck_harness::{self as harness, Outcome, RoundTripReport, round_trip};
#[cfg(feature = "harness")]
pub use migcheck_macros::test;
#[cfg(not(feature = "harness"))]
pub use migcheck_macros::test_without_harness as test;
pub use migcheck_macros::{embed, revision};

/// What the macros expand to; no part of the interface.
#[cfg(feature = "harness")]
#[doc(hidden)]
pub mod __private {
    pub use migcheck_harness::testing::{TestCase, run_test};
}
