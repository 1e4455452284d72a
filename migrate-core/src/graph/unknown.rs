//! A name that is no revision's, and what was meant.

use crate::Code;
use crate::draft::Draft;
use crate::finding::{Finding, Label};

/// For how many unknown names a meaning is looked for. A directory with more of them has one
/// mistake of another kind, and the search looks at every id.
pub(super) const SUGGESTIONS: usize = 20;

/// A parent or dependency that does not exist.
pub(super) struct Unknown<'a> {
    /// Who names it.
    pub(super) draft: usize,
    pub(super) name: &'a str,
    pub(super) label: &'a Label,
    pub(super) code: Code,
}

/// Why a revision is taken for the one that was meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meant {
    /// The name abbreviates its id, extends it to a file's name, or misspells it.
    Misspelt,
    /// It is the only one that nothing builds on, apart from those that build on the revision.
    LooseEnd,
}

impl Unknown<'_> {
    pub(super) fn finding(&self, drafts: &[Draft], meant: Option<(&str, Meant)>) -> Finding {
        let (verb, word) = if self.code == Code::UnknownParent {
            ("revises", "parent")
        } else {
            ("depends on", "dependency")
        };
        let id = &drafts[self.draft].id;
        let mut label = self.label.clone();
        label.text = "no revision has this id".to_owned();
        let message = format!("`{id}` {verb} `{}`, which does not exist", self.name);
        let finding = Finding::new(self.code, message).label(label.clone());
        match meant {
            // Items of a list have a span each, so that the item alone is replaced.
            Some((meant, Meant::Misspelt)) => finding
                .help(format!("did you mean `{meant}`?"))
                .edit(&label, format!("\"{meant}\"")),
            Some((heir, Meant::LooseEnd)) => finding.help(format!(
                "restore the {word}'s file; or, if `{heir}` is meant or takes its place, write that"
            )),
            None => finding.help(format!(
                "restore the {word}'s file, or name the revision that takes its place"
            )),
        }
    }
}
