//! Python as far as it has to be told apart: strings, names, brackets, and where a line ends.
//!
//! After <https://docs.python.org/3/reference/lexical_analysis.html>; tolerant, so that a file of any
//! version of Python is read. What no rule knows is a token of one character.

use std::ops::Range;

/// A piece of Python.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Name,
    String,
    /// A string without its end: the rest of the file cannot be trusted.
    Broken,
    /// A number, or one character of anything else.
    Other,
}

/// A logical line: brackets, backslashes and triple quotes carry it over line ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// The columns before its first token.
    pub(super) indent: usize,
    /// Empty for a line that is a comment.
    pub(super) tokens: Vec<Token>,
    /// From the first column to behind the last character.
    pub(super) span: Range<usize>,
}

impl Line {
    /// Whether its tokens are these words and signs.
    pub(super) fn is(&self, text: &str, words: &[&str]) -> bool {
        self.tokens.len() == words.len() && starts(&self.tokens, text, words)
    }

    /// Whether it starts with these words and signs.
    pub(super) fn starts(&self, text: &str, words: &[&str]) -> bool {
        starts(&self.tokens, text, words)
    }
}

/// Whether the first tokens are these words and signs.
pub(super) fn starts(tokens: &[Token], text: &str, words: &[&str]) -> bool {
    tokens.len() >= words.len()
        && tokens
            .iter()
            .zip(words)
            .all(|(token, word)| text.get(token.span.clone()) == Some(word))
}

/// The logical lines of `text`, comments among them; blank lines are left out.
pub(super) fn lines(text: &str) -> Vec<Line> {
    let mut lexer = Lexer { text, at: 0 };
    let mut lines = Vec::new();
    while lexer.at < text.len() {
        lexer.line(&mut lines);
    }
    lines
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// A line up to its end; a `;` sets statements on it apart.
    fn line(&mut self, lines: &mut Vec<Line>) {
        let mut start = self.at;
        let indent = self.indent();
        loop {
            let mut tokens: Vec<Token> = Vec::new();
            let has_comment = self.statement(&mut tokens);
            if !tokens.is_empty() || has_comment {
                lines.push(Line {
                    indent,
                    tokens,
                    span: start..self.at,
                });
            }
            let goes_on = self.peek() == Some(';');
            self.at += 1;
            if !goes_on {
                return;
            }
            start = self.at;
        }
    }

    /// The tokens up to a line end or a `;`, and whether there is a comment.
    fn statement(&mut self, tokens: &mut Vec<Token>) -> bool {
        let mut depth = 0_usize;
        let mut has_comment = false;
        while let Some(c) = self.peek() {
            match c {
                '\n' | ';' if depth == 0 => break,
                '#' => {
                    has_comment = true;
                    self.at += self.rest().find('\n').unwrap_or(self.rest().len());
                }
                '\\' if self.rest().starts_with("\\\n") => self.at += 2,
                c if c.is_whitespace() => self.at += c.len_utf8(),
                _ => {
                    let token = self.token();
                    match self.text.get(token.span.clone()) {
                        Some("(" | "[" | "{") => depth += 1,
                        Some(")" | "]" | "}") => depth = depth.saturating_sub(1),
                        _ => {}
                    }
                    tokens.push(token);
                }
            }
        }
        has_comment
    }

    /// Skips the white space a line starts with; a tab goes on to the next multiple of eight.
    fn indent(&mut self) -> usize {
        let mut columns = 0;
        while let Some(c) = self.peek() {
            match c {
                ' ' => columns += 1,
                '\t' => columns = (columns / 8 + 1) * 8,
                '\u{c}' => columns = 0,
                _ => break,
            }
            self.at += 1;
        }
        columns
    }

    fn token(&mut self) -> Token {
        let start = self.at;
        let is_name = |c: char| c.is_alphanumeric() || c == '_';
        let rest = self.rest();
        let word = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        let (kind, length) = match rest.get(word..).and_then(|behind| behind.chars().next()) {
            Some('"' | '\'') if is_prefix(&rest[..word]) => {
                let (closed, length) = string_length(&rest[word..]);
                let kind = if closed { Kind::String } else { Kind::Broken };
                (kind, word + length)
            }
            _ if word > 0 && !rest.starts_with(|c: char| c.is_ascii_digit()) => (Kind::Name, word),
            _ if word > 0 => (Kind::Other, word),
            _ => (Kind::Other, rest.chars().next().map_or(1, char::len_utf8)),
        };
        self.at += length;
        Token {
            kind,
            span: start..self.at,
        }
    }
}

/// Whether letters before a quote belong to the string.
fn is_prefix(word: &str) -> bool {
    word.len() <= 2 && word.chars().all(|c| "rRbBuUfFtT".contains(c))
}

/// Whether a string that starts with its quote is closed, and how long it is.
fn string_length(text: &str) -> (bool, usize) {
    let quote = &text[..1];
    let triple = [quote; 3].concat();
    let close = if text.starts_with(&triple) {
        &*triple
    } else {
        quote
    };
    let mut at = close.len();
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        if text[at..].starts_with(close) {
            return (true, at + close.len());
        }
        match c {
            // Even a raw string goes on behind a backslash and a quote.
            '\\' => at += 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8),
            '\n' if close.len() == 1 => return (false, at),
            _ => at += c.len_utf8(),
        }
    }
    (false, text.len())
}
