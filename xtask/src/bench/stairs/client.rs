//! The floor of a round trip: its statements and nothing else, up, down and up again, each script in
//! a transaction, sent by one session of the server's own client.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use super::server::BenchServer;
use crate::bench::corpus::Sql;
use crate::bench::measure::time;
use crate::bench::{Bench, done};
use crate::error::Error;

/// How the floor is timed.
pub(super) struct Floor {
    pub(super) command: Command,
    pub(super) name: &'static str,
    /// The seconds that it takes to get into the container, which are none of the client's.
    pub(super) overhead: f64,
}

/// The file in the container.
const FILE: &str = "/tmp/floor.sql";

pub(super) fn bare_statements(
    bench: &Bench<'_>,
    server: &BenchServer,
    stairs: usize,
) -> Result<Floor, Error> {
    let sql = server.sql();
    let mut text = String::from("DROP DATABASE IF EXISTS floor;\nCREATE DATABASE floor;\n");
    text.push_str(match sql {
        Sql::Postgres => "\\connect floor\n",
        Sql::MySql => "USE floor;\n",
    });
    for revision in 1..=stairs {
        let (up, down) = (sql.up(revision), sql.down(revision));
        for script in [&up, &down, &up] {
            let _infallible = write!(text, "BEGIN;\n{script}COMMIT;\n");
        }
    }
    let file = bench.scratch.join("floor.sql");
    done("write the corpus", fs::write(&file, text))?;
    server.copy(&file, FILE)?;
    let (command, name) = match sql {
        Sql::Postgres => (
            server.exec(&[
                "psql",
                "-q",
                "-h",
                "127.0.0.1",
                "-U",
                "postgres",
                "-v",
                "ON_ERROR_STOP=1",
                "-f",
                FILE,
            ]),
            "bare statements by psql",
        ),
        Sql::MySql => {
            let client = format!("mysql -h 127.0.0.1 -u root < {FILE}");
            (
                server.exec(&["sh", "-c", &client]),
                "bare statements by mysql",
            )
        }
    };
    let nothing = time(9, &mut server.exec(&["true"]), || Ok(()));
    Ok(Floor {
        command,
        name,
        overhead: done("time docker exec", nothing)?.median,
    })
}
