//! Mermaid's flowchart, which GitHub and GitLab draw inside of Markdown.

use std::fmt::Write as _;

use super::{Node, Picture, TITLE, printable};

/// Mermaid's own limits, `maxEdges` and `maxTextSize`, which a diagram cannot raise.
pub(crate) const MAX_EDGES: usize = 500;
pub(crate) const MAX_CHARACTERS: usize = 50_000;

impl Picture<'_> {
    /// The picture as a Mermaid flowchart, the newest revision on top.
    pub(crate) fn mermaid(&self) -> String {
        let mut text = "%% Drawn by cargo migcheck graph.\nflowchart BT\n".to_owned();
        for (row, node) in self.nodes.iter().enumerate() {
            let (open, close) = match (node.marks.base, node.marks.merge) {
                (true, _) => ("([", "])"),
                (_, true) => ("{{", "}}"),
                _ => ("[", "]"),
            };
            let _ = writeln!(
                text,
                "  n{row}{open}\"{}\"{close}{}",
                label(node),
                class(node)
            );
        }
        for (row, node) in self.nodes.iter().enumerate() {
            for parent in &node.parents {
                let _ = writeln!(text, "  n{parent} --> n{row}");
            }
            for dependency in &node.dependencies {
                let _ = writeln!(text, "  n{dependency} -.-> n{row}");
            }
        }
        text.push_str("  classDef head stroke:#1a7f37,stroke-width:3px\n");
        text.push_str("  classDef irreversible stroke:#b3261e,stroke-width:3px\n");
        text
    }
}

fn class(node: &Node<'_>) -> &'static str {
    match (&node.revision.irreversible, node.marks.head) {
        (Some(_), _) => ":::irreversible",
        (None, true) => ":::head",
        (None, false) => "",
    }
}

fn label(node: &Node<'_>) -> String {
    let title = printable(&node.revision.title(), TITLE);
    let mut label = format!("{}<br>{}", escaped(node.id()), escaped(&title));
    for name in &node.revision.labels {
        let _ = write!(label, " [{}]", escaped(&printable(name, TITLE)));
    }
    label
}

/// Everything that might mean something to Mermaid, to Markdown or to HTML is written as a code.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_alphanumeric() || " .,:!?()-+/='…".contains(c) {
            escaped.push(c);
        } else {
            let _ = write!(escaped, "#{};", u32::from(c));
        }
    }
    escaped
}
