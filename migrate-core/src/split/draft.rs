//! A statement while its tokens are being read.

use std::ops::Range;

use super::Statement;
use super::compound::is;
use super::lexer::{Token, TokenKind};
use super::rules::Transactions;

#[derive(Debug, Default)]
pub(super) struct Draft<'a> {
    start: Option<usize>,
    end: usize,
    /// Some token is more than a hint or the brackets of `/*! … */`.
    has_code: bool,
    /// The words it starts with.
    words: Vec<&'a str>,
    /// Something else than a word has been read, or as many words as any question needs.
    has_all_words: bool,
    /// The last two tokens outside parentheses.
    last: [&'a str; 2],
    depth: usize,
}

impl<'a> Draft<'a> {
    pub(super) fn push(&mut self, token: &Token, text: &'a str) {
        self.start.get_or_insert(token.span.start);
        match token.kind {
            // A hint behind the last token is as good as a comment.
            TokenKind::Hint => return,
            TokenKind::CodeOpen | TokenKind::CodeClose => {}
            TokenKind::Punct(b'(') => self.depth += 1,
            TokenKind::Punct(b')') => self.depth = self.depth.saturating_sub(1),
            _ if self.depth == 0 => self.last = [self.last[1], text],
            _ => {}
        }
        self.end = token.span.end;
        match token.kind {
            TokenKind::CodeOpen | TokenKind::CodeClose => {}
            TokenKind::Word if !self.has_all_words => {
                self.has_code = true;
                self.words.push(text);
                self.has_all_words = self.words.len() == 3;
            }
            _ => {
                self.has_code = true;
                self.has_all_words = true;
            }
        }
    }

    /// From the first token to the last.
    pub(super) fn span(&self) -> Range<usize> {
        self.start.unwrap_or(self.end)..self.end
    }

    /// Whether `COPY … FROM STDIN` has just been read. The parentheses may hold a query on a table named `stdin`.
    pub(super) fn is_copy_from_stdin(&self) -> bool {
        is(self.last[1], "STDIN")
            && is(self.last[0], "FROM")
            && self.words.first().is_some_and(|word| is(word, "COPY"))
            && self.depth == 0
    }

    /// The statement, unless nothing of it would run.
    pub(super) fn finish(self, sql: &'a str, transactions: &Transactions) -> Option<Statement<'a>> {
        let span = self.span();
        self.has_code.then(|| Statement {
            text: &sql[span.clone()],
            span,
            transaction_control: self.starts_with_any(transactions.control)
                && !self.starts_with_any(transactions.except),
        })
    }

    fn starts_with_any(&self, phrases: &[&[&str]]) -> bool {
        let starts_with = |phrase: &&[&str]| {
            self.words.len() >= phrase.len()
                && self
                    .words
                    .iter()
                    .zip(*phrase)
                    .all(|(word, keyword)| is(word, keyword))
        };
        phrases.iter().any(starts_with)
    }
}
