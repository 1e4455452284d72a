//! The exit codes: what a script can rely on.

use std::process::ExitCode;

/// How the command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: nothing wrong.
    Success,
    /// 1: findings at `deny`, or a round trip that fails.
    Findings,
    /// 2: wrong use, or a configuration that cannot be read. clap ends with it too.
    Usage,
    /// 130: interrupted, as a shell counts it (128 + SIGINT).
    #[expect(
        dead_code,
        reason = "only what talks to a server is worth interrupting"
    )]
    Interrupted,
    /// 3: a server or Docker was not to be had.
    #[expect(dead_code, reason = "only what talks to a server needs one")]
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
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
