//! golang-migrate: one row with the last version, and whether it came to its end.
//!
//! `ensureVersionTable` of database/postgres/postgres.go and its neighbours: `version bigint, dirty
//! boolean`. Without a row nothing is applied; -1 is its word for that (`NilVersion`).

use migcheck_core::Dialect;

use super::tool::{Claim, Ids, Tool, is_true, text_of};
use crate::Row;

pub(super) struct GolangMigrate;

impl Tool for GolangMigrate {
    fn table(&self) -> &'static str {
        "schema_migrations"
    }

    fn has_columns(&self, columns: &[String]) -> bool {
        columns == ["dirty", "version"]
    }

    fn query(&self, table: &str, dialect: Dialect) -> String {
        let (version, dirty) = (text_of("version", dialect), text_of("dirty", dialect));
        format!("SELECT {version}, {dirty} FROM {table} ORDER BY version")
    }

    fn claims(&self, rows: Vec<Row>) -> Vec<Claim> {
        let rows = rows.into_iter().map(|row| {
            let mut values = row.into_iter();
            let mut next = || values.next().flatten();
            Claim {
                version: next().unwrap_or_default(),
                dirty: is_true(next().as_deref()).then_some("it stopped in the middle of it"),
                ..Claim::default()
            }
        });
        let is_any = |claim: &Claim| claim.dirty.is_some() || claim.version != "-1";
        rows.filter(is_any).collect()
    }

    fn ids(&self) -> Ids {
        Ids::Number
    }

    fn covers_ancestors(&self) -> bool {
        true
    }
}
