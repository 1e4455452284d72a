//! What a module of an Alembic folder says about its revision.

use std::collections::HashMap;
use std::sync::Arc;

use super::body::{self, Body};
use super::lex::{self, Kind, Line, Token};
use super::value::{Constants, Value, value};
use crate::Code;
use crate::finding::{Finding, Label, SourceFile};

/// A module with a `revision`.
pub(super) struct PyRevision {
    pub(super) id: String,
    pub(super) revises: Vec<String>,
    pub(super) depends_on: Vec<String>,
    pub(super) labels: Vec<String>,
    /// `branch_labels` as it is written, where that is no literal.
    pub(super) unread_labels: Option<String>,
    /// The docstring, without the lines that repeat what the variables say.
    pub(super) message: String,
    pub(super) upgrade: Body,
    pub(super) downgrade: Body,
    findings: Vec<Finding>,
}

impl PyRevision {
    pub(super) fn take_findings(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.findings)
    }

    /// What the file's name says behind the id; the message, where it says nothing else.
    pub(super) fn slug(&self, name: &str) -> String {
        let base = name.rsplit('/').next().unwrap_or(name);
        let stem = base.strip_suffix(".py").unwrap_or(base);
        let rest = stem.strip_prefix(&*self.id).unwrap_or(stem);
        let message = crate::slugify(self.message.lines().next().unwrap_or_default(), 40);
        let slugs = [rest.trim_matches(['_', '-']), &message, &self.id];
        let slug = slugs.into_iter().find(|slug| !slug.is_empty());
        slug.unwrap_or_default().to_owned()
    }
}

/// Reads a module; `None` for one that is no migration.
///
/// # Errors
///
/// What keeps its place in the history from being known.
pub(super) fn read(
    name: &str,
    source: &Arc<SourceFile>,
) -> Result<Option<PyRevision>, Vec<Finding>> {
    let module = Module {
        source,
        text: &source.text,
        lines: lex::lines(&source.text),
    };
    let constants = module.constants();
    let path = name;
    let function = |name| body::function(&module.lines, module.text, path, name, &constants);
    let (upgrade, downgrade) = (function("upgrade"), function("downgrade"));
    let assigned = |name| {
        module
            .assigned(name)
            .map(|tokens| (tokens, value(tokens, module.text, &constants)))
    };
    let (id, down) = (assigned("revision"), assigned("down_revision"));
    if id.is_none() && down.is_none() {
        // Alembic stops at such a file in its own folder; it may also be a helper beside it.
        return match upgrade {
            Body::Missing => Ok(None),
            _ => Err(vec![module.without_revision(crate::Severity::Warn)]),
        };
    }
    let mut wrong = module.broken();
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let id = match id {
        Some((_, Value::Text(id))) => id,
        Some((tokens, _)) => {
            wrong.push(module.unread("revision", tokens));
            String::new()
        }
        None => {
            wrong.push(module.without_revision(crate::Severity::Deny));
            String::new()
        }
    };
    let mut names = |name: &'static str, found: Option<(&[Token], Value)>| match found {
        None | Some((_, Value::None)) => Vec::new(),
        Some((_, Value::Text(one))) => vec![one],
        Some((_, Value::List(list))) => list,
        Some((tokens, Value::Other)) => {
            wrong.push(module.unread(name, tokens));
            Vec::new()
        }
    };
    let revises = names("down_revision", down);
    let depends_on = names("depends_on", assigned("depends_on"));
    let mut findings = Vec::new();
    let mut unread_labels = None;
    let labels = match assigned("branch_labels") {
        // A label is a name for people: without it the history is still the same.
        Some((tokens, Value::Other)) => {
            unread_labels = Some(module.written(tokens).to_owned());
            let mut finding = module.unread("branch_labels", tokens);
            finding.severity = crate::Severity::Warn;
            findings.push(finding);
            Vec::new()
        }
        found => names("branch_labels", found),
    };
    if !wrong.is_empty() {
        return Err(wrong);
    }
    Ok(Some(PyRevision {
        id,
        revises,
        depends_on,
        labels,
        unread_labels,
        message: module.message(),
        upgrade,
        downgrade,
        findings,
    }))
}

struct Module<'a> {
    source: &'a Arc<SourceFile>,
    text: &'a str,
    lines: Vec<Line>,
}

impl Module<'_> {
    /// Names that the module gives a literal, once.
    fn constants(&self) -> Constants {
        let mut constants = Constants::new();
        let mut times: HashMap<&str, usize> = HashMap::new();
        for (names, _) in self
            .lines
            .iter()
            .filter_map(|line| targets(line, self.text))
        {
            for name in names {
                *times.entry(name).or_default() += 1;
            }
        }
        for line in self.lines.iter().filter(|line| line.indent == 0) {
            let Some((names, tokens)) = targets(line, self.text) else {
                continue;
            };
            let value = value(tokens, self.text, &constants);
            for name in names {
                if times.get(name) == Some(&1) && value != Value::Other {
                    constants.insert(name.to_owned(), value.clone());
                }
            }
        }
        constants
    }

    /// What the module assigns to a name, last.
    fn assigned(&self, name: &str) -> Option<&[Token]> {
        let lines = self.lines.iter().rev().filter(|line| line.indent == 0);
        lines
            .filter_map(|line| targets(line, self.text))
            .find(|(names, _)| names.contains(&name))
            .map(|(_, tokens)| tokens)
    }

    fn without_revision(&self, severity: crate::Severity) -> Finding {
        let message = "the module has no `revision`, so it has no place in the history";
        let mut finding = Finding::new(Code::StrayFile, message)
            .label(Label::file(&*self.source.path))
            .help("write `revision = \"…\"` into it, or leave it out of the import");
        finding.severity = severity;
        finding
    }

    fn written(&self, tokens: &[Token]) -> &str {
        self.text.get(span_of(tokens)).unwrap_or_default()
    }

    fn unread(&self, name: &str, tokens: &[Token]) -> Finding {
        let message = format!("`{name}` is no literal, and Python is not run");
        Finding::new(Code::InvalidDirective, message)
            .label(Label::new(self.source, span_of(tokens), ""))
            .help("write the string itself in its place")
    }

    /// Strings that never end.
    fn broken(&self) -> Vec<Finding> {
        let tokens = self.lines.iter().flat_map(|line| &line.tokens);
        let broken = tokens.filter(|token| token.kind == Kind::Broken);
        broken
            .take(1)
            .map(|token| {
                let start = token.span.start;
                Finding::new(
                    Code::InvalidDirective,
                    "this is no Python: the string has no end",
                )
                .label(Label::new(self.source, start..start + 1, ""))
                .help("close the string")
            })
            .collect()
    }

    /// Alembic's template repeats id, parents and date below the message.
    fn message(&self) -> String {
        let mut lines = self.lines.iter().filter(|line| !line.tokens.is_empty());
        let docstring = lines
            .next()
            .map(|line| value(&line.tokens, self.text, &Constants::new()));
        let Some(Value::Text(docstring)) = docstring else {
            return String::new();
        };
        let repeats = |line: &&str| {
            let keys = [
                "revision id:",
                "revises:",
                "create date:",
                "depends on:",
                "branch labels:",
            ];
            let line = line.trim().to_lowercase();
            !keys.iter().any(|key| line.starts_with(key))
        };
        let lines: Vec<&str> = docstring.trim().lines().filter(repeats).collect();
        lines.join("\n").trim().to_owned()
    }
}

/// The names that a line assigns to, and what it assigns.
pub(super) fn targets<'a, 'b>(
    line: &'a Line,
    text: &'b str,
) -> Option<(Vec<&'b str>, &'a [Token])> {
    let word = |token: &Token| text.get(token.span.clone()).unwrap_or_default();
    let mut names = Vec::new();
    let mut rest = line.tokens.as_slice();
    loop {
        let name = rest
            .first()
            .filter(|token| token.kind == Kind::Name)
            .map(word);
        let sign = match rest.get(1).map(word) {
            Some("=") => Some(1),
            // An annotation may hold brackets, and no `=` outside of them.
            Some(":") if names.is_empty() => rest.iter().position(|token| word(token) == "="),
            _ => None,
        };
        match (name, sign) {
            (Some(name), Some(sign)) if rest.get(sign + 1).map(word) != Some("=") => {
                names.push(name);
                rest = &rest[sign + 1..];
            }
            _ => break,
        }
    }
    (!names.is_empty()).then_some((names, rest))
}

fn span_of(tokens: &[Token]) -> std::ops::Range<usize> {
    match (tokens.first(), tokens.last()) {
        (Some(first), Some(last)) => first.span.start..last.span.end,
        _ => 0..0,
    }
}
