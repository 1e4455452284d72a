//! The server's own DDL in words: what SHOW CREATE says is regular enough to be read without a
//! grammar, if only what is in quotes is not taken for anything else.

/// A stretch of text without quotes, or one quoted thing with its quotes.
enum Piece<'a> {
    Plain(&'a str),
    Quoted(&'a str),
}

/// The pieces of a text, with where each begins. A quote that is doubled closes and opens again.
fn pieces(text: &str) -> impl Iterator<Item = (usize, Piece<'_>)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let (start, rest) = (at, &text[at..]);
        let first = rest.chars().next()?;
        let is_quote = |found: char| matches!(found, '\'' | '"' | '`');
        if !is_quote(first) {
            let length = rest.find(is_quote).unwrap_or(rest.len());
            at += length;
            return Some((start, Piece::Plain(&rest[..length])));
        }
        let mut escaped = false;
        let close = rest.char_indices().skip(1).find(|(_, found)| {
            let closes = *found == first && !escaped;
            escaped = *found == '\\' && !escaped && first != '`';
            closes
        });
        let length = close.map_or(rest.len(), |(close, _)| close + 1);
        at += length;
        Some((start, Piece::Quoted(&rest[..length])))
    })
}

/// Splits where `at` says so, outside of quotes and parentheses.
fn split(text: &str, at: impl Fn(char) -> bool) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (from, piece) in pieces(text) {
        let Piece::Plain(plain) = piece else { continue };
        for (here, found) in plain.char_indices() {
            match found {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                _ if depth == 0 && at(found) => {
                    parts.push(&text[start..from + here]);
                    start = from + here + found.len_utf8();
                }
                _ => {}
            }
        }
    }
    parts.push(&text[start..]);
    parts
}

/// The words; parentheses and what is in them are a part of one.
pub(super) fn words(text: &str) -> Vec<&str> {
    let mut words = split(text, char::is_whitespace);
    words.retain(|word| !word.is_empty());
    words
}

/// The elements of a list, without the space around them.
pub(super) fn elements(list: &str) -> Vec<&str> {
    let elements = split(list, |found| found == ',');
    elements.into_iter().map(str::trim).collect()
}

/// Where the parenthesis is that closes the first one.
pub(super) fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (from, piece) in pieces(text) {
        let Piece::Plain(plain) = piece else { continue };
        for (here, found) in plain.char_indices() {
            match found {
                '(' => depth += 1,
                ')' if depth == 1 => return Some(from + here),
                ')' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
    }
    None
}

/// What is in the parentheses that the whole text is in, however many there are around it.
pub(super) fn inside(text: &str) -> &str {
    let mut text = text.trim();
    while text.starts_with('(') && closing(text) == Some(text.len() - 1) {
        text = text[1..text.len() - 1].trim();
    }
    text
}

/// Takes the marks away of what only some versions read, `/*!80016 NOT ENFORCED */`, and leaves
/// what is in them.
pub(super) fn without_versions(text: &str) -> String {
    let mut unmarked = String::with_capacity(text.len());
    for (_, piece) in pieces(text) {
        let mut rest = match piece {
            Piece::Plain(plain) => plain,
            Piece::Quoted(quoted) => {
                unmarked.push_str(quoted);
                continue;
            }
        };
        while let Some(mark) = rest.find("/*").into_iter().chain(rest.find("*/")).min() {
            unmarked.push_str(&rest[..mark]);
            let behind = &rest[mark + 2..];
            rest = if rest[mark..].starts_with("/*") {
                let behind = behind.trim_start_matches(['M', '!']);
                behind.trim_start_matches(|found: char| found.is_ascii_digit())
            } else {
                behind
            };
        }
        unmarked.push_str(rest);
    }
    unmarked
}

/// An identifier without its backticks; none if there are no backticks.
pub(super) fn unquoted(name: &str) -> Option<String> {
    let inner = name.strip_prefix('`')?.strip_suffix('`')?;
    Some(inner.replace("``", "`"))
}

/// The text of a literal; none if it is not one.
pub(super) fn literal_text(literal: &str) -> Option<String> {
    let inner = literal.strip_prefix('\'')?.strip_suffix('\'')?;
    let mut text = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(found) = chars.next() {
        match found {
            '\'' => {
                // The second of two.
                chars.next();
                text.push('\'');
            }
            '\\' => text.extend(chars.next().map(|escaped| match escaped {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                '0' => '\0',
                other => other,
            })),
            _ => text.push(found),
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_parentheses_hold_together() {
        assert_eq!(
            words("`a b` enum('x, y','it''s')  DEFAULT 'it\\'s )' (1 + (2)) \n END"),
            [
                "`a b`",
                "enum('x, y','it''s')",
                "DEFAULT",
                "'it\\'s )'",
                "(1 + (2))",
                "END"
            ]
        );
        assert_eq!(
            elements("`a``,`(10) DESC, f(1, ',')"),
            ["`a``,`(10) DESC", "f(1, ',')"]
        );
    }

    #[test]
    fn only_parentheses_around_everything_are_taken_away() {
        assert_eq!(inside("((`a` > 0))"), "`a` > 0");
        assert_eq!(inside("(a) or (b)"), "(a) or (b)");
        assert_eq!(inside("(a = ')')"), "a = ')'");
    }

    #[test]
    fn marks_of_versions() {
        assert_eq!(
            without_versions("KEY `/*!1` (`a`) /*!80000 INVISIBLE */ /*M!100301 COMPRESSED*/ '*/'"),
            "KEY `/*!1` (`a`)  INVISIBLE   COMPRESSED '*/'"
        );
    }

    #[test]
    fn quoted_things() {
        assert_eq!(unquoted("`a``b`").as_deref(), Some("a`b"));
        assert_eq!(literal_text(r"'it''s\n\\n'").as_deref(), Some("it's\n\\n"));
        assert_eq!(literal_text("1"), None);
    }
}
