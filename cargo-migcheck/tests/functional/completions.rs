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
    let fish = project.run("completions fish");
    assert!(fish.contains("complete -c cargo -n \"__fish_seen_subcommand_from migcheck\""));
    // cargo's own function calls one of this name.
    let zsh = project.run("completions zsh");
    assert!(zsh.contains("#compdef cargo-migcheck\n"));
    assert!(zsh.contains("\n_cargo-migcheck() {\n"));
}

/// bash itself is asked, twice sourced, as a shell in a shell has it.
#[cfg(target_os = "linux")]
#[test]
fn bash_completes_both_names_and_leaves_cargo_to_cargo() {
    let project = Project::nothing();
    let output = project
        .command(&["completions", "bash"])
        .output()
        .expect("a script");
    let script = String::from_utf8(output.stdout).expect("UTF-8");
    let ask = r#"
        _cargo() { COMPREPLY=(cargo-was-asked); }
        complete -F _cargo cargo
        source ./script; source ./script
        for line in "cargo migcheck hist" "cargo migcheck history --ind" "cargo build --rel" \
            "cargo-migcheck graph --format mer" "cargo migcheck graph --format d"; do
            COMP_WORDS=($line); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMPREPLY=()
            [[ $(complete -p "${COMP_WORDS[0]}") =~ -F\ ([^ ]+) ]]
            "${BASH_REMATCH[1]}" "${COMP_WORDS[0]}" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
            echo "$line: ${COMPREPLY[*]}"
        done"#;
    let project = project.file("script", &script);
    let mut bash = std::process::Command::new("bash");
    bash.args(["--norc", "-c", ask]).current_dir(project.path());
    let answers = bash.output().expect("bash");
    assert_eq!(
        String::from_utf8_lossy(&answers.stdout),
        "cargo migcheck hist: history\n\
         cargo migcheck history --ind: --indicate-current\n\
         cargo build --rel: cargo-was-asked\n\
         cargo-migcheck graph --format mer: mermaid\n\
         cargo migcheck graph --format d: dot\n"
    );
    assert_eq!(String::from_utf8_lossy(&answers.stderr), "");
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
