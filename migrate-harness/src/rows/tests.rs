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

/// The first of them can only begin with a NULL.
#[tokio::test]
async fn a_circle_is_closed_afterwards() {
    for server in servers() {
        let mut ground = Ground::start(&server).await;
        let late = match ground.session.dialect() {
            Dialect::Sqlite => ["REFERENCES teams (id)", ""],
            Dialect::Postgres | Dialect::MySql => [
                "",
                "ALTER TABLE people ADD CONSTRAINT of_team FOREIGN KEY (team_id) REFERENCES teams (id);",
            ],
        };
        ground
            .run(&format!(
                "CREATE TABLE people (id INTEGER PRIMARY KEY, team_id INTEGER {});
                 CREATE TABLE teams (id INTEGER PRIMARY KEY, head_id INTEGER NOT NULL,
                     FOREIGN KEY (head_id) REFERENCES people (id));
                 {}",
                late[0], late[1]
            ))
            .await;
        let unfilled = rows()
            .fill(&mut *ground.session, &Scope::All)
            .await
            .unwrap();
        assert_eq!(unfilled, [], "{server}");
        let joined = "SELECT count(*) FROM people p JOIN teams t ON p.team_id = t.id";
        let closed = ground.session.rows(joined, &[]).await.unwrap();
        assert_eq!(closed[0][0].as_deref(), Some("1"), "{server}");
        ground.stop().await;
    }
}

/// What a script does not name, and changes all the same.
#[tokio::test]
async fn a_script_reaches_what_cascades_and_triggers_change() {
    let tables = "CREATE TABLE \"Parents\" (id INTEGER PRIMARY KEY);
        CREATE TABLE children (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES \"Parents\" (id) ON DELETE CASCADE);
        CREATE TABLE restricted (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES \"Parents\" (id));
        CREATE TABLE logged (id INTEGER PRIMARY KEY);
        CREATE TABLE log (id INTEGER);
        CREATE TABLE viewed (id INTEGER PRIMARY KEY);
        CREATE VIEW views AS SELECT id FROM viewed;";
    for server in servers() {
        let mut ground = Ground::start(&server).await;
        let dialect = ground.session.dialect();
        let trigger = match dialect {
            Dialect::Postgres => {
                "CREATE FUNCTION write_log() RETURNS trigger LANGUAGE plpgsql AS
                     'BEGIN INSERT INTO log VALUES (1); RETURN NULL; END';
                 CREATE TRIGGER t AFTER DELETE ON logged EXECUTE FUNCTION write_log();"
            }
            Dialect::MySql => {
                "CREATE TRIGGER t AFTER DELETE ON logged FOR EACH ROW INSERT INTO log VALUES (1);"
            }
            Dialect::Sqlite => {
                "CREATE TRIGGER t AFTER DELETE ON logged BEGIN INSERT INTO log VALUES (1); END;"
            }
        };
        let quoted = match dialect {
            Dialect::MySql => tables
                .replace(
                    "REFERENCES \"Parents\" (id) ON DELETE CASCADE)",
                    ", FOREIGN KEY (parent) REFERENCES `Parents` (id) ON DELETE CASCADE)",
                )
                .replace(
                    "REFERENCES \"Parents\" (id))",
                    ", FOREIGN KEY (parent) REFERENCES `Parents` (id))",
                )
                .replace('"', "`"),
            Dialect::Postgres | Dialect::Sqlite => tables.to_owned(),
        };
        ground.run(&quoted).await;
        ground.run(trigger).await;
        for (script, expected) in [
            (
                "DELETE FROM \"Parents\";",
                ["Parents", "children"].as_slice(),
            ),
            ("DELETE FROM logged;", &["log", "logged"]),
            ("UPDATE views SET id = 1;", &["viewed"]),
            ("DROP TABLE restricted;", &["restricted"]),
        ] {
            let before = rows()
                .before(&mut *ground.session, Scope::of(script))
                .await
                .unwrap();
            let mut names: Vec<&str> = before
                .tables
                .iter()
                .map(|table| &*table.name.name)
                .collect();
            names.sort_unstable();
            assert_eq!(names, expected, "{server}: {script}");
        }
        ground.stop().await;
    }
}

/// Losses, in words, of a change to a table.
async fn lost(ground: &mut Ground, change: &str) -> Vec<String> {
    let rows = rows();
    ground.run("DELETE FROM keyed; DELETE FROM keyless;").await;
    ground
        .run("INSERT INTO keyed VALUES (1, 'a', NULL), (2, 'b', 'x'); INSERT INTO keyless VALUES ('a', 1), ('a', 1), ('b', 2);")
        .await;
    let before = rows.before(&mut *ground.session, Scope::All).await.unwrap();
    ground.run(change).await;
    let losses = rows
        .losses(&mut *ground.session, &before, true)
        .await
        .unwrap();
    let schema = |text: String| text.replace("`public.", "`");
    losses.into_iter().map(|loss| schema(loss.text)).collect()
}

#[tokio::test]
async fn losses_are_told_with_an_example() {
    for server in servers() {
        let mut ground = Ground::start(&server).await;
        ground
            .run(
                "CREATE TABLE keyed (id INTEGER PRIMARY KEY, name VARCHAR(10), note VARCHAR(10));
                 CREATE TABLE keyless (name VARCHAR(10), number INTEGER);",
            )
            .await;
        for (change, expected) in [
            ("SELECT 1;", &[][..]),
            (
                "UPDATE keyed SET note = 'y' WHERE id = 1; INSERT INTO keyed VALUES (3, 'c', NULL);",
                &[],
            ),
            (
                "UPDATE keyed SET name = 'z';",
                &["`keyed.name`: 'a' became 'z' where id = 1, and another row"],
            ),
            (
                "UPDATE keyed SET note = NULL;",
                &["`keyed.note`: 'x' became NULL where id = 2"],
            ),
            (
                "DELETE FROM keyed WHERE id = 2;",
                &[
                    "`keyed`: 2 rows before the upgrade, 1 after the downgrade; gone is the one where id = 2",
                ],
            ),
            (
                "UPDATE keyed SET id = 9 WHERE id = 2;",
                &["`keyed`: no row after the downgrade is the one where id = 2; there are 2"],
            ),
            (
                "UPDATE keyless SET number = 7 WHERE name = 'b';",
                &["`keyless.number`: 2 became 7"],
            ),
            (
                "DELETE FROM keyless WHERE name = 'b';",
                &[
                    "`keyless`: 3 rows before the upgrade, 2 after the downgrade; gone is the one where name = 'b' and \
                   number = 2",
                ],
            ),
        ] {
            assert_eq!(
                lost(&mut ground, change).await,
                expected,
                "{server}: {change}"
            );
        }
        ground.stop().await;
    }
}

/// More rows than are kept.
#[tokio::test]
async fn large_tables_are_compared_by_digests() {
    for server in servers() {
        let mut ground = Ground::start(&server).await;
        ground
            .run("CREATE TABLE large (id INTEGER PRIMARY KEY, name VARCHAR(20), note VARCHAR(20));")
            .await;
        for start in (0..3_000).step_by(500) {
            let rows: Vec<String> = (start..start + 500)
                .map(|id| format!("({id}, 'name {id}', NULL)"))
                .collect();
            ground
                .run(&format!("INSERT INTO large VALUES {};", rows.join(", ")))
                .await;
        }
        let rows = rows();
        let before = rows.before(&mut *ground.session, Scope::All).await.unwrap();
        let mut losses = async |change: &str| {
            ground.run(change).await;
            let losses = rows
                .losses(&mut *ground.session, &before, true)
                .await
                .unwrap();
            losses
                .into_iter()
                .map(|loss| loss.text.replace("`public.", "`"))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            losses("UPDATE large SET note = 'x';").await,
            [""; 0],
            "{server}"
        );
        let changed = losses("UPDATE large SET name = 'other' WHERE id = 2999;").await;
        assert!(
            changed[0].starts_with("`large.name`: its values differ;"),
            "{server}: {changed:?}"
        );
        let gone = losses("DELETE FROM large WHERE id = 7;").await;
        assert_eq!(
            gone,
            ["`large`: 3000 rows before the upgrade, 2999 after the downgrade"],
            "{server}"
        );
        ground.stop().await;
    }
}
