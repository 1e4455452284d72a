//! `heads = ["expand", "contract"]`: one head for each label, and one label for each head.

use super::build::Edges;
use super::dag;
use crate::Code;
use crate::config::{Config, Heads};
use crate::draft::Draft;
use crate::finding::{Finding, Label};

/// What it finds says more than how many heads there are, and takes the place of that.
///
/// A label reaches from its revision to the heads that build on it, as in `expand@head`.
pub(super) fn check_head_labels(drafts: &[Draft], edges: &Edges, config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Heads::Labels(labels) = &config.heads else {
        return findings;
    };
    let after = dag::after(&edges.parents);
    let heads: Vec<usize> = (0..drafts.len())
        .filter(|at| after[*at].is_empty())
        .collect();
    // The labels of each head.
    let mut of_heads: Vec<Vec<&str>> = vec![Vec::new(); heads.len()];
    for label in labels {
        let carries = |draft: &Draft| draft.labels.iter().any(|(name, _)| name == label);
        let Some(start) = drafts.iter().position(carries) else {
            // A mistake of the configuration, and reported as that: who belongs to what is unknown.
            return Vec::new();
        };
        let reached = dag::reachable(&after, [start]);
        let mut own = Vec::new();
        for (of_head, head) in of_heads.iter_mut().zip(&heads) {
            if reached[*head] {
                of_head.push(label);
                own.push(*head);
            }
        }
        if own.len() > 1 {
            let message = format!(
                "the label `{label}` has {} heads, and one is allowed",
                own.len()
            );
            let text = |at: &usize| format!("`{}` is a head of `{label}`", drafts[*at].id);
            let mut finding = Finding::new(Code::MultipleHeads, message);
            for at in &own {
                finding = finding.label(head(&drafts[*at], text(at)));
            }
            // Without names it would join the heads of the other labels too.
            let ids: Vec<&str> = own.iter().map(|at| &*drafts[*at].id).collect();
            let merge = format!("`cargo migcheck merge {}`", ids.join(" "));
            findings.push(finding.help(format!("{merge} adds a revision that joins them")));
        }
    }
    for (of_head, at) in of_heads.iter().zip(&heads) {
        let draft = &drafts[*at];
        let id = &draft.id;
        match of_head.as_slice() {
            [_] => {}
            [] => {
                let message = format!("the head `{id}` belongs to no label that `heads` lists");
                let text = format!("`{id}` is a head: nothing revises it");
                findings.push(
                    Finding::new(Code::MultipleHeads, message)
                        .label(head(draft, text))
                        .help(format!(
                            "let it revise a revision of {}, or give its branch a label and list that",
                            listed(labels, "or")
                        )),
                );
            }
            several => {
                let several: Vec<String> = several.iter().map(ToString::to_string).collect();
                let message = format!(
                    "{} have one head, and `heads` wants one each",
                    listed(&several, "and")
                );
                let text = format!("`{id}` is the head of them all");
                findings.push(
                    Finding::new(Code::MultipleHeads, message)
                        .label(head(draft, text))
                        .help("let it revise one of the branches; or, if they were joined for good, set `heads = 1` in migcheck.toml"),
                );
            }
        }
    }
    findings
}

fn head(draft: &Draft, text: String) -> Label {
    let at = draft.revises_at.clone();
    let mut label = at.unwrap_or_else(|| draft.claimed.clone());
    label.text = text;
    label
}

fn listed(labels: &[String], word: &str) -> String {
    let quoted: Vec<String> = labels.iter().map(|label| format!("`{label}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} {word} {last}", others.join(", ")),
        None => String::new(),
    }
}
