//! The file: one table a server, one line a state.

use std::fmt::Write as _;

use toml::Spanned;
use toml::de::DeValue;

use super::{Fingerprint, Fingerprints};
use crate::lock::quoted;
use crate::toml_reader::{self as reader, Problem};
use crate::{Checksum, line_of};

const VERSION: usize = 1;
const HEADING: &str = "# Written by `cargo migcheck roundtrip --write-fingerprints`. Commit it, and do not edit it.\n";

/// A file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
#[non_exhaustive]
pub struct FingerprintsError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub message: String,
}

impl Fingerprints {
    /// Reads the text of a file.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, FingerprintsError> {
        let text = text.replace("\r\n", "\n");
        let document = read(&text).map_err(|problem| FingerprintsError {
            line: line_of(&text, problem.span.start),
            message: problem.message,
        })?;
        Ok(Self::of(document))
    }

    pub(super) fn of(document: Document) -> Self {
        let states = |states: Vec<(Spanned<String>, Fingerprint)>| {
            let states = states.into_iter();
            states.map(|(name, known)| (name.into_inner(), known))
        };
        let servers = document.into_iter();
        let servers = servers.map(|(server, all)| (server.into_inner(), states(all).collect()));
        Self {
            servers: servers.collect(),
        }
    }

    /// The text of the file. It is the same for the same fingerprints, and each line depends on one
    /// state alone, so that branches that add revisions merge like any list.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("{HEADING}version = {VERSION}\n");
        for (server, states) in &self.servers {
            let _ = writeln!(text, "\n[{}]", quoted(server));
            for (state, known) in states {
                let _ = writeln!(
                    text,
                    "{} = {{ scripts = \"{}\", schema = \"{}\" }}",
                    quoted(state),
                    known.scripts,
                    known.schema
                );
            }
        }
        text
    }
}

/// The file as it stands.
pub(super) type Document = Vec<(Spanned<String>, Vec<(Spanned<String>, Fingerprint)>)>;

pub(super) fn read(text: &str) -> Result<Document, Problem> {
    let mut has_version = false;
    let mut servers = Vec::new();
    for (key, value) in reader::parse(text)? {
        let name = key.get_ref().to_string();
        if name == "version" {
            has_version = true;
            if reader::count(&value)? != VERSION {
                let message = "this version of migcheck does not know this format";
                return Err(Problem::new(value.span(), message));
            }
        } else {
            servers.push((Spanned::new(key.span(), name), read_server(&value)?));
        }
    }
    match has_version {
        true => Ok(servers),
        false => Err(Problem::new(0..0, "the key `version` is missing")),
    }
}

fn read_server(
    value: &Spanned<DeValue<'_>>,
) -> Result<Vec<(Spanned<String>, Fingerprint)>, Problem> {
    let states = reader::table(value)?.iter();
    let states = states.map(|(state, value)| {
        let fields = reader::table(value)?;
        let checksum = |name: &str| {
            let missing = || Problem::new(value.span(), format!("the key `{name}` is missing"));
            let field = fields.get(name).ok_or_else(missing)?;
            let hex = reader::string(field)?;
            let wrong = || Problem::new(field.span(), "not a SHA-256 in hexadecimal");
            Checksum::parse(hex.get_ref()).ok_or_else(wrong)
        };
        let known = Fingerprint {
            scripts: checksum("scripts")?,
            schema: checksum("schema")?,
        };
        let name = state.get_ref().to_string();
        Ok((Spanned::new(state.span(), name), known))
    });
    states.collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::BTreeMap;

    use super::*;

    fn known(text: &str) -> Fingerprint {
        let schema = Checksum::of_script(text);
        Fingerprint {
            scripts: Checksum::of_script("scripts"),
            schema,
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        let mut all = Fingerprints::default();
        all.set(
            "sqlite-3",
            BTreeMap::from([("base".to_owned(), known("0"))]),
        );
        let states = ["002", "001", "002+003", "a\"b"];
        let states = states.map(|state| (state.to_owned(), known(state)));
        all.set("mysql-9.7", states.into_iter().collect());
        let text = all.to_text();
        assert_eq!(Fingerprints::parse(&text), Ok(all.clone()));
        assert_eq!(Fingerprints::parse(&text.replace('\n', "\r\n")), Ok(all));
        let starts: Vec<&str> = text
            .lines()
            .filter_map(|line| line.split(" = ").next())
            .collect();
        assert_eq!(
            starts[1..],
            [
                "version",
                "",
                "[\"mysql-9.7\"]",
                "\"001\"",
                "\"002\"",
                "\"002+003\"",
                "\"a\\\"b\"",
                "",
                "[\"sqlite-3\"]",
                "\"base\""
            ]
        );
    }

    #[test]
    fn what_is_no_such_file_is_refused_with_its_line() {
        for (text, says) in [
            ("", "line 1: the key `version` is missing"),
            (
                "version = 2\n",
                "line 1: this version of migcheck does not know this format",
            ),
            (
                "version = 1\n\n[a]\nb = 1\n",
                "line 4: expected a table, found the integer 1",
            ),
            (
                "version = 1\n[a]\nb = { scripts = \"x\", schema = \"y\" }\n",
                "line 3: not a SHA-256 in hexadecimal",
            ),
            (
                "version = 1\n[a]\nb = {}\n",
                "line 3: the key `scripts` is missing",
            ),
            ("version = 1\n<<<<<<< HEAD\n", "line 2: "),
        ] {
            let error = Fingerprints::parse(text).unwrap_err().to_string();
            assert!(error.starts_with(says), "{text:?}: {error}");
        }
    }
}
