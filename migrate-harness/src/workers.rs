//! The walk on one server: by one worker, or by several at once, each in a database of its own.

use std::num::NonZeroUsize;

use migcheck_core::{Outcome, RevisionGraph};

use crate::error::RoundTripError;
use crate::pieces::{Pieces, Share};
use crate::report::Stair;
use crate::walk::{Course, Stairs, Walk};

/// How many stairs a worker has to have for it to be worth its start.
const STAIRS_A_WORKER: usize = 25;

/// How many workers suit `stairs` stairs on each of `servers` servers.
pub(crate) fn suitable(stairs: usize, servers: usize) -> NonZeroUsize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let cores = cores / servers.max(1);
    NonZeroUsize::new(cores.min(stairs / STAIRS_A_WORKER)).unwrap_or(NonZeroUsize::MIN)
}

/// What came of one worker's share.
#[derive(Default)]
struct Walked {
    stairs: Vec<Stair>,
    /// What was found of revisions whose turn was over, or was another worker's.
    late: Vec<Stair>,
    error: Option<RoundTripError>,
}

/// Walks all stairs with so many workers; the answer is the same for any number of them.
pub(crate) async fn walk(
    course: Course<'_>,
    stairs: &Stairs,
    workers: NonZeroUsize,
    on_stair: &(dyn Fn(&Stair) + Sync),
) -> (Vec<Stair>, Vec<RoundTripError>) {
    let pieces = Pieces::new(stairs, workers);
    let shares: Vec<Share<'_>> = (1..=workers.get().min(pieces.len()))
        .filter_map(NonZeroUsize::new)
        .map(|worker| Share::new(&pieces, worker))
        .collect();
    let walked = match shares.as_slice() {
        [] => Vec::new(),
        [one] => vec![share(course, stairs, *one, on_stair).await],
        // Nobody else runs on this thread's runtime meanwhile.
        several => at_once(course, stairs, several, on_stair),
    };
    let (mut told, mut errors) = (Vec::new(), Vec::<RoundTripError>::new());
    let mut late = Vec::new();
    for share in walked {
        told.extend(share.stairs);
        late.extend(share.late);
        let is_new = |error: &RoundTripError| {
            let text = error.to_string();
            !errors.iter().any(|known| known.to_string() == text)
        };
        errors.extend(share.error.filter(is_new));
    }
    told.sort_by_key(|stair| course.graph.position(&stair.revision));
    for fault in late {
        add_late(course.graph, &mut told, fault);
    }
    (told, errors)
}

async fn share(
    course: Course<'_>,
    stairs: &Stairs,
    share: Share<'_>,
    on_stair: &(dyn Fn(&Stair) + Sync),
) -> Walked {
    let mut told = Vec::new();
    let mut walked = once(course, stairs, share, on_stair, &mut told).await;
    if let Err(RoundTripError::Overlooked { .. }) = walked {
        // Nothing that was found before is certain. Whoever reads everything overlooks nothing.
        told.clear();
        let course = Course {
            reads_whole: true,
            ..course
        };
        walked = once(course, stairs, share, on_stair, &mut told).await;
    }
    let (late, error) = match walked {
        Ok(late) => (late, None),
        Err(error) => (Vec::new(), Some(error)),
    };
    Walked {
        stairs: told,
        late,
        error,
    }
}

async fn once(
    course: Course<'_>,
    stairs: &Stairs,
    share: Share<'_>,
    on_stair: &(dyn Fn(&Stair) + Sync),
    told: &mut Vec<Stair>,
) -> Result<Vec<Stair>, RoundTripError> {
    let mut tell = |stair: Stair| {
        on_stair(&stair);
        told.push(stair);
    };
    Walk::new(course, stairs, share, &mut tell).run().await
}

/// Each share on a thread and a runtime of its own.
fn at_once(
    course: Course<'_>,
    stairs: &Stairs,
    shares: &[Share<'_>],
    on_stair: &(dyn Fn(&Stair) + Sync),
) -> Vec<Walked> {
    let run = |own: Share<'_>| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        match runtime {
            Ok(runtime) => runtime.block_on(share(course, stairs, own, on_stair)),
            Err(error) => Walked::broken(error.to_string()),
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = shares.iter().map(|own| scope.spawn(|| run(*own))).collect();
        let walked = threads.into_iter().map(|thread| match thread.join() {
            Ok(part) => part,
            Err(panic) => Walked::broken(crate::round_trip::said(&*panic)),
        });
        walked.collect()
    })
}

impl Walked {
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
