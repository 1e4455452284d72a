//! Finding other tools' tables, by their names and their columns.

use migcheck_core::Dialect;

use super::error::AdoptError;
use super::peer::{Peer, PeerTable};
use crate::{ServerError, Session};

/// What to look for; the default is whatever there is.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The tool.
    pub from: Option<Peer>,
    /// The table, as `NAME` or `SCHEMA.NAME`, where it is not called as the tool calls it.
    pub table: Option<String>,
}

/// Finds the one table that is meant.
///
/// # Errors
///
/// There is none, or more than one.
pub async fn find(session: &mut dyn Session, wanted: &Wanted) -> Result<PeerTable, AdoptError> {
    let found = match wanted.table.as_deref() {
        None => tables(session).await,
        Some(table) => {
            let (schema, name) = match table.rsplit_once('.') {
                Some((schema, name)) => (Some(schema), name),
                None => (None, table),
            };
            search(session, &[name], schema, true).await
        }
    };
    let mut found = found.map_err(AdoptError::Unsearchable)?;
    found.retain(|table| wanted.from.is_none_or(|peer| table.peer == peer));
    prefer_visible(&mut found);
    if found.len() > 1 {
        return Err(AdoptError::Several(found));
    }
    let (from, table) = (wanted.from, wanted.table.clone());
    found.pop().ok_or(AdoptError::NotFound { from, table })
}

/// Every table that a known tool keeps its history in, under the name that the tool gives it.
///
/// # Errors
///
/// What the server answers when it refuses to list tables.
pub async fn tables(session: &mut dyn Session) -> Result<Vec<PeerTable>, ServerError> {
    search(session, &Peer::ALL.map(Peer::table), None, false).await
}

/// The tables of these names that have the columns of a tool; `renamed` if it may be any tool.
async fn search(
    session: &mut dyn Session,
    names: &[&str],
    schema: Option<&str>,
    renamed: bool,
) -> Result<Vec<PeerTable>, ServerError> {
    let query = query(session.dialect(), names, schema);
    let mut rows = session.rows(&query, &[]).await?;
    // Here and not by the server, whose order depends on its collation.
    rows.sort();
    let mut found: Vec<(PeerTable, Vec<String>)> = Vec::new();
    for row in rows {
        let mut values = row.into_iter();
        let mut next = || values.next().flatten();
        let (schema, name, is_visible) = (next(), next().unwrap_or_default(), next());
        let column = next().unwrap_or_default();
        match found.last_mut() {
            Some((table, columns)) if table.schema == schema && table.name == name => {
                columns.push(column);
            }
            _ => {
                let table = PeerTable {
                    // Not known before all columns are.
                    peer: Peer::Alembic,
                    schema,
                    name,
                    is_visible: is_visible.as_deref() == Some("1"),
                };
                found.push((table, vec![column]));
            }
        }
    }
    let found = found.into_iter().filter_map(|(table, mut columns)| {
        columns.sort();
        let is_of = |peer: &Peer| {
            peer.tool().has_columns(&columns) && (renamed || peer.table() == table.name)
        };
        let peer = Peer::ALL.into_iter().find(is_of)?;
        Some(PeerTable { peer, ..table })
    });
    Ok(found.collect())
}

/// Schema, table, whether it can be called without its schema, and column.
fn query(dialect: Dialect, names: &[&str], schema: Option<&str>) -> String {
    let text = |name: &str| format!("'{}'", name.replace('\'', "''"));
    let names: Vec<String> = names.iter().map(|name| text(name)).collect();
    let names = names.join(", ");
    match dialect {
        // The information schema hides tables that may not be read, which is worth an error instead.
        Dialect::Postgres => {
            let within = match schema {
                Some(schema) => format!("= {}", text(schema)),
                None => "!~ '^pg_'".to_owned(),
            };
            format!(
                "SELECT n.nspname::text, c.relname::text, \
                 pg_catalog.pg_table_is_visible(c.oid)::int::text, a.attname::text \
                 FROM pg_catalog.pg_class c \
                 JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
                 JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid \
                 WHERE c.relkind IN ('r', 'p') AND c.relname IN ({names}) AND n.nspname {within} \
                 AND a.attnum > 0 AND NOT a.attisdropped"
            )
        }
        Dialect::MySql => {
            let (shown, within) = match schema {
                Some(schema) => ("table_schema", text(schema)),
                None => ("NULL", "DATABASE()".to_owned()),
            };
            format!(
                "SELECT {shown}, table_name, table_schema = DATABASE(), column_name \
                 FROM information_schema.columns \
                 WHERE table_schema = {within} AND table_name IN ({names})"
            )
        }
        Dialect::Sqlite => format!(
            "SELECT NULL, t.name, '1', c.name FROM main.sqlite_schema t, pragma_table_info(t.name) c \
             WHERE t.type = 'table' AND t.name IN ({names})"
        ),
    }
}

/// Of a tool's tables in several schemas the one counts that a statement without a schema finds.
fn prefer_visible(found: &mut Vec<PeerTable>) {
    let visible: Vec<Peer> = found
        .iter()
        .filter(|table| table.is_visible)
        .map(|table| table.peer)
        .collect();
    found.retain(|table| table.is_visible || !visible.contains(&table.peer));
}
