//! Down scripts that are kept in the history table, for programs that do not know their revisions.

use std::sync::Arc;

use migcheck_core::{Checksum, Direction, Script, SourceFile};

/// What says in a script that it runs outside a transaction.
const ALONE: &str = "-- migcheck: transaction = false\n";

/// A down script as it is stored. Whether it runs in a transaction is not in the text of every
/// layout.
pub(crate) fn text(script: &Script) -> String {
    let text = &*script.source.text;
    if script.transaction || is_alone(text) {
        return text.to_owned();
    }
    format!("{ALONE}{text}")
}

/// The script that was stored for a revision.
pub(crate) fn script(table: &str, revision: &str, text: String) -> Script {
    let transaction = !is_alone(&text);
    let checksum = Checksum::of_script(&text);
    Script {
        direction: Direction::Down,
        dialect: None,
        source: Arc::new(SourceFile {
            path: format!("{table}/{revision}.down.sql"),
            text: text.into(),
        }),
        checksum,
        transaction,
        section: None,
    }
}

/// Whether the header, which is all comments, says so.
fn is_alone(text: &str) -> bool {
    let lines = text.lines().map(str::trim);
    let mut header = lines.take_while(|line| line.is_empty() || line.starts_with("--"));
    header.any(|line| {
        let words: String = line.chars().filter(|c| !c.is_whitespace()).collect();
        words.starts_with("--migcheck:") && words.contains("transaction=false")
    })
}
