//! Expressions that are literals, and what they are.

use std::collections::HashMap;

use super::lex::{Kind, Token};

/// What an expression is, as far as that can be said without running it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    None,
    Text(String),
    List(Vec<String>),
    /// Something that only Python knows.
    Other,
}

/// Names that were given a literal.
pub(super) type Constants = HashMap<String, Value>;

/// What `tokens` are, all of them together.
pub(super) fn value(tokens: &[Token], text: &str, constants: &Constants) -> Value {
    let mut reader = Reader {
        tokens,
        at: 0,
        depth: 0,
        text,
        constants,
    };
    match reader.sequence(None) {
        Some(value) if reader.at == tokens.len() => value,
        _ => Value::Other,
    }
}

struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    /// The brackets around the current token.
    depth: usize,
    text: &'a str,
    constants: &'a Constants,
}

/// More brackets than anybody writes around an id.
const MAX_DEPTH: usize = 16;

impl<'a> Reader<'a> {
    fn word(&self) -> Option<&'a str> {
        self.text.get(self.tokens.get(self.at)?.span.clone())
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.word() == Some(word);
        self.at += usize::from(found);
        found
    }

    /// Values with commas between them, up to `close` or the end; one without a comma is itself.
    fn sequence(&mut self, close: Option<&str>) -> Option<Value> {
        if self.depth > MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let mut items = Vec::new();
        let mut has_comma = false;
        loop {
            let is_end = match close {
                Some(close) => self.take(close),
                None => self.at == self.tokens.len(),
            };
            if is_end {
                break;
            }
            if !(items.is_empty() || has_comma) {
                return None;
            }
            items.push(self.sum()?);
            has_comma = self.take(",");
            if !has_comma && items.len() > 1 {
                let is_end = close.map_or(self.at == self.tokens.len(), |close| {
                    self.word() == Some(close)
                });
                if !is_end {
                    return None;
                }
                has_comma = true;
                continue;
            }
        }
        self.depth -= 1;
        match (close, items.as_slice(), has_comma) {
            (Some(")") | None, [one], false) => Some(one.clone()),
            (None, [], _) => None,
            _ => list(items),
        }
    }

    /// Strings that are added, or stand side by side.
    fn sum(&mut self) -> Option<Value> {
        let mut sum = self.atom()?;
        while self.take("+") {
            match (&mut sum, self.atom()?) {
                (Value::Text(sum), Value::Text(more)) => sum.push_str(&more),
                _ => return None,
            }
        }
        Some(sum)
    }

    fn atom(&mut self) -> Option<Value> {
        let token = self.tokens.get(self.at)?;
        let word = self.word()?;
        match token.kind {
            Kind::String => {
                let mut joined = String::new();
                while let Some(token) = self.tokens.get(self.at)
                    && token.kind == Kind::String
                {
                    joined.push_str(&literal(self.text.get(token.span.clone())?)?);
                    self.at += 1;
                }
                Some(Value::Text(joined))
            }
            Kind::Name => {
                self.at += 1;
                match word {
                    "None" => Some(Value::None),
                    "tuple" | "list" | "set" | "frozenset" if self.take("(") => {
                        match self.sequence(Some(")"))? {
                            Value::List(list) => Some(Value::List(list)),
                            _ => None,
                        }
                    }
                    name => self.constants.get(name).cloned(),
                }
            }
            _ => {
                let close = match word {
                    "(" => ")",
                    "[" => "]",
                    "{" => "}",
                    _ => return None,
                };
                self.at += 1;
                self.sequence(Some(close))
            }
        }
    }
}

fn list(items: Vec<Value>) -> Option<Value> {
    let mut list = Vec::new();
    for item in items {
        match item {
            Value::Text(text) => list.push(text),
            Value::None => {}
            Value::List(_) | Value::Other => return None,
        }
    }
    Some(Value::List(list))
}

/// The text of a string literal; `None` for bytes and for what is filled in at run time.
fn literal(token: &str) -> Option<String> {
    let open = token.find(['"', '\''])?;
    let (prefix, quoted) = token.split_at(open);
    let prefix = prefix.to_ascii_lowercase();
    if prefix.contains(['b', 'f', 't']) {
        return None;
    }
    let quotes = if quoted.starts_with("\"\"\"") || quoted.starts_with("'''") {
        3
    } else {
        1
    };
    let inner = quoted.get(quotes..quoted.len().checked_sub(quotes)?)?;
    if prefix.contains('r') {
        return Some(inner.to_owned());
    }
    unescaped(inner)
}

/// <https://docs.python.org/3/reference/lexical_analysis.html#escape-sequences>
fn unescaped(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        plain.push_str(&rest[..at]);
        let escape = rest[at + 1..].chars().next()?;
        rest = &rest[at + 1 + escape.len_utf8()..];
        let digits = |length: usize| {
            let digits = rest.get(..length)?;
            char::from_u32(u32::from_str_radix(digits, 16).ok()?)
        };
        let taken = match escape {
            '\n' => 0,
            '\\' | '\'' | '"' => {
                plain.push(escape);
                0
            }
            'x' | 'u' | 'U' => {
                let length = match escape {
                    'x' => 2,
                    'u' => 4,
                    _ => 8,
                };
                plain.push(digits(length)?);
                length
            }
            '0'..='7' => {
                let more = rest.bytes().take(2);
                let more = more.take_while(|byte| (b'0'..=b'7').contains(byte)).count();
                let octal = format!("{escape}{}", &rest[..more]);
                plain.push(char::from_u32(u32::from_str_radix(&octal, 8).ok()?)?);
                more
            }
            // A character by its name: no table of them is kept here.
            'N' => return None,
            _ => {
                match "abfnrtv".find(escape) {
                    Some(at) => plain.push("\u{7}\u{8}\u{c}\n\r\t\u{b}".chars().nth(at)?),
                    // An escape that Python does not know stays as it is written.
                    None => {
                        plain.push('\\');
                        plain.push(escape);
                    }
                }
                0
            }
        };
        rest = rest.get(taken..)?;
    }
    plain.push_str(rest);
    Some(plain)
}
