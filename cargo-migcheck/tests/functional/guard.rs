//! The guard of history with git: what was edited, and what a pull request cannot hide.

use std::process::Command;

use crate::project::{Project, git, screen};
use crate::{regex_of, screens};

/// Three locked revisions on `main`.
fn released() -> Project {
    let project = Project::chain();
    project.run("lock");
    project.committed()
}

fn orders(columns: &str) -> String {
    format!("-- migcheck: revises = \"001\"\nCREATE TABLE orders ({columns});\n")
}

#[test]
fn an_edit_is_shown() {
    let statements = released().file("migrations/002_orders.up.sql", &orders("id bigint"));
    let edited = statements.run("check");
    let comments = statements.file(
        "migrations/002_orders.up.sql",
        "-- migcheck: revises = \"001\"\n-- Adds orders.\nCREATE TABLE orders (\n    id int\n);\n",
    );
    let cosmetic = comments.run("check");
    let directive = comments.file(
        "migrations/002_orders.up.sql",
        &format!("-- migcheck: transaction = false\n{}", orders("id int")),
    );
    screens!(
        "guard-edit",
        directive,
        edited,
        cosmetic,
        directive.run("check")
    );
}

#[test]
fn an_edit_is_shown_after_it_was_committed_and_the_file_renamed() {
    let project = released();
    project.git("mv migrations/002_orders.up.sql migrations/002_sales.up.sql");
    project.git("mv migrations/002_orders.down.sql migrations/002_sales.down.sql");
    let project = project
        .commit("Rename")
        .file("migrations/002_sales.up.sql", &orders("id bigint"))
        .commit("Edit");
    screens!("guard-renamed-file", project, project.run("check"));
}

#[test]
fn a_text_that_git_never_had_cannot_be_shown() {
    let project = Project::chain();
    project.run("lock");
    let project = project.file("migrations/002_orders.up.sql", &orders("id bigint"));
    let alone = project.run("check");
    let project = project.committed();
    screens!("guard-no-text", project, alone, project.run("check"));
}

#[test]
fn what_a_pull_request_accepts_is_found() {
    let project = released();
    project.git("checkout -q -b feature");
    let project = project
        .file("migrations/002_orders.up.sql", &orders("id bigint"))
        .without("migrations/003_invoices.up.sql")
        .without("migrations/003_invoices.down.sql")
        .revision("004", "search", "002");
    let accepted = project.run("lock --accept 002,003");
    let project = project.commit("Bless it");
    screens!(
        "guard-against",
        project,
        accepted,
        project.run("check"),
        project.run("check --against main"),
        project.run("check --against main --format json"),
    );
}

#[test]
fn neither_rules_nor_allow_nor_another_parent_hide_anything() {
    let project = released();
    project.git("checkout -q -b feature");
    let config = format!(
        "{}\n[rules]\nedited-after-lock = \"allow\"\n",
        crate::project::CONFIG
    );
    let project = project
        .file("migrations/migcheck.toml", &config)
        .file(
            "migrations/002_orders.up.sql",
            &format!(
                "-- migcheck: allow = [\"edited-after-lock\"]\n{}",
                orders("id bigint")
            ),
        )
        .file(
            "migrations/003_invoices.up.sql",
            "-- migcheck: revises = \"004\"\nCREATE TABLE invoices (id int);\n",
        )
        .revision("004", "search", "002");
    project.run("lock --accept 003,002");
    screens!(
        "guard-against-silenced",
        project,
        project.run("check"),
        project.run("check --against main"),
    );
}

#[test]
fn what_is_new_is_free_and_has_to_be_recorded() {
    let project = released();
    project.git("checkout -q -b feature");
    project.run("new search");
    let skeleton = project.read("migrations/004_search.up.sql");
    let project = project
        .commit("Begin")
        .file(
            "migrations/004_search.up.sql",
            &format!("{skeleton}SELECT 1;\n"),
        )
        .file("migrations/004_search.down.sql", "SELECT 1;\n");
    let written = project.run("check");
    let due = project.run("check --against main");
    project.run("lock");
    let project = project.file(
        "migrations/004_search.up.sql",
        &format!("{skeleton}SELECT 2;\n"),
    );
    project.run("lock --accept 004");
    screens!(
        "guard-new",
        project,
        written,
        due,
        project.run("check --against main"),
        project.run("check --against HEAD"),
    );
}

#[test]
fn what_main_has_got_since_is_not_missing() {
    let project = released();
    project.git("checkout -q -b feature");
    project.git("checkout -q main");
    let project = project.revision("004", "search", "003");
    project.run("lock");
    let project = project.commit("Search");
    project.git("checkout -q feature");
    screens!("guard-behind", project, project.run("check --against main"));
}

#[test]
fn without_a_lock_every_revision_is_history() {
    let project = Project::chain().committed();
    project.git("checkout -q -b feature");
    let project = project
        .file("migrations/002_orders.up.sql", &orders("id bigint"))
        .revision("004", "search", "003");
    project.run("lock");
    screens!(
        "guard-no-lock",
        project,
        project.run("check --against main")
    );
}

#[test]
fn findings_about_what_was_there_before_can_be_left_out() {
    let project = Project::chain()
        .file("migrations/notes.txt", "")
        .without("migrations/001_users.down.sql")
        .committed();
    project.git("checkout -q -b feature");
    let project = project
        .revision("004", "search", "003")
        .without("migrations/004_search.down.sql")
        .revision("005", "sales", "003");
    screens!(
        "guard-since",
        project,
        project.run("check -q --since main"),
        project.run("check --since HEAD --against main"),
    );
}

#[test]
fn a_directory_that_was_renamed_or_is_new() {
    let project = released();
    project.git("checkout -q -b feature");
    project.git("mv migrations db");
    let project = project.file("db/002_orders.up.sql", &orders("id bigint"));
    project.run("lock --directory db --accept 002");
    let renamed = project.run("check --directory db --against main");
    let project = project.file("new/001_a.up.sql", "-- migcheck: revises = \"base\"\n");
    screens!(
        "guard-renamed-directory",
        project,
        renamed,
        project.run("check -q --directory new --against main"),
        project.run("check --directory new --against main"),
    );
}

#[test]
fn a_base_that_is_broken_and_has_no_lock() {
    let project = Project::chain()
        .revision("004", "search", "nine")
        .committed();
    let project = project.revision("004", "search", "003");
    screens!(
        "guard-broken-base",
        project,
        project.run("check --against HEAD")
    );
}

#[test]
fn git_has_no_answer() {
    let project = released();
    project.git("checkout -q -b feature");
    let nothing = Project::chain();
    let mut without_git =
        nothing.command(&["check", "--against", "main", "--directory", "migrations"]);
    without_git.env("PATH", nothing.path());
    screens!(
        "guard-no-git",
        project,
        project.run("check --against mian"),
        project.run("check --since zzzzzzzzzzzz"),
        project.run("check --against --help-me"),
        nothing
            .run("check --against main")
            .replace(&*nothing.canonical_path().to_string_lossy(), "[PROJECT]"),
        screen(&mut without_git),
    );
}

/// CI clones one commit of one branch.
#[test]
fn a_shallow_clone() {
    let origin = released();
    origin.git("checkout -q -b feature");
    let origin = origin
        .file("migrations/002_orders.up.sql", &orders("id bigint"))
        .commit("Edit");
    origin.run("lock --accept 002");
    let origin = origin.commit("Bless it");
    let clone = Project::nothing();
    let url = format!("file://{}", origin.canonical_path().display());
    git(
        clone.path(),
        [
            "clone",
            "--quiet",
            "--depth=1",
            "--branch=feature",
            &url,
            ".",
        ],
    );
    let unknown = clone.run("check --against origin/main");
    let advice = unknown
        .split('`')
        .find(|word| word.starts_with("git fetch"));
    let advice = advice.expect("the command that fetches it").to_owned();
    let words: Vec<&str> = advice.split_whitespace().skip(1).collect();
    assert!(git(clone.path(), words).status.success(), "{advice}");
    screens!(
        "guard-shallow",
        clone,
        unknown,
        clone.run("check --against origin/main"),
    );
}

/// git runs a hook at the root, with its own idea of where the repository is.
#[test]
fn inside_of_a_hook() {
    let project = released();
    project.git("checkout -q -b feature");
    let project = project.file("migrations/002_orders.up.sql", &orders("id bigint"));
    let mut command: Command = project.command(&["check", "--against", "main"]);
    command
        .env("GIT_DIR", ".git")
        .env("GIT_INDEX_FILE", ".git/index");
    let screen = screen(&mut command);
    assert!(screen.contains("was edited since `main`"), "{screen}");
}

#[test]
fn a_directory_that_is_included_has_a_past_too() {
    let include = format!("include = [\"../billing\"]\n{}", crate::project::CONFIG);
    let project = Project::new()
        .file("migrations/migcheck.toml", &include)
        .revision("001", "users", "base")
        .file("billing/002_orders.up.sql", &orders("id int"))
        .file("billing/002_orders.down.sql", "DROP TABLE orders;\n");
    project.run("lock");
    let project = project
        .committed()
        .file("billing/002_orders.up.sql", &orders("id bigint"));
    screens!(
        "guard-included",
        project,
        project.run("check"),
        project.run("check --against HEAD"),
    );
}
