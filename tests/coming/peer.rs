//! Folders of other tools, and the databases that those tools made of them: see `peers/`.

use std::path::PathBuf;

use migcheck::db::Session;
use migcheck::db::adopt::Peer;
use migcheck::harness::Scratch;
use migcheck::{Dialect, RevisionGraph};
use migcheck_core::create;
use migcheck_core::import::{Origin, import};
use tempfile::TempDir;

use crate::support::{ROOT, TestServer, block_on, connect};

/// What the folders of one tool are called.
fn folder(peer: Peer) -> PathBuf {
    PathBuf::from(ROOT)
        .join("tests/coming/peers")
        .join(peer.name())
}

/// The migrations as that tool has them; none of Alembic, whose layout is Python.
pub(crate) fn own_layout(peer: Peer) -> Option<RevisionGraph> {
    let load = || RevisionGraph::load(folder(peer).join("migrations"));
    (peer != Peer::Alembic).then(|| load().unwrap_or_else(|unsound| panic!("{unsound}")))
}

/// The native directory that `cargo migcheck import` writes of them.
pub(crate) struct Imported(TempDir);

impl Imported {
    pub(crate) fn of(peer: Peer) -> Self {
        let source = folder(peer).join("migrations");
        let origin = Origin::from_name(peer.name());
        let imported = import(&source, "migrations", origin).unwrap_or_else(|no| panic!("{no}"));
        let directory = tempfile::tempdir().unwrap();
        create::write(directory.path(), &imported.files).unwrap();
        Self(directory)
    }

    pub(crate) fn graph(&self) -> RevisionGraph {
        RevisionGraph::load(self.0.path()).unwrap_or_else(|unsound| panic!("{unsound}"))
    }

    /// Adds a line to the up script of a revision.
    pub(crate) fn edit(&self, slug: &str, line: &str) {
        let suffix = format!("_{slug}.up.sql");
        let files = std::fs::read_dir(self.0.path()).unwrap().flatten();
        let is_it = |name: &str| {
            let id = name.strip_suffix(&suffix);
            id.is_some_and(|id| !id.contains('_'))
        };
        for file in files.filter(|file| is_it(&file.file_name().to_string_lossy())) {
            let text = std::fs::read_to_string(file.path()).unwrap();
            std::fs::write(file.path(), format!("{text}{line}\n")).unwrap();
        }
    }
}

/// A database that the tool has made.
pub(crate) fn database(server: &TestServer, peer: Peer) -> Database {
    let made = folder(peer).join(format!("made.{}.sql", server.dialect()));
    let made = std::fs::read_to_string(made).unwrap();
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    block_on(session.execute(&made)).unwrap_or_else(|error| panic!("{error}"));
    Database { session, scratch }
}

/// A database, and a session in it.
pub(crate) struct Database {
    // Before the database that it is in.
    pub(crate) session: Box<dyn Session>,
    #[allow(dead_code, reason = "it is there as long as this is")]
    scratch: Scratch,
}

impl Database {
    pub(crate) fn execute(&mut self, sql: &str) {
        block_on(self.session.execute(sql)).unwrap_or_else(|error| panic!("{error}: {sql}"));
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.session.dialect()
    }
}
