//! Which process made a thing, told by the thing's name, so that leftovers of killed runs can be told
//! from what is in use.

use std::fmt;
use std::process;
use std::sync::OnceLock;

/// A process, among those of all machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner {
    pid: u32,
    /// Where the number above means something: this machine since it was started, and within it
    /// this container.
    machine: u32,
    /// When it was started, in the system's own count: numbers of processes are given again. 0 where
    /// the system does not tell.
    started: u64,
}

/// What has become of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It runs.
    Lives,
    /// It does not.
    Ended,
    /// It cannot be seen from here.
    Unknown,
}

impl Owner {
    /// This process.
    pub(crate) fn me() -> Self {
        static ME: OnceLock<Owner> = OnceLock::new();
        *ME.get_or_init(|| Self {
            pid: process::id(),
            machine: fnv(&system::machine()),
            started: system::started(process::id()).unwrap_or(0),
        })
    }

    /// Reads what [`fmt::Display`] wrote, its parts already split.
    pub(crate) fn of_parts(pid: &str, machine: &str, started: &str) -> Option<Self> {
        Some(Self {
            pid: pid.parse().ok()?,
            machine: u32::from_str_radix(machine, 16).ok()?,
            started: u64::from_str_radix(started, 16).ok()?,
        })
    }

    /// Whether it still runs.
    pub(crate) fn fate(self) -> Fate {
        let me = Self::me();
        if self == me {
            return Fate::Lives;
        }
        if self.machine != me.machine {
            return Fate::Unknown;
        }
        match system::started(self.pid) {
            Some(started) if started != self.started => Fate::Ended,
            _ => system::fate(self.pid),
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pid, machine, .. } = self;
        write!(f, "{pid}-{machine:08x}-{:x}", self.started)
    }
}

/// The hash of Fowler, Noll and Vo, variant 1a: short, and the same in every version of migcheck.
fn fnv(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

#[cfg(unix)]
mod system {
    use rustix::io::Errno;
    use rustix::process::{Pid, test_kill_process};

    use super::Fate;

    /// What sets the processes that can be seen from here apart from all others.
    pub(super) fn machine() -> String {
        let boot = boot().or_else(|| crate::names::random().ok());
        let namespace = std::fs::read_link("/proc/self/ns/pid").unwrap_or_default();
        let name = rustix::system::uname();
        let name = name.nodename().to_string_lossy();
        format!(
            "{} {} {name}",
            boot.unwrap_or_default(),
            namespace.display()
        )
    }

    /// The name of the time since the machine was started. Without one nothing that others made may
    /// pass for this machine's: two can have the same name, and share an engine.
    fn boot() -> Option<String> {
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").or_else(|_| {
            let mut ask = std::process::Command::new("sysctl");
            let asked = ask.args(["-n", "kern.bootsessionuuid"]).output()?;
            String::from_utf8(asked.stdout).map_err(std::io::Error::other)
        });
        boot.ok().filter(|boot| !boot.trim().is_empty())
    }

    /// When a process was started, in ticks since the machine was: the 22nd field of proc_pid_stat(5).
    /// Nothing where there is no such file, or the process has ended and only its parent does not
    /// know yet.
    pub(super) fn started(pid: u32) -> Option<u64> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The second field is the name, in brackets, and may hold anything.
        let (_, rest) = stat.rsplit_once(')')?;
        let mut fields = rest.split_whitespace();
        let state = fields.next()?;
        let started = fields.nth(18)?.parse().ok()?;
        (state != "Z" && state != "X").then_some(started)
    }

    pub(super) fn fate(pid: u32) -> Fate {
        let known_ended = cfg!(target_os = "linux")
            && std::path::Path::new(&format!("/proc/{pid}/stat")).exists()
            && started(pid).is_none();
        let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) else {
            return Fate::Ended;
        };
        // Others' processes may be hidden in /proc, and still answer that we may not touch them.
        match test_kill_process(pid) {
            Err(Errno::SRCH) => Fate::Ended,
            _ if known_ended => Fate::Ended,
            _ => Fate::Lives,
        }
    }
}

#[cfg(not(unix))]
mod system {
    use super::Fate;

    pub(super) fn machine() -> String {
        std::env::var("COMPUTERNAME").unwrap_or_default()
    }

    pub(super) fn started(_pid: u32) -> Option<u64> {
        None
    }

    /// Asking needs the system's own interface; the age of a thing has to do.
    pub(super) fn fate(_pid: u32) -> Fate {
        Fate::Unknown
    }
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::process::Command;

    use super::*;

    fn owner(pid: u32) -> Owner {
        Owner {
            pid,
            started: system::started(pid).unwrap_or(0),
            ..Owner::me()
        }
    }

    #[test]
    fn a_process_is_seen_to_live_and_to_end() {
        assert_eq!(Owner::me().fate(), Fate::Lives);
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let child_owner = owner(child.id());
        assert_eq!(child_owner.fate(), Fate::Lives);
        child.kill().unwrap();
        // Killed, and not yet waited for.
        while child_owner.fate() == Fate::Lives {
            std::thread::yield_now();
        }
        child.wait().unwrap();
        assert_eq!(child_owner.fate(), Fate::Ended);
    }

    #[test]
    fn a_number_that_was_given_again_is_another_process() {
        let before = Owner {
            started: 1,
            ..Owner::me()
        };
        let ended = cfg!(target_os = "linux");
        assert_eq!(before.fate() == Fate::Ended, ended);
    }

    #[test]
    fn nothing_is_known_of_another_machine() {
        let there = Owner {
            machine: Owner::me().machine ^ 1,
            ..Owner::me()
        };
        assert_eq!(there.fate(), Fate::Unknown);
    }
}
