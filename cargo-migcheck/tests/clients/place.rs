//! A server with its own clients in it, and packages whose migrations run there.

use std::fs;
use std::future::Future;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

use migcheck_core::{Dialect, RevisionGraph};
use migcheck_db::{DatabaseUrl, Session, Snapshot, connect, snapshot};
use migcheck_harness::{Scratch, Server, ServerSpec, StartOptions};
use tempfile::TempDir;

/// Where databases are: a container, or files.
pub(crate) struct Place {
    spec: ServerSpec,
    server: OnceLock<Result<Mutex<Option<Server>>, String>>,
}

/// A database, and how its own client reaches it.
pub(crate) struct Database {
    scratch: Scratch,
    dialect: Dialect,
    /// The server's container; nothing for SQLite.
    container: String,
    address: String,
}

/// Runs a future to its end; a session lives in the runtime of its thread.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    thread_local! {
        static RUNTIME: tokio::runtime::Runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
    }
    RUNTIME.with(|runtime| runtime.block_on(future))
}

impl Place {
    pub(crate) fn new(spec: &str) -> Self {
        Self {
            spec: spec.parse().expect("a server"),
            server: OnceLock::new(),
        }
    }

    pub(crate) fn name(&self) -> String {
        self.spec.to_string()
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.spec.dialect()
    }

    pub(crate) fn is_mariadb(&self) -> bool {
        self.name().starts_with("mariadb")
    }

    /// A new and empty database.
    pub(crate) fn database(&self) -> Database {
        let started = self.server.get_or_init(|| {
            let started = block_on(Server::start(&self.spec, &StartOptions::default()));
            let started = started.map_err(|error| error.to_string());
            started.map(|server| Mutex::new(Some(server)))
        });
        let server = started.as_ref().unwrap_or_else(|error| panic!("{error}"));
        let server = server.lock().unwrap_or_else(PoisonError::into_inner);
        let scratch = block_on(server.as_ref().expect("a server that runs").scratch());
        let scratch = scratch.unwrap_or_else(|error| panic!("{error}"));
        let (container, address) = match self.dialect() {
            Dialect::Sqlite => Default::default(),
            _ => container_at(&Login::of(scratch.url()).port),
        };
        let database = Database {
            dialect: self.dialect(),
            scratch,
            container,
            address,
        };
        if self.dialect() == Dialect::MySql {
            database.execute("ALTER DATABASE CHARACTER SET utf8mb4");
        }
        database
    }

    pub(crate) fn stop(&self) -> Result<(), String> {
        let Some(Ok(server)) = self.server.get() else {
            return Ok(());
        };
        let mut server = server.lock().unwrap_or_else(PoisonError::into_inner);
        match server.take() {
            Some(server) => block_on(server.stop()).map_err(|error| error.to_string()),
            None => Ok(()),
        }
    }
}

/// The parts of a network URL; a file has none.
#[derive(Default)]
pub(crate) struct Login {
    pub(crate) user: String,
    pub(crate) password: String,
    pub(crate) port: String,
}

impl Login {
    pub(crate) fn of(url: &DatabaseUrl) -> Self {
        if url.dialect() == Dialect::Sqlite {
            return Self::default();
        }
        let text = url.reveal();
        let (_, rest) = text.split_once("://").expect("a URL");
        let (login, rest) = rest.split_once('@').expect("a login");
        let (user, password) = login.split_once(':').unwrap_or((login, ""));
        let (_, rest) = rest.split_once(':').expect("a port");
        let port = rest.split('/').next().expect("a port");
        Self {
            user: user.to_owned(),
            password: password.to_owned(),
            port: port.to_owned(),
        }
    }
}

/// The container that listens there: its name, and the address that its own clients reach it at, so that
/// they are the same account as migcheck.
fn container_at(port: &str) -> (String, String) {
    let docker = |arguments: &[&str]| {
        let output = Command::new("docker").args(arguments).output();
        let output = output.expect("docker").stdout;
        String::from_utf8(output).expect("UTF-8").trim().to_owned()
    };
    let all = docker(&["ps", "--no-trunc", "--format", "{{.ID}} {{.Ports}}"]);
    // Another container may have the same port of IPv6.
    let ours = [format!("0.0.0.0:{port}->"), format!("127.0.0.1:{port}->")];
    let mut lines = all.lines();
    let line = lines.find(|line| ours.iter().any(|port| line.contains(port)));
    let (id, _) = line
        .and_then(|line| line.split_once(' '))
        .expect("a container");
    let address = "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}";
    let address = docker(&["inspect", "--format", address, id]);
    let address = address.split(' ').next().unwrap_or_default();
    (id.to_owned(), address.to_owned())
}

impl Database {
    pub(crate) fn url(&self) -> String {
        self.scratch.url().reveal()
    }

    pub(crate) fn login(&self) -> Login {
        Login::of(self.scratch.url())
    }

    pub(crate) fn name(&self) -> String {
        self.scratch.name().to_owned()
    }

    /// What the server's container was made of.
    pub(crate) fn image(&self) -> String {
        let mut docker = Command::new("docker");
        docker.args(["inspect", "--format", "{{.Config.Image}}", &self.container]);
        let image = docker.output().expect("docker").stdout;
        String::from_utf8(image).expect("UTF-8").trim().to_owned()
    }

    pub(crate) fn session(&self) -> Box<dyn Session> {
        block_on(connect(self.scratch.url())).unwrap_or_else(|error| panic!("{error}"))
    }

    pub(crate) fn execute(&self, sql: &str) {
        let done = block_on(self.session().execute(sql));
        done.unwrap_or_else(|error| panic!("{error}: {sql}"));
    }

    pub(crate) fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        let rows = block_on(self.session().rows(sql, &[]));
        let rows = rows.unwrap_or_else(|error| panic!("{error}: {sql}"));
        let text =
            |row: Vec<Option<String>>| row.into_iter().map(|one| one.unwrap_or("∅".to_owned()));
        rows.into_iter().map(|row| text(row).collect()).collect()
    }

    pub(crate) fn schema(&self) -> Snapshot {
        let read = block_on(snapshot(&mut *self.session(), "_migcheck_revisions"));
        read.unwrap_or_else(|error| panic!("{error}"))
    }

    /// A program of the server's container, with the database as its last argument.
    pub(crate) fn client(&self, program: &str, arguments: &[&str]) -> Command {
        let Login { user, password, .. } = self.login();
        let mut docker = Command::new("docker");
        docker.args(["exec", "-i", "-e", "PGPASSWORD", "-e", "MYSQL_PWD"]);
        docker
            .env("PGPASSWORD", &password)
            .env("MYSQL_PWD", &password);
        docker.args([&self.container, program, "-h", &self.address]);
        match self.dialect {
            Dialect::Postgres => docker.args(["-U", &user]),
            _ => docker.args(["-u", &user, "-P", "3306"]),
        };
        docker.args(arguments);
        if self.dialect == Dialect::Postgres {
            docker.arg("-d");
        }
        docker.arg(self.name());
        docker
    }

    /// Has the database's own client run a script, which has to succeed.
    pub(crate) fn run_script(&self, script: &str) {
        let piped = self.pipe(script);
        piped.unwrap_or_else(|said| panic!("{said}\n{script}"));
    }

    /// Has the database's own client run a script, and stop at the first error, which is what it says.
    pub(crate) fn pipe(&self, script: &str) -> Result<(), String> {
        let mut client = match self.dialect {
            Dialect::Postgres => self.client("psql", &["-X", "-q", "-v", "ON_ERROR_STOP=1"]),
            Dialect::MySql => self.client("mysql", &["--comments", "--binary-mode"]),
            Dialect::Sqlite => {
                let mut sqlite3 = Command::new("sqlite3");
                sqlite3.arg("-bail");
                sqlite3.arg(self.url().trim_start_matches("sqlite:"));
                sqlite3
            }
        };
        let output = match with_input(&mut client, script) {
            Ok(output) => output,
            Err(_) if self.dialect == Dialect::Sqlite => return self.run_statements(script),
            Err(error) => panic!("{error}"),
        };
        match output.status.success() {
            true => Ok(()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    }

    /// Where sqlite3 is not installed: the statements one by one, in one session.
    fn run_statements(&self, script: &str) -> Result<(), String> {
        let mut session = self.session();
        let statements = migcheck_core::split::split(script, self.dialect).expect("statements");
        for statement in statements {
            let done = block_on(session.execute(statement.text));
            done.map_err(|error| format!("{error}: {}", statement.text))?;
        }
        Ok(())
    }
}

/// Runs a program that reads `input`.
pub(crate) fn with_input(command: &mut Command, input: &str) -> std::io::Result<Output> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_owned();
    // A program that stops early closes it.
    let writer = std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    let output = child.wait_with_output();
    writer.join().expect("a writer");
    output
}

/// A migration directory of its own, with a folder `backups` beside it.
pub(crate) struct Directory(TempDir);

pub(crate) const CONFIG: &str = "layout = \"native\"\n[naming]\nfile = \"{seq}_{slug}\"\n\
    [environments.home]\nurl-env = \"HOME_DATABASE_URL\"\nallow-reset = true\n";

impl Directory {
    pub(crate) fn new() -> Self {
        let directory = Self(tempfile::tempdir().expect("a folder"));
        for name in ["migrations", "backups"] {
            fs::create_dir(directory.path().join(name)).expect("a folder");
        }
        directory.file("migcheck.toml", CONFIG)
    }

    pub(crate) fn file(self, name: &str, text: &str) -> Self {
        fs::write(self.path().join("migrations").join(name), text).expect("a file");
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn graph(&self) -> RevisionGraph {
        RevisionGraph::load(self.path().join("migrations")).expect("a sound directory")
    }

    /// `cargo migcheck`, which finds the database as the environment `home`.
    pub(crate) fn command(&self, arguments: &str, url: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-migcheck"));
        command
            .arg("migcheck")
            .args(arguments.split_whitespace())
            .args(["--directory", "migrations"])
            .current_dir(self.path())
            .env("HOME_DATABASE_URL", url)
            .env("COLUMNS", "80")
            .stdin(Stdio::null());
        command
    }

    /// What it prints; it has to succeed.
    pub(crate) fn run(&self, arguments: &str, database: &Database) -> String {
        let output = self.command(arguments, &database.url()).output();
        let output = output.expect("the binary runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments}: {said}");
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// What it says where it ends with `code`.
    pub(crate) fn fails(&self, arguments: &str, database: &Database, code: i32) -> String {
        let output = self.command(arguments, &database.url()).output();
        let output = output.expect("the binary runs");
        let said = said(&output);
        assert_eq!(output.status.code(), Some(code), "{arguments}: {said}");
        said
    }
}

/// Both streams, on one line: where lines break depends on names.
pub(crate) fn said(output: &Output) -> String {
    let texts =
        [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
    let words: Vec<&str> = texts
        .iter()
        .flat_map(|text| text.split_whitespace())
        .collect();
    words.join(" ")
}
