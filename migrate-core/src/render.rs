//! Findings as rustc would draw them: the one renderer of the macro, the command line and the library.

mod wrap;

use std::collections::{BTreeMap, HashMap};
use std::iter;
use std::ops::Range;

use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level, Origin, Patch, Renderer, Snippet,
};

use crate::Severity;
use crate::finding::{Applicability, Finding, Label};
use crate::split::line_of;

pub use wrap::wrapped;

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
    render_after(&mut Lines::default(), finding, style)
}

fn render_after<'a>(lines: &mut Lines<'a>, finding: &'a Finding, style: RenderStyle) -> String {
    let level = match finding.severity {
        Severity::Deny => Level::ERROR,
        Severity::Warn => Level::WARNING,
        Severity::Allow => Level::NOTE,
    };
    let title = level
        .primary_title(&*finding.message)
        .id(finding.code.name());
    let mut group = with_snippets(Group::with_title(title), &finding.labels, lines);
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
        let window = Window::around(iter::once(&edit.span), &edit.source.text, lines);
        report.push(
            Group::with_title(Level::HELP.secondary_title(what)).element(
                Snippet::source(window.text)
                    .line_start(window.line)
                    .path(&*edit.source.path)
                    .patch(Patch::new(window.within(&edit.span), &*edit.replacement)),
            ),
        );
    }
    draw(&report, style)
}

/// Draws an error that is no finding, such as a statement that a server refused. Its texts are broken
/// into lines that fit.
#[must_use]
pub fn render_error(title: &str, labels: &[Label], notes: &[String], style: RenderStyle) -> String {
    let title = fitted(title, style.width, "error: ".len());
    let width = gutter(labels) + " = note: ".len();
    let notes: Vec<String> = notes
        .iter()
        .map(|note| fitted(note, style.width, width))
        .collect();
    let group = Group::with_title(Level::ERROR.primary_title(title));
    let mut group = with_snippets(group, labels, &mut Lines::default());
    for note in &notes {
        group = group.element(Level::NOTE.message(&**note));
    }
    draw(&[group], style)
}

/// How far to the right the bar beside a snippet stands: as far as the line numbers are long.
#[must_use]
pub fn gutter(labels: &[Label]) -> usize {
    let line = labels.iter().filter_map(Label::line).max();
    line.map_or(0, |line| line.to_string().len())
}

/// `text` in lines that end before `width`, where each begins at `column`. What has lines of its own, such
/// as what a server said, keeps them.
fn fitted(text: &str, width: usize, column: usize) -> String {
    if text.contains('\n') || column + text.chars().count() <= width {
        return text.to_owned();
    }
    let lines = wrapped(text, "", width.saturating_sub(column));
    lines.trim_end().to_owned()
}

/// One snippet a file, with all that is to be said about it.
fn with_snippets<'a>(
    mut group: Group<'a>,
    labels: &'a [Label],
    lines: &mut Lines<'a>,
) -> Group<'a> {
    for (place, of_file) in by_file(labels) {
        let source = &*labels[place].source;
        if source.text.is_empty() {
            group = group.element(Origin::path(&*source.path));
            continue;
        }
        let spans = of_file.iter().map(|at| &labels[*at].span);
        let window = Window::around(spans, &source.text, lines);
        let annotations = of_file
            .iter()
            .map(|at| annotation(&labels[*at], &window, *at == 0));
        group = group.element(
            Snippet::source(window.text)
                .line_start(window.line)
                .path(&*source.path)
                .annotations(annotations),
        );
    }
    group
}

/// The places of the labels of each file, by the place of its first.
fn by_file(labels: &[Label]) -> BTreeMap<usize, Vec<usize>> {
    let mut files: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    // A path may stand for several texts: a file, a part of it, its name alone.
    let mut firsts: HashMap<&str, Vec<usize>> = HashMap::new();
    for (place, label) in labels.iter().enumerate() {
        let known = firsts.entry(&label.source.path).or_default();
        let first = known.iter().find(|at| labels[**at].source == label.source);
        let first = first.copied().unwrap_or_else(|| {
            known.push(place);
            place
        });
        files.entry(first).or_default().push(place);
    }
    files
}

/// The lines of a text that are shown. The renderer is handed no others: it reads whatever it gets,
/// and a file may have as many findings as lines.
struct Window<'a> {
    text: &'a str,
    /// The number of its first line.
    line: usize,
    /// Where it starts in the whole text.
    start: usize,
}

impl<'a> Window<'a> {
    fn around<'s>(
        spans: impl Iterator<Item = &'s Range<usize>> + Clone,
        text: &'a str,
        lines: &mut Lines<'a>,
    ) -> Self {
        let within = spans.map(|span| within(span, text));
        let first = within.clone().map(|span| span.start).min().unwrap_or(0);
        let last = within.map(|span| span.end).max().unwrap_or(0);
        let start = text[..first].rfind('\n').map_or(0, |feed| feed + 1);
        let end = text[last..]
            .find('\n')
            .map_or(text.len(), |feed| last + feed + 1);
        Self {
            text: &text[start..end],
            line: lines.number(text, start),
            start,
        }
    }

    /// A span of the whole text, in this part of it.
    fn within(&self, span: &Range<usize>) -> Range<usize> {
        let start = span.start.saturating_sub(self.start);
        within(&(start..span.end.saturating_sub(self.start)), self.text)
    }
}

/// Counts lines on from where it was asked last: findings come in the order of their places.
#[derive(Default)]
struct Lines<'a> {
    text: &'a str,
    /// Where the last line starts, and how many there are before it.
    start: usize,
    before: usize,
}

impl<'a> Lines<'a> {
    /// The number of the line of `text` that starts at byte `start`.
    fn number(&mut self, text: &'a str, start: usize) -> usize {
        if !std::ptr::eq(self.text, text) || start < self.start {
            *self = Self {
                text,
                ..Self::default()
            };
        }
        self.before += line_of(&text[self.start..], start - self.start) - 1;
        self.start = start;
        self.before + 1
    }
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

fn annotation<'a>(label: &'a Label, window: &Window<'_>, primary: bool) -> Annotation<'a> {
    let kind = if primary {
        AnnotationKind::Primary
    } else {
        AnnotationKind::Context
    };
    let annotation = kind.span(window.within(&label.span));
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
    let mut lines = Lines::default();
    let drawn: Vec<String> = findings
        .iter()
        .map(|finding| render_after(&mut lines, finding, style))
        .collect();
    drawn.join("\n\n")
}
