//! The body of `upgrade()` or `downgrade()`: what is SQL already, and what a person has to write.

mod call;
mod write;

use std::collections::HashSet;
use std::ops::Range;

use super::file::targets;
use super::lex::{Kind, Line, Token, starts};
use super::value::{Constants, Value, value};
use write::Writer;

/// What a function does.
#[derive(Debug)]
pub(super) enum Body {
    /// There is no such function.
    Missing,
    /// It does nothing but fail, for this reason.
    Raises(String),
    Script(Script),
}

#[derive(Debug, Default)]
pub(super) struct Script {
    /// SQL, and Python in comments.
    pub(super) sql: String,
    /// How many blocks of Python it has.
    pub(super) todo: usize,
    /// Whether it runs inside a transaction.
    pub(super) transaction: bool,
}

/// Reads a function of the module; `path` is where the module stands.
pub(super) fn function(
    lines: &[Line],
    text: &str,
    path: &str,
    name: &str,
    constants: &Constants,
) -> Body {
    let is_head = |line: &Line| {
        line.indent == 0
            && (line.starts(text, &["def", name, "("])
                || line.starts(text, &["async", "def", name, "("]))
    };
    // Of two functions of one name the last one counts.
    let Some(at) = lines.iter().rposition(is_head) else {
        return Body::Missing;
    };
    let mut body: Vec<Line> = inline(&lines[at], text).into_iter().collect();
    let below = &lines[at + 1..];
    let end = below
        .iter()
        .position(|line| line.indent == 0 && !line.tokens.is_empty())
        .unwrap_or(below.len());
    body.extend_from_slice(&below[..end]);
    while body
        .last()
        .is_some_and(|line| line.tokens.is_empty() && line.indent == 0)
    {
        body.pop();
    }
    let mut reader = Reader {
        text,
        constants: constants.clone(),
        connections: HashSet::new(),
        is_outside: false,
    };
    let pieces = reader.pieces(&body);
    Writer { text, path }.body(pieces)
}

/// The statement behind the `:` of `def upgrade(): pass`.
fn inline(head: &Line, text: &str) -> Option<Line> {
    let mut depth = 0_usize;
    let colon = head.tokens.iter().position(|token| {
        match text.get(token.span.clone()) {
            Some("(" | "[" | "{") => depth += 1,
            Some(")" | "]" | "}") => depth = depth.saturating_sub(1),
            Some(":") => return depth == 0,
            _ => {}
        }
        false
    })?;
    let tokens = head.tokens.get(colon + 1..)?.to_vec();
    let start = tokens.first()?.span.start;
    Some(Line {
        indent: head.indent + 1,
        span: start..head.span.end,
        tokens,
    })
}

/// A statement, as far as it matters.
enum Piece {
    Sql(String),
    /// What only a person can translate.
    Python(Range<usize>),
    /// What does nothing by itself: a constant, a connection; quoted where it stands before Python.
    Quiet(Range<usize>),
    Comment(Range<usize>),
    /// `pass`, and the like.
    Nothing,
    Raises(Range<usize>, String),
    /// Statements outside of the transaction.
    Outside(Range<usize>, Vec<Piece>),
}

struct Reader<'a> {
    text: &'a str,
    constants: Constants,
    /// The names that hold `op.get_bind()`.
    connections: HashSet<String>,
    /// In a block outside of the transaction.
    is_outside: bool,
}

impl Reader<'_> {
    fn pieces(&mut self, lines: &[Line]) -> Vec<Piece> {
        let Some(indent) = lines
            .iter()
            .find(|line| !line.tokens.is_empty())
            .map(|line| line.indent)
        else {
            return Vec::new();
        };
        let goes_on = |line: &Line| {
            let words = ["else", "elif", "except", "finally"];
            line.indent > indent || words.iter().any(|word| line.starts(self.text, &[word]))
        };
        // Where each statement starts; what is indented belongs to the one above.
        let mut starts: Vec<usize> = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            if starts.is_empty() || !goes_on(line) {
                starts.push(at);
            }
        }
        let ends = starts.iter().skip(1).copied().chain([lines.len()]);
        let ranges: Vec<Range<usize>> = starts
            .iter()
            .zip(ends)
            .map(|(start, end)| *start..end)
            .collect();
        let last = ranges.len() - 1;
        ranges
            .into_iter()
            .enumerate()
            .map(|(at, range)| self.piece(&lines[range], at == last))
            .collect()
    }

    fn piece(&mut self, lines: &[Line], is_last: bool) -> Piece {
        let (Some(first), Some(end)) = (lines.first(), lines.last()) else {
            return Piece::Nothing;
        };
        let span = first.span.start..end.span.end;
        if lines.iter().all(|line| line.tokens.is_empty()) {
            return Piece::Comment(span);
        }
        let piece = match lines {
            [only] => self.simple(only, &span, is_last),
            _ => self.compound(first, &lines[1..], &span),
        };
        piece.unwrap_or_else(|| {
            // Whatever Python does with a name, it is not known any more.
            let text = self.text;
            for token in lines.iter().flat_map(|line| &line.tokens) {
                self.constants
                    .remove(text.get(token.span.clone()).unwrap_or_default());
            }
            for (names, _) in lines.iter().filter_map(|line| targets(line, text)) {
                for name in names {
                    self.connections.remove(name);
                }
            }
            Piece::Python(span)
        })
    }

    fn simple(&mut self, line: &Line, span: &Range<usize>, is_last: bool) -> Option<Piece> {
        let (text, tokens) = (self.text, line.tokens.as_slice());
        let is_string = |token: &Token| token.kind == Kind::String;
        if line.is(text, &["pass"])
            || line.is(text, &[".", ".", "."])
            || is_last && (line.is(text, &["return"]) || line.is(text, &["return", "None"]))
            || tokens.iter().all(is_string)
        {
            return Some(Piece::Nothing);
        }
        if line.starts(text, &["raise"]) {
            return Some(Piece::Raises(span.clone(), self.reason(&tokens[1..])));
        }
        if let Some(sql) = self.sql(tokens) {
            return Some(Piece::Sql(sql));
        }
        let (names, assigned) = targets(line, text)?;
        let is_connection = assigned.len() == GET_BIND.len() && starts(assigned, text, &GET_BIND);
        let value = value(assigned, text, &self.constants);
        if !is_connection && value == Value::Other {
            return None;
        }
        for name in names {
            self.connections.remove(name);
            self.constants.remove(name);
            if is_connection {
                self.connections.insert(name.to_owned());
            } else {
                self.constants.insert(name.to_owned(), value.clone());
            }
        }
        Some(Piece::Quiet(span.clone()))
    }

    /// The one compound statement that has a meaning in SQL.
    fn compound(&mut self, head: &Line, body: &[Line], span: &Range<usize>) -> Option<Piece> {
        let block = [
            "with",
            "op",
            ".",
            "get_context",
            "(",
            ")",
            ".",
            "autocommit_block",
            "(",
            ")",
            ":",
        ];
        // There is no transaction to leave inside of such a block.
        if self.is_outside || !head.is(self.text, &block) {
            return None;
        }
        self.is_outside = true;
        let pieces = self.pieces(body);
        self.is_outside = false;
        Some(Piece::Outside(span.clone(), pieces))
    }
}

const GET_BIND: [&str; 5] = ["op", ".", "get_bind", "(", ")"];
