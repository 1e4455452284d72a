//! Which directories are meant.

use crate::project::{CONFIG, Project, screen};
use crate::{regex_of, screens};

const UP: &str = "-- migcheck: revises = \"base\"\nCREATE TABLE users (id int);\n";

fn member(project: Project, name: &str, metadata: &str) -> Project {
    project
        .file(
            &format!("{name}/Cargo.toml"),
            &format!("[package]\nname = \"{name}\"\nversion = \"0.0.0\"\n{metadata}"),
        )
        .file(&format!("{name}/src/lib.rs"), "")
}

/// Three packages: two directories, one directory with another name, none.
fn workspace() -> Project {
    let project = Project::nothing().file(
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"billing\", \"search\", \"web\"]\n",
    );
    let project = member(project, "billing", "");
    let project = member(
        project,
        "search",
        "[package.metadata.migcheck]\ndirectories = [\"db\"]\n",
    );
    member(project, "web", "")
        .file("billing/migrations/migcheck.toml", CONFIG)
        .file("billing/migrations/001_users.up.sql", UP)
        .file("search/db/migcheck.toml", CONFIG)
        .file("search/db/001_users.up.sql", UP)
        .file("search/db/001_users.down.sql", "DROP TABLE users;\n")
}

#[test]
fn a_workspace() {
    let project = workspace();
    screens!(
        "workspace",
        project,
        project.run("check"),
        project.run("heads"),
        project.run("check -p billing"),
        project.run("check -p serch"),
        project.run("new orders"),
        project.run("check -p web"),
        project.run("check --manifest-path search/Cargo.toml"),
        project.run("check --manifest-path search"),
        screen(
            project
                .command(&["check"])
                .current_dir(project.path().join("search/src"))
        ),
        screen(
            project
                .command(&["check", "--workspace", "-q"])
                .current_dir(project.path().join("web"))
        ),
    );
}

#[test]
fn no_package_and_no_directory() {
    let nothing = Project::nothing();
    screens!("no-cargo-toml", nothing, nothing.run("check"));
    let bare = Project::bare();
    screens!(
        "no-directory",
        bare,
        bare.run("check"),
        bare.run("new users")
    );
}

#[test]
fn a_directory_by_name() {
    let project = Project::chain();
    screens!(
        "directory",
        project,
        project.run("check --directory ./migrations/"),
        project.run("check --directory migration"),
        project.run("check --directory Cargo.toml"),
        project.run("check --directory migrations -p shop"),
    );
}

#[test]
fn a_cargo_toml_that_says_it_wrongly() {
    let manifest = |metadata: &str| {
        format!("[package]\nname = \"shop\"\nversion = \"0.0.0\"\n{metadata}\n[workspace]\n")
    };
    let project = Project::chain();
    let mut said = Vec::new();
    let mut project = project;
    for metadata in [
        "[package.metadata.migcheck]\ndirectories = [\"db\"]",
        "[package.metadata.migcheck]\ndirectories = \"migrations\"",
        "[package.metadata.migcheck]\ndirectory = \"migrations\"",
        "nme = 1\nversion = \"0.0.0\"",
    ] {
        project = project.file("Cargo.toml", &manifest(metadata));
        said.push(project.run("check"));
    }
    screens!("bad-cargo-toml", project, said.join("\n"));
}
