//! `--format json`: the shapes that docs/json.md describes.

use crate::project::Project;
use crate::{regex_of, screens};

#[test]
fn check() {
    let project = Project::fork().file("migrations/notes.txt", "").file(
        "migrations/003_search.up.sql",
        "-- migcheck: revises = \"00l\"\nCREATE TABLE search (id int);\n",
    );
    screens!(
        "json-check",
        project,
        project.run("--format json"),
        Project::chain().run("check --format json"),
    );
}

#[test]
fn graph() {
    let project = Project::fork();
    screens!(
        "json-graph",
        project,
        project.run("heads --format json"),
        project.run("branches --format json"),
        project.run("history --format json :002"),
        project.run("show 002 --format json"),
        project.run("plan --format json --from 002 --to 003"),
    );
}

#[test]
fn creation() {
    let project = Project::fork();
    screens!(
        "json-creation",
        project,
        project.run("merge --format json"),
        project.run("lock --format json"),
        project.run("new invoices --format json"),
        project.run("init --format json"),
        project.run("explain cycle --format json"),
    );
}

#[test]
fn failure() {
    let project = Project::new()
        .revision("001", "users", "001")
        .revision("002", "orders", "001");
    screens!(
        "json-failure",
        project,
        project.run("heads --format json"),
        Project::chain().run("show nine --format json"),
    );
}
