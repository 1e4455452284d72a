//! PostgreSQL: `RESET ALL` is part of every reset, and `DISCARD ALL` would give back the lock.

use migcheck_core::Dialect;
use migcheck_core::split::Statement;

use super::Traces;
use crate::journal::words::{Word, words};
use crate::literal::quoted;

pub(super) fn read(statements: &[Statement<'_>], found: &mut Traces) {
    // Not DEALLOCATE ALL: the driver keeps statements of its own in the session.
    let mut prepared: Vec<String> = Vec::new();
    for statement in statements {
        let text = statement.text.to_ascii_lowercase();
        found.sets |= text.contains("set_config");
        // Also in a body that is run at once.
        let is_temporary =
            |word: &str| matches!(word, "temp" | "temporary") || word.starts_with("pg_temp");
        if text
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .any(is_temporary)
        {
            found.put_back("DISCARD TEMP");
        }
        let reads = ["currval", "lastval"]
            .iter()
            .any(|name| text.contains(name));
        if reads && found.before.is_empty() {
            found.before.push("DISCARD SEQUENCES".to_owned());
        }
        if !["set", "prepare", "deallocate", "listen", "declare"]
            .iter()
            .any(|word| text.contains(word))
        {
            continue;
        }
        let words = words(statement.text, Dialect::Postgres);
        found.sets |= sets(&words);
        let Some(first) = words.first() else { continue };
        let name = |at: usize| {
            let name = words.get(at)?.name(Dialect::Postgres)?;
            Some(quoted(Dialect::Postgres, &name))
        };
        if first.is("PREPARE") && !statement.transaction_control {
            prepared.extend(name(1));
        } else if first.is("DEALLOCATE") {
            let at = 1 + usize::from(words.get(1).is_some_and(|word| word.is("PREPARE")));
            match words.get(at) {
                Some(all) if all.is("ALL") => prepared.clear(),
                _ => prepared.retain(|one| Some(one) != name(at).as_ref()),
            }
        } else if first.is("LISTEN") {
            found.put_back("UNLISTEN *");
        } else if first.is("DECLARE") {
            found.put_back("CLOSE ALL");
        }
    }
    for name in prepared {
        found.put_back(format!("DEALLOCATE {name}"));
    }
}

/// Whether a statement changes a setting or the role, also in a body that is run at once.
fn sets(statement: &[Word<'_>]) -> bool {
    let does = |words: &[Word<'_>]| {
        let is = |at: usize, of: &[&str]| words.get(at).is_some_and(|word| word.is_one_of(of));
        is(0, &["SET", "RESET"]) && !is(1, &["CONSTRAINTS", "TRANSACTION"])
    };
    let in_body = |word: &Word<'_>| {
        let body = word.body().unwrap_or_default();
        let words = words(body, Dialect::Postgres);
        (0..words.len()).any(|at| does(&words[at..]))
    };
    let is_run = statement.first().is_some_and(|word| word.is("DO"));
    does(statement) || is_run && statement.iter().any(in_body)
}
