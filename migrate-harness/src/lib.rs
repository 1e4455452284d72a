//! Round trips against real servers: start one, make scratch databases in it, leave nothing behind.

mod cleanup;
mod directory;
mod names;
mod scratch;
mod server;

pub use cleanup::clean_up_now;
pub use scratch::{Scratch, ScratchError};
pub use server::{
    Product, Server, ServerSpec, ServerSpecError, StartError, StartOptions, StopError,
};
