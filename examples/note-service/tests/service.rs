//! The service from outside: alive at once, ready when its database is migrated.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::{Connection as _, SqliteConnection};

struct Service {
    process: Child,
    address: String,
}

impl Service {
    /// Starts the service, and waits until it listens.
    fn start(url: &str) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_note-service"))
            .env("DATABASE_URL", url)
            .env("ADDRESS", "127.0.0.1:0")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut said = BufReader::new(process.stdout.take().unwrap());
        said.read_line(&mut line).unwrap();
        // What it says later must not fill the pipe.
        std::thread::spawn(move || said.read_to_string(&mut String::new()));
        let address = line.trim().strip_prefix("listening on http://").unwrap();
        Self {
            address: address.to_owned(),
            process,
        }
    }

    /// Sends a request; answers with the status and the body.
    fn ask(&self, request: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "{request} HTTP/1.1\r\nHost: notes\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, body.to_owned())
    }

    fn wait_until_ready(&self) {
        let started = Instant::now();
        while self.ask("GET /ready", "").0 != 200 {
            assert!(started.elapsed() < Duration::from_secs(30), "never ready");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The URL of a database that is not there yet, in a directory that goes when it is dropped.
fn database() -> (tempfile::TempDir, String) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("notes.db");
    let url = format!("sqlite:{}?mode=rwc", file.display());
    (directory, url)
}

#[test]
fn it_keeps_notes_over_a_restart() {
    let (_directory, url) = database();
    let service = Service::start(&url);
    service.wait_until_ready();
    assert_eq!(service.ask("POST /notes", "buy stamps").0, 201);
    drop(service);

    let service = Service::start(&url);
    service.wait_until_ready();
    let (status, notes) = service.ask("GET /notes", "");
    assert_eq!(status, 200);
    assert_eq!(notes, r#"[{"id":1,"text":"buy stamps","language":"en"}]"#);
}

#[tokio::test]
async fn it_is_alive_and_not_ready_while_it_waits_for_its_turn() {
    let (_directory, url) = database();
    let mut other = SqliteConnection::connect(&url).await.unwrap();
    sqlx::raw_sql("BEGIN IMMEDIATE")
        .execute(&mut other)
        .await
        .unwrap();

    let service = Service::start(&url);
    assert_eq!(service.ask("GET /health", ""), (200, "alive\n".to_owned()));
    let (status, reason) = service.ask("GET /ready", "");
    assert_eq!(status, 503);
    assert!(reason.contains("001"), "{reason}");

    sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
    service.wait_until_ready();
}

#[tokio::test]
async fn an_older_release_goes_on_beside_a_newer_one() {
    let (_directory, url) = database();
    let service = Service::start(&url);
    service.wait_until_ready();
    let mut newer = SqliteConnection::connect(&url).await.unwrap();
    sqlx::raw_sql(
        "CREATE TEMP TABLE row AS SELECT * FROM _migcheck_revisions WHERE revision = '002';
         UPDATE row SET revision = '999', parents = '002';
         INSERT INTO _migcheck_revisions SELECT * FROM row",
    )
    .execute(&mut newer)
    .await
    .unwrap();
    assert_eq!(service.ask("GET /ready", "").0, 200);
    drop(service);
    Service::start(&url).wait_until_ready();

    sqlx::raw_sql("UPDATE _migcheck_revisions SET checksum = 'x' WHERE revision = '001'")
        .execute(&mut newer)
        .await
        .unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_note-service"))
        .env("DATABASE_URL", &url)
        .env("ADDRESS", "127.0.0.1:0")
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.starts_with("error: edited after they were applied: 001"),
        "{said}"
    );
}

/// The same directory without the macro.
#[test]
fn a_directory_is_read_at_run_time() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", directory.path().join("notes.db").display());
    let migrate = |migrations: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_migrate"))
            .args([migrations, &url])
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(said).unwrap())
    };
    let (code, said) = migrate(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations"));
    assert_eq!(code, Some(0), "{said}");
    assert!(said.ends_with("is at 002\n"), "{said}");

    let broken = directory.path().join("broken");
    std::fs::create_dir(&broken).unwrap();
    std::fs::write(
        broken.join("20260101000000_b.up.sql"),
        "-- migcheck: revises = \"001\"\n",
    )
    .unwrap();
    let (code, said) = migrate(broken.to_str().unwrap());
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("unknown-parent"), "{said}");
}
