//! The tasks as steps: announced, timed, stopped at the first that fails.

use std::env;
use std::ffi::OsString;
use std::process::Command;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::error::Error;
use crate::images::TEST_SERVERS;
use crate::workspace::Workspace;
use crate::{docker, images, process};

/// Brings up what the tests need: a Docker engine and the images of [`TEST_SERVERS`].
pub(crate) fn setup(workspace: &Workspace) -> Result<(), Error> {
    step("setup", || {
        docker::ensure_engine(workspace)?;
        TEST_SERVERS
            .iter()
            .try_for_each(|image| images::ensure(workspace, image, false))
    })
}

/// [`setup`], then every test of the workspace.
///
/// `args` are `cargo test`'s; a package named there is tested alone.
pub(crate) fn test(workspace: &Workspace, args: &[String]) -> Result<(), Error> {
    setup(workspace)?;
    let mut test = cargo(workspace);
    test.arg("test").arg("--all-features");
    if !names_package(args) {
        test.arg("--workspace");
    }
    test.args(args)
        .env("MIGCHECK_TEST_SERVERS", TEST_SERVERS.join(","));
    run("test", test)
}

/// Everything a change must pass, the cheapest first.
pub(crate) fn ci(workspace: &Workspace) -> Result<(), Error> {
    let mut fmt = cargo(workspace);
    fmt.args(["fmt", "--all", "--check"]);
    run("fmt", fmt)?;

    let mut clippy = cargo(workspace);
    clippy.args(["clippy", "--workspace", "--all-targets", "--all-features"]);
    clippy.args(["--", "-D", "warnings"]);
    run("clippy", clippy)?;

    let mut doc = cargo(workspace);
    doc.args(["doc", "--workspace", "--no-deps", "--all-features"]);
    doc.env("RUSTDOCFLAGS", "-D warnings");
    run("doc", doc)?;

    test(workspace, &[])
}

pub(crate) fn cargo(workspace: &Workspace) -> Command {
    // The cargo that runs this task, so that every step uses one toolchain.
    let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    command.current_dir(workspace.root());
    // What this cargo said of xtask itself, build scripts would take for a change and run again.
    for (name, _) in env::vars_os() {
        let of_package =
            |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
        if name.to_str().is_some_and(of_package) {
            command.env_remove(name);
        }
    }
    command
}

/// A seed that nobody chose.
pub(crate) fn seed_of_now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(1, |now| now.as_secs())
}

/// Whether the arguments for cargo (not those for the test binaries after `--`) choose a package.
fn names_package(args: &[String]) -> bool {
    args.iter()
        .take_while(|arg| *arg != "--")
        .any(|arg| arg.starts_with("-p") || arg.starts_with("--package"))
}

/// Runs one step.
pub(crate) fn run(name: &'static str, mut command: Command) -> Result<(), Error> {
    step(name, || {
        process::run(&mut command).map_err(|failure| Error::Step { name, failure })
    })
}

fn step(name: &'static str, work: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
    eprintln!("xtask: {name}");
    let started = Instant::now();
    let result = work();
    let outcome = if result.is_ok() { "passed" } else { "failed" };
    eprintln!(
        "xtask: {name} {outcome} after {:.1} s",
        started.elapsed().as_secs_f64()
    );
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(line: &str) -> bool {
        let args: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        names_package(&args)
    }

    #[test]
    fn a_package_is_found_among_cargos_arguments_only() {
        assert!(names("-p migcheck-core"));
        assert!(names("--lib --package=migcheck-core"));
        assert!(!names("--profile release"));
        assert!(!names("some_test -- -p"));
    }
}
