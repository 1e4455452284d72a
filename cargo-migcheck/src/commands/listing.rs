//! What `heads`, `bases` and `history` share: revisions of each directory.

use migcheck_core::{Checked, RevisionGraph};

use super::show::pages;
use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::json::{Answer, Directories, JsonRevision, Listed};
use crate::output::{BOLD, Format, Standing, painted};

/// The revisions to print.
pub(crate) struct Chosen {
    /// Their places.
    pub(crate) places: Vec<usize>,
    /// How a database stands, where one was asked.
    pub(crate) standing: Option<Standing>,
}

impl From<Vec<usize>> for Chosen {
    fn from(places: Vec<usize>) -> Self {
        Self {
            places,
            standing: None,
        }
    }
}

/// Prints the revisions that `choose` takes from each directory, drawn by `draw`; where the user
/// wants to know more, a page for each.
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
                context.terminal.print(if context.terminal.is_verbose() {
                    let places = chosen.places.iter().copied();
                    let standing = chosen.standing.as_ref();
                    pages(graph, places, standing, context.terminal.width())
                } else {
                    draw(graph, chosen)
                });
            }
        }
        Format::Json => {
            let directories = graphs
                .iter()
                .map(|(name, graph, chosen)| {
                    let ids = |flags: &Vec<bool>| {
                        let mut places = chosen.places.clone();
                        places.retain(|at| flags[*at]);
                        graph.ids(&places)
                    };
                    let standing = chosen.standing.as_ref();
                    Listed {
                        directory: name,
                        revisions: JsonRevision::all(graph, &chosen.places),
                        applied: standing.map(|standing| ids(&standing.applied)),
                        current: standing.map(|standing| ids(&standing.current)),
                    }
                })
                .collect();
            context
                .terminal
                .json(&Answer::new(Directories { directories }));
        }
    }
    Ok(Exit::Success)
}
