//! A statement as words: enough to tell what it does, and to what.

use std::borrow::Cow;

use migcheck_core::Dialect;

/// A word, a quoted name, a string, or one character of another kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Word<'a> {
    Bare(&'a str),
    Quoted(Cow<'a, str>),
    /// As it is written, with its quotes.
    Text(&'a str),
    Mark(char),
}

impl<'a> Word<'a> {
    pub(crate) fn is(&self, word: &str) -> bool {
        matches!(self, Self::Bare(text) if text.eq_ignore_ascii_case(word))
    }

    pub(crate) fn is_one_of(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }

    pub(crate) fn is_mark(&self, mark: char) -> bool {
        *self == Self::Mark(mark)
    }

    /// What it calls, if it is a name. Where letters fold, a bare one is folded.
    pub(crate) fn name(&self, dialect: Dialect) -> Option<String> {
        match self {
            Self::Bare(text) if dialect == Dialect::Postgres => Some(text.to_lowercase()),
            Self::Bare(text) => Some((*text).to_owned()),
            Self::Quoted(text) => Some(text.to_string()),
            Self::Text(_) | Self::Mark(_) => None,
        }
    }

    /// The code that PostgreSQL quotes in it.
    pub(crate) fn body(&self) -> Option<&'a str> {
        let Self::Text(text) = self else {
            return None;
        };
        let tag = match text.strip_prefix('$') {
            Some(rest) => rest.find('$')? + 2,
            None => 1,
        };
        text.get(tag..text.len().checked_sub(tag)?)
    }

    /// What it calls where SQLite also takes a text for a name.
    pub(crate) fn name_or_text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(unquoted(text, '\'').into_owned()),
            word => word.name(Dialect::Sqlite),
        }
    }
}

/// Splits a statement; comments are left out, and what stands in a `/*! */` is code.
pub(crate) fn words(sql: &str, dialect: Dialect) -> Vec<Word<'_>> {
    let mysql = dialect == Dialect::MySql;
    let mut words = Vec::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            _ if first.is_whitespace() => first.len_utf8(),
            '#' if mysql => line(rest),
            '-' if is_comment(rest, mysql) => line(rest),
            '/' if mysql && (rest.starts_with("/*!") || rest.starts_with("/*M!")) => {
                let code = rest.find('!').map_or(rest.len(), |at| at + 1);
                let digits = rest[code..].bytes().take_while(u8::is_ascii_digit).count();
                code + digits
            }
            '/' if rest.starts_with("/*") => comment(rest, dialect == Dialect::Postgres),
            '$' if dialect == Dialect::Postgres && dollar(rest).is_some() => {
                let length = dollar(rest).unwrap_or(rest.len());
                words.push(Word::Text(&rest[..length]));
                length
            }
            '\'' | '"' | '`' => {
                let length = quoted(rest, first, mysql && first != '`');
                words.push(match first {
                    '\'' => Word::Text(&rest[..length]),
                    _ => Word::Quoted(unquoted(&rest[..length], first)),
                });
                length
            }
            '[' if dialect == Dialect::Sqlite => {
                let length = rest.find(']').map_or(rest.len(), |end| end + 1);
                words.push(Word::Quoted(rest[1..length].trim_end_matches(']').into()));
                length
            }
            _ if is_word(first) => {
                let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                words.push(Word::Bare(&rest[..length]));
                length
            }
            _ => {
                words.push(Word::Mark(first));
                first.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    words
}

/// What stands between commas.
pub(crate) fn pieces<'w, 'a>(words: &'w [Word<'a>]) -> Vec<&'w [Word<'a>]> {
    let mut depth = 0_usize;
    let is_end = |word: &Word<'_>| {
        match word {
            Word::Mark('(') => depth += 1,
            Word::Mark(')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && word.is_mark(',')
    };
    words.split(is_end).collect()
}

/// What stands before the parenthesis that closes.
pub(crate) fn within<'w, 'a>(words: &'w [Word<'a>]) -> &'w [Word<'a>] {
    let mut depth = 1_usize;
    let end = words.iter().position(|word| {
        match word {
            Word::Mark('(') => depth += 1,
            Word::Mark(')') => depth -= 1,
            _ => {}
        }
        depth == 0
    });
    &words[..end.unwrap_or(words.len())]
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '$') || !c.is_ascii()
}

fn line(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}

/// In MySQL, without a space behind it, it is two minus signs.
fn is_comment(text: &str, mysql: bool) -> bool {
    let behind = || text[2..].chars().next();
    text.starts_with("--") && (!mysql || behind().is_none_or(char::is_whitespace))
}

/// Bytes to the end of a block comment.
fn comment(text: &str, nested: bool) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        if rest.starts_with("/*") && (nested || depth == 0) {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            match rest.chars().next() {
                Some(c) => at += c.len_utf8(),
                None => break,
            }
        }
    }
    text.len()
}

/// Bytes of a `$tag$ … $tag$`.
fn dollar(text: &str) -> Option<usize> {
    let tag = text[1..].find('$')? + 2;
    let name = &text[1..tag - 1];
    if name.contains(|c| !is_word(c)) || name.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let end = text[tag..].find(&text[..tag])?;
    Some(tag + end + tag)
}

/// Bytes to the closing quote inclusive; a doubled quote does not close.
fn quoted(text: &str, quote: char, backslash: bool) -> usize {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, found)) = chars.next() {
        if found == '\\' && backslash {
            chars.next();
        } else if found == quote && chars.next_if(|(_, next)| *next == quote).is_none() {
            return at + 1;
        }
    }
    text.len()
}

fn unquoted(text: &str, quote: char) -> Cow<'_, str> {
    let inner = text.strip_prefix(quote).unwrap_or(text);
    let inner = inner.strip_suffix(quote).unwrap_or(inner);
    let doubled: String = [quote, quote].iter().collect();
    if inner.contains(&doubled) {
        inner.replace(&doubled, &quote.to_string()).into()
    } else {
        inner.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(sql: &str, dialect: Dialect) -> String {
        let words = words(sql, dialect);
        let shown = words.iter().map(|word| match word {
            Word::Bare(text) => (*text).to_owned(),
            Word::Quoted(text) => format!("<{text}>"),
            Word::Text(_) => "…".to_owned(),
            Word::Mark(mark) => mark.to_string(),
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn each_dialect_has_its_own_quotes_and_comments() {
        assert_eq!(
            shown(
                "DROP /*!40000 TABLE */ `a``b`.c -- d\n, e # f",
                Dialect::MySql
            ),
            "DROP TABLE * / <a`b> . c , e"
        );
        assert_eq!(
            shown(
                "DO $x$ it's $x$; SELECT \"a\"\"b\" /* c /* d */ e */ , 'f''g'",
                Dialect::Postgres
            ),
            "DO … ; SELECT <a\"b> , …"
        );
        assert_eq!(
            shown("UPDATE [a b] SET c = 'd\\'", Dialect::Sqlite),
            "UPDATE <a b> SET c = …"
        );
        assert_eq!(
            shown("SELECT 1--2, 'a\\'b'", Dialect::MySql),
            "SELECT 1 - - 2 , …"
        );
        assert_eq!(shown("'never closed", Dialect::MySql), "…");
    }
}
