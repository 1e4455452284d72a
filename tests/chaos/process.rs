//! The process that migrates and may be killed: this test binary, started with other arguments.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use migcheck::db::{DatabaseUrl, MigrateError, Report};
use migcheck::{Direction, Migrator, RevisionGraph};

use crate::support::block_on;

/// The first argument of such a process.
pub(crate) const MIGRATE: &str = "--migrate";

/// No run of these tests takes as long, unless it hangs.
const HANGS: Duration = Duration::from_secs(90);

/// What a process shall do.
#[derive(Clone)]
pub(crate) struct Order {
    pub(crate) url: DatabaseUrl,
    pub(crate) directory: PathBuf,
    pub(crate) direction: Direction,
    pub(crate) target: String,
    /// In the place of the lock of a session.
    pub(crate) lease: Option<Duration>,
}

impl Order {
    /// Starts a process that migrates at once.
    pub(crate) fn spawn(&self) -> Process {
        self.spawn_with(Stdio::null())
    }

    /// Starts a process that connects, and migrates when it is let go.
    pub(crate) fn spawn_held(&self) -> Process {
        self.spawn_with(Stdio::piped())
    }

    fn spawn_with(&self, stdin: Stdio) -> Process {
        let child = Command::new(std::env::current_exe().unwrap())
            .arg(MIGRATE)
            .arg(self.url.reveal())
            .arg(&self.directory)
            .args([self.direction.name(), &self.target])
            .args(self.lease.map(|lease| lease.as_millis().to_string()))
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Process(child)
    }
}

/// A process that migrates.
pub(crate) struct Process(Child);

impl Process {
    /// What the operating system calls it.
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }

    /// SIGKILL: nothing is unlocked, rolled back or said.
    pub(crate) fn kill(&mut self) {
        self.0.kill().unwrap();
    }

    /// What it printed, or why it stopped.
    pub(crate) fn end(mut self) -> Result<String, String> {
        let started = Instant::now();
        let status = loop {
            match self.0.try_wait().unwrap() {
                Some(status) => break status,
                None if started.elapsed() > HANGS => {
                    self.kill();
                    panic!("a run hangs");
                }
                None => thread::sleep(Duration::from_millis(2)),
            }
        };
        let (mut out, mut err) = (String::new(), String::new());
        self.0
            .stdout
            .take()
            .unwrap()
            .read_to_string(&mut out)
            .unwrap();
        self.0
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut err)
            .unwrap();
        if status.success() {
            Ok(out)
        } else {
            Err(format!("{status}: {err}"))
        }
    }

    /// Lets one go that was held.
    pub(crate) fn let_go(&mut self) {
        drop(self.0.stdin.take());
    }

    /// What the server calls its session; it waits until it is connected.
    pub(crate) fn session(&mut self) -> String {
        let mut line = Vec::new();
        let out = self.0.stdout.as_mut().unwrap();
        let mut byte = [0];
        while out.read(&mut byte).unwrap() == 1 && byte[0] != b'\n' {
            line.push(byte[0]);
        }
        String::from_utf8(line).unwrap()
    }
}

/// `main` of such a process.
pub(crate) fn main(arguments: &[String]) -> ExitCode {
    let [url, directory, direction, target, lease @ ..] = arguments else {
        eprintln!("{MIGRATE} URL DIRECTORY up|down TARGET [LEASE IN MILLISECONDS]");
        return ExitCode::from(2);
    };
    let url: DatabaseUrl = url.parse().unwrap();
    let graph = RevisionGraph::load(Path::new(directory)).unwrap_or_else(|error| panic!("{error}"));
    let direction = match direction.as_str() {
        "up" => Direction::Up,
        _ => Direction::Down,
    };
    let lease = lease
        .first()
        .map(|lease| Duration::from_millis(lease.parse().unwrap()));
    let done = block_on(async {
        let mut session = migcheck::db::connect(&url)
            .await
            .map_err(|error| error.to_string())?;
        println!("{}", session_id(&mut *session).await);
        // Whoever holds it ends its input to let it go.
        let _released = std::io::stdin().read_to_end(&mut Vec::new());
        migrate(graph, &mut *session, direction, target, lease)
            .await
            .map_err(|error| error.to_string())
    });
    match done {
        Ok(report) => {
            println!("{}", report.steps.len());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// What the server calls the session, by which its locks are told apart.
async fn session_id(session: &mut dyn migcheck::db::Session) -> String {
    let sql = match session.dialect() {
        migcheck::Dialect::Postgres => "SELECT pg_backend_pid()::text",
        migcheck::Dialect::MySql => "SELECT CAST(CONNECTION_ID() AS CHAR)",
        migcheck::Dialect::Sqlite => return String::new(),
    };
    let rows = session.rows(sql, &[]).await.unwrap_or_default();
    rows.into_iter()
        .flatten()
        .flatten()
        .next()
        .unwrap_or_default()
}

/// Migrates in this process.
pub(crate) async fn migrate(
    graph: RevisionGraph,
    session: &mut dyn migcheck::db::Session,
    direction: Direction,
    target: &str,
    lease: Option<Duration>,
) -> Result<Report, MigrateError> {
    let migrator = Migrator::new(graph)?.lease(lease);
    match direction {
        Direction::Up => migrator.upgrade(session, target).await,
        Direction::Down => migrator.downgrade(session, target).await,
    }
}
