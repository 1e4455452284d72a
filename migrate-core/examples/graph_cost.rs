//! What a graph of N revisions costs to check, to plan on, and to find targets and ranges in.
//!
//!     cargo run --release -p migcheck-core --example graph_cost -- 10000 [project|vendor|broken [DIRECTORY]]
//!
//! Every step asks the same number of questions, whatever N is, so that ten times the revisions
//! may cost ten times as much. Times are printed; `cargo xtask bench` counts the instructions of
//! `load`, `plan`, `target` and `range`, which do not depend on the machine. The migrations are
//! left in DIRECTORY, if one is named.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;
use std::{env, fs};

use migcheck_core::{Checked, RevisionGraph, Target, check};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// How many questions each step asks.
const QUESTIONS: usize = 16;

/// How many lines of work are open at a time.
const LINES: usize = 8;

fn main() -> Result<()> {
    let mut arguments = env::args().skip(1);
    let count: usize = arguments.next().as_deref().unwrap_or("1000").parse()?;
    let shape = arguments.next().unwrap_or_else(|| "project".to_owned());
    let nodes = match &*shape {
        "project" => project(count),
        "vendor" => vendor(count),
        "broken" => broken(count),
        other => return Err(format!("no such shape: {other}").into()),
    };
    let own = tempfile::tempdir()?;
    let directory = arguments.next().map(PathBuf::from);
    let directory = directory.unwrap_or_else(|| own.path().to_owned());
    fs::create_dir_all(&directory)?;
    write(&directory, &nodes)?;

    let checked = timed("load", || load(&directory));
    println!("{:>10}  findings", checked.findings.len());
    if shape != "broken"
        && let Some(finding) = checked.findings.first()
    {
        return Err(finding.message.clone().into());
    }
    if let Some(graph) = &checked.graph {
        println!("{:>10}  heads", graph.heads().len());
        println!(
            "{:>10}  merges",
            nodes.iter().filter(|one| one.parents.len() > 1).count()
        );
        let steps = timed("plan", || plan(graph))?;
        let found = timed("target", || target(graph, &nodes))?;
        let listed = timed("range", || range(graph))?;
        println!(
            "{steps:>10}  steps planned\n{found:>10}  targets found\n{listed:>10}  revisions in ranges"
        );
    }
    Ok(())
}

fn timed<T>(name: &str, step: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let value = step();
    println!("{:>10.1}  ms {name}", start.elapsed().as_secs_f64() * 1e3);
    value
}

#[inline(never)]
fn load(directory: &Path) -> Checked {
    check(directory, "migrations")
}

/// Plans between the base and the heads, and between places in the middle.
#[inline(never)]
fn plan(graph: &RevisionGraph) -> Result<usize> {
    let mut steps = 0;
    for id in sample(graph) {
        let applied = graph.applied_at([&id])?;
        steps += graph.current(&applied).len();
        steps += graph.plan_upgrade(&applied, &Target::Heads)?.steps.len();
        steps += graph.plan_downgrade(&applied, &Target::Base)?.steps.len();
        let all = graph.applied(graph.revisions().iter().map(|one| &one.id))?;
        steps += graph.plan(&all, &Target::Named(id))?.steps.len();
    }
    Ok(steps)
}

/// Targets by their id, the start of one, a label, and by steps.
#[inline(never)]
fn target(graph: &RevisionGraph, nodes: &[Node]) -> Result<usize> {
    let mut found = 0;
    for id in sample(graph) {
        // Some have several ways to go, which is an answer too.
        for text in [
            id.clone(),
            id[..10].to_owned(),
            format!("{id}-3"),
            format!("{id}+3"),
        ] {
            found += usize::from(graph.locate(&text).is_ok());
        }
    }
    let labels: Vec<&String> = nodes
        .iter()
        .filter_map(|node| node.label.as_ref())
        .collect();
    for label in labels.iter().step_by((labels.len() / QUESTIONS).max(1)) {
        for text in [
            (*label).clone(),
            format!("{label}@head"),
            format!("{label}@-1"),
        ] {
            let applied = graph.applied_at(["heads"])?;
            found += usize::from(graph.plan(&applied, &Target::parse(&text)?).is_ok());
        }
    }
    Ok(found)
}

/// Ranges to and from revisions, and so many steps from them.
#[inline(never)]
fn range(graph: &RevisionGraph) -> Result<usize> {
    let mut listed = 0;
    for id in sample(graph) {
        for text in [
            format!(":{id}"),
            format!("{id}:"),
            format!("-3:{id}"),
            format!("{id}@base:"),
        ] {
            listed += graph.range(&text).map_or(0, |range| range.len());
        }
    }
    Ok(listed)
}

/// Ids from everywhere in the graph, as many for every size of it.
fn sample(graph: &RevisionGraph) -> Vec<String> {
    let at = |question: usize| question * graph.len() / QUESTIONS;
    let places: Vec<usize> = (0..QUESTIONS).map(at).collect();
    graph.ids(&places)
}

struct Node {
    id: String,
    /// The names that the header gives: ids.
    parents: Vec<String>,
    depends_on: Option<String>,
    label: Option<String>,
}

/// The same numbers every time (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    #[allow(clippy::cast_possible_truncation)]
    fn below(&mut self, limit: usize) -> usize {
        (self.next() >> 33) as usize % limit.max(1)
    }
}

/// A project of some teams: lines of work that part, live for a while and are merged, with a
/// dependency and a label here and there.
fn project(count: usize) -> Vec<Node> {
    let mut random = Random(1);
    let mut nodes: Vec<Node> = Vec::with_capacity(count);
    let mut tips: Vec<usize> = Vec::new();
    for at in 0..count {
        let draw = random.below(100);
        let mut label = None;
        let parents = if at == 0 {
            Vec::new()
        } else if tips.len() == LINES || (draw < 10 && tips.len() > 1) {
            let first = tips.swap_remove(random.below(tips.len()));
            vec![first, tips.swap_remove(random.below(tips.len()))]
        } else if draw < 25 {
            label = (draw < 15).then(|| format!("line_{at}"));
            let parent = at - 1 - random.below(at.min(50));
            tips.retain(|tip| *tip != parent);
            vec![parent]
        } else {
            vec![tips.swap_remove(random.below(tips.len()))]
        };
        tips.push(at);
        let earlier = (at > 0 && random.below(20) == 0).then(|| random.below(at));
        nodes.push(node(&mut random, &nodes, &parents, earlier, label));
    }
    nodes
}

/// A line that is merged into a faster one again and again, and goes on.
fn vendor(count: usize) -> Vec<Node> {
    let mut random = Random(2);
    let mut nodes: Vec<Node> = Vec::with_capacity(count);
    let (mut main, mut slow, mut merged) = (None, None, None);
    for at in 0..count {
        if at % 5 == 1 {
            let label = slow.is_none().then(|| "vendor".to_owned());
            let parents: Vec<usize> = slow.into_iter().collect();
            nodes.push(node(&mut random, &nodes, &parents, None, label));
            slow = Some(at);
        } else {
            let mut parents: Vec<usize> = main.into_iter().collect();
            if at % 5 == 3 && slow != merged {
                parents.extend(slow);
                merged = slow;
            }
            nodes.push(node(&mut random, &nodes, &parents, None, None));
            main = Some(at);
        }
    }
    nodes
}

/// Every mistake of edges, many times: parents of nobody, cycles of two, and too many heads.
fn broken(count: usize) -> Vec<Node> {
    let mut nodes = project(count);
    for at in (2..count.saturating_sub(1)).step_by(10) {
        match at % 3 {
            0 => nodes[at].parents = vec![format!("{at:x}_nobody")],
            1 => nodes[at].parents = vec![nodes[at + 1].id.clone()],
            _ => nodes[at].depends_on = Some(nodes[at].id.clone()),
        }
        if at % 3 == 1 {
            nodes[at + 1].parents = vec![nodes[at].id.clone()];
        }
    }
    nodes
}

fn node(
    random: &mut Random,
    nodes: &[Node],
    parents: &[usize],
    depends_on: Option<usize>,
    label: Option<String>,
) -> Node {
    let id = |at: &usize| nodes[*at].id.clone();
    Node {
        id: format!("{:012x}", random.next() >> 16),
        parents: parents.iter().map(id).collect(),
        depends_on: depends_on.as_ref().map(id),
        label,
    }
}

fn write(directory: &Path, nodes: &[Node]) -> Result<()> {
    let config = "layout = \"native\"\nheads = 1000\nbases = 2\nnaming.file = \"{hash}_{slug}\"\n\
                  rules.missing-down = \"allow\"\n";
    fs::write(directory.join("migcheck.toml"), config)?;
    for node in nodes {
        let mut text = match node.parents.as_slice() {
            [] => "-- migcheck: revises = \"base\"\n".to_owned(),
            parents => format!("-- migcheck: revises = {parents:?}\n"),
        };
        if let Some(name) = &node.depends_on {
            writeln!(text, "-- migcheck: depends-on = [{name:?}]")?;
        }
        if let Some(label) = &node.label {
            writeln!(text, "-- migcheck: labels = [{label:?}]")?;
        }
        writeln!(text, "ALTER TABLE t ADD COLUMN c_{} integer;", node.id)?;
        fs::write(directory.join(format!("{}_x.up.sql", node.id)), text)?;
    }
    Ok(())
}
