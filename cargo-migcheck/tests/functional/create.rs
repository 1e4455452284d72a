//! `new`, `merge`.

use crate::project::Project;
use crate::{regex_of, screens};

#[test]
fn a_new_revision_builds_on_the_head() {
    let project = Project::chain();
    screens!(
        "new",
        project,
        project.run_with(&["new", "Add user e-mail verification"]),
        project.read("migrations/004_add_user_e_mail_verification.up.sql"),
        project.read("migrations/004_add_user_e_mail_verification.down.sql"),
        project.run("check"),
    );
}

#[test]
fn a_new_revision_says_what_it_is_told() {
    let project = Project::chain();
    screens!(
        "new-options",
        project,
        project.run_with(&[
            "new",
            "search",
            "--revises",
            "001",
            "--splice",
            "--label",
            "search",
            "--depends-on",
            "002"
        ]),
        project.read("migrations/004_search.up.sql"),
    );
}

#[test]
fn a_history_parts_only_where_it_is_told_to() {
    let project = Project::chain();
    screens!(
        "new-splice",
        project,
        project.run("new search --revises 001"),
        project.run("new search --splice"),
        project.run("new search --revises 001 --splice"),
    );
}

#[test]
fn a_new_revision_is_made_of_the_templates() {
    let project = Project::chain()
        .file(
            "migrations/template.up.sql",
            "-- Revision {id}: {message}\n-- Made on {date}.\n\
             -- migcheck: touches = [\"TODO\"]\nSET lock_timeout = '5s';\n",
        )
        .file(
            "migrations/template.up.mysql.sql",
            "-- migcheck: revises = {revises}\nSET lock_wait_timeout = 5;\n",
        )
        .file(
            "migrations/template.down.sql",
            "-- Takes back {slug}.\n-- '{{id}}' '{}'\n",
        );
    let mut screens = [
        project.run_with(&["new", "Add teams\nand their members", "--label", "teams"]),
        project.read("migrations/004_add_teams.up.sql"),
        project.read("migrations/004_add_teams.up.mysql.sql"),
        project.read("migrations/004_add_teams.down.sql"),
        project.run("check"),
    ];
    let today = screens[1].split_once("Made on ").expect("a date").1[..8].to_owned();
    assert!(today.bytes().all(|byte| byte.is_ascii_digit()), "{today}");
    screens[1] = screens[1].replace(&today, "[TODAY]");
    screens!("new-template", project, screens.join("\n"));
}

#[test]
fn a_template_in_a_peers_directory() {
    let project = Project::bare()
        .file(
            "migrations/0001_users.up.sql",
            "CREATE TABLE users (id int);\n",
        )
        .file("migrations/0001_users.down.sql", "DROP TABLE users;\n")
        .file(
            "migrations/template.up.sql",
            "-- migcheck: revises = {revises}\n-- {message}\n",
        );
    let before = project.run("check -v");
    let new = project.run("new orders");
    let text = project.read("migrations/0002_orders.up.sql");
    let project = project.file("migrations/template.up.mysql.sql", "");
    screens!(
        "new-template-sqlx",
        project,
        before,
        new,
        text,
        project.run("new invoices"),
    );
}

#[test]
fn a_template_that_cannot_be_used() {
    let with = |name: &str, text: &str| Project::chain().file(&format!("migrations/{name}"), text);
    let project = with(
        "template.up.sql",
        "-- {message}\n-- by {author}\nSELECT '{mesage}';\n",
    );
    let fixed = with("template.up.sql", "\n-- migcheck: revises = \"001\"\n");
    let nameless = with("template.sql", "");
    let unknown = with("template.down.oracle.sql", "");
    let broken = with("template.up.sql", "-- migcheck: transactoin = false\n");
    let mut screens = Vec::new();
    for project in [&project, &fixed, &nameless, &unknown, &broken] {
        screens.push(project.run("new orders"));
        assert!(
            !project
                .files("migrations")
                .iter()
                .any(|name| name.starts_with("004"))
        );
    }
    screens!("new-template-bad", project, screens.join("\n"));
}

#[test]
fn an_editor_needs_a_terminal() {
    let project = Project::chain();
    screens!(
        "new-edit",
        project,
        project.run("new search --edit"),
        project.files("migrations").join("\n"),
    );
}

#[test]
fn a_new_revision_needs_one_head() {
    let project = Project::fork();
    screens!(
        "new-on-two-heads",
        project,
        project.run_with(&["new", "Add invoices"]),
        project.run_with(&["new", "Add invoices", "--revises", "002"]),
    );
}

#[test]
fn a_new_revision_that_cannot_be() {
    let project = Project::chain();
    screens!(
        "new-bad",
        project,
        project.run_with(&["new", "…"]),
        project.run_with(&["new", "fix", "--revises", "009"]),
        project.run_with(&["new", "x", "--label", "0"]),
        project.run_with(&["new", "x", "--category", "users"]),
        project.run_with(&["new", "x", "--revises", "001,002"]),
        project.run_with(&["new"]),
        project.files("migrations").join("\n"),
        project.run_with(&["new", "fix"]),
    );
}

#[test]
fn a_first_revision_starts_the_history() {
    let project = Project::new();
    screens!(
        "new-first",
        project,
        project.run("new users"),
        project.read("migrations/001_users.up.sql"),
    );
}

#[test]
fn a_new_revision_of_a_peers_layout() {
    let project = Project::bare()
        .file(
            "migrations/0001_users.up.sql",
            "CREATE TABLE users (id int);\n",
        )
        .file("migrations/0001_users.down.sql", "DROP TABLE users;\n");
    screens!(
        "new-sqlx",
        project,
        project.run("new orders"),
        project.read("migrations/0002_orders.up.sql"),
        project.run("new search --revises 0001 --splice"),
        project.run("check -v"),
    );
}

#[test]
fn a_new_revision_of_a_layout_with_sections() {
    let project = Project::bare().file(
        "migrations/20250824101112_users.sql",
        "-- migrate:up\nCREATE TABLE users (id int);\n\n-- migrate:down\nDROP TABLE users;\n",
    );
    let locked = project.run("lock");
    let new = project.run("new orders");
    let name = project.files("migrations").remove(1);
    let skeleton = project.read(&format!("migrations/{name}"));
    let filled = skeleton
        .replace("-- orders\n", "-- orders\nCREATE TABLE orders (id int);\n")
        .replace("`orders`.\n", "`orders`.\nDROP TABLE orders;\n");
    let project = project.file(&format!("migrations/{name}"), &filled);
    let screens = [
        locked,
        new,
        skeleton,
        project.run("lock"),
        project.run("roundtrip --on sqlite -q"),
    ];
    let id = name.split('_').next().unwrap();
    screens!(
        "new-dbmate",
        project,
        screens.join("\n").replace(id, "[NOW]")
    );
}

#[test]
fn a_merge_joins_the_heads() {
    let project = Project::fork();
    screens!(
        "merge",
        project,
        project.run("merge"),
        project.read("migrations/004_merge_orders_and_search.up.sql"),
        project.read("migrations/004_merge_orders_and_search.down.sql"),
        project.run("check"),
        project.run("history"),
        project.run("merge"),
    );
}

#[test]
fn a_merge_with_names() {
    let project = Project::fork();
    screens!(
        "merge-named",
        project,
        project.run("merge 002"),
        project.run("merge 001 002"),
        project.run_with(&["merge", "002", "003", "-m", "Join sales and search"]),
    );
}

#[test]
fn two_heads_that_are_wanted_are_not_merged() {
    let project = Project::fork().file(
        "migrations/migcheck.toml",
        "layout = \"native\"\nheads = 2\n[naming]\nfile = \"{seq}_{slug}\"\n",
    );
    screens!("merge-wanted-heads", project, project.run("merge"));
}
