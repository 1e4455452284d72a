//! What runs left behind that were killed: found by name, and removed by who may.
//!
//! A run cleans up after itself on every way out that a program can see ([`crate::cleanup`]). After
//! `kill -9`, or when the power fails, its things stay. Their names tell which process made them
//! ([`crate::owner`]); the next run takes away what is on this machine and whose process has ended
//! ([`sweep`]), and `cargo migcheck clean` shows and removes the rest.

mod containers;
mod databases;
mod directories;
#[cfg(unix)]
mod processes;
#[cfg(not(unix))]
#[path = "processes_elsewhere.rs"]
mod processes;

use std::fmt;
use std::time::{Duration, SystemTime};

use migcheck_db::{ConnectError, DatabaseUrl, ServerError};
use tokio::sync::OnceCell;

use crate::cleanup::report;
use crate::owner::{Fate, Owner};
use crate::server::docker_answers;

pub(crate) use containers::{KEPT_LABEL, LABEL};
pub(crate) use directories::mark_kept;

/// Longer than any run takes: what cannot be told in another way is a leftover after it.
pub const LONGER_THAN_A_RUN: Duration = Duration::from_secs(24 * 60 * 60);

/// Something that migcheck made outside itself and that is still there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    /// What it is.
    pub kind: LeftoverKind,
    /// Its name; of a directory, the path.
    pub name: String,
    /// Where it is, or what it holds: a container's image, the processes in a directory, a server's
    /// URL with its password masked.
    pub place: Option<String>,
    /// How long ago it was made, as far as clocks agree.
    pub age: Duration,
    /// What is known of the run that made it.
    pub standing: Standing,
    handle: Handle,
}

/// What a leftover is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum LeftoverKind {
    /// A container of a database server.
    Container,
    /// A server of this machine that still runs, with its directory.
    Server,
    /// A temporary directory.
    Directory,
    /// A scratch database in a running server.
    Database,
}

impl LeftoverKind {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Container => "container",
            Self::Server => "server",
            Self::Directory => "directory",
            Self::Database => "database",
        }
    }
}

impl fmt::Display for LeftoverKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What is known of the run that made a leftover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Standing {
    /// Its process is of this machine and has ended.
    Ended,
    /// Its process is of another machine or container, or was before this machine was started.
    Elsewhere,
    /// It was kept on purpose, by `MIGCHECK_KEEP`.
    Kept,
    /// Its process runs, or somebody is connected to it.
    InUse,
}

impl Standing {
    /// The word for it in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ended => "ended",
            Self::Elsewhere => "elsewhere",
            Self::Kept => "kept",
            Self::InUse => "in-use",
        }
    }

    const fn of(owner: Fate, is_kept: bool) -> Self {
        match owner {
            Fate::Lives => Self::InUse,
            _ if is_kept => Self::Kept,
            Fate::Ended => Self::Ended,
            Fate::Unknown => Self::Elsewhere,
        }
    }
}

/// What it takes to remove one.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Handle {
    Container,
    Directory,
    Database(Box<DatabaseUrl>),
}

/// Why a server did not tell what is in it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LeftoversError {
    /// It cannot be reached.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// It does not list its databases.
    #[error("{url} does not list its databases: {error}; use a login that may see them")]
    Refused {
        /// The server, its password masked.
        url: String,
        /// Its answer.
        error: ServerError,
    },
}

/// What was found, and where nothing could be looked for.
#[derive(Debug, Default)]
pub struct Leftovers {
    /// Everything with a name that migcheck gives, whether it is in use or not: containers, this
    /// machine's servers and directories, databases, each by name.
    pub all: Vec<Leftover>,
    /// What could not be looked at, in whole sentences.
    pub unseen: Vec<String>,
}

impl Leftovers {
    /// Looks on this machine, in its Docker engine, and in the servers that `servers` log in to.
    ///
    /// # Errors
    ///
    /// A server that was named cannot be asked. That Docker does not answer is no error, because
    /// there may be none; [`Leftovers::unseen`] says so.
    pub async fn find(servers: &[DatabaseUrl]) -> Result<Self, LeftoversError> {
        let mut found = Self::default();
        let containers = match docker_answers().await {
            Ok(()) => containers::find().await,
            Err(silent) => Err(silent),
        };
        match containers {
            Ok(containers) => found.all.extend(containers),
            Err(why) => found
                .unseen
                .push(format!("containers were not looked for, because {why}")),
        }
        found.all.extend(directories::find());
        for url in servers {
            found.all.extend(databases::find(url).await?);
        }
        let order = |left: &Leftover| (left.kind, left.name.clone());
        found.all.sort_by_key(order);
        found.all.dedup();
        Ok(found)
    }
}

impl Leftover {
    /// Whether it may go: nobody uses it, and it is at least as old as `older_than`. Without that,
    /// what is known to be of an ended run may go at once, and everything else after
    /// [`LONGER_THAN_A_RUN`].
    #[must_use]
    pub fn may_go(&self, older_than: Option<Duration>) -> bool {
        let age = match (self.standing, older_than) {
            (Standing::InUse, _) => return false,
            (_, Some(older_than)) => older_than,
            (Standing::Ended, None) => Duration::ZERO,
            (Standing::Elsewhere | Standing::Kept, None) => LONGER_THAN_A_RUN,
        };
        self.age >= age
    }

    /// Removes it. That somebody else has done so meanwhile is no error.
    ///
    /// # Errors
    ///
    /// What is still there, why, and how to remove it by hand.
    pub async fn remove(&self) -> Result<(), String> {
        match &self.handle {
            Handle::Container => containers::remove(&self.name).await,
            Handle::Directory => directories::remove(&self.name).await,
            Handle::Database(url) => databases::remove(url, &self.name).await,
        }
    }
}

/// Takes away what killed runs left on this machine, once a process: before the first server, which
/// would else have to share the machine with servers that nobody uses any more.
///
/// Nothing is taken that could be in use, or from another machine, or out of others' servers: that is
/// for `cargo migcheck clean`, and for a person to see first. `docker` says whether an engine is there
/// to be asked.
pub(crate) async fn sweep(docker: bool) {
    static HERE: OnceCell<()> = OnceCell::const_new();
    static DOCKER: OnceCell<()> = OnceCell::const_new();
    HERE.get_or_init(async || remove_ended(directories::find()).await)
        .await;
    if docker {
        // Whether the engine can start anything is about to be seen.
        let remove = async || remove_ended(containers::find().await.unwrap_or_default()).await;
        DOCKER.get_or_init(remove).await;
    }
}

async fn remove_ended(found: Vec<Leftover>) {
    for left in found {
        if left.standing == Standing::Ended
            && let Err(error) = left.remove().await
        {
            report(&[error]);
        }
    }
}

/// How long ago `made` was; nothing if that is in the future, as clocks have it.
fn age(made: SystemTime) -> Duration {
    made.elapsed().unwrap_or_default()
}

/// What is known of the run of `owner`.
fn standing(owner: Owner, is_kept: bool) -> Standing {
    Standing::of(owner.fate(), is_kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(standing: Standing, age: Duration) -> Leftover {
        Leftover {
            kind: LeftoverKind::Directory,
            name: "migcheck".to_owned(),
            place: None,
            age,
            standing,
            handle: Handle::Directory,
        }
    }

    #[test]
    fn what_may_go_is_old_enough_and_in_nobodys_use() {
        let (second, day) = (Duration::from_secs(1), LONGER_THAN_A_RUN);
        for (standing, age, older_than, goes) in [
            (Standing::Ended, second, None, true),
            (Standing::Ended, second, Some(day), false),
            (Standing::Elsewhere, second, None, false),
            (Standing::Elsewhere, day, None, true),
            (Standing::Elsewhere, second, Some(second), true),
            (Standing::Kept, second, None, false),
            (Standing::Kept, day, None, true),
            (Standing::InUse, day * 9, None, false),
            (Standing::InUse, day * 9, Some(Duration::ZERO), false),
        ] {
            let left = left(standing, age);
            assert_eq!(left.may_go(older_than), goes, "{left:?} {older_than:?}");
        }
    }
}
