//! `touches`: the tables that a revision says it changes, against those that it does change.

use std::collections::BTreeSet;

use migcheck_core::{Outcome, Revision};
use migcheck_db::snapshot::{Change, ObjectKind};
use migcheck_db::{Snapshot, diff};

use super::found::{Fault, Found};

/// Records what is another table, after the upgrade, than it was before, and that `touches` does not
/// name. What belongs to no table, such as a function or a view, is not its business.
pub(super) fn check(revision: &Revision, before: &Snapshot, after: &Snapshot, found: &mut Found) {
    if revision.touches.is_empty() {
        return;
    }
    let mut changed = diff(before, after);
    let mut undeclared = BTreeSet::new();
    changed.changes.retain(|change| {
        let schema = change.object.schema.as_deref();
        let table = table(change, before, after);
        let table = table.filter(|table| !revision.may_touch(schema, table));
        undeclared.extend(table.map(|table| format!("`{table}`")));
        table.is_some()
    });
    if undeclared.is_empty() {
        return;
    }
    let undeclared: Vec<String> = undeclared.into_iter().collect();
    let reason = format!(
        "its `touches` does not name {}; name it there, or make that change in a revision of its own",
        undeclared.join(", ")
    );
    found.add(
        Fault::new(Outcome::TouchesUndeclared)
            .diff(changed)
            .reason(reason),
    );
}

/// The table that a change is of.
fn table<'a>(change: &'a Change, before: &Snapshot, after: &Snapshot) -> Option<&'a str> {
    let name = &change.object;
    if matches!(name.kind, ObjectKind::Table | ObjectKind::ColumnOrder) {
        return Some(&name.name);
    }
    // A view has parts as well.
    let table = name.table.as_deref()?;
    let is_table = |snapshot: &Snapshot| {
        snapshot.objects().any(|object| {
            object.name.kind == ObjectKind::Table
                && object.name.name == table
                && object.name.schema == name.schema
        })
    };
    (is_table(before) || is_table(after)).then_some(table)
}
