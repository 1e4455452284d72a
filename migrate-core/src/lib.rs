//! migcheck's core: a migration directory becomes a revision graph or a list of findings.
//!
//! [`check`] reads a directory and applies every rule; the macros, the command line and the
//! library all call it, and print its [`Finding`]s with [`render`](mod@render). A directory without
//! graph errors has a [`RevisionGraph`], which plans the steps to a [`Target`] and is
//! [packed](mod@pack) into binaries.
//!
//! Pure: no async, no database, few dependencies, because it is in every user's build.

pub mod build;
mod check;
mod checksum;
mod clock;
mod code;
mod config;
pub mod create;
mod destructive;
mod dialect;
mod draft;
mod finding;
pub mod fingerprints;
pub mod fix;
mod glob;
mod graph;
mod guard;
mod header;
pub mod import;
mod include;
mod layout;
mod lock;
mod locked_edits;
mod naming;
mod nearest;
mod outcome;
pub mod pack;
mod past;
mod read;
pub mod rebase;
mod relock;
pub mod render;
mod revision;
mod script_change;
mod section;
pub mod split;
mod toml_reader;

pub use check::{Checked, Unsound, check, check_files, check_with};
pub use checksum::Checksum;
pub use clock::Stamp;
pub use code::{Code, Severity};
pub use config::{
    CONFIG_FILE, Config, DEFAULT_HISTORY_TABLE, Environment, Heads, KnownFault, Naming,
    RoundTripConfig, UrlSource,
};
pub use destructive::is_destructive;
pub use dialect::{Dialect, UnknownDialect};
pub use finding::{Applicability, Edit, Finding, Label, SourceFile};
pub use graph::{Plan, PlanError, RevisionGraph, Settings, Step, Target, TargetError};
pub use layout::Layout;
pub use lock::{LOCK_FILE, Lock, LockedRevision};
pub use naming::{DEFAULT_TEMPLATE, NameMatch, NameParts, Template, slugify};
pub use nearest::{nearest, nearest_id};
pub use outcome::Outcome;
pub use pack::{EmbeddedRevision, IntoGraph, Migrations};
pub use past::{OldTexts, Past, Since};
pub use read::MAX_SCRIPT_BYTES;
pub use relock::{RelockError, Relocked, relock, relock_moved};
pub use revision::{Direction, InvalidRevisionId, MAX_ID_BYTES, Revision, RevisionId, Script};
pub use split::line_of;
