//! Random histories, written as real directories, beside an oracle that is too naive to be wrong.

#![allow(clippy::unwrap_used, clippy::panic)]

mod history;
mod mistakes;
mod packed;
mod plans;
mod shape;
#[path = "../support/mod.rs"]
mod support;
mod targets;
