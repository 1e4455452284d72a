//! The canonical model of a database's whole schema, and the difference of two of them.
//!
//! A [`Snapshot`] is a sorted list (`groups`) of [`Object`]s, each a name and a few properties. One model
//! serves every dialect: a dialect's file holds the queries that fill it (`reading` runs them),
//! and what is written from it, DDL (`ddl.rs`) and differences (`diff.rs`), knows nothing of
//! catalogs. Bookkeeping never enters it: counters, OIDs, the history table, names that the
//! server made up.

mod ddl;
mod diff;
mod groups;
mod ident;
mod memory;
mod object;
mod portable;
mod reader;
mod text_diff;

#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

use migcheck_core::Dialect;
use sha2::{Digest as _, Sha256};

use groups::Groups;

pub use diff::{Change, ChangeKind, SchemaDiff, diff};
pub use object::{Object, ObjectKind, ObjectName, Property};
pub use reader::SnapshotReader;

use crate::{ServerError, Session};

/// A database's whole schema, in one canonical form: two databases have the same schema exactly
/// when their snapshots are equal.
///
/// It covers all schemas that are not the system's on Postgres, the current database on MySQL and
/// MariaDB, and `main` on SQLite. [`Snapshot::default`] is that of nothing at all.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// Whose DDL it is written in; none while nothing was read.
    dialect: Option<Dialect>,
    /// Every name is in them once.
    groups: Groups,
}

impl PartialEq for Snapshot {
    fn eq(&self, other: &Self) -> bool {
        self.groups == other.groups
    }
}

impl Eq for Snapshot {}

impl Snapshot {
    /// Puts objects into their canonical order; columns get their place among their siblings.
    fn new(dialect: Dialect, objects: Vec<Object>) -> Self {
        Self {
            dialect: Some(dialect),
            groups: Groups::new(objects),
        }
    }

    /// Every object, a table directly before its parts.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.groups.objects()
    }

    /// The object of that name; it looks at all of them.
    #[must_use]
    pub fn get(&self, name: &ObjectName) -> Option<&Object> {
        self.objects().find(|object| object.name == *name)
    }

    /// The dialect it was read from; none for the empty snapshot.
    #[must_use]
    pub const fn dialect(&self) -> Option<Dialect> {
        self.dialect
    }

    /// SHA-256 of everything in it: equal for equal schemas, on every machine.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        // Lengths before texts, so that no two snapshots are spelled alike.
        let mut add = |text: &str| {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text);
        };
        for object in self.objects() {
            let name = &object.name;
            add(name.kind.words());
            add(name.schema.as_deref().unwrap_or_default());
            add(name.table.as_deref().unwrap_or_default());
            add(&name.name);
            add(&object.position.to_string());
            add(&object.properties().len().to_string());
            for (property, value) in object.properties() {
                add(&format!("{property:?}"));
                add(value);
            }
        }
        hash.finalize().into()
    }

    /// The schema as DDL a person reads, in canonical order, which need not be an executable one.
    #[must_use]
    pub fn to_sql(&self) -> String {
        ddl::listing(self)
    }

    /// Takes a table out, with all that belongs to it.
    fn forget_table(&mut self, table: &str) {
        self.groups
            .retain(|object| object.stands_with() != Some(table));
    }
}

/// Reads the schema of the database that `session` is connected to, without changing the session.
///
/// The table `history_table` is left out, in whichever schema it is, and whatever belongs to it;
/// other tools' tables are not.
///
/// # Errors
///
/// What the server answers when it refuses one of the catalog queries.
pub async fn snapshot(
    session: &mut dyn Session,
    history_table: &str,
) -> Result<Snapshot, ServerError> {
    let mut found = match session.dialect() {
        #[cfg(feature = "postgres")]
        Dialect::Postgres => postgres::read(session).await?,
        #[cfg(feature = "mysql")]
        Dialect::MySql => mysql::read(session).await?,
        #[cfg(feature = "sqlite")]
        Dialect::Sqlite => sqlite::read(session).await?,
        #[allow(unreachable_patterns)]
        _ => Snapshot::default(),
    };
    found.forget_table(history_table);
    Ok(found)
}
