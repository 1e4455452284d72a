//! Tables that a statement drops or replaces; MySQL and MariaDB.
//!
//! A table of that name that was made after the journal's line may be another one, whose rows are not to
//! go. When a table was made the server tells in seconds, and takes one that is altered for a new one.

use super::name::{Name, text};
use super::probe::{Verdict, schema};
use crate::ServerError;
use crate::session::Session;

/// When each that is there was made; not of a view.
fn made(names: &[Name]) -> String {
    let one = |name: &Name| {
        format!(
            "SELECT CREATE_TIME c FROM information_schema.TABLES \
             WHERE TABLE_SCHEMA = {} AND TABLE_NAME = {}",
            schema(name),
            text(&name.name)
        )
    };
    let queries: Vec<String> = names.iter().map(one).collect();
    queries.join(" UNION ALL ")
}

/// The SQL for the second it is now, how many of them there are, and how many were made in it.
pub(super) fn expression(names: &[Name]) -> String {
    counted(&made(names))
}

fn counted(made: &str) -> String {
    format!(
        "(SELECT CONCAT_WS('.', UNIX_TIMESTAMP(SYSDATE()), COUNT(*), \
         COUNT(CASE WHEN c >= SYSDATE() THEN 1 END)) FROM ({made}) q)"
    )
}

/// When each table of a database was made.
fn made_in(database: &Name) -> String {
    format!(
        "SELECT CREATE_TIME c FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} \
         AND TABLE_TYPE <> 'VIEW'",
        text(&database.name)
    )
}

/// As [`expression`], of the tables of a database, and whether that is there.
pub(super) fn of_database(name: &Name) -> String {
    format!(
        "(SELECT CONCAT_WS('.', {}, (SELECT COUNT(*) FROM information_schema.SCHEMATA \
         WHERE SCHEMA_NAME = {})))",
        counted(&made_in(name)),
        text(&name.name)
    )
}

/// What became of a DROP DATABASE.
pub(super) async fn dropped_database(
    session: &mut dyn Session,
    name: &Name,
    conditional: bool,
    fingerprint: &str,
) -> Result<Verdict, ServerError> {
    let database = text(&name.name);
    let in_it = |table: &str, column: &str| {
        format!("SELECT '1' FROM information_schema.{table} WHERE {column} = {database}")
    };
    let is_there = in_it("SCHEMATA", "SCHEMA_NAME");
    if session.rows(&is_there, &[]).await?.is_empty() {
        return Ok(Verdict::Ran);
    }
    if fingerprint.rsplit('.').next() != Some("1") {
        // There was none to drop, and this one is somebody else's.
        return Ok(if conditional {
            Verdict::Ran
        } else {
            Verdict::Unknown
        });
    }
    if read_made(session, &made_in(name), fingerprint)
        .await?
        .kept()
        > 0
    {
        return Ok(Verdict::NotRun);
    }
    let contents = [
        in_it("TABLES", "TABLE_SCHEMA"),
        in_it("ROUTINES", "ROUTINE_SCHEMA"),
        in_it("EVENTS", "EVENT_SCHEMA"),
    ];
    let contents = session.rows(&contents.join(" UNION ALL "), &[]).await?;
    // With one that is empty nothing is lost; what is in one may have been put there since.
    Ok(match contents.is_empty() {
        true => Verdict::NotRun,
        false => Verdict::Unknown,
    })
}

/// What there is now of the tables, before whose statement there was what the journal says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Existing {
    /// How many there were, if the journal knows.
    before: Option<usize>,
    /// How many of these were made in the second of the journal's line.
    young: usize,
    /// How many there are that were made before that second.
    old: usize,
    /// In that second.
    same: usize,
    /// After it.
    new: usize,
}

/// Looks what there is now.
pub(super) async fn read(
    session: &mut dyn Session,
    names: &[Name],
    fingerprint: &str,
) -> Result<Existing, ServerError> {
    read_made(session, &made(names), fingerprint).await
}

async fn read_made(
    session: &mut dyn Session,
    made: &str,
    fingerprint: &str,
) -> Result<Existing, ServerError> {
    let mut parts = fingerprint.split('.').map(str::parse::<usize>);
    let mut part = || parts.next().and_then(Result::ok);
    let (second, before, young) = (part(), part(), part().unwrap_or_default());
    let second = second.unwrap_or(usize::MAX);
    let sql = format!("SELECT CAST(COALESCE(UNIX_TIMESTAMP(c), 0) AS CHAR) FROM ({made}) q");
    let rows = session.rows(&sql, &[]).await?;
    let (mut old, mut same, mut new) = (0, 0, 0);
    for made in rows.into_iter().flatten().flatten() {
        let made: usize = made.parse().unwrap_or_default();
        *match made.cmp(&second) {
            std::cmp::Ordering::Less => &mut old,
            std::cmp::Ordering::Equal => &mut same,
            std::cmp::Ordering::Greater => &mut new,
        } += 1;
    }
    Ok(Existing {
        before,
        young,
        old,
        same,
        new,
    })
}

impl Existing {
    /// How many there are that were there before. Within one second nobody makes a table, has it
    /// dropped, and makes it again.
    fn kept(self) -> usize {
        self.old + if self.young > 0 { self.same } else { 0 }
    }

    /// What became of a DROP of so many.
    pub(super) fn dropped(self, named: usize, conditional: bool) -> Verdict {
        let kept = self.kept();
        let anew = self.old + self.same + self.new - kept;
        match (kept, anew) {
            (0, 0) => Verdict::Ran,
            // Made anew, or altered by somebody else.
            (0, _) => Verdict::Unknown,
            // Those that are left can go.
            (_, 0) if conditional => Verdict::NotRun,
            (kept, 0) if kept == self.before.unwrap_or(named) => Verdict::NotRun,
            _ => Verdict::Partly,
        }
    }

    /// What became of a CREATE OR REPLACE of one.
    pub(super) fn replaced(self) -> Verdict {
        match (self.new, self.same) {
            (0, 0) => Verdict::NotRun,
            (0, _) if self.young > 0 => Verdict::Unknown,
            _ => Verdict::Ran,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn existing(before: usize, young: usize, [old, same, new]: [usize; 3]) -> Existing {
        Existing {
            before: Some(before),
            young,
            old,
            same,
            new,
        }
    }

    #[test]
    fn a_table_that_was_made_since_may_be_another_one() {
        let dropped = |now| existing(2, 0, now).dropped(2, false);
        assert_eq!(dropped([2, 0, 0]), Verdict::NotRun);
        assert_eq!(dropped([0, 0, 0]), Verdict::Ran);
        assert_eq!(dropped([0, 1, 1]), Verdict::Unknown);
        assert_eq!(dropped([1, 0, 0]), Verdict::Partly);
        assert_eq!(dropped([1, 0, 1]), Verdict::Partly);
        // One of two was there before, and only that one could go.
        assert_eq!(existing(1, 0, [1, 0, 0]).dropped(2, false), Verdict::NotRun);
        assert_eq!(existing(2, 0, [1, 0, 0]).dropped(2, true), Verdict::NotRun);
        // Made in the second in which it was about to be dropped.
        assert_eq!(existing(1, 1, [0, 1, 0]).dropped(1, false), Verdict::NotRun);
        assert_eq!(
            existing(1, 1, [0, 0, 1]).dropped(1, false),
            Verdict::Unknown
        );
    }

    #[test]
    fn a_table_is_replaced_by_one_that_was_made_later() {
        let replaced = |young, now| existing(1, young, now).replaced();
        assert_eq!(replaced(0, [1, 0, 0]), Verdict::NotRun);
        assert_eq!(replaced(0, [0, 0, 0]), Verdict::NotRun);
        assert_eq!(replaced(0, [0, 1, 0]), Verdict::Ran);
        assert_eq!(replaced(0, [0, 0, 1]), Verdict::Ran);
        assert_eq!(replaced(1, [0, 1, 0]), Verdict::Unknown);
    }
}
