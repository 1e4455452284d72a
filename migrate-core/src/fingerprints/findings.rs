//! What `check` says of the file.

use std::sync::Arc;

use toml::Spanned;

use super::state::Stale;
use super::text::read;
use super::{Fingerprint, Fingerprints, States, known};
use crate::finding::{Finding, Label, SourceFile};
use crate::relock::MARKERS;
use crate::toml_reader::Problem;
use crate::{Code, RevisionGraph};

const WRITE: &str = "`cargo migcheck roundtrip --write-fingerprints` writes it anew";

/// Reads the file, and holds it against the graph, if there is one.
pub(crate) fn check(
    source: &Arc<SourceFile>,
    graph: Option<&RevisionGraph>,
) -> (Fingerprints, Vec<Finding>) {
    let document = match read(&source.text) {
        Ok(document) => document,
        Err(problem) => {
            let problem = conflict(&source.text).unwrap_or(problem).help(WRITE);
            let finding = Finding::of_problem(Code::FingerprintsUnreadable, source, problem);
            return (Fingerprints::default(), vec![finding]);
        }
    };
    let mut findings = Vec::new();
    for (server, states) in &document {
        match (known::dialect(server.get_ref()), graph) {
            (None, _) => {
                let message = format!("`{}` is no server", server.get_ref());
                let help = format!("they are called `postgres-17`, `mysql-9.7`; {WRITE}");
                let problem = Problem::new(server.span(), message).help(help);
                let finding = Finding::of_problem(Code::FingerprintsUnreadable, source, problem);
                findings.push(finding);
            }
            (Some(dialect), Some(graph)) => {
                let of = States::new(graph, dialect);
                findings.extend(stale(source, graph, &of, server, states));
            }
            (Some(_), None) => {}
        }
    }
    (Fingerprints::of(document), findings)
}

/// Git's own marker says more than that it is no TOML.
fn conflict(text: &str) -> Option<Problem> {
    let mut start = 0;
    let mut lines = text.split_inclusive('\n').map(|line| {
        start += line.len();
        (start - line.len(), line.trim_end())
    });
    let is_marker = |line: &str| MARKERS.iter().any(|marker| line.starts_with(marker));
    let (at, line) = lines.find(|(_, line)| is_marker(line))?;
    let message = "the file holds git's conflict markers";
    Some(Problem::new(at..at + line.len(), message))
}

/// One finding for all that is wrong of a server in one way: an edit far down in the history makes
/// every line stale.
fn stale(
    source: &Arc<SourceFile>,
    graph: &RevisionGraph,
    of: &States<'_>,
    server: &Spanned<String>,
    states: &[(Spanned<String>, Fingerprint)],
) -> Vec<Finding> {
    let name = server.get_ref();
    let mut old: Vec<(Stale, &Spanned<String>)> = states
        .iter()
        .filter_map(|(state, known)| Some((of.current(state.get_ref(), known).err()?, state)))
        .collect();
    old.sort_by_key(|(why, state)| (*why, state.span().start));
    let found = old.chunk_by(|one, other| one.0 == other.0).map(|alike| {
        let (why, first) = alike[0];
        let state = match alike.len() {
            1 => format!("`{}`", first.get_ref()),
            many => format!("`{}` and {} more", first.get_ref(), many - 1),
        };
        let message = match why {
            Stale::Unknown => {
                format!("fingerprints of {name} are of revisions that are not here: {state}")
            }
            Stale::Edited => format!("fingerprints of {name} are of other scripts: {state}"),
        };
        let said = match why {
            Stale::Unknown => "there is no such revision",
            Stale::Edited => "it, or what it builds on, was edited since",
        };
        finding(source, first, message, said)
    });
    let mut findings: Vec<Finding> = found.collect();
    let tops = super::tops(graph, &vec![true; graph.len()]);
    let end = of.name(&tops);
    if !tops.is_empty() && !states.iter().any(|(state, _)| *state.get_ref() == end) {
        let message = format!("{name} has no fingerprint of `{end}`");
        findings.push(finding(source, server, message, "added since"));
    }
    findings
}

fn finding(source: &Arc<SourceFile>, at: &Spanned<String>, message: String, said: &str) -> Finding {
    Finding::new(Code::FingerprintsStale, message)
        .label(Label::new(source, at.span(), said))
        .note("`verify --schema` and `identify` do without what is not of the scripts as they are")
        .help(WRITE)
}
