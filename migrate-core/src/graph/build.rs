//! Drafts become a graph, or findings: all of them, not the first.

use std::collections::HashMap;

use super::{RevisionGraph, Settings, dag};
use crate::config::{Config, Heads};
use crate::draft::{Draft, duplicate};
use crate::finding::{Finding, Label};
use crate::nearest::nearest_id;
use crate::revision::{Direction, Revision, RevisionId, Script};
use crate::{Checksum, Code};

/// What came of the drafts.
pub(crate) struct Built {
    /// The graph, where there is one.
    pub(crate) graph: Option<RevisionGraph>,
    /// For each revision of the graph, where its id is claimed.
    pub(crate) claimed: Vec<Label>,
}

/// Builds the graph of `drafts`; `sound` says that every file could be read.
pub(crate) fn build(
    mut drafts: Vec<Draft>,
    is_chain: bool,
    config: &Config,
    settings: Settings,
    sound: bool,
    findings: &mut Vec<Finding>,
) -> Built {
    if is_chain {
        drafts.sort_by(|a, b| (&a.order, &a.id).cmp(&(&b.order, &b.id)));
    } else {
        drafts.sort_by(|a, b| a.id.cmp(&b.id));
    }
    let known_before = findings.len();
    let mut graph = Builder::new(&drafts, is_chain, findings);
    graph.resolve();
    graph.check_labels();
    let order = graph.check_cycles();
    if order.len() == drafts.len() {
        graph.check_redundant(&order);
    }
    let broken = graph.broken;
    let mut edges = Edges {
        parents: graph.parents,
        dependencies: graph.dependencies,
    };
    check_ends(&drafts, &edges, broken, config, findings);
    let fatal = findings[known_before..]
        .iter()
        .any(|finding| !matches!(finding.code, Code::MultipleHeads | Code::MultipleBases));
    if fatal || !sound {
        return Built {
            graph: None,
            claimed: Vec::new(),
        };
    }
    edges.sort(&order);
    let claimed = order.iter().map(|at| drafts[*at].claimed.clone()).collect();
    Built {
        graph: assemble(drafts, &order, &edges, settings),
        claimed,
    }
}

struct Edges {
    parents: dag::Before,
    dependencies: dag::Before,
}

impl Edges {
    /// Puts the ends of each edge list in the order of the walk, so that output is stable.
    fn sort(&mut self, order: &[usize]) {
        let mut place = vec![0; order.len()];
        for (at, node) in order.iter().enumerate() {
            place[*node] = at;
        }
        for list in self.parents.iter_mut().chain(&mut self.dependencies) {
            for node in list.iter_mut() {
                *node = place[*node];
            }
            list.sort_unstable();
        }
    }
}

struct Builder<'a> {
    drafts: &'a [Draft],
    is_chain: bool,
    findings: &'a mut Vec<Finding>,
    by_id: HashMap<&'a str, usize>,
    before: dag::Before,
    parents: dag::Before,
    dependencies: dag::Before,
    rank: Vec<usize>,
    /// Revisions whose parents are not what they ought to be, through a mistake that is
    /// reported: they are no bases, and each hides one head at most.
    broken: usize,
}

impl<'a> Builder<'a> {
    fn new(drafts: &'a [Draft], is_chain: bool, findings: &'a mut Vec<Finding>) -> Self {
        let mut by_id: HashMap<&str, usize> = HashMap::with_capacity(drafts.len());
        let mut broken = 0;
        for (at, draft) in drafts.iter().enumerate() {
            if let Some(first) = by_id.get(&*draft.id) {
                broken += 1;
                findings.push(duplicate(
                    &draft.id,
                    drafts[*first].claimed.clone(),
                    draft.claimed.clone(),
                ));
            } else {
                by_id.insert(&draft.id, at);
            }
        }
        Self {
            drafts,
            is_chain,
            findings,
            by_id,
            before: vec![Vec::new(); drafts.len()],
            parents: vec![Vec::new(); drafts.len()],
            dependencies: vec![Vec::new(); drafts.len()],
            rank: (0..drafts.len()).collect(),
            broken,
        }
    }

    fn resolve(&mut self) {
        let mut unknown = Vec::new();
        for (at, draft) in self.drafts.iter().enumerate() {
            if draft.is_disputed {
                self.broken += 1;
            }
            match &draft.revises {
                Some(parents) => {
                    self.parents[at] = self.edges(at, parents, Code::UnknownParent, &mut unknown);
                    if self.parents[at].len() < parents.len() {
                        self.broken += 1;
                    }
                }
                None if self.is_chain => self.parents[at] = at.checked_sub(1).into_iter().collect(),
                // Reported where the file was read.
                None => self.broken += 1,
            }
            let names = &draft.depends_on;
            self.dependencies[at] = self.edges(at, names, Code::UnknownDependency, &mut unknown);
            self.before[at] = self.parents[at].clone();
            for &dependency in &self.dependencies[at] {
                if !self.before[at].contains(&dependency) {
                    self.before[at].push(dependency);
                }
            }
        }
        if !unknown.is_empty() {
            // What could be meant is known only once all edges are.
            let after = dag::after(&self.before);
            for name in &unknown {
                self.findings.push(self.unknown(name, &after));
            }
        }
    }

    fn edges(
        &mut self,
        of: usize,
        names: &'a [(String, Label)],
        code: Code,
        unknown: &mut Vec<Unknown<'a>>,
    ) -> Vec<usize> {
        let draft = &self.drafts[of];
        let mut edges = Vec::with_capacity(names.len());
        for (name, label) in names {
            let Some(&at) = self.by_id.get(&**name) else {
                unknown.push(Unknown {
                    of,
                    name,
                    label,
                    code,
                });
                continue;
            };
            if edges.contains(&at) {
                let word = if code == Code::UnknownParent {
                    "parent"
                } else {
                    "dependency"
                };
                self.findings.push(
                    Finding::new(
                        Code::DuplicateParent,
                        format!("`{}` names the {word} `{name}` twice", draft.id),
                    )
                    .label(label.clone())
                    .help("name it once"),
                );
                continue;
            }
            edges.push(at);
        }
        edges
    }

    fn unknown(&self, unknown: &Unknown<'_>, after: &dag::Before) -> Finding {
        let Unknown { name, code, .. } = *unknown;
        let (what, word) = if code == Code::UnknownParent {
            ("revises", "parent")
        } else {
            ("depends on", "dependency")
        };
        let mut label = unknown.label.clone();
        label.text = "no revision has this id".to_owned();
        let of = &*self.drafts[unknown.of].id;
        let message = format!("`{of}` {what} `{name}`, which does not exist");
        let finding = Finding::new(code, message).label(label.clone());
        // What builds on the revision cannot be meant: that would be a cycle.
        let later = dag::reachable(after, [unknown.of]);
        let known = self.by_id.iter().filter(|(_, at)| !later[**at]);
        if let Some(meant) = nearest_id(name, known.map(|(id, _)| *id)) {
            let finding = finding.help(format!("did you mean `{meant}`?"));
            // A whole `revises` list is quoted item by item, so that the item alone is replaced.
            let written = label.source.text.get(label.span.clone());
            return if written.is_some_and(|text| text.starts_with('"')) {
                finding.edit(&label, format!("\"{meant}\""))
            } else {
                finding
            };
        }
        let heir = (code == Code::UnknownParent).then(|| self.loose_end(&later, after));
        finding.help(match heir.flatten() {
            Some(heir) => format!(
                "restore the {word}'s file; or, if `{heir}` is meant or takes its place, write that"
            ),
            None => format!("restore the {word}'s file, or name the revision that takes its place"),
        })
    }

    /// The one revision that nothing builds on, apart from those that are `later`: where a
    /// parent was deleted that is its own parent, and where one was renamed its new name.
    fn loose_end(&self, later: &[bool], after: &dag::Before) -> Option<&'a str> {
        let mut others = (0..after.len()).filter(|at| after[*at].is_empty() && !later[*at]);
        match (others.next(), others.next()) {
            (Some(one), None) => Some(&*self.drafts[one].id),
            _ => None,
        }
    }

    fn check_labels(&mut self) {
        let mut owners: HashMap<&str, &Label> = HashMap::new();
        let mut ids: Vec<&str> = self.drafts.iter().map(|draft| &*draft.id).collect();
        ids.sort_unstable();
        for draft in self.drafts {
            for (name, label) in &draft.labels {
                if let Some(first) = owners.insert(name, label) {
                    self.findings.push(
                        Finding::new(
                            Code::DuplicateLabel,
                            format!("two revisions carry the label `{name}`"),
                        )
                        .label(label.clone())
                        .label(first.clone())
                        .help("a label names one branch: take it from one of the two"),
                    );
                }
                let next = ids.partition_point(|id| *id < &**name);
                if let Some(id) = ids.get(next).filter(|id| id.starts_with(&**name)) {
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
    fn check_cycles(&mut self) -> Vec<usize> {
        let order = dag::topological_order(&self.before, &self.rank);
        if order.len() == self.drafts.len() {
            return order;
        }
        let cycles = dag::cycles(&self.before, &self.rank);
        let mut on_cycle = vec![false; self.drafts.len()];
        for cycle in &cycles {
            cycle.iter().for_each(|node| on_cycle[*node] = true);
            self.findings.push(self.cycle(cycle));
            self.broken += 1;
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
                .find(|(id, _)| id == name(to))
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

    fn check_redundant(&mut self, order: &[usize]) {
        let generation = dag::generations(&self.parents, order);
        for (at, draft) in self.drafts.iter().enumerate() {
            let parents = &self.parents[at];
            if parents.len() < 2 {
                continue;
            }
            for &parent in parents {
                let over = parents.iter().find(|other| {
                    **other != parent
                        && dag::is_ancestor(&self.parents, &generation, parent, **other)
                });
                let Some(&over) = over else { continue };
                let name = &*self.drafts[parent].id;
                let place = draft.revises.iter().flatten().find(|(id, _)| id == name);
                let mut label =
                    place.map_or_else(|| draft.claimed.clone(), |(_, label)| label.clone());
                label.text = format!("`{}` already builds on it", self.drafts[over].id);
                self.findings.push(
                    Finding::new(
                        Code::RedundantParent,
                        format!(
                            "`{}` merges `{name}` with its own descendant `{}`",
                            draft.id, self.drafts[over].id
                        ),
                    )
                    .label(label)
                    .help(format!("leave `{name}` out")),
                );
            }
        }
    }
}

/// A name that no revision has, where a parent or a dependency is named.
struct Unknown<'a> {
    /// The revision that names it.
    of: usize,
    name: &'a str,
    label: &'a Label,
    code: Code,
}

/// Heads and bases. What a mistake that is already reported explains is not reported again:
/// a revision whose parent is missing leaves at most one head too many.
fn check_ends(
    drafts: &[Draft],
    edges: &Edges,
    broken: usize,
    config: &Config,
    findings: &mut Vec<Finding>,
) {
    if drafts.is_empty() {
        return;
    }
    let after = dag::after(&edges.parents);
    let heads: Vec<usize> = (0..drafts.len())
        .filter(|at| after[*at].is_empty())
        .collect();
    let is_base = |at: &usize| match &drafts[*at].revises {
        Some(parents) => parents.is_empty(),
        None => edges.parents[*at].is_empty() && broken == 0,
    };
    let bases: Vec<usize> = (0..drafts.len()).filter(is_base).collect();
    let allowed = match &config.heads {
        Heads::Count(count) => *count,
        Heads::Labels(labels) => labels.len(),
    };
    if heads.len().saturating_sub(broken) > allowed {
        findings.push(heads_finding(drafts, edges, &heads, allowed));
    }
    if bases.len() > config.bases {
        let mut finding = Finding::new(
            Code::MultipleBases,
            format!(
                "{} revisions start the history, and {}",
                bases.len(),
                allowed_few(config.bases)
            ),
        );
        for at in &bases {
            finding = finding.label(base_label(&drafts[*at]));
        }
        findings.push(finding.help(format!(
            "give all but one a parent, or set `bases = {}` in migcheck.toml",
            bases.len()
        )));
    }
    if bases.is_empty() && broken == 0 {
        findings.push(
            Finding::new(Code::NoBase, "no revision starts the history")
                .label(drafts[0].claimed.clone())
                .help("the first one says `-- migcheck: revises = \"base\"`"),
        );
    }
}

fn allowed_few(count: usize) -> String {
    if count == 1 {
        "one is allowed".to_owned()
    } else {
        format!("{count} are allowed")
    }
}

fn base_label(draft: &Draft) -> Label {
    let mut label = draft
        .revises_at
        .clone()
        .unwrap_or_else(|| draft.claimed.clone());
    label.text = format!("`{}` is a base", draft.id);
    label
}

fn heads_finding(drafts: &[Draft], edges: &Edges, heads: &[usize], allowed: usize) -> Finding {
    let few = allowed_few(allowed);
    let mut finding = Finding::new(
        Code::MultipleHeads,
        format!("the history has {} heads, and {few}", heads.len()),
    );
    for at in heads {
        let mut label = drafts[*at]
            .revises_at
            .clone()
            .unwrap_or_else(|| drafts[*at].claimed.clone());
        label.text = format!("`{}` is a head: nothing revises it", drafts[*at].id);
        finding = finding.label(label);
    }
    if let Some(point) = branch_point(edges, heads) {
        finding = finding.note(format!("they part after `{}`", drafts[point].id));
    }
    let mine = heads.last().map_or("REV", |at| &*drafts[*at].id);
    let onto = heads.first().map_or("HEAD", |at| &*drafts[*at].id);
    finding
        .help("`cargo migcheck merge` adds a revision that joins them")
        .help(format!(
            "`cargo migcheck rebase {mine} --onto {onto}` puts unreleased revisions on top instead"
        ))
}

fn branch_point(edges: &Edges, heads: &[usize]) -> Option<usize> {
    let (first, rest) = heads.split_first()?;
    let mut common = dag::reachable(&edges.parents, [*first]);
    for head in rest {
        let other = dag::reachable(&edges.parents, [*head]);
        common
            .iter_mut()
            .zip(other)
            .for_each(|(mine, theirs)| *mine &= theirs);
    }
    // The last of the shared ancestors is the one that no other shared ancestor builds on.
    let after = dag::after(&edges.parents);
    (0..common.len()).rfind(|at| common[*at] && !after[*at].iter().any(|child| common[*child]))
}

fn assemble(
    drafts: Vec<Draft>,
    order: &[usize],
    edges: &Edges,
    settings: Settings,
) -> Option<RevisionGraph> {
    let mut drafts: Vec<Option<Draft>> = drafts.into_iter().map(Some).collect();
    let mut revisions: Vec<Revision> = Vec::with_capacity(order.len());
    for &node in order {
        let draft = drafts[node].take()?;
        let parents = edges.parents[node].clone();
        let chain = chain(
            &draft,
            parents.iter().map(|parent| revisions[*parent].chain),
        );
        revisions.push(Revision {
            id: RevisionId::new(draft.id).ok()?,
            slug: draft.slug,
            description: draft.description,
            parents,
            depends_on: edges.dependencies[node].clone(),
            labels: draft.labels.into_iter().map(|(name, _)| name).collect(),
            irreversible: draft.irreversible.map(|(reason, _)| reason),
            touches: draft.touches,
            scripts: draft
                .scripts
                .into_iter()
                .map(|script| Script {
                    direction: script.direction,
                    dialect: script.dialect,
                    source: script.source,
                    checksum: script.checksum,
                    transaction: script.transaction,
                    section: script.section,
                })
                .collect(),
            chain,
        });
    }
    Some(RevisionGraph::from_ordered(revisions, settings))
}

/// The chain checksum: of the id, the scripts' checksums, and the parents' chain checksums.
fn chain(draft: &Draft, parents: impl Iterator<Item = Checksum>) -> Checksum {
    let mut parts: Vec<Vec<u8>> = vec![draft.id.clone().into_bytes()];
    for script in &draft.scripts {
        let direction = u8::from(script.direction == Direction::Down);
        let dialect = script.dialect.map_or(0, |dialect| 1 + dialect as u8);
        let mut part = vec![direction, dialect];
        part.extend(script.checksum.0);
        parts.push(part);
    }
    parts.extend(parents.map(|parent| parent.0.to_vec()));
    Checksum::of_parts(parts.iter().map(Vec::as_slice))
}
