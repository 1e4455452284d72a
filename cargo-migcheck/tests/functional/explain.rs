//! `explain`.

use crate::project::Project;
use crate::{regex_of, screens};

#[test]
fn explain() {
    let project = Project::nothing();
    screens!(
        "explain",
        project,
        project.run("explain missing-down"),
        project.run("explain [multiple-heads]"),
        project.run("explain mising-down"),
        project.run("explain E0432"),
        project.run("explain"),
    );
}

#[test]
fn help() {
    let project = Project::nothing();
    screens!(
        "help",
        project,
        project.run("-h"),
        project.run("plan -h"),
        project.run("hed")
    );
}
