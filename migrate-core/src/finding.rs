//! One thing wrong or risky, and where it stands.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use crate::split::line_of;
use crate::toml_reader::Problem;
use crate::{Code, Severity};

/// The text of a file that findings point into.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// The path to show: relative to the package, `/` between its parts.
    pub path: String,
    /// The canonical text; empty where only the file's name matters.
    pub text: Cow<'static, str>,
}

impl SourceFile {
    /// A file that is pointed at as a whole.
    #[must_use]
    pub fn nameless_text(path: impl Into<String>) -> Arc<Self> {
        Arc::new(Self {
            path: path.into(),
            text: Cow::Borrowed(""),
        })
    }
}

/// A place in a file and what is to be said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The file.
    pub source: Arc<SourceFile>,
    /// Where in it, in bytes; empty for the file as a whole.
    pub span: Range<usize>,
    /// What to say there; may be empty.
    pub text: String,
}

impl Label {
    /// A label over `span` of `source`.
    #[must_use]
    pub fn new(source: &Arc<SourceFile>, span: Range<usize>, text: impl Into<String>) -> Self {
        Self {
            source: Arc::clone(source),
            span,
            text: text.into(),
        }
    }

    /// A label on a file as a whole.
    #[must_use]
    pub fn file(path: impl Into<String>) -> Self {
        Self {
            source: SourceFile::nameless_text(path),
            span: 0..0,
            text: String::new(),
        }
    }

    /// The line the label starts on, from 1; `None` for a file as a whole.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        if self.source.text.is_empty() {
            return None;
        }
        Some(line_of(&self.source.text, self.span.start))
    }
}

/// A replacement that would mend a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The file.
    pub source: Arc<SourceFile>,
    /// What is replaced, in bytes of the canonical text.
    pub span: Range<usize>,
    /// What stands there afterwards.
    pub replacement: String,
    /// Whether it takes a person to decide.
    pub applicability: Applicability,
}

/// Whether an edit may be made without asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Applicability {
    /// There is one thing that can be meant, and no script that the lock records changes:
    /// `cargo migcheck check --fix` makes the edit.
    Safe,
    /// What was meant is a guess, or the script must stay as it is: for a person to decide.
    Guess,
}

impl Applicability {
    /// The word that programs read.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Guess => "guess",
        }
    }
}

/// One thing wrong or risky.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind of thing.
    pub code: Code,
    /// How much it matters here.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub message: String,
    /// Where; the first is the primary one.
    pub labels: Vec<Label>,
    /// What else is worth knowing.
    pub notes: Vec<String>,
    /// What to do next.
    pub help: Vec<String>,
    /// The change that would mend it.
    pub edit: Option<Edit>,
}

impl Finding {
    /// A finding at its code's own severity.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.default_severity(),
            message: message.into(),
            labels: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
            edit: None,
        }
    }

    /// Points at a place; the first one is the primary.
    #[must_use]
    pub fn label(mut self, label: Label) -> Self {
        self.labels.push(label);
        self
    }

    /// Adds what is worth knowing.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds what to do next.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Suggests a change, as a guess.
    #[must_use]
    pub fn edit(self, label: &Label, replacement: impl Into<String>) -> Self {
        let span = label.span.clone();
        self.mend(&label.source, span, replacement, Applicability::Guess)
    }

    /// Suggests another text for `span` of `source`.
    #[must_use]
    pub(crate) fn mend(
        mut self,
        source: &Arc<SourceFile>,
        span: Range<usize>,
        replacement: impl Into<String>,
        applicability: Applicability,
    ) -> Self {
        self.edit = Some(Edit {
            source: Arc::clone(source),
            span,
            replacement: replacement.into(),
            applicability,
        });
        self
    }

    /// A value that a reader could not use, at its place in `source`.
    pub(crate) fn of_problem(code: Code, source: &Arc<SourceFile>, problem: Problem) -> Self {
        let label = Label::new(source, problem.span, "");
        let help = problem.help.unwrap_or_else(|| {
            format!("correct it; `cargo migcheck explain {code}` says how it is written")
        });
        let finding = Self::new(code, problem.message).label(label).help(help);
        match problem.mend {
            Some(mend) => finding.mend(source, mend.span, mend.replacement, mend.applicability),
            None => finding,
        }
    }

    /// What findings are ordered by: file, place, code.
    fn position(&self) -> (&str, usize, Code) {
        self.labels.first().map_or(("", 0, self.code), |label| {
            (&label.source.path, label.span.start, self.code)
        })
    }
}

/// Puts findings in the order of files and places, so that two runs print the same.
pub(crate) fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        a.position()
            .cmp(&b.position())
            .then_with(|| a.message.cmp(&b.message))
    });
}
