//! Inserting rows, and knowing which tables have them.

mod circle;

use std::collections::{HashMap, HashSet};

use migcheck_core::Dialect;
use migcheck_db::{ServerError, Session};

use super::catalog::{ForeignKey, Table, TableName, quoted};
use super::family::Family;
use super::group::{Making, Style, Targets};
use super::make::{Made, make};
use super::{RowOptions, Unfilled};
use circle::circle;

/// What makes the rows of one database.
#[derive(Debug, Clone)]
pub(super) struct Filler {
    /// How many a table gets.
    count: usize,
    seed: u64,
    /// The tables that were seen.
    known: HashMap<TableName, Known>,
}

#[derive(Debug, Clone)]
struct Known {
    /// Its columns and their types.
    shape: Vec<(String, Family)>,
    /// The number of the next row.
    next: u64,
}

/// How many rows of a parent are referred to.
const PARENTS: usize = 8;

/// Numbers that a seed moves the first row by; small keys have little room.
const SEEDS: u64 = 16;

impl Filler {
    pub(super) fn new(options: RowOptions) -> Self {
        Self {
            count: options.count,
            seed: u64::from(options.seed),
            known: HashMap::new(),
        }
    }

    /// Whether any row was made.
    pub(super) fn has_filled(&self) -> bool {
        self.known
            .values()
            .any(|known| known.next > self.seed % SEEDS)
    }

    /// Fills the tables without rows, and adds a row to those whose columns changed: what is in a
    /// new column of the old ones is the migration's doing.
    pub(super) async fn fill(
        &mut self,
        session: &mut dyn Session,
        tables: &[Table],
        is_late: bool,
    ) -> Result<Vec<Unfilled>, ServerError> {
        let mut populated = populated(session, tables).await?;
        let mut unfilled = Vec::new();
        let mut waiting: Vec<(&Table, &ForeignKey)> = Vec::new();
        for table in tables {
            let shape: Vec<_> = table
                .columns
                .iter()
                .map(|column| (column.name.clone(), column.family.clone()))
                .collect();
            let is_empty = !populated.contains(&table.name);
            let before = self.known.get(&table.name);
            let is_changed = before.is_some_and(|known| known.shape != shape);
            let next = before.map_or(self.seed % SEEDS, |known| known.next);
            self.known.insert(table.name.clone(), Known { shape, next });
            if !is_empty && !is_changed {
                continue;
            }
            if let Some(obstacle) = &table.obstacle {
                unfilled.push(Unfilled::new(table, obstacle.clone()));
                continue;
            }
            // One row that differs from the others: of columns that are made unique in a later step,
            // the step between has made sure that they can be.
            let count = if is_empty { self.count } else { 1 };
            let open = table.foreign_keys.iter().filter(|key| {
                is_empty && key.table != table.name && !populated.contains(&key.table)
            });
            waiting.extend(open.map(|key| (table, key)));
            let styles: &[Style] = match (is_empty, is_late) {
                (true, false) => &[Style::Full, Style::Plain, Style::Bare],
                // Whether a NULL may stand here is not known: an earlier revision may have taken
                // care that none does.
                _ => &[Style::Plain, Style::Bare],
            };
            match self
                .fill_one(session, table, tables, &populated, styles, count)
                .await?
            {
                Ok(filled) => populated.extend(filled),
                // It has rows, and keeps those.
                Err(_) if !is_empty => {}
                Err(reason) => unfilled.push(Unfilled::new(table, reason)),
            }
        }
        waiting.retain(|(table, key)| {
            populated.contains(&table.name) && populated.contains(&key.table)
        });
        for (table, key) in waiting {
            self.close(session, table, key).await?;
        }
        Ok(unfilled)
    }

    /// Tries one style after the other, and a single row in the end. The error is that of the last.
    async fn fill_one(
        &mut self,
        session: &mut dyn Session,
        table: &Table,
        all: &[Table],
        populated: &HashSet<TableName>,
        styles: &[Style],
        count: usize,
    ) -> Result<Result<Vec<TableName>, String>, ServerError> {
        let targets = self.targets(session, table).await?;
        let circle = circle(table, all, populated, &targets);
        if circle.len() > 1 {
            return self.fill_circle(session, &circle).await;
        }
        let mut reason = String::new();
        let last = styles.last().copied().map(|style| (style, 1));
        let attempts = styles.iter().map(|style| (*style, count));
        for (style, count) in attempts.chain(last.filter(|_| count > 1)) {
            let tried = self.attempt(session, table, &targets, style, count);
            match tried.await {
                Ok(()) => return Ok(Ok(vec![table.name.clone()])),
                Err(refused) => reason = refused,
            }
        }
        Ok(Err(reason))
    }

    async fn attempt(
        &mut self,
        session: &mut dyn Session,
        table: &Table,
        targets: &Targets,
        style: Style,
        count: usize,
    ) -> Result<(), String> {
        let start = self.known.get(&table.name).map_or(0, |known| known.next);
        let making = Making {
            table,
            targets,
            style,
            numbers: start..start + count as u64,
            dialect: session.dialect(),
        };
        let groups = making.groups(session).await;
        let made = make(&making, groups, count)?;
        let sql = insert(table, &made, session.dialect());
        let inserted = session.execute(&sql).await;
        inserted.map_err(|error| error.to_string())?;
        if let Some(known) = self.known.get_mut(&table.name) {
            known.next = start + count as u64;
        }
        Ok(())
    }

    /// The rows that each foreign key may refer to.
    async fn targets(
        &self,
        session: &mut dyn Session,
        table: &Table,
    ) -> Result<Targets, ServerError> {
        let dialect = session.dialect();
        let mut targets: Targets = vec![Vec::new(); table.foreign_keys.len()];
        let mut queries = Vec::new();
        for (at, key) in table.foreign_keys.iter().enumerate() {
            // A reference to what is not there, as SQLite allows, has no targets.
            if key.table == table.name || key.referenced.iter().any(String::is_empty) {
                continue;
            }
            let columns: Vec<String> = key
                .referenced
                .iter()
                .map(|name| quoted(name, dialect))
                .collect();
            let literals: Vec<String> = columns
                .iter()
                .zip(&key.columns)
                .map(|(name, at)| literal_of(name, &table.columns[*at].family, dialect))
                .collect();
            let present: Vec<String> = columns
                .iter()
                .map(|name| format!("{name} IS NOT NULL"))
                .collect();
            queries.push(format!(
                "(SELECT {at}, {} FROM {} WHERE {} ORDER BY {} LIMIT {PARENTS})",
                literals.join(", "),
                key.table.quoted(dialect),
                present.join(" AND "),
                columns.join(", "),
            ));
        }
        if queries.is_empty() {
            return Ok(targets);
        }
        let mut sql = queries.join(";\n");
        if dialect == Dialect::Sqlite {
            // It takes no parentheses around a statement.
            let bare = queries
                .iter()
                .map(|query| query.trim_start_matches('(').trim_end_matches(')'));
            sql = bare.collect::<Vec<_>>().join(";\n");
        }
        for mut row in session.rows(&sql, &[]).await? {
            let values: Vec<String> = row.drain(1..).flatten().collect();
            let at = row.pop().flatten().and_then(|at| at.parse::<usize>().ok());
            if let Some(found) = at.and_then(|at| targets.get_mut(at)) {
                found.push(values);
            }
        }
        Ok(targets)
    }
}

/// The tables that hold a row.
async fn populated(
    session: &mut dyn Session,
    tables: &[Table],
) -> Result<HashSet<TableName>, ServerError> {
    let dialect = session.dialect();
    let mut found = HashSet::new();
    // SQLite takes 500 of them in one statement.
    for (chunk, part) in tables.chunks(200).enumerate() {
        let questions: Vec<String> = part
            .iter()
            .enumerate()
            .map(|(at, table)| {
                let from = if dialect == Dialect::MySql {
                    " FROM dual"
                } else {
                    ""
                };
                let name = table.name.quoted(dialect);
                format!("SELECT {at}{from} WHERE EXISTS (SELECT 1 FROM {name})")
            })
            .collect();
        let rows = session.rows(&questions.join(" UNION ALL "), &[]).await?;
        let places = rows.into_iter().flatten().flatten();
        let places = places.filter_map(|at| at.parse::<usize>().ok());
        found.extend(
            places
                .filter_map(|at| tables.get(chunk * 200 + at))
                .map(|table| table.name.clone()),
        );
    }
    Ok(found)
}

/// An expression for the literal that stands for a column's value.
fn literal_of(column: &str, family: &Family, dialect: Dialect) -> String {
    match (dialect, family) {
        (Dialect::Postgres, _) => format!("quote_nullable(CAST({column} AS text))"),
        (Dialect::Sqlite, _) => format!("quote({column})"),
        (Dialect::MySql, Family::Bytes { .. }) => format!("CONCAT('X''', HEX({column}), '''')"),
        (Dialect::MySql, Family::Bits(_)) => format!("CONCAT('b''', BIN({column}), '''')"),
        (Dialect::MySql, _) => format!("QUOTE({column})"),
    }
}

fn insert(table: &Table, made: &Made, dialect: Dialect) -> String {
    let into = format!("INSERT INTO {}", table.name.quoted(dialect));
    if made.columns.is_empty() {
        return match dialect {
            Dialect::MySql => format!("{into} () VALUES ()"),
            Dialect::Postgres | Dialect::Sqlite => format!("{into} DEFAULT VALUES"),
        };
    }
    let names: Vec<String> = made
        .columns
        .iter()
        .map(|at| quoted(&table.columns[*at].name, dialect))
        .collect();
    let is_forced = made.columns.iter().any(|at| table.columns[*at].is_forced);
    let forced = if is_forced {
        " OVERRIDING SYSTEM VALUE"
    } else {
        ""
    };
    let rows: Vec<String> = made
        .rows
        .iter()
        .map(|row| format!("({})", row.join(", ")))
        .collect();
    format!(
        "{into} ({}){forced} VALUES {}",
        names.join(", "),
        rows.join(", ")
    )
}
