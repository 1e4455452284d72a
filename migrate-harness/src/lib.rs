//! Round trips against real servers: start one, make scratch databases in it, walk every revision
//! up, down and up again, leave nothing behind.

mod alike;
mod cleanup;
mod directory;
mod drift;
mod error;
mod fingerprints;
mod identify;
mod known;
mod leftovers;
mod names;
mod owner;
mod parts;
mod pieces;
mod report;
mod round_trip;
mod rows;
mod scratch;
mod server;
mod shared;
mod states;
pub mod testing;
mod walk;
mod workers;

pub use cleanup::clean_up_now;
pub use drift::{Drift, drift, recorded_drift};
pub use error::RoundTripError;
pub use fingerprints::{MadeFingerprints, fingerprints};
pub use identify::{Identified, Identify, IdentifyError, Place, State, TriedOn};
pub use leftovers::{
    LONGER_THAN_A_RUN, Leftover, LeftoverKind, Leftovers, LeftoversError, Standing,
};
pub use migcheck_core::Outcome;
pub use parts::{InvalidPartition, Partition};
pub use report::{RoundTripReport, Stair, Tally};
pub use round_trip::{Event, RoundTrip, round_trip};
pub use scratch::{Scratch, ScratchError};
pub use server::{
    Product, Server, ServerSpec, ServerSpecError, StartError, StartOptions, StopError,
};
