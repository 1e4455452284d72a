//! SQLite's tokens, and their one spelling.

use migcheck_core::Dialect;

use crate::literal::quoted;

/// One token; comments and white space are none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A keyword, an identifier without quotes, or a number.
    Word(String),
    /// An identifier in any of the three kinds of quotes, without them.
    Quoted(String),
    /// A string or blob literal as it stands.
    Literal(String),
    /// An operator or a punctuation mark.
    Symbol(String),
}

/// Keywords that are written in capitals wherever they stand without quotes. Those that SQLite
/// takes as names too are here if DDL is full of them.
#[rustfmt::skip]
const KEYWORDS: &[&str] = &[
    "ABORT", "ACTION", "AFTER", "ALL", "ALWAYS", "AND", "AS", "ASC", "AUTOINCREMENT", "BEFORE",
    "BEGIN", "BETWEEN", "BY", "CASCADE", "CASE", "CAST", "CHECK", "COLLATE", "CONFLICT",
    "CONSTRAINT", "CREATE", "CROSS", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP",
    "DEFAULT", "DEFERRABLE", "DEFERRED", "DELETE", "DESC", "DISTINCT", "DO", "EACH", "ELSE",
    "END", "ESCAPE", "EXCEPT", "EXISTS", "FAIL", "FALSE", "FILTER", "FIRST", "FOLLOWING", "FOR",
    "FOREIGN", "FROM", "FULL", "GENERATED", "GLOB", "GROUP", "HAVING", "IGNORE", "IMMEDIATE",
    "IN", "INDEX", "INITIALLY", "INNER", "INSERT", "INSTEAD", "INTERSECT", "INTO", "IS", "ISNULL",
    "JOIN", "LAST", "LEFT", "LIKE", "LIMIT", "MATCH", "NATURAL", "NO", "NOT", "NOTHING",
    "NOTNULL", "NULL", "NULLS", "OF", "OFFSET", "ON", "OR", "ORDER", "OUTER", "OVER", "PARTITION",
    "PRECEDING", "PRIMARY", "RAISE", "RANGE", "RECURSIVE", "REFERENCES", "REGEXP", "REPLACE",
    "RESTRICT", "RETURNING", "RIGHT", "ROLLBACK", "ROW", "ROWS", "SELECT", "SET", "STORED",
    "STRICT", "TABLE", "TEMP", "TEMPORARY", "THEN", "TO", "TRIGGER", "TRUE", "UNBOUNDED", "UNION",
    "UNIQUE", "UPDATE", "USING", "VALUES", "VIEW", "VIRTUAL", "WHEN", "WHERE", "WINDOW", "WITH",
    "WITHOUT",
];

/// Operators of more than one character, longest first.
const OPERATORS: &[&str] = &["->>", "->", "||", "<=", ">=", "<>", "!=", "==", "<<", ">>"];

impl Token {
    /// Whether it is that keyword.
    pub(super) fn is(&self, keyword: &str) -> bool {
        matches!(self, Self::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    pub(super) fn is_symbol(&self, mark: &str) -> bool {
        matches!(self, Self::Symbol(symbol) if symbol == mark)
    }

    /// Whether it names the thing of that name.
    pub(super) fn names(&self, thing: &str) -> bool {
        self.name()
            .is_some_and(|name| name.eq_ignore_ascii_case(thing))
    }

    /// The identifier, if it can be one. SQLite takes a string for a name where it must be one.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Word(name) | Self::Quoted(name) => Some(name),
            Self::Literal(text) => text.strip_prefix('\'')?.strip_suffix('\''),
            Self::Symbol(_) => None,
        }
    }

    fn is_keyword(&self) -> bool {
        matches!(self, Self::Word(word) if is_keyword(word))
    }

    fn spelled(&self) -> String {
        match self {
            Self::Word(word) if is_keyword(word) => word.to_ascii_uppercase(),
            Self::Word(text) | Self::Literal(text) | Self::Symbol(text) => text.clone(),
            Self::Quoted(name) => {
                let plain = name.bytes().all(is_word_byte)
                    && name
                        .bytes()
                        .next()
                        .is_some_and(|byte| !byte.is_ascii_digit());
                if plain && !is_keyword(name) {
                    name.clone()
                } else {
                    quoted(Dialect::Sqlite, name)
                }
            }
        }
    }
}

fn is_keyword(word: &str) -> bool {
    KEYWORDS
        .binary_search(&word.to_ascii_uppercase().as_str())
        .is_ok()
}

const fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

/// Reads a statement. Nothing is an error: SQLite accepted it before.
pub(super) fn tokens(sql: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            _ if first.is_ascii_whitespace() => first.len_utf8(),
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest[2..].find("*/").map_or(rest.len(), |end| end + 4),
            '\'' => {
                let length = quoted_length(rest, '\'');
                tokens.push(Token::Literal(rest[..length].to_owned()));
                length
            }
            '"' | '`' | '[' => {
                let close = if first == '[' { ']' } else { first };
                let length = quoted_length(rest, close);
                let inner = rest[1..length]
                    .strip_suffix(close)
                    .unwrap_or(&rest[1..length]);
                let doubled: String = [close, close].iter().collect();
                tokens.push(Token::Quoted(inner.replace(&doubled, &close.to_string())));
                length
            }
            'x' | 'X' if rest[1..].starts_with('\'') => {
                let length = 1 + quoted_length(&rest[1..], '\'');
                tokens.push(Token::Literal(rest[..length].to_owned()));
                length
            }
            _ if is_word_start(rest) => {
                let length = word_length(rest);
                tokens.push(Token::Word(rest[..length].to_owned()));
                length
            }
            _ => {
                let operator = OPERATORS
                    .iter()
                    .find(|operator| rest.starts_with(**operator));
                let length = operator.map_or(first.len_utf8(), |operator| operator.len());
                tokens.push(Token::Symbol(rest[..length].to_owned()));
                length
            }
        };
        rest = &rest[length..];
    }
    while tokens.last().is_some_and(|token| token.is_symbol(";")) {
        tokens.pop();
    }
    tokens
}

/// Bytes to the closing quote inclusive; a doubled quote does not close.
fn quoted_length(text: &str, close: char) -> usize {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, found)) = chars.next() {
        if found == close {
            let doubled = close != ']' && chars.next_if(|(_, next)| *next == close).is_some();
            if !doubled {
                return at + close.len_utf8();
            }
        }
    }
    text.len()
}

/// Numbers may begin with their point.
fn is_word_start(text: &str) -> bool {
    let mut bytes = text.bytes();
    match bytes.next() {
        Some(b'.') => bytes.next().is_some_and(|byte| byte.is_ascii_digit()),
        Some(byte) => is_word_byte(byte),
        None => false,
    }
}

fn word_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let number = bytes
        .first()
        .is_some_and(|byte| byte.is_ascii_digit() || *byte == b'.');
    let mut length = 1;
    while let Some(byte) = bytes.get(length) {
        let exponent_sign = matches!(byte, b'+' | b'-')
            && number
            && matches!(bytes[length - 1], b'e' | b'E')
            && !text.starts_with("0x");
        let point = number && *byte == b'.';
        if !(is_word_byte(*byte) || point || exponent_sign) {
            break;
        }
        length += 1;
    }
    length
}

/// The tokens in their one spelling, on one line.
pub(super) fn text(tokens: &[Token]) -> String {
    let mut text = String::new();
    for at in 0..tokens.len() {
        if at > 0 && spaced(tokens, at) {
            text.push(' ');
        }
        text.push_str(&tokens[at].spelled());
    }
    text
}

/// Whether a space stands before the token.
fn spaced(tokens: &[Token], at: usize) -> bool {
    let (before, here) = (&tokens[at - 1], &tokens[at]);
    let closes = [")", ",", ";", "."].iter().any(|mark| here.is_symbol(mark));
    let opened = before.is_symbol("(") || before.is_symbol(".");
    // A sign is glued to its number unless something stands before it that it is subtracted from.
    let sign = (before.is_symbol("-") || before.is_symbol("+"))
        && (at < 2
            || tokens[at - 2].is_keyword()
            || matches!(&tokens[at - 2], Token::Symbol(mark) if mark != ")"));
    let named = matches!(before, Token::Word(_) | Token::Quoted(_)) && !before.is_keyword();
    let called = here.is_symbol("(") && named;
    !(closes || opened || sign || called)
}

/// The tokens in their one spelling, with line breaks where a person would have them, so that a
/// difference can be shown by lines.
pub(super) fn statement_text(tokens: &[Token]) -> String {
    const CLAUSES: &[&str] = &[
        "SELECT",
        "FROM",
        "WHERE",
        "GROUP",
        "HAVING",
        "ORDER",
        "UNION",
        "EXCEPT",
        "INTERSECT",
        "LIMIT",
        "VALUES",
        "SET",
    ];
    let is_trigger = tokens.iter().take(4).any(|token| token.is("TRIGGER"));
    let body = tokens
        .iter()
        .position(|token| token.is(if is_trigger { "BEGIN" } else { "AS" }))
        .unwrap_or(tokens.len());
    let mut text = String::new();
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        let in_body = at > body;
        let first_of_statement =
            in_body && is_trigger && (at == body + 1 || tokens[at - 1].is_symbol(";"));
        let clause = in_body && depth == 0 && CLAUSES.iter().any(|clause| token.is(clause));
        let indent = match (is_trigger, first_of_statement) {
            (true, true) => "  ",
            (true, false) => "    ",
            _ => "",
        };
        if is_trigger && (at == body || at + 1 == tokens.len()) {
            text.push('\n');
        } else if first_of_statement || clause {
            text.push('\n');
            text.push_str(indent);
        } else if at > 0 && spaced(tokens, at) {
            text.push(' ');
        }
        text.push_str(&token.spelled());
        if token.is_symbol("(") {
            depth += 1;
        } else if token.is_symbol(")") {
            depth = depth.saturating_sub(1);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_does_not_matter() {
        assert!(KEYWORDS.is_sorted());
        let spellings = [
            "check ([a]>-1 and `b` in ('x''y', X'00') or \"c d\".e -1 <= 1.5e-3)",
            "CHECK(a > -1 AND b IN('x''y',X'00') -- why\n OR \"c d\" . \"e\" - 1<=1.5e-3)",
            "Check /* )' */ ( \"a\" > - 1 And b In ('x''y', X'00') oR [c d].e-1 <= 1.5e-3 );",
        ];
        for spelling in spellings {
            assert_eq!(
                text(&tokens(spelling)),
                "CHECK (a > -1 AND b IN ('x''y', X'00') OR \"c d\".e - 1 <= 1.5e-3)"
            );
        }
    }

    #[test]
    fn keywords_as_names_keep_their_quotes() {
        assert_eq!(
            text(&tokens("`order` = [select]")),
            "\"order\" = \"select\""
        );
        assert_eq!(
            text(&tokens("\"a\"\"b\" || lower(\"c\")")),
            "\"a\"\"b\" || lower(c)"
        );
    }

    #[test]
    fn text_that_ends_early_is_read_to_its_end() {
        let sql = "CREATE TABLE 'a''b' (\"é\"\"\" INT -- ü\n, [c d] /* ö */ x'00' `e` DEFAULT -1.5e-3, \
            CHECK (a ->> 'x' <> 0xFF), FOREIGN KEY (a) REFERENCES b ON DELETE SET NULL) STRICT;";
        for (end, _) in sql.char_indices() {
            let tokens = tokens(&sql[..end]);
            let _ = (
                statement_text(&tokens),
                super::super::table::parse("t", &tokens),
            );
        }
    }

    #[test]
    fn triggers_and_views_have_lines() {
        let trigger = "create trigger t after insert on a when new.x > 0 begin \
            update a set y = (select 1) where id = new.id; delete from b; end";
        insta::assert_snapshot!(statement_text(&tokens(trigger)), @r"
        CREATE TRIGGER t AFTER INSERT ON a WHEN new.x > 0
        BEGIN
          UPDATE a
            SET y = (SELECT 1)
            WHERE id = new.id;
          DELETE
            FROM b;
        END
        ");
        let view = "create view v as select a, (select max(b) from c) from d where e = 1";
        insta::assert_snapshot!(statement_text(&tokens(view)), @r"
        CREATE VIEW v AS
        SELECT a, (SELECT max(b) FROM c)
        FROM d
        WHERE e = 1
        ");
    }
}
