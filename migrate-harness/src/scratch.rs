//! Scratch databases: the only ones that migcheck writes to by itself, and the only ones it drops.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::cleanup::{Registered, Undo, register, register_made};
use crate::directory::Directory;
use crate::leftovers::mark_kept;
use crate::names;
use migcheck_core::Dialect;
use migcheck_db::session::BoxFuture;
use migcheck_db::{
    ConnectError, ConnectOptions, DatabaseUrl, ServerError, Session, connect, connect_with,
};

/// A database that was made empty for this run, and goes with this value.
///
/// [`Scratch::remove`] drops it and says how that went; dropping the value, a panic and Ctrl-C drop
/// it too.
pub struct Scratch {
    name: String,
    url: DatabaseUrl,
    own: Registered,
}

impl Scratch {
    /// Creates a database in the server that `admin` logs in to, empty or as a copy of the one that
    /// `template` names. `server` is that server, if migcheck started it: with it goes the database.
    pub(crate) async fn create(
        admin: &DatabaseUrl,
        server: Host<'_>,
        template: Option<&str>,
    ) -> Result<Self, ScratchError> {
        let name = names::database()?;
        let mut session = connect(admin).await?;
        let mut sql = format!("CREATE DATABASE {name}");
        if let Some(template) = template {
            sql.push_str(&format!(" TEMPLATE {template}"));
        }
        let undo = DropDatabase {
            admin: admin.clone(),
            name: name.clone(),
        };
        // Before it is there: should the answer be lost on the way, it is dropped all the same.
        let own = register(undo, server.registered()).await;
        let quickly = !matches!(server, Host::Others) && admin.dialect() == Dialect::Postgres;
        if let Err(error) = create_database(session.as_mut(), &sql, quickly).await {
            // Nothing was made, so nothing is left behind that would be worth a second error.
            drop(own.undo().await);
            return Err(ScratchError::Refused { sql, error });
        }
        Ok(Self {
            url: admin.with_database(&name),
            name,
            own,
        })
    }

    /// Makes a SQLite file in a directory of its own, which also takes its journal; `content` is that
    /// of the database it becomes a copy of.
    pub(crate) async fn create_file(content: Option<&[u8]>) -> Result<Self, ScratchError> {
        let name = names::database()?;
        let mut file = PathBuf::new();
        let own = register_made(|| {
            let dir = Directory::make()?;
            file = dir.path().join(format!("{name}.db"));
            Ok(RemoveDirectory(dir))
        })
        .await?;
        let sqlite: DatabaseUrl = "sqlite::memory:".parse().map_err(io::Error::other)?;
        let url = sqlite.with_database(&file.to_string_lossy());
        if let Some(content) = content {
            std::fs::write(&file, content)?;
        } else {
            let options = ConnectOptions::default().create_if_missing(true);
            connect_with(&url, &options).await?;
        }
        Ok(Self { name, url, own })
    }

    /// Opens a fresh session in it.
    ///
    /// # Errors
    ///
    /// When the server is gone or has no connection left.
    pub async fn connect(&self) -> Result<Box<dyn Session>, ConnectError> {
        connect(&self.url).await
    }

    /// The name of the database, `migcheck_…`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// What its file holds, for a copy of it; nothing where it is no file.
    pub(crate) fn content(&self) -> io::Result<Vec<u8>> {
        match self.url.database() {
            Some(file) if self.url.dialect() == Dialect::Sqlite => std::fs::read(&*file),
            _ => Ok(Vec::new()),
        }
    }

    /// Lets it be, for somebody to look at.
    pub(crate) fn keep(self) {
        if let Some(file) = self.url.database()
            && self.url.dialect() == Dialect::Sqlite
            && let Some(directory) = Path::new(&*file).parent()
        {
            // Unmarked, the next run would take it for a leftover; that is worth no second error.
            let _unmarked = mark_kept(directory);
        }
        self.own.forget();
    }

    /// Drops it, throwing out whoever is still connected.
    ///
    /// # Errors
    ///
    /// When the server does not drop it.
    pub async fn remove(self) -> Result<(), ScratchError> {
        self.own.undo().await.map_err(ScratchError::NotRemoved)
    }
}

impl fmt::Debug for Scratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scratch")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// Whose the server is that a scratch database is made in.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Host<'a> {
    /// migcheck started it in this process, and takes it down with its databases.
    Own(&'a Registered),
    /// migcheck started it, and another process of it takes it down.
    Kept,
    /// Somebody else's: it gets no more load than it has to.
    Others,
}

impl<'a> Host<'a> {
    fn registered(self) -> Option<&'a Registered> {
        match self {
            Self::Own(own) => Some(own),
            Self::Kept | Self::Others => None,
        }
    }
}

/// Why there is no scratch database, or still is one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScratchError {
    /// The server cannot be reached.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The server does not create a database.
    #[error("the server refused `{sql}`: {error}; use a login that may create and drop databases")]
    Refused {
        /// The statement.
        sql: String,
        /// The server's answer.
        error: ServerError,
    },
    /// There is no temporary directory to be had.
    #[error(
        "cannot make a scratch database: {0}; see that TMPDIR is a directory that can be written to"
    )]
    System(#[from] io::Error),
    /// The database is still there.
    #[error("could not clean up: {0}")]
    NotRemoved(String),
}

/// Runs `CREATE DATABASE`. `quickly` copies the files of the template, in a third of the time that
/// PostgreSQL's default takes; it forces checkpoints, which is nothing to do to a server of others.
async fn create_database(
    session: &mut dyn Session,
    sql: &str,
    quickly: bool,
) -> Result<(), ServerError> {
    if quickly {
        match session.execute(&format!("{sql} STRATEGY FILE_COPY")).await {
            // Before release 15 there was no other way, and so no such option.
            Err(error) if error.code.as_deref() == Some(SYNTAX_ERROR) => {}
            done => return done.map(|_| ()),
        }
    }
    session.execute(sql).await.map(|_| ())
}

/// PostgreSQL's SQLSTATE for what its release does not know yet.
const SYNTAX_ERROR: &str = "42601";

/// Drops a database, with the same login that created it.
struct DropDatabase {
    admin: DatabaseUrl,
    name: String,
}

impl Undo for DropDatabase {
    fn undo(self: Box<Self>) -> BoxFuture<'static, Result<(), String>> {
        Box::pin(async move {
            let Self { admin, name } = *self;
            drop_database(&admin, &name).await.map_err(|error| {
                format!("the database {name} of {admin} ({error}); remove it with `DROP DATABASE {name}`")
            })
        })
    }
}

pub(crate) async fn drop_database(admin: &DatabaseUrl, name: &str) -> Result<(), String> {
    let options = ConnectOptions::default().timeout(Duration::from_secs(5));
    let mut session = connect_with(admin, &options)
        .await
        .map_err(|error| error.cause().to_owned())?;
    let drop = format!("DROP DATABASE IF EXISTS {name}");
    let dropped = match admin.dialect() {
        Dialect::Postgres => match drop_postgres(session.as_mut(), name, &drop).await {
            Err(error) if error.code.as_deref() == Some(IN_USE) => {
                drop_subscriptions(&admin.with_database(name)).await?;
                drop_postgres(session.as_mut(), name, &drop).await
            }
            done => done,
        },
        Dialect::MySql | Dialect::Sqlite => drop_mysql(session.as_mut(), name, &drop).await,
    };
    dropped.map_err(|error| error.to_string())
}

/// PostgreSQL's SQLSTATE for a database that subscriptions are of; FORCE has ended sessions.
const IN_USE: &str = "55006";

/// Drops the subscriptions that a migration made, with their slots where the publisher answers.
async fn drop_subscriptions(database: &DatabaseUrl) -> Result<(), String> {
    let connected = connect_with(database, &ConnectOptions::default()).await;
    let mut session = connected.map_err(|error| error.cause().to_owned())?;
    let names = "SELECT quote_ident(s.subname) FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid
                 WHERE d.datname = current_database()";
    let names = session.rows(names, &[]).await;
    for name in names
        .map_err(|error| error.to_string())?
        .into_iter()
        .flatten()
        .flatten()
    {
        let drop = format!("DROP SUBSCRIPTION {name}");
        if session.execute(&drop).await.is_ok() {
            continue;
        }
        let alter = format!("ALTER SUBSCRIPTION {name}");
        for sql in [
            format!("{alter} DISABLE"),
            format!("{alter} SET (slot_name = NONE)"),
            drop,
        ] {
            session
                .execute(&sql)
                .await
                .map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}

async fn drop_postgres(
    session: &mut dyn Session,
    name: &str,
    drop: &str,
) -> Result<(), ServerError> {
    match session.execute(&format!("{drop} WITH (FORCE)")).await {
        // FORCE came with release 13.
        Err(error) if error.code.as_deref() == Some(SYNTAX_ERROR) => {}
        done => return done.map(|_| ()),
    }
    let sessions =
        format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    session.rows(&sessions, &[]).await?;
    session.execute(drop).await.map(|_| ())
}

/// A session that is in the middle of something holds locks, for which DROP would wait a year.
async fn drop_mysql(session: &mut dyn Session, name: &str, drop: &str) -> Result<(), ServerError> {
    let sessions = format!(
        "SELECT CONCAT('KILL ', id) FROM information_schema.processlist WHERE db = '{name}'"
    );
    for kill in session
        .rows(&sessions, &[])
        .await?
        .into_iter()
        .flatten()
        .flatten()
    {
        // It may have ended by itself since, which is no matter.
        let _ended = session.execute(&kill).await;
    }
    session.execute(drop).await.map(|_| ())
}

struct RemoveDirectory(Directory);

impl Undo for RemoveDirectory {
    fn undo(self: Box<Self>) -> BoxFuture<'static, Result<(), String>> {
        Box::pin(self.0.remove())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[tokio::test]
    async fn a_sqlite_scratch_is_a_file_that_goes() {
        let scratch = Scratch::create_file(None).await.unwrap();
        let file = PathBuf::from(scratch.url().database().unwrap().as_ref());
        assert!(file.exists());
        let mut session = scratch.connect().await.unwrap();
        session
            .execute("CREATE TABLE t (id INTEGER)")
            .await
            .unwrap();
        scratch.remove().await.unwrap();
        assert!(!file.parent().unwrap().exists());
    }

    #[tokio::test]
    async fn dropping_a_scratch_removes_it_too() {
        let scratch = Scratch::create_file(None).await.unwrap();
        let file = PathBuf::from(scratch.url().database().unwrap().as_ref());
        drop(scratch);
        assert!(!file.exists());
    }
}
