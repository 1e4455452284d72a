//! The history table: what a database records of the revisions applied to it.

use std::time::Duration;

use migcheck_core::{Direction, Revision, RevisionGraph, Script};

use crate::ServerError;
use crate::engine::Engine;
use crate::migrate_error::{MigrateError, OtherSchema};
use crate::session::Session;

/// What a row says of its revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevisionState {
    /// It is applied.
    Applied,
    /// Its up script was begun and has not come to its end.
    Applying,
    /// Its down script was begun and has not come to its end.
    Reverting,
}

impl RevisionState {
    /// The word in the table.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Applying => "applying",
            Self::Reverting => "reverting",
        }
    }

    /// The state in which a script of that direction is run.
    pub(crate) const fn during(direction: Direction) -> Self {
        match direction {
            Direction::Up => Self::Applying,
            Direction::Down => Self::Reverting,
        }
    }

    /// The script that was begun and has not come to its end.
    #[must_use]
    pub const fn unfinished(self) -> Option<Direction> {
        match self {
            Self::Applied => None,
            Self::Applying => Some(Direction::Up),
            Self::Reverting => Some(Direction::Down),
        }
    }
}

/// One row of the history table.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HistoryRow {
    /// The revision's id.
    pub revision: String,
    /// Whether it is applied, or was begun.
    pub state: RevisionState,
    /// The checksum of the up script that was run, in hexadecimal.
    pub checksum: String,
    /// The chain checksum it had then.
    pub chain: String,
    /// How many statements are known to have been run of the script that was begun last.
    pub statements_done: usize,
    /// How many statements that script has.
    pub statements_total: usize,
    /// When it was applied: UTC, RFC 3339.
    pub applied_at: String,
    /// How long the script took.
    pub milliseconds: u64,
    /// The account; empty on SQLite.
    pub applied_by: String,
    /// The version of migcheck.
    pub version: String,
    /// What it builds on; `None` in rows that were written before this was recorded.
    pub parents: Option<Vec<String>>,
    /// Whether the table has its down script.
    pub has_down_script: bool,
    /// Of the statement that was begun last, if it is not known what became of it.
    pub(crate) fingerprint: Option<String>,
    /// Of the texts of the statements that were begun.
    pub(crate) done_checksum: Option<String>,
}

/// The columns that a table of an older version lacks. Nobody need fill them.
pub(crate) const ADDED_COLUMNS: [&str; 2] = ["done_checksum", "parents"];

/// The version of migcheck, as recorded.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Where the history of a database is.
#[derive(Clone)]
pub(crate) struct HistoryTable {
    pub(crate) engine: &'static dyn Engine,
    /// `None`: where an unqualified name leads.
    pub(crate) schema: Option<String>,
    /// Letters, digits and `_`.
    pub(crate) name: String,
}

/// Where names without a schema lead, and who goes there.
#[derive(Clone)]
pub(crate) struct Path {
    /// The setting.
    pub(crate) set: String,
    /// The schema that new tables are made in.
    pub(crate) first: String,
    /// A schema behind that, if the history table is found there.
    pub(crate) found: Option<String>,
    /// The role that acts.
    pub(crate) role: String,
}

impl Path {
    fn read(row: crate::Row) -> Self {
        let mut values = row.into_iter();
        let mut next = || values.next().flatten();
        Self {
            set: next().unwrap_or_default(),
            first: next().unwrap_or_default(),
            found: next(),
            role: next().unwrap_or_default(),
        }
    }

    /// That the history table is where new tables are made, if there is one.
    pub(crate) fn check(&self) -> Result<(), MigrateError> {
        match self.found.clone() {
            None => Ok(()),
            Some(found) => Err(MigrateError::OtherSchema(OtherSchema {
                first: self.first.clone(),
                found,
            })),
        }
    }
}

/// What was read of it.
pub(crate) struct History {
    pub(crate) rows: Vec<HistoryRow>,
    /// Nothing where there is one place for tables.
    pub(crate) path: Option<Path>,
    /// Whether it lacks columns.
    pub(crate) is_old: bool,
}

impl HistoryTable {
    /// Its name in SQL.
    pub(crate) fn sql(&self) -> String {
        let name = self.engine.quoted(&self.name);
        match &self.schema {
            Some(schema) => format!("{}.{name}", self.engine.quoted(schema)),
            None => name,
        }
    }

    /// Reads all rows in the order in which they were applied; nothing where there is no table. It is
    /// one round trip, and a second one for a table that lacks columns.
    pub(crate) async fn read(
        &self,
        session: &mut dyn Session,
    ) -> Result<Option<History>, ServerError> {
        let read = match session.rows(&self.select(false), &[]).await {
            Err(error) if self.engine.is_missing_column(&error) => {
                let sql = self.select(true);
                (session.rows(&sql, &[]).await, true)
            }
            read => (read, false),
        };
        match read {
            (Ok(rows), is_old) => {
                let mut rows = rows.into_iter();
                let path = self.engine.path(self).and_then(|_| rows.next());
                Ok(Some(History {
                    path: path.map(Path::read),
                    rows: rows.map(row).collect::<Result<_, _>>()?,
                    is_old,
                }))
            }
            (Err(error), _) if self.engine.is_missing_table(&error) => Ok(None),
            (Err(error), _) => Err(error),
        }
    }

    fn select(&self, is_old: bool) -> String {
        let added = if is_old {
            "NULL, NULL"
        } else {
            "done_checksum, parents"
        };
        // In the same message, because the table may be another schema's, and have no rows.
        let path = self.engine.path(self).map(|path| path + "; ");
        format!(
            "{}SELECT revision, state, checksum, chain, statements_done, statements_total, {}, \
             milliseconds, applied_by, version, down_script IS NOT NULL, fingerprint, {added} \
             FROM {} ORDER BY applied_at, revision",
            path.unwrap_or_default(),
            self.engine.utc("applied_at"),
            self.sql()
        )
    }

    /// Where names without a schema lead.
    pub(crate) async fn path(
        &self,
        session: &mut dyn Session,
    ) -> Result<Option<Path>, ServerError> {
        let Some(sql) = self.engine.path(self) else {
            return Ok(None);
        };
        let row = session.rows(&sql, &[]).await?.into_iter().next();
        Ok(row.map(Path::read))
    }

    /// Names the schema, because scripts may change where an unqualified name leads. `held` is sent
    /// before.
    pub(crate) async fn pin(
        &mut self,
        session: &mut dyn Session,
        held: &str,
    ) -> Result<(), ServerError> {
        let sql = format!("{held}{}", self.engine.home(self));
        let rows = session.rows(&sql, &[]).await?;
        let schema = rows.into_iter().flatten().flatten().next();
        self.schema = schema.filter(|schema| !schema.is_empty());
        Ok(())
    }

    /// Sends the statement that makes this table, after one that makes its schema where that is absent.
    pub(crate) async fn create(
        &self,
        session: &mut dyn Session,
        create: &str,
    ) -> Result<(), ServerError> {
        match (session.execute(create).await, &self.schema) {
            (Err(error), Some(schema)) if self.engine.is_missing_table(&error) => {
                let schema = format!("CREATE SCHEMA {}", self.engine.quoted(schema));
                let made = session.execute(&schema).await;
                // Somebody else may be faster.
                match (session.execute(create).await, made) {
                    (Err(still), Err(error)) if self.engine.is_missing_table(&still) => Err(error),
                    (created, _) => created.map(drop),
                }
            }
            (created, _) => created.map(drop),
        }
    }

    /// Adds the columns that it lacks; its rows stay as they are.
    pub(crate) async fn add_columns(&self, session: &mut dyn Session) -> Result<(), ServerError> {
        let rows = session
            .rows(&self.engine.history_columns(self), &[])
            .await?;
        let known: Vec<String> = rows.into_iter().flatten().flatten().collect();
        for column in ADDED_COLUMNS {
            if !known.iter().any(|name| name == column) {
                let sql = format!(
                    "ALTER TABLE {} ADD COLUMN {column} {}",
                    self.sql(),
                    self.engine.added_type()
                );
                session.execute(&sql).await?;
            }
        }
        Ok(())
    }

    /// The down script of a revision, as it was stored.
    pub(crate) async fn down_script(
        &self,
        session: &mut dyn Session,
        revision: &str,
    ) -> Result<Option<String>, ServerError> {
        let sql = format!(
            "SELECT down_script FROM {} WHERE {}",
            self.sql(),
            self.is(revision)
        );
        let rows = session.rows(&sql, &[]).await?;
        Ok(rows.into_iter().flatten().flatten().next())
    }

    /// The condition for the row of a revision.
    pub(crate) fn is(&self, revision: &str) -> String {
        format!("revision = {}", self.engine.literal(revision))
    }

    /// The statement that removes a revision's row.
    pub(crate) fn delete(&self, revision: &str) -> String {
        format!("DELETE FROM {} WHERE {}", self.sql(), self.is(revision))
    }

    /// The statement that writes a revision's row where there is none.
    pub(crate) fn insert(&self, entry: &Entry, progress: &Progress) -> String {
        self.insert_all(&[(entry, progress)])
    }

    fn insert_all(&self, rows: &[(&Entry, &Progress)]) -> String {
        let rows = rows.iter().map(|(entry, progress)| {
            let text = |text: &str| self.engine.literal(text);
            let or_null = |value: Option<&str>| value.map_or_else(|| "NULL".to_owned(), text);
            format!(
                "({}, '{}', '{}', '{}', {}, {}, {}, {}, {}, {}, {}, '{VERSION}', {})",
                text(&entry.revision),
                progress.state.name(),
                entry.checksum,
                entry.chain,
                progress.done,
                progress.total,
                progress.fingerprint.as_deref().unwrap_or("NULL"),
                or_null(progress.done_checksum.as_deref()),
                or_null(entry.down.as_deref()),
                progress.took.as_millis(),
                self.engine.current_user(),
                text(&entry.parents),
            )
        });
        format!(
            "INSERT INTO {} ({}) VALUES {}",
            self.sql(),
            WRITTEN.join(", "),
            rows.collect::<Vec<_>>().join(", ")
        )
    }

    /// The one statement that writes the rows of these revisions, whether or not there are any.
    pub(crate) fn upsert(&self, rows: &[(&Entry, &Progress)]) -> String {
        let mut sql = self.insert_all(rows);
        sql.push(' ');
        sql.push_str(self.engine.or_update());
        for column in &WRITTEN[1..] {
            sql.push_str(&format!(" {column} = {},", self.engine.proposed(column)));
        }
        sql.push_str(&format!(" applied_at = {}", self.engine.now()));
        sql
    }

    /// The statement that writes how far a script has come; the row is there.
    pub(crate) fn update(&self, revision: &str, progress: &Progress) -> String {
        let or_null = |value: Option<&str>| {
            value.map_or_else(|| "NULL".to_owned(), |text| self.engine.literal(text))
        };
        format!(
            "UPDATE {} SET state = '{}', statements_done = {}, statements_total = {}, \
             fingerprint = {}, done_checksum = {} WHERE {}",
            self.sql(),
            progress.state.name(),
            progress.done,
            progress.total,
            progress.fingerprint.as_deref().unwrap_or("NULL"),
            or_null(progress.done_checksum.as_deref()),
            self.is(revision)
        )
    }
}

/// The columns that are written, in this order; first the key.
#[rustfmt::skip]
const WRITTEN: [&str; 13] = [
    "revision", "state", "checksum", "chain", "statements_done", "statements_total", "fingerprint",
    "done_checksum", "down_script", "milliseconds", "applied_by", "version", "parents",
];

/// What a revision's row says of it, however far it has come.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) revision: String,
    pub(crate) checksum: String,
    pub(crate) chain: String,
    /// Kept, so that an older program can take down what a newer one brought up (sqlx #2943).
    pub(crate) down: Option<String>,
    pub(crate) parents: String,
}

impl Entry {
    /// `up` is the script of the dialect that is run, and `down` the way back.
    pub(crate) fn new(
        graph: &RevisionGraph,
        revision: &Revision,
        up: &Script,
        down: Option<&Script>,
    ) -> Self {
        let parents: Vec<usize> = revision.prerequisites().collect();
        Self {
            revision: revision.id.to_string(),
            checksum: up.checksum.to_string(),
            chain: revision.chain.to_string(),
            down: down.map(crate::stored::text),
            parents: graph.ids(&parents).join(" "),
        }
    }
}

impl Entry {
    /// Of a revision that only its row is known of.
    pub(crate) fn of_row(row: &HistoryRow) -> Self {
        Self {
            revision: row.revision.clone(),
            checksum: row.checksum.clone(),
            chain: row.chain.clone(),
            down: None,
            parents: row.parents.clone().unwrap_or_default().join(" "),
        }
    }
}

/// How far a revision has come.
#[derive(Debug, Clone)]
pub(crate) struct Progress {
    pub(crate) state: RevisionState,
    pub(crate) done: usize,
    pub(crate) total: usize,
    /// As SQL.
    pub(crate) fingerprint: Option<String>,
    pub(crate) done_checksum: Option<String>,
    pub(crate) took: Duration,
}

impl Progress {
    /// The end of a script of so many statements.
    pub(crate) const fn applied(statements: usize, took: Duration) -> Self {
        Self {
            state: RevisionState::Applied,
            done: statements,
            total: statements,
            fingerprint: None,
            done_checksum: None,
            took,
        }
    }
}

fn row(row: crate::Row) -> Result<HistoryRow, ServerError> {
    let mut values = row.into_iter();
    let mut optional = || values.next().flatten();
    let mut next = || optional().unwrap_or_default();
    let (revision, state) = (next(), next());
    let state = match &*state {
        "applied" => RevisionState::Applied,
        "applying" => RevisionState::Applying,
        "reverting" => RevisionState::Reverting,
        _ => {
            return Err(ServerError::local(format!(
                "`{revision}` is in the state `{state}`, which this version does not know; \
                 a newer version of migcheck has written it"
            )));
        }
    };
    Ok(HistoryRow {
        revision,
        state,
        checksum: next().trim_end().to_owned(),
        chain: next().trim_end().to_owned(),
        statements_done: next().parse().unwrap_or_default(),
        statements_total: next().parse().unwrap_or_default(),
        applied_at: next(),
        milliseconds: next().parse().unwrap_or_default(),
        applied_by: next(),
        version: next(),
        has_down_script: matches!(&*next(), "1" | "t" | "true"),
        fingerprint: optional().map(|text| text.trim_end().to_owned()),
        done_checksum: optional(),
        parents: optional().map(|ids| ids.split_whitespace().map(str::to_owned).collect()),
    })
}
