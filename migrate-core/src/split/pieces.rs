//! What a statement is made of, for whoever has to judge what it does.

use super::error::SplitError;
use super::lexer::{Lexer, TokenKind};
use super::rules::Rules;
use crate::Dialect;

/// A part of a statement. Comments and hints are none, and what stands in `/*! … */` is code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// A keyword, a bare name or a number.
    Word(&'a str),
    /// A string or a quoted name, with its quotes.
    Quoted(&'a str),
    /// Any other character.
    Sign(u8),
}

impl Piece<'_> {
    pub(crate) fn is(self, word: &str) -> bool {
        matches!(self, Self::Word(text) if text.eq_ignore_ascii_case(word))
    }

    pub(crate) fn is_one_of(self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }
}

/// The pieces of a statement, or of a body that was in a string.
///
/// # Errors
///
/// Something in it is never closed.
pub(crate) fn pieces(sql: &str, dialect: Dialect) -> Result<Vec<Piece<'_>>, SplitError> {
    let mut lexer = Lexer::new(sql, &Rules::of(dialect).lexical);
    let mut pieces = Vec::new();
    while let Some(token) = lexer.next_token()? {
        let text = sql.get(token.span).unwrap_or_default();
        pieces.push(match token.kind {
            TokenKind::Word => Piece::Word(text),
            TokenKind::Quoted => Piece::Quoted(text),
            TokenKind::Punct(sign) => Piece::Sign(sign),
            TokenKind::Delimiter => Piece::Sign(b';'),
            TokenKind::Hint
            | TokenKind::CodeOpen
            | TokenKind::CodeClose
            | TokenKind::DelimiterCommand => continue,
        });
    }
    Ok(pieces)
}
