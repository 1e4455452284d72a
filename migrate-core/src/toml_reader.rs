//! What the readers of directives, configuration and lock share: TOML with spans.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::Applicability;
use crate::nearest::{is_slip, nearest};

/// A value that cannot be used, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) span: Range<usize>,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
    pub(crate) mend: Option<Mend>,
}

/// Another text that a reader could use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mend {
    pub(crate) span: Range<usize>,
    pub(crate) replacement: String,
    pub(crate) applicability: Applicability,
}

impl Mend {
    /// `text` with the mend made.
    pub(crate) fn applied(&self, text: &str) -> Option<String> {
        let before = text.get(..self.span.start)?;
        let after = text.get(self.span.end..)?;
        Some(format!("{before}{}{after}", self.replacement))
    }
}

impl Problem {
    pub(crate) fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            span,
            message: message.into(),
            help: None,
            mend: None,
        }
    }

    /// Suggests another text for the value.
    pub(crate) fn mend(
        mut self,
        replacement: impl Into<String>,
        applicability: Applicability,
    ) -> Self {
        self.mend = Some(Mend {
            span: self.span.clone(),
            replacement: replacement.into(),
            applicability,
        });
        self
    }

    /// Says that `name` was meant, which one writes as `written`.
    pub(crate) fn meant(self, wrong: &str, name: &str, written: String) -> Self {
        let applicability = if is_slip(wrong, name) {
            Applicability::Safe
        } else {
            Applicability::Guess
        };
        self.help(format!("did you mean `{name}`?"))
            .mend(written, applicability)
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
            Some(near) => problem.meant(name, near, near.to_owned()),
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

/// What to cut out of `text` so that a list loses the item at `span`, and the comma that went with
/// it; `None` where it is the only one.
pub(crate) fn item_with_comma(text: &str, span: &Range<usize>) -> Option<Range<usize>> {
    let before = text.get(..span.start)?.trim_end();
    if before.ends_with(',') {
        return Some(before.len() - 1..span.end);
    }
    let after = text.get(span.end..)?;
    let rest = after.trim_start().strip_prefix(',')?.trim_start();
    Some(span.start..text.len() - rest.len())
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
                        .help(format!("write `\"{word}\"`"))
                        .mend(format!("\"{word}\""), Applicability::Safe),
                );
            }
            let message = error.message().trim().replace('\n', "; ");
            Err(Problem::new(span, message))
        }
    }
}

/// The key and the value of a line such as `revises = "001"`: one bare key, and a string in which
/// nothing has a meaning of its own. Whatever is not as plain as that is for [`parse`].
pub(crate) fn plain(line: &str) -> Option<(Spanned<DeString<'_>>, Spanned<DeValue<'_>>)> {
    let (left, right) = line.split_once('=')?;
    let blank = [' ', '\t'];
    let (key, quoted) = (left.trim_matches(blank), right.trim_matches(blank));
    let text = quoted.strip_prefix('"')?.strip_suffix('"')?;
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let is_plain = |byte: u8| (byte == b' ' || byte.is_ascii_graphic()) && !b"\"\\".contains(&byte);
    if key.is_empty() || !key.bytes().all(is_bare) || !text.bytes().all(is_plain) {
        return None;
    }
    let key_at = left.len() - left.trim_start_matches(blank).len();
    let value_at = line.len() - right.trim_start_matches(blank).len();
    let key_span = key_at..key_at + key.len();
    let value_span = value_at..value_at + quoted.len();
    let value = DeValue::String(DeString::Borrowed(text));
    Some((
        Spanned::new(key_span, DeString::Borrowed(key)),
        Spanned::new(value_span, value),
    ))
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_plain_is_read_as_the_parser_reads_it() {
        let words = [
            "key", "a-b_1", "a.b", "\"a\"", "", " ", "\t", "=", "\"", "\"x y\"", "'x'", "\\n", "#",
            "é", "\u{a0}", "\u{7f}", "\n", "true", "[\"x\"]", ",",
        ];
        let mut plain_ones = 0;
        for combination in 0..words.len().pow(4) {
            let word = |place: u32| words[combination / words.len().pow(place) % words.len()];
            let line = format!("{}{} = {}{}", word(0), word(1), word(2), word(3));
            let Some((key, value)) = plain(&line) else {
                continue;
            };
            plain_ones += 1;
            let parsed = DeTable::parse(&line).unwrap().into_inner();
            let (parsed_key, parsed_value) = parsed.iter().next().unwrap();
            assert_eq!(parsed.len(), 1, "{line}");
            assert_eq!(
                (parsed_key, parsed_key.span()),
                (&key, key.span()),
                "{line}"
            );
            assert_eq!(parsed_value.span(), value.span(), "{line}");
            assert_eq!(string(parsed_value), string(&value), "{line}");
        }
        assert!(plain_ones > 100, "{plain_ones}");
    }

    #[test]
    fn an_item_goes_with_its_comma() {
        let cut = |text: &str, item: &str, from_end: bool| {
            let found = if from_end {
                text.rfind(item)
            } else {
                text.find(item)
            };
            let start = found.unwrap();
            let cut = item_with_comma(text, &(start..start + item.len()))?;
            Some(format!("{}{}", &text[..cut.start], &text[cut.end..]))
        };
        assert_eq!(cut("[1, 2]", "1", false).unwrap(), "[2]");
        assert_eq!(cut("[1, 2]", "2", false).unwrap(), "[1]");
        assert_eq!(cut("[1 ,1, ]", "1", true).unwrap(), "[1 , ]");
        assert_eq!(cut("[\n  1,\n  2,\n]", "2", false).unwrap(), "[\n  1,\n]");
        assert_eq!(cut("1", "1", false), None);
        assert_eq!(cut("[1]", "1", false), None);
    }
}
