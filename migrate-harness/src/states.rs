//! The schemas that a directory's revisions make, by upgrades alone.
//!
//! One walk in topological order passes every state of a chain. Where the history branches, what the
//! walk has at a revision is more than the revision and its ancestors, so that the revisions of a
//! branch are tried again in a database of their own.

use std::collections::BTreeSet;

use migcheck_core::{Direction, RevisionGraph};
use migcheck_db::Snapshot;

use crate::error::RoundTripError;
use crate::rows::RowOptions;
use crate::scratch::ScratchError;
use crate::server::Server;
use crate::walk::{Course, Ground};

/// Who is shown the states.
pub(crate) trait Visitor {
    /// Forgets what was shown: it will all be shown again.
    fn begin(&mut self);

    /// The schema when these revisions, and all that they need, are applied.
    fn see(&mut self, tops: &[usize], schema: &Snapshot);
}

/// Shows the state of nothing, that of each revision, and those that a walk over all of them passes.
///
/// `first` is run in every database before anything else. Returns the ids of the revisions whose own
/// state was not seen, because they, or what they need, cannot be applied.
pub(crate) async fn visit(
    graph: &RevisionGraph,
    server: &Server,
    first: Option<&str>,
    visitor: &mut dyn Visitor,
) -> Result<Vec<String>, RoundTripError> {
    let mut course = Course {
        graph,
        server,
        rows: RowOptions { count: 0, seed: 0 },
        reads_whole: false,
    };
    loop {
        visitor.begin();
        let visit = Visit {
            course,
            first,
            visitor,
            applied: vec![false; graph.len()],
            is_seen: vec![false; graph.len()],
        };
        match visit.run().await {
            // Nothing that was seen before is certain.
            Err(RoundTripError::Overlooked { .. }) if !course.reads_whole => {
                course.reads_whole = true;
            }
            done => return done,
        }
    }
}

struct Visit<'a> {
    course: Course<'a>,
    /// What every database begins with.
    first: Option<&'a str>,
    visitor: &'a mut dyn Visitor,
    /// The revisions that the walk over all of them has applied.
    applied: Vec<bool>,
    /// The revisions whose own state was seen.
    is_seen: Vec<bool>,
}

impl Visit<'_> {
    async fn run(mut self) -> Result<Vec<String>, RoundTripError> {
        let ground = self.fresh().await?;
        self.walk(ground).await?;
        for at in 0..self.applied.len() {
            if self.applied[at] && !self.is_seen[at] {
                self.branch(at).await?;
            }
        }
        let unseen = (0..self.is_seen.len()).filter(|at| !self.is_seen[*at]);
        Ok(self.course.graph.ids(&unseen.collect::<Vec<_>>()))
    }

    /// Everything in its order, in one database.
    async fn walk(&mut self, mut ground: Ground) -> Result<(), RoundTripError> {
        let graph = self.course.graph;
        let mut tops = BTreeSet::new();
        self.show(&mut ground, &[]).await?;
        for (at, revision) in graph.revisions().iter().enumerate() {
            let mut before = revision.prerequisites();
            if !before.all(|before| self.applied[before]) {
                continue;
            }
            if !self.climb(&mut ground, at).await {
                // Part of the script may stand.
                ground.remove().await?;
                let places: Vec<usize> = (0..at).filter(|at| self.applied[*at]).collect();
                let Some(anew) = self.ground_at(&places).await? else {
                    return Ok(());
                };
                ground = anew;
                continue;
            }
            self.applied[at] = true;
            for before in revision.prerequisites() {
                tops.remove(&before);
            }
            tops.insert(at);
            let tops: Vec<usize> = tops.iter().copied().collect();
            self.show(&mut ground, &tops).await?;
            self.is_seen[at] = tops.len() == 1;
        }
        ground.finish(self.course).await?;
        ground.remove().await
    }

    /// A revision with nothing but what it needs, and on from there as long as the next one needs
    /// nothing else.
    async fn branch(&mut self, at: usize) -> Result<(), RoundTripError> {
        let graph = self.course.graph;
        let needed = graph.with_prerequisites(&[at]);
        let before: Vec<usize> = (0..at).filter(|at| needed[*at]).collect();
        let Some(mut ground) = self.ground_at(&before).await? else {
            return Ok(());
        };
        let mut next = Some(at);
        while let Some(at) = next {
            if !self.climb(&mut ground, at).await {
                break;
            }
            self.show(&mut ground, &[at]).await?;
            self.is_seen[at] = true;
            let follows = |child: &usize| {
                let mut needs = graph.revisions()[*child].prerequisites();
                self.applied[*child] && !self.is_seen[*child] && needs.all(|needed| needed == at)
            };
            next = graph.children(at).iter().copied().find(follows);
        }
        ground.finish(self.course).await?;
        ground.remove().await
    }

    /// A database with these revisions; none where one of them cannot be applied without others.
    async fn ground_at(&self, places: &[usize]) -> Result<Option<Ground>, RoundTripError> {
        let mut ground = self.fresh().await?;
        for at in places {
            if !self.climb(&mut ground, *at).await {
                ground.remove().await?;
                return Ok(None);
            }
        }
        Ok(Some(ground))
    }

    /// Applies one revision; false if that cannot be done.
    async fn climb(&self, ground: &mut Ground, at: usize) -> bool {
        let revision = self.course.revision(at);
        let script = revision.script(Direction::Up, self.course.server.dialect());
        match script {
            Some(script) => ground.run(revision, script).await.is_ok(),
            None => false,
        }
    }

    /// An empty database.
    async fn fresh(&self) -> Result<Ground, RoundTripError> {
        let mut ground = Ground::fresh(self.course).await?;
        if let Some(sql) = self.first {
            let done = ground.session.execute(sql).await;
            let sql = sql.to_owned();
            done.map_err(|error| ScratchError::Refused { sql, error })?;
        }
        Ok(ground)
    }

    async fn show(&mut self, ground: &mut Ground, tops: &[usize]) -> Result<(), RoundTripError> {
        let schema = ground.schema(self.course).await?;
        self.visitor.see(tops, &schema);
        Ok(())
    }
}
