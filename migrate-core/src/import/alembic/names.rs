//! What `down_revision` and `depends_on` name: ids, the beginnings of ids, and labels.

use std::collections::HashMap;

use super::file::PyRevision;

/// The fewest characters an abbreviation has, in Alembic as in migcheck.
const SHORTEST: usize = 4;

/// Writes every name as the id it means; one that means nothing stays, and `check` reports it.
pub(super) fn resolve(modules: &mut [(String, PyRevision)]) {
    let mut ids: Vec<String> = modules.iter().map(|(_, one)| one.id.clone()).collect();
    ids.sort();
    ids.dedup();
    let labels: HashMap<String, String> = modules
        .iter()
        .flat_map(|(_, one)| {
            one.labels
                .iter()
                .map(|label| (label.clone(), one.id.clone()))
        })
        .collect();
    let full = |name: &str| -> Option<String> {
        if ids.binary_search_by(|id| id.as_str().cmp(name)).is_ok() {
            return None;
        }
        if let Some(id) = labels.get(name) {
            return Some(id.clone());
        }
        // The ids that start with the name follow the place where it would stand.
        let at = ids.partition_point(|id| id.as_str() < name);
        let mut found = ids[at..].iter().take_while(|id| id.starts_with(name));
        match (found.next(), found.next()) {
            (Some(only), None) if name.len() >= SHORTEST => Some(only.clone()),
            _ => None,
        }
    };
    for (_, module) in modules {
        for name in module.revises.iter_mut().chain(&mut module.depends_on) {
            if let Some(id) = full(name) {
                *name = id;
            }
        }
    }
}
