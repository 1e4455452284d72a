//! Targets: what a person types to name a revision.

use std::sync::OnceLock;

use migcheck_core::{RevisionGraph, Target, check_files};

use super::directory::native;

/// A target, asked of a history with a branch, a merge and a label.
pub fn target(text: &str) {
    let graph = graph();
    if let Ok(target) = Target::parse(text) {
        let shown = target.to_string();
        assert_eq!(Target::parse(&shown), Ok(target.clone()), "{text:?}");
        for applied in [
            &[][..],
            &["0010"],
            &["0010", "0021"],
            &["0010", "0021", "0022", "0030"],
        ] {
            let applied = graph.applied(applied).unwrap();
            for plan in [
                graph.plan(&applied, &target),
                graph.plan_upgrade(&applied, &target),
                graph.plan_downgrade(&applied, &target),
            ] {
                match plan {
                    Ok(plan) => assert!(plan.steps.len() <= graph.len(), "{plan:?}"),
                    Err(error) => assert!(!error.to_string().is_empty()),
                }
            }
        }
    }
    if let Ok(at) = graph.locate(text) {
        assert!(at < graph.len(), "{text:?}");
    }
    if let Ok(places) = graph.range(text) {
        assert!(places.is_sorted(), "{text:?}");
    }
    let _ = graph.find(text);
}

fn graph() -> &'static RevisionGraph {
    static GRAPH: OnceLock<RevisionGraph> = OnceLock::new();
    GRAPH.get_or_init(|| {
        let labelled = "\"0010\"\n-- migcheck: labels = \"billing\"";
        let revisions = [
            ("0010_a", "\"base\""),
            ("0021_b", "\"0010\""),
            ("0022_c", labelled),
            ("0030_d", "[\"0021\", \"0022\"]"),
            ("0040_e", "\"0030\""),
        ];
        check_files(native(&revisions), "migrations").graph.unwrap()
    })
}
