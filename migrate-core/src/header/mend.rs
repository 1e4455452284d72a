//! What a directive that cannot be used was meant to be.

use std::ops::Range;

use super::{DOWN_KEYS, Header, KEYS, key_of};
use crate::Applicability;
use crate::nearest::is_slip;
use crate::revision::Direction;
use crate::toml_reader::{self as reader, Mend, Problem};

/// How each key is written.
const EXAMPLES: [&str; 8] = [
    "revision = \"20250824093000\"",
    "revises = \"001\"",
    "depends-on = [\"001\"]",
    "labels = [\"billing\"]",
    "irreversible = \"drops the audit log\"",
    "transaction = false",
    "touches = [\"orders\"]",
    "allow = [\"missing-down\"]",
];

/// Adds to the problem of a value what the value was meant to be, where there is one thing it can be.
pub(super) fn mended(
    directive: &str,
    value: Option<Range<usize>>,
    problem: Problem,
    direction: Direction,
) -> Problem {
    // The parser of broken TOML points anywhere; the value is what stands behind the `=`.
    let behind_equals = || {
        let start = directive.find('=')? + 1;
        let value = directive.get(start..)?;
        let start = start + value.len() - value.trim_start().len();
        Some(start..start + value.trim().len())
    };
    let spans = [Some(problem.span.clone()), value.clone(), behind_equals()];
    let mends = spans.into_iter().flatten().flat_map(|span| {
        let text = directive.get(span.clone()).unwrap_or_default();
        let word = text.trim_matches('"');
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_' || c == '.';
        let is_plain = !word.is_empty() && word.chars().all(is_word);
        let truth = word.to_lowercase();
        let is_truth = ["true", "false"].contains(&&*truth);
        [
            is_truth.then_some(truth),
            is_plain.then(|| format!("\"{word}\"")),
        ]
        .into_iter()
        .flatten()
        .map(move |replacement| Mend {
            span: span.clone(),
            replacement,
            applicability: Applicability::Safe,
        })
    });
    let found = mends
        .filter(|mend| {
            mend.applied(directive)
                .is_some_and(|text| text != directive)
        })
        .find(|mend| is_sound_with(mend, directive, direction));
    if let Some(mend) = found {
        let word = directive.get(mend.span.clone()).unwrap_or_default();
        let help = format!("write `{}`", mend.replacement);
        return if value.is_none() && !word.starts_with('"') {
            // What the TOML parser says of `001` is true, and helps nobody.
            let message = format!("`{word}` is not quoted");
            let problem = Problem::new(mend.span.clone(), message).help(help);
            Problem {
                mend: Some(mend),
                ..problem
            }
        } else {
            Problem {
                help: Some(help),
                mend: Some(mend),
                ..problem
            }
        };
    }
    let key = key_of(directive);
    let example = KEYS.iter().zip(EXAMPLES).find(|(name, _)| **name == key);
    let written = example.map_or("key = value", |(_, example)| example);
    let example = || format!("write it as in `-- migcheck: {written}`");
    Problem {
        help: problem.help.or_else(|| Some(example())),
        mend: None,
        ..problem
    }
}

/// Whether a directive has no fault of its own once the mend is made.
pub(super) fn is_sound_with(mend: &Mend, directive: &str, direction: Direction) -> bool {
    let Some(text) = mend.applied(directive) else {
        return false;
    };
    let Ok(table) = reader::parse(&text) else {
        return false;
    };
    let known: &[&str] = match direction {
        Direction::Up => &KEYS,
        Direction::Down => &DOWN_KEYS,
    };
    let mut header = Header::default();
    let sound = table.iter().all(|(key, value)| {
        // A misspelt key is a finding of its own, and mended by itself.
        let name = known.iter().find(|name| is_slip(key.get_ref(), name));
        name.is_some_and(|name| header.set(name, value, 0).is_ok())
    });
    sound && !table.is_empty() && header.problems.is_empty()
}
