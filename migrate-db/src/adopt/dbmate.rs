//! dbmate: a row a migration.
//!
//! `CreateMigrationsTable` of pkg/driver/postgres/postgres.go and its neighbours: `version varchar PRIMARY
//! KEY`, and nothing else.

use migcheck_core::Dialect;

use super::tool::{Ids, Tool, text_of};

pub(super) struct Dbmate;

impl Tool for Dbmate {
    fn table(&self) -> &'static str {
        "schema_migrations"
    }

    fn has_columns(&self, columns: &[String]) -> bool {
        columns == ["version"]
    }

    fn query(&self, table: &str, dialect: Dialect) -> String {
        let version = text_of("version", dialect);
        format!("SELECT {version} FROM {table} ORDER BY version")
    }

    fn ids(&self) -> Ids {
        Ids::Text
    }
}
