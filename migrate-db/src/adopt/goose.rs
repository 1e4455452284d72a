//! goose: a row for every time that a migration went up or, in older versions, down.
//!
//! `CreateTable` of internal/dialects (postgres.go and its neighbours): `id, version_id, is_applied,
//! tstamp`. It begins with a row for version 0, which is no migration.

use std::collections::BTreeMap;

use migcheck_core::Dialect;

use super::tool::{Claim, Ids, Tool, is_true, text_of};
use crate::Row;

pub(super) struct Goose;

impl Tool for Goose {
    fn table(&self) -> &'static str {
        "goose_db_version"
    }

    fn has_columns(&self, columns: &[String]) -> bool {
        columns == ["id", "is_applied", "tstamp", "version_id"]
    }

    fn query(&self, table: &str, dialect: Dialect) -> String {
        let (version, applied) = (
            text_of("version_id", dialect),
            text_of("is_applied", dialect),
        );
        format!("SELECT {version}, {applied} FROM {table} ORDER BY id")
    }

    fn claims(&self, rows: Vec<Row>) -> Vec<Claim> {
        let mut last: BTreeMap<i64, bool> = BTreeMap::new();
        for row in rows {
            let mut values = row.into_iter().flatten();
            let version = values.next().and_then(|version| version.parse().ok());
            if let Some(version) = version {
                last.insert(version, is_true(values.next().as_deref()));
            }
        }
        last.remove(&0);
        let applied = last.into_iter().filter(|(_, is_applied)| *is_applied);
        applied
            .map(|(version, _)| Claim::of(version.to_string()))
            .collect()
    }

    fn ids(&self) -> Ids {
        Ids::Number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_row_of_a_version_counts() {
        let row =
            |version: &str, applied: &str| vec![Some(version.to_owned()), Some(applied.to_owned())];
        let rows = [
            row("0", "t"),
            row("1", "t"),
            row("2", "t"),
            row("2", "f"),
            row("10", "t"),
            row("10", "f"),
            row("10", "t"),
        ];
        let claims = Goose.claims(rows.to_vec());
        assert_eq!(claims, [Claim::of("1"), Claim::of("10")]);
    }
}
