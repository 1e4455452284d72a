//! refinery: a row a migration, with a hash of its name, version and SQL.
//!
//! `ASSERT_MIGRATIONS_TABLE_QUERY` of refinery_core: `version INT4 PRIMARY KEY, name, applied_on,
//! checksum`, the last three VARCHAR(255); the version is an INT8 with its feature `int8-versions`.

use migcheck_core::{Dialect, Script};

use super::originals::originals;
use super::siphash::siphash13;
use super::tool::{Claim, Ids, Tool, text_of};
use crate::Row;

pub(super) struct Refinery;

impl Tool for Refinery {
    fn table(&self) -> &'static str {
        "refinery_schema_history"
    }

    fn has_columns(&self, columns: &[String]) -> bool {
        columns == ["applied_on", "checksum", "name", "version"]
    }

    fn query(&self, table: &str, dialect: Dialect) -> String {
        let version = text_of("version", dialect);
        format!("SELECT {version}, name, checksum FROM {table} ORDER BY version")
    }

    fn claims(&self, rows: Vec<Row>) -> Vec<Claim> {
        let rows = rows.into_iter().map(|row| {
            let mut values = row.into_iter();
            let mut next = || values.next().flatten();
            Claim {
                version: next().unwrap_or_default(),
                name: next(),
                checksum: next(),
                dirty: None,
            }
        });
        rows.collect()
    }

    fn ids(&self) -> Ids {
        Ids::Number
    }

    fn verifies(&self, claim: &Claim, script: &Script) -> Option<bool> {
        let recorded: u64 = claim.checksum.as_deref()?.trim().parse().ok()?;
        let version: i64 = claim.version.parse().ok()?;
        let name = claim.name.as_deref()?;
        let narrow = i32::try_from(version).ok();
        let narrow = narrow.map(|version| version.to_le_bytes().to_vec());
        let widths = [narrow, Some(version.to_le_bytes().to_vec())];
        let is_of = |text: &str| {
            widths
                .iter()
                .flatten()
                .any(|version| checksum(name, version, text) == recorded)
        };
        Some(originals(script).any(|text| is_of(&text)))
    }
}

/// `Migration::unapplied` of refinery_core, which hashes with `SipHasher13::new()`. A text is hashed
/// with a 0xff behind it, as `str` implements `Hash`.
fn checksum(name: &str, version: &[u8], sql: &str) -> u64 {
    let parts = [name.as_bytes(), b"\xff", version, sql.as_bytes(), b"\xff"];
    siphash13(&parts.concat())
}
