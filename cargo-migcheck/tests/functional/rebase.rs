//! Two people, two branches, and the ways out of what they find after `git merge`.

use crate::project::Project;
use crate::{regex_of, screens};

/// One branch has added 002 and 004, `main` has 003; the merge of `main` has stopped at the lock.
fn merging() -> Project {
    let project = Project::new().revision("001", "users", "base");
    project.run("lock");
    let project = project.committed();
    project.git("checkout -q -b feature");
    let project = project
        .revision("002", "search", "001")
        .revision("004", "words", "002");
    project.run("lock");
    let project = project.commit("Search");
    project.git("checkout -q main");
    let project = project.revision("003", "orders", "001");
    project.run("lock");
    let project = project.commit("Orders");
    project.git("checkout -q feature");
    let said = project.git("merge main");
    assert!(
        said.contains("CONFLICT (content): Merge conflict in migrations/migcheck.lock"),
        "{said}"
    );
    project
}

fn without_markers(text: &str) -> String {
    let is_marker = |line: &&str| {
        ["<<<<<<<", "=======", ">>>>>>>"]
            .iter()
            .any(|mark| line.starts_with(mark))
    };
    let lines: Vec<&str> = text.lines().filter(|line| !is_marker(line)).collect();
    lines.join("\n") + "\n"
}

#[test]
fn the_lock_is_resolved_wrongly() {
    let project = merging();
    let conflict = project.read("migrations/migcheck.lock");
    let markers = project.run("check");
    project.git("checkout --ours migrations/migcheck.lock");
    let ours = project.run("check");
    project.git("checkout --theirs migrations/migcheck.lock");
    let theirs = project.run("check");
    let project = project.file("migrations/migcheck.lock", &without_markers(&conflict));
    let both = project.run("check");
    let relocked = project.run("lock");
    let lock = project.read("migrations/migcheck.lock");
    let project = project.file(
        "migrations/migcheck.lock",
        &lock.replace("[\"003\", \"004\"]", "[\"003\"]"),
    );
    screens!(
        "merge-conflict",
        project,
        markers,
        ours,
        theirs,
        both,
        relocked,
        project.run("check"),
    );
}

#[test]
fn a_merge_is_a_way_out() {
    let project = merging();
    let merged = project.run("merge");
    let project = project.commit("Merge main");
    screens!(
        "merge-after-conflict",
        project,
        merged,
        project.run("check --against main"),
        project.run("history"),
    );
}

#[test]
fn a_rebase_is_a_way_out() {
    let project = merging();
    let before = project.files("migrations");
    let plan = project.run("rebase 004 --onto 003 --dry-run");
    assert_eq!(project.files("migrations"), before);
    let moved = project.run("rebase 004 --onto 003");
    let project = project.commit("Merge main");
    screens!(
        "rebase",
        project,
        plan,
        moved,
        project.files("migrations").join("\n"),
        project.read("migrations/005_search.up.sql"),
        project.run("check --against main"),
        project.run("history"),
        project.run("rebase 006 --onto 003"),
    );
}

#[test]
fn json() {
    let project = merging();
    screens!(
        "rebase-json",
        project,
        project.run("rebase 002 --onto 003 --format json")
    );
}

#[test]
fn what_is_released_stays() {
    let project = merging();
    let screens = [
        project.run("rebase 003 --onto 004"),
        project.run("rebase 002 --onto 003 --base feature"),
        project.run("rebase 002 --onto 003 --base nobody"),
        project.run("rebase 002 --onto 001"),
        project.run("rebase 001 --onto 003"),
        project.run("rebase 002 --onto 003 --base main --unreleased"),
    ];
    let untouched = project.git("status --porcelain");
    project.run("rebase 003 --onto 004 --unreleased");
    screens!(
        "rebase-released",
        project,
        screens.join("\n"),
        untouched,
        project.run("history"),
    );
}

#[test]
fn without_git_somebody_has_to_vouch() {
    let project = Project::fork();
    screens!(
        "rebase-no-git",
        project,
        project.run("rebase 003 --onto 002"),
        project.run("rebase 003 --onto 002 --unreleased"),
        project.read("migrations/003_search.up.sql"),
        project.run("check"),
    );
}

#[test]
fn ids_that_sort_after_the_head_are_kept_and_other_bytes_too() {
    let text = "\u{feff}-- migcheck: revises = \"001\"   # before orders\r\n-- Adds search.\r\nCREATE TABLE search (id int);\r\n";
    let project = Project::fork().file("migrations/003_search.up.sql", text);
    project.run("rebase 003 --onto 002 --unreleased");
    assert_eq!(
        project.read("migrations/003_search.up.sql"),
        text.replace("\"001\"", "\"002\"")
    );
}

#[test]
fn what_names_a_moved_revision_follows_it() {
    let project = Project::new()
        .revision("001", "users", "base")
        .revision("005", "orders", "001")
        .revision("002", "search", "001")
        .file(
            "migrations/003_words.up.sql",
            "-- migcheck: revises = \"002\"\n-- migcheck: depends-on = [\"001\", \"002\"]\nSELECT 1;\n",
        )
        .file("migrations/003_words.down.sql", "SELECT 1;\n")
        .file("migrations/003_words.fixture.sql", "SELECT 1;\n");
    screens!(
        "rebase-names",
        project,
        project.run("rebase 003 --onto 005 --unreleased"),
        project.files("migrations").join("\n"),
        project.read("migrations/007_words.up.sql"),
        project.run("check"),
    );
}

#[test]
fn a_merge_inside_of_the_branch_and_a_branch_beside_it() {
    // 005 had joined `main` once, when that ended at 002; 007 hangs on the branch too.
    let project = Project::new()
        .revision("001", "users", "base")
        .revision("002", "orders", "001")
        .revision("006", "sales", "002")
        .revision("003", "search", "001")
        .file(
            "migrations/005_join.up.sql",
            "-- migcheck: revises = [\"002\", \"003\"]\n",
        )
        .file("migrations/005_join.down.sql", "")
        .revision("007", "words", "003");
    screens!(
        "rebase-merge-inside",
        project,
        project.run("rebase 005 --onto 006 --unreleased"),
        project.read("migrations/009_join.up.sql"),
        project.run("history"),
    );
}

#[test]
fn dependencies_that_would_not_hold() {
    let forked = || Project::fork().revision("004", "words", "003");
    let orders = "-- migcheck: revises = \"001\"\n-- migcheck: depends-on = [\"003\"]\nSELECT 1;\n";
    let needed = forked().file("migrations/002_orders.up.sql", orders);
    let named = Project::new()
        .revision("001", "users", "base")
        .revision("002", "search", "001")
        .revision("003", "orders", "001")
        .file(
            "migrations/004_words.up.sql",
            "-- migcheck: revises = \"001\"\n-- migcheck: depends-on = [\"002\"]\nSELECT 1;\n",
        )
        .file("migrations/004_words.down.sql", "SELECT 1;\n");
    screens!(
        "rebase-dependencies",
        named,
        needed.run("rebase 004 --onto 002 --unreleased"),
        named.run("rebase 002 --onto 003 --unreleased"),
    );
}

#[test]
fn nothing_is_half_done() {
    let project = Project::new()
        .revision("001", "users", "base")
        .revision("004", "orders", "001")
        .revision("003", "search", "001");
    project.run("lock");
    // The name that the second file would get is taken, by what is no script.
    let project = project.file("migrations/005_search.up.sql/README", "");
    let before = project.files("migrations");
    let lock = project.read("migrations/migcheck.lock");
    let screen = project.run("rebase 003 --onto 004 --unreleased");
    assert_eq!(project.files("migrations"), before);
    assert_eq!(project.read("migrations/migcheck.lock"), lock);
    let damaged = Project::fork().file("migrations/migcheck.lock", "nonsense");
    let up = damaged.read("migrations/003_search.up.sql");
    let unread = damaged.run("rebase 003 --onto 002 --unreleased");
    assert_eq!(damaged.read("migrations/003_search.up.sql"), up);
    screens!("rebase-undone", project, screen, unread);
}

/// In sqlx's folder the numbers are the chain: a branch that took an early one stands in between.
#[test]
fn a_peers_files_are_numbered_anew() {
    let file = |project: Project, name: &str| {
        project
            .file(&format!("migrations/{name}.up.sql"), "SELECT 1;\n")
            .file(&format!("migrations/{name}.down.sql"), "SELECT 1;\n")
    };
    let project = file(Project::bare(), "0001_users");
    let project = file(project, "0003_orders");
    project.run("lock");
    let project = project.committed();
    project.git("checkout -q -b feature");
    let project = file(project, "0002_search");
    screens!(
        "rebase-peers",
        project,
        project.run("check --against main"),
        project.run("rebase 0002 --onto 0003"),
        project.run("check --against main"),
        project.run("history"),
    );
}

#[test]
fn a_revision_of_an_included_directory_is_moved_where_it_is() {
    let include = format!("include = [\"../billing\"]\n{}", crate::project::CONFIG);
    let project = Project::new()
        .file("migrations/migcheck.toml", &include)
        .revision("001", "users", "base")
        .revision("003", "orders", "001")
        .file(
            "billing/002_invoices.up.sql",
            "-- migcheck: revises = \"001\"\nCREATE TABLE invoices (id int);\n",
        )
        .file("billing/002_invoices.down.sql", "DROP TABLE invoices;\n")
        .file("billing/002_invoices.fixture.sql", "SELECT 1;\n");
    let rebased = project.run("rebase 002 --onto 003 --unreleased");
    let files = project.files("billing");
    screens!("rebase-included", project, rebased, project.run("check"));
    assert_eq!(
        files,
        [
            "004_invoices.down.sql",
            "004_invoices.fixture.sql",
            "004_invoices.up.sql"
        ]
    );
}
