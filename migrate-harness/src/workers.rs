//! The walk on one server: in one part, or in several at once, each in a database of its own.

use std::ops::Range;

use migcheck_core::{Outcome, RevisionGraph};

use crate::error::RoundTripError;
use crate::parts::parts;
use crate::report::Stair;
use crate::walk::{Course, Stairs, Walk};

/// How many stairs a worker has to have for it to be worth its start.
const STAIRS_A_WORKER: usize = 25;

/// How many workers suit `stairs` stairs on each of `servers` servers.
pub(crate) fn suitable(stairs: usize, servers: usize) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let cores = cores / servers.max(1);
    cores.min(stairs / STAIRS_A_WORKER).max(1)
}

/// What came of one part.
#[derive(Default)]
struct Part {
    stairs: Vec<Stair>,
    /// What was found of revisions whose turn was over, or was another part's.
    late: Vec<Stair>,
    error: Option<RoundTripError>,
}

/// Walks all stairs with so many workers; the answer is the same for any number of them.
pub(crate) async fn walk(
    course: Course<'_>,
    stairs: &Stairs,
    workers: usize,
    on_stair: &(dyn Fn(&Stair) + Sync),
) -> (Vec<Stair>, Vec<RoundTripError>) {
    let mut ranges: Vec<Range<usize>> = parts(stairs, workers).collect();
    ranges.retain(|part| stairs.checked[part.clone()].contains(&true));
    let walked = match ranges.as_slice() {
        [] => Vec::new(),
        [one] => vec![part(course, stairs, one.clone(), on_stair).await],
        // Nobody else runs on this thread's runtime meanwhile.
        several => at_once(course, stairs, several, on_stair),
    };
    let (mut told, mut errors) = (Vec::new(), Vec::<RoundTripError>::new());
    let mut late = Vec::new();
    for part in walked {
        told.extend(part.stairs);
        late.extend(part.late);
        let is_new = |error: &RoundTripError| {
            let text = error.to_string();
            !errors.iter().any(|known| known.to_string() == text)
        };
        errors.extend(part.error.filter(is_new));
    }
    for fault in late {
        add_late(course.graph, &mut told, fault);
    }
    (told, errors)
}

async fn part(
    course: Course<'_>,
    stairs: &Stairs,
    range: Range<usize>,
    on_stair: &(dyn Fn(&Stair) + Sync),
) -> Part {
    let mut told = Vec::new();
    let mut walked = once(course, stairs, range.clone(), on_stair, &mut told).await;
    if let Err(RoundTripError::Overlooked { .. }) = walked {
        // Nothing that was found before is certain. Whoever reads everything overlooks nothing.
        told.clear();
        let course = Course {
            reads_whole: true,
            ..course
        };
        walked = once(course, stairs, range, on_stair, &mut told).await;
    }
    let (late, error) = match walked {
        Ok(late) => (late, None),
        Err(error) => (Vec::new(), Some(error)),
    };
    Part {
        stairs: told,
        late,
        error,
    }
}

async fn once(
    course: Course<'_>,
    stairs: &Stairs,
    range: Range<usize>,
    on_stair: &(dyn Fn(&Stair) + Sync),
    told: &mut Vec<Stair>,
) -> Result<Vec<Stair>, RoundTripError> {
    let mut tell = |stair: Stair| {
        on_stair(&stair);
        told.push(stair);
    };
    Walk::new(course, stairs, range, &mut tell).run().await
}

/// Each part on a thread and a runtime of its own.
fn at_once(
    course: Course<'_>,
    stairs: &Stairs,
    ranges: &[Range<usize>],
    on_stair: &(dyn Fn(&Stair) + Sync),
) -> Vec<Part> {
    let run = |range: Range<usize>| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        match runtime {
            Ok(runtime) => runtime.block_on(part(course, stairs, range, on_stair)),
            Err(error) => Part::broken(error.to_string()),
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = ranges
            .iter()
            .map(|range| scope.spawn(|| run(range.clone())))
            .collect();
        let parts = threads.into_iter().map(|thread| match thread.join() {
            Ok(part) => part,
            Err(panic) => Part::broken(crate::round_trip::said(&*panic)),
        });
        parts.collect()
    })
}

impl Part {
    fn broken(message: String) -> Self {
        Self {
            error: Some(RoundTripError::Broken(message)),
            ..Self::default()
        }
    }
}

/// Puts what was found of a revision besides its own stair where that stands, unless it has failed
/// there too.
fn add_late(graph: &RevisionGraph, stairs: &mut Vec<Stair>, fault: Stair) {
    let of = |stair: &Stair| stair.revision == fault.revision;
    if stairs.iter().any(|stair| of(stair) && stair.is_failure()) {
        return;
    }
    stairs.retain(|stair| !(of(stair) && stair.outcome == Outcome::Passed));
    let place = |stair: &Stair| graph.position(&stair.revision);
    let at = stairs.partition_point(|stair| place(stair) <= place(&fault));
    stairs.insert(at, fault);
}
