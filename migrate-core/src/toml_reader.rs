//! What the readers of directives, configuration and lock share: TOML with spans.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::nearest::nearest;

/// A value that cannot be used, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) span: Range<usize>,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

impl Problem {
    pub(crate) fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            span,
            message: message.into(),
            help: None,
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// A value of the wrong type.
    pub(crate) fn wrong_type(value: &Spanned<DeValue<'_>>, wanted: &str) -> Self {
        Self::new(
            value.span(),
            format!("expected {wanted}, found {}", described(value.get_ref())),
        )
    }

    /// A key that is none of `known`.
    pub(crate) fn unknown_key(key: &Spanned<DeString<'_>>, known: &[&str]) -> Self {
        let name: &str = key.get_ref();
        let problem = Self::new(key.span(), format!("unknown key `{name}`"));
        match nearest(name, known.iter().copied()) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem.help(format!("the keys here are {}", listed(known))),
        }
    }
}

fn described(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("the string \"{text}\""),
        DeValue::Integer(number) => format!("the integer {}", number.as_str()),
        DeValue::Boolean(value) => format!("the boolean {value}"),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
        other => format!("a {}", other.type_str()),
    }
}

/// `a`, `b` and `c`, in code quotes.
pub(crate) fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// Parses a document; the error's span is in bytes of `text`.
pub(crate) fn parse(text: &str) -> Result<DeTable<'_>, Problem> {
    match DeTable::parse(text) {
        Ok(table) => Ok(table.into_inner()),
        Err(error) => {
            let span = error.span().unwrap_or(0..0);
            let word = text.get(span.clone()).unwrap_or_default();
            let is_word = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
            if word.starts_with(char::is_alphabetic) && word.chars().all(is_word) {
                // The parser takes it for a number or a date.
                return Err(
                    Problem::new(span.clone(), format!("`{word}` is not quoted"))
                        .help(format!("write `\"{word}\"`")),
                );
            }
            let message = error.message().trim().replace('\n', "; ");
            Err(Problem::new(span, message))
        }
    }
}

pub(crate) fn string(value: &Spanned<DeValue<'_>>) -> Result<Spanned<String>, Problem> {
    match value.get_ref() {
        DeValue::String(text) => Ok(Spanned::new(value.span(), text.to_string())),
        _ => Err(Problem::wrong_type(value, "a string")),
    }
}

pub(crate) fn boolean(value: &Spanned<DeValue<'_>>) -> Result<bool, Problem> {
    match value.get_ref() {
        DeValue::Boolean(value) => Ok(*value),
        _ => Err(Problem::wrong_type(value, "`true` or `false`")),
    }
}

pub(crate) fn count(value: &Spanned<DeValue<'_>>) -> Result<usize, Problem> {
    let wrong = || Problem::wrong_type(value, "a whole number");
    let number = value.get_ref().as_integer().ok_or_else(wrong)?;
    let digits = number.as_str().replace('_', "");
    usize::from_str_radix(&digits, number.radix()).map_err(|_| wrong())
}

pub(crate) fn array<'a, 'i>(
    value: &'a Spanned<DeValue<'i>>,
    wanted: &str,
) -> Result<&'a [Spanned<DeValue<'i>>], Problem> {
    match value.get_ref() {
        DeValue::Array(items) => Ok(items),
        _ => Err(Problem::wrong_type(value, wanted)),
    }
}

pub(crate) fn table<'a, 'i>(value: &'a Spanned<DeValue<'i>>) -> Result<&'a DeTable<'i>, Problem> {
    match value.get_ref() {
        DeValue::Table(table) => Ok(table),
        _ => Err(Problem::wrong_type(value, "a table")),
    }
}

pub(crate) fn strings(value: &Spanned<DeValue<'_>>) -> Result<Vec<Spanned<String>>, Problem> {
    array(value, "a list of strings")?
        .iter()
        .map(string)
        .collect()
}

/// A string, or a list of strings.
pub(crate) fn one_or_more(value: &Spanned<DeValue<'_>>) -> Result<Vec<Spanned<String>>, Problem> {
    match value.get_ref() {
        DeValue::String(_) => Ok(vec![string(value)?]),
        DeValue::Array(_) => strings(value),
        _ => Err(Problem::wrong_type(value, "a string or a list of strings")),
    }
}
