//! Temporary directories, and the servers that run in them.

use std::cell::LazyCell;
use std::fs::{self, DirEntry};
use std::io;
use std::path::Path;
use std::time::UNIX_EPOCH;

use super::processes::{Processes, is_ours};
use super::{Handle, Leftover, LeftoverKind, age, standing};
use crate::directory::Directory;
use crate::names;

/// The file that says that a directory is kept for somebody to look at.
const KEPT: &str = "kept";

/// Says so.
pub(crate) fn mark_kept(directory: &Path) -> io::Result<()> {
    fs::write(directory.join(KEPT), "")
}

/// All of them that are ours: as root, everybody's.
pub(super) fn find() -> Vec<Leftover> {
    let entries = fs::read_dir(std::env::temp_dir());
    let entries = entries.into_iter().flatten().flatten();
    // Listed once, and only where there is a directory at all.
    let processes = LazyCell::new(Processes::list);
    entries
        .filter_map(|entry| of_entry(entry, &processes))
        .collect()
}

fn of_entry<F: FnOnce() -> Processes>(
    entry: DirEntry,
    processes: &LazyCell<Processes, F>,
) -> Option<Leftover> {
    let owner = names::of_thing(entry.file_name().to_str()?)?;
    let metadata = entry.metadata().ok()?;
    if !metadata.is_dir() || !is_ours(&metadata) {
        return None;
    }
    let path = entry.path();
    let made = metadata.created().or_else(|_| metadata.modified());
    let running = processes.on(&path);
    let numbers: Vec<String> = running.iter().map(ToString::to_string).collect();
    Some(Leftover {
        kind: if running.is_empty() {
            LeftoverKind::Directory
        } else {
            LeftoverKind::Server
        },
        name: path.to_string_lossy().into_owned(),
        place: (!numbers.is_empty()).then(|| format!("process {}", numbers.join(", "))),
        age: age(made.unwrap_or(UNIX_EPOCH)),
        standing: standing(owner, path.join(KEPT).exists()),
        handle: Handle::Directory,
    })
}

/// Ends what runs in it, and removes it.
pub(super) async fn remove(name: &str) -> Result<(), String> {
    let path = Path::new(name);
    Processes::end(path)
        .await
        .map_err(|error| format!("the server in {name} ({error}); end it with `kill`"))?;
    Directory::of(path).remove().await
}
