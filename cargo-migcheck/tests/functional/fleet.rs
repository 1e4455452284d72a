//! `upgrade --databases-file`, on SQLite.

use std::io::Write as _;
use std::process::Stdio;

use crate::project::Project;
use crate::{regex_of, screens};

const LIST: &str = "\
# The tenants.
north = sqlite:north.db
south = sqlite:south.db

sqlite:east.db
west  = sqlite:west.db
";

fn project() -> Project {
    Project::chain().file("tenants", LIST)
}

#[test]
fn many_databases_are_upgraded_and_told_of() {
    let project = project();
    screens!(
        "fleet",
        project,
        project.run("upgrade 002 --create --databases-file tenants"),
        project.run("upgrade --databases-file tenants --jobs 2"),
        project.run("upgrade --databases-file tenants"),
        project.run("upgrade --databases-file tenants -v"),
        project.run("upgrade --databases-file tenants -q"),
        project.run("upgrade --databases-file tenants --backup safe"),
    );
}

#[test]
fn what_fails_stops_the_rest_and_what_is_done_is_not_done_twice() {
    let project = project().file("migrations/003_invoices.up.sql", BROKEN);
    screens!(
        "fleet-fails",
        project,
        project.run("upgrade --create --databases-file tenants --jobs 1"),
        project.run("upgrade --create --databases-file tenants --jobs 1 --max-failures 3"),
        project.run("upgrade 002 --databases-file tenants --create"),
        project.run("upgrade --databases-file tenants --jobs 1 --format json"),
    );
}

/// Wrong everywhere.
const BROKEN: &str = "-- migcheck: revises = \"002\"\nCREATE TABLE invoices (id int);\nCREATE INDEX i ON invoice (id);\n";

#[test]
fn a_list_that_cannot_be_used_is_named() {
    let project = project()
        .file("empty", "# nothing yet\n")
        .file(
            "typo",
            "one = sqlite:one.db\ntwo = pstgres://app:hunter2@db/two\n",
        )
        .file("twice", "one = sqlite:one.db\ntwo = sqlite:one.db\n");
    screens!(
        "fleet-list",
        project,
        project.run("upgrade --databases-file none"),
        project.run("upgrade --databases-file empty"),
        project.run("upgrade --databases-file typo"),
        project.run("upgrade --databases-file twice"),
        project.run("upgrade --databases-file tenants"),
        project.run("upgrade nowhere --databases-file tenants"),
        project.run("upgrade --databases-file tenants --env home"),
        project.run("upgrade --jobs 3 --database-url sqlite:north.db"),
        project.run("upgrade --databases-file tenants --jobs 0"),
    );
}

#[test]
fn the_list_may_come_through_a_pipe() {
    let project = project();
    let mut command = project.command(&[
        "upgrade",
        "--create",
        "--databases-file",
        "-",
        "--format",
        "json",
    ]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("a process");
    let mut stdin = child.stdin.take().expect("its input");
    stdin.write_all(b"one = sqlite:one.db\n").expect("a pipe");
    drop(stdin);
    let output = child.wait_with_output().expect("its end");
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(answer["upgraded"], 1);
    assert_eq!(answer["databases"][0]["name"], "one");
    assert!(project.path().join("one.db").exists());
}

#[test]
fn no_password_of_a_list_is_shown() {
    let secret = "hunter2-canary";
    let project = Project::chain().file(
        "tenants",
        &format!(
            "postgres://app:{secret}@127.0.0.1:1/shop\nmysql://app:{secret}@127.0.0.1:1/shop\n"
        ),
    );
    for format in ["human", "json"] {
        let shown = project.run(&format!(
            "upgrade --databases-file tenants --max-failures 9 -v --format {format}"
        ));
        assert!(shown.contains("app:***@127.0.0.1"), "{shown}");
        assert!(shown.ends_with("exit code 1\n"), "{shown}");
        assert!(!shown.contains(secret), "{shown}");
    }
}
