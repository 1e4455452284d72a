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
    /// The name is the start of its id, and of no other.
    Prefix,
    /// It is the only one that nobody builds on.
    Childless,
    /// The names look alike.
    Near,
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
        let or_restore = format!("if the {word} was deleted or renamed by mistake, restore it");
        match meant {
            // Items of a list have a span each, so that the item alone is replaced.
            Some((meant, Meant::Prefix)) => finding
                .help(format!(
                    "`{meant}` is the only id that starts so: write it whole"
                ))
                .edit(&label, format!("\"{meant}\"")),
            Some((meant, Meant::Childless)) => finding
                .help(format!(
                    "if the {word} was renamed to `{meant}`, which nothing builds on, write that"
                ))
                .help(or_restore),
            Some((meant, Meant::Near)) => finding
                .help(format!("if `{meant}` is meant, write that"))
                .help(or_restore),
            None => finding.help(format!(
                "restore the {word}'s file, or name the revision that takes its place"
            )),
        }
    }
}
