//! The splitter, whatever the script.

use migcheck_core::split::{Statement, is_blank, split};
use migcheck_core::{Dialect, is_destructive};

pub const BOM: char = '\u{feff}';
const BLANKS: [char; 6] = [' ', '\t', '\n', '\r', '\u{b}', '\u{c}'];

/// A script, split as each dialect does it.
pub fn splitter(sql: &str) {
    for dialect in Dialect::ALL {
        match split(sql, dialect) {
            Ok(statements) => {
                nothing_is_lost_between(sql, dialect, &statements);
                each_alone_is_itself(sql, dialect, &statements);
                assert_eq!(is_blank(sql, dialect), statements.is_empty());
                assert!(!statements.is_empty() || !is_destructive(sql, dialect));
            }
            Err(error) => {
                let place = sql.get(error.span);
                assert!(place.is_some_and(|text| !text.is_empty()));
                assert!(!error.message.is_empty());
                assert!(!is_blank(sql, dialect));
                assert!(is_destructive(sql, dialect));
            }
        }
    }
}

fn nothing_is_lost_between(sql: &str, dialect: Dialect, statements: &[Statement<'_>]) {
    let mut filler = Filler::new(dialect);
    let mut end = 0;
    for Statement { text, span, .. } in statements {
        assert!(end <= span.start && span.start < span.end);
        assert_eq!(sql.get(span.clone()), Some(*text));
        assert_eq!(text.trim_matches(BLANKS), *text);
        assert_eq!(filler.strip(&sql[end..span.start]), "");
        end = span.end;
    }
    assert_eq!(filler.strip(&sql[end..]), "");
}

fn each_alone_is_itself(sql: &str, dialect: Dialect, statements: &[Statement<'_>]) {
    // What a script begins with and what a line begins with are no business of a statement.
    if sql.contains(BOM) || sql.to_ascii_lowercase().contains("delimiter") {
        return;
    }
    for statement in statements {
        // At the end of a MySQL script, `--` opens a comment that it would not open before a `;`.
        if dialect == Dialect::MySql && statement.text.ends_with("--") {
            continue;
        }
        let alone = split(statement.text, dialect).unwrap();
        assert_eq!(alone.len(), 1);
        assert_eq!(alone[0].text, statement.text);
        assert_eq!(alone[0].transaction_control, statement.transaction_control);
    }
}

/// Strips what may stand between statements. Written apart from the lexer, as loosely as the property allows.
struct Filler {
    dialect: Dialect,
    delimiter: String,
}

impl Filler {
    fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            delimiter: ";".to_owned(),
        }
    }

    fn strip<'a>(&mut self, text: &'a str) -> &'a str {
        let mut rest = text;
        while let Some(less) = self.strip_one(rest) {
            rest = less;
        }
        rest
    }

    fn strip_one<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        let mysql = self.dialect == Dialect::MySql;
        if let Some(rest) = text.strip_prefix(BLANKS).or(text.strip_prefix(BOM)) {
            return Some(rest);
        }
        if let Some(rest) = self.strip_delimiter(text) {
            return Some(rest);
        }
        if text.starts_with("--") || (mysql && text.starts_with('#')) {
            let ends: &[char] = if self.dialect == Dialect::Postgres {
                &['\n', '\r']
            } else {
                &['\n']
            };
            return Some(text.find(ends).map_or("", |end| &text[end..]));
        }
        if mysql
            && text
                .get(..9)
                .is_some_and(|word| word.eq_ignore_ascii_case("DELIMITER"))
        {
            let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
            self.delimiter = line[9..].split_ascii_whitespace().next()?.to_owned();
            return Some(rest);
        }
        if mysql && let Some(rest) = text.strip_prefix("/*!").or(text.strip_prefix("/*M!")) {
            return Some(rest.trim_start_matches(|c: char| c.is_ascii_digit()));
        }
        if mysql && let Some(rest) = text.strip_prefix("*/") {
            return Some(rest);
        }
        self.strip_comment(text.strip_prefix("/*")?)
    }

    fn strip_delimiter<'a>(&self, text: &'a str) -> Option<&'a str> {
        let rest = text.strip_prefix(&*self.delimiter)?;
        // `category` does not start with the delimiter `ca`.
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let cuts_a_name =
            self.delimiter.bytes().all(is_name) && rest.bytes().next().is_some_and(is_name);
        (!cuts_a_name).then_some(rest)
    }

    fn strip_comment<'a>(&self, mut text: &'a str) -> Option<&'a str> {
        loop {
            let close = text.find("*/");
            match text.find("/*") {
                Some(open)
                    if self.dialect == Dialect::Postgres
                        && close.is_some_and(|close| open < close) =>
                {
                    text = self.strip_comment(&text[open + 2..])?;
                }
                _ if close.is_none() && self.dialect == Dialect::Sqlite => return Some(""),
                _ => return Some(&text[close? + 2..]),
            }
        }
    }
}
