//! The shapes of `--format json`. docs/json.md describes them; a change that takes something away
//! raises [`VERSION`].

use migcheck_core::{Edit, Finding, Label, Revision, RevisionGraph};
use migcheck_db::ScriptError;
use serde::Serialize;

use super::{Region, marks};
use crate::error::{CommandError, Drawn};

/// The version of all shapes.
pub(crate) const VERSION: u32 = 1;

/// A command's answer: its version beside whatever it is.
#[derive(Debug, Serialize)]
pub(crate) struct Answer<T> {
    version: u32,
    #[serde(flatten)]
    answer: T,
}

impl<T> Answer<T> {
    pub(crate) fn new(answer: T) -> Self {
        Self {
            version: VERSION,
            answer,
        }
    }
}

/// An answer about each of several directories.
#[derive(Debug, Serialize)]
pub(crate) struct Directories<T> {
    pub(crate) directories: Vec<T>,
}

/// Why there is no answer.
#[derive(Debug, Serialize)]
pub(crate) struct Failure<'a> {
    version: u32,
    error: FailureMessage<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<JsonFinding<'a>>,
}

/// What went wrong, and what to do next.
#[derive(Debug, Serialize)]
pub(crate) struct FailureMessage<'a> {
    message: &'a str,
    help: &'a [String],
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    statement: Option<Statement<'a>>,
}

/// The statement that a server refused, or that is in doubt.
#[derive(Debug, Serialize)]
pub(crate) struct Statement<'a> {
    file: &'a str,
    line: usize,
    statement: &'a str,
}

impl<'a> Statement<'a> {
    pub(crate) fn of(error: &'a ScriptError) -> Self {
        Self {
            file: &error.source.path,
            line: error.line(),
            statement: error.statement(),
        }
    }
}

impl<'a> FailureMessage<'a> {
    pub(crate) fn of(error: &'a CommandError) -> Self {
        Self {
            message: error.message(),
            help: error.hints(),
            statement: error.statement().map(Statement::drawn),
        }
    }
}

impl<'a> Statement<'a> {
    fn drawn(statement: &'a Drawn) -> Self {
        match statement {
            Drawn::Refused(error) => Self::of(error),
            Drawn::InDoubt(doubt) => Self {
                file: &doubt.source.path,
                line: doubt.line(),
                statement: doubt.statement(),
            },
        }
    }
}

impl<'a> Failure<'a> {
    pub(crate) fn of(error: &'a CommandError) -> Self {
        Self {
            version: VERSION,
            error: FailureMessage::of(error),
            findings: error.findings().iter().map(JsonFinding::of).collect(),
        }
    }
}

/// A finding. File, line and column are those of its first place.
#[derive(Debug, Serialize)]
pub(crate) struct JsonFinding<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    file: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    places: Vec<Place<'a>>,
    notes: &'a [String],
    help: &'a [String],
    edit: Option<JsonEdit<'a>>,
}

impl<'a> JsonFinding<'a> {
    pub(crate) fn of(finding: &'a Finding) -> Self {
        let places: Vec<Place<'a>> = finding.labels.iter().map(Place::of).collect();
        let first = places.first();
        Self {
            code: finding.code.name(),
            severity: finding.severity.name(),
            message: &finding.message,
            file: first.map(|place| place.file),
            line: first.and_then(|place| place.line),
            column: first.and_then(|place| place.column),
            places,
            notes: &finding.notes,
            help: &finding.help,
            edit: finding.edit.as_ref().map(JsonEdit::of),
        }
    }
}

#[derive(Debug, Serialize)]
struct Place<'a> {
    file: &'a str,
    line: Option<usize>,
    column: Option<usize>,
    text: &'a str,
}

impl<'a> Place<'a> {
    fn of(label: &'a Label) -> Self {
        let region = Region::of_label(label);
        Self {
            file: &label.source.path,
            line: region.map(|region| region.line),
            column: region.map(|region| region.column),
            text: &label.text,
        }
    }
}

/// A replacement; lines and columns count from 1, and the end is the first character that stays.
#[derive(Debug, Serialize)]
struct JsonEdit<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    replacement: &'a str,
    /// `safe`, or `guess`.
    applicability: &'static str,
}

impl<'a> JsonEdit<'a> {
    fn of(edit: &'a Edit) -> Self {
        let region = Region::of_edit(edit);
        Self {
            file: &edit.source.path,
            line: region.line,
            column: region.column,
            end_line: region.end_line,
            end_column: region.end_column,
            replacement: &edit.replacement,
            applicability: edit.applicability.name(),
        }
    }
}

/// A revision, as lists show it.
#[derive(Debug, Serialize)]
pub(crate) struct JsonRevision<'a> {
    id: &'a str,
    title: String,
    slug: &'a str,
    revises: Vec<String>,
    revised_by: Vec<String>,
    depends_on: Vec<String>,
    labels: &'a [String],
    irreversible: Option<&'a str>,
    head: bool,
    base: bool,
    merge: bool,
    branch_point: bool,
}

impl<'a> JsonRevision<'a> {
    pub(crate) fn of(graph: &RevisionGraph, place: usize, revision: &'a Revision) -> Self {
        let marks = marks(graph, place, revision);
        Self {
            id: revision.id.as_str(),
            title: revision.title().into_owned(),
            slug: &revision.slug,
            revises: graph.ids(&revision.parents),
            revised_by: graph.ids(graph.children(place)),
            depends_on: graph.ids(&revision.depends_on),
            labels: &revision.labels,
            irreversible: revision.irreversible.as_deref(),
            head: marks.head,
            base: marks.base,
            merge: marks.merge,
            branch_point: marks.branch_point,
        }
    }

    /// The revisions at `places`.
    pub(crate) fn all(graph: &'a RevisionGraph, places: &[usize]) -> Vec<Self> {
        let known = places.iter().filter_map(|at| Some((*at, graph.get(*at)?)));
        known
            .map(|(at, revision)| Self::of(graph, at, revision))
            .collect()
    }
}

/// A list of revisions of one directory.
#[derive(Debug, Serialize)]
pub(crate) struct Listed<'a> {
    pub(crate) directory: &'a str,
    pub(crate) revisions: Vec<JsonRevision<'a>>,
    /// Those that are applied, where a database was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) applied: Option<Vec<String>>,
    /// Those that the database is at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) current: Option<Vec<String>>,
}
