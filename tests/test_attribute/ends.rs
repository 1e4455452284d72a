//! What is left when a test, or all of them, are over: tests of this binary are run by a second
//! process of it, and looked at from outside.

use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Output};
use std::thread;
use std::time::{Duration, Instant};

use migcheck::db::DatabaseUrl;
use sqlx::postgres::PgConnectOptions;

use crate::MIGRATIONS;

/// Says where its database is, and fails if it is told to.
async fn tells(url: DatabaseUrl) {
    println!("told: {}", url.reveal());
    assert!(std::env::var_os("TEST_FAILS").is_none());
}

#[migcheck::test(migrations = MIGRATIONS, on = "sqlite")]
#[ignore = "run by the tests below"]
async fn on_sqlite(url: DatabaseUrl) {
    tells(url).await;
}

#[migcheck::test(migrations = MIGRATIONS, on = "postgres:17")]
#[ignore = "run by the tests below"]
async fn on_postgres(url: DatabaseUrl) {
    tells(url).await;
}

/// What a test printed, and whether it passed.
struct Run {
    output: String,
    passed: bool,
}

impl Run {
    fn of(test: &str, variables: &[(&str, &str)]) -> Self {
        let Output {
            status,
            stdout,
            stderr,
        } = Command::new(std::env::current_exe().unwrap())
            .args([
                &format!("ends::{test}"),
                "--exact",
                "--ignored",
                "--nocapture",
            ])
            .env_remove("MIGCHECK_KEEP")
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        let output = [stdout, stderr].concat();
        Self {
            output: String::from_utf8(output).unwrap(),
            passed: status.success(),
        }
    }

    /// What follows `start` on its line.
    fn after(&self, start: &str) -> &str {
        let mut lines = self.output.lines();
        lines
            .find_map(|line| Some(line.split_once(start)?.1))
            .unwrap_or_else(|| panic!("no {start:?} in:\n{}", self.output))
    }

    fn url(&self) -> DatabaseUrl {
        self.after("told: ").parse().unwrap()
    }
}

#[test]
fn a_database_goes_with_its_test_whether_it_passes_or_fails() {
    for variables in [&[][..], &[("TEST_FAILS", "1")]] {
        let run = Run::of("on_sqlite", variables);
        assert_eq!(run.passed, variables.is_empty(), "{}", run.output);
        let url = run.url();
        let file = url.database().unwrap();
        assert!(!Path::new(&*file).parent().unwrap().exists());
    }
}

#[test]
fn a_database_is_kept_when_its_test_fails_and_somebody_asked() {
    let asked = ("MIGCHECK_KEEP", "1");
    let run = Run::of("on_sqlite", &[asked]);
    assert!(run.passed && !run.output.contains("MIGCHECK_KEEP"));
    let run = Run::of("on_sqlite", &[asked, ("TEST_FAILS", "1")]);
    let kept = run.after("MIGCHECK_KEEP: the database of this test is ");
    let url: DatabaseUrl = kept.parse().unwrap();
    let file = url.database().unwrap();
    let holds_it = std::fs::metadata(&*file).is_ok_and(|file| file.len() > 0);
    std::fs::remove_dir_all(Path::new(&*file).parent().unwrap()).unwrap();
    assert!(holds_it);
}

#[test]
fn a_server_goes_when_the_tests_are_over() {
    let run = Run::of("on_postgres", &[]);
    assert!(run.passed, "{}", run.output);
    let server: PgConnectOptions = run.url().reveal().parse().unwrap();
    let address = (server.get_host(), server.get_port());
    let started = Instant::now();
    while TcpStream::connect(address).is_ok() {
        assert!(started.elapsed() < Duration::from_secs(30), "still there");
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_kept_database_is_in_a_server_that_runs_on() {
    let run = Run::of(
        "on_postgres",
        &[("MIGCHECK_KEEP", "1"), ("TEST_FAILS", "1")],
    );
    let url = run.url();
    let shown = run.after("MIGCHECK_KEEP: the database of this test is ");
    assert_eq!(shown, url.to_string(), "the password is masked");
    let command = |start: &str| {
        let words = run.after(start).split_once("    ").unwrap().0.to_owned();
        let words: Vec<_> = format!("{start}{words}")
            .split(' ')
            .filter(|word| *word != "-it")
            .map(str::to_owned)
            .collect();
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]);
        command
    };
    let looked = command("docker exec -it ")
        .args(["-c", "SELECT count(*) FROM users"])
        .output()
        .unwrap();
    let removed = command("docker rm -f ").output().unwrap();
    assert!(removed.status.success(), "{removed:?}");
    assert!(looked.status.success(), "{looked:?}");
}
