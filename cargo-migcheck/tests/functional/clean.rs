//! `clean`: what killed runs left in a temporary folder of its own. What they leave in containers,
//! processes and servers is in `killed`.

use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use migcheck_harness::{Server, StartOptions};

use crate::project::{Project, screen};
use crate::{regex_of, screens};

/// The middle of a name that this machine's process 1 has, or had; see `migrate-harness/src/owner.rs`.
/// One is found by having a run say its own.
fn name_of_a_run(project: &Project) -> Vec<String> {
    std::fs::create_dir_all(project.path().join("tmp")).unwrap();
    let project_with_sleep = Project::chain().file(
        "migrations/001_users.up.sql",
        "-- migcheck: revises = \"base\"\nWITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n)\n\
         SELECT count(*) FROM n;\n",
    );
    let mut run = project_with_sleep.command(&["roundtrip", "--on", "sqlite"]);
    let mut run = run
        .env("TMPDIR", project.path().join("tmp"))
        .spawn()
        .unwrap();
    let names = loop {
        let names = project.files("tmp");
        if !names.is_empty() {
            break names;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    run.kill().unwrap();
    run.wait().unwrap();
    names
}

/// `clean` where only the project's own temporary folder is, and no Docker.
fn clean(project: &Project, arguments: &str) -> Command {
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    let mut command = project.command(&[&["clean"], arguments.as_slice()].concat());
    command
        .env("TMPDIR", project.path().join("tmp"))
        .env("DOCKER_HOST", "unix:///nonexistent/docker.sock");
    command
}

/// What differs from run to run in what is said of leftovers.
fn filters() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(
        r"migcheck-\d+-[0-9a-f]{8}-[0-9a-f]+-\w{6}",
        "migcheck-[RUN]",
    );
    settings.add_filter(
        r"migcheck_[0-9a-f]{8}_\d+_[0-9a-f]{8}_[0-9a-f]+_[0-9a-f]{8}",
        "migcheck_[RUN]",
    );
    settings.add_filter(r"\d+ (second|minute|hour|day)s? old", "[AGE] old");
    settings.add_filter(r#""seconds": \d+"#, r#""seconds": [N]"#);
    settings.add_filter(r"@[\w.]+:\d+", "@[HOST]");
    settings
}

#[test]
fn what_a_killed_run_left_is_listed_and_removed() {
    let project = Project::bare();
    assert_eq!(name_of_a_run(&project).len(), 1);
    let project = project.file("tmp/migcheck-of-my-own/notes", "");
    filters().bind(|| {
        screens!(
            "clean",
            project,
            screen(&mut clean(&project, "")),
            screen(&mut clean(&project, "--format json")),
            screen(&mut clean(&project, "--older-than 1h")),
            screen(&mut clean(&project, "--older-than 1h --verbose")),
            screen(&mut clean(&project, "--yes")),
            screen(&mut clean(&project, "--yes")),
            screen(&mut clean(&project, "--yes --format json")),
        );
    });
    assert_eq!(project.files("tmp"), ["migcheck-of-my-own"]);
}

#[test]
fn wrong_use_is_answered_with_the_right() {
    let project = Project::bare();
    filters().bind(|| {
        screens!(
            "clean-usage",
            project,
            screen(&mut clean(&project, "--on postgres:17")),
            screen(&mut clean(
                &project,
                "--on postgres://app:hunter2@127.0.0.1:1/shop"
            )),
            screen(&mut clean(&project, "--older-than 7")),
        );
    });
}

#[test]
fn the_next_run_removes_what_a_killed_one_left() {
    let project = Project::chain();
    let killed = name_of_a_run(&project);
    let mut next = project.command(&["roundtrip", "--on", "sqlite"]);
    let next = screen(next.env("TMPDIR", project.path().join("tmp")));
    assert!(next.ends_with("exit code 0\n"), "{next}");
    assert_eq!(project.files("tmp"), Vec::<String>::new(), "{killed:?}");
}

/// A name of a scratch database that another machine made so long ago.
fn made_elsewhere(ago: Duration, random: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    format!(
        "migcheck_{:08x}_77_0000aaaa_1b2c3d_{random}",
        (now - ago).as_secs()
    )
}

#[test]
fn databases_of_a_server_are_removed_by_name_and_age() {
    let project = Project::bare();
    let tmp = project.path().join("tmp");
    std::fs::create_dir_all(&tmp).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let hour = Duration::from_secs(3_600);
    for spec in ["postgres:17", "mysql:9.7", "mariadb:10.11"] {
        let server = runtime.block_on(async {
            let options = StartOptions::default();
            let started = Server::start(&spec.parse().unwrap(), &options).await;
            started.unwrap_or_else(|error| panic!("{error}"))
        });
        let home = runtime.block_on(server.scratch()).unwrap();
        let url = home.url().reveal();
        let (old, used, young) = (
            made_elsewhere(hour * 50, "00000001"),
            made_elsewhere(hour * 50, "00000002"),
            made_elsewhere(hour, "00000003"),
        );
        let mut session = runtime.block_on(home.connect()).unwrap();
        for name in [&old, &used, &young, "migcheck_production"] {
            let create = format!("CREATE DATABASE {name}");
            runtime.block_on(session.execute(&create)).unwrap();
        }
        let user = migcheck_db::DatabaseUrl::with_database(home.url(), &used);
        let user = runtime.block_on(migcheck_db::connect(&user)).unwrap();

        let run = |arguments: &str| {
            let screen = screen(&mut clean(&project, &format!("--on {url} {arguments}")));
            screen.replace(&url, "URL")
        };
        // Servers differ in their URLs alone.
        let mut settings = filters();
        settings.add_filter(r"\w+://\w+:\*\*\*@\[HOST\]", "[SERVER]");
        settings.bind(|| {
            screens!(
                "clean-databases",
                project,
                run(""),
                run("--verbose"),
                run("--yes --format json"),
                run("--older-than 30m --yes"),
                run("--yes"),
            );
        });
        let databases = if spec.starts_with("postgres") {
            "SELECT datname::text FROM pg_database WHERE datname LIKE 'migcheck%'"
        } else {
            "SELECT CAST(schema_name AS CHAR) FROM information_schema.schemata WHERE schema_name LIKE 'migcheck%'"
        };
        let left = runtime.block_on(session.rows(databases, &[])).unwrap();
        let mut left: Vec<String> = left.into_iter().flatten().flatten().collect();
        left.sort();
        let mut want = vec![
            home.name().to_owned(),
            used,
            "migcheck_production".to_owned(),
        ];
        want.sort();
        assert_eq!(left, want, "{spec}");
        drop((user, session));
        runtime.block_on(server.stop()).unwrap();
    }
}
