//! Which scripts take something away that no down script brings back.

use migcheck_core::split::split;
use migcheck_core::{Dialect, Script};

/// Whether a script drops, truncates or deletes anything.
///
/// It looks at words, also those in comments and in the bodies of routines: a backup too many costs
/// less than one too few. A script that cannot be read is destructive.
#[must_use]
pub fn is_destructive(script: &Script, dialect: Dialect) -> bool {
    match split(&script.source.text, dialect) {
        Ok(statements) => statements.iter().any(|one| takes_away(one.text)),
        Err(_) => true,
    }
}

fn takes_away(sql: &str) -> bool {
    let words: Vec<String> = sql
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_uppercase)
        .collect();
    let word = |at: usize| words.get(at).map(String::as_str);
    (0..words.len()).any(|at| match word(at) {
        Some("DROP" | "TRUNCATE") => true,
        // `ON DELETE CASCADE`, `AFTER DELETE ON` and `GRANT DELETE` delete nothing.
        Some("DELETE") => at == 0 || word(at + 1) == Some("FROM"),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::takes_away;

    #[test]
    fn what_takes_something_away() {
        for sql in [
            "DROP TABLE t",
            "ALTER TABLE t DROP COLUMN a",
            "truncate t",
            "delete from t",
            "DELETE t FROM t JOIN s USING (id)",
            "WITH old AS (DELETE FROM t RETURNING *) INSERT INTO s SELECT * FROM old",
            "DO $$ BEGIN DELETE FROM t; END $$",
        ] {
            assert!(takes_away(sql), "{sql}");
        }
        for sql in [
            "CREATE TABLE t (id int REFERENCES s ON DELETE CASCADE)",
            "CREATE TRIGGER g AFTER DELETE ON t FOR EACH ROW EXECUTE FUNCTION f()",
            "GRANT SELECT, DELETE ON t TO app",
            "CREATE TABLE dropped (is_deleted int)",
            "INSERT INTO t VALUES (1)",
        ] {
            assert!(!takes_away(sql), "{sql}");
        }
    }
}
