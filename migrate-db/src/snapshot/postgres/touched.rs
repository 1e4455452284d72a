//! What a transaction changed, asked of the server just before its COMMIT.
//!
//! Nothing is installed for it. Three things are known of a transaction from within: its locks, which
//! DDL on a relation and every drop hold until the end; the numbers of rows it wrote to each catalog
//! (`pg_stat_xact_sys_tables`); and, in a catalog that it wrote to, the rows themselves, by `xmin`.
//! GRANT alone changes a relation without a lock, and a scan of `pg_class` for its `xmin` would cost
//! more with every table, so a script's GRANTs are read for the names in them.
//!
//! What a deferred trigger changes at COMMIT comes after the question. That, and whatever else should
//! get past it, is found when the reader compares what it has with everything there is.

use std::collections::{BTreeMap, BTreeSet};

use migcheck_core::split::Statement;

use super::reading::Unit;
use crate::Row;
use crate::snapshot::ident::literal;

/// What has to be read again.
#[derive(Debug, Default)]
pub(super) struct Touched {
    /// With the letters of a relation, of those that are one.
    pub units: BTreeMap<Unit, String>,
    /// Units that were locked; they matter if they are known.
    pub held: BTreeSet<Unit>,
    /// Catalogs whose units all have to be.
    pub catalogs: BTreeSet<&'static str>,
    /// The OID of the newest type there is.
    pub newest_type: u32,
}

/// What became of the schema.
pub(super) enum Changes {
    /// What was touched, which may be nothing.
    Of(Touched),
    /// More than can be told, or it cannot be told.
    Everything,
}

/// Catalogs of which each row can be read again, for the query below tells which.
pub(super) const BY_ROW: [&str; 3] = ["pg_class", "pg_type", "pg_proc"];

/// Catalogs with few rows that are the user's: a row that was added or deleted, or of which the
/// comment changed, has all units of the second catalog read again.
const AS_A_WHOLE: &[(&str, &str)] = &[
    ("pg_cast", "pg_cast"),
    ("pg_collation", "pg_collation"),
    ("pg_default_acl", "pg_default_acl"),
    ("pg_event_trigger", "pg_event_trigger"),
    ("pg_foreign_data_wrapper", "pg_foreign_data_wrapper"),
    ("pg_foreign_server", "pg_foreign_server"),
    ("pg_user_mapping", "pg_user_mapping"),
    ("pg_namespace", "pg_namespace"),
    ("pg_operator", "pg_operator"),
    ("pg_opclass", "pg_opclass"),
    ("pg_opfamily", "pg_opfamily"),
    ("pg_amop", "pg_opfamily"),
    ("pg_amproc", "pg_opfamily"),
    ("pg_publication", "pg_publication"),
    ("pg_publication_rel", "pg_publication"),
    ("pg_publication_namespace", "pg_publication"),
    ("pg_am", "pg_am"),
    ("pg_conversion", "pg_conversion"),
    ("pg_language", "pg_language"),
    ("pg_subscription", "pg_subscription"),
    ("pg_transform", "pg_transform"),
    ("pg_ts_parser", "pg_ts_parser"),
    ("pg_ts_template", "pg_ts_template"),
    ("pg_ts_config", "pg_ts_config"),
    ("pg_ts_config_map", "pg_ts_config"),
    ("pg_ts_dict", "pg_ts_dict"),
];

/// Of those, the ones whose names are in no other object's definition.
const NAMED_NOWHERE: [&str; 9] = [
    "pg_cast",
    "pg_default_acl",
    "pg_event_trigger",
    "pg_publication",
    "pg_publication_rel",
    "pg_subscription",
    "pg_transform",
    "pg_ts_config_map",
    "pg_user_mapping",
];

/// Catalogs that are seldom written to; a new name in them can be anywhere.
const EVERYTHING: [&str; 3] = ["pg_extension", "pg_authid", "pg_tablespace"];

/// The query, to be executed in the transaction: the newest type that is known, relations that the
/// script named in a GRANT, and whether it may have granted without a name to be seen.
pub(super) fn question() -> String {
    let catalogs: Vec<String> = AS_A_WHOLE
        .iter()
        .map(|(catalog, _)| *catalog)
        .chain(EVERYTHING)
        .chain(["pg_attribute", "pg_constraint", "pg_enum", "pg_range"])
        .chain(["pg_statistic_ext"])
        .chain(BY_ROW)
        .map(|catalog| format!("'{catalog}'::regclass"))
        .collect();
    QUESTION.replace("{catalogs}", &catalogs.join(", "))
}

/// Rows of `moved`, catalog, and 1 or 0 for inserted, updated and deleted rows; of `relation`, the
/// letters of [`Reading::for_relations`](super::reading::Reading) and the OID; of `unit`, catalog and
/// OID; and of `held`, catalog and OID, for locks on what is no relation.
///
/// `age` is at most 0 for rows of this transaction and of its subtransactions. The scalar subqueries
/// have a scan left out, and not made in vain, where its catalog was not written to.
const QUESTION: &str = "
WITH locks AS MATERIALIZED (
  SELECT DISTINCT l.relation, l.classid, l.objid FROM pg_lock_status() l
  WHERE l.pid = pg_backend_pid() AND l.locktype IN ('relation', 'object')
  AND (l.mode NOT IN ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock')
    OR l.classid = 'pg_extension'::regclass)
), moved AS MATERIALIZED (
  SELECT m.oid, pg_stat_get_xact_tuples_inserted(m.oid) AS ins,
    pg_stat_get_xact_tuples_updated(m.oid) AS upd, pg_stat_get_xact_tuples_deleted(m.oid) AS del
  FROM unnest(ARRAY[{catalogs}]::oid[]) m (oid)
), named AS (
  SELECT l.relation FROM locks l WHERE l.relation >= 16384
  UNION SELECT i.indrelid FROM locks l JOIN pg_index i ON i.indexrelid = l.relation
  WHERE l.relation >= 16384
  UNION SELECT d.refobjid FROM locks l
  JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = l.relation
    AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'i' WHERE l.relation >= 16384
  UNION SELECT k.conrelid FROM locks l JOIN pg_constraint k ON k.oid = l.objid
  WHERE l.classid = 'pg_constraint'::regclass
  UNION SELECT k.tgrelid FROM locks l JOIN pg_trigger k ON k.oid = l.objid
  WHERE l.classid = 'pg_trigger'::regclass
  UNION SELECT k.ev_class FROM locks l JOIN pg_rewrite k ON k.oid = l.objid
  WHERE l.classid = 'pg_rewrite'::regclass
  UNION SELECT k.polrelid FROM locks l JOIN pg_policy k ON k.oid = l.objid
  WHERE l.classid = 'pg_policy'::regclass
  UNION SELECT k.stxrelid FROM locks l JOIN pg_statistic_ext k ON k.oid = l.objid
  WHERE l.classid = 'pg_statistic_ext'::regclass
  UNION SELECT k.stxrelid FROM pg_statistic_ext k WHERE age(k.xmin) <= 0
  AND (SELECT ins + upd > 0 FROM moved WHERE oid = 'pg_statistic_ext'::regclass)
  UNION SELECT c.oid FROM pg_class c WHERE c.relname = ANY ($2) AND c.oid >= 16384
  UNION SELECT c.oid FROM pg_class c WHERE $3 AND c.oid >= 16384 AND age(c.xmin) <= 0
  AND (SELECT upd > 0 FROM moved WHERE oid = 'pg_class'::regclass)
  UNION SELECT a.attrelid FROM pg_attribute a
  WHERE $3 AND a.attrelid >= 16384 AND age(a.xmin) <= 0
  AND (SELECT upd > 0 FROM moved WHERE oid = 'pg_attribute'::regclass)
)
SELECT 'moved', m.oid::regclass::text, concat(sign(ins), sign(upd), sign(del)) FROM moved m
WHERE ins + upd + del > 0
UNION ALL SELECT 'setting', current_setting('track_counts'), pg_stat_force_next_flush()::text
UNION ALL SELECT 'newest', 'pg_type', (SELECT max(oid)::text FROM pg_type)
UNION ALL SELECT 'relation', coalesce(c.relkind::text
    || CASE WHEN EXISTS (SELECT FROM pg_trigger k WHERE k.tgrelid = c.oid AND NOT k.tgisinternal)
      THEN 't' ELSE '' END
    || CASE WHEN c.relhasrules THEN 'R' ELSE '' END
    || CASE WHEN EXISTS (SELECT FROM pg_policy k WHERE k.polrelid = c.oid) THEN 'P' ELSE '' END
    || CASE WHEN EXISTS (SELECT FROM pg_statistic_ext k WHERE k.stxrelid = c.oid)
      THEN 's' ELSE '' END, ''), r.relation::text
FROM named r LEFT JOIN pg_class c ON c.oid = r.relation
WHERE c.oid IS NULL OR c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
UNION ALL SELECT 'unit', 'pg_type', c.reltype::text FROM locks l
JOIN pg_class c ON c.oid = l.relation AND c.relkind = 'c'
UNION ALL SELECT 'held', l.classid::regclass::text, l.objid::text FROM locks l
WHERE l.classid IS NOT NULL
UNION ALL SELECT 'unit', 'pg_type', k.contypid::text FROM locks l
JOIN pg_constraint k ON k.oid = l.objid WHERE l.classid = 'pg_constraint'::regclass AND k.contypid > 0
UNION ALL SELECT 'unit', 'pg_proc', p.oid::text FROM pg_proc p
WHERE p.oid >= 16384 AND age(p.xmin) <= 0
AND (SELECT ins + upd > 0 FROM moved WHERE oid = 'pg_proc'::regclass)
UNION ALL SELECT 'unit', 'pg_type', t.oid::text FROM pg_type t
WHERE t.oid >= (SELECT CASE WHEN upd > 0 THEN 16384 ELSE $1 END FROM moved
  WHERE oid = 'pg_type'::regclass)
AND age(t.xmin) <= 0 AND t.typcategory <> 'A'
AND (t.typrelid = 0 OR EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))
AND (SELECT ins + upd > 0 FROM moved WHERE oid = 'pg_type'::regclass)
UNION ALL SELECT 'unit', 'pg_type', k.contypid::text FROM pg_constraint k
WHERE k.contypid >= 16384 AND age(k.xmin) <= 0
AND (SELECT ins + upd > 0 FROM moved WHERE oid = 'pg_constraint'::regclass)
UNION ALL SELECT 'unit', 'pg_type', e.enumtypid::text FROM pg_enum e
WHERE age(e.xmin) <= 0
AND (SELECT ins + upd > 0 FROM moved WHERE oid = 'pg_enum'::regclass)";

/// Reads the answer. `has_domains`: whether any domain is known.
pub(super) fn answer(rows: Vec<Row>, has_domains: bool) -> Changes {
    let mut touched = Touched::default();
    let mut told = false;
    for row in rows {
        let [Some(what), Some(catalog), Some(value)] = row.as_slice() else {
            // `pg_stat_force_next_flush` returns nothing.
            if row.first().and_then(Option::as_deref) == Some("setting") {
                told = row.get(1).and_then(Option::as_deref) == Some("on");
            }
            continue;
        };
        match what.as_str() {
            "setting" => told = catalog == "on",
            "unit" => touched.add(catalog, value),
            "newest" => touched.newest_type = value.parse().unwrap_or_default(),
            "relation" => touched.add_relation(value, catalog),
            "held" => {
                touched.held.extend(unit(catalog, value));
                if catalog == "pg_extension" {
                    return Changes::Everything;
                }
                touched.add_whole(catalog);
            }
            "moved" => {
                let updated = value.as_bytes().get(1) == Some(&b'1');
                let named = !NAMED_NOWHERE.contains(&catalog.as_str());
                if EVERYTHING.contains(&catalog.as_str()) {
                    return Changes::Everything;
                }
                if touched.add_whole(catalog) && updated && named {
                    return Changes::Everything;
                }
                let domains = catalog == "pg_constraint" && has_domains && value.ends_with('1');
                if domains || catalog == "pg_range" {
                    touched.catalogs.insert("pg_type");
                }
            }
            _ => {}
        }
    }
    if told {
        Changes::Of(touched)
    } else {
        Changes::Everything
    }
}

/// Every letter of a relation.
const ALL_LETTERS: &str = "rpfvmStRPs";

fn unit(catalog: &str, oid: &str) -> Option<Unit> {
    let catalog = BY_ROW.into_iter().find(|known| *known == catalog)?;
    Some((catalog, oid.parse().ok()?))
}

impl Touched {
    pub(super) fn is_empty(&self) -> bool {
        self.units.is_empty() && self.catalogs.is_empty()
    }

    pub(super) fn join(&mut self, other: Self) {
        for (unit, letters) in other.units {
            self.units.entry(unit).or_default().push_str(&letters);
        }
        self.catalogs.extend(other.catalogs);
    }

    /// Adds a row of a catalog that is read row by row, of which it is not known what there is to
    /// be read of it.
    pub(super) fn add(&mut self, catalog: &str, oid: &str) {
        if let Some(unit) = unit(catalog, oid) {
            self.units.insert(unit, ALL_LETTERS.to_owned());
        }
    }

    fn add_relation(&mut self, oid: &str, letters: &str) {
        if let Some(unit) = unit("pg_class", oid) {
            self.units.entry(unit).or_default().push_str(letters);
        }
    }

    /// Adds a catalog that is read as a whole, if it is one of those.
    pub(super) fn add_whole(&mut self, catalog: &str) -> bool {
        let found = AS_A_WHOLE.iter().find(|(known, _)| *known == catalog);
        self.catalogs.extend(found.map(|(_, of)| *of));
        found.is_some()
    }
}

/// What a script may do that the question would not see by itself.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Hidden {
    /// What stands in its GRANTs and REVOKEs, names of relations among them.
    pub names: BTreeSet<String>,
    /// Whether it may have granted something without naming it.
    pub grants: bool,
    /// Whether it may do what leaves no trace at all.
    pub anything: bool,
}

impl Hidden {
    pub(super) fn of(statements: &[Statement<'_>]) -> Self {
        let mut hidden = Self::default();
        for statement in statements {
            hidden.read(statement.text);
        }
        hidden
    }

    fn read(&mut self, text: &str) {
        let words = || {
            text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))
                .filter(|word| !word.is_empty())
        };
        let is = |word: &str, one_of: &[&str]| one_of.iter().any(|w| word.eq_ignore_ascii_case(w));
        let first = words().next().unwrap_or_default();
        let says = |one_of: &[&str]| words().any(|word| is(word, one_of));
        if is(first, &["GRANT", "REVOKE"]) {
            if says(&["SCHEMA"]) {
                self.grants = true;
            } else {
                // Names fold to lower case, unless they are in quotes, where anything may stand.
                self.names.extend(words().map(str::to_lowercase));
                let quoted = text.split('"').skip(1).step_by(2);
                self.names.extend(quoted.map(str::to_owned));
            }
        } else if !is(first, &["COMMENT", "ALTER"]) && mentions_grants(text) {
            self.grants = true;
        }
        // Writing to catalogs by hand, and what the question rests upon.
        let writes = says(&["INSERT", "UPDATE", "DELETE", "MERGE"]);
        let catalog = |word: &str| word.get(..3).is_some_and(|p| p.eq_ignore_ascii_case("pg_"));
        self.anything |= writes && words().any(catalog) || says(&["track_counts"]);
    }
}

/// Whether a text has a word in it that changes privileges.
pub(super) fn mentions_grants(text: &str) -> bool {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .any(|word| {
            let is = |other: &str| word.eq_ignore_ascii_case(other);
            is("GRANT") || is("REVOKE") || is("OWNED")
        })
}

/// Texts as a Postgres array.
pub(super) fn text_array<'a>(texts: impl IntoIterator<Item = &'a String>) -> String {
    let texts: Vec<String> = texts.into_iter().map(|text| literal(text)).collect();
    format!("ARRAY[{}]::text[]", texts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(text: &str) -> Hidden {
        let mut hidden = Hidden::default();
        hidden.read(text);
        hidden
    }

    #[test]
    fn grants_name_what_they_change() {
        let found = hidden("GRANT SELECT (a) ON Users, \"Or\"\"ders\" TO PUBLIC");
        assert!(found.names.contains("users"));
        assert!(!found.grants && !found.anything);
        assert!(hidden("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC").grants);
        assert!(hidden("DO $$ BEGIN EXECUTE 'grant select on t to public'; END $$").grants);
        assert!(hidden("DROP OWNED BY bob").grants);
        assert_eq!(hidden("CREATE TABLE granted (id int)"), Hidden::default());
        let defaults = "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC";
        assert_eq!(hidden(defaults), Hidden::default());
    }

    #[test]
    fn catalogs_can_be_written_to_by_hand() {
        assert!(hidden("UPDATE pg_catalog.pg_index SET indisvalid = false").anything);
        assert!(hidden("SET track_counts = off").anything);
        assert!(!hidden("SELECT oid FROM pg_class").anything);
    }
}
