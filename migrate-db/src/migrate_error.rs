//! Why a run stopped.

use std::fmt;
use std::time::Duration;

use migcheck_core::pack::CorruptTable;
use migcheck_core::{Direction, PlanError, TargetError};

use crate::ServerError;
use crate::advice::AGAIN;
use crate::empty::Stranger;
use crate::journal::Undecided;
use crate::misfit::{Deleted, Renamed, Skipped};
use crate::schema_check::{Drifted, NoFingerprint};
use crate::script::ScriptError;
use crate::status::Unfinished;

/// Why a run stopped. What was finished before stays applied.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrateError {
    /// The embedded table was written by another version.
    #[error(transparent)]
    Corrupt(#[from] CorruptTable),
    /// The database could not be reached.
    #[error("the database cannot be reached: {cause}; {help}")]
    Connect {
        /// The server's or the driver's words.
        cause: String,
        /// What to do about it.
        help: String,
    },
    /// The target, or what is applied, makes no sense.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A script failed.
    #[error(transparent)]
    Script(#[from] Box<ScriptError>),
    /// Something other than a script was refused.
    #[error("{what}: {server}{}", way_out(help.as_deref()))]
    Refused {
        /// What was tried.
        what: &'static str,
        /// What the server said.
        server: Box<ServerError>,
        /// What to do about it, where that is known; statements to be copied stand in lines of their
        /// own.
        help: Option<String>,
    },
    /// The connection ended in the middle of a run.
    #[error("the connection was lost while {during}: {cause}; {help}")]
    Lost {
        /// What was being done.
        during: String,
        /// The server's or the driver's words.
        cause: String,
        /// What to do about it.
        help: String,
    },
    /// Another run holds the lock.
    #[error("{0}")]
    Locked(Locked),
    /// The database has revisions of a newer program.
    #[error("applied, but not in the directory: {}; the database is ahead of this program: deploy the newer one, or, while both run, allow it with `--allow-ahead`, in a program `allow_ahead`", .0.join(", "))]
    Ahead(Vec<String>),
    /// Nothing that is applied is known.
    #[error("nothing that is applied is in the directory: {}; that is another project's database: name the one that is meant, or the directory that it was made from, or, where both share it, give each a `[history] table` of its own", some_of(.0))]
    OtherDirectory(Vec<String>),
    /// Names without a schema lead to a history table that is not where new tables are made.
    #[error("{0}; {found}; {first}", found = .0.meant(), first = .0.begin())]
    OtherSchema(OtherSchema),
    /// The session was given a search path that a run, which begins with fresh settings, would forget.
    #[error(
        "the search path was set to lead to `{set}` after the connection was opened, and a run begins with the settings that it was opened with, where it leads to `{opened}`; {}",
        opened_with("search_path", set)
    )]
    SearchPath {
        /// The schema that tables are made in as it was set.
        set: String,
        /// The one in which they would be made.
        opened: String,
    },
    /// What a run makes would belong to another role than the connection's user had set.
    #[error(
        "the role was set to `{set}` after the connection was opened, and a run begins with the role that it was opened with, `{opened}`, which would own what is made; {}",
        opened_with("role", set)
    )]
    Role {
        /// The role as it was set.
        set: String,
        /// The one that would act.
        opened: String,
    },
    /// Applied revisions whose scripts the directory has under other ids.
    #[error("{}", with_ways_out(.0, &.0.ways_out()))]
    Renamed(Box<Renamed>),
    /// Applied revisions that the directory does not have, though what it has was applied on top of them.
    #[error("{}", with_ways_out(.0, &.0.ways_out()))]
    Deleted(Box<Deleted>),
    /// Revisions that are not applied, though what builds on them is.
    #[error("{}", with_ways_out(.0, &.0.ways_out()))]
    Skipped(Box<Skipped>),
    /// There are tables, and nothing says how they came.
    #[error(transparent)]
    NotEmpty(Stranger),
    /// Applied scripts that are not what the directory has now.
    #[error("{}", .0.with_ways_out())]
    Edited(Box<Edited>),
    /// Revisions that should be applied and are not.
    #[error("not applied yet: {}; `upgrade` applies them", some_of(.0))]
    Pending(Vec<String>),
    /// The schema is not the one that the applied revisions make.
    #[error("{0}")]
    Drifted(Box<Drifted>),
    /// Whether it is, the fingerprints do not tell.
    #[error(transparent)]
    NoFingerprint(#[from] NoFingerprint),
    /// A script was begun, and this is not the way to its end.
    #[error("{0}; `{verb}` goes on with it, or, when you have finished or undone it by hand, say so with `resolve --script`", verb = .0.goes_on())]
    Unfinished(Unfinished),
    /// A script was begun that the directory does not have.
    #[error(
        "{0}, and is not in the directory; the program that has it goes on with it, or, when you have finished or undone it by hand, say so with `resolve --script`"
    )]
    UnfinishedElsewhere(Unfinished),
    /// It cannot be told where an unfinished script has to go on.
    #[error(transparent)]
    Undecided(#[from] Box<Undecided>),
    /// The server, named here, gives everybody the lock of a session.
    #[error(
        "{0} has no locks that a session keeps, so that two runs could migrate at once; take a lease in their place: `--lease 10m`, in a program `Migrator::lease`"
    )]
    NoLocks(&'static str),
    /// The lease ran out while a statement ran, and somebody else took it.
    #[error(
        "the lease ran out, and another run has taken over; nothing more was done here: make the lease longer than the longest statement, or hand over a pool or a URL, with which it is renewed meanwhile"
    )]
    LeaseLost,
    /// The session that writes the history is not, or no longer, the one that has the lock.
    #[error(
        "this session does not hold the lock that keeps other runs out, and nothing more was done; connect \
         to the server itself, as a pooler in transaction mode keeps no lock, or take a lease: \
         `--lease 10m`, in a program `Migrator::lease` (without a pooler: let no script call \
         `pg_advisory_unlock`)"
    )]
    LockLost,
    /// A revision that is not in the directory has no way down either.
    #[error(
        "`{0}` is not in the directory, and the history table has no down script of it; take it down with the program that has it"
    )]
    NoStoredScript(String),
    /// There is no unfinished script to be resolved.
    #[error("nothing is unfinished{}, so there is nothing to resolve", match .0 { Some(revision) => format!(" of `{revision}`"), None => String::new() })]
    NothingUnfinished(Option<String>),
    /// No statement waits for an answer; the script goes on by itself.
    #[error("{0}, and none is in doubt; `{verb}` goes on with it; when you have finished or undone all of it by hand, say so with `resolve --script`", verb = .0.goes_on())]
    NothingInDoubt(Unfinished),
    /// A step that cannot be taken.
    #[error("`{revision}` has no {direction} script for {dialect}{}", match reason { Some(reason) => format!(": {reason}"), None => String::new() })]
    NoScript {
        /// The revision.
        revision: String,
        /// Which way.
        direction: Direction,
        /// For which dialect.
        dialect: migcheck_core::Dialect,
        /// Why there is none, where the revision says so.
        reason: Option<String>,
    },
    /// What is to be emptied holds the tables of others too.
    #[error("schemas of this database have a history of their own: {}; a reset empties the whole database: drop the schemas that may go yourself", some_of(.0))]
    Shared(Vec<String>),
    /// There is no backup, and so nothing was run.
    #[cfg(feature = "backup")]
    #[error("{0}; nothing was run")]
    Backup(Box<crate::backup::BackupError>),
    /// The feature of this database is not compiled in.
    #[error("migcheck was built without its `{0}` feature; enable it in Cargo.toml")]
    NoEngine(migcheck_core::Dialect),
}

impl MigrateError {
    /// With another way on than to run the same again.
    pub(crate) fn aimed(mut self, way_on: &str) -> Self {
        let help = match &mut self {
            Self::Refused { help, .. } => help.as_mut(),
            Self::Lost { help, .. } => Some(help),
            Self::Script(script) => script.help.as_mut(),
            _ => None,
        };
        if let Some(help) = help {
            *help = help.replace(AGAIN, way_on);
        }
        self
    }
}

impl From<ScriptError> for MigrateError {
    fn from(error: ScriptError) -> Self {
        Self::Script(Box::new(error))
    }
}

impl From<TargetError> for MigrateError {
    fn from(error: TargetError) -> Self {
        Self::Plan(PlanError::Target(error))
    }
}

/// Turns a server's refusal into an error that says what was tried.
pub(crate) fn refused(what: &'static str) -> impl FnOnce(ServerError) -> MigrateError {
    move |server| MigrateError::Refused {
        what,
        server: Box::new(server),
        help: None,
    }
}

/// The end of a sentence that says what to do.
fn way_out(help: Option<&str>) -> String {
    help.map(|help| format!("; {}", help.replace('\n', " ")))
        .unwrap_or_default()
}

/// What is wrong, and what to do about it.
fn with_ways_out(wrong: &impl fmt::Display, ways: &[String]) -> String {
    format!("{wrong}; {}", ways.join("; "))
}

/// Applied scripts that are not what the directory has now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edited {
    /// Their revisions.
    pub revisions: Vec<String>,
    /// The first one's script.
    pub file: Option<String>,
    /// Whether nothing that is applied, of several, is as it was: another project's database is like
    /// that where both count their revisions.
    pub all: bool,
    /// The heads that are applied; none where more is recorded than can be recorded anew.
    pub at: Vec<String>,
}

impl Edited {
    /// The usual way on.
    #[must_use]
    pub fn restore(&self) -> String {
        let file = self.file.as_deref().map(|file| format!(" -- {file}"));
        let other = match self.all {
            true => {
                "nothing applied is as it is here: if that is another project's database, name the one that is meant; else "
            }
            false => "",
        };
        format!(
            "{other}restore what was applied (`git log -p{}`), and put the change into a new revision",
            file.unwrap_or_default()
        )
    }

    /// The way on where the edit is wanted, if there is one.
    #[must_use]
    pub fn accept(&self) -> Option<String> {
        match self.at.as_slice() {
            [at] => Some(format!(
                "if the database is as the edited scripts make it, record them as they are now: \
                 `cargo migcheck stamp {at} --purge`"
            )),
            _ => None,
        }
    }

    fn with_ways_out(&self) -> String {
        let or = self.accept().map(|way| format!("; or, {way}"));
        format!("{self}; {}{}", self.restore(), or.unwrap_or_default())
    }
}

impl fmt::Display for Edited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let revisions = self.revisions.join(", ");
        write!(f, "edited after they were applied: {revisions}")
    }
}

/// How long a run has waited for another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locked {
    /// How long.
    pub waited: Duration,
    /// Who holds the lock, in the server's words, where it tells.
    pub holder: Option<String>,
    /// Whether it is no run of migcheck's, but a connection that writes to a SQLite file.
    pub is_writer: bool,
}

impl fmt::Display for Locked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = match self.is_writer {
            true => "another connection has been writing to",
            false => "another run has been migrating",
        };
        let seconds = self.waited.as_secs();
        let s = if seconds == 1 { "" } else { "s" };
        write!(f, "{who} this database for {seconds} second{s}")?;
        if let Some(holder) = &self.holder {
            write!(f, " ({holder})")?;
        }
        f.write_str(match self.is_writer {
            true => "; wait until its transaction has ended, or end it",
            false => "; wait for it, or end its session",
        })
    }
}

/// A history table in a later schema of the search path. It cannot be told whose it is: it may be older than
/// the schema in front of it, or that the schema of a new tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherSchema {
    /// The schema that new tables are made in.
    pub first: String,
    /// The one behind it that has the history table.
    pub found: String,
}

impl OtherSchema {
    /// The way on where that history is meant.
    #[must_use]
    pub fn meant(&self) -> String {
        let found = &self.found;
        format!(
            "if the history of `{found}` is meant, have the search path begin with `{found}`, or name it: \
             `[history] schema = \"{found}\"`"
        )
    }

    /// The way on where the first schema begins with nothing.
    #[must_use]
    pub fn begin(&self) -> String {
        format!(
            "if `{}` is new, make it a history of its own, with the search path of that schema alone: \
             `?options=-csearch_path={}`",
            self.first,
            in_url(&self.first)
        )
    }
}

impl fmt::Display for OtherSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the search path begins with `{}`, which has no history table, and leads to that of `{}`",
            self.first, self.found
        )
    }
}

/// What to do where a setting was set on the way.
fn opened_with(setting: &str, value: &str) -> String {
    format!(
        "have the connection opened with it: `?options=-c{setting}={}` in the URL, or \
         `ALTER ROLE … SET {setting}`",
        in_url(value)
    )
}

/// A name in the options of a URL; others than plain ones have to be quoted three times over.
fn in_url(schema: &str) -> &str {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    match schema.chars().all(is_plain) {
        true => schema,
        false => "…",
    }
}

/// The first of many.
pub(crate) fn some_of(ids: &[String]) -> String {
    const SHOWN: usize = 5;
    match ids.len() {
        0..=SHOWN => ids.join(", "),
        many => format!("{} and {} more", ids[..SHOWN].join(", "), many - SHOWN),
    }
}
