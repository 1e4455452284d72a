//! `lock`, and what `check` says of a lock.

use crate::project::Project;
use crate::{regex_of, screens};

fn locked() -> Project {
    let project = Project::chain();
    project.run("lock");
    project
}

#[test]
fn a_lock_records_what_is_new() {
    let project = Project::chain();
    let first = project.run("lock");
    let project = project.revision("004", "search", "003");
    screens!(
        "lock",
        project,
        first,
        project.run("check"),
        project.run("lock"),
        project.run("lock"),
        project.run("check"),
    );
}

#[test]
fn an_edit_is_refused_until_it_is_accepted() {
    let project = locked().file(
        "migrations/002_orders.up.sql",
        "-- migcheck: revises = \"001\"\nCREATE TABLE orders (id bigint);\n",
    );
    screens!(
        "lock-edited",
        project,
        project.run("check"),
        project.run("lock"),
        project.run("lock --accept 002"),
        project.run("check"),
    );
}

#[test]
fn a_removed_revision_is_refused_until_it_is_accepted() {
    let project = locked()
        .without("migrations/003_invoices.up.sql")
        .without("migrations/003_invoices.down.sql");
    screens!(
        "lock-removed",
        project,
        project.run("check"),
        project.run("lock"),
        project.run("lock --accept 003"),
        project.run("check"),
    );
}

#[test]
fn another_parent_is_refused_until_it_is_accepted() {
    let project = locked()
        .revision("003", "invoices", "001")
        .revision("002", "orders", "003");
    screens!(
        "lock-reparented",
        project,
        project.run("check"),
        project.run("lock"),
        project.run("lock --accept 002,003"),
        project.run("check"),
    );
}

#[test]
fn conflict_markers_are_resolved_from_both_sides() {
    let project = locked();
    let ours = project.read("migrations/migcheck.lock");
    let theirs = ours.replace("[\"003\"]", "[\"004\"]");
    let text = format!("<<<<<<< HEAD\n{ours}=======\n{theirs}>>>>>>> feature\n");
    let project = project
        .file("migrations/migcheck.lock", &text)
        .revision("004", "search", "003");
    screens!(
        "lock-conflict",
        project,
        project.run("check"),
        project.run("lock"),
        project.run("check"),
    );
}

#[test]
fn a_damaged_lock_is_not_written_over() {
    let project = locked().file("migrations/migcheck.lock", "version = 9\nheads = []\n");
    screens!(
        "lock-damaged",
        project,
        project.run("check"),
        project.run("lock"),
        project.run("lock --accept 009"),
        project.run("new search"),
    );
}

#[test]
fn a_new_revision_is_recorded_and_may_be_filled_in() {
    let project = locked();
    let new = project.run("new search");
    let check = project.run("check");
    let skeleton = project.read("migrations/004_search.up.sql");
    let project = project
        .file(
            "migrations/004_search.up.sql",
            &format!("{skeleton}CREATE TABLE search (id int);\n"),
        )
        .file(
            "migrations/004_search.down.sql",
            "-- Undoes `search`.\nDROP TABLE search;\n",
        );
    screens!(
        "lock-filled-in",
        project,
        new,
        check,
        project.run("check"),
        project.run("lock"),
        project.run("check"),
    );
}

#[test]
fn an_unknown_revision_cannot_be_accepted() {
    let project = locked();
    screens!("lock-unknown", project, project.run("lock --accept 009"));
}
