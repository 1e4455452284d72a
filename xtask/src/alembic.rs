//! Alembic, the peer that the graph is measured and compared with: from PyPI, in a virtual
//! environment of its own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{fs, io};

use crate::error::Error;
use crate::process::{self, Failure};
use crate::steps;
use crate::workspace::Workspace;

/// The version that answers and figures are of.
pub(crate) const VERSION: &str = "1.20.1";

/// What the tests of a project need besides.
const FOR_TESTS: [&str; 2] = ["pytest==9.2.0", "psycopg[binary]==3.3.9"];

/// The Python that has Alembic and what runs the tests of a project on Postgres.
pub(crate) fn python_for_tests(workspace: &Workspace) -> Result<PathBuf, Error> {
    let python = python(workspace)?;
    let there = python.with_file_name("for-tests");
    if !there.exists() {
        eprintln!("xtask: installing {} from PyPI", FOR_TESTS.join(" and "));
        let mut install = Command::new(&python);
        install
            .args(["-m", "pip", "install", "--quiet"])
            .args(FOR_TESTS);
        process::run(&mut install).map_err(|failure| Error::Step {
            name: "install pytest",
            failure,
        })?;
        done(&there, fs::write(&there, ""))?;
    }
    Ok(python)
}

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

/// How many random graphs are compared, unless told otherwise.
pub(crate) const GRAPHS: usize = 2_000;

/// Asks Alembic everything that `migrate-core/tests/alembic` does, writes its answers there, and
/// fails where they are new; then compares both on `graphs` random graphs of `seed`.
pub(crate) fn compare(workspace: &Workspace, graphs: usize, seed: u64) -> Result<(), Error> {
    let python = python(workspace)?;
    let tests = workspace.root().join("migrate-core/tests/alembic");
    let ask = |args: &[&str]| {
        let mut command = Command::new(&python);
        command.arg(tests.join("ask.py")).args(args);
        process::output(&mut command, Duration::from_secs(3_600)).map_err(|failure| Error::Step {
            name: "ask alembic",
            failure,
        })
    };

    let answers = tests.join("answers.toml");
    let before = done(&answers, fs::read_to_string(&answers))?;
    let now = ask(&["answer", &tests.join("cases.toml").to_string_lossy()])?;
    done(&answers, fs::write(&answers, &now))?;

    eprintln!("xtask: {graphs} random graphs of seed {seed}");
    let random = workspace.scratch().join("alembic-random");
    done(&random, fs::create_dir_all(&random))?;
    let cases = random.join("cases.toml");
    let drawn = ask(&["random", &seed.to_string(), &graphs.to_string()])?;
    done(&cases, fs::write(&cases, drawn))?;
    let answered = ask(&["answer", &cases.to_string_lossy()])?;
    done(&cases, fs::write(random.join("answers.toml"), answered))?;

    let mut test = steps::cargo(workspace);
    test.args([
        "test",
        "--quiet",
        "-p",
        "migcheck-core",
        "--test",
        "alembic",
    ]);
    test.args(["--", "--nocapture"]);
    test.env("MIGCHECK_ALEMBIC_CASES", &random);
    process::run(&mut test).map_err(|failure| Error::Step {
        name: "compare with alembic",
        failure,
    })?;
    if before == now {
        Ok(())
    } else {
        Err(Error::NewAnswers { path: answers })
    }
}

fn done<T>(path: &Path, result: io::Result<T>) -> Result<T, Error> {
    result.map_err(|source| Error::Step {
        name: "compare with alembic",
        failure: Failure::Io {
            program: path.display().to_string(),
            source,
        },
    })
}
