//! The tools that a database may come from, and the tables they keep their history in.

use std::fmt;

use migcheck_core::Dialect;

use super::{Tool, alembic, dbmate, diesel, golang_migrate, goose, refinery, sqlx};
use crate::engines::engine;

/// A tool whose history can be taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Peer {
    /// Alembic: `alembic_version`.
    Alembic,
    /// sqlx: `_sqlx_migrations`.
    Sqlx,
    /// diesel: `__diesel_schema_migrations`.
    Diesel,
    /// refinery: `refinery_schema_history`.
    Refinery,
    /// golang-migrate: `schema_migrations`.
    GolangMigrate,
    /// dbmate: `schema_migrations`, with other columns.
    Dbmate,
    /// goose: `goose_db_version`.
    Goose,
}

impl Peer {
    /// Every tool, in the order in which help lists them.
    pub const ALL: [Self; 7] = [
        Self::Alembic,
        Self::Sqlx,
        Self::Diesel,
        Self::Refinery,
        Self::GolangMigrate,
        Self::Dbmate,
        Self::Goose,
    ];

    /// The name that `--from` takes.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Alembic => "alembic",
            Self::Sqlx => "sqlx",
            Self::Diesel => "diesel",
            Self::Refinery => "refinery",
            Self::GolangMigrate => "golang-migrate",
            Self::Dbmate => "dbmate",
            Self::Goose => "goose",
        }
    }

    /// The tool of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|peer| peer.name() == name)
    }

    /// The name of its table, unless somebody gave it another.
    #[must_use]
    pub fn table(self) -> &'static str {
        self.tool().table()
    }

    pub(super) fn tool(self) -> &'static dyn Tool {
        match self {
            Self::Alembic => &alembic::Alembic,
            Self::Sqlx => &sqlx::Sqlx,
            Self::Diesel => &diesel::Diesel,
            Self::Refinery => &refinery::Refinery,
            Self::GolangMigrate => &golang_migrate::GolangMigrate,
            Self::Dbmate => &dbmate::Dbmate,
            Self::Goose => &goose::Goose,
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A history table of another tool.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PeerTable {
    /// Whose it is.
    pub peer: Peer,
    /// The schema it is in; none on SQLite, and on MySQL, where it is in the database itself.
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
    /// Whether it can be called without its schema.
    pub(crate) is_visible: bool,
}

impl PeerTable {
    /// The statement that removes it, once nothing uses the tool any more.
    #[must_use]
    pub fn drop_statement(&self, dialect: Dialect) -> String {
        format!("DROP TABLE {};", self.quoted(dialect))
    }

    /// Its name as SQL has it.
    pub(super) fn quoted(&self, dialect: Dialect) -> String {
        let quoted = |name: &str| match engine(dialect) {
            Some(engine) => engine.quoted(name),
            None => name.to_owned(),
        };
        match &self.schema {
            Some(schema) => format!("{}.{}", quoted(schema), quoted(&self.name)),
            None => quoted(&self.name),
        }
    }
}

/// The name, with its schema where that has to be said.
impl fmt::Display for PeerTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schema {
            Some(schema) if !self.is_visible => write!(f, "{schema}.{}", self.name),
            _ => f.write_str(&self.name),
        }
    }
}
