//! A schema that is known, and how it follows the database from script to script.

use std::collections::BTreeSet;

use migcheck_core::Dialect;
use migcheck_core::split::Statement;

use super::create_table::Collations;
use super::touched::{Touched, may_change_schema};
use super::{Answer, Server, add_grants, forget_database, programs, read_all, show};
use crate::snapshot::Snapshot;
use crate::snapshot::groups::{Group, Groups};
use crate::snapshot::ident::ident;
use crate::snapshot::object::{Object, ObjectKind, Property};
use crate::{ServerError, Session};

/// The schema of one database, and what may have changed since it was read.
#[derive(Debug)]
pub(in crate::snapshot) struct Memory {
    history_table: String,
    server: Server,
    collations: Collations,
    groups: Groups,
    touched: Touched,
}

impl Memory {
    /// Reads everything. Nothing, if it cannot be told by their texts what scripts change.
    pub(in crate::snapshot) async fn read(
        session: &mut dyn Session,
        history_table: &str,
    ) -> Result<(Snapshot, Option<Self>), ServerError> {
        let server = Server::ask(session).await?;
        let (mut found, collations) = read_all(session, &server).await?;
        found.retain(|object| object.stands_with() != Some(history_table));
        let memory = Self {
            history_table: history_table.to_owned(),
            collations,
            groups: Groups::new(found),
            touched: Touched::default(),
            server,
        };
        let snapshot = memory.snapshot();
        let follows = memory.server.takes_names_as_they_are() && !memory.changes_by_itself();
        Ok((snapshot, follows.then_some(memory)))
    }

    /// Takes note of what was run; false if that may have changed anything.
    pub(in crate::snapshot) fn watch(&mut self, statements: &[Statement<'_>]) -> bool {
        self.touched.add(statements)
    }

    /// Reads again what was touched. Nothing, if from now on more may change than scripts say.
    pub(in crate::snapshot) async fn refresh(
        &mut self,
        session: &mut dyn Session,
    ) -> Result<Option<Snapshot>, ServerError> {
        let touched = std::mem::take(&mut self.touched);
        if touched != Touched::default() {
            self.read_again(session, &touched).await?;
        }
        Ok((!self.changes_by_itself()).then(|| self.snapshot()))
    }

    async fn read_again(
        &mut self,
        session: &mut dyn Session,
        touched: &Touched,
    ) -> Result<(), ServerError> {
        let tables = self.tables(touched);
        let mut queries = Vec::new();
        for name in &tables {
            let name = format!("'{}'", name.replace('\\', "\\\\").replace('\'', "''"));
            let of_table = format!(" AND g.EVENT_OBJECT_TABLE = {name}");
            queries.push(programs::relation(&name));
            queries.push(programs::query(programs::OF_TABLE, &of_table));
        }
        let kinds = [
            (touched.database, programs::OF_DATABASE),
            (touched.routines, programs::OF_ROUTINES),
            (touched.events, programs::OF_EVENTS),
        ];
        for (_, readings) in kinds.iter().filter(|(touched, _)| *touched) {
            queries.extend(readings.iter().map(|at| programs::query(*at, "")));
        }
        if touched.database {
            queries.push(programs::GRANTS.to_owned());
        }
        let rows = session.rows(&queries.join(";\n"), &[]).await?;
        let Answer {
            relations,
            grants,
            programs: mut found,
            ..
        } = Answer::new(rows);
        if touched.database {
            add_grants(session, &mut found, grants).await;
        }
        found.extend(show(session, &relations, &self.server, &self.collations).await?);
        for object in &mut found {
            forget_database(object, &self.server.database);
        }
        let old: Vec<Group> = self
            .groups
            .iter()
            .filter(|group| {
                let object = &group[0];
                match object.name.kind {
                    ObjectKind::Schema => touched.database,
                    ObjectKind::Event => touched.events,
                    ObjectKind::Sequence => tables.contains(&object.name.name),
                    _ => match object.stands_with() {
                        Some(table) => tables.contains(table),
                        None => touched.routines,
                    },
                }
            })
            .cloned()
            .collect();
        self.groups.update(&old, found);
        Ok(())
    }

    /// The relations among the names, known or possible ones, and those whose definition names them.
    fn tables(&self, touched: &Touched) -> BTreeSet<String> {
        let mut tables = touched.new.clone();
        for object in self.groups.iter().map(|group| &group[0]) {
            let name = object.stands_with().unwrap_or(&object.name.name);
            if touched.names.contains(name) {
                tables.insert(name.to_owned());
            }
        }
        let trigger_or_key = |object: &&Object| match object.name.kind {
            ObjectKind::Trigger => touched.names.contains(&object.name.name),
            ObjectKind::ForeignKey if touched.renamed => {
                let referenced = object.get(Property::References).unwrap_or_default();
                let quoted = |name: &String| ident(name, Some(Dialect::MySql));
                touched.names.iter().any(|name| quoted(name) == referenced)
            }
            _ => false,
        };
        let parts = self.groups.objects().filter(trigger_or_key);
        tables.extend(parts.filter_map(|object| object.name.table.clone()));
        tables.remove(&self.history_table);
        tables
    }

    /// Whether an event may change the schema whenever it likes.
    fn changes_by_itself(&self) -> bool {
        let objects = self.groups.iter().map(|group| &group[0]);
        let mut events = objects.filter(|object| object.name.kind == ObjectKind::Event);
        events.any(|event| may_change_schema(event.get(Property::Body).unwrap_or_default()))
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot {
            dialect: Some(Dialect::MySql),
            groups: self.groups.clone(),
        }
    }
}
