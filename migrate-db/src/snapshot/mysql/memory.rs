//! A schema that is known, and how it follows the database from script to script.

use std::collections::BTreeSet;

use migcheck_core::Dialect;
use migcheck_core::split::Statement;

use super::create_table::Collations;
use super::touched::{Touched, may_change_schema};
use super::{Answer, Server, add_grants, forget_database, programs, read_all, show};
use crate::literal::mysql_text;
use crate::snapshot::Snapshot;
use crate::snapshot::groups::{Group, Groups};
use crate::snapshot::ident::ident;
use crate::snapshot::object::{Object, ObjectKind, ObjectName, Property};
use crate::{ServerError, Session};

/// The schema of one database, and what may have changed since it was read.
#[derive(Debug)]
pub(in crate::snapshot) struct Memory {
    history_table: String,
    server: Server,
    collations: Collations,
    groups: Groups,
    /// Whether an event may change it whenever it likes.
    changes_by_itself: bool,
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
        let groups = Groups::new(found);
        let memory = Self {
            history_table: history_table.to_owned(),
            collations,
            changes_by_itself: changes_by_itself(&groups),
            groups,
            touched: Touched::default(),
            server,
        };
        let snapshot = memory.snapshot();
        let follows = memory.server.takes_names_as_they_are() && !memory.changes_by_itself;
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
        Ok((!self.changes_by_itself).then(|| self.snapshot()))
    }

    async fn read_again(
        &mut self,
        session: &mut dyn Session,
        touched: &Touched,
    ) -> Result<(), ServerError> {
        let tables = self.tables(touched);
        let mut queries = Vec::new();
        for name in &tables {
            let name = mysql_text(name);
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
        let whole = |kind: ObjectKind| match kind {
            ObjectKind::Schema => touched.database,
            ObjectKind::Event => touched.events,
            ObjectKind::Table | ObjectKind::View | ObjectKind::Sequence => false,
            _ => touched.routines,
        };
        let mut old: Vec<Group> = Vec::new();
        for table in &tables {
            old.extend(self.known(table).cloned());
        }
        if touched.database || touched.routines || touched.events {
            let groups = self.groups.iter();
            old.extend(groups.filter(|group| whole(group[0].name.kind)).cloned());
        }
        self.groups.update(&old, found);
        if touched.events {
            self.changes_by_itself = changes_by_itself(&self.groups);
        }
        Ok(())
    }

    /// What is called so: a table or view, and a sequence.
    fn known(&self, name: &str) -> impl Iterator<Item = &Group> {
        let kinds = [ObjectKind::Table, ObjectKind::Sequence];
        kinds.into_iter().filter_map(move |kind| {
            let object = Object::new(ObjectName::new(kind, None, None, name));
            self.groups.with(&object)
        })
    }

    /// The relations among the names, known or possible ones, and those whose definition names them.
    fn tables(&self, touched: &Touched) -> BTreeSet<String> {
        let mut tables = touched.new.clone();
        let known = |name: &&String| self.known(name).next().is_some();
        tables.extend(touched.names.iter().filter(known).cloned());
        if touched.renamed || touched.trigger_dropped {
            let referenced: BTreeSet<String> = touched
                .names
                .iter()
                .map(|name| ident(name, Some(Dialect::MySql)))
                .collect();
            let shows_it = |object: &&Object| match object.name.kind {
                ObjectKind::Trigger => touched.names.contains(&object.name.name),
                ObjectKind::ForeignKey => object
                    .get(Property::References)
                    .is_some_and(|table| referenced.contains(table)),
                _ => false,
            };
            let parts = self.groups.objects().filter(shows_it);
            tables.extend(parts.filter_map(|object| object.name.table.clone()));
        }
        tables.remove(&self.history_table);
        tables
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot {
            dialect: Some(Dialect::MySql),
            groups: self.groups.clone(),
        }
    }
}

/// Whether an event may change the schema whenever it likes.
fn changes_by_itself(groups: &Groups) -> bool {
    let objects = groups.iter().map(|group| &group[0]);
    let mut events = objects.filter(|object| object.name.kind == ObjectKind::Event);
    events.any(|event| may_change_schema(event.get(Property::Body).unwrap_or_default()))
}
