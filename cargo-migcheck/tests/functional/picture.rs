//! `graph`: pictures of the history.

use crate::graph::full;
use crate::project::Project;
use crate::{regex_of, screens};

#[test]
fn a_picture_of_everything() {
    let project = full();
    screens!("graph-svg", project, project.run("graph"));
}

#[test]
fn pictures_that_others_draw() {
    let project = full();
    screens!(
        "graph-text",
        project,
        project.run("graph --format mermaid"),
        project.run("graph --format dot"),
        project.run("graph --format mermaid 003:"),
        project.run("graph --format dot 009:"),
    );
}

#[test]
fn a_picture_is_replaced_and_nothing_else_is() {
    let project = Project::chain().file("notes.md", "# What is to be done\n");
    screens!(
        "graph-output",
        project,
        project.run("graph -o graph.svg"),
        project.run("graph -o graph.svg --format dot :002"),
        project.read("graph.svg"),
        project.run("graph -o notes.md"),
        project.read("notes.md"),
        project.run("graph -o nowhere/graph.svg"),
        project.run("graph -o graph.json --format json"),
    );
}

/// What a title may say must stay a title in every language a picture is written in.
#[test]
fn a_title_stays_a_title() {
    let project = Project::new().file(
        "migrations/001_users.up.sql",
        "-- migcheck: revises = \"base\"\n\
         -- </text><script>\"a\" & 'b' #35; `c` \\N %% --> ]] {x} \u{1b}[1m\u{feff}Gl\u{fc}ck\n\
         CREATE TABLE users (id int);\n",
    );
    let svg = project.run("graph");
    assert!(!svg.contains("<script>"), "{svg}");
    assert!(!svg.contains('\u{1b}'), "{svg}");
    let titles = svg.lines().filter(|line| line.contains("001"));
    screens!(
        "graph-hostile",
        project,
        titles.collect::<Vec<_>>().join("\n"),
        project.run("graph --format mermaid"),
        project.run("graph --format dot"),
    );
}

#[test]
fn a_picture_of_nothing() {
    let project = Project::new();
    screens!(
        "graph-empty",
        project,
        project.run("graph --format dot"),
        project.run("graph --format mermaid -o empty.mmd"),
        project.run("graph --format json"),
        project.run("graph nine --format json"),
    );
}

#[test]
fn what_mermaid_would_refuse_is_said() {
    let mut project = Project::new().revision("001", "t1", "base");
    for at in 2..=502 {
        project = project.revision(
            &format!("{at:03}"),
            &format!("t{at}"),
            &format!("{:03}", at - 1),
        );
    }
    let screen = project.run("graph --format mermaid -o graph.mmd");
    screens!("graph-large", project, screen);
}
