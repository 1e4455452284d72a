//! SVG: one row a revision, lanes to the left, words to the right. Without scripts, fonts or
//! anything else from elsewhere, so that it shows wherever an image does.

use std::fmt::Write as _;

use super::lanes::{Edge, EdgeKind, Lanes, lay_out};
use super::{Node, Picture, TITLE, printable};

/// Distances, in pixels.
const ROW: usize = 24;
const LANE: usize = 16;
const MARGIN: usize = 20;
/// Where the first row stands: below the caption.
const TOP: usize = 56;
/// The widths that letters are taken to have, because nothing can be measured here: a little more
/// than they have in common fonts. A letter outside of ASCII is taken for a wide one.
const ID_LETTER: usize = 8;
const LETTER: usize = 7;

/// The colours of lanes are told apart on white and on black, by the colour-blind too.
const STYLE: &str = "\
text{font:13px system-ui,sans-serif;fill:#24292f}
.h{font-weight:600}
.i{font:12px ui-monospace,monospace;font-weight:600}
.m{fill:#57606a;font-size:12px}
.l{fill:#8a5a00;font-weight:600;font-size:12px}
.x{fill:#b3261e;font-size:12px}
.g{fill:#1a7f37;font-weight:600;font-size:12px}
.b{fill:#fff}
.z{fill:#f4f6f8}
.z0{fill:none;pointer-events:all}
path{fill:none;stroke-width:2}
.d{stroke-dasharray:4 3;stroke-width:1.5}
.c0{stroke:#0969da}.c1{stroke:#bf5000}.c2{stroke:#1a7f6b}.c3{stroke:#a0439b}.c4{stroke:#7a6a00}.c5{stroke:#57606a}
.n0{fill:#0969da}.n1{fill:#bf5000}.n2{fill:#1a7f6b}.n3{fill:#a0439b}.n4{fill:#7a6a00}.n5{fill:#57606a}
.o{fill:#fff;stroke-width:2}
.r{fill:none;stroke-width:1.5}
.k{fill:#b3261e;stroke:#b3261e}
@media (prefers-color-scheme:dark){
text{fill:#e6edf3}
.m{fill:#9198a1}
.l{fill:#e3b341}
.x{fill:#ff8d85}
.g{fill:#56d364}
.b{fill:#0d1117}
.z{fill:#151b23}
.c0{stroke:#58a6ff}.c1{stroke:#f0883e}.c2{stroke:#39c5a6}.c3{stroke:#d77bd1}.c4{stroke:#d3bd2b}.c5{stroke:#9198a1}
.n0{fill:#58a6ff}.n1{fill:#f0883e}.n2{fill:#39c5a6}.n3{fill:#d77bd1}.n4{fill:#d3bd2b}.n5{fill:#9198a1}
.o{fill:#0d1117}
.k{fill:#ff8d85;stroke:#ff8d85}
}
";
/// How many colours `STYLE` has for lanes.
const COLOURS: usize = 6;

impl Picture<'_> {
    /// The picture as an SVG document.
    pub(crate) fn svg(&self) -> String {
        let lanes = lay_out(&self.nodes);
        let ids = self.nodes.iter().map(|node| columns(node.id()));
        let words = MARGIN + lanes.count * LANE + 8;
        let titles = words + ids.max().unwrap_or(0) * ID_LETTER + 12;
        let longest = self.nodes.iter().map(words_after_id).max().unwrap_or(0);
        let width = (titles + longest * LETTER + MARGIN).max(420);
        let height = TOP + self.nodes.len() * ROW + MARGIN / 2;
        let caption = escaped(&printable(&self.caption(), usize::MAX));
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" role=\"img\">\n\
             <!-- Drawn by cargo migcheck graph. -->\n\
             <title>{caption}</title>\n<style>\n{STYLE}</style>\n\
             <rect class=\"b\" width=\"100%\" height=\"100%\"/>\n\
             <text class=\"h\" x=\"{MARGIN}\" y=\"28\">{caption}</text>\n"
        );
        // Rows first and nodes last: an edge is drawn over the stripes, and under the nodes.
        for (row, node) in self.nodes.iter().enumerate() {
            node.write_row(row, (words, titles, width), &mut svg);
        }
        for edge in &lanes.edges {
            lanes.write_edge(edge, &mut svg);
        }
        for (row, node) in self.nodes.iter().enumerate() {
            node.write_glyph(
                (x(lanes.of[row]), y(row)),
                lanes.of[row] % COLOURS,
                &mut svg,
            );
        }
        svg.push_str("</svg>\n");
        svg
    }
}

fn x(lane: usize) -> usize {
    MARGIN + lane * LANE
}

fn y(row: usize) -> usize {
    TOP + row * ROW
}

impl Lanes {
    fn write_edge(&self, edge: &Edge, svg: &mut String) {
        let &Edge {
            from,
            to,
            lane,
            kind,
        } = edge;
        let class = match kind {
            EdgeKind::Parent => "",
            EdgeKind::Dependency => "d ",
        };
        let colour = lane % COLOURS;
        let _ = write!(
            svg,
            "<path class=\"{class}c{colour}\" d=\"M{} {}",
            x(self.of[from]),
            y(from)
        );
        let mut at = (self.of[from], from);
        let mut step = |to: (usize, usize)| {
            let (x0, x1, y0, y1) = (x(at.0), x(to.0), y(at.1), y(to.1));
            let _ = if x0 == x1 {
                write!(svg, "V{y1}")
            } else {
                let (bend, unbend) = (y0 + ROW * 3 / 5, y0 + ROW * 2 / 5);
                write!(svg, "C{x0} {bend} {x1} {unbend} {x1} {y1}")
            };
            at = to;
        };
        // Straight as far as it goes: only the first and the last row have a bend.
        if lane != self.of[from] {
            step((lane, from + 1));
        }
        if lane != self.of[to] && to > from + 1 {
            step((lane, to - 1));
        }
        if lane != self.of[to] || to > from + 1 || lane == self.of[from] {
            step((self.of[to], to));
        }
        svg.push_str("\"/>\n");
    }
}

impl Node<'_> {
    /// The stripe and the words of a row.
    fn write_row(
        &self,
        row: usize,
        (words, titles, width): (usize, usize, usize),
        svg: &mut String,
    ) {
        let stripe = if row.is_multiple_of(2) { "z" } else { "z0" };
        let base = y(row) + 4;
        let top = y(row) - ROW / 2;
        let _ = write!(
            svg,
            "<g><title>{}</title><rect class=\"{stripe}\" y=\"{top}\" width=\"{width}\" \
             height=\"{ROW}\"/><text x=\"{words}\" y=\"{base}\"><tspan class=\"i\">{}</tspan>\
             <tspan x=\"{titles}\">{}</tspan>",
            escaped(&self.tooltip()),
            escaped(&printable(self.id(), usize::MAX)),
            escaped(&printable(&self.revision.title(), TITLE)),
        );
        for (class, text) in self.notes() {
            let text = escaped(&printable(&text, TITLE));
            let _ = write!(svg, "<tspan class=\"{class}\" dx=\"8\">{text}</tspan>");
        }
        svg.push_str("</text></g>\n");
    }

    /// What follows the title, and how it is coloured.
    fn notes(&self) -> Vec<(&'static str, String)> {
        let labels = self.revision.labels.iter();
        let mut notes: Vec<_> = labels.map(|label| ("l", format!("[{label}]"))).collect();
        if !self.dependency_ids.is_empty() {
            notes.push((
                "m",
                format!("depends on {}", self.dependency_ids.join(", ")),
            ));
        }
        notes.extend(self.kinds().map(|kind| {
            let class = match kind {
                "head" => "g",
                "irreversible" => "x",
                _ => "m",
            };
            (class, kind.to_owned())
        }));
        notes
    }

    fn tooltip(&self) -> String {
        let revision = self.revision;
        let most = usize::MAX;
        let mut text = format!(
            "{}  {}",
            printable(self.id(), most),
            printable(&revision.title(), most)
        );
        let mut line = |name: &str, values: &[String]| {
            if !values.is_empty() {
                let _ = write!(text, "\n{name} {}", printable(&values.join(", "), most));
            }
        };
        line("revises", &self.parent_ids);
        line("depends on", &self.dependency_ids);
        line("labels", &revision.labels);
        line("irreversible:", revision.irreversible.as_slice());
        text
    }

    /// The node: a square for a base, a diamond for a merge, else a disc; hollow where the history
    /// parts, ringed where it ends, red where there is no way back.
    fn write_glyph(&self, (x, y): (usize, usize), colour: usize, svg: &mut String) {
        if self.is_cut {
            let _ = writeln!(
                svg,
                "<path class=\"d c{colour}\" d=\"M{x} {y}l{} {}\"/>",
                LANE / 2,
                ROW / 2
            );
        }
        let hollow = if self.marks.branch_point { "o" } else { "" };
        let class = match (&self.revision.irreversible, hollow) {
            (Some(_), "") => "k".to_owned(),
            (Some(_), hollow) => format!("k {hollow}"),
            (None, "") => format!("n{colour}"),
            (None, hollow) => format!("{hollow} c{colour}"),
        };
        if self.marks.head {
            let ring = match &self.revision.irreversible {
                Some(_) => "r k".to_owned(),
                None => format!("r c{colour}"),
            };
            let _ = writeln!(
                svg,
                "<circle class=\"{ring}\" cx=\"{x}\" cy=\"{y}\" r=\"8\"/>"
            );
        }
        let _ = if self.marks.base {
            let (x, y) = (x - 5, y - 5);
            writeln!(
                svg,
                "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"10\" height=\"10\"/>"
            )
        } else if self.marks.merge {
            let top = y - 6;
            writeln!(
                svg,
                "<polygon class=\"{class}\" points=\"{x},{top} {},{y} {x},{} {},{y}\"/>",
                x + 6,
                y + 6,
                x - 6
            )
        } else {
            writeln!(
                svg,
                "<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"5\"/>"
            )
        };
    }
}

/// The columns that follow the id.
fn words_after_id(node: &Node<'_>) -> usize {
    let notes = node.notes();
    let notes = notes
        .iter()
        .map(|(_, text)| 2 + columns(&printable(text, TITLE)));
    columns(&printable(&node.revision.title(), TITLE)) + notes.sum::<usize>()
}

fn columns(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}
