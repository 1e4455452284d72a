//! What `heads`, `bases` and `history` share: revisions of each directory.

use migcheck_core::{Checked, RevisionGraph};

use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::json::{Answer, Directories, JsonRevision, Listed};
use crate::output::{BOLD, Format, painted};

/// The revisions to print.
pub(crate) struct Chosen {
    /// Their places.
    pub(crate) places: Vec<usize>,
    /// What is applied, by place, where a database was asked.
    pub(crate) applied: Option<Vec<bool>>,
}

impl From<Vec<usize>> for Chosen {
    fn from(places: Vec<usize>) -> Self {
        Self {
            places,
            applied: None,
        }
    }
}

/// Prints the revisions that `choose` takes from each directory, drawn by `draw`.
pub(crate) fn list(
    context: &Context,
    format: Format,
    choose: impl Fn(&Checked, &RevisionGraph) -> Result<Chosen, CommandError>,
    draw: impl Fn(&RevisionGraph, &Chosen) -> String,
) -> Result<Exit, CommandError> {
    let mut graphs = Vec::new();
    for directory in context.selection.directories()? {
        let (checked, graph) = directory.load()?;
        let chosen = choose(&checked, &graph)?;
        graphs.push((directory.name, graph, chosen));
    }
    match format {
        Format::Human => {
            for (at, (name, graph, chosen)) in graphs.iter().enumerate() {
                if graphs.len() > 1 {
                    let gap = if at > 0 { "\n" } else { "" };
                    let name = painted(BOLD, name);
                    context.terminal.print(format_args!("{gap}{name}\n"));
                }
                if graph.is_empty() {
                    context.terminal.summary("no revisions\n");
                } else if chosen.places.is_empty() {
                    context.terminal.summary("no revisions in this range\n");
                }
                context.terminal.print(draw(graph, chosen));
            }
        }
        Format::Json => {
            let directories = graphs
                .iter()
                .map(|(name, graph, chosen)| Listed {
                    directory: name,
                    revisions: JsonRevision::all(graph, &chosen.places),
                    applied: chosen.applied.as_ref().map(|applied| {
                        let mut places = chosen.places.clone();
                        places.retain(|at| applied[*at]);
                        graph.ids(&places)
                    }),
                })
                .collect();
            context
                .terminal
                .json(&Answer::new(Directories { directories }));
        }
    }
    Ok(Exit::Success)
}
