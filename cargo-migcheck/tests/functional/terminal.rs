//! Colours, pipes and the two ways to be called.

use std::process::{Command, Stdio};

use crate::project::Project;

fn stdout(command: &mut Command) -> String {
    let output = command.output().expect("the binary runs");
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn colour_is_used_where_it_is_asked_for() {
    let project = Project::fork();
    let coloured = |command: &mut Command| stdout(command).contains('\x1b');
    assert!(!coloured(&mut project.command(&["heads"])));
    assert!(coloured(
        &mut project.command(&["heads", "--color", "always"])
    ));
    assert!(coloured(
        &mut project.command(&["check", "--color", "always"])
    ));
    assert!(coloured(
        project
            .command(&["heads"])
            .env("CARGO_TERM_COLOR", "always")
    ));
    assert!(coloured(
        project.command(&["heads"]).env("CLICOLOR_FORCE", "1")
    ));
    assert!(!coloured(
        project
            .command(&["heads", "--color", "never"])
            .env("CLICOLOR_FORCE", "1")
    ));
    assert!(!coloured(
        project
            .command(&["heads"])
            .env("CLICOLOR_FORCE", "1")
            .env("CARGO_TERM_COLOR", "never")
    ));
}

#[test]
fn without_cargo_it_is_the_same_command() {
    let project = Project::chain();
    let mut bare = Command::new(env!("CARGO_BIN_EXE_cargo-migcheck"));
    bare.arg("heads")
        .current_dir(project.path())
        .env("COLUMNS", "80");
    assert_eq!(stdout(&mut bare), stdout(&mut project.command(&["heads"])));
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let project = Project::chain();
    let mut child = project
        .command(&["explain"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the binary ends");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
