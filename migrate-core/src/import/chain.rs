//! From a layout that migcheck reads: the graph says the order, the files the texts.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use super::native::{self, NativeRevision, NativeScript, is_empty_down};
use super::{ImportError, Imported, Origin, goose};
use crate::check::check_as;
use crate::finding::{Finding, Label};
use crate::layout::Layout;
use crate::past::Past;
use crate::{Code, Direction, Revision, RevisionGraph, Script, Severity};

pub(super) fn import(
    root: &Path,
    shown_as: &str,
    layout: Option<Layout>,
) -> Result<Imported, ImportError> {
    let mut checked = check_as(root, shown_as, layout, Past::default());
    let is_whole = !checked.findings.iter().any(breaks_the_chain);
    let Some(graph) = checked.graph.take().filter(|_| is_whole) else {
        let stops = |one: &Finding| one.code.is_fixed() || breaks_the_chain(one);
        checked.findings.retain(stops);
        return Err(ImportError::Unsound {
            directory: shown_as.to_owned(),
            findings: checked.findings,
        });
    };
    if graph.is_empty() {
        return Err(ImportError::Empty(shown_as.to_owned()));
    }
    if checked.layout == Layout::Native {
        return Err(ImportError::Native(shown_as.to_owned()));
    }
    let source = Source {
        root,
        shown_as,
        layout: checked.layout,
    };
    let mut revisions = Vec::with_capacity(graph.len());
    for revision in graph.revisions() {
        revisions.push(source.revision(&graph, revision).map_err(|finding| {
            ImportError::Unsound {
                directory: shown_as.to_owned(),
                findings: vec![*finding],
            }
        })?);
    }
    let one_way = revisions.iter().filter(|one| one.has_no_way_down());
    let one_way = one_way.map(|one| one.id.clone()).collect();
    let used: HashSet<&str> = graph
        .revisions()
        .iter()
        .flat_map(|revision| &revision.scripts)
        .map(|script| source.name(script))
        .collect();
    let mut left = checked.files;
    left.retain(|name| !used.contains(name.as_str()) && !source.is_told(name, &used));
    let origin = Origin::Peer(checked.layout);
    let counts = (graph.heads().len(), graph.bases().len());
    let files = native::files(origin, counts, &revisions);
    // What is not there is said in the scripts themselves; the rest did not keep them from being read.
    let mut findings = checked.findings;
    findings.retain(|one| !matches!(one.code, Code::MissingDown | Code::EmptyDown));
    for finding in &mut findings {
        finding.severity = Severity::Warn;
    }
    Ok(Imported {
        origin,
        reason: checked.layout_reason,
        revisions: revisions.len(),
        unfinished: native::unfinished(&files),
        files,
        left,
        one_way,
        findings,
    })
}

struct Source<'a> {
    root: &'a Path,
    shown_as: &'a str,
    layout: Layout,
}

impl Source<'_> {
    fn revision(
        &self,
        graph: &RevisionGraph,
        revision: &Revision,
    ) -> Result<NativeRevision, Box<Finding>> {
        let script = |direction| {
            let mut scripts = revision.scripts.iter();
            scripts
                .find(|script| script.direction == direction)
                .map(|script| self.script(script))
                .transpose()
        };
        let mut up =
            script(Direction::Up)?.unwrap_or_else(|| NativeScript::new(String::new(), true));
        let mut down = script(Direction::Down)?;
        let tool = self.layout;
        match &mut down {
            None if revision.irreversible.is_none() => {
                let reason = format!("imported from {tool}, without a way down");
                up.allow = Some((Code::MissingDown, reason));
            }
            Some(down) if is_empty_down(&up, down) => {
                let reason = format!("imported from {tool}, where it does nothing");
                down.allow = Some((Code::EmptyDown, reason));
            }
            _ => {}
        }
        Ok(NativeRevision {
            id: revision.id.to_string(),
            slug: revision.slug.clone(),
            revises: graph.ids(&revision.parents),
            depends_on: graph.ids(&revision.depends_on),
            labels: revision.labels.clone(),
            // The line that says it stays in the script.
            irreversible: None,
            up,
            down,
        })
    }

    fn script(&self, script: &Script) -> Result<NativeScript, Box<Finding>> {
        let name = self.name(script);
        let text = fs::read_to_string(self.root.join(name)).map_err(|error| {
            let message = format!("`{}` cannot be read: {error}", script.source.path);
            Box::new(
                Finding::new(Code::Unreadable, message)
                    .label(Label::file(&*script.source.path))
                    .help("it was there a moment ago: try again"),
            )
        })?;
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        // A section starts and ends with a line, and lines are counted alike in the text as it is
        // and in the canonical one.
        let lines = match &script.section {
            None => &lines[..],
            Some(section) => {
                let breaks = |end: usize| {
                    let before = script.source.text.bytes().take(end);
                    before.filter(|byte| *byte == b'\n').count()
                };
                let end = if section.end == script.source.text.len() {
                    lines.len()
                } else {
                    breaks(section.end)
                };
                lines.get(breaks(section.start)..end).unwrap_or_default()
            }
        };
        let lines: Vec<&str> = without_graph_directives(lines);
        let (body, todo) = match self.layout {
            Layout::Goose => goose::plain(&lines),
            Layout::Dbmate => (without_marker(&lines), None),
            _ => (lines.concat(), None),
        };
        let mut native = NativeScript::new(body, script.transaction);
        native.todo = todo;
        Ok(native)
    }

    /// The name of a script's file, below the directory.
    fn name<'a>(&self, script: &'a Script) -> &'a str {
        let path = &script.source.path;
        match path.strip_prefix(self.shown_as.trim_end_matches('/')) {
            Some(rest) => rest.trim_start_matches('/'),
            None => path,
        }
    }

    /// Whether what a file says has gone into the scripts beside it: diesel's settings.
    fn is_told(&self, name: &str, used: &HashSet<&str>) -> bool {
        self.layout == Layout::Diesel
            && name
                .strip_suffix("metadata.toml")
                .is_some_and(|folder| used.contains(&*format!("{folder}up.sql")))
    }
}

/// A migration that is no SQL, or a graph that is not read: what is left would be another history.
fn breaks_the_chain(finding: &Finding) -> bool {
    let is_script = |label: &Label| label.source.path.ends_with(".sql");
    finding.code == Code::BadFileName && !finding.labels.iter().any(is_script)
}

/// The lines without the directives that are written anew.
fn without_graph_directives<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    const ANEW: [&str; 5] = ["revision", "revises", "depends-on", "labels", "transaction"];
    let is_anew = |line: &str| {
        let line = line.trim_start_matches('\u{feff}').trim();
        let directive = line
            .strip_prefix("--")
            .and_then(|comment| comment.trim_start().strip_prefix("migcheck:"));
        directive.is_some_and(|directive| {
            let key = directive.split('=').next().unwrap_or_default();
            ANEW.contains(&key.trim())
        })
    };
    let is_comment = |line: &&&str| {
        let line = line.trim_start_matches('\u{feff}').trim();
        line.is_empty() || line.starts_with("--")
    };
    let head = lines.iter().take_while(is_comment).count();
    let (head, body) = lines.split_at(head);
    let head = head.iter().filter(|line| !is_anew(line));
    head.chain(body).copied().collect()
}

/// dbmate's sections start with one line each.
fn without_marker(lines: &[&str]) -> String {
    let is_marker = |line: &&&str| {
        let line = line.trim_start_matches('\u{feff}');
        let comment = line.strip_prefix("--").map(str::trim_start);
        comment.is_some_and(|comment| comment.starts_with("migrate:"))
    };
    let marker = lines.iter().position(|line| is_marker(&line));
    let kept = lines.iter().enumerate();
    let kept = kept.filter(|(at, _)| Some(*at) != marker);
    kept.map(|(_, line)| *line).collect()
}
