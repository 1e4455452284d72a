//! How far a fleet is: one line that counts.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use migcheck_db::fleet::Outcome;

use crate::output::{BAR, ProgressLine, SHORTEST_BAR, Terminal, bar};

/// The line.
pub(super) struct FleetProgress {
    line: ProgressLine,
    started: Instant,
    state: RefCell<State>,
}

struct State {
    counts: Counts,
    /// When a log was last told.
    told: Instant,
}

#[derive(Debug, Clone, Copy)]
struct Counts {
    done: usize,
    failed: usize,
    of: usize,
}

impl FleetProgress {
    pub(super) fn new(terminal: &Terminal, of: usize) -> Self {
        let started = Instant::now();
        let counts = Counts {
            done: 0,
            failed: 0,
            of,
        };
        let progress = Self {
            line: ProgressLine::new(terminal),
            started,
            state: RefCell::new(State {
                counts,
                told: started,
            }),
        };
        progress.tell();
        progress
    }

    /// Counts a database that has ended.
    pub(super) fn ended(&self, outcome: &Outcome) {
        let counts = &mut self.state.borrow_mut().counts;
        match outcome {
            Outcome::Failed(_) => counts.failed += 1,
            _ => counts.done += 1,
        }
    }

    /// Says how far it is by now.
    pub(super) fn tell(&self) {
        let state = &mut *self.state.borrow_mut();
        let took = self.started.elapsed();
        let counts = state.counts;
        self.line.show(&counts.line(took, self.line.columns()));
        self.line.log(&mut state.told, &counts.text(took));
    }

    /// Takes the line away.
    pub(super) fn clear(&self) {
        self.line.clear();
    }
}

impl Counts {
    fn text(self, took: Duration) -> String {
        let Self { done, failed, of } = self;
        let left = of.saturating_sub(done + failed);
        let (minutes, seconds) = (took.as_secs() / 60, took.as_secs() % 60);
        format!("{done}/{of} databases done, {failed} failed, {left} left, {minutes}:{seconds:02}")
    }

    /// With a bar, where there is room for one.
    fn line(self, took: Duration, columns: usize) -> String {
        let text = self.text(took);
        // One column stays free, or the terminal breaks the line.
        let room = columns.saturating_sub(text.chars().count() + "[]  ".len());
        match room.min(BAR) {
            width @ SHORTEST_BAR.. => {
                format!("{} {text}", bar(width, self.done + self.failed, self.of))
            }
            _ => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_has_failed_and_is_left_is_counted() {
        let counts = Counts {
            done: 640,
            failed: 2,
            of: 1000,
        };
        let line = |columns| counts.line(Duration::from_millis(83_900), columns);
        assert_eq!(
            line(80),
            "[###############         ] 640/1000 databases done, 2 failed, 358 left, 1:23"
        );
        assert_eq!(
            line(64),
            "[#######    ] 640/1000 databases done, 2 failed, 358 left, 1:23"
        );
        assert_eq!(
            line(60),
            "640/1000 databases done, 2 failed, 358 left, 1:23"
        );
        assert!(line(80).chars().count() < 80);
    }
}
