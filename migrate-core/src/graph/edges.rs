//! The edges that the files claim: resolved, or reported.

use std::collections::{HashMap, HashSet};

use super::dag;
use super::unknown::{Meant, SUGGESTIONS, Unknown};
use crate::Code;
use crate::draft::{Draft, duplicate};
use crate::finding::{Applicability, Finding, Label};
use crate::nearest::nearest_id;
use crate::revision::RevisionId;
use crate::toml_reader::item_with_comma;

/// Resolves names to revisions, and reports what cannot be a graph.
pub(super) struct Builder<'a> {
    drafts: &'a [Draft],
    is_chain: bool,
    findings: &'a mut Vec<Finding>,
    by_id: HashMap<&'a str, usize>,
    by_label: HashMap<&'a str, usize>,
    pub(super) before: dag::Before,
    pub(super) parents: dag::Before,
    pub(super) dependencies: dag::Before,
    rank: Vec<usize>,
    /// Revisions whose parents are not what they ought to be, through a mistake that is
    /// reported: they are no bases, and each hides one head at most.
    pub(super) broken: usize,
    /// By place, which revisions those are; a second one of an id too.
    pub(super) is_broken: Vec<bool>,
    /// The names of parents that no revision has.
    pub(super) missing: HashSet<&'a str>,
    /// How many of those are cycles of several revisions: wherever one is cut, something has to
    /// come first.
    pub(super) knots: usize,
}

impl<'a> Builder<'a> {
    pub(super) fn new(drafts: &'a [Draft], is_chain: bool, findings: &'a mut Vec<Finding>) -> Self {
        let mut by_id: HashMap<&str, usize> = HashMap::with_capacity(drafts.len());
        let mut broken = 0;
        let mut is_broken = vec![false; drafts.len()];
        for (at, draft) in drafts.iter().enumerate() {
            if let Some(first) = by_id.get(&*draft.id) {
                broken += 1;
                is_broken[at] = true;
                findings.push(duplicate(
                    &draft.id,
                    drafts[*first].claimed.clone(),
                    draft.claimed.clone(),
                ));
            } else {
                by_id.insert(&draft.id, at);
            }
        }
        let labels = drafts.iter().enumerate().flat_map(|(at, draft)| {
            let labels = draft.labels.iter();
            labels.map(move |(name, _)| (&**name, at))
        });
        Self {
            drafts,
            is_chain,
            findings,
            by_id,
            by_label: labels.collect(),
            before: vec![Vec::new(); drafts.len()],
            parents: vec![Vec::new(); drafts.len()],
            dependencies: vec![Vec::new(); drafts.len()],
            rank: (0..drafts.len()).collect(),
            broken,
            is_broken,
            missing: HashSet::new(),
            knots: 0,
        }
    }

    pub(super) fn resolve(&mut self) {
        let mut unknown = Vec::new();
        for (at, draft) in self.drafts.iter().enumerate() {
            if draft.is_disputed {
                self.breaks(at);
            }
            match &draft.revises {
                Some(parents) => {
                    self.parents[at] = self.edges(at, parents, Code::UnknownParent, &mut unknown);
                    // A parent that is named twice hides nothing.
                    let names = parents.iter().map(|(name, _)| &**name);
                    let missing: Vec<_> = names
                        .filter(|name| !self.by_id.contains_key(name))
                        .collect();
                    if !missing.is_empty() {
                        self.breaks(at);
                        self.missing.extend(missing);
                    }
                }
                None if self.is_chain => self.parents[at] = at.checked_sub(1).into_iter().collect(),
                // Reported where the file was read.
                None => self.breaks(at),
            }
            self.dependencies[at] =
                self.edges(at, &draft.depends_on, Code::UnknownDependency, &mut unknown);
            self.before[at] = self.parents[at].clone();
            if !self.dependencies[at].is_empty() {
                let parents: HashSet<usize> = self.parents[at].iter().copied().collect();
                let others = self.dependencies[at].iter().copied();
                self.before[at].extend(others.filter(|one| !parents.contains(one)));
            }
        }
        self.report_unknown(unknown);
    }

    fn breaks(&mut self, at: usize) {
        self.broken += 1;
        self.is_broken[at] = true;
    }

    fn edges(
        &mut self,
        place: usize,
        names: &'a [(String, Label)],
        code: Code,
        unknown: &mut Vec<Unknown<'a>>,
    ) -> Vec<usize> {
        let draft = &self.drafts[place];
        let mut edges = Vec::with_capacity(names.len());
        let mut seen = HashSet::new();
        for (name, label) in names {
            let by_id = self.by_id.get(&**name);
            // As in Alembic a dependency can be named by a label, and a parent cannot.
            let by_label = || match code {
                Code::UnknownDependency => self.by_label.get(&**name),
                _ => None,
            };
            let Some(&at) = by_id.or_else(by_label) else {
                unknown.push(Unknown {
                    draft: place,
                    name,
                    label,
                    code,
                });
                continue;
            };
            if names.len() > 1 && !seen.insert(at) {
                let word = if code == Code::UnknownParent {
                    "parent"
                } else {
                    "dependency"
                };
                let finding = Finding::new(
                    Code::DuplicateParent,
                    format!("`{}` names the {word} `{name}` twice", draft.id),
                )
                .label(label.clone())
                .help("name it once");
                let alone = code == Code::UnknownDependency || !draft.is_repeated;
                self.findings.push(without(finding, label, alone));
                continue;
            }
            edges.push(at);
        }
        edges
    }

    /// Names that are no revision's. They are reported once every edge is known, because the edges
    /// tell what was meant.
    fn report_unknown(&mut self, unknown: Vec<Unknown<'a>>) {
        let after = dag::after(&self.before);
        for (place, unknown) in unknown.into_iter().enumerate() {
            let meant = if place < SUGGESTIONS {
                self.meant(&unknown, &after)
            } else {
                None
            };
            self.findings.push(unknown.finding(self.drafts, meant));
        }
    }

    /// The revision that an unknown name most likely means, and why.
    fn meant(&self, unknown: &Unknown<'_>, after: &dag::Before) -> Option<(&'a str, Meant)> {
        // What builds on the revision cannot be meant: that would be a cycle.
        let later = dag::reachable(after, [unknown.draft]);
        let others = || {
            let known = self.by_id.iter().filter(|(_, at)| !later[**at]);
            known.map(|(id, at)| (*id, *at))
        };
        if let Some(meant) = nearest_id(unknown.name, others().map(|(id, _)| id)) {
            return Some((meant, Meant::Misspelt));
        }
        // Where a parent was deleted, its own parent is a loose end; where one was renamed, its
        // new name is.
        let mut loose = others().filter(|(_, at)| after[*at].is_empty());
        match (loose.next(), loose.next()) {
            (Some((only, _)), None) if unknown.code == Code::UnknownParent => {
                Some((only, Meant::LooseEnd))
            }
            _ => None,
        }
    }

    pub(super) fn check_labels(&mut self) {
        let mut owners: HashMap<&str, (&Label, &str)> = HashMap::new();
        let mut ids: Vec<&str> = self.drafts.iter().map(|draft| &*draft.id).collect();
        ids.sort_unstable();
        for draft in self.drafts {
            for (name, label) in &draft.labels {
                if let Some((first, owner)) = owners.insert(name, (label, &draft.id)) {
                    let (message, help) = if owner == draft.id {
                        (
                            format!("`{owner}` carries the label `{name}` twice"),
                            "name it once",
                        )
                    } else {
                        (
                            format!("two revisions carry the label `{name}`"),
                            "a label names one branch: take it from one of the two",
                        )
                    };
                    let finding = Finding::new(Code::DuplicateLabel, message)
                        .label(label.clone())
                        .label(first.clone())
                        .help(help);
                    self.findings.push(if owner == draft.id {
                        without(finding, label, true)
                    } else {
                        finding
                    });
                }
                let next = ids.partition_point(|id| *id < &**name);
                if let Some(id) = ids
                    .get(next)
                    .filter(|id| !name.is_empty() && id.starts_with(&**name))
                {
                    let relation = if *id == name {
                        "is also a revision id"
                    } else {
                        "is also the start of the id"
                    };
                    let message = if *id == name {
                        format!("the label `{name}` {relation}")
                    } else {
                        format!("the label `{name}` {relation} `{id}`")
                    };
                    self.findings.push(
                        Finding::new(Code::AmbiguousPrefixLabel, message)
                            .label(label.clone())
                            .note("a target can be a label, an id or the start of an id")
                            .help("choose a label that no id starts with"),
                    );
                }
                if let Err(error) = RevisionId::new(&**name) {
                    self.findings.push(
                        Finding::new(
                            Code::InvalidDirective,
                            format!("`{name}` cannot be a label: {error}"),
                        )
                        .label(label.clone())
                        .help("choose another"),
                    );
                }
            }
        }
    }

    /// Reports cycles and what hangs behind them; returns the order of everything else.
    pub(super) fn check_cycles(&mut self) -> Vec<usize> {
        let order = dag::topological_order(&self.before, &self.rank);
        if order.len() == self.drafts.len() {
            return order;
        }
        let cycles = dag::cycles(&self.before, &self.rank);
        let mut on_cycle = vec![false; self.drafts.len()];
        // One cycle is shown of a knot, and what else is in it is no finding of its own.
        for node in dag::knots(&self.before).into_iter().flatten() {
            on_cycle[node] = true;
            self.is_broken[node] = true;
        }
        for cycle in &cycles {
            self.findings.push(self.cycle(cycle));
            self.broken += 1;
            self.knots += usize::from(cycle.len() > 1);
        }
        let mut ordered = vec![false; self.drafts.len()];
        order.iter().for_each(|node| ordered[*node] = true);
        let behind: Vec<usize> = (0..self.drafts.len())
            .filter(|node| !ordered[*node] && !on_cycle[*node])
            .collect();
        if let Some(first) = behind.first() {
            let names: Vec<String> = behind
                .iter()
                .take(5)
                .map(|at| format!("`{}`", self.drafts[*at].id))
                .collect();
            let more = behind.len().saturating_sub(names.len());
            let tail = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            self.findings.push(
                Finding::new(
                    Code::Unreachable,
                    format!("no base reaches {}{tail}", names.join(", ")),
                )
                .label(self.drafts[*first].claimed.clone())
                .note(if behind.len() == 1 {
                    "it builds on a cycle"
                } else {
                    "they build on a cycle"
                })
                .help("break the cycle first"),
            );
        }
        order
    }

    /// `cycle` lists nodes so that each comes before the one to its left; shown edge by edge.
    fn cycle(&self, cycle: &[usize]) -> Finding {
        let name = |at: usize| &*self.drafts[at].id;
        let edge_label = |from: usize, to: usize| {
            let draft = &self.drafts[from];
            let edges = draft.revises.iter().flatten().chain(&draft.depends_on);
            let found = edges
                .clone()
                .find(|(id, _)| id == name(to) || self.by_label.get(&**id) == Some(&to))
                .map(|(_, label)| label.clone());
            let is_parent = draft.revises.iter().flatten().any(|(id, _)| id == name(to));
            let verb = if is_parent || self.parents[from].contains(&to) {
                "revises"
            } else {
                "depends on"
            };
            let mut label = found.unwrap_or_else(|| draft.claimed.clone());
            label.text = format!("`{}` {verb} `{}`", name(from), name(to));
            label
        };
        if let [only] = cycle {
            let (what, help) = if self.parents[*only].contains(only) {
                (
                    "is its own parent",
                    "name the revision it was made after, or `\"base\"`",
                )
            } else {
                ("depends on itself", "leave it out")
            };
            return Finding::new(Code::Cycle, format!("`{}` {what}", name(*only)))
                .label(edge_label(*only, *only))
                .help(help);
        }
        let mut names: Vec<&str> = cycle.iter().map(|at| name(*at)).collect();
        names.extend(cycle.first().map(|at| name(*at)));
        let mut finding = Finding::new(
            Code::Cycle,
            format!(
                "{} revisions are their own ancestors: {}",
                cycle.len(),
                names.join(" → ")
            ),
        );
        for (at, &from) in cycle.iter().enumerate().take(6) {
            finding = finding.label(edge_label(from, cycle[(at + 1) % cycle.len()]));
        }
        finding
            .help("one of these lines is wrong: `revises` names the revision that was there before")
    }

    /// `order` leaves out what is on a cycle or behind one: what is redundant there is not known.
    pub(super) fn check_redundant(&mut self, order: &[usize]) {
        let mut children = vec![0_usize; self.drafts.len()];
        for &parent in self.parents.iter().flatten() {
            children[parent] += 1;
        }
        // A parent of this revision alone is nobody else's ancestor.
        let is_shared = |parent: &&usize| children[**parent] > 1;
        let merges = order.iter().filter(|at| self.parents[**at].len() > 1);
        let edges: Vec<(usize, usize)> = merges
            .flat_map(|at| {
                let parents = self.parents[*at].iter().filter(is_shared);
                parents.map(move |parent| (*at, *parent))
            })
            .collect();
        for (at, parent, over) in dag::implied(&self.parents, order, &edges) {
            let draft = &self.drafts[at];
            let name = &*self.drafts[parent].id;
            let place = draft.revises.iter().flatten().find(|(id, _)| id == name);
            let mut label = place.map_or_else(|| draft.claimed.clone(), |(_, label)| label.clone());
            label.text = format!("`{}` already builds on it", self.drafts[over].id);
            let finding = Finding::new(
                Code::RedundantParent,
                format!(
                    "`{}` merges `{name}` with its own descendant `{}`",
                    draft.id, self.drafts[over].id
                ),
            )
            .label(label.clone())
            .help(format!("leave `{name}` out"));
            self.findings
                .push(without(finding, &label, !draft.is_repeated));
        }
    }
}

/// Suggests to take what `label` points at from its list, which is safe where the list stands
/// `alone`: no other script of the revision has to agree with it.
fn without(finding: Finding, label: &Label, alone: bool) -> Finding {
    let applicability = if alone {
        Applicability::Safe
    } else {
        Applicability::Guess
    };
    match item_with_comma(&label.source.text, &label.span) {
        Some(span) => finding.mend(&label.source, span, "", applicability),
        None => finding,
    }
}
