//! Applied revisions that do not fit the directory, as every command tells of them; on SQLite.

use crate::project::{Project, run_sql};
use crate::{regex_of, screens};

const DATABASE: &str = "--database-url sqlite:home.db";

/// A folder of sqlx: the numbers are the order.
fn numbered(ids: &[&str]) -> Project {
    let project = Project::bare().file("migrations/migcheck.toml", "layout = \"sqlx\"\n");
    ids.iter().fold(project, |project, id| add(project, id, id))
}

fn add(project: Project, id: &str, table: &str) -> Project {
    let name = |way| format!("migrations/{id}_t{table}.{way}.sql");
    project
        .file(&name("up"), &format!("CREATE TABLE t{table} (id int);\n"))
        .file(&name("down"), &format!("DROP TABLE t{table};\n"))
}

fn without(project: Project, id: &str) -> Project {
    project
        .without(&format!("migrations/{id}_t{id}.up.sql"))
        .without(&format!("migrations/{id}_t{id}.down.sql"))
}

fn run_all(project: &Project, commands: &[&str]) -> String {
    let run = |command: &&str| project.run(&format!("{command} {DATABASE}"));
    commands.iter().map(run).collect::<Vec<_>>().join("\n")
}

fn upgraded(project: Project) -> Project {
    let upgraded = project.run(&format!("upgrade --create {DATABASE}"));
    assert!(upgraded.ends_with("exit code 0\n"), "{upgraded}");
    project
}

/// `2` is merged after `3` was applied.
#[test]
fn a_revision_that_was_passed_over() {
    let project = upgraded(numbered(&["1", "3"]));
    let project = add(add(project, "2", "2"), "4", "4");
    let asked = run_all(
        &project,
        &[
            "status",
            "status --format json",
            "status --expect-current=3",
            "current",
            "current --format json",
            "history",
            "history --format json",
            "verify",
            "verify --format json",
            "identify --on sqlite",
            "drift --on sqlite",
            "upgrade",
            "upgrade --allow-ahead",
            "upgrade +1",
            "downgrade -1",
            "stamp head",
        ],
    );
    let closed = run_all(
        &project,
        &["upgrade 2", "history", "upgrade", "verify", "downgrade 1"],
    );
    screens!("skipped", project, asked, closed);
}

#[test]
fn what_was_passed_over_is_recorded() {
    let project = add(upgraded(numbered(&["1", "3"])), "2", "2");
    run_sql(&project, "CREATE TABLE t2 (id int)");
    let said = run_all(&project, &["identify --on sqlite --stamp", "verify"]);
    run_sql(
        &project,
        "DELETE FROM _migcheck_revisions WHERE revision = '2'",
    );
    let again = run_all(&project, &["stamp 2", "verify"]);
    run_sql(
        &project,
        "DELETE FROM _migcheck_revisions WHERE revision = '2'",
    );
    let purged = run_all(&project, &["stamp 3 --purge", "verify"]);
    screens!("skipped-recorded", project, said, again, purged);
}

#[test]
fn a_renamed_file() {
    let project = add(without(upgraded(numbered(&["1", "2"])), "2"), "02", "2");
    let said = run_all(
        &project,
        &[
            "status",
            "current",
            "history",
            "verify --allow-ahead",
            "upgrade",
            "upgrade --allow-ahead",
            "stamp 02 --purge",
            "verify",
        ],
    );
    screens!("renamed", project, said);
}

#[test]
fn a_deleted_file() {
    let project = without(upgraded(numbered(&["1", "2", "3"])), "2");
    let said = run_all(
        &project,
        &[
            "status",
            "current",
            "verify --allow-ahead",
            "upgrade",
            "downgrade 1",
            "stamp 3 --purge",
            "verify",
        ],
    );
    screens!("deleted", project, said);
}

/// What a downgrade leaves is said, and the base leaves nothing.
#[test]
fn a_downgrade_past_what_is_unknown() {
    let config = "layout = \"native\"\nheads = 2\nbases = 2\n\n[naming]\nfile = \"{seq}_{slug}\"\n";
    let project = Project::new()
        .file("migrations/migcheck.toml", config)
        .revision("1", "a", "base")
        .revision("7", "z", "base");
    let upgraded = project.run(&format!("upgrade heads --create {DATABASE}"));
    assert!(upgraded.ends_with("exit code 0\n"), "{upgraded}");
    let project = project
        .without("migrations/7_z.up.sql")
        .without("migrations/7_z.down.sql");
    let said = run_all(
        &project,
        &[
            "downgrade 1",
            "downgrade 1 --format json",
            "downgrade base",
            "current",
        ],
    );
    screens!("downgrade-unknown", project, said);
}
