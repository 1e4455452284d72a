//! Starts every kind of server and sees that nothing stays behind, whatever the way out.
//!
//! `MIGCHECK_TEST_SERVERS` (a comma list) says which servers; without Docker these tests fail.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{BufRead as _, BufReader};
use std::panic::AssertUnwindSafe;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use migcheck_core::Dialect;
use migcheck_harness::{Server, ServerSpec, StartError, StartOptions};

/// What is left behind is told by this process's label, so the tests take turns.
fn my_turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

fn specs() -> Vec<ServerSpec> {
    let set = std::env::var("MIGCHECK_TEST_SERVERS");
    let list = set
        .as_deref()
        .unwrap_or("postgres:17,mysql:9.7,mariadb:10.11");
    list.split(',').map(|spec| spec.parse().unwrap()).collect()
}

/// Those of [`specs`] that a URL can lead to.
fn network_specs() -> Vec<ServerSpec> {
    let mut specs = specs();
    specs.retain(|spec| spec.dialect() != Dialect::Sqlite);
    specs
}

async fn start(spec: &ServerSpec) -> Server {
    Server::start(spec, &StartOptions::default())
        .await
        .unwrap_or_else(|error| panic!("{error}"))
}

/// The containers that the process `pid` made and that are still there, in whatever state.
fn containers(pid: u32) -> Vec<String> {
    let filter = format!("label=migcheck.pid={pid}");
    let listed = Command::new("docker")
        .args(["ps", "-a", "--filter", &filter, "--format", "{{.Names}}"])
        .output()
        .expect("these tests need the docker command");
    assert!(listed.status.success(), "{listed:?}");
    let names = String::from_utf8(listed.stdout).unwrap();
    names.lines().map(str::to_owned).collect()
}

/// The directories that the process `pid` made and that are still there.
fn directories(pid: u32) -> Vec<String> {
    let mine = format!("migcheck-{pid}-");
    let all = std::fs::read_dir(std::env::temp_dir()).unwrap().flatten();
    let names = all.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with(&mine)).collect()
}

/// The processes whose command line names one of those directories.
#[cfg(target_os = "linux")]
fn processes(pid: u32) -> Vec<String> {
    let mine = format!("/migcheck-{pid}-");
    let all = std::fs::read_dir("/proc").unwrap().flatten();
    let commands = all.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    let commands = commands.map(|line| String::from_utf8_lossy(&line).replace('\0', " "));
    commands.filter(|line| line.contains(&mine)).collect()
}

#[cfg(not(target_os = "linux"))]
fn processes(_pid: u32) -> Vec<String> {
    Vec::new()
}

fn nothing_is_left_of(pid: u32) {
    let left = [containers(pid), directories(pid), processes(pid)].concat();
    assert_eq!(left, Vec::<String>::new());
}

fn nothing_is_left() {
    nothing_is_left_of(std::process::id());
}

const DDL: &str = "CREATE TABLE parent (id INTEGER PRIMARY KEY);
    CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER, FOREIGN KEY (parent) REFERENCES parent (id));
    INSERT INTO parent VALUES (1);
    INSERT INTO child VALUES (1, 1)";

async fn make_something_in(server: &Server) {
    let [one, two] = [
        server.scratch().await.unwrap(),
        server.scratch().await.unwrap(),
    ];
    assert!(one.name().starts_with("migcheck_") && one.name() != two.name());
    let mut session = one.connect().await.unwrap();
    assert_eq!(session.dialect(), server.dialect());
    session.execute(DDL).await.unwrap();
    let rows = session
        .rows("SELECT CAST(COUNT(*) AS CHAR(9)) FROM child", &[])
        .await
        .unwrap();
    assert_eq!(rows[0][0].as_deref().map(str::trim), Some("1"));

    drop(session);
    if let Some(copy) = server.scratch_like(&one).await.unwrap() {
        let mut session = copy.connect().await.unwrap();
        session
            .execute("INSERT INTO child VALUES (2, 1)")
            .await
            .unwrap();
        copy.remove().await.unwrap();
    } else {
        assert_eq!(server.dialect(), Dialect::MySql);
    }
    let mut session = one.connect().await.unwrap();
    session
        .execute("BEGIN; INSERT INTO child VALUES (3, 1)")
        .await
        .unwrap();

    // Scratch databases do not see one another, and one can go while it is in use.
    let mut other = two.connect().await.unwrap();
    assert!(other.execute("SELECT * FROM child").await.is_err());
    one.remove().await.unwrap();
    two.remove().await.unwrap();
}

#[test]
fn every_server_starts_works_and_goes() {
    let _turn = my_turn();
    runtime().block_on(async {
        for spec in specs() {
            let begin = Instant::now();
            let server = start(&spec).await;
            let started = begin.elapsed();
            assert_eq!(server.name(), spec.to_string());
            make_something_in(&server).await;
            let worked = begin.elapsed();
            server.stop().await.unwrap();
            let stopped = begin.elapsed();
            println!(
                "{spec}: ready in {started:.2?}, used for {:.2?}, gone in {:.2?}",
                worked - started,
                stopped - worked
            );
            nothing_is_left();
        }
    });
}

#[test]
fn sqlite_needs_nothing() {
    let _turn = my_turn();
    runtime().block_on(async {
        let server = start(&ServerSpec::Sqlite).await;
        assert_eq!(
            (server.name(), server.dialect()),
            ("sqlite", Dialect::Sqlite)
        );
        make_something_in(&server).await;
        server.stop().await.unwrap();
    });
    nothing_is_left();
}

#[test]
fn a_running_server_keeps_everything_but_the_scratch_databases() {
    let _turn = my_turn();
    runtime().block_on(async {
        for spec in network_specs() {
            let host = start(&spec).await;
            let database = host.scratch().await.unwrap();
            let running = start(&ServerSpec::Url(database.url().clone())).await;
            let secret = database.url().reveal() != database.url().to_string();
            assert_eq!(
                running.name().contains(":***@"),
                secret,
                "{}",
                running.name()
            );
            assert_eq!(secret, is_container(&spec));
            make_something_in(&running).await;
            let dropped_by_destructor = running.scratch().await.unwrap();
            let url = dropped_by_destructor.url().clone();
            drop(dropped_by_destructor);
            let error = migcheck_db::connect(&url)
                .await
                .err()
                .expect("the database is gone");
            assert_eq!(
                error.kind(),
                migcheck_db::ConnectErrorKind::UnknownDatabase,
                "{error}"
            );
            running.stop().await.unwrap();
            database.connect().await.expect("it is the user's");
            host.stop().await.unwrap();
        }
    });
    nothing_is_left();
}

#[test]
fn a_panic_leaves_nothing() {
    let _turn = my_turn();
    let spec = &specs()[0];
    let in_a_runtime = AssertUnwindSafe(|| {
        runtime().block_on(async {
            let server = start(spec).await;
            let _scratch = server.scratch().await.unwrap();
            assert_eq!(
                containers(std::process::id()).len(),
                usize::from(is_container(spec))
            );
            panic!("on purpose");
        });
    });
    assert!(std::panic::catch_unwind(in_a_runtime).is_err());
    nothing_is_left();

    let in_none = AssertUnwindSafe(|| {
        let _server = runtime().block_on(start(spec));
        panic!("on purpose");
    });
    assert!(std::panic::catch_unwind(in_none).is_err());
    nothing_is_left();
}

#[test]
fn a_start_that_is_given_up_leaves_nothing() {
    let _turn = my_turn();
    let spec = &specs()[0];
    for milliseconds in [1, 20, 100, 200, 300] {
        runtime().block_on(async {
            let patience = Duration::from_millis(milliseconds);
            let options = StartOptions::default();
            let _given_up = tokio::time::timeout(patience, Server::start(spec, &options)).await;
        });
        nothing_is_left();
    }
}

#[test]
fn a_failed_start_says_why_and_leaves_nothing() {
    let _turn = my_turn();
    runtime().block_on(async {
        let no_image: ServerSpec = "postgres:no-such-tag".parse().unwrap();
        let error = Server::start(&no_image, &StartOptions::default())
            .await
            .unwrap_err();
        assert!(
            matches!(error, StartError::ImageNotFound { .. }),
            "{error:?}"
        );
        let said = error.to_string();
        assert!(
            said.contains("postgres:no-such-tag") && said.contains("MIGCHECK_IMAGE_POSTGRES"),
            "{said}"
        );
        nothing_is_left();

        let ServerSpec::Container { product, .. } = &specs()[0] else {
            return;
        };
        let impatient = StartOptions::default().timeout(Duration::ZERO);
        let error = Server::start(&specs()[0], &impatient).await.unwrap_err();
        assert!(
            matches!(error, StartError::NotReady { exited: false, .. }),
            "{product}: {error:?}"
        );
        nothing_is_left();
    });
}

#[test]
fn no_error_shows_the_password() {
    runtime().block_on(async {
        for url in [
            "postgres://u:c4nary@127.0.0.1:1/d",
            "mysql://u:c4nary@127.0.0.1:1/d",
        ] {
            let spec: ServerSpec = url.parse().unwrap();
            let error = Server::start(&spec, &StartOptions::default())
                .await
                .unwrap_err();
            assert!(matches!(error, StartError::Url(_)), "{error:?}");
            let shown = format!("{spec} {spec:?} {error} {error:?} {error:#?}");
            assert!(shown.contains("u:***@127.0.0.1"), "{shown}");
            assert!(!shown.contains("c4nary"), "{shown}");
        }
    });
}

/// Not a test of its own: what [`ctrl_c_leaves_nothing`] interrupts.
#[test]
#[ignore = "runs as a child of another test"]
fn hold_servers_until_interrupted() {
    let spec = std::env::var("MIGCHECK_TEST_HOLD").unwrap();
    runtime().block_on(async {
        let mut held = Vec::new();
        for spec in spec.split(' ') {
            let server = start(&spec.parse().unwrap()).await;
            let scratch = server.scratch().await.unwrap();
            let mut session = scratch.connect().await.unwrap();
            session.execute(DDL).await.unwrap();
            println!("\nheld {}", scratch.name());
            held.push((server, scratch, session));
        }
        println!("\nready");
        if std::env::var("MIGCHECK_TEST_THEN").unwrap() == "exit" {
            migcheck_harness::clean_up_now();
            std::process::exit(3);
        }
        // A test that computes without awaiting must be interruptible as well.
        std::thread::sleep(Duration::from_secs(60));
        drop(held);
    });
}

/// Runs that, up to the moment when all the servers are there, and returns what it said.
fn hold_servers(specs: &str, then: &str) -> (Child, Vec<String>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "hold_servers_until_interrupted",
            "--exact",
            "--ignored",
            "--nocapture",
        ])
        .env("MIGCHECK_TEST_HOLD", specs)
        .env("MIGCHECK_TEST_THEN", then)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let said = lines
        .map(Result::unwrap)
        .take_while(|line| line != "ready")
        .collect();
    (child, said)
}

#[test]
fn a_program_that_exits_by_itself_can_clean_up_first() {
    let _turn = my_turn();
    let (mut child, said) = hold_servers(&format!("{} sqlite", specs()[0]), "exit");
    assert_eq!(child.wait().unwrap().code(), Some(3), "{said:?}");
    nothing_is_left_of(child.id());
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_nothing() {
    let _turn = my_turn();
    for signal in ["INT", "TERM"] {
        for spec in network_specs() {
            let running = runtime().block_on(start(&spec));
            let mine = runtime().block_on(running.scratch()).unwrap();
            let hold = format!("{spec} {} sqlite", mine.url().reveal());
            let (mut child, said) = hold_servers(&hold, "sleep");
            let held: Vec<&str> = said
                .iter()
                .filter_map(|line| line.strip_prefix("held "))
                .collect();
            assert_eq!(held.len(), 3, "{said:?}");
            assert_eq!(
                containers(child.id()).len(),
                usize::from(is_container(&spec))
            );

            let sent = Command::new("kill")
                .args(["-s", signal, &child.id().to_string()])
                .status();
            assert!(sent.unwrap().success());
            assert_eq!(child.wait().unwrap().code(), Some(130));
            nothing_is_left_of(child.id());
            runtime().block_on(async {
                let gone = migcheck_db::connect(&mine.url().with_database(held[1])).await;
                let error = gone.err().expect("the scratch database is gone");
                assert_eq!(
                    error.kind(),
                    migcheck_db::ConnectErrorKind::UnknownDatabase,
                    "{error}"
                );
                running.stop().await.unwrap();
            });
        }
    }
    nothing_is_left();
}

fn is_container(spec: &ServerSpec) -> bool {
    matches!(spec, ServerSpec::Container { .. } | ServerSpec::Any(_))
}

#[cfg(unix)]
#[test]
fn ctrl_c_in_the_middle_of_a_start_leaves_nothing() {
    let _turn = my_turn();
    for spec in specs() {
        for milliseconds in [5, 20, 40, 80, 160, 320] {
            let mut child = Command::new(std::env::current_exe().unwrap())
                .args(["hold_servers_until_interrupted", "--exact", "--ignored"])
                .env("MIGCHECK_TEST_HOLD", spec.to_string())
                .env("MIGCHECK_TEST_THEN", "sleep")
                .stdout(Stdio::null())
                .spawn()
                .unwrap();
            std::thread::sleep(Duration::from_millis(milliseconds));
            let sent = Command::new("kill")
                .args(["-s", "INT", &child.id().to_string()])
                .status();
            assert!(sent.unwrap().success());
            child.wait().unwrap();
            nothing_is_left_of(child.id());
        }
    }
}

/// Two revisions, walked on a server until the first is done.
#[test]
fn a_panic_in_the_middle_of_a_run_leaves_nothing() {
    let _turn = my_turn();
    let dir = tempfile::tempdir().unwrap();
    for (file, text) in [
        (
            "20250101000001_a.up.sql",
            "-- migcheck: revises = \"base\"\nCREATE TABLE a (id int);\n",
        ),
        ("20250101000001_a.down.sql", "DROP TABLE a;\n"),
        (
            "20250101000002_b.up.sql",
            "-- migcheck: revises = \"20250101000001\"\nCREATE TABLE b (id int);\n",
        ),
        ("20250101000002_b.down.sql", "DROP TABLE b;\n"),
    ] {
        std::fs::write(dir.path().join(file), text).unwrap();
    }
    let graph = migcheck_core::check(dir.path(), "migrations")
        .graph
        .unwrap();
    let mut all: Vec<String> = specs().iter().map(ToString::to_string).collect();
    all.push("sqlite".to_owned());
    for spec in all {
        let report = migcheck_harness::round_trip(&graph)
            .on(&spec)
            .observe(|event| {
                if matches!(event, migcheck_harness::Event::Done(_)) {
                    panic!("on purpose");
                }
            })
            .run();
        assert_eq!(report.errors.len(), 1, "{spec}: {report:?}");
        let said = report.errors[0].to_string();
        assert!(said.contains("on purpose"), "{said}");
        nothing_is_left();
    }
}
