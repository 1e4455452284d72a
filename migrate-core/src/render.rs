//! Findings as rustc would draw them: the one renderer of the macro, the command line and the library.

use std::ops::Range;

use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level, Origin, Patch, Renderer, Snippet,
};

use crate::Severity;
use crate::finding::{Applicability, Finding, Label};

/// How findings are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RenderStyle {
    /// ANSI colours.
    pub color: bool,
    /// Columns of the terminal; longer source lines are cut.
    pub width: usize,
}

impl Default for RenderStyle {
    fn default() -> Self {
        // What a compile error and a CI log are drawn with.
        Self {
            color: false,
            width: 140,
        }
    }
}

/// Draws one finding, without a line feed at its end.
#[must_use]
pub fn render(finding: &Finding, style: RenderStyle) -> String {
    let level = match finding.severity {
        Severity::Deny => Level::ERROR,
        Severity::Warn => Level::WARNING,
        Severity::Allow => Level::NOTE,
    };
    let title = level
        .primary_title(&*finding.message)
        .id(finding.code.name());
    let mut group = with_snippets(Group::with_title(title), &finding.labels);
    for note in &finding.notes {
        group = group.element(Level::NOTE.message(&**note));
    }
    for help in &finding.help {
        group = group.element(Level::HELP.message(&**help));
    }
    let mut report = vec![group];
    if let Some(edit) = &finding.edit {
        let what = match edit.applicability {
            Applicability::Safe => "`cargo migcheck check --fix` makes this edit",
            Applicability::Guess => "if that is meant, this edit mends it",
        };
        report.push(
            Group::with_title(Level::HELP.secondary_title(what)).element(
                Snippet::source(&*edit.source.text)
                    .path(&*edit.source.path)
                    .patch(Patch::new(
                        within(&edit.span, &edit.source.text),
                        &*edit.replacement,
                    )),
            ),
        );
    }
    draw(&report, style)
}

/// Draws an error that is no finding, such as a statement that a server refused.
#[must_use]
pub fn render_error(title: &str, labels: &[Label], notes: &[String], style: RenderStyle) -> String {
    let mut group = with_snippets(Group::with_title(Level::ERROR.primary_title(title)), labels);
    for note in notes {
        group = group.element(Level::NOTE.message(&**note));
    }
    draw(&[group], style)
}

/// One snippet a file, with all that is to be said about it.
fn with_snippets<'a>(mut group: Group<'a>, labels: &'a [Label]) -> Group<'a> {
    for (place, label) in labels.iter().enumerate() {
        let of_this_file = |other: &&Label| other.source == label.source;
        if labels[..place].iter().any(|earlier| of_this_file(&earlier)) {
            continue;
        }
        if label.source.text.is_empty() {
            group = group.element(Origin::path(&*label.source.path));
            continue;
        }
        let annotations = labels
            .iter()
            .enumerate()
            .filter(|(_, other)| of_this_file(other))
            .map(|(at, other)| annotation(other, at == 0));
        group = group.element(
            Snippet::source(&*label.source.text)
                .path(&*label.source.path)
                .annotations(annotations),
        );
    }
    group
}

fn draw(report: &[Group<'_>], style: RenderStyle) -> String {
    let renderer = if style.color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let drawn = renderer.term_width(style.width).render(report);
    // The renderer pads lines, which would make two equal reports differ in white space.
    let lines: Vec<&str> = drawn.lines().map(str::trim_end).collect();
    lines.join("\n")
}

fn annotation(label: &Label, primary: bool) -> Annotation<'_> {
    let kind = if primary {
        AnnotationKind::Primary
    } else {
        AnnotationKind::Context
    };
    let annotation = kind.span(within(&label.span, &label.source.text));
    if label.text.is_empty() {
        annotation
    } else {
        annotation.label(&*label.text)
    }
}

/// The part of `span` that is in `text`, in whole characters: anything else would make the renderer
/// panic, and a place that is a little off is better than no report.
fn within(span: &Range<usize>, text: &str) -> Range<usize> {
    let start = text.floor_char_boundary(span.start);
    let end = text.ceil_char_boundary(span.end.max(start));
    start..end.min(text.len())
}

/// Draws findings one below the other, an empty line between two.
#[must_use]
pub fn render_all(findings: &[Finding], style: RenderStyle) -> String {
    let drawn: Vec<String> = findings
        .iter()
        .map(|finding| render(finding, style))
        .collect();
    drawn.join("\n\n")
}
