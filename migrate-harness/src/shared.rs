//! What all databases of a server share. Two walks in one server would get into each other's way there.

use migcheck_core::{Dialect, Revision, RevisionGraph};

const VERBS: [&str; 3] = ["CREATE", "ALTER", "DROP"];

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

fn words_in(text: &str, nouns: &[&str]) -> Option<String> {
    let is = |word: &str, names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(word));
    let mut before = "";
    for word in text.split(|c: char| !c.is_alphanumeric() && c != '_') {
        if word.is_empty() {
            continue;
        }
        if is(word, nouns) && is(before, &VERBS) {
            return Some(format!("{before} {word}").to_uppercase());
        }
        before = word;
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
}
