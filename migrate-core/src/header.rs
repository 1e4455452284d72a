//! Directives: the `-- migcheck: key = value` lines of a script, and its description.

mod mend;

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeString, DeValue};

use crate::nearest::is_slip;
use crate::revision::Direction;
use crate::toml_reader::{self as reader, Problem};
use crate::{Applicability, Code, split};
use mend::{is_sound_with, mended};

/// What the leading comment block of a script says.
#[derive(Debug, Default)]
pub(crate) struct Header {
    pub(crate) revision: Option<Spanned<String>>,
    pub(crate) revises: Option<Revises>,
    /// There is a `revises` that cannot be used, which is among the problems.
    pub(crate) revises_is_wrong: bool,
    pub(crate) depends_on: Vec<Spanned<String>>,
    pub(crate) labels: Vec<Spanned<String>>,
    pub(crate) irreversible: Option<Spanned<String>>,
    pub(crate) transaction: Option<bool>,
    pub(crate) touches: Vec<String>,
    pub(crate) todo: Vec<Spanned<String>>,
    pub(crate) allow: Vec<Code>,
    pub(crate) description: String,
    pub(crate) problems: Vec<(Code, Problem)>,
}

/// A `revises` directive.
#[derive(Debug)]
pub(crate) struct Revises {
    /// The parents; empty for `"base"`.
    pub(crate) parents: Vec<Spanned<String>>,
    /// The value, quotes included.
    pub(crate) span: Range<usize>,
}

const PREFIX: &str = "migcheck:";
const KEYS: [&str; 9] = [
    "revision",
    "revises",
    "depends-on",
    "labels",
    "irreversible",
    "transaction",
    "touches",
    "todo",
    "allow",
];
/// What other tools write into comments, which describes nothing.
const PEERS_WORDS: [&str; 3] = ["+goose", "migrate:", "no-transaction"];
/// What a down script may say: the rest is about the revision, and stands in its up script.
const DOWN_KEYS: [&str; 3] = ["transaction", "todo", "allow"];

/// That of a script which says nothing.
pub(crate) static NONE: Header = Header {
    revision: None,
    revises: None,
    revises_is_wrong: false,
    depends_on: Vec::new(),
    labels: Vec::new(),
    irreversible: None,
    transaction: None,
    touches: Vec::new(),
    todo: Vec::new(),
    allow: Vec::new(),
    description: String::new(),
    problems: Vec::new(),
};

impl Header {
    /// Reads a script's directives; `None` where it has neither them nor a comment.
    pub(crate) fn find(text: &str, direction: Direction) -> Option<Box<Self>> {
        let is_worth_it = text.trim_start().starts_with("--") || text.contains(PREFIX);
        is_worth_it.then(|| Box::new(Self::read(text, direction)))
    }

    /// Reads a script's directives. What is wrong with them is in `problems`.
    pub(crate) fn read(text: &str, direction: Direction) -> Self {
        let mut header = Self::default();
        let mut offset = 0;
        let mut lines = text.split_inclusive('\n');
        for line in lines.by_ref() {
            let bare = line.trim_start_matches('\u{feff}').trim();
            if let Some(comment) = bare.strip_prefix("--") {
                header.comment(line, comment, offset, direction);
            } else if !bare.is_empty() {
                offset += line.len();
                break;
            }
            offset += line.len();
        }
        header.description = header.description.trim().to_owned();
        if text.get(offset..).is_some_and(|rest| rest.contains(PREFIX)) {
            header.read_body(text, offset);
        }
        header
    }

    fn comment(&mut self, line: &str, comment: &str, offset: usize, direction: Direction) {
        let Some(directive) = comment.trim_start().strip_prefix(PREFIX) else {
            if PEERS_WORDS
                .iter()
                .any(|word| comment.trim_start().starts_with(word))
            {
                return;
            }
            // The empty comment line that sets paragraphs apart is part of the description.
            let text = comment.strip_prefix(' ').unwrap_or(comment).trim_end();
            if !(text.is_empty() && self.description.is_empty()) {
                self.description.push_str(text);
                self.description.push('\n');
            }
            return;
        };
        let at = line.find(PREFIX).unwrap_or(0) + PREFIX.len() + offset;
        // Nearly every directive is one word of one key, which needs no parser.
        if let Some((key, value)) = reader::plain(directive) {
            return self.entry(&key, &value, directive, at, direction);
        }
        match reader::parse(directive) {
            Err(problem) => {
                let problem = mended(directive, None, problem, direction);
                self.revises_is_wrong |= is_slip(key_of(directive), "revises");
                self.problem(Code::InvalidDirective, problem, at);
            }
            Ok(table) if table.is_empty() => self.problem(
                Code::InvalidDirective,
                Problem::new(0..directive.len(), "a directive without a key")
                    .help("write `-- migcheck: key = value`"),
                at,
            ),
            Ok(table) => {
                for (key, value) in &table {
                    self.entry(key, value, directive, at, direction);
                }
            }
        }
    }

    /// One key of the directive that starts at `at`.
    fn entry(
        &mut self,
        key: &Spanned<DeString<'_>>,
        value: &Spanned<DeValue<'_>>,
        directive: &str,
        at: usize,
        direction: Direction,
    ) {
        let name: &str = key.get_ref();
        if direction == Direction::Down && KEYS.contains(&name) && !DOWN_KEYS.contains(&name) {
            let problem = Problem::new(key.span(), format!("`{name}` belongs in the up script"))
                .help("a down script takes `transaction`, `todo` and `allow` alone");
            self.problem(Code::InvalidDirective, problem, at);
        } else if !KEYS.contains(&name) {
            let problem = self.unknown_key(key, directive, direction);
            self.problem(Code::UnknownDirective, problem, at);
        } else if let Err(problem) = self.set(name, value, at) {
            let problem = mended(directive, Some(value.span()), problem, direction);
            self.revises_is_wrong |= name == "revises";
            self.problem(Code::InvalidDirective, problem, at);
        }
    }

    /// A key that there is none of. To take the nearest one instead is safe where the directive is
    /// then sound, and says nothing that another one has said. What the id is, is never guessed.
    fn unknown_key(
        &self,
        key: &Spanned<DeString<'_>>,
        directive: &str,
        direction: Direction,
    ) -> Problem {
        let known: &[&str] = match direction {
            Direction::Up => &KEYS,
            Direction::Down => &DOWN_KEYS,
        };
        let mut problem = Problem::unknown_key(key, known);
        if let Some(mend) = &mut problem.mend {
            let is_taken = match &*mend.replacement {
                "revision" => true,
                "revises" => self.revises.is_some(),
                _ => false,
            };
            if is_taken || !is_sound_with(mend, directive, direction) {
                mend.applicability = Applicability::Guess;
            }
        }
        problem
    }

    fn set(&mut self, key: &str, value: &Spanned<DeValue<'_>>, at: usize) -> Result<(), Problem> {
        let twice = || {
            Problem::new(value.span(), format!("`{key}` is given twice"))
                .help("leave out the one that is wrong")
        };
        let shifted = |list: Vec<Spanned<String>>| {
            list.into_iter()
                .map(|item| shift(item, at))
                .collect::<Vec<_>>()
        };
        match key {
            "revision" => {
                if self.revision.is_some() {
                    return Err(twice());
                }
                self.revision = Some(shift(reader::string(value)?, at));
            }
            "revises" => {
                if self.revises.is_some() {
                    return Err(
                        twice().help("write two parents as a list: `revises = [\"…\", \"…\"]`")
                    );
                }
                let mut parents = reader::one_or_more(value)?;
                if parents.is_empty() {
                    return Err(Problem::new(value.span(), "an empty list of parents")
                        .help("a revision that starts the history says `revises = \"base\"`"));
                }
                if let [only] = parents.as_slice()
                    && only.get_ref() == "base"
                {
                    parents.clear();
                }
                self.revises = Some(Revises {
                    parents: shifted(parents),
                    span: value.span().start + at..value.span().end + at,
                });
            }
            "depends-on" => self.depends_on.extend(shifted(reader::one_or_more(value)?)),
            "labels" => self.labels.extend(shifted(reader::one_or_more(value)?)),
            "irreversible" => {
                let reason = reader::string(value)?;
                if reason.get_ref().trim().is_empty() {
                    return Err(Problem::new(value.span(), "an empty reason")
                        .help("say why there is no way down"));
                }
                self.irreversible = Some(shift(reason, at));
            }
            "transaction" => self.transaction = Some(reader::boolean(value)?),
            "touches" => {
                let globs = reader::one_or_more(value)?;
                self.touches
                    .extend(globs.into_iter().map(Spanned::into_inner));
            }
            "todo" => self.todo.push(shift(reader::string(value)?, at)),
            _ => {
                for code in allowed(value) {
                    match code {
                        Ok(code) if self.allow.contains(&code) => {}
                        Ok(code) => self.allow.push(code),
                        Err(problem) => self.problem(Code::InvalidDirective, problem, at),
                    }
                }
            }
        }
        Ok(())
    }

    fn problem(&mut self, code: Code, mut problem: Problem, at: usize) {
        let shifted = |span: &Range<usize>| span.start + at..span.end + at;
        problem.span = shifted(&problem.span);
        if let Some(mend) = &mut problem.mend {
            mend.span = shifted(&mend.span);
        }
        self.problems.push((code, problem));
    }

    /// Directives below the leading block: `allow` is fine there, the rest would be overlooked.
    fn read_body(&mut self, text: &str, start: usize) {
        // A line inside a statement is SQL or data, whatever it looks like. Any dialect's
        // splitter will do: this only has to know where comments are.
        let statements = split::split(text, crate::Dialect::Postgres).unwrap_or_default();
        let mut offset = start;
        for line in text.get(start..).unwrap_or_default().split_inclusive('\n') {
            let directive = line
                .trim_start()
                .strip_prefix("--")
                .and_then(|comment| comment.trim_start().strip_prefix(PREFIX));
            let inside = || {
                let after = statements.partition_point(|found| found.span.end <= offset);
                statements
                    .get(after)
                    .is_some_and(|found| found.span.start < offset)
            };
            if let Some(directive) = directive
                && !inside()
            {
                let at = offset + line.len() - line.trim_start().len();
                if key_of(directive) == "allow" {
                    self.comment(
                        line,
                        line.trim().trim_start_matches("--"),
                        offset,
                        Direction::Up,
                    );
                } else {
                    let span = 0..line.trim().len();
                    let problem = Problem::new(span, "a directive below the first statement")
                        .help("move it into the comment block at the top of the file");
                    self.problem(Code::InvalidDirective, problem, at);
                }
            }
            offset += line.len();
        }
    }
}

/// The comment lines of a script that a tool reads, migcheck or a peer, with where they start.
pub(crate) fn directives(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split_inclusive('\n').filter_map(move |line| {
        let at = start;
        start += line.len();
        let comment = line.trim().strip_prefix("--")?.trim_start();
        let is_read =
            comment.starts_with(PREFIX) || PEERS_WORDS.iter().any(|word| comment.starts_with(word));
        is_read.then_some((at, comment))
    })
}

/// The key of a directive that may be no TOML.
fn key_of(directive: &str) -> &str {
    directive.split('=').next().unwrap_or_default().trim()
}

fn shift(value: Spanned<String>, by: usize) -> Spanned<String> {
    let span = value.span();
    Spanned::new(span.start + by..span.end + by, value.into_inner())
}

/// The codes of an `allow` list; an entry is a name, or a table with the name and a reason.
fn allowed(value: &Spanned<DeValue<'_>>) -> Vec<Result<Code, Problem>> {
    let items = match value.get_ref() {
        DeValue::Array(items) => items.iter().collect(),
        _ => vec![value],
    };
    items.into_iter().map(allowed_code).collect()
}

fn allowed_code(item: &Spanned<DeValue<'_>>) -> Result<Code, Problem> {
    let name = match item.get_ref() {
        DeValue::Table(table) => {
            if let Some((key, _)) = table
                .iter()
                .find(|(key, _)| !["rule", "reason"].contains(&&**key.get_ref()))
            {
                return Err(Problem::unknown_key(key, &["rule", "reason"]));
            }
            let rule = table.get("rule");
            let rule = rule.ok_or_else(|| {
                Problem::new(item.span(), "an `allow` without a `rule`")
                    .help("write `{ rule = \"missing-down\", reason = \"…\" }`, or the name alone")
            })?;
            reader::string(rule)?
        }
        _ => reader::string(item)?,
    };
    silenceable(name.get_ref(), name.span(), |code| format!("\"{code}\""))
}

/// The code that `[rules]` or `allow` names, if it is one they may name; `written` is how one is
/// written there.
pub(crate) fn silenceable(
    name: &str,
    span: Range<usize>,
    written: fn(&str) -> String,
) -> Result<Code, Problem> {
    let known = || {
        Code::ALL
            .iter()
            .filter(|code| !code.is_fixed())
            .map(|code| code.name())
    };
    match Code::from_name(name) {
        Some(code) if code.is_fixed() => Err(Problem::new(
            span,
            format!("`{name}` cannot be silenced: without a sound graph nothing else can be said"),
        )
        .help("leave it out")),
        Some(code) => Ok(code),
        None => {
            let problem = Problem::new(span, format!("no rule is called `{name}`"));
            Err(match crate::nearest::nearest(name, known()) {
                Some(near) => problem.meant(name, near, written(near)),
                None => problem.help(format!(
                    "the rules are {}",
                    reader::listed(&known().collect::<Vec<_>>())
                )),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn up(text: &str) -> Header {
        Header::read(text, Direction::Up)
    }

    #[test]
    fn the_leading_block_is_directives_and_description() {
        let header = up(concat!(
            "-- migcheck: revises = \"001\"\n",
            "-- migcheck: labels = [\"billing\"]\n",
            "-- Adds accounts.\n--\n-- And sessions.\n\n",
            "CREATE TABLE x (y int); -- migcheck: not = \"a directive\"\n"
        ));
        assert!(header.problems.is_empty(), "{:?}", header.problems);
        assert_eq!(header.revises.unwrap().parents[0].get_ref(), "001");
        assert_eq!(header.labels[0].get_ref(), "billing");
        assert_eq!(header.description, "Adds accounts.\n\nAnd sessions.");
    }

    #[test]
    fn a_span_points_into_the_script() {
        let text = "-- a\r\n--  migcheck:  revises = [\"001\", \"002\"]\r\n";
        let revises = up(text).revises.unwrap();
        assert_eq!(&text[revises.span], "[\"001\", \"002\"]");
        assert_eq!(&text[revises.parents[1].span()], "\"002\"");
    }

    #[test]
    fn mistakes_are_named_where_they_stand() {
        let cases = [
            ("-- migcheck: revise = \"1\"", "unknown-directive", "revise"),
            ("-- migcheck: revises = 7", "invalid-directive", "7"),
            ("-- migcheck: revises = []", "invalid-directive", "[]"),
            (
                "-- migcheck: transaction = \"no\"",
                "invalid-directive",
                "\"no\"",
            ),
            (
                "-- migcheck: allow = [\"cycle\"]",
                "invalid-directive",
                "\"cycle\"",
            ),
            (
                "SELECT 1;\n-- migcheck: revises = \"1\"",
                "invalid-directive",
                "-- migcheck: revises = \"1\"",
            ),
        ];
        for (text, code, at) in cases {
            let header = up(text);
            let (found, problem) = header.problems.first().unwrap();
            assert_eq!(found.name(), code, "{text}");
            assert_eq!(&text[problem.span.clone()], at, "{text}");
        }
    }

    #[test]
    fn an_empty_or_broken_directive_is_an_error() {
        for text in ["-- migcheck:", "-- migcheck: revises =", "-- migcheck: = 1"] {
            assert_eq!(up(text).problems.len(), 1, "{text}");
        }
    }
}
