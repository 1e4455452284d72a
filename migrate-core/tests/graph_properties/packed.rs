//! Chain checksums, and the table that a graph is packed into.

use std::collections::BTreeMap;

use migcheck_core::fingerprints::{Fingerprint, Fingerprints, States};
use migcheck_core::pack::pack;
use migcheck_core::{Checksum, Dialect, Migrations, RevisionGraph, Target};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::history::{Node, config, cook, history, ids_of, recipe};
use crate::support::Files;

proptest! {
    #![proptest_config(config())]

    #[test]
    fn chains_change_where_history_does_and_nowhere_else(history in history(), edited in any::<Index>(), more in recipe()) {
        let chains = |files: Files| -> BTreeMap<String, _> {
            let graph = files.graph();
            graph.revisions().iter().map(|one| (one.id.to_string(), one.chain)).collect()
        };
        let before = chains(history.files(1000));
        prop_assert_eq!(&before, &chains(history.files(1000)));

        // Another history beside this one, whose names cannot meet its own.
        let prefixed = |text: &String| format!("9{text}9");
        let mut both = history.clone();
        both.0.extend(cook(more).0.into_iter().map(|node| Node {
            file: format!("9{}", node.file),
            id: prefixed(&node.id),
            parents: node.parents.iter().map(prefixed).collect(),
            depends_on: node.depends_on.iter().map(prefixed).collect(),
            labels: Vec::new(),
        }));
        let after = chains(both.files(1000));
        for (id, chain) in &before {
            prop_assert_eq!(&after[id], chain);
        }

        let ids = history.ids();
        let edited = history.node(ids[edited.index(ids.len())]);
        let text = format!("{}-- edited\n", edited.text());
        let after = chains(history.files(1000).add(&format!("{}.up.sql", edited.file), text));
        for (id, chain) in &before {
            let builds_on_it = *id == edited.id || history.ancestors(id).contains(&*edited.id);
            prop_assert_eq!(after[id] != *chain, builds_on_it, "{}", id);
        }
    }

    #[test]
    fn what_is_packed_is_read_back(history in history()) {
        let graph = fingerprinted(history.graph());
        let (table, paths) = pack(&graph);
        let mut texts: BTreeMap<&str, &str> = BTreeMap::new();
        for script in graph.revisions().iter().flat_map(|one| &one.scripts) {
            texts.insert(&script.source.path, &script.source.text);
        }
        let texts: Vec<&'static str> = paths.iter().map(|path| &*texts[&**path].to_owned().leak()).collect();
        let migrations = Migrations::embedded(table.leak(), texts.leak());
        let read = migrations.graph().unwrap();
        prop_assert_eq!(format!("{:?}", read.revisions()), format!("{:?}", graph.revisions()));
        prop_assert_eq!(read.settings(), graph.settings());
        prop_assert_eq!(read.chain(), graph.chain());
        prop_assert_eq!(migrations.chain().unwrap(), graph.chain());
        prop_assert_eq!(read.schemas().servers().collect::<Vec<_>>(), ["mariadb-10.11", "sqlite-3"]);
        for at in 0..graph.len() {
            prop_assert_eq!(read.schemas().schema("sqlite-3", &[at]), Some(schema(at)));
            prop_assert_eq!(read.schemas().schema("postgres-17", &[at]), None);
            prop_assert_eq!(read.schemas().states_of("mariadb-10.11", schema(at)), [[at]]);
        }
        prop_assert_eq!(ids_of(&read, read.heads()), ids_of(&graph, graph.heads()));
        let names: Vec<_> = migrations.revisions().map(|one| (one.id, one.slug, one.chain)).collect();
        let expected: Vec<_> = graph.revisions().iter().map(|one| (one.id.as_str(), &*one.slug, one.chain)).collect();
        prop_assert_eq!(names, expected);
    }

    #[test]
    fn a_damaged_table_is_an_error_or_a_graph(
        history in history(), changes in prop::collection::vec((any::<Index>(), any::<u8>()), 1..4), cut in prop::option::of(any::<Index>()),
    ) {
        let (mut table, paths) = pack(&fingerprinted(history.graph()));
        for (at, byte) in changes {
            let at = at.index(table.len());
            table[at] = byte;
        }
        if let Some(cut) = cut {
            table.truncate(cut.index(table.len()));
        }
        read_all(table, paths.len());
    }

    #[test]
    fn bytes_of_anything_are_an_error(bytes in prop::collection::vec(any::<u8>(), 0..256), marked in any::<bool>(), texts in 0..3_usize) {
        let mut table = if marked { b"MGC2".to_vec() } else { Vec::new() };
        table.extend(bytes);
        read_all(table, texts);
    }
}

/// What is recorded of the revision at a place.
fn schema(at: usize) -> Checksum {
    Checksum::of_script(&at.to_string())
}

/// The graph with a fingerprint of each revision on two servers.
fn fingerprinted(graph: RevisionGraph) -> RevisionGraph {
    let mut all = Fingerprints::default();
    for (server, dialect) in [
        ("sqlite-3", Dialect::Sqlite),
        ("mariadb-10.11", Dialect::MySql),
    ] {
        let states = States::new(&graph, dialect);
        let of = |at: usize| Fingerprint {
            scripts: states.scripts(&[at]),
            schema: schema(at),
        };
        let recorded = (0..graph.len()).map(|at| (states.name(&[at]), of(at)));
        all.set(server, recorded.collect());
    }
    graph.with_fingerprints(&all)
}

/// Whatever the table holds, nothing panics, and a graph that is read can be walked.
fn read_all(table: Vec<u8>, texts: usize) {
    let migrations = Migrations::embedded(table.leak(), vec!["SELECT 1;\n"; texts].leak());
    assert!(migrations.len() >= usize::from(!migrations.is_empty()));
    let _ = migrations.chain();
    if let Ok(graph) = migrations.graph() {
        let heads = graph.heads();
        let _ = graph.branch_point(&heads);
        let nothing = vec![false; graph.len()];
        let plan = graph.plan_upgrade(&nothing, &Target::Heads).unwrap();
        assert_eq!(plan.steps.len(), graph.len());
        for server in graph.schemas().servers() {
            for tops in graph.schemas().states_of(server, schema(0)) {
                assert!(graph.ids(&tops).len() <= tops.len());
            }
        }
    }
}
