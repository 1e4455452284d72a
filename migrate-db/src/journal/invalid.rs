//! The INVALID indexes that a `CONCURRENTLY` leaves where it fails; Postgres.
//!
//! They are to be dropped before it is run again, and nothing else is: an INVALID index may be
//! somebody else's, who is still at it or wants to see what went wrong. So before such a statement
//! the journal notes those that are there already, and when it has failed those that it left.

use migcheck_core::Dialect;

use super::Journal;
use super::effect::Effect;
use super::name::{Name, pg_text};
use super::probe::Probe;
use super::words::{Word, words};
use crate::ServerError;
use crate::migrate_error::MigrateError;

/// What the journal notes of the INVALID indexes that its statement may be taken to have left, by
/// their ids in the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Noted {
    /// They were there before it.
    Before(Vec<String>),
    /// It left them.
    Left(Vec<String>),
}

const BEFORE: &str = "before:";
const LEFT: &str = "left:";

impl Noted {
    /// As a word of the journal.
    pub(super) fn word(&self) -> String {
        match self {
            Self::Before(ids) => format!("{BEFORE}{}", ids.join(",")),
            Self::Left(ids) => format!("{LEFT}{}", ids.join(",")),
        }
    }

    /// Out of a word of the journal, if it is one.
    pub(super) fn read(word: &str) -> Option<Self> {
        let ids = |list: &str| {
            let ids = list.split(',').filter(|id| !id.is_empty());
            ids.map(str::to_owned).collect()
        };
        let before = || {
            word.strip_prefix(BEFORE)
                .map(|list| Self::Before(ids(list)))
        };
        let left = word.strip_prefix(LEFT).map(|list| Self::Left(ids(list)));
        left.or_else(before)
    }

    fn is_left(&self, id: &String) -> bool {
        match self {
            Self::Before(ids) => !ids.contains(id),
            Self::Left(ids) => ids.contains(id),
        }
    }
}

/// An index that cannot be used.
pub(super) struct Invalid {
    id: String,
    /// Its name in SQL, with its schema.
    pub(super) name: String,
    is_being_built: bool,
}

impl Journal<'_> {
    /// Notes what there is before the statement, if that is one that may leave INVALID indexes.
    pub(super) async fn note_invalid(&mut self) -> Result<(), MigrateError> {
        let found = self.invalid(self.at).await;
        let found = found.map_err(|error| self.refused(error))?;
        let Some(found) = found else {
            return Ok(());
        };
        if let (Effect::Seen(Probe::Built { index: Some(_), .. }), Some(there)) =
            (&self.effects[self.at], found.first())
        {
            // With IF NOT EXISTS the server would take it for what is wanted.
            let name = &there.name;
            let message = format!(
                "the index {name} is there already and INVALID: somebody else's CREATE INDEX is \
                 still at it or has failed; wait for it, or `DROP INDEX CONCURRENTLY {name}`"
            );
            let statement = &self.prepared.statements[self.at];
            let error = ServerError::local(message);
            return Err(self.prepared.statement(statement, error).into());
        }
        let ids = found.into_iter().map(|index| index.id).collect();
        self.noted = Some((self.at, Noted::Before(ids)));
        Ok(())
    }

    /// What the statement has left, as far as that was noted; then that is what is noted.
    pub(super) async fn leftovers(&mut self, at: usize) -> Result<Vec<Invalid>, ServerError> {
        let Some((_, noted)) = self.noted.clone().filter(|(of, _)| *of == at) else {
            return Ok(Vec::new());
        };
        let mut left = self.invalid(at).await?.unwrap_or_default();
        left.retain(|index| !index.is_being_built && noted.is_left(&index.id));
        let ids = left.iter().map(|index| index.id.clone()).collect();
        self.noted = Some((at, Noted::Left(ids)));
        Ok(left)
    }

    /// Drops what the statement has left.
    pub(super) async fn drop_leftovers(&mut self, at: usize) -> Result<(), MigrateError> {
        let left = self.leftovers(at).await;
        for Invalid { name, .. } in left.map_err(|error| self.refused(error))? {
            let drop = format!("DROP INDEX CONCURRENTLY IF EXISTS {name}");
            let dropped = self.session.execute(&drop).await;
            dropped.map_err(|error| self.refused(error))?;
            self.notes
                .push(format!("dropped the INVALID index {name} first"));
        }
        Ok(())
    }

    /// The INVALID indexes among those that a statement builds; none if it builds none in this way.
    async fn invalid(&mut self, at: usize) -> Result<Option<Vec<Invalid>>, ServerError> {
        let Some(condition) = self.builds(at) else {
            return Ok(None);
        };
        let sql = format!(
            "SELECT c.oid::text, format('%I.%I', n.nspname, c.relname),
               CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index p
                 WHERE p.index_relid = c.oid) THEN 'builds' END
             FROM pg_catalog.pg_index i
             JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE NOT i.indisvalid AND {condition} ORDER BY 2"
        );
        let rows = self.session.rows(&sql, &[]).await?;
        let index = |row: Vec<Option<String>>| {
            let mut row = row.into_iter();
            Some(Invalid {
                id: row.next()??,
                name: row.next()??,
                is_being_built: row.next()?.is_some(),
            })
        };
        Ok(Some(rows.into_iter().filter_map(index).collect()))
    }

    fn builds(&self, at: usize) -> Option<String> {
        if self.session.dialect() != Dialect::Postgres {
            return None;
        }
        builds(self.effects.get(at)?, self.prepared.statements[at].text)
    }
}

/// Which indexes a statement of Postgres builds beside the valid ones: a condition on `i` and `c`.
fn builds(effect: &Effect, statement: &str) -> Option<String> {
    match effect {
        Effect::Seen(Probe::Built { index, table }) => {
            let named = match index {
                Some(index) => format!("c.relname = {}", pg_text(index)),
                // As the server names them.
                None => "c.relname ~ '_idx[0-9]*$'".to_owned(),
            };
            let table = pg_text(table);
            Some(format!("i.indrelid = to_regclass({table}) AND {named}"))
        }
        Effect::Again => rebuilds(&words(statement, Dialect::Postgres)),
        _ => None,
    }
}

/// The word that notes the INVALID indexes before a statement of Postgres, as an expression; none for a
/// statement that leaves none.
pub(super) fn noted_by_server(effect: &Effect, statement: &str) -> Option<String> {
    let condition = builds(effect, statement)?;
    Some(format!(
        "'{BEFORE}' || coalesce((SELECT string_agg(c.oid::text, ',') FROM pg_catalog.pg_index i \
         JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid \
         WHERE NOT i.indisvalid AND {condition}), '')"
    ))
}

/// Which indexes a `REINDEX CONCURRENTLY` builds: each anew beside the old one, and the old one is
/// INVALID before it goes. The indexes of what is kept out of line belong to their tables.
fn rebuilds(words: &[Word<'_>]) -> Option<String> {
    let is_reindex = words.first()?.is("REINDEX");
    let concurrently = words.iter().any(|word| word.is("CONCURRENTLY"));
    if !is_reindex || !concurrently {
        return None;
    }
    let kind = words
        .iter()
        .position(|word| word.is_one_of(&["INDEX", "TABLE", "SCHEMA", "DATABASE", "SYSTEM"]))?;
    let tail = &words[kind + 1..];
    let tail = &tail[usize::from(tail.first().is_some_and(|word| word.is("CONCURRENTLY")))..];
    let named = || {
        let (name, _) = Name::read(tail, Dialect::Postgres)?;
        Some(pg_text(&name.quoted()))
    };
    let with_parts = |relation: &str| {
        format!(
            "SELECT to_regclass({relation}) UNION ALL SELECT relid FROM pg_catalog.pg_partition_tree(to_regclass({relation}))"
        )
    };
    let tables = match &words[kind] {
        kind if kind.is("INDEX") => {
            let indexes = with_parts(&named()?);
            format!("SELECT indrelid FROM pg_catalog.pg_index WHERE indexrelid IN ({indexes})")
        }
        kind if kind.is("TABLE") => with_parts(&named()?),
        kind if kind.is("SCHEMA") => {
            let schema = pg_text(&tail.first()?.name(Dialect::Postgres)?);
            format!(
                "SELECT oid FROM pg_catalog.pg_class WHERE relnamespace = to_regnamespace(quote_ident({schema}))"
            )
        }
        _ => "SELECT oid FROM pg_catalog.pg_class".to_owned(),
    };
    Some(format!(
        r"c.relname ~ '_cc(new|old)[0-9]*$' AND i.indrelid IN (WITH tables (id) AS ({tables})
          SELECT id FROM tables UNION ALL SELECT t.reltoastrelid FROM pg_catalog.pg_class t
          JOIN tables ON t.oid = id WHERE t.reltoastrelid <> 0)"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_is_read_again() {
        for noted in [
            Noted::Before(Vec::new()),
            Noted::Before(vec!["16390".to_owned()]),
            Noted::Left(vec!["1".to_owned(), "2".to_owned()]),
        ] {
            assert_eq!(Noted::read(&noted.word()), Some(noted));
        }
        assert_eq!(Noted::read("0123abcd"), None);
    }

    #[test]
    fn a_rebuild_is_of_what_it_names() {
        let condition = |sql| rebuilds(&words(sql, Dialect::Postgres)).unwrap_or_default();
        for (sql, tables) in [
            ("REINDEX TABLE CONCURRENTLY t", r#"to_regclass('"t"')"#),
            (
                "REINDEX (CONCURRENTLY, VERBOSE) TABLE \"S\".t",
                r#"to_regclass('"S"."t"')"#,
            ),
            (
                "REINDEX INDEX CONCURRENTLY s.i",
                r#"WHERE indexrelid IN (SELECT to_regclass('"s"."i"')"#,
            ),
            (
                "reindex schema concurrently Sales",
                "to_regnamespace(quote_ident('sales'))",
            ),
            (
                "REINDEX DATABASE CONCURRENTLY",
                "(SELECT oid FROM pg_catalog.pg_class)",
            ),
        ] {
            let found = condition(sql);
            assert!(found.contains(tables), "{sql}: {found}");
        }
        assert_eq!(condition("REINDEX TABLE t"), "");
        assert_eq!(condition("VACUUM t"), "");
    }
}
