//! Why a task ended, and the exit code that says so.

use std::fmt;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::process::Failure;

/// A step of a task failed: a test, a lint, the format.
const STEP_FAILED: u8 = 1;
/// The command line was wrong.
const USAGE: u8 = 2;
/// The machine lacks what the tests need: no Docker engine, or no image.
const ENVIRONMENT: u8 = 3;

#[derive(Debug)]
pub(crate) enum Error {
    Usage(String),
    Step {
        name: &'static str,
        failure: Failure,
    },
    /// Alembic answers otherwise than is committed.
    NewAnswers {
        path: PathBuf,
    },
    NoEngine {
        tried: Vec<Attempt>,
    },
    NoImage {
        image: String,
        tried: Vec<Attempt>,
        has_recipe: bool,
    },
}

/// One way that was tried, and why it did not do.
#[derive(Debug)]
pub(crate) struct Attempt {
    what: String,
    outcome: String,
}

impl Attempt {
    pub(crate) fn new(what: impl Into<String>, outcome: impl fmt::Display) -> Self {
        Self {
            what: what.into(),
            outcome: outcome.to_string(),
        }
    }
}

impl Error {
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Usage(_) => USAGE,
            Self::Step { .. } | Self::NewAnswers { .. } => STEP_FAILED,
            Self::NoEngine { .. } | Self::NoImage { .. } => ENVIRONMENT,
        })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(message) => write!(f, "{message}\n\nSee `cargo xtask help`."),
            Self::Step { name, failure } => write!(f, "step `{name}` failed: {failure}"),
            Self::NewAnswers { path } => write!(
                f,
                "Alembic's answers are not the committed ones; the new ones are in {}: \
                 read what `git diff` shows, and commit it or correct the cases",
                path.display()
            ),
            Self::NoEngine { tried } => {
                f.write_str(
                    "no Docker engine: the tests run migrations on real databases, in containers\n",
                )?;
                write_attempts(f, tried)?;
                f.write_str(INSTALL_ENGINE)
            }
            Self::NoImage {
                image,
                tried,
                has_recipe,
            } => {
                writeln!(
                    f,
                    "no image {image}: the tests run migrations on real databases, in containers"
                )?;
                write_attempts(f, tried)?;
                write!(
                    f,
                    "\nGive the Docker engine access to a registry that has it: docker pull {image}"
                )?;
                if *has_recipe {
                    write!(
                        f,
                        "\nor, on Debian or Ubuntu, build it from Debian packages:\n  \
                         sudo xtask/images/build.sh {image} {image} target/xtask/images"
                    )?;
                }
                Ok(())
            }
        }
    }
}

const INSTALL_ENGINE: &str = "
Install and start a Docker engine, then run this again:
  Debian, Ubuntu  sudo apt-get install docker.io && sudo usermod -aG docker \"$USER\"   (then log in anew)
  Fedora          sudo dnf install moby-engine && sudo systemctl enable --now docker && sudo usermod -aG docker \"$USER\"
  macOS           brew install colima docker && colima start   (or Docker Desktop)
As root on Debian or Ubuntu, `cargo xtask setup` does it for you.";

fn write_attempts(f: &mut fmt::Formatter<'_>, tried: &[Attempt]) -> fmt::Result {
    f.write_str("\nTried:\n")?;
    for Attempt { what, outcome } in tried {
        // Further lines of an outcome (a log, a program's own message) stay under their attempt.
        let outcome = outcome.trim().replace('\n', "\n      ");
        writeln!(f, "  - {what}: {outcome}")?;
    }
    Ok(())
}
