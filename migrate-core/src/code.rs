//! Every code a finding can carry.

use std::fmt;

/// How much a finding matters. `migcheck.toml` calls the levels `allow`, `warn` and `deny`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Not shown.
    Allow,
    /// Shown; the check still succeeds.
    Warn,
    /// The check, and a build that embeds the directory, fails.
    Deny,
}

impl Severity {
    /// The word `migcheck.toml` uses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Warn => "warn",
            Self::Deny => "deny",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Allow, Self::Warn, Self::Deny]
            .into_iter()
            .find(|severity| severity.name() == name)
    }
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal, $severity:ident, $fixed:literal;)+) => {
        /// What kind of thing a finding is about. The names are stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Code {
            /// Every code, in the order in which documentation lists them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable name, as printed in brackets and written in `[rules]`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// The severity without a `[rules]` entry.
            #[must_use]
            pub const fn default_severity(self) -> Severity {
                match self {
                    $(Self::$variant => Severity::$severity,)+
                }
            }

            /// Whether `[rules]` may change the severity. Without a sound graph nothing else
            /// can be said, so the errors of the graph itself cannot be silenced.
            #[must_use]
            pub const fn is_fixed(self) -> bool {
                match self {
                    $(Self::$variant => $fixed,)+
                }
            }

            /// What the code means, in one sentence.
            #[must_use]
            pub const fn summary(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($doc),+),)+
                }
            }
        }
    };
}

codes! {
    /// Two files claim one revision id.
    DuplicateRevision = "duplicate-revision", Deny, true;
    /// `revises` names no revision: the chain is broken.
    UnknownParent = "unknown-parent", Deny, true;
    /// `depends-on` names no revision and no label.
    UnknownDependency = "unknown-dependency", Deny, true;
    /// Revisions that are their own ancestors.
    Cycle = "cycle", Deny, true;
    /// More heads than the configuration allows.
    MultipleHeads = "multiple-heads", Deny, true;
    /// More bases than the configuration allows.
    MultipleBases = "multiple-bases", Deny, true;
    /// Revisions, but none of them is a base.
    NoBase = "no-base", Deny, true;
    /// Revisions that no base reaches.
    Unreachable = "unreachable", Deny, true;
    /// A merge lists a parent that is an ancestor of another of its parents.
    RedundantParent = "redundant-parent", Deny, true;
    /// A revision lists one parent or dependency twice.
    DuplicateParent = "duplicate-parent", Deny, true;
    /// Two revisions carry one label.
    DuplicateLabel = "duplicate-label", Deny, true;
    /// A label that is also an id, or a prefix of one.
    AmbiguousPrefixLabel = "ambiguous-prefix-label", Deny, true;
    /// A revision id that could not be told from a target.
    InvalidRevisionId = "invalid-revision-id", Deny, true;
    /// A native revision that does not say what it revises.
    MissingRevises = "missing-revises", Deny, true;
    /// A revision without an up script.
    MissingUp = "missing-up", Deny, true;
    /// A revision without a way down, and without a reason for it.
    MissingDown = "missing-down", Deny, false;
    /// A down script without any statement.
    EmptyDown = "empty-down", Deny, false;
    /// A script that somebody still has to complete.
    Unfinished = "unfinished", Deny, false;
    /// A listed database for which a revision has no script.
    MissingDialect = "missing-dialect", Deny, false;
    /// A file that is neither a script nor a known companion.
    StrayFile = "stray-file", Deny, false;
    /// A script whose name does not follow the template.
    BadFileName = "bad-file-name", Deny, false;
    /// Two names that are equal on a case-insensitive disk.
    CaseCollision = "case-collision", Deny, false;
    /// A file that is not UTF-8.
    NotUtf8 = "not-utf8", Deny, true;
    /// A file or directory that the operating system would not read.
    Unreadable = "unreadable", Deny, true;
    /// A symbolic link that leaves the directory.
    SymlinkEscape = "symlink-escape", Deny, true;
    /// A script over 16 MiB.
    TooLarge = "too-large", Deny, true;
    /// A directive whose key migcheck does not know.
    UnknownDirective = "unknown-directive", Deny, true;
    /// A directive whose value or place is wrong.
    InvalidDirective = "invalid-directive", Deny, true;
    /// `migcheck.toml` cannot be used as it stands.
    InvalidConfig = "invalid-config", Deny, true;
    /// The layout of the directory cannot be told from its files.
    AmbiguousLayout = "ambiguous-layout", Deny, true;
    /// A script is not what the lock recorded.
    EditedAfterLock = "edited-after-lock", Deny, false;
    /// The lock records a revision that is no longer there.
    RemovedAfterLock = "removed-after-lock", Deny, false;
    /// A revision has other parents than the lock recorded.
    ReparentedAfterLock = "reparented-after-lock", Deny, false;
    /// The lock does not record every revision.
    LockStale = "lock-stale", Warn, false;
    /// `migcheck.lock` cannot be read.
    LockUnreadable = "lock-unreadable", Deny, true;
    /// `fingerprints.toml` is not of the scripts that are here now.
    FingerprintsStale = "fingerprints-stale", Warn, false;
    /// `fingerprints.toml` cannot be read.
    FingerprintsUnreadable = "fingerprints-unreadable", Deny, false;
}

impl Code {
    /// The code of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_by_its_name() {
        for code in Code::ALL {
            assert_eq!(Code::from_name(code.name()), Some(*code));
        }
        assert_eq!(Code::from_name("nonsense"), None);
    }
}
