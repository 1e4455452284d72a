//! No room is left: where the statement stands, what to do, and that the next run finishes when there is
//! some again.

use std::process::Command;
use std::time::{Duration, Instant};

use migcheck::Dialect;
use migcheck::MigrateError;
use migcheck::db::Session;

use crate::support::{Case, Directory, TestServer, block_on, connect};
use crate::{execute, has_table, migrator, recorded, steps, value};

pub(super) fn cases() -> Vec<Case> {
    let newest = |server: &TestServer| server.name() != "postgres:15";
    vec![Case::new("wrong_input::a_full_disk", full).only(newest)]
}

/// A database on a small disk, most of which somebody else has taken.
struct Small {
    session: Box<dyn Session>,
    /// How many rows of a thousand bytes are too many, and would fit if nobody else were there.
    rows: usize,
    /// Takes the room, and gives it back.
    taken: String,
    freed: String,
    said: &'static str,
    disk: String,
    /// What the database is in.
    _keeper: Box<dyn std::any::Any>,
}

fn full(server: &TestServer) {
    let mut small = match server.dialect() {
        Dialect::Postgres => postgres(server),
        Dialect::MySql => mysql(server),
        Dialect::Sqlite => sqlite(server),
    };
    let session = &mut *small.session;
    let directory = Directory::new();
    directory.add(
        "one",
        "CREATE TABLE one (id INTEGER PRIMARY KEY);",
        "DROP TABLE one;",
    );
    let many = match server.dialect() {
        Dialect::Postgres => format!(
            "SELECT i, repeat('x', 1000) FROM generate_series(1, {}) AS s (i)",
            small.rows
        ),
        _ => format!(
            "SELECT a.i * 1000 + b.i, '{}' FROM digits a CROSS JOIN digits b WHERE a.i * 1000 + b.i < {}",
            "x".repeat(1_000),
            small.rows
        ),
    };
    let up = format!(
        "CREATE TABLE big (id INTEGER, name varchar(1000));\n\n-- Everything.\nINSERT INTO big\n{many};\n\
         CREATE TABLE after (id INTEGER);"
    );
    directory.add("big", &up, "DROP TABLE big;\nDROP TABLE after;");
    let migrator = migrator(directory.graph());
    block_on(migrator.upgrade(&mut *session, "001")).unwrap();
    if server.dialect() != Dialect::Postgres {
        let numbers: Vec<String> = (0..1_000).map(|i| format!("({i})")).collect();
        execute(session, "CREATE TABLE digits (i INTEGER)");
        execute(
            session,
            &format!("INSERT INTO digits VALUES {}", numbers.join(", ")),
        );
    }
    execute(session, &small.taken);
    let error = block_on(migrator.upgrade(&mut *session, "head")).unwrap_err();
    let MigrateError::Script(script) = &error else {
        panic!("{error}");
    };
    let title = error.to_string();
    let title: Vec<&str> = title.lines().take(2).collect();
    // A server tells its own file, whose name is another one every time.
    let message = &script.server.message;
    let said = match (message.find('"'), message.rfind('"')) {
        (Some(from), Some(to)) => format!("{}{}", &message[..from], &message[to + 1..]),
        _ => message.clone(),
    };
    assert_eq!(said, small.said, "{error}");
    let at = format!("{}:5:1", directory.path("002_big.up.sql").display());
    assert!(title.concat().contains(&at), "{error}");
    assert_eq!(script.line(), 5);
    let help = format!(
        "make room on {}, then run this again: it goes on where it stopped",
        small.disk
    );
    assert_eq!(script.help.as_deref(), Some(&*help));
    assert!(
        error.to_string().ends_with(&format!("\nhelp: {help}")),
        "{error}"
    );
    assert_eq!(recorded(session), ["001"]);
    assert_eq!(
        has_table(session, "big"),
        server.dialect() == Dialect::MySql
    );
    assert!(!has_table(session, "after"));
    // Again, and again nothing of it.
    let again = block_on(migrator.upgrade(&mut *session, "head")).unwrap_err();
    assert!(matches!(again, MigrateError::Script(_)), "{again}");
    execute(session, &small.freed);
    let report =
        block_on(migrator.upgrade(&mut *session, "head")).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(steps(&report), ["+002"]);
    let count = match server.dialect() {
        Dialect::MySql => "SELECT CAST(count(*) AS CHAR) FROM big",
        _ => "SELECT CAST(count(*) AS varchar) FROM big",
    };
    assert_eq!(value(session, count), small.rows.to_string());
    assert!(has_table(session, "after"));
    block_on(migrator.verify(&mut *session)).unwrap();
}

/// Every container has a disk of 64 megabytes in memory.
fn postgres(server: &TestServer) -> Small {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let name = scratch.name();
    for sql in [
        "COPY (SELECT 1) TO PROGRAM 'mkdir -p -m 700 /dev/shm/small'".to_owned(),
        "CREATE TABLESPACE small LOCATION '/dev/shm/small'".to_owned(),
        format!("ALTER DATABASE {name} SET default_tablespace = small"),
    ] {
        execute(&mut *session, &sql);
    }
    Small {
        session: connect(&scratch),
        rows: 40_000,
        taken: "COPY (SELECT 1) TO PROGRAM 'head -c 40000000 /dev/zero > /dev/shm/taken'"
            .to_owned(),
        freed: "COPY (SELECT 1) TO PROGRAM 'rm /dev/shm/taken'".to_owned(),
        said: "could not extend file : No space left on device",
        disk: "the server's disk".to_owned(),
        _keeper: Box::new(scratch),
    }
}

fn sqlite(server: &TestServer) -> Small {
    let scratch = server.scratch();
    let disk = format!("the disk of `{}`", scratch.url().database().unwrap());
    Small {
        session: connect(&scratch),
        rows: 1_000,
        taken: "PRAGMA max_page_count = 100".to_owned(),
        freed: "PRAGMA max_page_count = 10000".to_owned(),
        said: "database or disk is full",
        disk,
        _keeper: Box::new(scratch),
    }
}

fn mysql(server: &TestServer) -> Small {
    let container = Container::start(server);
    let mut session = container.connect("mysql");
    execute(&mut *session, "CREATE DATABASE small");
    drop(session);
    Small {
        session: container.connect("small"),
        rows: 60_000,
        taken: "CREATE TABLE taken AS SELECT a.i, repeat('x', 1000) FROM digits a CROSS JOIN digits b WHERE b.i < 40"
            .to_owned(),
        freed: "DROP TABLE taken".to_owned(),
        said: "The table 'big' is full",
        disk: "the server's disk".to_owned(),
        _keeper: Box::new(container),
    }
}

/// A server that has room for about a hundred megabytes.
struct Container {
    name: String,
    port: String,
}

impl Container {
    fn start(server: &TestServer) -> Self {
        let name = format!("migcheck-full-{}-{}", std::process::id(), server.product());
        let label = format!("migcheck.chaos={}", std::process::id());
        // MySQL may end where its disk has no byte left, so that a file which may not grow stands for
        // the disk; it is refused in the same words.
        let (size, room): (_, &[&str]) = match server.product() {
            "mariadb" => (":size=220m", &[]),
            _ => (
                "",
                &[
                    "--innodb-file-per-table=OFF",
                    "--innodb-autoextend-increment=8",
                    "--innodb-data-file-path=ibdata1:12M:autoextend:max:100M",
                ],
            ),
        };
        let disk = format!("--tmpfs=/var/lib/mysql{size}");
        let image = server.name();
        let run = [
            "run",
            "--detach",
            "--name",
            &name,
            "--label",
            &label,
            "--publish=127.0.0.1::3306",
            &disk,
            "--env=MYSQL_ALLOW_EMPTY_PASSWORD=1",
            "--env=MYSQL_ROOT_HOST=%",
            &image,
            // The log of changes would take room as well, and has its server wait for it.
            "--skip-log-bin",
            "--performance-schema=OFF",
        ];
        docker(&[&run, room].concat());
        let published = docker(&["port", &name, "3306"]);
        let port = published.trim().rsplit(':').next().unwrap().to_owned();
        Self { name, port }
    }

    fn connect(&self, database: &str) -> Box<dyn Session> {
        let url = format!(
            "mysql://root@127.0.0.1:{}/{database}?ssl-mode=DISABLED",
            self.port
        );
        let url = url.parse().unwrap();
        let started = Instant::now();
        loop {
            match block_on(migcheck::db::connect(&url)) {
                Ok(session) => return session,
                Err(error) => assert!(started.elapsed() < Duration::from_secs(60), "{error}"),
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        let _gone = Command::new("docker")
            .args(["rm", "--force", "--volumes", &self.name])
            .output();
    }
}

fn docker(arguments: &[&str]) -> String {
    let done = Command::new("docker").args(arguments).output();
    let done = done.unwrap_or_else(|error| panic!("docker: {error}"));
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "docker {arguments:?}: {said}");
    String::from_utf8_lossy(&done.stdout).into_owned()
}
