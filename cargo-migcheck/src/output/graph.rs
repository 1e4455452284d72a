//! The history as a drawn graph, the newest revision first.

use migcheck_core::RevisionGraph;
use renderdag::{Ancestor, GraphRowRenderer, Renderer as _};

use super::revisions::{Line, Standing};

const REVISION: &str = "○";
const APPLIED: &str = "●";

/// Draws the revisions at `places`, which are in topological order. Parents outside of them are
/// drawn as an edge that goes on. Where it is known how a database stands, that is marked.
pub(crate) fn draw(
    graph: &RevisionGraph,
    places: &[usize],
    standing: Option<&Standing>,
    width: Option<usize>,
) -> String {
    let mut shown = vec![false; graph.len()];
    places.iter().for_each(|at| shown[*at] = true);
    let mut renderer = GraphRowRenderer::new()
        .output()
        .with_min_row_height(1)
        .build_box_drawing();
    let mut drawing = String::new();
    for &place in places.iter().rev() {
        let Some(revision) = graph.get(place) else {
            continue;
        };
        let parents: Vec<Ancestor<usize>> = revision
            .parents
            .iter()
            .map(|parent| {
                if shown[*parent] {
                    Ancestor::Parent(*parent)
                } else {
                    Ancestor::Anonymous
                }
            })
            .collect();
        let taken = renderer.width(Some(&place), Some(&parents));
        let taken = usize::try_from(taken).unwrap_or(usize::MAX);
        let width = width.map(|width| width.saturating_sub(taken + 1));
        let line = Line::of(graph, place, revision);
        let line = match standing {
            Some(standing) if standing.current[place] => line.current(),
            _ => line,
        };
        let line = line.render(0, width);
        let is_applied = standing.is_some_and(|standing| standing.applied[place]);
        let glyph = if is_applied { APPLIED } else { REVISION };
        drawing.push_str(&renderer.next_row(place, parents, glyph.to_owned(), line));
    }
    drawing
}
