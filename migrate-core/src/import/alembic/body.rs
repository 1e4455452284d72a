//! The body of `upgrade()` or `downgrade()`: what is SQL already, and what a person has to write.

use std::collections::HashSet;
use std::ops::Range;

use super::file::targets;
use super::lex::{Kind, Line, Token, starts};
use super::value::{Constants, Value, value};
use crate::import::native::terminated;
use crate::line_of;

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

    /// What `raise` says: its message, or else all of it.
    fn reason(&self, tokens: &[Token]) -> String {
        let message = tokens
            .iter()
            .position(|token| self.text.get(token.span.clone()) == Some("("))
            .and_then(|open| self.argument(&tokens[open + 1..]));
        match message.map(|tokens| value(tokens, self.text, &self.constants)) {
            Some(Value::Text(message)) if !message.trim().is_empty() => message,
            _ => {
                let written = match (tokens.first(), tokens.last()) {
                    (Some(first), Some(last)) => self.text.get(first.span.start..last.span.end),
                    _ => None,
                };
                format!("raises {}", written.unwrap_or("an exception"))
            }
        }
    }

    /// The SQL that a call sends to the server as it stands.
    fn sql(&self, tokens: &[Token]) -> Option<String> {
        let text = self.text;
        let method = |after: usize| {
            let tokens = tokens.get(after..)?;
            let is = |words: &[&str]| starts(tokens, text, words);
            let is_raw = is(&[".", "exec_driver_sql", "("]);
            (is_raw || is(&[".", "execute", "("])).then_some((after + 3, is_raw))
        };
        let receiver = text.get(tokens.first()?.span.clone())?;
        let (open, is_raw) = if starts(tokens, text, &GET_BIND) {
            method(GET_BIND.len())?
        } else if receiver == "op" {
            method(1).filter(|(_, is_raw)| !is_raw)?
        } else if self.connections.contains(receiver) {
            method(1)?
        } else {
            return None;
        };
        let mut argument = self.argument(tokens.get(open..)?)?;
        if starts(argument, text, &["sqltext", "="]) {
            argument = &argument[2..];
        }
        if !is_raw {
            let calls: [&[&str]; 4] = [
                &["text", "("],
                &["sa", ".", "text", "("],
                &["sqlalchemy", ".", "text", "("],
                &["sa", ".", "sql", ".", "text", "("],
            ];
            if let Some(call) = calls.iter().find(|call| starts(argument, text, call)) {
                argument = self.argument(&argument[call.len()..])?;
            }
        }
        let Value::Text(sql) = value(argument, text, &self.constants) else {
            return None;
        };
        if is_raw {
            Some(sql)
        } else if has_parameter(&sql) {
            None
        } else {
            Some(sql.replace("\\:", ":"))
        }
    }

    /// The one argument of a call whose `(` has been read, and with which the tokens end.
    fn argument<'a>(&self, tokens: &'a [Token]) -> Option<&'a [Token]> {
        let (close, inner) = tokens.split_last()?;
        if self.text.get(close.span.clone()) != Some(")") {
            return None;
        }
        let mut depth = 0_usize;
        for token in inner {
            match self.text.get(token.span.clone()) {
                Some("(" | "[" | "{") => depth += 1,
                Some(")" | "]" | "}") => depth = depth.checked_sub(1)?,
                _ => {}
            }
        }
        match inner.split_last() {
            Some((comma, before)) if self.text.get(comma.span.clone()) == Some(",") => Some(before),
            _ => Some(inner),
        }
    }
}

const GET_BIND: [&str; 5] = ["op", ".", "get_bind", "(", ")"];

/// Whether SQLAlchemy's `text()` would take something for a parameter; its rule is
/// `(?<![:\w\x5c]):(\w+)(?!:)`.
fn has_parameter(sql: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    sql.match_indices(':').any(|(at, _)| {
        let before = sql[..at].chars().next_back();
        let name = sql[at + 1..].trim_start_matches(is_word);
        let has_name = name.len() < sql.len() - at - 1;
        // A shorter name can stand before a `:`, where the whole of it cannot.
        let length = sql.len() - at - 1 - name.len();
        has_name
            && !before.is_some_and(|c| c == ':' || c == '\\' || is_word(c))
            && (!name.starts_with(':') || length > 1)
    })
}

struct Writer<'a> {
    text: &'a str,
    path: &'a str,
}

enum Out {
    Sql(String),
    Comment(Range<usize>),
    Python(Range<usize>),
}

impl Writer<'_> {
    fn body(&self, pieces: Vec<Piece>) -> Body {
        let does =
            |piece: &&Piece| !matches!(piece, Piece::Nothing | Piece::Quiet(_) | Piece::Comment(_));
        let mut active = pieces.iter().filter(does);
        if let (Some(Piece::Raises(_, reason)), None) = (active.next(), active.next()) {
            return Body::Raises(reason.clone());
        }
        let mut active = pieces.iter().filter(does).peekable();
        let outside =
            active.peek().is_some() && active.all(|piece| matches!(piece, Piece::Outside(..)));
        let mut outs = Vec::new();
        let mut waiting = Vec::new();
        self.arrange(pieces, outside, &mut outs, &mut waiting);
        outs.extend(
            waiting
                .into_iter()
                .filter_map(|(span, is_comment)| is_comment.then_some(Out::Comment(span))),
        );
        let mut script = Script {
            transaction: !outside,
            ..Script::default()
        };
        for out in outs {
            if !script.sql.is_empty() {
                script.sql.push('\n');
            }
            match out {
                Out::Sql(sql) => script
                    .sql
                    .push_str(&format!("{}\n", terminated(sql.trim()))),
                Out::Comment(span) => {
                    let comment = self.quoted(&span);
                    let comment = comment.trim().trim_start_matches('#').trim();
                    script.sql.push_str(&format!("/* {comment} */\n"));
                }
                Out::Python(span) => {
                    script.todo += 1;
                    script.sql.push_str(&format!(
                        "/* TODO: write this in SQL ({}, line {}):\n\n{}\n*/\n",
                        self.path,
                        line_of(self.text, span.start),
                        self.quoted(&span).trim_end()
                    ));
                }
            }
        }
        Body::Script(script)
    }

    /// Puts the pieces in order; `waiting` are those that only matter to what follows.
    fn arrange(
        &self,
        pieces: Vec<Piece>,
        outside: bool,
        outs: &mut Vec<Out>,
        waiting: &mut Vec<(Range<usize>, bool)>,
    ) {
        for piece in pieces {
            match piece {
                Piece::Nothing => {}
                Piece::Quiet(span) => waiting.push((span, false)),
                Piece::Comment(span) if self.is_noise(&span) => {}
                Piece::Comment(span) => waiting.push((span, true)),
                Piece::Sql(sql) if sql.trim().is_empty() => {}
                Piece::Sql(sql) => {
                    let comments = waiting.drain(..).filter(|(_, is_comment)| *is_comment);
                    outs.extend(comments.map(|(span, _)| Out::Comment(span)));
                    outs.push(Out::Sql(sql));
                }
                Piece::Outside(_, inner) if outside => self.arrange(inner, false, outs, waiting),
                Piece::Python(span) | Piece::Raises(span, _) | Piece::Outside(span, _) => {
                    let start = waiting
                        .drain(..)
                        .next()
                        .map_or(span.start, |(first, _)| first.start);
                    match outs.last_mut() {
                        // What stands side by side is one thing to write.
                        Some(Out::Python(block)) => block.end = span.end,
                        _ => outs.push(Out::Python(start..span.end)),
                    }
                }
            }
        }
    }

    /// What every generated file says.
    fn is_noise(&self, span: &Range<usize>) -> bool {
        let comment = self.text.get(span.clone()).unwrap_or_default();
        comment.contains("### commands auto generated by")
            || comment.contains("### end Alembic commands")
    }

    /// Python that cannot end the comment it stands in, nor open another.
    fn quoted(&self, span: &Range<usize>) -> String {
        let python = self.text.get(span.clone()).unwrap_or_default();
        python.replace("*/", "* /").replace("/*", "/ *")
    }
}
