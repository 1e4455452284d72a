//! The chaos of the tests, in large: `tests/chaos` does it, told by the environment.

use crate::error::Error;
use crate::workspace::Workspace;
use crate::{docker, images, steps};

/// How often a run is disturbed on each server, unless told otherwise.
const KILLS: usize = 1_000;

/// What is asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Chaos {
    kills: Option<usize>,
    servers: Vec<String>,
    seed: Option<u64>,
}

impl Chaos {
    pub(crate) fn parse(arguments: Vec<String>) -> Result<Self, Error> {
        let mut chaos = Self::default();
        let mut arguments = arguments.into_iter();
        while let Some(option) = arguments.next() {
            if !matches!(option.as_str(), "--kills" | "--server" | "--seed") {
                return Err(Error::Usage(format!("`chaos` has no option `{option}`")));
            }
            let value = arguments.next();
            let value = value.ok_or_else(|| Error::Usage(format!("`{option}` takes a value")))?;
            let no_number = |_| Error::Usage(format!("`{value}` is no number"));
            match option.as_str() {
                "--kills" => chaos.kills = Some(value.parse().map_err(no_number)?),
                "--seed" => chaos.seed = Some(value.parse().map_err(no_number)?),
                _ => chaos.servers.push(value),
            }
        }
        Ok(chaos)
    }

    pub(crate) fn run(&self, workspace: &Workspace) -> Result<(), Error> {
        let servers: Vec<&str> = if self.servers.is_empty() {
            vec!["postgres:17", "mysql:9.7", "mariadb:10.11", "sqlite"]
        } else {
            self.servers.iter().map(String::as_str).collect()
        };
        let in_containers = servers.iter().filter(|server| **server != "sqlite");
        for (at, image) in in_containers.enumerate() {
            if at == 0 {
                docker::ensure_engine(workspace)?;
            }
            images::ensure(workspace, image, false)?;
        }
        // Another one every time, so that other chains are met; it is printed.
        let seed = self.seed.unwrap_or_else(steps::seed_of_now);
        let kills = self.kills.unwrap_or(KILLS);
        eprintln!(
            "xtask: {kills} disturbances on each of {}, seed {seed}",
            servers.join(", ")
        );
        let mut test = steps::cargo(workspace);
        test.args([
            "test",
            "-p",
            "migcheck",
            "--all-features",
            "--test",
            "chaos",
            "--",
        ]);
        // One after the other: how long a run takes decides where it is met.
        test.args(["disturbed", "--test-threads", "1"])
            .env("MIGCHECK_CHAOS_KILLS", kills.to_string())
            .env("MIGCHECK_CHAOS_SEED", seed.to_string())
            .env("MIGCHECK_CHAOS_SERVERS", servers.join(","));
        steps::run("chaos", test)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_may_come_in_any_order() {
        let arguments = [
            "--server",
            "sqlite",
            "--kills",
            "5",
            "--server",
            "mysql:9.7",
        ];
        let chaos = Chaos::parse(arguments.map(str::to_owned).to_vec());
        let expected = Chaos {
            kills: Some(5),
            servers: vec!["sqlite".to_owned(), "mysql:9.7".to_owned()],
            seed: None,
        };
        assert_eq!(chaos.map_err(|error| error.to_string()), Ok(expected));
    }
}
