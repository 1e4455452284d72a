//! Graphviz's language: `cargo migcheck graph --format dot | dot -Tpdf -o graph.pdf`.

use std::fmt::Write as _;

use super::{Picture, TITLE, printable};

impl Picture<'_> {
    /// The picture in the DOT language, the newest revision on top.
    pub(crate) fn dot(&self) -> String {
        let name = quoted(&printable(&self.name, usize::MAX));
        let mut text = format!(
            "// Drawn by cargo migcheck graph.\ndigraph {name} {{\n  rankdir=BT;\n  \
             node [shape=box, style=rounded, fontname=\"sans-serif\", fontsize=11];\n  \
             edge [arrowsize=0.7];\n"
        );
        for node in &self.nodes {
            let title = printable(&node.revision.title(), TITLE);
            let mut label = format!("{}\n{title}", node.id());
            for name in &node.revision.labels {
                let _ = write!(label, " [{}]", printable(name, TITLE));
            }
            let shape = match (node.marks.base, node.marks.merge) {
                (true, _) => ", style=solid",
                (_, true) => ", shape=hexagon, style=solid",
                _ => "",
            };
            let colour = match (&node.revision.irreversible, node.marks.head) {
                (Some(_), _) => ", color=\"#b3261e\", penwidth=2",
                (None, true) => ", color=\"#1a7f37\", penwidth=2",
                (None, false) => "",
            };
            let id = quoted(node.id());
            let _ = writeln!(text, "  {id} [label={}{shape}{colour}];", quoted(&label));
        }
        for node in &self.nodes {
            let id = quoted(node.id());
            for parent in &node.parents {
                let parent = quoted(self.nodes[*parent].id());
                let _ = writeln!(text, "  {parent} -> {id};");
            }
            for dependency in &node.dependencies {
                let dependency = quoted(self.nodes[*dependency].id());
                let _ = writeln!(text, "  {dependency} -> {id} [style=dashed];");
            }
        }
        text.push_str("}\n");
        text
    }
}

/// A quoted string: labels give a backslash a meaning, and HTML entities are read in them.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '&' => quoted.push_str("&amp;"),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
