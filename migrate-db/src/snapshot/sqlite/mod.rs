//! SQLite: the texts of `sqlite_schema`, brought into one spelling.
//!
//! SQLite keeps schemas as the statements that made them and edits these texts in ALTER TABLE, so
//! whatever its pragmas say comes from the text, and CHECK, COLLATE and generated columns are
//! nowhere else. The text is read token by token: white space, comments, quoting and the case of
//! keywords mean nothing, and a constraint is the same behind its column and behind all columns.

mod memory;
mod table;
mod token;

pub(super) use self::memory::Memory;

use migcheck_core::Dialect;

use self::token::{Token, statement_text, tokens};
use super::Snapshot;
use super::object::{Object, ObjectKind, ObjectName, Property};
use crate::session::Row;
use crate::{ServerError, Session};

/// Without SQLite's own tables.
const ROWS: &str =
    "SELECT CAST(s.rowid AS TEXT), s.type, s.name, s.tbl_name, s.sql FROM main.sqlite_schema s
    WHERE s.sql IS NOT NULL AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";

/// All of them, without the tables that a virtual table keeps its content in. A join with the pragma
/// would run it once a row.
fn schema() -> String {
    format!(
        "{ROWS} AND s.name NOT IN
         (SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow')"
    )
}

/// One row of `sqlite_schema`.
#[derive(Debug)]
struct Entry {
    kind: String,
    name: String,
    table: String,
    sql: String,
    /// The names of it and of its table in small letters, as it can be called by any.
    called: [String; 2],
}

impl Entry {
    /// The entry with its rowid.
    fn new(row: Row) -> Option<(i64, Self)> {
        let mut row = row.into_iter();
        let mut next = || row.next().flatten();
        let at = next()?.parse().ok()?;
        let (kind, name, table, sql) = (next()?, next()?, next()?, next()?);
        let entry = Self {
            called: [name.to_ascii_lowercase(), table.to_ascii_lowercase()],
            kind,
            name,
            table,
            sql,
        };
        Some((at, entry))
    }
}

pub(super) async fn read(session: &mut dyn Session) -> Result<Snapshot, ServerError> {
    let rows = session.rows(&schema(), &[]).await?;
    let mut objects = Vec::new();
    for (_, entry) in rows.into_iter().filter_map(Entry::new) {
        add(&mut objects, &entry);
    }
    Ok(Snapshot::new(Dialect::Sqlite, objects))
}

/// Adds what one row of `sqlite_schema` stands for.
fn add(objects: &mut Vec<Object>, entry: &Entry) {
    let (name, table) = (&*entry.name, &*entry.table);
    let tokens = without_noise(tokens(&entry.sql));
    let (kind, table) = match &*entry.kind {
        "table" => {
            match table::parse(name, &tokens) {
                Some(parsed) => objects.extend(parsed),
                None => objects.push(whole(ObjectKind::Table, None, name, &tokens)),
            }
            return;
        }
        "index" => (ObjectKind::Index, Some(table)),
        "view" => (ObjectKind::View, None),
        _ => (ObjectKind::Trigger, Some(table)),
    };
    let mut object = whole(kind, table, name, &tokens);
    if kind == ObjectKind::Index {
        // Ascending is what an index column is anyway.
        let tokens: Vec<Token> = tokens.into_iter().filter(|t| !t.is("ASC")).collect();
        object.set(Property::Definition, token::text(&tokens));
    }
    objects.push(object);
}

/// An object that is its statement.
fn whole(kind: ObjectKind, table: Option<&str>, name: &str, tokens: &[Token]) -> Object {
    let mut object = Object::new(ObjectName::new(kind, None, table, name));
    object.set(Property::Definition, statement_text(tokens));
    object
}

/// Takes `IF NOT EXISTS` and the schema's name out of the head of a CREATE statement.
fn without_noise(mut tokens: Vec<Token>) -> Vec<Token> {
    const HEAD: usize = 8;
    let head = tokens.len().min(HEAD);
    if let Some(at) = tokens[..head]
        .windows(3)
        .position(|w| w[0].is("IF") && w[1].is("NOT") && w[2].is("EXISTS"))
    {
        tokens.drain(at..at + 3);
    }
    let head = tokens.len().min(HEAD);
    if let Some(at) = tokens[..head]
        .windows(2)
        .position(|w| w[0].names("main") && w[1].is_symbol("."))
    {
        tokens.drain(at..at + 2);
    }
    tokens
}
