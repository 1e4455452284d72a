//! What `upgrade` and `downgrade` send, as text for a database's own client: psql, mysql, sqlite3.

use std::time::Duration;

use migcheck_core::split::Statement;
use migcheck_core::{Dialect, Direction, Revision, RevisionGraph, Script, Step, line_of};

use crate::engine::Engine;
use crate::engines::engine;
use crate::history::{Entry, HistoryTable, Progress};
use crate::journal::journalled;
use crate::keys;
use crate::script::Prepared;

/// Writes the steps of a plan as SQL.
pub struct Offline<'a> {
    graph: &'a RevisionGraph,
    dialect: Dialect,
    /// `None`: the scripts alone, as they stand.
    table: Option<HistoryTable>,
}

/// A step as SQL. Another one can follow it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfflineStep {
    /// What a client runs.
    pub sql: String,
    /// Whether it is one transaction.
    pub transaction: bool,
}

/// Why a step cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OfflineError {
    /// The revision has no such script.
    #[error("`{revision}` has no {direction} script for {dialect}")]
    NoScript {
        /// The revision.
        revision: String,
        /// Which way.
        direction: Direction,
        /// For which dialect.
        dialect: Dialect,
        /// Why there is none, where the revision says so.
        reason: Option<String>,
    },
    /// The script cannot be read.
    #[error("{file}:{line}: {message}")]
    Script {
        /// Its file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        message: String,
        /// What to do instead, where that is known.
        help: Option<String>,
    },
    /// The feature of this database is not compiled in.
    #[error("migcheck was built without its `{0}` feature; enable it in Cargo.toml")]
    NoEngine(Dialect),
}

impl<'a> Offline<'a> {
    /// A writer of the scripts of `graph` and of their rows in the history table, so that the database
    /// ends as after a run of [`Migrator`](crate::Migrator).
    ///
    /// # Errors
    ///
    /// The feature of this database is not compiled in.
    pub fn new(graph: &'a RevisionGraph, dialect: Dialect) -> Result<Self, OfflineError> {
        let settings = graph.settings();
        let schema = settings.history_schema.clone();
        let table = HistoryTable {
            engine: engine(dialect).ok_or(OfflineError::NoEngine(dialect))?,
            schema: schema.filter(|_| dialect == Dialect::Postgres),
            name: settings.history_table.clone(),
        };
        Ok(Self {
            table: Some(table),
            ..Self::without_history(graph, dialect)
        })
    }

    /// A writer of the scripts alone, which leave the history table as it is.
    #[must_use]
    pub fn without_history(graph: &'a RevisionGraph, dialect: Dialect) -> Self {
        Self {
            graph,
            dialect,
            table: None,
        }
    }

    /// What has to run before the first step: it makes the history table where there is none.
    #[must_use]
    pub fn setup(&self) -> String {
        let Some(table) = &self.table else {
            return String::new();
        };
        let engine = table.engine;
        let schema = table.schema.iter();
        let schema = schema.map(|schema| {
            let schema = engine.quoted(schema);
            format!("CREATE SCHEMA IF NOT EXISTS {schema};\n")
        });
        let schema: String = schema.collect();
        let create = engine.create_history(&table.sql());
        // As it is indented in the source of this program.
        let create = create.replace("\n            ", "\n");
        format!("{}{schema}{create};\n", self.fresh_session(engine))
    }

    /// One step.
    ///
    /// # Errors
    ///
    /// There is no such script, or it cannot be split into statements.
    pub fn step(&self, step: Step) -> Result<OfflineStep, OfflineError> {
        let Some(revision) = self.graph.get(step.revision) else {
            return Ok(OfflineStep {
                sql: String::new(),
                transaction: false,
            });
        };
        let script = self.script(revision, step.direction)?;
        let text = &*script.source.text;
        let prepared = Prepared::new(self.dialect, revision.id.as_str(), script);
        let prepared = prepared.map_err(|error| OfflineError::Script {
            file: script.source.path.clone(),
            line: error.line(),
            message: error.server.message,
            help: error.help,
        })?;
        let statements = &prepared.statements;
        let mut sql = runnable(text, statements, self.dialect);
        let Some(table) = &self.table else {
            let transaction = prepared.wrap && !statements.is_empty();
            if transaction {
                let (before, check, after) = around(&prepared);
                sql = format!("{before}BEGIN;\n{sql}{check}COMMIT;\n{after}");
            }
            return Ok(OfflineStep { sql, transaction });
        };
        if let Some(away) = &prepared.traces.away {
            let there = prepared.statements.get(away.statement);
            return Err(OfflineError::Script {
                file: script.source.path.clone(),
                line: there.map_or(1, |there| line_of(text, there.span.start)),
                message:
                    "`USE` goes to another database, from where SQL as text does not find home"
                        .to_owned(),
                help: Some(AWAY.to_owned()),
            });
        }
        let transaction = prepared.wrap;
        let fresh = self.fresh_session(table.engine);
        let entry = self.entry(revision)?;
        let is_journalled = !transaction && !statements.is_empty();
        if is_journalled {
            sql = journalled(
                table,
                &entry,
                step.direction,
                self.dialect,
                &prepared,
                delimited,
            );
        }
        // How long it takes is not known, and told as nothing.
        let done = Progress::applied(statements.len(), Duration::ZERO);
        let row = match step.direction {
            Direction::Up if is_journalled => table.upsert(&[(&entry, &done)]),
            Direction::Up => table.insert(&entry, &done),
            Direction::Down => table.delete(&entry.revision),
        };
        let (before, check, after) = around(&prepared);
        let fired = match prepared.fired().trim_end() {
            "" => String::new(),
            fired => format!("{fired}\n"),
        };
        // The script may leave settings that would mislead the row.
        sql = match transaction {
            true => format!(
                "{fresh}{before}{};\n{sql}{fired}{fresh}{row};\n{check}COMMIT;\n{after}",
                table.engine.begin()
            ),
            false => format!("{fresh}{before}{sql}{fresh}{after}{row};\n"),
        };
        Ok(OfflineStep { sql, transaction })
    }

    fn script<'r>(
        &self,
        revision: &'r Revision,
        direction: Direction,
    ) -> Result<&'r Script, OfflineError> {
        let script = revision.script(direction, self.dialect);
        script.ok_or_else(|| OfflineError::NoScript {
            revision: revision.id.to_string(),
            direction,
            dialect: self.dialect,
            reason: revision
                .irreversible
                .clone()
                .filter(|_| direction == Direction::Down),
        })
    }

    /// What the history table says of a revision.
    fn entry(&self, revision: &Revision) -> Result<Entry, OfflineError> {
        let up = self.script(revision, Direction::Up)?;
        let down = revision.script(Direction::Down, self.dialect);
        Ok(Entry::new(self.graph, revision, up, down))
    }

    /// The settings that a run begins each script with; its connection speaks UTF-8, and PostgreSQL's
    /// driver sets the time zone.
    fn fresh_session(&self, engine: &dyn Engine) -> String {
        let encoding = match self.dialect {
            Dialect::Postgres => "SET client_encoding = 'UTF8'; SET TimeZone = 'UTC';\n",
            Dialect::MySql => "SET NAMES utf8mb4;\n",
            Dialect::Sqlite => "",
        };
        format!("{};\n{encoding}", engine.reset())
    }
}

/// What to do where a script goes to another database: nobody can say what the one is called that the
/// history and the next script are in.
const AWAY: &str = "name the database in each statement instead, as in `other.t`; `upgrade` and `downgrade` run the \
     script as it is";

/// What a script changes in its session: what stands before it, before the end of its transaction and
/// behind that.
fn around(prepared: &Prepared<'_>) -> (String, &'static str, String) {
    let lines = |all: &[String]| all.iter().map(|sql| format!("{sql};\n")).collect();
    let check = match prepared.wrap && prepared.traces.keys_off {
        true => keys::CHECKED,
        false => "",
    };
    let traces = &prepared.traces;
    (lines(&traces.before), check, lines(&traces.after))
}

/// The script such that another can follow it.
fn runnable(text: &str, statements: &[Statement<'_>], dialect: Dialect) -> String {
    // Where a script changes mysql's delimiter, the next one must find it as it was.
    let changes = |line: &str| {
        let word = line.trim_start().get(..10);
        word.is_some_and(|word| word.eq_ignore_ascii_case("delimiter "))
    };
    let has_delimiters = dialect == Dialect::MySql && text.lines().any(changes);
    let is_cut_short = |one: &Statement<'_>| one.text.contains(';');
    if dialect == Dialect::MySql && !has_delimiters && statements.iter().any(is_cut_short) {
        // Unlike a run, mysql knows no BEGIN … END.
        return statements
            .iter()
            .map(|one| delimited(one, dialect))
            .collect();
    }
    let mut sql = text.trim().to_owned();
    if !sql.is_empty() {
        sql.push('\n');
    }
    let rest = statements.last().and_then(|last| text.get(last.span.end..));
    let is_open = rest.map(str::trim_start).is_some_and(|rest| {
        rest.is_empty() || ["--", "/*", "#"].iter().any(|one| rest.starts_with(one))
    });
    if is_open {
        sql.push_str(";\n");
    }
    if has_delimiters {
        sql.push_str("DELIMITER ;\n");
    }
    sql
}

/// A statement for the client; for mysql behind a delimiter that it does not hold.
fn delimited(statement: &Statement<'_>, dialect: Dialect) -> String {
    let text = statement.text;
    if dialect != Dialect::MySql || !text.contains(';') {
        // A comment at its end would swallow what ends the statement.
        let last = text.lines().next_back().unwrap_or_default();
        let is_commented = ["--", "#"].iter().any(|mark| last.contains(mark));
        let feed = if is_commented { "\n" } else { "" };
        return format!("{text}{feed};\n");
    }
    let mut delimiter = "//".to_owned();
    while text.contains(&*delimiter) {
        delimiter.push('/');
    }
    format!("DELIMITER {delimiter}\n{text}\n{delimiter}\nDELIMITER ;\n")
}
