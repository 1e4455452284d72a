//! The canonical model of a database's whole schema, and the difference of two of them.
//!
//! A [`Snapshot`] is a sorted list of [`Object`]s, each a name and a few properties. One model
//! serves every dialect: a dialect's file holds the queries that fill it (`reading` runs them),
//! and what is written from it, DDL (`ddl.rs`) and differences (`diff.rs`), knows nothing of
//! catalogs. Bookkeeping never enters it: counters, OIDs, the history table, names that the
//! server made up.

mod ddl;
mod diff;
mod ident;
mod object;
mod reader;
#[cfg(any(feature = "postgres", feature = "mysql"))]
mod reading;
mod text_diff;

#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

use migcheck_core::Dialect;
use sha2::{Digest as _, Sha256};

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
    /// Sorted by `Object::listing_key`, every name once.
    objects: Vec<Object>,
}

impl PartialEq for Snapshot {
    fn eq(&self, other: &Self) -> bool {
        self.objects == other.objects
    }
}

impl Eq for Snapshot {}

impl Snapshot {
    /// Puts objects into their canonical order; columns get their place among their siblings.
    fn new(dialect: Dialect, mut objects: Vec<Object>) -> Self {
        objects.sort_by(|a, b| a.listing_key().cmp(&b.listing_key()));
        let mut place = 0;
        for at in 0..objects.len() {
            let first = at == 0 || {
                let (before, here) = (&objects[at - 1].name, &objects[at].name);
                before.kind != here.kind
                    || before.table != here.table
                    || before.schema != here.schema
            };
            place = if first { 0 } else { place + 1 };
            if objects[at].name.kind == ObjectKind::Column {
                objects[at].position = place;
            }
        }
        number_twins(&mut objects);
        Self {
            dialect: Some(dialect),
            objects,
        }
    }

    /// Every object, a table directly before its parts.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.objects.iter()
    }

    /// The object of that name; it looks at all of them.
    #[must_use]
    pub fn get(&self, name: &ObjectName) -> Option<&Object> {
        self.objects.iter().find(|object| object.name == *name)
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
        for object in &self.objects {
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
        self.objects
            .retain(|object| object.stands_with() != Some(table));
    }
}

/// Equal constraints without a name of their own are told apart by a number.
fn number_twins(objects: &mut [Object]) {
    let mut twins = 1;
    for at in 1..objects.len() {
        let (before, rest) = objects.split_at_mut(at);
        let (first, here) = (&before[at - twins].name, &mut rest[0].name);
        if here.unnamed && here == first {
            twins += 1;
            here.name = format!("{} #{twins}", here.name);
        } else {
            twins = 1;
        }
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
