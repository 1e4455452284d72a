//! `check --format github`: annotations, and that only `check` has them.

use std::fs;

use crate::project::{CONFIG, Project, screen};
use crate::{regex_of, screens};

#[test]
fn annotations() {
    let config = format!("{CONFIG}\n[rules]\nstray-file = \"warn\"\n");
    let project = Project::fork()
        .file("migrations/migcheck.toml", &config)
        .file("migrations/50%, or: less.txt", "")
        .file(
            "migrations/002_orders.up.sql",
            "-- migcheck: revises = \"001\"\n-- migcheck: lables = [\"sales\"]\nSELECT 1;\n",
        );
    screens!(
        "github",
        project,
        project.run("check --format github"),
        project.run("check --format github --fix"),
        Project::nothing().run("check --format github"),
    );
}

#[test]
fn files_are_named_from_where_github_checked_out() {
    let project = Project::nothing();
    fs::create_dir(project.path().join(".git")).expect("a folder");
    let project = project
        .file("shop/db/migcheck.toml", CONFIG)
        .file("shop/db/notes.txt", "");
    let seen = |workspace: &str| {
        let mut command = project.command(&["check", "--format", "github", "--directory", "db"]);
        command.current_dir(project.path().join("shop"));
        command.env("GITHUB_WORKSPACE", project.path().join(workspace));
        screen(&mut command)
    };
    assert!(seen("").contains("::error file=shop/db/notes.txt,title"));
    assert!(seen("shop").contains("::error file=db/notes.txt,title"));
    // Where it is not that checkout, the repository itself says.
    assert!(seen("elsewhere").contains("::error file=shop/db/notes.txt,title"));
}

#[test]
fn github_actions_alone_changes_nothing() {
    let project = Project::fork();
    let mut command = project.command(&["check"]);
    let plain = screen(&mut command);
    assert_eq!(screen(command.env("GITHUB_ACTIONS", "true")), plain);
}

#[test]
fn no_other_command_has_them() {
    let project = Project::fork();
    screens!(
        "github-heads",
        project,
        project.run("heads --format sarif"),
        project.run("--format sarif heads"),
    );
}
