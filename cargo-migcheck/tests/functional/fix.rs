//! `check --fix`: what it changes, what it shows, and what it leaves alone.

use std::fs;

use crate::project::{CONFIG, Project};
use crate::{regex_of, screens};

/// Mistakes in four files: some with one meaning, and some that take a decision.
fn mistaken() -> Project {
    Project::chain()
        .file(
            "migrations/migcheck.toml",
            &CONFIG.replace("\"native\"", "native"),
        )
        .file(
            "migrations/002_orders.up.sql",
            "-- migcheck: revise = 001\n-- migcheck: labels = [\"sales\", \"sales\"]\nCREATE TABLE orders (id int);\n",
        )
        .file(
            "migrations/003_invoices.up.sql",
            "-- migcheck: revises = [\"002\", \"001\", \"002\", \"002\"]\nCREATE TABLE invoices (id int);\n",
        )
        .revision("004", "search", "003_invoices")
        .file("migrations/notes.txt", "")
}

#[test]
fn what_is_certain_is_fixed() {
    let project = mistaken();
    screens!(
        "fix",
        project,
        project.run("check --fix"),
        project.run("--fix"),
    );
    assert_eq!(
        project.read("migrations/002_orders.up.sql"),
        "-- migcheck: revises = \"001\"\n-- migcheck: labels = [\"sales\"]\nCREATE TABLE orders (id int);\n"
    );
    assert_eq!(
        project.read("migrations/003_invoices.up.sql"),
        "-- migcheck: revises = [\"002\"]\nCREATE TABLE invoices (id int);\n"
    );
    let left = project.files("migrations");
    assert!(left.iter().all(|name| !name.ends_with(".new")), "{left:?}");
}

#[test]
fn for_programs() {
    let project = mistaken();
    screens!(
        "fix-json",
        project,
        project.run("check --fix --format json"),
        project.run("check --fix --format json -q"),
    );
}

#[test]
fn without_the_flag_nothing_is_changed() {
    let project = mistaken();
    let before = project.read("migrations/002_orders.up.sql");
    let screen = project.run("check");
    assert!(screen.contains("`cargo migcheck check --fix` makes this edit"));
    assert_eq!(project.read("migrations/002_orders.up.sql"), before);
}

#[test]
fn line_ends_and_the_byte_order_mark_stay() {
    let project = Project::chain().file(
        "migrations/002_orders.up.sql",
        "\u{feff}-- Bestellungen, für später\r\n-- migcheck: revise = 001\r\n-- migcheck: labels = x\n\r\nCREATE TABLE orders (id int);\r\r\n",
    );
    let screen = project.run("check --fix");
    assert!(screen.ends_with("--- exit code 0\n"), "{screen}");
    assert_eq!(
        project.read("migrations/002_orders.up.sql"),
        "\u{feff}-- Bestellungen, für später\r\n-- migcheck: revises = \"001\"\r\n-- migcheck: labels = \"x\"\n\r\nCREATE TABLE orders (id int);\r\r\n"
    );
}

#[test]
fn a_locked_script_is_left_alone() {
    let project = Project::chain();
    project.run("lock");
    let edited = "-- migcheck: revises = \"001\"\n-- migcheck: lables = [\"sales\"]\nCREATE TABLE orders (id int);\n";
    let project = project
        .file("migrations/002_orders.up.sql", edited)
        .revision("004", "search", "003")
        .file(
            "migrations/004_search.up.sql",
            "-- migcheck: revises = 003\nCREATE TABLE search (id int);\n",
        );
    screens!("fix-locked", project, project.run("check --fix"));
    assert_eq!(project.read("migrations/002_orders.up.sql"), edited);
    assert!(
        project
            .read("migrations/004_search.up.sql")
            .contains("\"003\"")
    );
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_permissions_stay_what_they_are() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let project = Project::chain().without("migrations/002_orders.up.sql");
    let folder = project.path().join("migrations");
    let text = "-- migcheck: revise = \"001\"\nCREATE TABLE orders (id int);\n";
    let kept = folder.join("README.orders");
    fs::write(&kept, text).expect("a file");
    fs::set_permissions(&kept, fs::Permissions::from_mode(0o640)).expect("permissions");
    symlink("README.orders", folder.join("002_orders.up.sql")).expect("a link");
    let screen = project.run("check --fix");
    assert!(screen.contains("1 fixed, no findings left"), "{screen}");
    let link = fs::symlink_metadata(folder.join("002_orders.up.sql")).expect("a link");
    assert!(link.is_symlink());
    let target = fs::metadata(&kept).expect("a file");
    assert_eq!(target.permissions().mode() & 0o777, 0o640);
    assert!(project.read("migrations/README.orders").contains("revises"));
}

#[cfg(unix)]
#[test]
fn what_is_outside_the_directory_is_never_touched() {
    let project = Project::chain().without("migrations/002_orders.up.sql");
    let text = "-- migcheck: revise = \"001\"\nCREATE TABLE orders (id int);\n";
    let project = project.file("orders.sql", text);
    let link = project.path().join("migrations/002_orders.up.sql");
    std::os::unix::fs::symlink("../orders.sql", link).expect("a link");
    let screen = project.run("check --fix");
    assert!(screen.contains("error[symlink-escape]"), "{screen}");
    assert_eq!(project.read("orders.sql"), text);
}

#[test]
fn a_file_that_cannot_be_written_is_named() {
    let project = mistaken();
    // The text is put beside the file first, and there a folder is in the way.
    fs::create_dir(project.path().join("migrations/migcheck.toml.new")).expect("a folder");
    let before = project.read("migrations/migcheck.toml");
    let screen = project.run("check --fix");
    assert!(screen.contains("cannot write"), "{screen}");
    assert!(screen.ends_with("--- exit code 2\n"), "{screen}");
    assert_eq!(project.read("migrations/migcheck.toml"), before);
}
