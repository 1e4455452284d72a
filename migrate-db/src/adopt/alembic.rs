//! Alembic: one row a head, and nothing of what is below.
//!
//! `MigrationContext.__init__` of alembic/runtime/migration.py: `version_num VARCHAR(32) NOT NULL`, a
//! primary key; the name and the schema can be set with `version_table` and `version_table_schema`.

use migcheck_core::Dialect;

use super::tool::{Ids, Tool, text_of};

pub(super) struct Alembic;

impl Tool for Alembic {
    fn table(&self) -> &'static str {
        "alembic_version"
    }

    fn has_columns(&self, columns: &[String]) -> bool {
        columns.iter().any(|column| column == "version_num")
    }

    fn query(&self, table: &str, dialect: Dialect) -> String {
        let version = text_of("version_num", dialect);
        format!("SELECT {version} FROM {table} ORDER BY version_num")
    }

    fn ids(&self) -> Ids {
        Ids::Text
    }

    fn covers_ancestors(&self) -> bool {
        true
    }
}
