//! What to say where it cannot be told how an unfinished script goes on.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use migcheck_core::render::{RenderStyle, render_error};
use migcheck_core::{Direction, Label, SourceFile};

/// What to do about a statement that failed, nobody knows where.
pub(super) const LOOK: &str = "look how much of it was done; undo that and say `resolve --as \
    not-applied`, or do the rest and say `resolve --as applied`; the next run goes on from there";

/// A statement of an unfinished script that a person has to look into.
#[derive(Debug, Clone)]
pub struct Undecided {
    /// The revision.
    pub revision: String,
    /// Which of its scripts.
    pub direction: Direction,
    /// The script's file.
    pub source: Arc<SourceFile>,
    /// The statement, in bytes of the file.
    pub span: Range<usize>,
    /// Why it cannot be told.
    pub why: Doubt,
}

/// Why it cannot be told how a script goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Doubt {
    /// The statement was begun, and nothing tells whether it took effect.
    Unseen,
    /// The statement was refused, and nothing tells how much of it was done before that.
    Refused,
    /// What ran while the script held tables locked was not recorded; the span is all of that.
    Locked,
    /// The statement took effect in part.
    Partly,
    /// The statement needs what an earlier one left in the session that has ended.
    SessionLost(String),
    /// Statements that were run are no longer what they were; the span is of the last of them.
    Rewritten,
}

impl Undecided {
    /// The statement.
    #[must_use]
    pub fn statement(&self) -> &str {
        self.source.text.get(self.span.clone()).unwrap_or_default()
    }

    /// The line it starts on, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        migcheck_core::line_of(&self.source.text, self.span.start)
    }

    /// The error drawn with its place in the file.
    #[must_use]
    pub fn render(&self, style: RenderStyle) -> String {
        let (way, revision) = (self.direction, &self.revision);
        let script = format!("the {way} script of `{revision}`");
        let by_hand = format!(
            "finish or undo the script by hand and say so: `resolve {revision} --script --as applied` \
             or `--as not-applied`"
        );
        let (title, notes) = match &self.why {
            Doubt::Unseen => (
                format!("{script} was interrupted in a statement that leaves no trace"),
                vec![
                    "look whether it took effect and say so: `resolve --as applied` or \
                     `--as not-applied`; the next run goes on from there"
                        .to_owned(),
                ],
            ),
            Doubt::Locked => (
                format!("{script} was interrupted while it held tables locked"),
                vec![
                    format!(
                        "any of what it runs from here to UNLOCK TABLES, line {}, may be done or not: look \
                         at all of it",
                        migcheck_core::line_of(&self.source.text, self.span.end)
                    ),
                    "undo it and say `resolve --as not-applied`: the next run begins again here; or do \
                     the rest and say `--as applied`: it goes on behind UNLOCK TABLES"
                        .to_owned(),
                ],
            ),
            Doubt::Refused => (
                format!("{script} failed in a statement that may have done some of what it does"),
                vec![LOOK.to_owned()],
            ),
            Doubt::Partly => (
                format!("{script} was interrupted in a statement that took effect in part"),
                vec![
                    "do the rest of it by hand and say `resolve --as applied`, or undo it and say \
                     `--as not-applied`; the next run goes on from there"
                        .to_owned(),
                ],
            ),
            Doubt::SessionLost(what) => (
                format!("{script} cannot go on here: {what} went with the session that was interrupted"),
                vec![by_hand],
            ),
            Doubt::Rewritten => (
                format!("{script} was changed where it had been run already"),
                vec![
                    "restore the statements up to this one as they were, and change only what follows"
                        .to_owned(),
                    format!("or {by_hand}"),
                ],
            ),
        };
        let statement = self.statement();
        let first = statement.lines().next().map_or(0, str::len);
        let span = self.span.start..self.span.start + first;
        render_error(&title, &[Label::new(&self.source, span, "")], &notes, style)
    }
}

impl fmt::Display for Undecided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(RenderStyle::default()))
    }
}

impl std::error::Error for Undecided {}
