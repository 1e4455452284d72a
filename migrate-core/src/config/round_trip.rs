//! What `[roundtrip]` says.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use super::{KnownFault, Value};
use crate::Severity;
use crate::toml_reader::{self as reader, Problem};

/// `[roundtrip]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundTripConfig {
    /// The servers, as they were written.
    pub servers: Vec<String>,
    /// Images that replace the default ones, by server name.
    pub images: BTreeMap<String, String>,
    /// How many workers walk at once on each server; `None`: as it suits the machine.
    pub workers: Option<NonZeroUsize>,
    /// Faults that do not fail a run.
    pub known: Vec<KnownFault>,
    /// How much [`Outcome::ColumnOrderDiffers`](crate::Outcome::ColumnOrderDiffers) matters, from `[rules]`.
    pub column_order: Option<Severity>,
    /// How many rows are made in a table; 0 makes none.
    pub rows: usize,
    /// Another seed makes other rows.
    pub seed: u32,
}

impl Default for RoundTripConfig {
    fn default() -> Self {
        Self {
            servers: Vec::new(),
            images: BTreeMap::new(),
            workers: None,
            known: Vec::new(),
            column_order: None,
            rows: DEFAULT_ROWS,
            seed: 0,
        }
    }
}

/// How many rows a table gets unless migcheck.toml says otherwise: two that are alike and one with
/// NULLs.
const DEFAULT_ROWS: usize = 3;

/// The most rows a table may be given; more show nothing more.
pub(super) const MOST_ROWS: usize = 1_000;

/// A whole number, zero included, that is not larger than `most`.
pub(super) fn at_most(value: &Value<'_>, most: usize) -> Result<usize, Problem> {
    match reader::count(value)? {
        number if number > most => Err(Problem::new(
            value.span(),
            format!("it can be {most} at most"),
        )
        .help("write a smaller number")),
        number => Ok(number),
    }
}
