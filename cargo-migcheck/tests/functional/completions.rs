//! `completions`, `manual`.

use crate::project::Project;
use crate::{regex_of, screens};

/// Every command is known to every shell.
#[test]
fn each_shell_completes_every_command() {
    let project = Project::nothing();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let screen = project.run(&format!("completions {shell}"));
        for word in ["history", "roundtrip", "indicate-current", "merge"] {
            assert!(screen.contains(word), "{shell} does not complete `{word}`");
        }
        assert!(screen.ends_with("exit code 0\n"), "{shell}");
    }
    screens!(
        "completions",
        project,
        project.run("completions"),
        project.run("completions -h"),
        project.run("completions tcsh"),
    );
}

/// In the shells that have a completion for cargo, `cargo migcheck` is completed too.
#[test]
fn what_completes_cargo_is_told_of_migcheck() {
    let project = Project::nothing();
    let bash = project.run("completions bash");
    assert!(bash.contains("complete -F _cargo_or_migcheck -o bashdefault -o default cargo\n"));
    // What it calls, which clap names.
    assert!(bash.contains("\n        _cargo__migcheck cargo-migcheck \"$2\" \"$3\"\n"));
    assert!(bash.contains("\n_cargo__migcheck() {\n"));
    let fish = project.run("completions fish");
    assert!(fish.contains("complete -c cargo -n \"__fish_seen_subcommand_from migcheck\""));
    // cargo's own function calls one of this name.
    let zsh = project.run("completions zsh");
    assert!(zsh.contains("#compdef cargo-migcheck\n"));
    assert!(zsh.contains("\n_cargo-migcheck() {\n"));
}

#[test]
fn the_manual_page_has_every_command() {
    let project = Project::nothing();
    let page = project.run("manual");
    for line in page.lines() {
        assert!(!line.contains('`'), "{line}");
        let is_macro = line.starts_with('.');
        let known = [
            ".TH ", ".SH ", ".SS ", ".TP", ".PP", ".IP", ".br", ".nf", ".fi", ".BR ",
        ];
        assert!(
            !is_macro || known.iter().any(|one| line.starts_with(one)),
            "{line}"
        );
    }
    // The beginning, and a command; all of it is what `--help` says.
    let begin = page
        .split(".SH COMMANDS")
        .next()
        .expect("a page")
        .to_owned();
    let new = page.split("\n.SS new\n").nth(1).expect("`new`");
    let new = new.split("\n.SS ").next().expect("its end").to_owned();
    let end = page
        .split_once(".SH EXIT STATUS")
        .expect("an end")
        .1
        .to_owned();
    screens!("manual", project, begin, new, end);
}
