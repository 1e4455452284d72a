//! What is in the tables.
//!
//! Tables in a round trip hold few rows, so that these are read as they are: a difference can be
//! shown, and not merely found. Of a table that a fixture made large the server computes digests.

use std::collections::BTreeMap;

use migcheck_core::Dialect;
use migcheck_db::{Row, ServerError, Session};

use super::catalog::{Column, Table, TableName, quoted};
use super::family::Family;

/// Rows of a table that are read; of one with more, digests are.
pub(super) const MOST: usize = 2_000;

/// The rows of some tables.
#[derive(Debug, Clone, Default)]
pub(crate) struct Contents {
    /// The day it is for the server, as it begins a date or a time.
    pub(super) today: String,
    pub(super) tables: BTreeMap<TableName, Content>,
}

#[derive(Debug, Clone)]
pub(super) struct Content {
    pub(super) columns: Vec<Known>,
    /// The columns a row is known by.
    pub(super) key: Vec<usize>,
    pub(super) rows: Kept,
}

#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) name: String,
    pub(super) is_moment: bool,
    /// The server changes it by itself.
    pub(super) is_stamp: bool,
    /// Nothing fills it but statements.
    pub(super) is_certain: bool,
}

#[derive(Debug, Clone)]
pub(super) enum Kept {
    Rows(Vec<Row>),
    Digest {
        count: usize,
        /// Of each column how many values are not NULL, and a number made of them.
        columns: Vec<(usize, String)>,
    },
}

pub(super) async fn read(
    session: &mut dyn Session,
    tables: &[Table],
) -> Result<Contents, ServerError> {
    let dialect = session.dialect();
    let mut found = Contents::default();
    if tables.is_empty() {
        return Ok(found);
    }
    let mut queries = vec!["SELECT CURRENT_DATE".to_owned()];
    for (at, table) in tables.iter().enumerate() {
        let mut columns: Vec<String> = vec![at.to_string()];
        columns.extend(table.columns.iter().map(|column| shown(column, dialect)));
        queries.push(format!(
            "SELECT {} FROM {} LIMIT {}",
            columns.join(", "),
            table.name.quoted(dialect),
            MOST + 1
        ));
    }
    let mut rows: Vec<Vec<Row>> = vec![Vec::new(); tables.len()];
    for (at, mut row) in session
        .rows(&queries.join(";\n"), &[])
        .await?
        .into_iter()
        .enumerate()
    {
        let first = row.first_mut().and_then(Option::take).unwrap_or_default();
        if at == 0 {
            found.today = first;
        } else if let Some(into) = first.parse::<usize>().ok().and_then(|at| rows.get_mut(at)) {
            row.remove(0);
            into.push(row);
        }
    }
    for (table, rows) in tables.iter().zip(rows) {
        let rows = if rows.len() > MOST {
            digest(session, table).await?
        } else {
            Kept::Rows(rows)
        };
        let known = |(at, column): (usize, &Column)| Known {
            name: column.name.clone(),
            is_moment: column.family.is_moment(),
            is_stamp: column.is_stamp,
            is_certain: table.is_certain(at),
        };
        let content = Content {
            columns: table.columns.iter().enumerate().map(known).collect(),
            key: table.key().to_vec(),
            rows,
        };
        found.tables.insert(table.name.clone(), content);
    }
    Ok(found)
}

/// An expression for a column's value as text, in which different values differ.
fn shown(column: &Column, dialect: Dialect) -> String {
    let name = quoted(&column.name, dialect);
    match (dialect, &column.family) {
        (Dialect::Postgres, _) => format!("CAST({name} AS text)"),
        // A text and a number that look alike are told apart.
        (Dialect::Sqlite, _) => format!("quote({name})"),
        (Dialect::MySql, Family::Bytes { .. } | Family::Bits(_)) => format!("HEX({name})"),
        (Dialect::MySql, Family::Spatial(..)) => format!("ST_AsText({name})"),
        (Dialect::MySql, _) => format!("CAST({name} AS CHAR)"),
    }
}

async fn digest(session: &mut dyn Session, table: &Table) -> Result<Kept, ServerError> {
    let dialect = session.dialect();
    let key = table
        .key()
        .iter()
        .map(|at| shown(&table.columns[*at], dialect));
    let key: Vec<String> = key.collect();
    let mut columns = vec!["count(*)".to_owned()];
    for column in &table.columns {
        let value = shown(column, dialect);
        let parts = [key.as_slice(), &[value]].concat().join(", ");
        columns.push(format!("count({})", quoted(&column.name, dialect)));
        columns.push(match dialect {
            Dialect::Postgres => {
                format!("sum(CAST(hashtextextended(concat_ws('|', {parts}), 0) AS numeric))")
            }
            // MySQL 9.6 took MD5 out of the server.
            Dialect::MySql => format!(
                "SUM(CAST(CONV(LEFT(SHA2(CONCAT_WS('|', {parts}), 256), 15), 16, 10) AS UNSIGNED))"
            ),
            // It has no hash; what lengths and beginnings sum up to shows most changes.
            Dialect::Sqlite => {
                let text = parts.replace(", ", " || '|' || ");
                format!("sum(length({text}) * 31 + unicode({text}) + coalesce(CAST({text} AS INTEGER), 0))")
            }
        });
    }
    let sql = format!(
        "SELECT {} FROM {}",
        columns.join(", "),
        table.name.quoted(dialect)
    );
    let row = session
        .rows(&sql, &[])
        .await?
        .into_iter()
        .next()
        .unwrap_or_default();
    let number = |at: usize| row.get(at).cloned().flatten().unwrap_or_default();
    let columns = (0..table.columns.len())
        .map(|at| (number(1 + 2 * at).parse().unwrap_or(0), number(2 + 2 * at)));
    Ok(Kept::Digest {
        count: number(0).parse().unwrap_or(0),
        columns: columns.collect(),
    })
}
