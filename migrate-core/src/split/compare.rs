//! Where two scripts begin to differ for a server, to which comments and white space say nothing.

use std::ops::Range;

use super::error::SplitError;
use super::lexer::{Lexer, Token, TokenKind};
use super::rules::Rules;
use crate::Dialect;

/// Where the first token that is not the same stands in each of two scripts, in bytes; `None` when
/// only comments and white space differ.
///
/// # Errors
///
/// One of them cannot be read as a script of `dialect`.
pub(crate) fn first_difference(
    before: &str,
    after: &str,
    dialect: Dialect,
) -> Result<Option<[usize; 2]>, SplitError> {
    let mut old = Tokens::new(before, dialect);
    let mut new = Tokens::new(after, dialect);
    loop {
        let places = [old.end(), new.end()];
        match (old.next()?, new.next()?) {
            (None, None) => return Ok(None),
            (Some(one), Some(other)) if one.text != other.text || one.kind != other.kind => {
                return Ok(Some([one.start, other.start]));
            }
            // `< =` is not `<=`: what differs is the gap.
            (Some(one), Some(other)) if one.sticks != other.sticks => return Ok(Some(places)),
            (Some(_), Some(_)) => {}
            (Some(one), None) => return Ok(Some([one.start, places[1]])),
            (None, Some(other)) => return Ok(Some([before.len(), other.start])),
        }
    }
}

struct Found<'a> {
    kind: TokenKind,
    text: &'a str,
    start: usize,
    /// Nothing is between it and the token before, where that makes a difference.
    sticks: bool,
}

/// The tokens of a script, one after the other.
struct Tokens<'a> {
    sql: &'a str,
    lexer: Lexer<'a>,
    last: Option<Token>,
}

impl<'a> Tokens<'a> {
    fn new(sql: &'a str, dialect: Dialect) -> Self {
        Self {
            sql,
            lexer: Lexer::new(sql, &Rules::of(dialect).lexical),
            last: None,
        }
    }

    /// Where the last token ends.
    fn end(&self) -> usize {
        self.last.as_ref().map_or(0, |token| token.span.end)
    }

    fn next(&mut self) -> Result<Option<Found<'a>>, SplitError> {
        let Some(token) = self.lexer.next_token()? else {
            return Ok(None);
        };
        let Range { start, end } = token.span;
        let sticks = self
            .last
            .as_ref()
            .is_some_and(|last| last.span.end == start && belongs_together(last.kind, token.kind));
        let found = Found {
            kind: token.kind,
            text: self.sql.get(start..end).unwrap_or_default(),
            start,
            sticks,
        };
        self.last = Some(token);
        Ok(Some(found))
    }
}

/// Whether two tokens may mean something else once there is a gap between them: `<=`, `X'00'`,
/// `a.b`. Brackets and commas stand for themselves, and operators do among words.
fn belongs_together(one: TokenKind, other: TokenKind) -> bool {
    use TokenKind::{Punct, Quoted, Word};
    let stands_alone = |kind| matches!(kind, Punct(b'(' | b')' | b',' | b'[' | b']'));
    let binds = |kind| matches!(kind, Punct(b'.' | b':' | b'@' | b'&' | b'#' | b'$' | b'?'));
    if stands_alone(one) || stands_alone(other) {
        return false;
    }
    match (one, other) {
        (Punct(_), Punct(_)) | (Word | Quoted, Quoted) | (Quoted, Word) => true,
        _ => binds(one) || binds(other),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// What stands in each script where they begin to differ.
    fn differ<'a>(before: &'a str, after: &'a str) -> Option<[&'a str; 2]> {
        let found = first_difference(before, after, Dialect::Postgres).unwrap();
        found.map(|[old, new]| [&before[old..], &after[new..]])
    }

    #[test]
    fn comments_and_white_space_between_tokens_say_nothing() {
        for after in [
            "SELECT f(a,b) ;",
            "  SELECT f ( a , /* the other */ b ); -- done\n",
            "SELECT\n\tf(a,\n\tb);",
        ] {
            assert_eq!(differ("SELECT f(a, b);", after), None, "{after}");
        }
    }

    #[test]
    fn what_looks_like_a_comment_in_a_string_is_none() {
        assert_eq!(
            differ("SELECT '-- a';", "SELECT '-- b';"),
            Some(["'-- a';", "'-- b';"])
        );
        assert_eq!(
            differ("DO $$ a  b $$;", "DO $$ a b $$;"),
            Some(["$$ a  b $$;", "$$ a b $$;"])
        );
    }

    #[test]
    fn a_gap_may_make_another_token() {
        assert_eq!(differ("a <= b", "a < = b"), Some(["= b", " = b"]));
        assert_eq!(differ("X'00'", "X '00'"), Some(["'00'", " '00'"]));
        assert_eq!(differ("'a' 'b'", "'a''b'"), Some(["'a' 'b'", "'a''b'"]));
    }

    #[test]
    fn one_script_may_go_on() {
        assert_eq!(differ("a;", "a; b;"), Some(["", "b;"]));
        assert_eq!(differ("a; b;", "a;"), Some(["b;", ""]));
        assert_eq!(differ("", ""), None);
    }
}
