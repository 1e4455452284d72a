//! What a statement that commits by itself leaves behind, and how that is looked up.
//!
//! It is asked for by name, and only of what the statement names: what others change meanwhile, and
//! how large the schema is, does not matter. Counters, which others move, are left out.

use migcheck_core::{Checksum, Dialect};

use super::altered::Part;
use super::aspects::{self, Aspect};
use super::name::{Name, pg_text, text};
use super::words::Word;
use super::{altered, emptied, existing};
use crate::ServerError;
use crate::literal::quoted;
use crate::session::{Row, Session};

/// What tells whether a statement was run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Probe {
    /// A table, view or sequence that is there.
    Created(Name),
    /// Tables, views or sequences that are another than they were.
    Relations {
        names: Vec<Name>,
        /// What comes and goes of them, if that is named; it tells more than all of a definition,
        /// which somebody else may change meanwhile.
        parts: Vec<Part>,
    },
    /// What a statement changes of a table, which may be called otherwise behind it.
    Aspects {
        names: Vec<Name>,
        aspects: Vec<Aspect>,
    },
    /// Tables, views or sequences that are no longer there, or were made anew since.
    Gone {
        names: Vec<Name>,
        /// Whether they need not have been there.
        conditional: bool,
    },
    /// A table that is another one.
    Replaced(Name),
    /// A table whose rows are gone.
    Emptied(Name),
    /// Tables that are called otherwise.
    Renamed {
        before: Vec<Name>,
        after: Vec<Name>,
    },
    Trigger(Name),
    Routine(Name),
    Event {
        name: Name,
        /// Whether it drops itself when it has run.
        is_passing: bool,
    },
    Database(Name),
    /// A database that is no longer there.
    NoDatabase {
        name: Name,
        /// Whether it need not have been there.
        conditional: bool,
    },
    /// A valid index that is there; Postgres, which leaves an invalid one where it fails.
    Built {
        index: Option<String>,
        table: String,
    },
    /// An index that is no longer there, valid or not; Postgres.
    Unbuilt {
        index: String,
    },
    /// What a Postgres server has beside its databases' contents.
    Global {
        name: String,
    },
}

/// What the server's fingerprint of nothing begins with.
const NONE_ON_SERVER: &str = "i0.";

/// What became of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    NotRun,
    Ran,
    /// Some of it was done.
    Partly,
    /// It cannot be told.
    Unknown,
}

impl Probe {
    /// Of `CREATE INDEX CONCURRENTLY` and `DROP INDEX CONCURRENTLY`.
    pub(super) fn index(words: &[Word<'_>]) -> Option<Self> {
        let at = words.iter().position(|word| word.is("CONCURRENTLY"))? + 1;
        let conditional = match words.get(at) {
            Some(word) if word.is("IF") => {
                if words.get(at + 1)?.is("NOT") {
                    3
                } else {
                    2
                }
            }
            _ => 0,
        };
        let tail = words.get(at + conditional..)?;
        if words.first()?.is("DROP") {
            // Only one can be dropped so.
            let (index, _) = Name::read(tail, Dialect::Postgres)?;
            let index = index.quoted();
            return Some(Self::Unbuilt { index });
        }
        let on = tail.iter().position(|word| word.is("ON"))?;
        let index = tail[..on]
            .first()
            .and_then(|word| word.name(Dialect::Postgres));
        let only = usize::from(tail.get(on + 1).is_some_and(|word| word.is("ONLY")));
        let (table, _) = Name::read(&tail[on + 1 + only..], Dialect::Postgres)?;
        let table = table.quoted();
        Some(Self::Built { index, table })
    }

    /// Of a database, a tablespace or a subscription.
    pub(super) fn global(words: &[Word<'_>]) -> Option<Self> {
        let conditional = if words.get(2)?.is("IF") { 2 } else { 0 };
        let not = usize::from(conditional > 0 && words.get(3)?.is("NOT"));
        let name = words.get(2 + conditional + not)?.name(Dialect::Postgres)?;
        Some(Self::Global { name })
    }

    /// The SQL for what there is of it now, where one expression tells.
    pub(super) fn expression(&self) -> Option<String> {
        match self {
            Self::Created(name) => Some(format!(
                "(SELECT CAST(COUNT(*) AS CHAR) FROM information_schema.TABLES \
                 WHERE TABLE_SCHEMA = {} AND TABLE_NAME = {})",
                schema(name),
                text(&name.name)
            )),
            Self::Gone { names, .. } => Some(existing::expression(names)),
            Self::Replaced(name) => Some(existing::expression(std::slice::from_ref(name))),
            Self::Relations { names, parts } if !parts.is_empty() => {
                Some(altered::expression(names, parts))
            }
            Self::Aspects { names, aspects } => Some(aspects::expression(names, aspects)),
            Self::NoDatabase { name, .. } => Some(existing::of_database(name)),
            // How many there are tells by itself.
            Self::Renamed { .. } => Some("''".to_owned()),
            _ => None,
        }
    }

    /// What there is of it now, in 64 characters.
    pub(super) async fn fingerprint(
        &self,
        session: &mut dyn Session,
    ) -> Result<String, ServerError> {
        if let Self::Emptied(name) = self {
            return Ok(emptied::identity(session, name).await);
        }
        let mut rows = session.rows(&self.query(), &[]).await?;
        if matches!(self, Self::Relations { .. }) {
            let definitions: Vec<String> = rows.iter().filter_map(definition).collect();
            if !definitions.is_empty() {
                rows.extend(session.rows(&definitions.join("; "), &[]).await?);
            }
        }
        let mut parts = Vec::new();
        for value in rows.into_iter().flatten() {
            parts.push(without_counter(&value.unwrap_or_default()));
        }
        Ok(Checksum::of_parts(parts.iter().map(String::as_bytes)).to_string())
    }

    /// What became of the statement, before which there was `fingerprint`.
    pub(super) async fn verdict(
        &self,
        session: &mut dyn Session,
        fingerprint: &str,
    ) -> Result<Verdict, ServerError> {
        if let Self::Aspects { names, aspects } = self {
            return aspects::verdict(session, names, aspects, fingerprint).await;
        }
        if let Some(is_same) = self.is_as_on_server(session, fingerprint).await? {
            return self.changed(session, is_same, fingerprint).await;
        }
        // Where several things have to come together, they are counted.
        let (before, after) = match self {
            Self::Created(name) => {
                let is_there = count(session, std::slice::from_ref(name)).await? > 0;
                // Where there was one, the statement has failed, or would have.
                return Ok(match is_there && fingerprint == "0" {
                    true => Verdict::Ran,
                    false => Verdict::NotRun,
                });
            }
            Self::Gone { names, conditional } => {
                let there = existing::read(session, names, fingerprint).await?;
                return Ok(there.dropped(names.len(), *conditional));
            }
            Self::Replaced(name) => {
                let there = existing::read(session, std::slice::from_ref(name), fingerprint);
                return match there.await?.replaced() {
                    // Nothing is lost when it is run again.
                    Verdict::Unknown if !emptied::has_rows(session, name).await? => {
                        Ok(Verdict::NotRun)
                    }
                    verdict => Ok(verdict),
                };
            }
            Self::Emptied(name) => return emptied::verdict(session, name, fingerprint).await,
            Self::Relations { names, parts } if !parts.is_empty() => {
                return altered::verdict(session, names, parts, fingerprint).await;
            }
            Self::NoDatabase { name, conditional } => {
                return existing::dropped_database(session, name, *conditional, fingerprint).await;
            }
            Self::Renamed { before, after } => (&before[..], &after[..]),
            _ => {
                let is_same = self.fingerprint(session).await? == fingerprint;
                return self.changed(session, is_same, fingerprint).await;
            }
        };
        let old = count(session, before).await?;
        let new = count(session, after).await?;
        Ok(match (old, new) {
            (0, new) if new == after.len() => Verdict::Ran,
            (old, 0) if old == before.len() => Verdict::NotRun,
            _ => Verdict::Partly,
        })
    }

    /// What became of a statement where what there is now is the same as before it, or is not.
    async fn changed(
        &self,
        session: &mut dyn Session,
        is_same: bool,
        fingerprint: &str,
    ) -> Result<Verdict, ServerError> {
        let one = match self {
            // Somebody else may have changed it.
            Self::Relations { .. } if !is_same => return Ok(Verdict::Unknown),
            Self::Event { is_passing, .. } => Some(*is_passing),
            Self::Trigger(_) | Self::Routine(_) | Self::Database(_) => Some(false),
            _ => None,
        };
        let Some(is_passing) = one else {
            return Ok(if is_same {
                Verdict::NotRun
            } else {
                Verdict::Ran
            });
        };
        let was_there = !(fingerprint.starts_with(NONE_ON_SERVER)
            || fingerprint == Checksum::of_parts([]).to_string());
        let is_there = !session.rows(&self.query(), &[]).await?.is_empty();
        Ok(match (was_there, is_there) {
            (false, false) if is_passing => Verdict::Unknown,
            _ if is_same => Verdict::NotRun,
            // Another one of the same name.
            (true, true) => Verdict::Unknown,
            _ => Verdict::Ran,
        })
    }

    pub(super) fn query(&self) -> String {
        match self {
            Self::Created(name) | Self::Replaced(name) | Self::Emptied(name) => {
                relations(std::slice::from_ref(name))
            }
            Self::Relations { names, .. }
            | Self::Aspects { names, .. }
            | Self::Gone { names, .. } => relations(names),
            Self::Renamed { before, .. } => relations(before),
            Self::Trigger(name) => of_name(
                name,
                "TRIGGER",
                "TRIGGERS",
                "EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_STATEMENT, CREATED",
            ),
            Self::Routine(name) => of_name(
                name,
                "ROUTINE",
                "ROUTINES",
                "ROUTINE_TYPE, ROUTINE_DEFINITION, CREATED, LAST_ALTERED",
            ),
            Self::Event { name, .. } => {
                of_name(name, "EVENT", "EVENTS", "EVENT_DEFINITION, CREATED")
            }
            Self::Database(name) | Self::NoDatabase { name, .. } => format!(
                "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = {}",
                text(&name.name)
            ),
            Self::Built { index, table } => format!(
                "SELECT c.oid::text, c.relname::text FROM pg_catalog.pg_index i
                 JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
                 WHERE i.indrelid = to_regclass({}) AND i.indisvalid{} ORDER BY c.oid",
                pg_text(table),
                match index {
                    Some(index) => format!(" AND c.relname = {}", pg_text(index)),
                    None => String::new(),
                }
            ),
            Self::Unbuilt { index } => format!("SELECT to_regclass({})::oid::text", pg_text(index)),
            Self::Global { name } => {
                let name = pg_text(name);
                format!(
                    "SELECT 'd', oid::text FROM pg_catalog.pg_database WHERE datname = {name}
                     UNION ALL SELECT 't', oid::text FROM pg_catalog.pg_tablespace WHERE spcname = {name}
                     UNION ALL SELECT 's', subid::text FROM pg_catalog.pg_stat_subscription
                     WHERE subname = {name}"
                )
            }
        }
    }
}

/// How many of the relations there are.
async fn count(session: &mut dyn Session, names: &[Name]) -> Result<usize, ServerError> {
    if names.is_empty() {
        return Ok(0);
    }
    Ok(session.rows(&relations(names), &[]).await?.len())
}

/// Schema, name and kind of each that is there. By equality, for which MariaDB opens no other table.
pub(super) fn relations(names: &[Name]) -> String {
    let one = |name: &Name| {
        format!(
            "SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES \
             WHERE TABLE_SCHEMA = {} AND TABLE_NAME = {}",
            schema(name),
            text(&name.name)
        )
    };
    names
        .iter()
        .map(one)
        .collect::<Vec<_>>()
        .join(" UNION ALL ")
}

/// The query for the definition of what a row of [`relations`] is about.
fn definition(row: &Row) -> Option<String> {
    let [Some(schema), Some(name), Some(kind)] = row.as_slice() else {
        return None;
    };
    let quoted = |name: &str| quoted(Dialect::MySql, name);
    Some(match &**kind {
        "VIEW" => format!(
            "SELECT VIEW_DEFINITION, CHECK_OPTION, DEFINER, SECURITY_TYPE \
             FROM information_schema.VIEWS WHERE TABLE_SCHEMA = {} AND TABLE_NAME = {}",
            text(schema),
            text(name)
        ),
        "SEQUENCE" => return None,
        _ => format!("SHOW CREATE TABLE {}.{}", quoted(schema), quoted(name)),
    })
}

fn of_name(name: &Name, kind: &str, table: &str, columns: &str) -> String {
    format!(
        "SELECT {columns} FROM information_schema.{table} \
         WHERE {kind}_SCHEMA = {} AND {kind}_NAME = {}",
        schema(name),
        text(&name.name)
    )
}

pub(super) fn schema(name: &Name) -> String {
    name.schema
        .as_deref()
        .map_or_else(|| "DATABASE()".to_owned(), text)
}

/// Without the next value of a counter, which every row that is added moves.
fn without_counter(text: &str) -> String {
    const COUNTER: &str = " AUTO_INCREMENT=";
    let mut left = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(COUNTER) {
        left.push_str(&rest[..at]);
        rest = rest[at + COUNTER.len()..].trim_start_matches(|c: char| c.is_ascii_digit());
    }
    left + rest
}
