//! Foreign keys of SQLite. With keys on, DROP TABLE deletes every row first, and with them what refers
//! to them ON DELETE CASCADE; <https://www.sqlite.org/lang_altertable.html#otheralter> is the way to
//! build a table anew: keys off, and a check of all of them before the end.

use std::collections::HashSet;

use migcheck_core::Dialect;
use migcheck_core::split::Statement;

use crate::ServerError;
use crate::journal::words::{Word, words};
use crate::literal::{literal, quoted};
use crate::session::{Row, Session};

/// What a person writes where rows would go.
const HELP: &str = "to build the table anew, write `PRAGMA foreign_keys = OFF;` at the top of the script: \
     migcheck then runs it with foreign keys off, and checks them all before it commits; \
     if the rows may go, delete them in a statement of their own before this one";

/// Why a DROP TABLE is not run, if it would change rows of another table: what it is to be refused with,
/// and what to do.
pub(crate) async fn loss(
    session: &mut dyn Session,
    statements: &[Statement<'_>],
    at: &Statement<'_>,
) -> Result<Option<(ServerError, String)>, ServerError> {
    let Some((schema, table)) = dropped(at) else {
        return Ok(None);
    };
    // Tables whose rows go, and those before `next` have been looked at.
    let (mut emptied, mut next) = (vec![table], 0);
    while let Some(table) = emptied.get(next) {
        let references = references(schema.as_deref(), table);
        for row in session.rows(&references, &[]).await? {
            let [child, action, exists] = <[Option<String>; 3]>::try_from(row)
                .unwrap_or_default()
                .map(Option::unwrap_or_default);
            let is_known = emptied.iter().any(|one| one.eq_ignore_ascii_case(&child));
            if is_known || session.rows(&exists, &[]).await?.is_empty() {
                continue;
            }
            let later = statements
                .iter()
                .filter(|one| one.span.start > at.span.start);
            let deletes = action == "CASCADE";
            if goes_too(&child, later) {
                if deletes {
                    // What refers to its rows is changed now, and not when it is dropped.
                    emptied.push(child);
                }
                continue;
            }
            let verb = if deletes { "deletes" } else { "changes" };
            let message = format!("this {verb} rows of `{child}` (ON DELETE {action})");
            return Ok(Some((ServerError::local(message), HELP.to_owned())));
        }
        next += 1;
    }
    Ok(None)
}

/// What a DROP TABLE drops.
fn dropped(statement: &Statement<'_>) -> Option<(Option<String>, String)> {
    let first = statement.text.get(..4)?;
    if !first.eq_ignore_ascii_case("DROP") {
        return None;
    }
    let words = words(statement.text, Dialect::Sqlite);
    if !words.get(1)?.is("TABLE") {
        return None;
    }
    let name = match words.get(2)?.is("IF") && words.len() > 4 {
        true => &words[4..],
        false => &words[2..],
    };
    let first = name.first()?.name_or_text()?;
    match name.get(1) {
        Some(dot) if dot.is_mark('.') => Some((Some(first), name.get(2)?.name_or_text()?)),
        _ => Some((None, first)),
    }
}

/// Whether a table's rows are dropped by a later statement before anything else is done with them.
fn goes_too<'a, 's: 'a>(table: &str, later: impl Iterator<Item = &'a Statement<'s>>) -> bool {
    let means = |word: &Word<'_>| {
        let name = word.name_or_text();
        name.is_some_and(|name| name.eq_ignore_ascii_case(table))
    };
    for statement in later {
        if words(statement.text, Dialect::Sqlite).iter().any(means) {
            return dropped(statement).is_some_and(|(_, name)| name.eq_ignore_ascii_case(table));
        }
    }
    false
}

/// The query for those that refer to a table with an action, while keys are on: which they are, the
/// action, and the query for a row of theirs that does.
fn references(schema: Option<&str>, table: &str) -> String {
    let (name, main) = (text(table), schema.unwrap_or("main"));
    // A temporary one comes first.
    let hidden = match schema {
        Some(_) => String::new(),
        None => format!(
            " AND NOT EXISTS (SELECT 1 FROM sqlite_temp_schema WHERE type = 'table' AND name = {name} COLLATE NOCASE)"
        ),
    };
    let (main_text, main) = (text(main), quoted(Dialect::Sqlite, main));
    format!(
        "SELECT c.name, f.on_delete, 'SELECT 1 FROM {in_text}.\"' || replace(c.name, '\"', '\"\"') || '\" WHERE ' \
           || group_concat('\"' || replace(f.\"from\", '\"', '\"\"') || '\" IS NOT NULL', ' AND ') || ' LIMIT 1' \
         FROM {main}.sqlite_schema c, pragma_foreign_key_list(c.name, {main_text}) f \
         WHERE c.type = 'table' AND (SELECT foreign_keys FROM pragma_foreign_keys) \
           AND f.\"table\" = {name} COLLATE NOCASE AND c.name <> {name} COLLATE NOCASE \
           AND f.on_delete IN ('CASCADE', 'SET NULL', 'SET DEFAULT'){hidden} \
         GROUP BY c.name, f.id, f.on_delete ORDER BY c.name, f.id",
        in_text = main.replace('\'', "''"),
    )
}

/// Rows that refer to one that is not there: table, row and table referred to. What a table without
/// rowids has instead is not told.
pub(crate) async fn dangling(session: &mut dyn Session) -> Result<Vec<Row>, ServerError> {
    let sql = "SELECT \"table\", CAST(rowid AS TEXT), parent FROM pragma_foreign_key_check";
    session.rows(sql, &[]).await
}

/// What a script that ran with keys off is to be refused with, if it has left rows dangling that were
/// not so before.
pub(crate) async fn broken(
    session: &mut dyn Session,
    before: &[Row],
) -> Result<Option<(ServerError, String)>, ServerError> {
    const SHOWN: usize = 5;
    let before: HashSet<&Row> = before.iter().collect();
    let mut rows = dangling(session).await?;
    rows.retain(|row| !before.contains(row));
    if rows.is_empty() {
        return Ok(None);
    }
    let told = rows.iter().take(SHOWN).map(|row| {
        let value = |at: usize| row.get(at).cloned().flatten();
        let row = value(1).map_or("a row".to_owned(), |id| format!("row {id}"));
        let (child, parent) = (value(0).unwrap_or_default(), value(2).unwrap_or_default());
        format!("{row} of `{child}` refers to a row of `{parent}` that is not there")
    });
    let mut message = told.collect::<Vec<_>>().join(", ");
    if let Some(more @ 1..) = rows.len().checked_sub(SHOWN) {
        message += &format!(", and {more} more");
    }
    let help = "nothing of the script was committed; have it keep the rows that are referred to, or \
                delete those that refer to them; `PRAGMA foreign_key_check` lists them as they are now";
    Ok(Some((ServerError::local(message), help.to_owned())))
}

/// The same check as SQL, which undoes the transaction where it finds something.
pub(crate) const CHECKED: &str = "CREATE TEMP TABLE migcheck_keys (broken CONSTRAINT foreign_keys_are_broken CHECK (broken = 0));\n\
     PRAGMA foreign_key_check;\n\
     INSERT OR ROLLBACK INTO migcheck_keys SELECT count(*) FROM pragma_foreign_key_check;\n\
     DROP TABLE temp.migcheck_keys;\n";

fn text(text: &str) -> String {
    literal(Dialect::Sqlite, text)
}
