//! The guard of history: what was changed that had been recorded, in the lock or elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::finding::{Finding, Label, SourceFile};
use crate::graph::RevisionGraph;
use crate::lock::{Lock, LockedRevision, places, quoted};
use crate::past::{Locked, Since};
use crate::revision::{Direction, Revision};
use crate::script_change::describe;
use crate::{Code, Dialect, Severity};

/// A history to be guarded.
pub(crate) struct Guard<'a> {
    pub(crate) graph: &'a RevisionGraph,
    /// For each revision, where its id is claimed.
    pub(crate) claimed: &'a [Label],
    /// Whether the order of the files says who revises whom.
    pub(crate) is_chain: bool,
    /// Where older texts are to be had.
    pub(crate) texts: Option<Locked<'a>>,
    /// What was found already, so that it is said once.
    pub(crate) known: BTreeSet<Known>,
}

/// What is wrong with which revision, and with which of its scripts.
type Known = (String, Code, Option<(Direction, Option<Dialect>)>);

/// Where a record of history stands.
#[derive(Clone, Copy)]
enum Record<'a> {
    /// In the lock.
    Lock(&'a Arc<SourceFile>),
    /// At a place of that name.
    At(&'a str),
}

impl Record<'_> {
    /// When `what` was changed.
    fn when(self, what: &str) -> String {
        match self {
            Self::Lock(_) => format!("after {what} was locked"),
            Self::At(name) => format!("since `{name}`"),
        }
    }

    /// What to do about a change: `undo` it, or say that it is meant.
    fn help(self, finding: Finding, undo: &str, id: &str) -> Finding {
        match self {
            Self::Lock(_) => finding.help(format!(
                "{undo}; if no database ever ran it: `cargo migcheck lock --accept {id}`"
            )),
            Self::At(_) => finding.help(format!(
                "{undo}; if no database ever ran it, whoever knows that lets it pass without \
                 `--against`: what the lock accepts does not count here"
            )),
        }
    }
}

impl Guard<'_> {
    /// What was changed since the history of `since`.
    pub(crate) fn against(&mut self, since: &Since) -> Vec<Finding> {
        let mut findings = Vec::new();
        self.compare(&since.lock, Record::At(&since.name), &mut findings);
        findings
    }

    /// What was changed since `lock` was written, and whether it has to be written anew. `is_due`
    /// says that the lock is what others will compare with.
    pub(crate) fn with_lock(
        &mut self,
        lock: &Lock,
        source: &Arc<SourceFile>,
        is_due: bool,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        let unlocked = self.compare(lock, Record::Lock(source), &mut findings);
        let mut stale = if unlocked.is_empty() && findings.is_empty() {
            self.stale_heads(lock, source)
        } else {
            self.stale(lock, &unlocked)
        };
        if let Some(stale) = stale.as_mut().filter(|_| is_due) {
            stale.severity = Severity::Deny;
        }
        findings.extend(stale);
        findings
    }

    /// Compares every revision with its record; returns the places of those that have none.
    fn compare(
        &mut self,
        lock: &Lock,
        record: Record<'_>,
        findings: &mut Vec<Finding>,
    ) -> Vec<usize> {
        let mut locked: BTreeMap<&str, Vec<&LockedRevision>> = BTreeMap::new();
        for revision in &lock.revisions {
            locked.entry(&revision.id).or_default().push(revision);
        }
        let mut unlocked = Vec::new();
        let graph = self.graph;
        for (at, revision) in graph.revisions().iter().enumerate() {
            let now = LockedRevision::of(graph, revision);
            // Twice, where both sides of a merge in git were kept: one of them will do.
            let records = locked.get(&*now.id).map_or(&[][..], Vec::as_slice);
            if records.iter().any(|then| then.is_as(&now)) {
                continue;
            }
            match records.first() {
                Some(then) if then.is_reserved() && then.revises == now.revises => {
                    if !revision.is_unwritten() {
                        unlocked.push(at);
                    }
                }
                None => unlocked.push(at),
                Some(then) => {
                    if !then.is_reserved() {
                        self.scripts(then, &now, revision, at, record, findings);
                    }
                    self.parents(then, &now, at, record, findings);
                }
            }
        }
        let is_gone = |one: &&LockedRevision| graph.position(&one.id).is_none();
        let gone: Vec<_> = lock.revisions.iter().filter(is_gone).collect();
        if !gone.is_empty() {
            self.removed(&gone, record, findings);
        }
        unlocked
    }

    fn scripts(
        &mut self,
        then: &LockedRevision,
        now: &LockedRevision,
        revision: &Revision,
        at: usize,
        record: Record<'_>,
        findings: &mut Vec<Finding>,
    ) {
        for (direction, then, now) in [
            (Direction::Up, &then.up, &now.up),
            (Direction::Down, &then.down, &now.down),
        ] {
            let dialects: BTreeSet<_> = then.keys().chain(now.keys()).copied().collect();
            for dialect in dialects {
                let (before, after) = (then.get(&dialect), now.get(&dialect));
                let known = (
                    revision.id.to_string(),
                    Code::EditedAfterLock,
                    Some((direction, dialect)),
                );
                if before == after || !self.known.insert(known) {
                    continue;
                }
                let script = revision
                    .scripts
                    .iter()
                    .find(|script| script.direction == direction && script.dialect == dialect);
                let what = match (before, after) {
                    (Some(_), Some(_)) => format!("was edited {}", record.when("it")),
                    (None, _) => format!("was added {}", record.when("the revision")),
                    (_, None) => format!("was deleted {}", record.when("it")),
                };
                let mut finding = Finding::new(
                    Code::EditedAfterLock,
                    format!("the {direction} script of `{}` {what}", revision.id),
                );
                finding = match (script, before, after) {
                    (Some(script), Some(before), Some(after)) => {
                        let text = self.texts.as_ref().map(|texts| texts.text(script, *before));
                        match text {
                            Some(Some(text)) => {
                                describe(finding, &text, script, &self.graph.settings().databases)
                            }
                            missing => {
                                let [before, after] = [before, after].map(ToString::to_string);
                                let finding = finding
                                    .label(Label::file(&*script.source.path))
                                    .note(format!("locked {before:.12}…, now {after:.12}…"));
                                if missing.is_some() {
                                    finding.note("the locked text is in no git history here, so that what was changed cannot be shown")
                                } else {
                                    finding.note("`cargo migcheck check` shows what was changed, where git has the locked text")
                                }
                            }
                        }
                    }
                    (Some(script), ..) => finding.label(Label::file(&*script.source.path)),
                    (None, ..) => finding.label(self.claimed(at)),
                };
                let undo = "undo the edit and write a new revision";
                findings.push(record.help(finding, undo, revision.id.as_str()));
            }
        }
    }

    fn parents(
        &mut self,
        then: &LockedRevision,
        now: &LockedRevision,
        at: usize,
        record: Record<'_>,
        findings: &mut Vec<Finding>,
    ) {
        let known = (now.id.clone(), Code::ReparentedAfterLock, None);
        if then.revises == now.revises || !self.known.insert(known) {
            return;
        }
        let base = |ids: &[String]| {
            if ids.is_empty() {
                "base".to_owned()
            } else {
                ids.join(", ")
            }
        };
        let when = match record {
            Record::Lock(_) => "when it was locked".to_owned(),
            Record::At(name) => format!("at `{name}`"),
        };
        let message = format!(
            "`{}` revises `{}`, and revised `{}` {when}",
            now.id,
            base(&now.revises),
            base(&then.revises)
        );
        let finding = Finding::new(Code::ReparentedAfterLock, message).label(self.claimed(at));
        findings.push(record.help(finding, "restore the parent", &now.id));
    }

    fn removed(
        &mut self,
        gone: &[&LockedRevision],
        record: Record<'_>,
        findings: &mut Vec<Finding>,
    ) {
        let places = match record {
            Record::Lock(source) => places(&source.text),
            Record::At(_) => BTreeMap::new(),
        };
        for revision in gone {
            let id = &revision.id;
            if !self
                .known
                .insert((id.clone(), Code::RemovedAfterLock, None))
            {
                continue;
            }
            let (message, label) = match record {
                Record::Lock(source) => {
                    let span = places.get(&*quoted(id)).cloned();
                    let label = Label::new(source, span.unwrap_or(0..0), "");
                    (format!("the locked revision `{id}` is gone"), label)
                }
                Record::At(name) => (
                    format!("the revision `{id}` is gone since `{name}`"),
                    Label::file(&*self.graph.settings().directory),
                ),
            };
            let finding = Finding::new(Code::RemovedAfterLock, message)
                .label(label)
                .note("a database that has run it cannot be taken down any more");
            findings.push(record.help(finding, "restore its files", id));
        }
    }

    /// What the lock does not record.
    fn stale(&self, lock: &Lock, unlocked: &[usize]) -> Option<Finding> {
        let first = unlocked.first()?;
        let ids = self.graph.ids(unlocked);
        let names: Vec<String> = ids.iter().take(3).map(|id| format!("`{id}`")).collect();
        let more = ids.len() - names.len();
        let tail = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        let message = format!("the lock does not record {}{tail}", names.join(", "));
        let mut finding = Finding::new(Code::LockStale, message)
            .label(Label::file(&*self.claimed(*first).source.path));
        // What is being written stands on top of what is recorded, and not below it.
        let recorded: BTreeSet<&str> = lock.revisions.iter().map(|one| &*one.id).collect();
        let on_top = self.graph.with_dependents(unlocked);
        let below = self.graph.revisions().iter().enumerate().find(|(at, one)| {
            on_top[*at] && unlocked.binary_search(at).is_err() && recorded.contains(one.id.as_str())
        });
        if let Some((_, above)) = below {
            finding.severity = Severity::Deny;
            finding = finding.note(format!("`{}` is recorded, and builds on it", above.id));
        }
        finding = finding.help(if unlocked.len() == 1 {
            "`cargo migcheck lock` records it"
        } else {
            "`cargo migcheck lock` records them"
        });
        if let (true, Some(_), [head], Some(id)) = (
            self.is_chain,
            below,
            self.graph.heads().as_slice(),
            ids.first(),
        ) {
            let head = self.graph.ids(&[*head]).concat();
            finding = finding.help(format!(
                "or, if no database has run `{id}`: `cargo migcheck rebase {id} --onto {head}` \
                 puts it behind what is recorded"
            ));
        }
        Some(finding)
    }

    /// A lock that records every revision and other heads: git's conflict on that line was resolved
    /// by hand.
    fn stale_heads(&self, lock: &Lock, source: &Arc<SourceFile>) -> Option<Finding> {
        let mut heads = self.graph.ids(&self.graph.heads());
        heads.sort();
        if lock.heads == heads {
            return None;
        }
        let line = source.text.find("heads =").map_or(0..0, |start| {
            let rest = source.text.get(start..).unwrap_or_default();
            start..start + rest.lines().next().map_or(0, str::len)
        });
        let name = |ids: &[String]| {
            let ids: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
            ids.join(", ")
        };
        Some(
            Finding::new(
                Code::LockStale,
                format!(
                    "the lock has the heads {}, and the history has {}",
                    name(&lock.heads),
                    name(&heads)
                ),
            )
            .label(Label::new(source, line, ""))
            .help("`cargo migcheck lock` writes the line anew"),
        )
    }

    fn claimed(&self, at: usize) -> Label {
        let label = self.claimed.get(at);
        label.map_or_else(
            || Label::file(&*self.graph.settings().directory),
            Clone::clone,
        )
    }
}
