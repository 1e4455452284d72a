//! Texts as SQL literals, for scripts that a database's own client reads.

use migcheck_core::Dialect;

/// `text` as a literal that means the same whatever the session's settings are, and that no client
/// changes on its way: sqlite3 and mysql read lines and drop the carriage return at their end.
pub(crate) fn literal(dialect: Dialect, text: &str) -> String {
    let quoted = text.replace('\'', "''");
    match dialect {
        // Without `E` it depends on standard_conforming_strings what a backslash is.
        Dialect::Postgres if quoted.contains(['\\', '\r']) => {
            format!("E'{}'", quoted.replace('\\', "\\\\").replace('\r', "\\r"))
        }
        // NO_BACKSLASH_ESCAPES says what a backslash is, and the client's character set what a letter
        // is.
        Dialect::MySql if !text.chars().all(is_plain) => {
            format!("CONVERT(X'{}' USING utf8mb4)", hex(text))
        }
        Dialect::Sqlite if quoted.contains('\r') => format!("CAST(X'{}' AS TEXT)", hex(text)),
        Dialect::Postgres | Dialect::MySql | Dialect::Sqlite => format!("'{quoted}'"),
    }
}

/// `sql` with a literal in the place of each placeholder, as [`Engine::placeholder`] writes them:
/// numbered, or in order. `sql` must have no literals of its own that look like one.
///
/// [`Engine::placeholder`]: crate::engine::Engine::placeholder
pub(crate) fn inlined(dialect: Dialect, sql: &str, params: &[Option<String>]) -> String {
    let mark = match dialect {
        Dialect::Postgres => '$',
        Dialect::MySql | Dialect::Sqlite => '?',
    };
    let mut pieces = sql.split(mark);
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for (at, piece) in pieces.enumerate() {
        let rest = piece.trim_start_matches(|c: char| c.is_ascii_digit());
        let number = piece[..piece.len() - rest.len()].parse::<usize>();
        let param = params.get(number.map_or(at, |number| number.saturating_sub(1)));
        let value = param.and_then(Option::as_deref);
        text.push_str(&value.map_or("NULL".to_owned(), |value| literal(dialect, value)));
        text.push_str(rest);
    }
    text
}

fn is_plain(c: char) -> bool {
    (c == '\n' || c == '\t' || c.is_ascii_graphic() || c == ' ') && c != '\\'
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02X}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_is_readable_where_that_is_safe() {
        let of = |text| Dialect::ALL.map(|dialect| literal(dialect, text));
        assert_eq!(of("it's\n$1"), ["'it''s\n$1'"; 3]);
        assert_eq!(
            of("a\\'b"),
            [
                "E'a\\\\''b'",
                "CONVERT(X'615C2762' USING utf8mb4)",
                "'a\\''b'"
            ]
        );
        assert_eq!(
            of("a\r\n"),
            [
                "E'a\\r\n'",
                "CONVERT(X'610D0A' USING utf8mb4)",
                "CAST(X'610D0A' AS TEXT)"
            ]
        );
        assert_eq!(of("é"), ["'é'", "CONVERT(X'C3A9' USING utf8mb4)", "'é'"]);
    }

    #[test]
    fn what_a_literal_holds_is_no_placeholder() {
        let params = [Some("$2 ?2 ?".to_owned()), None];
        for (dialect, sql) in [
            (Dialect::Postgres, "VALUES ($1, 7, $2)"),
            (Dialect::MySql, "VALUES (?, 7, ?)"),
            (Dialect::Sqlite, "VALUES (?1, 7, ?2)"),
        ] {
            assert_eq!(
                inlined(dialect, sql, &params),
                "VALUES ('$2 ?2 ?', 7, NULL)"
            );
        }
        assert_eq!(inlined(Dialect::Postgres, "x = $2", &params), "x = NULL");
    }
}
