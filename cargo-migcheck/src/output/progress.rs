//! How far a round trip is: one line on a terminal, which is gone when the answer is there.

use std::io::{self, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use migcheck_harness::Event;

use super::terminal::Terminal;

/// The line. Clones write the same one, from whichever thread a server's walk is on.
#[derive(Debug, Clone)]
pub(crate) struct Progress {
    /// `None`: nobody watches.
    servers: Option<Arc<Mutex<Vec<Server>>>>,
    columns: usize,
    notes: bool,
}

#[derive(Debug)]
struct Server {
    name: String,
    done: usize,
    failed: usize,
    of: usize,
    last: String,
}

/// Back to the start of the line, and clear it. It is no colour, so that `NO_COLOR` keeps it.
const CLEAR: &str = "\r\x1b[2K";

impl Progress {
    pub(crate) fn new(terminal: &Terminal) -> Self {
        let progress = Self {
            servers: terminal.is_watched().then(Arc::default),
            columns: terminal.width(),
            notes: terminal.is_verbose(),
        };
        if progress.servers.is_some() {
            progress.write("starting the servers …");
        }
        progress
    }

    /// Takes an event of the run.
    pub(crate) fn tell(&self, event: &Event<'_>) {
        if let (true, Event::Started { server, notes, .. }) = (self.notes, event) {
            let clear = if self.servers.is_some() { CLEAR } else { "" };
            for note in *notes {
                let _ = writeln!(io::stderr(), "{clear}note: {server}: {note}");
            }
        }
        let Some(servers) = &self.servers else {
            return;
        };
        let mut servers = servers.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Started { server, stairs, .. } => servers.push(Server {
                name: (*server).to_owned(),
                done: 0,
                failed: 0,
                of: *stairs,
                last: String::new(),
            }),
            Event::Done(stair) => {
                let known = servers
                    .iter_mut()
                    .find(|server| server.name == stair.server);
                if let Some(server) = known {
                    // A stair with several faults is told once for each.
                    server.done += usize::from(server.last != stair.revision);
                    server.failed += usize::from(stair.is_failure());
                    server.last.clone_from(&stair.revision);
                }
            }
            _ => {}
        }
        let parts: Vec<String> = servers.iter().map(Server::part).collect();
        self.write(&parts.join("  "));
    }

    /// Takes the line away.
    pub(crate) fn clear(&self) {
        if self.servers.is_some() {
            self.write("");
        }
    }

    fn write(&self, line: &str) {
        let line: String = line.chars().take(self.columns.saturating_sub(1)).collect();
        let mut stderr = io::stderr();
        let _ = write!(stderr, "{CLEAR}{line}").and_then(|()| stderr.flush());
    }
}

impl Server {
    fn part(&self) -> String {
        let failed = match self.failed {
            0 => String::new(),
            count => format!(", {count} failed"),
        };
        format!("{} {}/{}{failed}", self.name, self.done, self.of)
    }
}
