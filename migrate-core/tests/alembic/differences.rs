//! Where this library does not do what Alembic does, and why.

use migcheck_core::{RevisionGraph, Target};

use crate::Asked;

/// A kind of difference.
pub(crate) struct Difference {
    /// What a case is marked with.
    pub(crate) name: &'static str,
    /// Whether a question with different answers is of this kind.
    pub(crate) applies: fn(&Asked<'_>) -> bool,
}

/// All of them, each with its reason.
pub(crate) const DIFFERENCES: &[Difference] = &[
    // Of two files with one id Alembic takes the last, with a warning.
    Difference {
        name: "an-id-twice",
        applies: |asked| {
            asked.alembic == "warns: ok" && asked.ours == "refused: [DuplicateRevision]"
        },
    },
    // What is most likely a mistake, or would be ambiguous as a target.
    Difference {
        name: "a-stricter-graph",
        applies: |asked| {
            let codes = [
                "refused: [RedundantParent]",
                "refused: [AmbiguousPrefixLabel]",
            ];
            asked.alembic == "ok" && codes.contains(&&*asked.ours)
        },
    },
    // Alembic goes down from whichever head its table names first, and warns that it will not for
    // much longer.
    Difference {
        name: "down-from-several-heads",
        applies: |asked| {
            asked.what == "downgrade"
                && asked.target.starts_with('-')
                && asked.tips.contains(',')
                && asked.ours == "refused: SeveralWays"
                && asked.alembic.starts_with("warns: ")
        },
    },
    // Where only one revision can come next, it does not matter how many heads there are.
    Difference {
        name: "up-from-several-heads",
        applies: |asked| {
            asked.what == "upgrade"
                && asked.target.contains('+')
                && asked.alembic == "refused: Ambiguous upgrade from multiple current revisions"
        },
    },
    // A branch that stands at two revisions. Alembic overlooks one that others depend on.
    Difference {
        name: "two-tips-of-a-branch",
        applies: |asked| {
            asked.target.contains('@')
                && from_current(asked)
                && asked.ours == "refused: SeveralWays"
        },
    },
    // Alembic cannot take a merge down by `-1`, because it does not know which parent to go to;
    // down to both of them is what is meant.
    Difference {
        name: "down-from-a-merge",
        applies: |asked| {
            asked.what == "downgrade"
                && from_current(asked)
                && asked.alembic == "refused: Ambiguous walk"
        },
    },
    // A label says which way to go down from a merge.
    Difference {
        name: "label-chooses-at-a-merge",
        applies: |asked| {
            asked.target.contains('@')
                && asked.target.contains('-')
                && asked.alembic == "refused: Ambiguous walk"
        },
    },
    // A label's own branch ends where it stands: what is below serves other branches too. Alembic
    // takes them down with it.
    Difference {
        name: "below-the-label",
        applies: |asked| {
            let within = asked.what == "downgrade" && asked.target.contains('@');
            let stops = match &asked.ours {
                ours if Asked::is_refused(ours) => ours == "refused: TooFar" && from_current(asked),
                ours => {
                    asked.target.ends_with("@base")
                        && Asked::revisions(ours).is_subset(&Asked::revisions(asked.alembic))
                }
            };
            within && stops
        },
    },
    // `upgrade base` is a slip of the hand; Alembic says nothing, and does nothing.
    Difference {
        name: "upgrade-leads-down",
        applies: |asked| {
            asked.what == "upgrade" && asked.ours == "refused: LeadsDown" && asked.alembic == "."
        },
    },
    // Alembic says that four characters are needed, and takes one.
    Difference {
        name: "short-prefix",
        applies: |asked| asked.ours == "refused: TooShort",
    },
    // Not to move is what a script that counts asks for at the end.
    Difference {
        name: "no-step",
        applies: |asked| {
            let ends = asked.target.split(':');
            let mut ends = ends.map(|end| end.ends_with("+0") || end.ends_with("-0"));
            ends.any(|end| end) && !Asked::is_refused(&asked.ours)
        },
    },
    // `base` is no revision, and whoever asks for one is told.
    Difference {
        name: "base-is-no-revision",
        applies: |asked| {
            asked.what == "resolve" && asked.alembic == "." && asked.ours == "refused: NoRevision"
        },
    },
    // Alembic compares what a label names with what it scopes on the way up only.
    Difference {
        name: "not-on-the-branch",
        applies: |asked| asked.target.contains('@') && asked.ours == "refused: OtherBranch",
    },
    // Alembic forgets the label on the way down and with `X+n`, and finds several heads or ids.
    Difference {
        name: "label-forgotten",
        applies: |asked| {
            (asked.what == "downgrade" || asked.target.contains('+'))
                && asked.target.contains('@')
                && (asked.alembic == "refused: MultipleHeads"
                    || asked.alembic == "refused: Multiple revisions start with")
        },
    },
    // Whoever asks for what there is already has it.
    Difference {
        name: "already-there",
        applies: |asked| {
            asked.what == "downgrade"
                && asked.ours == "."
                && (asked.alembic == "refused: RangeNotAncestorError"
                    || asked.alembic == "refused: MultipleHeads")
        },
    },
    // Alembic looks for the way down among what the label builds on only.
    Difference {
        name: "branches-above-the-label",
        applies: |asked| {
            asked.what == "downgrade"
                && asked.target.contains('@')
                && asked.alembic == "refused: Not a valid downgrade target from current heads"
        },
    },
    // Below the base there is nothing. Alembic comes round to the heads.
    Difference {
        name: "below-the-base",
        applies: |asked| {
            let ends = asked.target.split(':');
            let mut inner = ends.map(|end| end.split_once('@').map_or(end, |(_, inner)| inner));
            inner.any(|end| end.starts_with("base-")) && asked.ours == "refused: TooFar"
        },
    },
    // Heads that depend on each other are heads to `head`, and one too many to `heads` or a walk.
    Difference {
        name: "heads-that-depend-on-heads",
        applies: |asked| {
            let overlaps = asked.alembic.starts_with("refused: Requested revision");
            let named = asked.target.contains("heads")
                && ["refused: SeveralHeads", "refused: NoWay"].contains(&&*asked.ours);
            has_dependencies(asked) && (overlaps || named)
        },
    },
    // Whatever is scoped, the scope has to be somebody's name.
    Difference {
        name: "scope-of-nobody",
        applies: |asked| {
            asked.target.contains('@')
                && (asked.ours == "refused: Ambiguous" || asked.ours == "refused: Unknown")
        },
    },
    // The history of a database that has none.
    Difference {
        name: "current-is-nothing",
        applies: |asked| {
            asked.what == "history" && asked.tips == "-" && asked.target.ends_with(":current")
        },
    },
    // An end that is named and walked past its history is refused, as everywhere; Alembic stops.
    Difference {
        name: "range-past-the-end",
        applies: |asked| {
            asked.what == "history"
                && asked.ours == "refused: TooFar"
                && !Asked::is_refused(asked.alembic)
        },
    },
    // `-2:b` begins two below `b`. Alembic counts from the heads, whatever the range ends in.
    Difference {
        name: "range-below-its-end",
        applies: |asked| {
            asked.what == "history"
                && (asked.target.starts_with('-') || asked.target.contains("@-"))
                && (!Asked::is_refused(&asked.ours) || asked.ours == "refused: SeveralWays")
        },
    },
    // A range may begin where `X+n` says.
    Difference {
        name: "range-from-an-offset",
        applies: |asked| {
            let first = asked.target.split(':').next().unwrap_or_default();
            asked.what == "history"
                && first.contains(['+', '-'])
                && asked.alembic == "refused: No such revision or branch"
        },
    },
    // `label@a:b` is of the whole branch, with what it builds on. Alembic wants `b` to carry the
    // label, and to be needed by nobody.
    Difference {
        name: "range-of-a-branch",
        applies: |asked| {
            asked.what == "history"
                && asked.target.contains('@')
                && (asked.alembic == "refused: RangeNotAncestorError" || asked.alembic == ".")
                && !Asked::is_refused(&asked.ours)
        },
    },
    // Each end of such a range would stand on the other.
    Difference {
        name: "range-of-two-offsets",
        applies: |asked| asked.what == "history" && asked.ours == "refused: Malformed",
    },
    // A revision stands for its own branch. Alembic takes the label that it inherits instead.
    Difference {
        name: "branch-of-a-revision",
        applies: |asked| {
            let scope = asked.target.split('@').next().unwrap_or_default();
            asked.what == "history"
                && asked.target.contains('@')
                && !is_label(asked, scope)
                && Asked::revisions(&asked.ours).is_subset(&Asked::revisions(asked.alembic))
        },
    },
    // What only depends on the first end builds on it too.
    Difference {
        name: "range-over-dependencies",
        applies: |asked| {
            asked.what == "history"
                && has_dependencies(asked)
                && Asked::revisions(&asked.ours).is_superset(&Asked::revisions(asked.alembic))
        },
    },
    // A failed assertion, where an answer can be given.
    Difference {
        name: "alembic-crashes",
        applies: |asked| asked.alembic == "refused: AssertionError",
    },
];

fn from_current(asked: &Asked<'_>) -> bool {
    match Target::parse(asked.target) {
        Ok(Target::Relative(start, _)) => start.is_none(),
        Ok(Target::Within(_, inner)) => matches!(*inner, Target::Relative(None, _)),
        _ => false,
    }
}

fn has_dependencies(asked: &Asked<'_>) -> bool {
    let graph = asked.graph.into_iter();
    let mut revisions = graph.flat_map(RevisionGraph::revisions);
    revisions.any(|revision| !revision.depends_on.is_empty())
}

fn is_label(asked: &Asked<'_>, name: &str) -> bool {
    let graph = asked.graph.into_iter();
    let mut labels = graph.flat_map(|graph| graph.revisions().iter().flat_map(|one| &one.labels));
    labels.any(|label| label == name)
}
