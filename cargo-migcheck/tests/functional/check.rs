//! `check`: each mistake that users make, as they see it.

use crate::project::{CONFIG, Project};
use crate::{regex_of, screens};

#[test]
fn a_sound_directory() {
    let project = Project::chain();
    screens!(
        "check-sound",
        project,
        project.run(""),
        project.run("check -v"),
        project.run("check -q")
    );
}

#[test]
fn two_heads() {
    let project = Project::fork();
    screens!("check-two-heads", project, project.run("check"));
}

#[test]
fn a_parent_that_was_renamed() {
    let project = Project::chain()
        .without("migrations/002_orders.up.sql")
        .without("migrations/002_orders.down.sql")
        .revision("012", "orders", "001");
    screens!("check-renamed-parent", project, project.run("check"));
}

#[test]
fn two_files_with_one_id() {
    let project = Project::chain().revision("003", "search", "002");
    screens!("check-duplicate-id", project, project.run("check"));
}

#[test]
fn a_cycle() {
    let project = Project::new()
        .revision("001", "users", "base")
        .revision("002", "orders", "003")
        .revision("003", "invoices", "002")
        .revision("004", "search", "003");
    screens!(
        "check-cycle",
        project,
        project.run("check"),
        project.run("history")
    );
}

#[test]
fn an_unknown_directive() {
    let project = Project::chain().file(
        "migrations/002_orders.up.sql",
        "-- migcheck: revise = \"001\"\nCREATE TABLE orders (id int);\n",
    );
    screens!("check-unknown-directive", project, project.run("check"));
}

#[test]
fn a_down_script_that_is_missing() {
    let project = Project::chain().without("migrations/003_invoices.down.sql");
    screens!("check-missing-down", project, project.run("check"));
}

#[test]
fn a_down_script_that_does_nothing() {
    let project = Project::chain().file("migrations/003_invoices.down.sql", "-- later\n");
    screens!("check-empty-down", project, project.run("check"));
}

#[test]
fn a_file_that_is_no_migration() {
    let project = Project::chain()
        .file("migrations/dump.csv", "1,2\n")
        .file("migrations/fix.up.sql", "SELECT 1;\n");
    screens!("check-stray-file", project, project.run("check"));
}

#[test]
fn a_warning_alone_does_not_fail() {
    let config = format!("{CONFIG}\n[rules]\nstray-file = \"warn\"\n");
    let project = Project::chain()
        .file("migrations/migcheck.toml", &config)
        .file("migrations/dump.csv", "1,2\n");
    screens!("check-warning", project, project.run("check"));
}

#[test]
fn a_wrong_key_in_the_configuration() {
    let project = Project::chain().file(
        "migrations/migcheck.toml",
        "layot = \"native\"\n\n[naming]\nfile = \"{seq}_{slug}\"\n\n[rules]\nmissing-donw = \"warn\"\n",
    );
    screens!("check-bad-key", project, project.run("check"));
}

#[test]
fn a_configuration_that_is_no_toml() {
    let project = Project::chain().file("migrations/migcheck.toml", "layout = native\n");
    screens!("check-bad-toml", project, project.run("check"));
}

#[test]
fn several_mistakes_at_once() {
    let project = Project::fork()
        .without("migrations/002_orders.down.sql")
        .revision("005", "invoices", "004")
        .file("migrations/notes.txt", "");
    screens!("check-several", project, project.run("check"));
}

#[test]
fn an_empty_directory() {
    let project = Project::new();
    screens!(
        "check-empty",
        project,
        project.run("check"),
        project.run("heads"),
        project.run("history")
    );
}
