//! Alembic, the peer that the graph is measured and compared with: from PyPI, in a virtual
//! environment of its own.

use std::path::PathBuf;
use std::process::Command;

use crate::error::Error;
use crate::process;
use crate::workspace::Workspace;

/// The version that answers and figures are of.
pub(crate) const VERSION: &str = "1.20.1";

/// The Python that has Alembic, installed where it is not there yet.
pub(crate) fn python(workspace: &Workspace) -> Result<PathBuf, Error> {
    let environment = workspace.scratch().join(format!("alembic-{VERSION}"));
    let python = environment.join("bin/python");
    if environment.join("bin/alembic").exists() {
        return Ok(python);
    }
    eprintln!("xtask: installing alembic {VERSION} from PyPI");
    let step = |command: &mut Command| {
        process::run(command).map_err(|failure| Error::Step {
            name: "install alembic",
            failure,
        })
    };
    step(
        Command::new("python3")
            .args(["-m", "venv"])
            .arg(&environment),
    )?;
    step(
        Command::new(&python)
            .args(["-m", "pip", "install", "--quiet"])
            .arg(format!("alembic=={VERSION}")),
    )?;
    Ok(python)
}
