//! PostgreSQL: `RESET ALL` is part of every reset, and `DISCARD ALL` would give back the lock.

use migcheck_core::Dialect;
use migcheck_core::split::Statement;

use super::Traces;
use crate::journal::words::words;
use crate::literal::quoted;

pub(super) fn read(statements: &[Statement<'_>], found: &mut Traces) {
    // Not DEALLOCATE ALL: the driver keeps statements of its own in the session.
    let mut prepared: Vec<String> = Vec::new();
    for statement in statements {
        let text = statement.text.to_ascii_lowercase();
        found.sets |= sets(&text);
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
        if !["prepare", "deallocate", "listen", "declare"]
            .iter()
            .any(|word| text.contains(word))
        {
            continue;
        }
        let words = words(statement.text, Dialect::Postgres);
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
fn sets(text: &str) -> bool {
    let does = |text: &str| {
        let mut words = text.split_whitespace();
        let is_set = words
            .next()
            .is_some_and(|word| word == "set" || word == "reset");
        is_set
            && !words
                .next()
                .is_some_and(|word| word == "constraints" || word == "transaction")
    };
    text.contains("set_config")
        || does(text)
        || text.starts_with("do")
            && text
                .split(';')
                .any(|one| one.match_indices("set ").any(|(at, _)| does(&one[at..])))
}
