//! Runs that end in the middle: interrupted ones leave nothing, and what `kill -9` leaves goes with
//! `clean`, or with the next run.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use migcheck_db::{DatabaseUrl, connect};
use migcheck_harness::{Server, ServerSpec, StartError, StartOptions};

use crate::project::{Project, screen};

/// A chain whose second revision does not end by itself, so that a run is in its middle for as long
/// as the test wants.
fn endless() -> Project {
    let project = Project::chain().file("tmp/.keep", "");
    let revision = |dialect: &str, sql: &str| {
        (
            format!("migrations/002_orders.up.{dialect}.sql"),
            format!("-- migcheck: revises = \"001\"\n{sql};\n"),
        )
    };
    let endless =
        "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    let mut project = project.without("migrations/002_orders.up.sql");
    for (file, text) in [
        revision(
            "postgres",
            "CREATE TABLE orders (id int);\nSELECT pg_sleep(600)",
        ),
        revision("mysql", "CREATE TABLE orders (id int);\nSELECT SLEEP(600)"),
        revision("sqlite", endless),
    ] {
        project = project.file(&file, &text);
    }
    project
}

/// How long anything here may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

struct Run {
    project: Project,
    child: Child,
    /// The server of others that it runs on, if it does.
    url: Option<DatabaseUrl>,
}

impl Run {
    fn start(spec: &str) -> Self {
        let project = endless();
        let tmp = project.path().join("tmp");
        let mut command = project.command(&["roundtrip", "--on", spec]);
        command
            .env("TMPDIR", &tmp)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let child = command.spawn().unwrap();
        let url = match spec.parse().unwrap() {
            ServerSpec::Url(url) => Some(url),
            _ => None,
        };
        Self {
            project,
            child,
            url,
        }
    }

    /// Waits until there is something to leave behind.
    fn until_something_is_there(&self) {
        let begin = Instant::now();
        while self.left().is_empty() {
            assert!(begin.elapsed() < PATIENCE, "nothing was made");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn end(&mut self, signal: &str) -> Option<i32> {
        let sent = Command::new("kill")
            .args(["-s", signal, &self.child.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            if started.elapsed() > PATIENCE {
                let _ended = self.child.kill();
                panic!(
                    "it does not end by {signal}, which it does not hear where these tests ignore it, as under nohup"
                );
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// What is there of it, by the words of the machine and not of migcheck.
    fn left(&self) -> Vec<String> {
        let pid = self.child.id();
        let mut left = self.project.files("tmp");
        left.retain(|name| name != ".keep");
        let filter = format!("label=migcheck.pid={pid}");
        let listed = Command::new("docker")
            .args(["ps", "-a", "--filter", &filter, "--format", "{{.Names}}"])
            .output()
            .expect("these tests need the docker command");
        assert!(listed.status.success(), "{listed:?}");
        left.extend(
            String::from_utf8(listed.stdout)
                .unwrap()
                .lines()
                .map(str::to_owned),
        );
        left.extend(processes(
            &self.project.path().join("tmp").to_string_lossy(),
        ));
        left.extend(self.url.iter().flat_map(|url| databases(url, pid)));
        left
    }

    fn clean(&self) -> String {
        let url = self.url.as_ref().map(DatabaseUrl::reveal);
        let mut arguments = vec!["clean", "--yes"];
        arguments.extend(url.iter().flat_map(|url| ["--on", url]));
        let mut clean = self.project.command(&arguments);
        screen(clean.env("TMPDIR", self.project.path().join("tmp")))
    }
}

/// The processes whose command line names the folder.
fn processes(folder: &str) -> Vec<String> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let lines = entries.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
    let lines = lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " "));
    lines.filter(|line| line.contains(folder)).collect()
}

/// The scratch databases of the process in a server.
fn databases(url: &DatabaseUrl, pid: u32) -> Vec<String> {
    let list = match url.dialect().name() {
        "postgres" => "SELECT datname::text FROM pg_database",
        _ => "SELECT CAST(schema_name AS CHAR) FROM information_schema.schemata",
    };
    let rows = runtime().block_on(async {
        let mut session = connect(url).await.unwrap();
        session.rows(list, &[]).await.unwrap()
    });
    let names = rows.into_iter().flatten().flatten();
    names
        .filter(|name| name.contains(&format!("_{pid}_")))
        .collect()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// Runs `test` on each kind of server that there is.
fn on_every_server(test: impl Fn(&str)) {
    let start = |spec: &str| {
        let spec = spec.parse().unwrap();
        runtime().block_on(Server::start(&spec, &StartOptions::default()))
    };
    for spec in ["postgres:17", "mysql:9.7"] {
        test(spec);
        let server = start(spec).unwrap_or_else(|error| panic!("{error}"));
        let home = runtime().block_on(server.scratch()).unwrap();
        test(&home.url().reveal());
    }
    test("sqlite");
    for local in ["postgres@local", "mariadb@local", "mysql@local"] {
        match start(local) {
            Ok(server) => {
                drop(server);
                test(local);
            }
            // Machines differ in what is installed, and containers are everywhere.
            Err(StartError::NoLocalBinary { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn an_interrupted_run_leaves_nothing() {
    on_every_server(|spec| {
        // In the middle of what begins a run, and of a migration.
        for (signal, milliseconds) in [("INT", 0), ("TERM", 1_500), ("INT", 1_500), ("HUP", 300)] {
            let mut run = Run::start(spec);
            run.until_something_is_there();
            std::thread::sleep(Duration::from_millis(milliseconds));
            assert_eq!(run.end(signal), Some(130), "{spec}");
            assert_eq!(run.left(), Vec::<String>::new(), "{spec}");
        }
    });
}

#[test]
fn clean_removes_what_a_killed_run_left() {
    on_every_server(|spec| {
        for milliseconds in [0, 1_500] {
            let mut run = Run::start(spec);
            run.until_something_is_there();
            std::thread::sleep(Duration::from_millis(milliseconds));
            assert_eq!(run.end("KILL"), None);
            let cleaned = run.clean();
            assert!(cleaned.ends_with("exit code 0\n"), "{cleaned}");
            assert_eq!(run.left(), Vec::<String>::new(), "{spec}: {cleaned}");
        }
    });
}

#[test]
fn the_next_run_removes_what_a_killed_one_left_on_this_machine() {
    on_every_server(|spec| {
        let mut run = Run::start(spec);
        run.until_something_is_there();
        std::thread::sleep(Duration::from_millis(1_500));
        assert_eq!(run.end("KILL"), None);
        let mut next = run
            .project
            .command(&["roundtrip", "--on", spec, "--revision", "001"]);
        let next = screen(next.env("TMPDIR", run.project.path().join("tmp")));
        assert!(next.ends_with("exit code 0\n"), "{next}");
        let mut left = run.left();
        // Out of a server of others nothing is taken that nobody asked for.
        if let Some(url) = &run.url {
            let databases = databases(url, run.child.id());
            assert_eq!(databases.len(), 1, "{databases:?}");
            left.retain(|name| *name != databases[0]);
        }
        assert_eq!(left, Vec::<String>::new(), "{spec}");
    });
}
