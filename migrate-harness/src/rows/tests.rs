#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what breaks has failed the test"
)]

use migcheck_core::Dialect;
use migcheck_core::split::split;
use migcheck_db::Session;

use super::catalog::{self, Table};
use super::{RowOptions, Rows, Scope};
use crate::scratch::Scratch;
use crate::server::{Server, StartOptions};

const HISTORY: &str = "_migcheck_revisions";

/// One database on a server of its own.
struct Ground {
    session: Box<dyn Session>,
    scratch: Scratch,
    server: Server,
}

impl Ground {
    async fn start(spec: &str) -> Self {
        let server = Server::start(&spec.parse().unwrap(), &StartOptions::default())
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        let scratch = server
            .scratch()
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        let session = scratch.connect().await.unwrap();
        Self {
            session,
            scratch,
            server,
        }
    }

    async fn run(&mut self, script: &str) {
        for statement in split(script, self.session.dialect()).unwrap() {
            let ran = self.session.execute(statement.text).await;
            ran.unwrap_or_else(|error| panic!("{error}\n{}", statement.text));
        }
    }

    async fn tables(&mut self) -> Vec<Table> {
        catalog::read(&mut *self.session, &Scope::All, HISTORY)
            .await
            .unwrap()
    }

    async fn count(&mut self, table: &Table) -> usize {
        let sql = format!(
            "SELECT count(*) FROM {}",
            table.name.quoted(self.session.dialect())
        );
        let rows = self.session.rows(&sql, &[]).await.unwrap();
        rows[0][0].as_deref().unwrap().parse().unwrap()
    }

    /// Every value of every table, as text.
    async fn everything(&mut self) -> String {
        format!(
            "{:?}",
            rows().before(&mut *self.session, Scope::All).await.unwrap()
        )
    }

    async fn stop(self) {
        drop(self.session);
        self.scratch.remove().await.unwrap();
        self.server.stop().await.unwrap();
    }
}

fn rows() -> Rows {
    Rows::new(RowOptions { count: 3, seed: 0 }, HISTORY)
}

/// The servers that the tests are told of, else one of each kind.
fn servers() -> Vec<String> {
    let set = std::env::var("MIGCHECK_TEST_SERVERS");
    let listed = set
        .as_deref()
        .unwrap_or("postgres:15,postgres:17,mysql:9.7,mariadb:10.11");
    listed
        .split(',')
        .chain(["sqlite"])
        .map(str::to_owned)
        .collect()
}

fn wide(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => include_str!("tests/wide.postgres.sql"),
        Dialect::MySql => include_str!("tests/wide.mysql.sql"),
        Dialect::Sqlite => include_str!("tests/wide.sqlite.sql"),
    }
}

#[tokio::test]
async fn every_table_is_filled() {
    for server in servers() {
        let mut ground = Ground::start(&server).await;
        ground.run(wide(ground.session.dialect())).await;
        let mut rows = rows();
        let unfilled = rows.fill(&mut *ground.session, &Scope::All).await.unwrap();
        assert_eq!(unfilled, [], "{server}");
        for table in ground.tables().await {
            let count = ground.count(&table).await;
            // Tables that wait for one another get a row each, and a key of two labels has room for one.
            let expected = match &*table.name.name {
                "tight_a" | "tight_b" | "others" | "no_columns" => 1,
                _ => 3,
            };
            assert_eq!(count, expected, "{server}: {}", table.name);
        }
        let first = ground.everything().await;
        // What has rows is left alone.
        let again = rows.fill(&mut *ground.session, &Scope::All).await.unwrap();
        assert_eq!(again, [], "{server}");
        assert_eq!(ground.everything().await, first, "{server}");
        ground.stop().await;
    }
}
