//! What all databases of a server share. Two walks in one server would get into each other's way there.

use migcheck_core::{Dialect, Revision, RevisionGraph};

const VERBS: [&str; 3] = ["CREATE", "ALTER", "DROP"];

/// The words that a statement follows on the same line.
const LEADS: [&str; 7] = ["AS", "BEGIN", "DO", "ELSE", "EXECUTE", "LOOP", "THEN"];

/// The first revision that changes what all databases of a server share, and the words it does so
/// with. Words in comments count: that only costs time.
pub(crate) fn shared_change(
    graph: &RevisionGraph,
    dialect: Dialect,
) -> Option<(&Revision, String)> {
    let revisions = graph.revisions().iter();
    revisions
        .filter_map(|one| Some((one, change(one, dialect)?)))
        .next()
}

fn change(revision: &Revision, dialect: Dialect) -> Option<String> {
    let nouns: &[&str] = match dialect {
        Dialect::Postgres => &[
            "ROLE",
            "USER",
            "GROUP",
            "DATABASE",
            "TABLESPACE",
            "SUBSCRIPTION",
            "SYSTEM",
        ],
        Dialect::MySql => &[
            "ROLE",
            "USER",
            "DATABASE",
            "SCHEMA",
            "SERVER",
            "TABLESPACE",
            "RESOURCE",
        ],
        // Each database is a file of its own.
        Dialect::Sqlite => return None,
    };
    let scripts = revision.scripts.iter();
    let scripts = scripts.filter(|script| script.dialect.is_none_or(|of| of == dialect));
    scripts
        .filter_map(|script| words_in(&script.source.text, nouns))
        .next()
}

/// The first two words of a statement that does it. The statement may stand in a function's body or
/// in a string that is executed; a sentence that has the words in its middle is none.
fn words_in(text: &str, nouns: &[&str]) -> Option<String> {
    let is = |word: &str, names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(word));
    let (mut before, mut end, mut begins) = ("", 0, true);
    for word in text.split(|c: char| !c.is_alphanumeric() && c != '_') {
        if word.is_empty() {
            continue;
        }
        if begins && is(word, nouns) && is(before, &VERBS) {
            return Some(format!("{before} {word}").to_uppercase());
        }
        let start = word.as_ptr().addr() - text.as_ptr().addr();
        let gap = text.get(end..start).unwrap_or_default();
        begins = match is(word, &VERBS) {
            true => end == 0 || gap.contains(|c| c != ' ' && c != '\t') || is(before, &LEADS),
            false => false,
        };
        (before, end) = (word, start + word.len());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::words_in;

    #[test]
    fn two_words_in_a_row_tell() {
        let nouns = ["ROLE", "USER"];
        assert_eq!(
            words_in("DO $$ BEGIN create\n  role app; END $$;", &nouns).as_deref(),
            Some("CREATE ROLE")
        );
        assert_eq!(words_in("CREATE TABLE user (role text);", &nouns), None);
        assert_eq!(words_in("DROP USER_DATA", &nouns), None);
    }

    #[test]
    fn only_the_beginning_of_a_statement_tells() {
        let nouns = ["ROLE", "USER"];
        let sentence = "RAISE EXCEPTION 'cannot create user with this name';";
        assert_eq!(words_in(sentence, &nouns), None);
        assert_eq!(words_in("SELECT 1; -- users\n", &nouns), None);
        for statement in [
            "-- the user\nDROP ROLE app",
            "EXECUTE 'CREATE ROLE ' || name;",
            "SELECT 1;DROP  ROLE app",
            "IF missing THEN CREATE\tROLE app; END IF;",
            "/* once */ ALTER\n  USER app WITH LOGIN",
        ] {
            assert!(words_in(statement, &nouns).is_some(), "{statement}");
        }
    }
}
