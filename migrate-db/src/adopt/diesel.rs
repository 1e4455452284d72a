//! diesel: a row a migration.
//!
//! `setup_migration_table.sql` of diesel: `version VARCHAR(50) PRIMARY KEY, run_on TIMESTAMP`. The version
//! is what the folder's name starts with, without dashes, as in the directory.

use migcheck_core::Dialect;

use super::tool::{Ids, Tool, text_of};

pub(super) struct Diesel;

impl Tool for Diesel {
    fn table(&self) -> &'static str {
        "__diesel_schema_migrations"
    }

    fn has_columns(&self, columns: &[String]) -> bool {
        columns == ["run_on", "version"]
    }

    fn query(&self, table: &str, dialect: Dialect) -> String {
        let version = text_of("version", dialect);
        format!("SELECT {version} FROM {table} ORDER BY version")
    }

    fn ids(&self) -> Ids {
        Ids::Text
    }
}
