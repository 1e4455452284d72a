//! `heads`, `bases`, `branches`, `history`, `show`, `plan`.

use crate::project::Project;
use crate::{regex_of, screens};

/// Two features side by side, merged, with everything that a list marks.
pub(crate) fn full() -> Project {
    Project::new()
        .file(
            "migrations/001_users.up.sql",
            "-- migcheck: revises = \"base\"\n-- Creates users, and the fields that signing in \
             needs: a public id, an address,\n-- and a password hash. Everything refers to it.\n\
             CREATE TABLE users (id int);\n",
        )
        .file("migrations/001_users.down.sql", "DROP TABLE users;\n")
        .file(
            "migrations/002_orders.up.sql",
            "-- migcheck: revises = \"001\"\n-- migcheck: labels = [\"sales\"]\n\
             -- migcheck: touches = [\"orders\", \"order_*\"]\nCREATE TABLE orders (id int);\n",
        )
        .file("migrations/002_orders.down.sql", "DROP TABLE orders;\n")
        .file(
            "migrations/003_search.up.sql",
            "-- migcheck: revises = \"001\"\n-- migcheck: labels = [\"search\"]\n\
             -- migcheck: depends-on = [\"002\"]\n-- migcheck: transaction = false\n\
             CREATE TABLE search (id int);\n",
        )
        .file("migrations/003_search.down.sql", "DROP TABLE search;\n")
        .file(
            "migrations/004_merge.up.sql",
            "-- migcheck: revises = [\"002\", \"003\"]\n",
        )
        .file("migrations/004_merge.down.sql", "")
        .file(
            "migrations/005_forget_previews.up.sql",
            "-- migcheck: revises = \"004\"\n\
             -- migcheck: irreversible = \"the previews are kept nowhere else\"\n\
             DELETE FROM search;\n",
        )
}

#[test]
fn heads_and_bases() {
    let project = Project::fork();
    screens!(
        "heads-and-bases",
        project,
        project.run("heads"),
        project.run("bases")
    );
}

#[test]
fn branches() {
    let (fork, chain) = (full(), Project::chain());
    screens!(
        "branches",
        fork,
        fork.run("branches"),
        chain.run("branches")
    );
}

#[test]
fn history() {
    let project = full();
    screens!(
        "history",
        project,
        project.run("history"),
        project.run("history 003:"),
        project.run("history :002"),
        project.run("history sales:head-1"),
    );
}

#[test]
fn history_of_what_is_not_there() {
    let project = Project::chain();
    screens!(
        "history-bad",
        project,
        project.run("history 004:"),
        project.run("history base:current"),
        project.run("history 003:001"),
    );
}

#[test]
fn lists_with_pages() {
    let project = full();
    screens!(
        "pages",
        project,
        project.run("history -v 003:"),
        project.run("heads -v"),
        project.run("branches -v"),
    );
}

#[test]
fn heads_that_others_depend_on() {
    let project = Project::new()
        .file(
            "migrations/migcheck.toml",
            "layout = \"native\"\nheads = 2\n[naming]\nfile = \"{seq}_{slug}\"\n",
        )
        .revision("001", "users", "base")
        .revision("002", "orders", "001")
        .file(
            "migrations/003_search.up.sql",
            "-- migcheck: revises = \"001\"\n-- migcheck: depends-on = [\"002\"]\n",
        )
        .file("migrations/003_search.down.sql", "");
    screens!(
        "heads-dependencies",
        project,
        project.run("heads"),
        project.run("heads --resolve-dependencies"),
    );
}

#[test]
fn show() {
    let project = full();
    screens!(
        "show",
        project,
        project.run("show 001"),
        project.run("show search"),
        project.run("show head"),
    );
}

#[test]
fn show_what_is_not_there() {
    let project = Project::new()
        .revision("20250824001", "users", "base")
        .revision("20250824002", "orders", "20250824001");
    screens!(
        "show-bad",
        project,
        project.run("show 20250824003"),
        project.run("show 2025"),
        project.run("show 202"),
        project.run("show base"),
        project.run("show head+1"),
        project.run("show 20:25"),
    );
}

#[test]
fn plan() {
    let project = full();
    screens!(
        "plan",
        project,
        project.run("plan"),
        project.run("plan --from 002,003 --to head"),
        project.run("plan --from head --to 001"),
        project.run("plan --from 003 --to +1"),
        project.run("plan --from 003 --to -1"),
        project.run("plan --from head --to head"),
    );
}

#[test]
fn plan_to_what_is_not_there() {
    let project = Project::fork();
    screens!(
        "plan-bad",
        project,
        project.run("plan"),
        project.run("plan --to heads"),
        project.run("plan --from 004"),
        project.run("plan --from 001 --to +1"),
        project.run("plan --from 003 --to -5"),
        project.run("plan --to +x"),
    );
}
