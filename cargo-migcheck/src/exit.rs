//! The exit codes: what a script can rely on.
//!
//! 130, interrupted, is not among the values: a signal ends the process. Where there are servers to
//! take down first, the harness does so and then exits with it.

use std::process::ExitCode;

/// How the command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: nothing wrong.
    Success,
    /// 1: findings at `deny`, migrations that a database refuses, or a database that is not as they need it.
    Findings,
    /// 2: wrong use, or a configuration that cannot be read. clap ends with it too.
    Usage,
    /// 3: a server or Docker was not to be had, or was lost on the way.
    Unavailable,
}

impl Exit {
    /// The number.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Unavailable => 3,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
