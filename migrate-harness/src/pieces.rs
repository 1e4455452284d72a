//! A walk in pieces, each for the worker that comes to it first.
//!
//! What a stair costs is known when it has been walked: an extension that is made three times takes as
//! long as thirty small tables. So the pieces are many and small, and who is done with one climbs on
//! to the next that nobody has.

use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::walk::Stairs;

/// How many pieces there are for each worker.
const A_WORKER: usize = 8;

/// The fewest stairs in a piece: its first one begins with a look at the whole schema.
const FEWEST: usize = 8;

/// A whole walk, cut up.
#[derive(Debug)]
pub(crate) struct Pieces(Vec<Piece>);

#[derive(Debug)]
struct Piece {
    places: Range<usize>,
    /// The number of the worker that took it; 0 as long as nobody has.
    taker: AtomicUsize,
}

/// One worker's share of the pieces.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Share<'a> {
    pieces: &'a Pieces,
    worker: NonZeroUsize,
}

impl Pieces {
    /// Cuts the way to the last stair that is checked; one worker has it in one piece.
    pub(crate) fn new(stairs: &Stairs, workers: NonZeroUsize) -> Self {
        let length = match workers.get() {
            1 => stairs.count(),
            several => stairs.count().div_ceil(several * A_WORKER).max(FEWEST),
        };
        let (mut pieces, mut start, mut checked) = (Vec::new(), 0, 0);
        for (at, is_checked) in stairs.checked.iter().enumerate().take(stairs.end()) {
            checked += usize::from(*is_checked);
            if checked == length || at + 1 == stairs.end() {
                pieces.push(Piece {
                    places: start..at + 1,
                    taker: AtomicUsize::new(0),
                });
                (start, checked) = (at + 1, 0);
            }
        }
        Self(pieces)
    }

    /// How many workers have something to do.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    fn at(&self, place: usize) -> &[Piece] {
        let before = self.0.partition_point(|piece| piece.places.end <= place);
        self.0.get(before..).unwrap_or_default()
    }
}

impl<'a> Share<'a> {
    /// The share of one worker, which has none yet unless it comes a second time.
    pub(crate) fn new(pieces: &'a Pieces, worker: NonZeroUsize) -> Self {
        Self { pieces, worker }
    }

    /// The place behind the last piece.
    pub(crate) fn end(self) -> usize {
        self.pieces.0.last().map_or(0, |last| last.places.end)
    }

    /// Takes the piece around a place, unless another worker has it.
    pub(crate) fn takes(self, place: usize) -> bool {
        let piece = self.pieces.at(place).first();
        piece.is_some_and(|piece| {
            let taken = piece.taker.compare_exchange(
                0,
                self.worker.get(),
                Ordering::AcqRel,
                Ordering::Acquire,
            );
            taken.is_ok() || taken == Err(self.worker.get())
        })
    }

    /// Whether this worker has the piece around a place.
    pub(crate) fn has(self, place: usize) -> bool {
        let piece = self.pieces.at(place).first();
        piece.is_some_and(|piece| piece.taker.load(Ordering::Acquire) == self.worker.get())
    }

    /// Whether everything from a place on is other workers'.
    pub(crate) fn is_over(self, place: usize) -> bool {
        let takers = self.pieces.at(place).iter();
        let mut takers = takers.map(|piece| piece.taker.load(Ordering::Acquire));
        takers.all(|taker| taker != 0 && taker != self.worker.get())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn number(number: usize) -> NonZeroUsize {
        NonZeroUsize::new(number).unwrap()
    }

    fn cut(checked: Vec<bool>, workers: usize) -> Pieces {
        let climbed = vec![true; checked.len()];
        Pieces::new(&Stairs { checked, climbed }, number(workers))
    }

    #[test]
    fn every_place_is_in_one_piece() {
        for workers in 1..5 {
            for count in [0, 1, 7, 8, 9, 100, 1000] {
                let mut checked = vec![true; count];
                checked.extend([false; 3]);
                let pieces = cut(checked, workers);
                let mut next = 0;
                for piece in &pieces.0 {
                    assert_eq!(piece.places.start, next);
                    next = piece.places.end;
                }
                assert_eq!(next, count);
                assert!(pieces.len() <= workers * A_WORKER);
            }
        }
        assert_eq!(cut(vec![true; 1000], 1).len(), 1);
        assert_eq!(cut(vec![true; 1000], 2).len(), 16);
        assert_eq!(cut(vec![true; 20], 2).len(), 3);
    }

    #[test]
    fn what_is_only_climbed_makes_no_piece() {
        let mut checked = vec![false; 500];
        checked.extend([true; 5]);
        let pieces = cut(checked, 2);
        assert_eq!(pieces.len(), 1);
        assert_eq!(pieces.0[0].places, 0..505);
    }

    #[test]
    fn a_piece_has_one_taker() {
        let pieces = cut(vec![true; 20], 2);
        let (one, two) = (
            Share::new(&pieces, number(1)),
            Share::new(&pieces, number(2)),
        );
        assert_eq!(one.end(), 20);
        assert!(one.takes(0) && one.takes(7) && one.has(3));
        assert!(!two.takes(0) && !two.has(0) && !two.has(8));
        assert!(two.takes(8) && !one.takes(15));
        assert!(!one.is_over(8) && one.takes(16));
        assert!(two.is_over(16) && !two.is_over(8) && !one.is_over(16));
        assert!(one.is_over(20));
        // Whoever comes a second time has what it had.
        assert!(Share::new(&pieces, number(2)).has(8));
    }
}
