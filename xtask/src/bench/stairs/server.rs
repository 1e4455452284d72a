//! A server for benches, as migcheck would start one, so that its start is in nobody's figures.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::bench::Bench;
use crate::bench::corpus::Sql;
use crate::error::Error;
use crate::process;

/// For a container that has to be made first.
const START: Duration = Duration::from_secs(60);
const ANSWER: Duration = Duration::from_secs(30);

/// A container that goes with this value.
pub(in crate::bench) struct BenchServer {
    image: &'static str,
    name: String,
    port: String,
}

/// Whether what is committed outlasts the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::bench) enum Durability {
    /// As images come, and databases are run.
    Durable,
    /// In memory and without waiting for it, as round trips have their servers.
    Passing,
}

impl BenchServer {
    pub(in crate::bench) fn start(
        bench: &Bench<'_>,
        image: &'static str,
        durability: Durability,
    ) -> Result<Self, Error> {
        // Nobody else works in this directory: what has its label was left by a bench that was killed.
        let label = format!("migcheck.bench={}", bench.scratch.display());
        remove_labelled(&label)?;
        let sql = sql_of(image);
        let (port, arguments): (u16, &[&str]) = match sql {
            Sql::Postgres => (
                5432,
                &[
                    "-c",
                    "fsync=off",
                    "-c",
                    "synchronous_commit=off",
                    "-c",
                    "full_page_writes=off",
                ],
            ),
            Sql::MySql => (
                3306,
                &[
                    "--performance-schema=OFF",
                    "--skip-log-bin",
                    "--innodb-flush-log-at-trx-commit=0",
                    "--innodb-doublewrite=0",
                ],
            ),
        };
        let is_passing = durability == Durability::Passing;
        let name = format!("migcheck-bench-{}-{}", std::process::id(), port);
        let mut run = Command::new("docker");
        run.args([
            "run",
            "--detach",
            "--name",
            &name,
            "--label",
            &label,
            "--publish",
        ])
        .arg(format!("127.0.0.1::{port}"));
        run.args(match sql {
            Sql::Postgres => [
                "--env=POSTGRES_HOST_AUTH_METHOD=trust",
                "--env=PGDATA=/bench/data",
            ],
            Sql::MySql => [
                "--env=MYSQL_ALLOW_EMPTY_PASSWORD=1",
                "--env=MYSQL_ROOT_HOST=%",
            ],
        });
        if is_passing {
            run.arg(match sql {
                Sql::Postgres => "--tmpfs=/bench",
                Sql::MySql => "--tmpfs=/var/lib/mysql",
            });
        }
        run.arg(image);
        if is_passing {
            run.args(arguments);
        }
        let mut server = Self {
            image,
            name,
            port: String::new(),
        };
        ask(&mut run)?;
        let mut published = Command::new("docker");
        published.args(["port", &server.name, &port.to_string()]);
        let published = ask(&mut published)?;
        let address = published.lines().next().unwrap_or_default();
        address
            .rsplit(':')
            .next()
            .unwrap_or_default()
            .trim()
            .clone_into(&mut server.port);
        server.wait()?;
        Ok(server)
    }

    pub(in crate::bench) fn image(&self) -> &'static str {
        self.image
    }

    pub(in crate::bench) fn sql(&self) -> Sql {
        sql_of(self.image)
    }

    /// Where migcheck logs in.
    pub(in crate::bench) fn url(&self) -> String {
        self.url_of(self.home())
    }

    /// The database that is there from the start; MySQL needs none to log in.
    pub(in crate::bench) fn home(&self) -> &'static str {
        match self.sql() {
            Sql::Postgres => "postgres",
            Sql::MySql => "",
        }
    }

    /// Where this database is.
    pub(in crate::bench) fn url_of(&self, database: &str) -> String {
        let port = &self.port;
        match self.sql() {
            Sql::Postgres => {
                format!("postgres://postgres@127.0.0.1:{port}/{database}?sslmode=disable")
            }
            Sql::MySql => format!("mysql://root@127.0.0.1:{port}/{database}?ssl-mode=DISABLED"),
        }
    }

    /// Makes an empty database, in the place of one of the same name.
    pub(in crate::bench) fn create(&self, database: &str) -> Result<(), Error> {
        let force = match self.sql() {
            Sql::Postgres => " WITH (FORCE)",
            Sql::MySql => "",
        };
        self.execute(&format!("DROP DATABASE IF EXISTS {database}{force}"))?;
        self.execute(&format!("CREATE DATABASE {database}"))
    }

    /// A program in the container.
    pub(in crate::bench) fn exec(&self, program: &[&str]) -> Command {
        let mut exec = Command::new("docker");
        exec.args(["exec", &self.name]).args(program);
        exec
    }

    /// Copies a file into the container.
    pub(in crate::bench) fn copy(&self, from: &std::path::Path, to: &str) -> Result<(), Error> {
        let mut copy = Command::new("docker");
        copy.arg("cp").arg(from).arg(format!("{}:{to}", self.name));
        ask(&mut copy).map(drop)
    }

    /// Runs a statement with the server's own client.
    pub(in crate::bench) fn execute(&self, statement: &str) -> Result<(), Error> {
        let mut client = match self.sql() {
            Sql::Postgres => self.exec(&[
                "psql",
                "-q",
                "-h",
                "127.0.0.1",
                "-U",
                "postgres",
                "-c",
                statement,
            ]),
            Sql::MySql => self.exec(&["mysql", "-h", "127.0.0.1", "-u", "root", "-e", statement]),
        };
        ask(&mut client).map(drop)
    }

    fn wait(&self) -> Result<(), Error> {
        let begin = Instant::now();
        loop {
            // Over the network: the server that sets the data up listens on a socket alone.
            match self.execute("SELECT 1") {
                Err(error) if begin.elapsed() > START => return Err(error),
                Err(_) => thread::sleep(Duration::from_millis(100)),
                Ok(()) => return Ok(()),
            }
        }
    }
}

fn ask(command: &mut Command) -> Result<String, Error> {
    process::output(command, ANSWER).map_err(|failure| Error::Step {
        name: "run a server for the benches",
        failure,
    })
}

fn remove_labelled(label: &str) -> Result<(), Error> {
    let mut list = Command::new("docker");
    list.args(["ps", "--all", "--quiet", "--filter"])
        .arg(format!("label={label}"));
    for container in ask(&mut list)?.split_whitespace() {
        let mut remove = Command::new("docker");
        remove.args(["rm", "--force", "--volumes", container]);
        ask(&mut remove)?;
    }
    Ok(())
}

fn sql_of(image: &str) -> Sql {
    if image.starts_with("postgres") {
        Sql::Postgres
    } else {
        Sql::MySql
    }
}

impl Drop for BenchServer {
    fn drop(&mut self) {
        let mut remove = Command::new("docker");
        remove.args(["rm", "--force", "--volumes", &self.name]);
        if let Err(failure) = process::output(&mut remove, START) {
            eprintln!(
                "xtask: the container {} is still there: {failure}",
                self.name
            );
        }
    }
}
