//! What contributors run: `cargo xtask test`, `cargo xtask ci`, … This file is arguments and exit codes only.
//!
//! [`steps`] runs cargo, [`mod@bench`] times what was built, [`chaos`] kills it, [`alembic`] is the peer, [`docker`] and [`images`] bring up what the tests need, [`process`] starts programs.

mod alembic;
mod bench;
mod chaos;
mod docker;
mod error;
mod images;
mod process;
mod steps;
mod workspace;

use std::env;
use std::process::ExitCode;

use bench::Part;
use chaos::Chaos;
use error::Error;
use workspace::Workspace;

const HELP: &str = "\
Tasks for working on migcheck.

Usage: cargo xtask <TASK>

Tasks:
  test [-- ARGS…]     Prepare the test servers, then run every test; ARGS go to `cargo test`
  setup               Prepare the test servers only: a Docker engine and the database images
  ci                  What CI runs: fmt, clippy, doc, then test; stops at the first failure
  bench [PART…] [REVISIONS]
                      Time check, graph, rebuild, stairs (round trips), pending (upgrades) and
                      nothing (upgrades without a pending revision) beside a floor or a peer
  alembic [GRAPHS [SEED]]
                      Ask Alembic what the tests of the graph ask, and compare random graphs
  chaos [--kills N] [--server SPEC]… [--seed S]
                      Kill, cut off and restart under running migrations, 1,000 times on each
                      server, and say what the next run did not mend
  images [--build] NAME:VERSION…
                      Make these images available: present, else pulled, else built from Debian
                      packages. --build builds even if they are present
  help                This text

As root on Debian or Ubuntu, the Docker engine is installed and started where there is none.

Exit codes: 0 done, 1 a step failed, 2 wrong arguments, 3 a Docker engine or an image could not be had
";

#[derive(Debug, PartialEq, Eq)]
enum Task {
    Test { cargo_args: Vec<String> },
    Setup,
    Ci,
    Bench { parts: Vec<Part>, revisions: usize },
    Alembic { graphs: usize, seed: u64 },
    Chaos(Chaos),
    Images { names: Vec<String>, rebuild: bool },
    Help,
}

impl Task {
    fn parse(args: impl IntoIterator<Item = String>) -> Result<Self, Error> {
        let mut args = args.into_iter();
        let Some(task) = args.next() else {
            return Ok(Self::Help);
        };
        let mut rest: Vec<String> = args.collect();
        if rest
            .iter()
            .take_while(|arg| *arg != "--")
            .any(|arg| arg == "--help" || arg == "-h")
        {
            return Ok(Self::Help);
        }
        match task.as_str() {
            "help" | "--help" | "-h" => Ok(Self::Help),
            "test" => match rest.first().map(String::as_str) {
                None => Ok(Self::Test { cargo_args: rest }),
                Some("--") => Ok(Self::Test {
                    cargo_args: rest.split_off(1),
                }),
                Some(arg) => Err(Error::Usage(format!(
                    "`test` takes `cargo test`'s arguments after `--`: cargo xtask test -- {arg}"
                ))),
            },
            "bench" => parse_bench(&rest),
            "alembic" => {
                let number = |at: usize, default: u64| match rest.get(at).map(|text| text.parse()) {
                    None => Ok(default),
                    Some(Ok(number)) => Ok(number),
                    Some(Err(_)) => Err(Error::Usage(format!("`{}` is no number", rest[at]))),
                };
                if rest.len() > 2 {
                    return Err(Error::Usage(
                        "`alembic` takes a number of graphs and a seed".to_owned(),
                    ));
                }
                Ok(Self::Alembic {
                    graphs: usize::try_from(number(0, alembic::GRAPHS as u64)?)
                        .unwrap_or(usize::MAX),
                    // Another one every time, so that more graphs are met; it is printed.
                    seed: number(1, steps::seed_of_now())?,
                })
            }
            "chaos" => Chaos::parse(rest).map(Self::Chaos),
            "images" => {
                let (flags, names): (Vec<_>, Vec<_>) =
                    rest.into_iter().partition(|arg| arg.starts_with('-'));
                if let Some(flag) = flags.iter().find(|flag| *flag != "--build") {
                    return Err(Error::Usage(format!("`images` has no option `{flag}`")));
                }
                if names.is_empty() {
                    return Err(Error::Usage(
                        "`images` takes at least one NAME:VERSION".to_owned(),
                    ));
                }
                Ok(Self::Images {
                    names,
                    rebuild: !flags.is_empty(),
                })
            }
            "setup" | "ci" => match rest.first() {
                Some(arg) => Err(Error::Usage(format!(
                    "`{task}` takes no arguments, and got `{arg}`"
                ))),
                None if task == "ci" => Ok(Self::Ci),
                None => Ok(Self::Setup),
            },
            _ => Err(Error::Usage(format!("no task is called `{task}`"))),
        }
    }

    fn run(self) -> Result<(), Error> {
        let workspace = Workspace::locate();
        match self {
            Self::Test { cargo_args } => steps::test(&workspace, &cargo_args),
            Self::Setup => steps::setup(&workspace),
            Self::Ci => steps::ci(&workspace),
            Self::Bench { parts, revisions } => bench::run(&workspace, &parts, revisions),
            Self::Alembic { graphs, seed } => alembic::compare(&workspace, graphs, seed),
            Self::Chaos(chaos) => chaos.run(&workspace),
            Self::Images { names, rebuild } => {
                docker::ensure_engine(&workspace)?;
                names
                    .iter()
                    .try_for_each(|name| images::ensure(&workspace, name, rebuild))
            }
            Self::Help => {
                print!("{HELP}");
                Ok(())
            }
        }
    }
}

/// Parts by their names, then a number; without a part, all of them.
fn parse_bench(arguments: &[String]) -> Result<Task, Error> {
    let mut parts = Vec::new();
    let mut revisions = bench::REVISIONS;
    for (at, argument) in arguments.iter().enumerate() {
        let part = Part::ALL.into_iter().find(|part| part.name() == argument);
        match (part, argument.parse()) {
            (Some(part), _) => parts.push(part),
            (None, Ok(number)) if number > 1 && at + 1 == arguments.len() => revisions = number,
            _ => {
                return Err(Error::Usage(format!(
                    "`{argument}` is neither a part ({}) nor a number of revisions at the end",
                    Part::ALL.map(Part::name).join(", ")
                )));
            }
        }
    }
    if parts.is_empty() {
        parts.extend(Part::ALL);
    }
    Ok(Task::Bench { parts, revisions })
}

fn main() -> ExitCode {
    match Task::parse(env::args().skip(1)).and_then(Task::run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            error.exit_code()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Task, String> {
        Task::parse(line.split_whitespace().map(str::to_owned)).map_err(|error| error.to_string())
    }

    #[test]
    fn tasks_parse() {
        assert_eq!(parse(""), Ok(Task::Help));
        assert_eq!(parse("ci --help"), Ok(Task::Help));
        assert_eq!(parse("ci"), Ok(Task::Ci));
        assert_eq!(parse("setup"), Ok(Task::Setup));
        assert_eq!(
            parse("alembic 9 2"),
            Ok(Task::Alembic { graphs: 9, seed: 2 })
        );
        assert_eq!(
            parse("bench stairs check 500"),
            Ok(Task::Bench {
                parts: vec![Part::Stairs, Part::Check],
                revisions: 500
            })
        );
        assert_eq!(
            parse("bench"),
            Ok(Task::Bench {
                parts: Part::ALL.to_vec(),
                revisions: bench::REVISIONS
            })
        );
        assert_eq!(parse("test"), Ok(Task::Test { cargo_args: vec![] }));
        assert_eq!(
            parse("images postgres:18 --build"),
            Ok(Task::Images {
                names: vec!["postgres:18".to_owned()],
                rebuild: true
            })
        );
    }

    #[test]
    fn arguments_after_the_dashes_are_cargos() {
        assert_eq!(
            parse("test -- -p migcheck-core -- --help"),
            Ok(Task::Test {
                cargo_args: ["-p", "migcheck-core", "--", "--help"]
                    .map(str::to_owned)
                    .to_vec()
            })
        );
    }

    #[test]
    fn wrong_arguments_are_named() {
        for (line, named) in [
            ("tset", "`tset`"),
            ("ci fast", "`fast`"),
            ("test -p", "`--`"),
            ("images", "NAME:VERSION"),
            ("alembic many", "`many`"),
            ("chaos --kills many", "`many`"),
            ("chaos --server", "a value"),
            ("chaos gently", "`gently`"),
            ("bench stair", "`stair`"),
            ("bench 500 stairs", "`500`"),
            ("images --force postgres:17", "`--force`"),
        ] {
            assert!(
                matches!(parse(line), Err(message) if message.contains(named)),
                "{line}"
            );
        }
    }
}
