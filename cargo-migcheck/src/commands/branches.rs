//! `cargo migcheck branches`: where the history parts, and into what.

use clap::Args;
use migcheck_core::RevisionGraph;
use serde::Serialize;

use super::show::pages;
use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::json::{Answer, Directories, JsonRevision};
use crate::output::{BOLD, Format, painted, table};

/// List the revisions that several build on, with those that do
///
/// With `--verbose` there is a page for each branch point.
#[derive(Debug, Args)]
pub(crate) struct BranchesArgs {
    /// For a person, or for a program
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
}

#[derive(Debug, Serialize)]
struct DirectoryAnswer<'a> {
    directory: &'a str,
    branch_points: Vec<BranchPoint<'a>>,
}

#[derive(Debug, Serialize)]
struct BranchPoint<'a> {
    revision: JsonRevision<'a>,
    branches: Vec<JsonRevision<'a>>,
}

impl BranchesArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        let mut graphs = Vec::new();
        for directory in context.selection.directories()? {
            let (_, graph) = directory.load()?;
            graphs.push((directory.name, graph));
        }
        match self.format {
            Format::Human => human(context, &graphs),
            Format::Json => {
                let directories = graphs
                    .iter()
                    .map(|(name, graph)| DirectoryAnswer {
                        directory: name,
                        branch_points: branch_points(graph)
                            .flat_map(|at| {
                                let revision = JsonRevision::all(graph, &[at]).pop()?;
                                let branches = JsonRevision::all(graph, graph.children(at));
                                Some(BranchPoint { revision, branches })
                            })
                            .collect(),
                    })
                    .collect();
                context
                    .terminal
                    .json(&Answer::new(Directories { directories }));
            }
        }
        Ok(Exit::Success)
    }
}

fn branch_points(graph: &RevisionGraph) -> impl Iterator<Item = usize> {
    (0..graph.len()).filter(|at| graph.children(*at).len() > 1)
}

fn human(context: &Context, graphs: &[(String, RevisionGraph)]) {
    let terminal = &context.terminal;
    let width = terminal.columns();
    for (at, (name, graph)) in graphs.iter().enumerate() {
        if graphs.len() > 1 {
            let gap = if at > 0 { "\n" } else { "" };
            terminal.print(format_args!("{gap}{}\n", painted(BOLD, name)));
        }
        if branch_points(graph).next().is_none() {
            terminal.summary("no branch points: the history is one line\n");
        }
        if terminal.is_verbose() {
            terminal.print(pages(graph, branch_points(graph), None, terminal.width()));
            continue;
        }
        for point in branch_points(graph) {
            terminal.print(table(graph, &[point], "", width));
            terminal.print(table(graph, graph.children(point), "  ", width));
        }
    }
}
