//! What this process made outside itself, and how it is undone on every way out.
//!
//! Containers, server processes, directories and scratch databases outlive a process unless someone
//! removes them. Each is registered here before it comes to be, and undone exactly once: by its
//! owner when all goes well, by the owner's destructor after an error or a panic, or by the signal
//! thread on Ctrl-C, SIGTERM and a closed terminal. Destructors cannot await, and may run inside a runtime or outside of
//! any, so they undo on a thread with a runtime of its own.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use migcheck_db::session::BoxFuture;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

/// The exit code of a process that a signal ended: 128 + SIGINT, as shells have it.
const EXIT_INTERRUPTED: i32 = 130;

/// How long one thing may take to go; after that the next way out is more useful than waiting.
const PATIENCE: Duration = Duration::from_secs(20);

/// Something outside this process that can be undone.
pub(crate) trait Undo: Send + 'static {
    /// Undoes it. Run at most once; the error says what is left behind and how to remove it.
    fn undo(self: Box<Self>) -> BoxFuture<'static, Result<(), String>>;
}

struct Entry {
    undo: Box<dyn Undo>,
    /// The entry whose end is the end of this one too, as a server's is for its databases.
    within: Option<u64>,
}

struct Registry {
    next: u64,
    entries: BTreeMap<u64, Entry>,
    /// How many are being undone at this moment.
    busy: usize,
    /// Set once a signal has arrived: from then on the process only waits to be ended.
    interrupted: bool,
}

static REGISTRY: Mutex<Registry> = Mutex::new(Registry {
    next: 0,
    entries: BTreeMap::new(),
    busy: 0,
    interrupted: false,
});

fn registry() -> MutexGuard<'static, Registry> {
    REGISTRY.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Registry {
    fn insert(&mut self, undo: Box<dyn Undo>, within: Option<u64>) -> Registered {
        let id = self.next;
        self.next += 1;
        self.entries.insert(id, Entry { undo, within });
        Registered { id }
    }

    /// Takes an entry out, and forgets what goes with it.
    fn take(&mut self, id: u64) -> Option<Taken> {
        let entry = self.entries.remove(&id)?;
        self.entries.retain(|_, inner| inner.within != Some(id));
        self.busy += 1;
        Some(Taken(vec![entry.undo]))
    }

    /// Takes out everything that does not go with something else.
    fn take_all(&mut self) -> Taken {
        let entries = std::mem::take(&mut self.entries);
        let ids: Vec<u64> = entries.keys().copied().collect();
        let outer = entries
            .into_values()
            .filter(|entry| entry.within.is_none_or(|outer| !ids.contains(&outer)))
            .map(|entry| entry.undo)
            .collect();
        self.busy += 1;
        Taken(outer)
    }
}

/// What was taken out of the registry; the process must not end before it is undone.
struct Taken(Vec<Box<dyn Undo>>);

impl Taken {
    /// Undoes all of it at the same time, and says what could not be.
    async fn undo(mut self) -> Vec<String> {
        let mut running = JoinSet::new();
        for undo in std::mem::take(&mut self.0) {
            running.spawn(patiently(undo));
        }
        let mut left = Vec::new();
        while let Some(done) = running.join_next().await {
            match done {
                Ok(Ok(())) => {}
                Ok(Err(what)) => left.push(what),
                Err(panic) => left.push(panic.to_string()),
            }
        }
        left
    }

    /// Undoes all of it on a thread of its own, which goes on if whoever waits for it does not.
    fn undo_on_a_thread(
        self,
        done: impl FnOnce(Vec<String>) + Send + 'static,
    ) -> io::Result<JoinHandle<()>> {
        let thread = std::thread::Builder::new().name("migcheck-cleanup".to_owned());
        thread.spawn(move || {
            done(match runtime() {
                Ok(runtime) => runtime.block_on(self.undo()),
                Err(error) => vec![error.to_string()],
            });
        })
    }

    /// For destructors, which cannot await and have nobody to return an error to.
    fn undo_and_wait(self) {
        match self.undo_on_a_thread(|left| report(&left)) {
            // A panic of the thread has been printed by the panic hook.
            Ok(thread) => drop(thread.join()),
            Err(error) => report(&[error.to_string()]),
        }
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        registry().busy -= 1;
    }
}

/// Tells people what only they can remove now.
pub(crate) fn report(left: &[String]) {
    for what in left {
        tell(&format!("could not clean up: {what}"));
    }
}

/// Writes to stderr itself, not to what a test's harness captures, and does not mind if that is closed.
fn tell(what: &str) {
    let _unheard = writeln!(io::stderr(), "migcheck: {what}");
}

/// The one who has to see to it that a registered thing goes. Dropping it undoes the thing.
#[derive(Debug)]
pub(crate) struct Registered {
    id: u64,
}

/// Registers `undo`, and sees to it that signals are caught. `within` is what it ends with.
pub(crate) async fn register(undo: impl Undo, within: Option<&Registered>) -> Registered {
    let within = within.map(|outer| outer.id);
    let insert = |registry: &mut Registry| registry.insert(Box::new(undo), within);
    unless_interrupted(insert).await
}

/// Registers what `make` makes. No signal can come in between; `make` has to be quick.
pub(crate) async fn register_made<U: Undo>(
    make: impl FnOnce() -> io::Result<U>,
) -> io::Result<Registered> {
    unless_interrupted(|registry| Ok(registry.insert(Box::new(make()?), None))).await
}

/// Nothing new may come to be behind the back of the thread that is cleaning up.
async fn unless_interrupted<T>(then: impl FnOnce(&mut Registry) -> T) -> T {
    install_signal_thread();
    let done = {
        let mut registry = registry();
        (!registry.interrupted).then(|| then(&mut registry))
    };
    match done {
        Some(done) => done,
        None => std::future::pending().await,
    }
}

impl Registered {
    /// Undoes the thing now.
    pub(crate) async fn undo(self) -> Result<(), String> {
        let taken = unless_interrupted(|registry| registry.take(self.id)).await;
        let Some(taken) = taken else { return Ok(()) };
        let (done, wait) = oneshot::channel();
        let send = |left: Vec<String>| {
            if let Err(unheard) = done.send(left) {
                report(&unheard);
            }
        };
        let started = taken.undo_on_a_thread(send);
        started.map_err(|error| error.to_string())?;
        match wait.await {
            Ok(left) if left.is_empty() => Ok(()),
            Ok(left) => Err(left.join("; ")),
            Err(_) => Err("the cleanup thread panicked".to_owned()),
        }
    }

    /// Leaves the thing where it is.
    pub(crate) fn forget(self) {
        drop(until_not_interrupted(|registry| registry.take(self.id)));
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        let taken = until_not_interrupted(|registry| registry.take(self.id));
        if let Some(taken) = taken {
            taken.undo_and_wait();
        }
    }
}

/// Undoes everything that is still registered, for a program that ends with
/// [`std::process::exit`], which runs no destructors.
pub fn clean_up_now() {
    until_not_interrupted(Registry::take_all).undo_and_wait();
}

/// After a signal this never returns: were the thread to go on, `main` could come to its end and take
/// the process with it, half cleaned up.
fn until_not_interrupted<T>(then: impl FnOnce(&mut Registry) -> T) -> T {
    loop {
        let mut registry = registry();
        if !registry.interrupted {
            return then(&mut registry);
        }
        drop(registry);
        std::thread::park_timeout(Duration::from_secs(1));
    }
}

async fn patiently(undo: Box<dyn Undo>) -> Result<(), String> {
    tokio::time::timeout(PATIENCE, undo.undo())
        .await
        .unwrap_or_else(|_| Err(format!("gave up after {PATIENCE:?}")))
}

fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
}

/// Starts, once, the thread that waits for signals.
///
/// It has a runtime of its own because the user's may be blocked, or be gone between two tests.
fn install_signal_thread() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let (ready, installed) = std::sync::mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("migcheck-signals".to_owned())
            .spawn(move || {
                let caught = runtime().map(|runtime| runtime.block_on(wait_and_exit(ready)));
                if let Ok(Err(error)) | Err(error) = caught {
                    tell(&format!(
                        "cannot catch Ctrl-C, which will leave servers behind: {error}"
                    ));
                }
            });
        // The first container may only start once the handler is there; an error is reported above.
        if thread.is_ok() {
            let _ = installed.recv();
        }
    });
}

async fn wait_and_exit(ready: std::sync::mpsc::Sender<()>) -> io::Result<()> {
    let mut signals = Signals::install()?;
    let _ = ready.send(());
    drop(ready);
    signals.next().await;
    let all = {
        let mut registry = registry();
        registry.interrupted = true;
        registry.take_all()
    };
    if !all.0.is_empty() {
        tell("interrupted; cleaning up (once more to stop that)");
    }
    let finish = async {
        report(&all.undo().await);
        // Other threads may be in the middle of undoing what they had taken before the signal.
        while registry().busy > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::select! {
        () = finish => {}
        () = signals.next() => {
            tell("interrupted again; containers left behind have the label `migcheck`");
        }
    }
    std::process::exit(EXIT_INTERRUPTED);
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    /// The terminal was closed. `None` where that is to be survived, as under nohup.
    hang_up: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    fn install() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: if ends_with_its_terminal() {
                Some(signal(SignalKind::hangup())?)
            } else {
                None
            },
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            true = hung_up(&mut self.hang_up) => {}
        }
    }
}

/// Whether a closed terminal ends this process, as the system has it when nobody said otherwise. Where
/// it does not tell, the signal is left alone.
#[cfg(unix)]
fn ends_with_its_terminal() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mut lines = status.lines();
    let ignored = lines.find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    // SIGHUP is 1, the lowest bit.
    ignored.is_some_and(|ignored| ignored & 1 == 0)
}

#[cfg(unix)]
async fn hung_up(signal: &mut Option<tokio::signal::unix::Signal>) -> bool {
    match signal {
        Some(signal) => signal.recv().await.is_some(),
        None => false,
    }
}

#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn install() -> io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn next(&mut self) {
        self.0.recv().await;
    }
}

#[cfg(test)]
mod tests;
