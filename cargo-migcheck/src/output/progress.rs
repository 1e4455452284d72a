//! How far a round trip is: one line with a bar a server on a terminal, which is gone when the answer
//! is there; elsewhere a line now and then, so that the log of a long run is not silent.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use migcheck_harness::Event;

use super::progress_line::{BAR, ProgressLine, SHORTEST_BAR, bar as drawn};
use super::terminal::Terminal;

/// The line. Clones write the same one, from whichever thread a server's walk is on.
#[derive(Debug, Clone)]
pub(crate) struct Progress {
    servers: Arc<Mutex<Servers>>,
    line: ProgressLine,
    notes: bool,
}

#[derive(Debug)]
struct Servers {
    list: Vec<Server>,
    /// When a log was last told.
    told: Instant,
}

#[derive(Debug)]
struct Server {
    name: String,
    done: usize,
    failed: usize,
    of: usize,
    /// The revisions that are done: a stair with several faults is told once for each, and workers
    /// tell theirs in between.
    seen: HashSet<String>,
}

impl Progress {
    pub(crate) fn new(terminal: &Terminal) -> Self {
        let progress = Self {
            servers: Arc::new(Mutex::new(Servers {
                list: Vec::new(),
                told: Instant::now(),
            })),
            line: ProgressLine::new(terminal),
            notes: terminal.is_verbose(),
        };
        progress.line.show("starting the servers …");
        progress
    }

    /// Takes an event of the run.
    pub(crate) fn tell(&self, event: &Event<'_>) {
        if let (true, Event::Started { server, notes, .. }) = (self.notes, event) {
            for note in *notes {
                self.line.print(&format!("note: {server}: {note}"));
            }
        }
        let mut servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        servers.take(event);
        self.line.show(&servers.line(self.line.columns()));
        let counts = servers.list_of_counts();
        self.line.log(&mut servers.told, &counts);
    }

    /// Takes the line away.
    pub(crate) fn clear(&self) {
        self.line.clear();
    }
}

impl Servers {
    fn take(&mut self, event: &Event<'_>) {
        match event {
            Event::Started { server, stairs, .. } => self.list.push(Server {
                name: (*server).to_owned(),
                done: 0,
                failed: 0,
                of: *stairs,
                seen: HashSet::new(),
            }),
            Event::Done(stair) => {
                let mut servers = self.list.iter_mut();
                if let Some(server) = servers.find(|server| server.name == stair.server) {
                    server.done += usize::from(server.seen.insert(stair.revision.clone()));
                    server.failed += usize::from(stair.is_failure());
                }
            }
            _ => {}
        }
    }

    /// The servers with their bars, as long as `columns` leave room for.
    fn line(&self, columns: usize) -> String {
        let texts: usize = self
            .list
            .iter()
            .map(|one| one.count().chars().count())
            .sum();
        let count = self.list.len();
        let room = columns.saturating_sub(texts + 2 * count) / count.max(1);
        let bar = room.saturating_sub("[] ".len()).min(BAR);
        let parts = self.list.iter().map(|server| match bar {
            SHORTEST_BAR.. => format!("{} {}", drawn(bar, server.done, server.of), server.count()),
            _ => server.count(),
        });
        parts.collect::<Vec<_>>().join("  ")
    }

    fn list_of_counts(&self) -> String {
        let counts: Vec<String> = self.list.iter().map(Server::count).collect();
        counts.join("  ")
    }
}

impl Server {
    fn count(&self) -> String {
        let failed = match self.failed {
            0 => String::new(),
            count => format!(", {count} failed"),
        };
        format!("{} {}/{}{failed}", self.name, self.done, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn servers(list: &[(&str, usize, usize, usize)]) -> Servers {
        let list = list.iter().map(|(name, done, of, failed)| Server {
            name: (*name).to_owned(),
            done: *done,
            failed: *failed,
            of: *of,
            seen: HashSet::new(),
        });
        Servers {
            list: list.collect(),
            told: Instant::now(),
        }
    }

    #[test]
    fn bars_take_the_room_there_is() {
        let one = servers(&[("sqlite", 10, 40, 1)]);
        assert_eq!(
            one.line(80),
            "[######                  ] sqlite 10/40, 1 failed"
        );
        assert_eq!(one.line(40), "[###          ] sqlite 10/40, 1 failed");
        assert_eq!(one.line(30), "sqlite 10/40, 1 failed");
        let two = servers(&[("sqlite", 2, 2, 0), ("mysql:9.7", 0, 2, 0)]);
        let line = two.line(80);
        assert!(line.starts_with("[####") && line.len() < 80, "{line}");
        assert_eq!(servers(&[("sqlite", 0, 0, 0)]).line(14), "sqlite 0/0");
    }
}
