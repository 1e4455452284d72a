//! `sql`: what a database's own client runs.

use crate::graph::full;
use crate::project::Project;
use crate::{regex_of, screens};

#[test]
fn the_sql_of_a_plan() {
    let project = full();
    screens!(
        "sql",
        project,
        project.run("sql --no-history --dialect postgres --from 001 --to 004"),
        project.run("sql --no-history --dialect sqlite --from 002 --to base"),
        project.run("sql --no-history --dialect mysql --from 001 --to 002"),
        project.run("sql --no-history --dialect sqlite --from 002 --to 002"),
        project.run("sql --no-history --dialect sqlite --from 001 --to 002 --format json"),
    );
}

#[test]
fn each_dialect_gets_its_own_script_and_ends_it() {
    let project = Project::new()
        .file(
            "migrations/migcheck.toml",
            "layout = \"native\"\ndatabases = [\"mysql\", \"sqlite\"]\n[naming]\nfile = \"{seq}_{slug}\"\n",
        )
        .file(
            "migrations/001_users.up.sql",
            "-- migcheck: revises = \"base\"\nCREATE TABLE users (id int) -- no semicolon",
        )
        .file(
            "migrations/001_users.up.mysql.sql",
            "DELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; END//\n",
        )
        .file("migrations/001_users.down.sql", "BEGIN;\nDROP TABLE users;\nCOMMIT;\n");
    screens!(
        "sql-dialects",
        project,
        project.run("sql --no-history --dialect sqlite"),
        project.run("sql --no-history --dialect mysql"),
        project.run("sql --no-history --dialect sqlite --from head --to base"),
        project.run("sql --no-history --dialect postgres"),
        project.run("sql"),
    );
}

/// The down scripts go into the history table, whatever they hold.
#[test]
fn the_sql_writes_the_history_too() {
    let project = Project::new()
        .file(
            "migrations/001_users.up.sql",
            "-- migcheck: revises = \"base\"\nCREATE TABLE users (id int);\n",
        )
        .file(
            "migrations/001_users.up.mysql.sql",
            "CREATE PROCEDURE p() BEGIN SELECT 1; SELECT '//'; END;\nCREATE TABLE users (id int);\n",
        )
        .file(
            "migrations/001_users.down.sql",
            "-- it's gone, c:\\users\nDROP TABLE users;\n",
        );
    screens!(
        "sql-history",
        project,
        project.run("sql --dialect postgres"),
        project.run("sql --dialect mysql"),
        project.run("sql --dialect sqlite --from head --to base"),
        project.run("sql --dialect sqlite --from base --to base"),
        project.run("sql --dialect sqlite --from head --to base --format json"),
    );
    let schema = format!("{}\n[history]\nschema = \"ops\"\n", crate::project::CONFIG);
    let project = project.file("migrations/migcheck.toml", &schema);
    let sql = project.run("sql --dialect postgres");
    assert!(sql.contains("\nCREATE SCHEMA IF NOT EXISTS \"ops\";\nCREATE TABLE IF NOT EXISTS \"ops\".\"_migcheck_revisions\" ("), "{sql}");
    assert!(
        sql.contains("\nINSERT INTO \"ops\".\"_migcheck_revisions\" ("),
        "{sql}"
    );
}

/// What a script leaves in its session is put back, and a client runs it with keys as `upgrade` does.
#[test]
fn the_sql_puts_sessions_back() {
    let project = Project::new()
        .file(
            "migrations/001_users.up.sqlite.sql",
            "-- migcheck: revises = \"base\"\nPRAGMA foreign_keys = OFF;\nDROP TABLE users;\n",
        )
        .file(
            "migrations/001_users.up.mysql.sql",
            "SET time_zone = '+05:00';\nCREATE TEMPORARY TABLE t (a int);\n",
        )
        .file(
            "migrations/001_users.up.postgres.sql",
            "CREATE TEMP TABLE t (a int);\n",
        )
        .file(
            "migrations/001_users.down.mysql.sql",
            "DROP TABLE t;\nUSE other;\nDROP TABLE t;\n",
        )
        .file(
            "migrations/001_users.down.postgres.sql",
            "DROP TABLE t;\nDISCARD ALL;\n",
        )
        .file("migrations/001_users.down.sqlite.sql", "SELECT 1;\n");
    screens!(
        "sql-sessions",
        project,
        project.run("sql --dialect sqlite"),
        project.run("sql --no-history --dialect sqlite"),
        project.run("sql --dialect mysql"),
        project.run("sql --dialect postgres"),
        project.run("sql --dialect mysql --from head --to base"),
        project.run("sql --dialect postgres --from head --to base"),
    );
}

#[test]
fn sql_that_cannot_be_had() {
    let project = full();
    screens!(
        "sql-bad",
        project,
        project.run("sql"),
        project.run("sql --dialect postgres --from head --to 001"),
        project.run("sql --dialect postgres --to 009"),
        project.run("sql --dialect oracle"),
    );
}
