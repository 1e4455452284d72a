//! What holds whatever the files say: one function a reader, each called by a fuzz target (`fuzz/`)
//! and by this crate's own tests.

// Every program that includes this uses its own part of it.
#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod directory;
mod lock;
mod splitter;
mod target;

pub use directory::{Files, config, header, layout, native, same, shown};
pub use lock::{lock, sound_lock};
pub use splitter::splitter;
pub use target::target;
