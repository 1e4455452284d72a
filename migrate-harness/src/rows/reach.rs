//! Which tables a script can reach, told by the names in it: reading every table before and after
//! each stair would make a stair cost more with every table there is.
//!
//! A script names the tables it changes. What it reaches without naming, through a foreign key that
//! cascades, a trigger, a view or a function, is found by the server ([`widen`]); where a script
//! makes up its statements, or calls what cannot be looked into, everything is in reach.

use std::collections::BTreeSet;

use migcheck_core::Dialect;
use migcheck_db::{ServerError, Session};

use super::catalog::quoted_text;

/// The tables a script can reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Any.
    All,
    /// Those with one of these names, in any schema; most of the words name nothing.
    Named(BTreeSet<String>),
}

impl Scope {
    /// What one script names. Comments and texts are searched too: a table too many costs little.
    pub(crate) fn of(script: &str) -> Self {
        let found = words(script);
        // Statements that are put together while they run, and statements about whole schemas.
        let is_opaque = ["execute", "prepare", "call", "information_schema"]
            .iter()
            .any(|word| found.contains(*word))
            || found
                .iter()
                .any(|word| word.starts_with("pg_class") || word.starts_with("pg_table"))
            || (found.contains("schema") && (found.contains("drop") || found.contains("alter")));
        if is_opaque {
            return Self::All;
        }
        Self::Named(found)
    }

    pub(crate) fn none() -> Self {
        Self::Named(BTreeSet::new())
    }

    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Self::Named(names) if names.is_empty())
    }

    /// With what another one reaches.
    pub(crate) fn add(&mut self, other: Self) {
        match (&mut *self, other) {
            (Self::Named(names), Self::Named(others)) => names.extend(others),
            _ => *self = Self::All,
        }
    }

    /// The names as a list of SQL; none where it is all of them.
    pub(super) fn list(&self) -> Option<String> {
        match self {
            Self::All => None,
            Self::Named(names) => {
                // Names need no escape: they are words.
                let texts: Vec<String> = names
                    .iter()
                    .map(|name| quoted_text(name, Dialect::Postgres))
                    .collect();
                Some(texts.join(","))
            }
        }
    }
}

/// Every word of a text that could be a name, as it stands and in lower case: catalogs can then be
/// asked for names, which they have an index of. A name with other characters in it is found by none
/// of its words alone, so that its quoted form is a word too.
pub(super) fn words(text: &str) -> BTreeSet<String> {
    let plain = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let bare = text
        .split(|c: char| !plain(c))
        .filter(|word| !word.is_empty());
    let quoted = ['"', '`'].into_iter().flat_map(|mark| {
        let inside = text.split(mark).skip(1).step_by(2);
        inside.filter(|name| name.len() < 130 && name.contains(|c| !plain(c)))
    });
    let mut found = BTreeSet::new();
    for word in bare.chain(quoted) {
        if word.contains(char::is_uppercase) {
            found.insert(word.to_owned());
        }
        found.insert(word.to_lowercase());
    }
    found
}

/// How often a reach is followed further; what goes deeper is taken for everything.
const STEPS: usize = 8;

/// Adds what the named objects reach by themselves. Returns the statements that do so: of triggers,
/// functions and views.
pub(super) async fn widen(
    session: &mut dyn Session,
    scope: &mut Scope,
) -> Result<Vec<String>, ServerError> {
    let mut statements = Vec::new();
    let mut asked = BTreeSet::new();
    for _ in 0..STEPS {
        let Scope::Named(names) = &*scope else {
            return Ok(statements);
        };
        let fresh: BTreeSet<String> = names.difference(&asked).cloned().collect();
        if fresh.is_empty() {
            return Ok(statements);
        }
        let Some(list) = Scope::Named(fresh.clone()).list() else {
            return Ok(statements);
        };
        asked.extend(fresh);
        let truncates = asked.contains("truncate") && asked.contains("cascade");
        let sql = question(session.dialect(), &list, truncates);
        for text in session
            .rows(&sql, &[])
            .await?
            .into_iter()
            .flatten()
            .flatten()
        {
            scope.add(Scope::of(&text));
            // The name of a table is one word, most of the time.
            if text.contains(char::is_whitespace) {
                statements.push(text);
            }
        }
    }
    *scope = Scope::All;
    Ok(statements)
}

/// A query for the texts behind the objects in `list`, whose words are in reach as well.
fn question(dialect: Dialect, list: &str, truncates: bool) -> String {
    match dialect {
        // Every condition is one that the catalog has an index for, and arrays make the planner use it.
        // Each foreign key has triggers on the table that it refers to.
        Dialect::Postgres => format!(
            "WITH named AS MATERIALIZED (SELECT c.oid, c.relkind FROM pg_class c
               WHERE c.relname IN ({list}) AND c.oid >= 16384)
             SELECT c.relname::text FROM pg_trigger t JOIN pg_constraint k ON k.oid = t.tgconstraint
               JOIN pg_class c ON c.oid = k.conrelid
               WHERE t.tgrelid = ANY (ARRAY(SELECT oid FROM named)) AND k.contype = 'f' AND k.confrelid = t.tgrelid
               AND ({truncates} OR k.confdeltype IN ('c', 'n', 'd') OR k.confupdtype IN ('c', 'n', 'd'))
             UNION SELECT p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
               WHERE t.tgrelid = ANY (ARRAY(SELECT oid FROM named)) AND NOT t.tgisinternal
             UNION SELECT p.prosrc FROM pg_proc p WHERE p.oid >= 16384 AND p.proname IN ({list})
             UNION SELECT pg_get_viewdef(oid) FROM named WHERE relkind IN ('v', 'm')
             UNION SELECT pg_get_ruledef(r.oid) FROM pg_rewrite r
               WHERE r.ev_class = ANY (ARRAY(SELECT oid FROM named WHERE relkind IN ('r', 'p')))
             UNION SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
               WHERE i.inhparent = ANY (ARRAY(SELECT oid FROM named)) AND c.relkind IN ('r', 'p')
             UNION SELECT c.relname::text FROM pg_type t JOIN pg_depend d
                 ON d.refclassid = 'pg_type'::regclass AND d.refobjid IN (t.oid, t.typarray)
               JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
               WHERE t.typname IN ({list}) AND t.oid >= 16384 AND c.relkind IN ('r', 'p')"
        ),
        Dialect::MySql => format!(
            "SELECT TABLE_NAME FROM information_schema.REFERENTIAL_CONSTRAINTS
               WHERE CONSTRAINT_SCHEMA = DATABASE() AND REFERENCED_TABLE_NAME IN ({list})
               AND ({truncates} OR DELETE_RULE IN ('CASCADE', 'SET NULL') OR UPDATE_RULE IN ('CASCADE', 'SET NULL'))
             UNION ALL SELECT ACTION_STATEMENT FROM information_schema.TRIGGERS
               WHERE TRIGGER_SCHEMA = DATABASE() AND EVENT_OBJECT_TABLE IN ({list})
             UNION ALL SELECT ROUTINE_DEFINITION FROM information_schema.ROUTINES
               WHERE ROUTINE_SCHEMA = DATABASE() AND ROUTINE_NAME IN ({list})
             UNION ALL SELECT VIEW_DEFINITION FROM information_schema.VIEWS
               WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN ({list})"
        ),
        Dialect::Sqlite => format!(
            "SELECT m.name FROM sqlite_schema m, pragma_foreign_key_list(m.name) f
               WHERE m.type = 'table' AND lower(f.\"table\") IN ({list})
               AND (f.on_delete IN ('CASCADE', 'SET NULL', 'SET DEFAULT')
                 OR f.on_update IN ('CASCADE', 'SET NULL', 'SET DEFAULT'))
             UNION ALL SELECT sql FROM sqlite_schema
               WHERE (type = 'trigger' AND lower(tbl_name) IN ({list})) OR (type = 'view' AND lower(name) IN ({list}))"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_reaches_what_it_names() {
        let scope = Scope::of("ALTER TABLE Users ADD x int; UPDATE `odd name` SET y = 1");
        let Scope::Named(names) = scope else {
            unreachable!("it names its tables")
        };
        assert!(names.contains("users") && names.contains("odd name"));
    }

    #[test]
    fn what_makes_up_statements_reaches_everything() {
        for script in [
            "DO $$ BEGIN EXECUTE 'DROP TABLE a'; END $$",
            "CALL tidy()",
            "DROP SCHEMA a CASCADE",
        ] {
            assert_eq!(Scope::of(script), Scope::All, "{script}");
        }
    }
}
