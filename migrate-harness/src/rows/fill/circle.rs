//! Tables whose foreign keys go in a circle: filled at once where the keys can wait for the end of a
//! transaction, and begun with a NULL, which is written over afterwards, where one may be NULL.

use std::collections::HashSet;

use migcheck_core::Dialect;
use migcheck_db::{ServerError, Session};

use super::{Filler, SEEDS, literal_of};
use crate::rows::catalog::{ForeignKey, Table, TableName, quoted};
use crate::rows::family::distinct;
use crate::rows::group::{Style, Targets};

impl Filler {
    /// Lets one row of a table refer to a parent that had no rows before. Where the server refuses,
    /// it stays as it is.
    pub(super) async fn close(
        &self,
        session: &mut dyn Session,
        table: &Table,
        key: &ForeignKey,
    ) -> Result<(), ServerError> {
        let dialect = session.dialect();
        let targets = self.targets(session, table).await?;
        let place = table
            .foreign_keys
            .iter()
            .position(|other| std::ptr::eq(other, key));
        let Some(target) = place.and_then(|at| targets.get(at)?.first()) else {
            return Ok(());
        };
        let name = |at: &usize| quoted(&table.columns[*at].name, dialect);
        let literal = |at: &usize| literal_of(&name(at), &table.columns[*at].family, dialect);
        let nulls = key.columns.iter().map(|at| format!("{} IS NULL", name(at)));
        let mut is_open = nulls.collect::<Vec<_>>().join(" AND ");
        if !table.key().is_empty() {
            let literals: Vec<String> = table.key().iter().map(literal).collect();
            let sql = format!(
                "SELECT {} FROM {} WHERE {is_open} LIMIT 1",
                literals.join(", "),
                table.name.quoted(dialect)
            );
            for (at, value) in table
                .key()
                .iter()
                .zip(session.rows(&sql, &[]).await?.into_iter().flatten())
            {
                is_open = format!(
                    "{is_open} AND {} = {}",
                    name(at),
                    value.as_deref().unwrap_or("NULL")
                );
            }
        }
        let set = key
            .columns
            .iter()
            .zip(target)
            .map(|(at, value)| format!("{} = {value}", name(at)));
        let sql = format!(
            "UPDATE {} SET {} WHERE {is_open}",
            table.name.quoted(dialect),
            set.collect::<Vec<_>>().join(", ")
        );
        let _refused = session.execute(&sql).await;
        Ok(())
    }

    /// Tables that need one another: one transaction, at whose end the foreign keys are looked at.
    pub(super) async fn fill_circle(
        &mut self,
        session: &mut dyn Session,
        circle: &[&Table],
    ) -> Result<Result<Vec<TableName>, String>, ServerError> {
        let begin = match session.dialect() {
            Dialect::Postgres => "BEGIN; SET CONSTRAINTS ALL DEFERRED",
            Dialect::Sqlite => "BEGIN; PRAGMA defer_foreign_keys = ON",
            Dialect::MySql => {
                let why = "its foreign keys go in a circle, which no INSERT can begin";
                return Ok(Err(why.to_owned()));
            }
        };
        session.execute(begin).await?;
        for table in circle {
            let mut targets = self.targets(session, table).await?;
            for (key, targets) in table.foreign_keys.iter().zip(&mut targets) {
                let planned = circle.iter().find(|other| other.name == key.table);
                if let Some(parent) = planned.filter(|_| targets.is_empty()) {
                    targets.extend(self.planned(parent, &key.referenced, session.dialect()));
                }
            }
            if let Err(reason) = self
                .attempt(session, table, &targets, Style::Plain, 1)
                .await
            {
                session.execute("ROLLBACK").await?;
                return Ok(Err(reason));
            }
        }
        if let Err(error) = session.execute("COMMIT").await {
            // PostgreSQL has ended the transaction by itself, SQLite has not.
            let _ended = session.execute("ROLLBACK").await;
            return Ok(Err(error.to_string()));
        }
        Ok(Ok(circle.iter().map(|table| table.name.clone()).collect()))
    }

    /// The values by which the first row of a table will be known.
    fn planned(&self, table: &Table, columns: &[String], dialect: Dialect) -> Option<Vec<String>> {
        let number = self
            .known
            .get(&table.name)
            .map_or(self.seed % SEEDS, |known| known.next);
        let value = |name: &String| {
            let family = &table.columns[table.column(name)?].family;
            Some(family.literal(&distinct(family, number)?, dialect))
        };
        columns.iter().map(value).collect()
    }
}

/// The tables that have to be filled at once with this one, itself included: empty parents that it
/// needs, as far as their foreign keys can wait for one another.
pub(super) fn circle<'a>(
    table: &'a Table,
    all: &'a [Table],
    populated: &HashSet<TableName>,
    targets: &Targets,
) -> Vec<&'a Table> {
    let needs = |table: &'a Table| {
        table.foreign_keys.iter().filter(move |key| {
            key.is_deferrable
                && key.table != table.name
                && !key.columns.iter().any(|at| table.columns[*at].is_nullable)
        })
    };
    let mut found = vec![table];
    let waits = needs(table).any(|key| !populated.contains(&key.table));
    if !waits || targets.iter().all(|targets| !targets.is_empty()) {
        return found;
    }
    let mut at = 0;
    while let Some(next) = found.get(at).copied() {
        for key in needs(next) {
            let parent = all.iter().find(|other| other.name == key.table);
            let is_new = |parent: &&Table| {
                !populated.contains(&parent.name)
                    && !found.iter().any(|known| known.name == parent.name)
            };
            if let Some(parent) = parent.filter(is_new) {
                found.push(parent);
            }
        }
        at += 1;
    }
    // Where none of them needs this one in turn, it has to wait, and not they all.
    let comes_back = found
        .iter()
        .skip(1)
        .any(|other| needs(other).any(|key| key.table == table.name));
    if !comes_back {
        found.truncate(1);
    }
    found
}
