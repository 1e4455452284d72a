//! sqlx: a row a migration, with the SHA-384 of the file and whether it came to its end.
//!
//! `ensure_migrations_table` of sqlx-postgres/src/migrate.rs and its neighbours: `version BIGINT PRIMARY
//! KEY, description TEXT, installed_on TIMESTAMPTZ, success BOOLEAN, checksum BYTEA, execution_time
//! BIGINT`. sqlx 0.9 takes another name or schema from `sqlx.toml`.

use std::fmt::Write as _;

use migcheck_core::{Dialect, Script};
use sha2::{Digest as _, Sha384};

use super::originals::originals;
use super::tool::{Claim, Ids, Tool, is_true, text_of};
use crate::Row;

pub(super) struct Sqlx;

impl Tool for Sqlx {
    fn table(&self) -> &'static str {
        "_sqlx_migrations"
    }

    fn has_columns(&self, columns: &[String]) -> bool {
        let has = |name: &str| columns.iter().any(|column| column == name);
        has("version") && has("success") && has("checksum")
    }

    fn query(&self, table: &str, dialect: Dialect) -> String {
        let checksum = match dialect {
            Dialect::Postgres => "encode(checksum, 'hex')",
            Dialect::MySql | Dialect::Sqlite => "hex(checksum)",
        };
        format!(
            "SELECT {}, description, {checksum}, {} FROM {table} ORDER BY version",
            text_of("version", dialect),
            text_of("success", dialect),
        )
    }

    fn claims(&self, rows: Vec<Row>) -> Vec<Claim> {
        let rows = rows.into_iter().map(|row| {
            let mut values = row.into_iter();
            let mut next = || values.next().flatten();
            Claim {
                version: next().unwrap_or_default(),
                name: next(),
                checksum: next(),
                dirty: (!is_true(next().as_deref())).then_some("it stopped in the middle of it"),
            }
        });
        rows.collect()
    }

    fn ids(&self) -> Ids {
        Ids::Number
    }

    fn verifies(&self, claim: &Claim, script: &Script) -> Option<bool> {
        let recorded = claim.checksum.as_deref()?;
        let sum = |text: String| {
            let mut hex = String::new();
            for byte in Sha384::digest(text) {
                let _ = write!(hex, "{byte:02x}");
            }
            hex
        };
        Some(originals(script).any(|text| sum(text).eq_ignore_ascii_case(recorded)))
    }
}
