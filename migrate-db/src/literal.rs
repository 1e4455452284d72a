//! Names and texts as SQL writes them.

use migcheck_core::Dialect;

/// `text` as a literal that means the same whatever the session's settings are, and that no client
/// changes on its way: sqlite3 and mysql read lines and drop the carriage return at their end.
pub(crate) fn literal(dialect: Dialect, text: &str) -> String {
    let quoted = text.replace('\'', "''");
    match dialect {
        // What a letter is depends on client_encoding, which a script may have set.
        Dialect::Postgres if !text.is_ascii() => {
            format!("convert_from(decode('{}', 'hex'), 'UTF8')", hex(text))
        }
        // Without `E` it depends on standard_conforming_strings what a backslash is.
        Dialect::Postgres if quoted.contains(['\\', '\r']) => {
            format!("E'{}'", quoted.replace('\\', "\\\\").replace('\r', "\\r"))
        }
        // NO_BACKSLASH_ESCAPES says what a backslash is, and the client's character set what a letter
        // is.
        Dialect::MySql if !text.chars().all(is_plain) => {
            format!("CONVERT(X'{}' USING utf8mb4)", hex(text))
        }
        // A statement ends at a NUL.
        Dialect::Sqlite if quoted.contains(['\r', '\0']) => {
            format!("CAST(X'{}' AS TEXT)", hex(text))
        }
        Dialect::Postgres | Dialect::MySql | Dialect::Sqlite => format!("'{quoted}'"),
    }
}

/// `name` as an identifier in quotes.
pub(crate) fn quoted(dialect: Dialect, name: &str) -> String {
    let mark = match dialect {
        Dialect::MySql => "`",
        Dialect::Postgres | Dialect::Sqlite => "\"",
    };
    format!("{mark}{}{mark}", name.replace(mark, &mark.repeat(2)))
}

/// `name` as a text of MySQL where no expression may be, or where it is compared with names, whose
/// collation an expression would not leave alone.
pub(crate) fn mysql_text(name: &str) -> String {
    format!("'{}'", name.replace('\\', "\\\\").replace('\'', "''"))
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
        assert_eq!(
            of("é"),
            [
                "convert_from(decode('C3A9', 'hex'), 'UTF8')",
                "CONVERT(X'C3A9' USING utf8mb4)",
                "'é'"
            ]
        );
    }
}
