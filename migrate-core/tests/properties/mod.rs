//! What holds whatever the files say: one function a reader, each called by a fuzz target (`fuzz/`)
//! and by this crate's own tests.

// Every program that includes this uses its own part of it.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

mod directory;
mod lock;
mod splitter;
mod target;

pub use directory::{config, examine, files_of, header, layout, native as native_pub, shown};
pub use lock::lock;
pub use splitter::splitter;
pub use target::target;
