//! A process that keeps a server for as long as the tests run, and then takes it down.
//!
//! A test process ends without running destructors of what its tests share, or is killed. So the
//! server is started by a second process, which is the test binary once more, told to run a single
//! test; that test finds [`VARIABLE`] set and serves here in place of running. When its input ends,
//! which the operating system sees to whatever became of the tests, the server goes.

use std::env;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use migcheck_db::DatabaseUrl;

use super::error::SetupError;
use super::runtime;
use super::servers::written;
use crate::cleanup::report;
use crate::server::{Product, Server, ServerSpec, StartOptions};

/// Names the test that shall serve.
const VARIABLE: &str = "MIGCHECK_KEEPER";

/// Stands before every answer: the harness of the test prints lines of its own.
const ANSWER: &str = "migcheck-keeper ";

/// The other process, as seen from the tests.
pub(super) struct Keeper(Mutex<Pipes>);

struct Pipes {
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// Nobody waits for its end: it comes after that of the tests.
    _child: Child,
}

impl Keeper {
    /// Starts one, and with it the server. `test` is the path of a test of this binary.
    pub(super) fn start(
        spec: &ServerSpec,
        options: &StartOptions,
        test: &str,
    ) -> Result<(Self, DatabaseUrl, Option<String>), SetupError> {
        // libtest's names begin below the crate.
        let name = test.split_once("::").map_or(test, |(_, name)| name);
        let mut command = Command::new(env::current_exe()?);
        command
            .args([name, "--exact", "--include-ignored", "--nocapture"])
            .env(VARIABLE, test)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        // A Ctrl-C is for the tests: first their databases go, then the server.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn()?;
        let ended = || SetupError::Keeper("has no pipes".to_owned());
        let mut pipes = Pipes {
            orders: child.stdin.take().ok_or_else(ended)?,
            answers: BufReader::new(child.stdout.take().ok_or_else(ended)?),
            _child: child,
        };
        // Not as arguments, which others can see: a URL holds a password.
        let mut orders = format!("{}\n", written(spec));
        for (product, image) in &options.images {
            orders.push_str(&format!("image {product} {image}\n"));
        }
        let answer = pipes.ask(&format!("{orders}start"))?.map_err(|cause| {
            let server = spec.to_string();
            SetupError::Start { server, cause }
        })?;
        let (container, url) = answer.split_once(' ').unwrap_or_default();
        let container = (container != "-").then(|| container.to_owned());
        Ok((Self(Mutex::new(pipes)), parsed(url)?, container))
    }

    /// An empty database that goes when the keeper does.
    pub(super) fn database(&self) -> Result<DatabaseUrl, SetupError> {
        let answer = self.ask("database")?;
        parsed(&answer)
    }

    /// Has the server run on after the tests.
    pub(super) fn keep(&self) -> Result<(), SetupError> {
        self.ask("keep").map(|_| ())
    }

    fn ask(&self, order: &str) -> Result<String, SetupError> {
        let mut pipes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pipes.ask(order)?.map_err(SetupError::Keeper)
    }
}

fn parsed(url: &str) -> Result<DatabaseUrl, SetupError> {
    let not = |_| SetupError::Keeper("named no database".to_owned());
    url.parse().map_err(not)
}

impl Pipes {
    /// The answer to an order; the inner error is one that the keeper reports.
    fn ask(&mut self, order: &str) -> Result<Result<String, String>, SetupError> {
        let broken = |error: io::Error| SetupError::Keeper(format!("does not answer ({error})"));
        writeln!(self.orders, "{order}").map_err(broken)?;
        let mut line = String::new();
        while self.answers.read_line(&mut line).map_err(broken)? > 0 {
            // After what the harness wrote on the same line.
            if let Some((_, answer)) = line.trim_end_matches('\n').split_once(ANSWER) {
                return Ok(match answer.split_once(' ') {
                    Some(("ok", answer)) => Ok(answer.to_owned()),
                    Some((_, error)) => Err(error.replace('\r', "\n")),
                    None => Ok(String::new()),
                });
            }
            line.clear();
        }
        Err(SetupError::Keeper("ended before it answered".to_owned()))
    }
}

/// Serves, and never returns, in the process that was started for it.
pub(super) fn serve_if_asked(test: &str) {
    if env::var(VARIABLE).is_ok_and(|asked| asked == test) {
        let served = serve();
        report(&served.err().into_iter().collect::<Vec<_>>());
        // No harness shall say that a test passed.
        std::process::exit(0);
    }
}

/// What is left behind is the error.
fn serve() -> Result<(), String> {
    let runtime = runtime().map_err(|error| error.to_string())?;
    let mut orders = io::stdin().lines().map_while(Result::ok);
    let spec = orders.next().unwrap_or_default();
    let mut options = StartOptions::default();
    for order in orders.by_ref().take_while(|order| order != "start") {
        let mut words = order.splitn(3, ' ').skip(1);
        let product = words.next().unwrap_or_default();
        let product = Product::ALL.into_iter().find(|one| one.name() == product);
        if let (Some(product), Some(image)) = (product, words.next()) {
            options = options.image(product, image);
        }
    }
    let started = match spec.parse::<ServerSpec>() {
        Ok(spec) => runtime
            .block_on(Server::start(&spec, &options))
            .map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    let server = match started {
        Ok(server) => server,
        Err(error) => {
            answer(&Err(error));
            return Ok(());
        }
    };
    let url = server.admin().map(DatabaseUrl::reveal).unwrap_or_default();
    let container = server.container().unwrap_or("-");
    answer(&Ok(format!("{container} {url}")));
    let mut databases = Vec::new();
    let mut is_kept = false;
    for order in orders {
        answer(&match &*order {
            "database" => match runtime.block_on(server.scratch()) {
                Ok(database) => {
                    let url = database.url().reveal();
                    databases.push(database);
                    Ok(url)
                }
                Err(error) => Err(error.to_string()),
            },
            _ => {
                is_kept = true;
                Ok(String::new())
            }
        });
    }
    if is_kept {
        server.keep();
        return Ok(());
    }
    let stopped = runtime.block_on(server.stop());
    stopped.map_err(|left| left.to_string())
}

/// Past the harness, which captures what tests print. Who does not listen any more is gone, and that
/// is seen when the orders end.
fn answer(answer: &Result<String, String>) {
    let line = match answer {
        Ok(answer) => format!("ok {answer}"),
        // An answer is one line.
        Err(error) => format!("error {}", error.replace('\n', "\r")),
    };
    let mut stdout = io::stdout();
    let _unheard = writeln!(stdout, "{ANSWER}{line}").and_then(|()| stdout.flush());
}
