//! What a script leaves in its session beyond what every reset undoes, so that the next one finds the
//! session that it would find in a run of its own.
//!
//! Only what a script touches is put back: a script that sets nothing costs nothing. It is told from
//! the script's text, so that `sql` can print it; what a routine does is not seen.

mod mysql;
mod postgres;
mod sqlite;
#[cfg(test)]
mod tests;

use migcheck_core::Dialect;
use migcheck_core::split::Statement;

use crate::journal::words::words;

/// What has to be sent besides a script.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Traces {
    /// Before the script, outside of its transaction.
    pub(crate) before: Vec<String>,
    /// After it, outside of its transaction.
    pub(crate) after: Vec<String>,
    /// Where the script goes to another database. Of the way home its text does not tell.
    pub(crate) away: Option<Away>,
    /// Whether the script is run with foreign keys off; SQLite.
    pub(crate) keys_off: bool,
    /// Whether triggers that wait for COMMIT could find another session than the script has left
    /// them, once it is reset; PostgreSQL.
    pub(crate) sets: bool,
}

/// A script that goes to another database and stays there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Away {
    /// The statement that goes there.
    pub(crate) statement: usize,
    /// Where the way home belongs among what is sent afterwards.
    pub(crate) home_at: usize,
}

impl Traces {
    /// What `statements` leave; `wrapped` if they are one transaction.
    pub(crate) fn of(statements: &[Statement<'_>], dialect: Dialect, wrapped: bool) -> Self {
        let mut found = Self::default();
        match dialect {
            Dialect::Postgres => postgres::read(statements, &mut found),
            Dialect::MySql => mysql::read(statements, &mut found),
            Dialect::Sqlite => sqlite::read(statements, &mut found),
        }
        found.keys_off = dialect == Dialect::Sqlite && sqlite::says_keys_off(statements);
        // In a transaction SQLite does not hear it.
        if wrapped && found.keys_off {
            found.before.push("PRAGMA foreign_keys = OFF".to_owned());
            found.after.push("PRAGMA foreign_keys = ON".to_owned());
        }
        found
    }

    /// Whether there is anything to be kept before the script is run.
    pub(crate) fn are_kept(&self) -> bool {
        self.away.is_some() || !self.before.is_empty()
    }

    fn keep(&mut self, sql: String) {
        self.before.push(sql);
    }

    fn put_back(&mut self, sql: impl Into<String>) {
        let sql = sql.into();
        if !self.after.contains(&sql) {
            self.after.push(sql);
        }
    }
}

/// The first statement that gives back the lock of the session, which keeps other runs out. What
/// only defines a routine does nothing yet.
pub(crate) fn gives_back_lock<'a, 's>(
    statements: &'a [Statement<'s>],
    dialect: Dialect,
) -> Option<&'a Statement<'s>> {
    let function = match dialect {
        Dialect::Postgres => "pg_advisory_unlock_all",
        Dialect::MySql => "release_all_locks",
        Dialect::Sqlite => return None,
    };
    statements.iter().find(|statement| {
        let text = statement.text.to_ascii_lowercase();
        if !text.contains(function) && !text.starts_with("discard") {
            return false;
        }
        let words = words(statement.text, dialect);
        let first = |of: &[&str]| words.first().is_some_and(|word| word.is_one_of(of));
        let discards = dialect == Dialect::Postgres
            && first(&["DISCARD"])
            && words.get(1).is_some_and(|word| word.is("ALL"));
        let calls = || {
            words.windows(2).any(|two| {
                let name = two[0].name(dialect);
                two[1].is_mark('(') && name.is_some_and(|name| name.eq_ignore_ascii_case(function))
            })
        };
        discards || !first(&["CREATE", "ALTER"]) && calls()
    })
}
