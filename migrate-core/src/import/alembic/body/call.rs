//! Calls whose SQL stands in the module as a literal.

use super::{GET_BIND, Reader};
use crate::import::alembic::lex::{Token, starts};
use crate::import::alembic::value::{Value, value};

impl Reader<'_> {
    /// What `raise` says: its message, or else all of it.
    pub(super) fn reason(&self, tokens: &[Token]) -> String {
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
    pub(super) fn sql(&self, tokens: &[Token]) -> Option<String> {
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
