//! `include`: one history in several directories.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use insta::assert_snapshot;
use migcheck_core::{Checked, check};

use support::{Files, report};

const CONFIG: &str = "layout = \"native\"\nnaming.file = \"{seq}_{slug}\"\n";

/// An application whose module `billing` has migrations of its own.
fn modules(include: &str) -> Files {
    Files::new()
        .add(
            "migrations/migcheck.toml",
            format!("include = {include}\n{CONFIG}"),
        )
        .revision("migrations/001_users", "\"base\"")
        .revision("billing/migrations/002_invoices", "\"001\"")
        .revision("migrations/003_teams", "\"002\"")
}

fn checked(files: &Files) -> Checked {
    let root = files.write();
    check(&root.path().join("migrations"), "migrations")
}

fn said(files: &Files) -> String {
    report(&checked(files))
}

fn ids(files: &Files) -> Vec<String> {
    let checked = checked(files);
    let graph = checked.graph.as_ref();
    let graph = graph.unwrap_or_else(|| panic!("no graph:\n{}", report(&checked)));
    let revisions = graph.revisions().iter();
    revisions.map(|one| one.id.to_string()).collect()
}

#[test]
fn revisions_of_two_directories_are_one_history() {
    let files = modules("[\"../billing/migrations\"]");
    assert_eq!(said(&files), "");
    assert_eq!(ids(&files), ["001", "002", "003"]);
    let names = checked(&files).files;
    assert!(names.contains(&"../billing/migrations/002_invoices.up.sql".to_owned()));
}

#[test]
fn a_folder_of_the_directory_itself_can_be_included() {
    let files = Files::new()
        .add(
            "migrations/migcheck.toml",
            format!("include = [\"billing\"]\n{CONFIG}"),
        )
        .revision("migrations/001_users", "\"base\"")
        .revision("migrations/billing/002_invoices", "\"001\"");
    assert_eq!(said(&files), "");
    assert_eq!(ids(&files), ["001", "002"]);
}

#[test]
fn each_directory_may_have_notes_of_one_name() {
    let files = modules("[\"../billing/migrations\"]")
        .add("migrations/README.md", "")
        .add("billing/migrations/README.md", "");
    assert_eq!(said(&files), "");
}

#[test]
fn a_peers_chain_is_numbered_across_directories() {
    let files = Files::new()
        .add("migrations/migcheck.toml", "include = [\"../billing\"]\n")
        .add("migrations/1_users.sql", "CREATE TABLE a (id int);\n")
        .add("billing/2_invoices.sql", "CREATE TABLE b (id int);\n")
        .add("migrations/3_teams.sql", "CREATE TABLE c (id int);\n");
    assert_eq!(ids(&files), ["1", "2", "3"]);
}

#[test]
fn a_mistake_is_shown_in_the_directory_where_it_is() {
    let files = modules("[\"../billing/migrations\"]")
        .revision("billing/migrations/004_refunds", "\"00l\"")
        .revision("billing/migrations/001_accounts", "\"base\"")
        .add("billing/migrations/refunds.sql", "");
    assert_snapshot!(said(&files));
}

#[test]
fn what_is_included_has_to_be_there_once_and_without_rules_of_its_own() {
    let list = "[\"../billing/migrations\", \"../biling\", \"/srv/x\", \".\", \"../billing/./migrations\", \"../crm\"]";
    let files = modules(list)
        .add("crm/migcheck.toml", "heads = 2\n")
        .add("crm/migcheck.lock", "version = 1\n");
    assert_snapshot!(said(&files));
}

#[test]
fn the_list_is_a_list() {
    assert_snapshot!(said(&modules("\"../billing/migrations\"")));
}
