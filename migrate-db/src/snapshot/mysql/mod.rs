//! MySQL and MariaDB: SHOW CREATE for tables, views and sequences, because nothing else says all of
//! it, and `information_schema` for what is left.
//!
//! What `information_schema` hands out a row per element (parameters) is put together here, because
//! GROUP_CONCAT cuts at a length that is a session setting.

mod create_table;
mod memory;
mod programs;
mod reading;
mod touched;
mod words;

pub(super) use self::memory::Memory;

use std::collections::BTreeMap;

use migcheck_core::Dialect;

use self::create_table::Collations;
use self::reading::objects;
use self::words::words;
use super::Snapshot;
use super::object::{Object, ObjectKind, ObjectName, Property};
use crate::literal::quoted;
use crate::session::Row;
use crate::{ServerError, Session};

/// Statements of SHOW CREATE that are sent at once.
const BATCH: usize = 256;

pub(super) async fn read(session: &mut dyn Session) -> Result<Snapshot, ServerError> {
    let server = Server::ask(session).await?;
    let (found, _) = read_all(session, &server).await?;
    Ok(Snapshot::new(Dialect::MySql, found))
}

/// Everything, with what the server's character sets sort by.
async fn read_all(
    session: &mut dyn Session,
    server: &Server,
) -> Result<(Vec<Object>, Collations), ServerError> {
    let Some(mode) = server.unusual_mode() else {
        return read_plainly(session, server).await;
    };
    // SHOW CREATE spells by these; the scripts that set them may go on relying on them.
    session
        .execute("SET SESSION sql_mode = '', sql_quote_show_create = ON")
        .await?;
    let found = read_plainly(session, server).await;
    session.execute(&mode).await?;
    found
}

async fn read_plainly(
    session: &mut dyn Session,
    server: &Server,
) -> Result<(Vec<Object>, Collations), ServerError> {
    let mut queries = vec!["SHOW FULL TABLES".to_owned(), programs::CHARSETS.to_owned()];
    queries.extend((0..programs::READINGS.len()).map(|at| programs::query(at, "")));
    queries.push(programs::GRANTS.to_owned());
    let rows = session.rows(&queries.join(";\n"), &[]).await?;
    let Answer {
        relations,
        collations,
        grants,
        programs: mut found,
    } = Answer::new(rows);
    add_grants(session, &mut found, grants).await;
    found.extend(show(session, &relations, server, &collations).await?);
    for object in &mut found {
        forget_database(object, &server.database);
    }
    Ok((found, collations))
}

/// What a batch of queries answered.
#[derive(Default)]
struct Answer {
    relations: Vec<Relation>,
    collations: Collations,
    grants: Vec<String>,
    /// What is no relation.
    programs: Vec<Object>,
}

impl Answer {
    /// Rows are known by their width and their first column.
    fn new(rows: Vec<Row>) -> Self {
        let mut answer = Self::default();
        let mut rest = Vec::new();
        for mut row in rows {
            match row.as_mut_slice() {
                [Some(name), Some(kind)] => answer.relations.push(Relation::new(name, kind)),
                [Some(tag), Some(charset), Some(collation)] if tag == "charset" => {
                    let charset = std::mem::take(charset);
                    answer.collations.insert(charset, std::mem::take(collation));
                }
                [Some(tag), Some(grant), _] if tag == "grant" => {
                    answer.grants.push(std::mem::take(grant));
                }
                _ => rest.push(row),
            }
        }
        answer.programs = merged(objects(programs::READINGS, rest));
        for program in &mut answer.programs {
            // Of several statements sent at once, MySQL takes the mark between them for a part of it.
            if let Some(body) = program.remove(Property::Body) {
                let body = body.trim_end_matches(|end: char| end == ';' || end.is_whitespace());
                program.set(Property::Body, body);
            }
        }
        answer
    }
}

/// Asks for the definitions of relations.
async fn show(
    session: &mut dyn Session,
    relations: &[Relation],
    server: &Server,
    collations: &Collations,
) -> Result<Vec<Object>, ServerError> {
    let mut found = Vec::new();
    for batch in relations.chunks(BATCH) {
        let sql: Vec<String> = batch.iter().map(Relation::show).collect();
        let rows = session.rows(&sql.join(";\n"), &[]).await?;
        for (relation, row) in batch.iter().zip(rows) {
            found.extend(relation.objects(row, server, collations));
        }
    }
    Ok(found)
}

/// What a reading depends on.
#[derive(Debug)]
struct Server {
    database: String,
    /// Whom objects belong to that are made now, as DEFINER writes it.
    user: String,
    mode: String,
    /// The mode of sessions that set none.
    global_mode: String,
    quotes: bool,
    /// Whether a table can be called by its name in another case.
    folds_names: bool,
}

impl Server {
    async fn ask(session: &mut dyn Session) -> Result<Self, ServerError> {
        const SQL: &str =
            "SELECT DATABASE(), CURRENT_USER(), @@SESSION.sql_mode, @@GLOBAL.sql_mode,
            @@SESSION.sql_quote_show_create, @@lower_case_table_names";
        let rows = session.rows(SQL, &[]).await?;
        let mut answers = rows.into_iter().flatten().map(Option::unwrap_or_default);
        let mut next = || answers.next().unwrap_or_default();
        Ok(Self {
            database: next(),
            user: next(),
            mode: next(),
            global_mode: next(),
            quotes: next() == "1",
            folds_names: next() != "0",
        })
    }

    /// The statement that brings the session's modes back, if SHOW CREATE must not see them.
    fn unusual_mode(&self) -> Option<String> {
        let restore = || {
            format!(
                "SET SESSION sql_mode = '{}', sql_quote_show_create = {}",
                self.mode,
                u8::from(self.quotes)
            )
        };
        (is_unusual(&self.mode) || !self.quotes).then(restore)
    }

    /// Whether what scripts do can be told by the names in them.
    fn takes_names_as_they_are(&self) -> bool {
        let usual = !is_unusual(&self.mode) && !is_unusual(&self.global_mode);
        usual && self.quotes && !self.folds_names
    }
}

/// Whether the mode has texts read or written otherwise. Modes named after other databases are
/// ANSI_QUOTES and more.
fn is_unusual(mode: &str) -> bool {
    [
        "ANSI_QUOTES",
        "NO_BACKSLASH_ESCAPES",
        "NO_FIELD",
        "NO_KEY",
        "NO_TABLE",
    ]
    .iter()
    .any(|unusual| mode.contains(unusual))
}

/// A row of SHOW FULL TABLES.
struct Relation {
    name: String,
    kind: RelationKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum RelationKind {
    Table,
    View,
    Sequence,
}

impl Relation {
    fn new(name: &str, kind: &str) -> Self {
        let kind = match kind {
            "VIEW" => RelationKind::View,
            "SEQUENCE" => RelationKind::Sequence,
            _ => RelationKind::Table,
        };
        let name = name.to_owned();
        Self { name, kind }
    }

    fn show(&self) -> String {
        let what = match self.kind {
            RelationKind::Table => "TABLE",
            RelationKind::View => "VIEW",
            RelationKind::Sequence => "SEQUENCE",
        };
        format!("SHOW CREATE {what} {}", quoted(Dialect::MySql, &self.name))
    }

    /// What SHOW CREATE answered, as objects.
    fn objects(&self, row: Row, server: &Server, collations: &Collations) -> Vec<Object> {
        let mut row = row.into_iter().skip(1).map(Option::unwrap_or_default);
        let sql = row.next().unwrap_or_default();
        let named = |kind| Object::new(ObjectName::new(kind, None, None, &*self.name));
        match self.kind {
            RelationKind::Table => create_table::parse(&self.name, &sql, collations),
            RelationKind::View => {
                let mut view = named(ObjectKind::View);
                read_view(&mut view, &sql, server);
                let charset = row.next().unwrap_or_default();
                let collation = row.next().unwrap_or_default();
                if let Some(note) = programs::charset_note(&charset, &collation) {
                    view.set(Property::Note, note);
                }
                vec![view]
            }
            RelationKind::Sequence => {
                let mut sequence = named(ObjectKind::Sequence);
                let options = words(&sql).into_iter().skip(3);
                let options: Vec<String> = options.map(str::to_ascii_uppercase).collect();
                sequence.set(Property::Options, options.join(" "));
                vec![sequence]
            }
        }
    }
}

/// `CREATE ALGORITHM=UNDEFINED DEFINER=… SQL SECURITY DEFINER VIEW v (a) AS select …`. Who defined it
/// is said only of somebody else than who reads it: scratch databases are made under another account
/// than production's.
fn read_view(view: &mut Object, sql: &str, server: &Server) {
    let words = words(sql);
    let head = words.iter().position(|word| *word == "VIEW").unwrap_or(0);
    let mut modifiers: Vec<String> = Vec::new();
    for (at, word) in words[..head].iter().enumerate() {
        if let Some(definer) = word.strip_prefix("DEFINER=") {
            let name = definer.split("`@`").map(|part| part.trim_matches('`'));
            let name: Vec<&str> = name.collect();
            if name.join("@") != server.user {
                modifiers.push((*word).to_owned());
            }
        } else if word.starts_with("ALGORITHM=") && *word != "ALGORITHM=UNDEFINED" {
            modifiers.push((*word).to_owned());
        } else if *word == "INVOKER" && at > 0 && words[at - 1] == "SECURITY" {
            modifiers.push("SQL SECURITY INVOKER".to_owned());
        }
    }
    if !modifiers.is_empty() {
        view.set(Property::Modifier, modifiers.join(" "));
    }
    // Behind the view's own name.
    view.set(
        Property::Body,
        words[(head + 2).min(words.len())..].join(" "),
    );
}

/// Puts together what different queries say of the same object.
fn merged(objects: Vec<Object>) -> Vec<Object> {
    let mut known: BTreeMap<ObjectName, usize> = BTreeMap::new();
    let mut merged: Vec<Object> = Vec::with_capacity(objects.len());
    for object in objects {
        if let Some(at) = known.get(&object.name) {
            for (property, value) in object.properties() {
                merged[*at].set(*property, value.as_str());
            }
        } else {
            known.insert(object.name.clone(), merged.len());
            merged.push(object);
        }
    }
    merged
}

/// Privileges on the database and what is in it stay when what they are about is dropped, so that
/// they are the database's.
async fn add_grants(session: &mut dyn Session, found: &mut [Object], mut grants: Vec<String>) {
    // Only who may read the system's own tables is told of these.
    let of_routines = session.rows(programs::ROUTINE_GRANTS, &[]).await;
    let of_routines = of_routines.unwrap_or_default().into_iter().flatten();
    grants.extend(of_routines.flatten());
    if grants.is_empty() {
        return;
    }
    grants.sort();
    let is_database = |object: &&mut Object| object.name.kind == ObjectKind::Schema;
    if let Some(database) = found.iter_mut().find(is_database) {
        database.set(Property::Grants, grants.join("\n"));
    }
}

/// Definitions name the database they are in where what they are about is missing, and in another
/// database that would be a difference.
fn forget_database(object: &mut Object, database: &str) {
    let prefix = format!("{}.", quoted(Dialect::MySql, database));
    let changed: Vec<(Property, String)> = object
        .properties()
        .iter()
        .filter(|(_, value)| value.contains(&prefix))
        .map(|(property, value)| (*property, value.replace(&prefix, "")))
        .collect();
    for (property, text) in changed {
        object.set(property, text);
    }
}
