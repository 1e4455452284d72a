//! What a build script says to cargo, so that a new migration file is never overlooked.
//!
//! Stable rustc does not track a directory: without help, a binary keeps the migrations it had
//! when it was last compiled for another reason (sqlx #681, refinery #309).

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::checksum::canonical;
use crate::config::CONFIG_FILE;
use crate::include;
use crate::read::joined;

/// Makes cargo watch a migration directory, and lets `embed!` know that it does.
///
/// ```no_run
/// // build.rs
/// migcheck_core::build::watch("migrations");
/// ```
///
/// `directory` is relative to the package, as in `embed!`. What it includes is watched with it.
pub fn watch(directory: &str) {
    println!("cargo::rerun-if-changed={directory}");
    // A list that changes is a change of the directory, upon which this runs again.
    let config = fs::read_to_string(Path::new(directory).join(CONFIG_FILE)).unwrap_or_default();
    for (included, _) in include::named(&canonical(&config)).unwrap_or_default() {
        println!("cargo::rerun-if-changed={}", joined(directory, &included));
    }
    println!("cargo::rustc-env={}={directory}", variable(directory));
}

/// The variable that [`watch`] sets. A directory has its own, so that several can be watched.
#[must_use]
pub fn variable(directory: &str) -> String {
    let directory = directory.trim_end_matches('/').trim_start_matches("./");
    let mut name = String::from("MIGCHECK_WATCHES_");
    for byte in directory.bytes() {
        if byte.is_ascii_alphanumeric() {
            name.push(char::from(byte));
        } else {
            let _ = write!(name, "_{byte:02X}");
        }
    }
    name
}
