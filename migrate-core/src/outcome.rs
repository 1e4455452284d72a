//! What a round trip may say of a revision. The names stand in `migcheck.toml` and in every report.

use std::fmt;

use crate::Severity;

macro_rules! outcomes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal, $severity:ident;)+) => {
        /// What one stair came to. The names are stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Outcome {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Outcome {
            /// Every outcome.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// How much it matters where `migcheck.toml` says nothing else.
            #[must_use]
            pub const fn default_severity(self) -> Severity {
                match self {
                    $(Self::$variant => Severity::$severity,)+
                }
            }

            /// What it means, in one sentence.
            #[must_use]
            pub const fn summary(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($doc),+),)+
                }
            }
        }
    };
}

outcomes! {
    /// The up script failed.
    UpgradeFails = "upgrade-fails", Deny;
    /// The down script failed.
    DowngradeFails = "downgrade-fails", Deny;
    /// The down script left a schema other than the one before.
    DowngradeLeavesResidue = "downgrade-leaves-residue", Deny;
    /// The up script failed the second time.
    ReUpgradeFails = "re-upgrade-fails", Deny;
    /// The up script made another schema the second time.
    ReUpgradeDiffers = "re-upgrade-differs", Deny;
    /// Passes on empty tables and fails on populated ones.
    FailsOnRows = "fails-on-rows", Deny;
    /// The revision's fixture failed.
    FixtureFails = "fixture-fails", Deny;
    /// Rows that were there before are not there any more.
    LosesRows = "loses-rows", Deny;
    /// Rows are there, with other values than before.
    LosesValues = "loses-values", Deny;
    /// Changed a table outside the revision's `touches`.
    TouchesUndeclared = "touches-undeclared", Deny;
    /// Nothing but the order of columns differs.
    ColumnOrderDiffers = "column-order-differs", Warn;
    /// What it builds on could not be applied.
    NotReached = "not-reached", Deny;
    /// `migcheck.toml` records a fault as known that is not there any more.
    KnownFaultGone = "known-fault-gone", Deny;
    /// There is no way down, and the revision says why.
    Irreversible = "irreversible", Allow;
    /// Schema and all came back.
    Passed = "passed", Allow;
}

impl Outcome {
    /// The outcome of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|outcome| outcome.name() == name)
    }

    /// Whether it says that something is wrong, if only in the order of columns.
    #[must_use]
    pub const fn is_fault(self) -> bool {
        !matches!(self.default_severity(), Severity::Allow)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
