//! Splits a script into the statements a server is sent.
//!
//! `lexer` knows what is a string and what is a comment, so a `;` it hands out is really one. `compound` and `body` know
//! which of these are inside `BEGIN … END`. This module cuts at the others. What tells the dialects apart is data in
//! `rules`. All of it is one pass, and none of it judges the SQL: a statement with a syntax error is a statement.
//!
//! Settings of a session that change how text is read are taken at their defaults: `standard_conforming_strings` is on,
//! `ANSI_QUOTES`, `NO_BACKSLASH_ESCAPES` and MariaDB's `ORACLE` mode are off.

mod body;
mod compare;
mod compound;
mod delimiter;
mod draft;
mod error;
mod lexer;
mod pieces;
mod rules;
#[cfg(test)]
mod tests;

use std::ops::Range;

pub(crate) use self::compare::first_difference;
pub use self::error::{SplitError, SplitErrorKind};
pub(crate) use self::pieces::{Piece, pieces};

use self::compound::Tracker;
use self::draft::Draft;
use self::lexer::{Lexer, TokenKind};
use self::rules::Rules;
use crate::Dialect;

/// One statement of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement<'a> {
    /// What the server is sent: without the delimiter, leading and trailing comments and white space.
    pub text: &'a str,
    /// Where `text` stands in the script, in bytes.
    pub span: Range<usize>,
    /// Whether the statement opens or ends a transaction itself.
    pub transaction_control: bool,
}

/// Splits `sql` as a server of `dialect` would read it.
///
/// A `;` ends a statement unless it is in a string, a quoted identifier, a comment, the body of a trigger or routine, or
/// the parentheses of a Postgres rule. In MySQL, `DELIMITER` lines are obeyed as the mysql client obeys them, and
/// `/*! … */` is code. Statements without a token, such as comments alone, are left out.
///
/// # Errors
///
/// If a string, a quoted identifier, a comment or a compound statement is never closed, or if the script needs a
/// command-line client: psql's and sqlite3's own commands, and `COPY … FROM STDIN`.
pub fn split(sql: &str, dialect: Dialect) -> Result<Vec<Statement<'_>>, SplitError> {
    let mut splitter = Splitter::new(sql, dialect);
    std::iter::from_fn(|| splitter.next_statement().transpose()).collect()
}

/// Whether `sql` holds no statement: nothing, or only white space, comments and delimiters.
///
/// A script that cannot be split is not blank.
#[must_use]
pub fn is_blank(sql: &str, dialect: Dialect) -> bool {
    matches!(Splitter::new(sql, dialect).next_statement(), Ok(None))
}

/// The line of `sql`, counted from 1, on which byte `offset` is. An offset past the end is on the last line.
#[must_use]
pub fn line_of(sql: &str, offset: usize) -> usize {
    let before = sql.as_bytes().get(..offset).unwrap_or(sql.as_bytes());
    // In pieces whose count fits a byte, which is ten times as fast: every finding is asked for its line.
    let feeds = |piece: &[u8]| {
        piece
            .iter()
            .map(|byte| u8::from(*byte == b'\n'))
            .sum::<u8>()
    };
    1 + before
        .chunks(255)
        .map(|piece| usize::from(feeds(piece)))
        .sum::<usize>()
}

struct Splitter<'a> {
    sql: &'a str,
    rules: &'static Rules,
    lexer: Lexer<'a>,
}

impl<'a> Splitter<'a> {
    fn new(sql: &'a str, dialect: Dialect) -> Self {
        let rules = Rules::of(dialect);
        Self {
            sql,
            rules,
            lexer: Lexer::new(sql, &rules.lexical),
        }
    }

    /// The next statement, or `None` behind the last.
    fn next_statement(&mut self) -> Result<Option<Statement<'a>>, SplitError> {
        loop {
            let mut draft = Draft::default();
            let is_last = self.read(&mut draft)?;
            let statement = draft.finish(self.sql, &self.rules.transactions);
            if is_last || statement.is_some() {
                return Ok(statement);
            }
        }
    }

    /// Reads to the next delimiter, and tells whether the script ends instead.
    fn read(&mut self, draft: &mut Draft<'a>) -> Result<bool, SplitError> {
        let mut tracker = Tracker::new(&self.rules.compound);
        while let Some(token) = self.lexer.next_token()? {
            let text = &self.sql[token.span.clone()];
            let ends = match token.kind {
                TokenKind::DelimiterCommand => {
                    tracker.finish()?;
                    return Ok(false);
                }
                // `DELIMITER` was used in order not to need the tracker.
                TokenKind::Delimiter => self.lexer.has_custom_delimiter() || tracker.semicolon(),
                _ if self.lexer.has_custom_delimiter() => false,
                _ => {
                    tracker.token(&token, text);
                    false
                }
            };
            // Whatever is in `/*! … */` runs or is skipped as a whole.
            if ends && !self.lexer.in_code_comment() {
                return Ok(false);
            }
            draft.push(&token, text);
            if self.rules.lexical.copy_from_stdin && draft.is_copy_from_stdin() {
                // What follows the statement is rows, so nothing behind it can be read.
                return Err(SplitError::copy_from_stdin(draft.span()));
            }
        }
        tracker.finish()?;
        Ok(true)
    }
}
