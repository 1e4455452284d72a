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
use crate::process;

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
    let mut text = String::from(match sql {
        Sql::Postgres => {
            "SET client_min_messages = warning;\nDROP DATABASE IF EXISTS floor;\nCREATE DATABASE floor;\n\\connect floor\n"
        }
        Sql::MySql => "DROP DATABASE IF EXISTS floor;\nCREATE DATABASE floor;\nUSE floor;\n",
    });
    for revision in 1..=stairs {
        let (up, down) = (sql.up(revision), sql.down(revision));
        for script in [&up, &down, &up] {
            let _infallible = write!(text, "BEGIN;\n{script}COMMIT;\n");
        }
    }
    by_client(bench, server, &text)
}

/// The server's own client, which runs these statements in one session.
fn by_client(bench: &Bench<'_>, server: &BenchServer, text: &str) -> Result<Floor, Error> {
    let (sql, database) = (server.sql(), server.home());
    let file = bench.scratch.join("floor.sql");
    done("write the corpus", fs::write(&file, text))?;
    // This machine's client takes the way to the server that migcheck takes.
    if sql == Sql::Postgres && process::exists("psql") {
        let mut command = Command::new("psql");
        let url = server.url_of(database);
        command.args(["-q", "-v", "ON_ERROR_STOP=1", "-d", &url, "-f"]);
        command.arg(&file);
        return Ok(Floor {
            command,
            name: "bare statements by psql",
            overhead: 0.0,
        });
    }
    server.copy(&file, FILE)?;
    let (client, name) = match sql {
        Sql::Postgres => (
            format!("psql -q -h 127.0.0.1 -U postgres -d {database} -v ON_ERROR_STOP=1 -f {FILE}"),
            "bare statements by psql in the container",
        ),
        Sql::MySql => (
            format!("mysql -h 127.0.0.1 -u root {database} < {FILE}"),
            "bare statements by mysql in the container",
        ),
    };
    let nothing = time(9, &mut server.exec(&["true"]), || Ok(()));
    Ok(Floor {
        command: server.exec(&["sh", "-c", &client]),
        name,
        overhead: done("time docker exec", nothing)?.median,
    })
}
