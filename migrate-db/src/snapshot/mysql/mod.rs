//! MySQL and MariaDB: SHOW CREATE for tables, views and sequences, because nothing else says all of
//! it, and `information_schema` for what is left.
//!
//! What `information_schema` hands out a row per element (parameters) is put together here, because
//! GROUP_CONCAT cuts at a length that is a session setting.

mod create_table;
mod programs;
mod words;

use std::collections::BTreeMap;

use migcheck_core::Dialect;

use self::create_table::Collations;
use self::words::words;
use super::Snapshot;
use super::object::{Object, ObjectKind, ObjectName, Property};
use super::reading::{batch, objects};
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
    const CHARSETS: &str = "SELECT 'charset', CHARACTER_SET_NAME, DEFAULT_COLLATE_NAME
        FROM information_schema.CHARACTER_SETS";
    let mut queries = vec!["SHOW FULL TABLES".to_owned(), CHARSETS.to_owned()];
    queries.extend(programs::DATABASE.iter().chain(programs::ROUTINES).map(Program::sql));
    queries.extend([programs::TRIGGERS.sql(), programs::EVENTS.sql()]);
    queries.push(programs::GRANTS.to_owned());
    let rows = session.rows(&queries.join(";\n"), &[]).await?;
    let answer = Answer::new(rows);
    let mut found = answer.programs;
    add_grants(session, &mut found, answer.grants).await;
    let relations = show(session, &answer.relations, server, &answer.collations).await?;
    found.extend(relations);
    for object in &mut found {
        forget_database(object, &server.database);
    }
    Ok((found, answer.collations))
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
        format!("SHOW CREATE {what} `{}`", self.name.replace('`', "``"))
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
async fn add_grants(session: &mut dyn Session, found: &mut Vec<Object>, mut grants: Vec<String>) {
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
    let prefix = format!("`{}`.", database.replace('`', "``"));
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
