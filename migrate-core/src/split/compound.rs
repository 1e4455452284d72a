//! Statements that contain statements: `CREATE TRIGGER … BEGIN …; …; END` and its like, up to where the body begins.

use std::ops::Range;

use super::body::Body;
use super::error::SplitError;
use super::lexer::{Token, TokenKind};
use super::rules::{BodyStart, Compound};

/// Follows one statement and tells which `;` ends it.
#[derive(Debug)]
pub(super) struct Tracker<'a> {
    rules: &'static Compound,
    phase: Phase<'a>,
    /// Parentheses that are open.
    depth: usize,
    /// The outermost of them.
    parenthesis: Range<usize>,
    previous: Previous<'a>,
    previous_span: Range<usize>,
}

#[derive(Debug)]
enum Phase<'a> {
    First,
    /// Behind a first `BEGIN`: a transaction, or MariaDB's `BEGIN NOT ATOMIC`.
    Begin,
    /// Behind the verb, before the object.
    Verb,
    /// In `DEFINER = …`.
    Definer,
    /// Behind the object, before the body.
    Header(BodyStart),
    Body(Body<'a>),
    /// A statement that contains no other.
    Plain,
}

/// The token before the current one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Previous<'a> {
    Word(&'a str),
    Punct(u8),
    Other,
}

impl Previous<'_> {
    pub(super) fn is(self, keyword: &str) -> bool {
        matches!(self, Self::Word(word) if is(word, keyword))
    }
}

/// Whether `word` is `keyword`, which is upper case.
pub(super) fn is(word: &str, keyword: &str) -> bool {
    word.eq_ignore_ascii_case(keyword)
}

impl<'a> Tracker<'a> {
    pub(super) fn new(rules: &'static Compound) -> Self {
        Self {
            rules,
            phase: Phase::First,
            depth: 0,
            parenthesis: 0..0,
            previous: Previous::Other,
            previous_span: 0..0,
        }
    }

    /// Takes the next token of the statement, whose text is `text`.
    pub(super) fn token(&mut self, token: &Token, text: &'a str) {
        let current = match token.kind {
            TokenKind::Word => Previous::Word(text),
            TokenKind::Punct(byte) => Previous::Punct(byte),
            TokenKind::Quoted => Previous::Other,
            // The grammar does not see comments with code in them, and delimiters have a function of their own.
            TokenKind::Hint
            | TokenKind::CodeOpen
            | TokenKind::CodeClose
            | TokenKind::Delimiter
            | TokenKind::DelimiterCommand => return,
        };
        match current {
            Previous::Word(word) if self.depth == 0 => self.word(word, token.span.clone()),
            Previous::Punct(b'(') => {
                if self.depth == 0 {
                    self.parenthesis = token.span.clone();
                }
                self.depth += 1;
            }
            Previous::Punct(b')') => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        match &mut self.phase {
            Phase::Header(BodyStart::AfterParameters)
                if current == Previous::Punct(b')') && self.depth == 0 =>
            {
                self.phase = Phase::Body(Body::after_prelude());
            }
            Phase::Body(body) if !matches!(current, Previous::Word(_)) => body.other(current),
            Phase::First | Phase::Begin if !matches!(current, Previous::Word(_)) => {
                self.phase = Phase::Plain;
            }
            _ => {}
        }
        self.previous = current;
        self.previous_span = token.span.clone();
    }

    /// Takes a `;` and tells whether it ends the statement.
    pub(super) fn semicolon(&mut self) -> bool {
        self.previous = Previous::Other;
        match &mut self.phase {
            Phase::Body(body) => {
                self.depth = 0;
                body.semicolon()
            }
            Phase::Header(BodyStart::InParentheses) => self.depth == 0,
            _ => true,
        }
    }

    /// Complains of what is open where the script ends.
    pub(super) fn finish(&self) -> Result<(), SplitError> {
        match &self.phase {
            Phase::Body(body) => body.finish(),
            Phase::Header(BodyStart::InParentheses) if self.depth > 0 => Err(
                SplitError::unterminated_parenthesis(self.parenthesis.clone()),
            ),
            _ => Ok(()),
        }
    }

    fn word(&mut self, word: &'a str, span: Range<usize>) {
        let programs = self.rules.stored_programs;
        let next = match &mut self.phase {
            Phase::Plain => return,
            Phase::Body(body) => return body.word(word, span, self.previous),
            Phase::First if self.rules.verbs.iter().any(|verb| is(word, verb)) => Phase::Verb,
            Phase::First if programs && is(word, "BEGIN") => Phase::Begin,
            Phase::First if programs => {
                Body::anonymous(word, span).map_or(Phase::Plain, Phase::Body)
            }
            Phase::Begin if is(word, "NOT") => {
                Phase::Body(Body::opened(self.previous_span.clone(), true))
            }
            Phase::First | Phase::Begin => Phase::Plain,
            Phase::Verb => match self.object(word) {
                Some(start) => Phase::Header(start),
                None if programs && is(word, "DEFINER") => Phase::Definer,
                None if self
                    .rules
                    .modifiers
                    .iter()
                    .any(|modifier| is(word, modifier)) =>
                {
                    return;
                }
                None => Phase::Plain,
            },
            // The user's name can be anything; `SQL SECURITY` and `VIEW` tell that a view follows.
            Phase::Definer if matches!(self.previous, Previous::Punct(b'=' | b'@')) => return,
            Phase::Definer if is(word, "SQL") || is(word, "VIEW") => Phase::Plain,
            Phase::Definer => match self.object(word) {
                Some(start) => Phase::Header(start),
                None => return,
            },
            Phase::Header(BodyStart::AfterEachRow)
                if is(word, "ROW") && self.previous.is("EACH") =>
            {
                Phase::Body(Body::after_prelude())
            }
            Phase::Header(BodyStart::AfterDo) if is(word, "DO") => Phase::Body(Body::at_start()),
            Phase::Header(BodyStart::AtBeginAtomic)
                if is(word, "ATOMIC") && self.previous.is("BEGIN") =>
            {
                Phase::Body(Body::opened(self.previous_span.clone(), programs))
            }
            Phase::Header(BodyStart::AtBegin)
                if is(word, "BEGIN") && self.previous != Previous::Punct(b'.') =>
            {
                Phase::Body(Body::opened(span, programs))
            }
            Phase::Header(_) => return,
        };
        self.phase = next;
    }

    fn object(&self, word: &str) -> Option<BodyStart> {
        self.rules
            .objects
            .iter()
            .find(|(object, _)| is(word, object))
            .map(|(_, start)| *start)
    }
}
