//! What holds for moving a branch on top of a head, whatever the history.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use migcheck_core::rebase::{RebaseError, Wanted, apply, plan};
use migcheck_core::{RevisionGraph, Stamp, check};
use proptest::prelude::*;
use proptest::sample::Index;
use support::{Files, SHOWN_AS};

const CONFIG: &str = "layout = \"native\"\nheads = 99\n[naming]\nfile = \"{seq}_{slug}\"\n";

/// A history whose ids are in any order; each revision but the first revises one or two earlier ones.
fn history() -> impl Strategy<Value = Files> {
    let ids: Vec<usize> = (1..10).collect();
    let parents = prop::collection::vec(
        (any::<Index>(), prop::option::weighted(0.2, any::<Index>())),
        2..9,
    );
    (Just(ids).prop_shuffle(), parents).prop_map(|(ids, parents)| {
        let mut files = Files::new()
            .add("migcheck.toml", CONFIG)
            .revision(&format!("{:03}_r", ids[0]), "\"base\"");
        for (at, (one, other)) in parents.iter().enumerate() {
            let earlier = at + 1;
            let places = [Some(one), other.as_ref()].into_iter().flatten();
            let places: BTreeSet<usize> = places.map(|index| index.index(earlier)).collect();
            let names: Vec<String> = places
                .iter()
                .map(|at| format!("\"{:03}\"", ids[*at]))
                .collect();
            files = files.revision(
                &format!("{:03}_r", ids[earlier]),
                &format!("[{}]", names.join(", ")),
            );
        }
        files
    })
}

/// Each revision's parents, by id.
fn edges(graph: &RevisionGraph) -> BTreeMap<String, BTreeSet<String>> {
    let revisions = graph.revisions().iter();
    revisions
        .map(|one| {
            (
                one.id.to_string(),
                graph.ids(&one.parents).into_iter().collect(),
            )
        })
        .collect()
}

fn texts(root: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_branch_moves_whole_and_nothing_else_does(files in history(), moved in any::<Index>(), onto in any::<Index>()) {
        let folder = files.write();
        let checked = check(folder.path(), SHOWN_AS);
        // A merge of a revision with its own ancestor is no history.
        let Some(graph) = &checked.graph else { return Ok(()) };
        let heads = graph.heads();
        let onto = heads[onto.index(heads.len())];
        let wanted = Wanted { revision: moved.index(graph.len()), onto, released: None };
        let below = graph.with_prerequisites(&[onto]);
        let plan = match plan(&checked, graph, wanted, &Stamp::now()) {
            Ok(plan) => plan,
            Err(error) => {
                prop_assert!(matches!(error, RebaseError::Below { .. }), "{error}");
                prop_assert!(below[wanted.revision]);
                return Ok(());
            }
        };
        let before = texts(folder.path());
        let done = apply(folder.path(), &plan.files).unwrap();
        let after = check(folder.path(), SHOWN_AS);
        let now = after.graph.unwrap();
        let (old, new) = (edges(graph), edges(&now));
        let ids: BTreeMap<&str, &str> = plan.revisions.iter().map(|one| (&*one.id, &*one.new_id)).collect();
        prop_assert_eq!(old.len(), new.len());
        for (id, parents) in &old {
            let Some(new_id) = ids.get(&**id) else {
                prop_assert_eq!(parents, &new[id], "{} stays", id);
                continue;
            };
            let at = now.position(new_id).unwrap();
            let reaches = now.with_prerequisites(&[at]);
            prop_assert!(reaches[now.position(graph.get(onto).unwrap().id.as_str()).unwrap()]);
            // What it built on, it builds on still.
            for parent in parents {
                let parent = ids.get(&**parent).copied().unwrap_or(parent);
                prop_assert!(reaches[now.position(parent).unwrap()], "{new_id} needs {parent}");
            }
        }
        let head = now.position(graph.get(onto).unwrap().id.as_str()).unwrap();
        prop_assert!(!now.children(head).is_empty(), "nothing stands on the head");
        done.undo();
        prop_assert_eq!(texts(folder.path()), before);
    }
}
