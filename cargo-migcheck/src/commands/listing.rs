//! What `heads`, `bases` and `history` share: revisions of each directory.

use migcheck_core::RevisionGraph;

use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::json::{Answer, Directories, JsonRevision, Listed};
use crate::output::{BOLD, Format, painted};

/// Prints the revisions that `choose` takes from each directory, drawn by `draw`.
pub(crate) fn list(
    context: &Context,
    format: Format,
    choose: impl Fn(&RevisionGraph) -> Result<Vec<usize>, CommandError>,
    draw: impl Fn(&RevisionGraph, &[usize]) -> String,
) -> Result<Exit, CommandError> {
    let mut graphs = Vec::new();
    for directory in context.selection.directories()? {
        let (_, graph) = directory.load()?;
        let places = choose(&graph)?;
        graphs.push((directory.name, graph, places));
    }
    match format {
        Format::Human => {
            for (at, (name, graph, places)) in graphs.iter().enumerate() {
                if graphs.len() > 1 {
                    let gap = if at > 0 { "\n" } else { "" };
                    let name = painted(BOLD, name);
                    context.terminal.print(format_args!("{gap}{name}\n"));
                }
                if graph.is_empty() {
                    context.terminal.summary("no revisions\n");
                } else if places.is_empty() {
                    context.terminal.summary("no revisions in this range\n");
                }
                context.terminal.print(draw(graph, places));
            }
        }
        Format::Json => {
            let directories = graphs
                .iter()
                .map(|(name, graph, places)| Listed {
                    directory: name,
                    revisions: JsonRevision::all(graph, places),
                })
                .collect();
            context
                .terminal
                .json(&Answer::new(Directories { directories }));
        }
    }
    Ok(Exit::Success)
}
