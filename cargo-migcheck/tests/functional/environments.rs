//! What is asked of a live database and done to it besides migrating: `drift`, `snapshot`, `backup`,
//! `reset`; on SQLite.

use std::fs;

use crate::project::{CONFIG, Project, run_sql, screen};
use crate::{regex_of, screens};

/// With an environment `home`, which may be reset and is `home.db` in the project's folder, and a
/// `prod` that may not.
pub(crate) fn with_home(project: Project) -> Project {
    let file = project.path().join("home.url").display().to_string();
    let text = format!("sqlite:{}\n", project.path().join("home.db").display());
    let config = format!(
        "{CONFIG}\n[environments.home]\nurl-file = \"{file}\"\nallow-reset = true\n\
         [environments.prod]\nurl-env = \"PROD_DATABASE_URL\"\n"
    );
    project
        .file("home.url", &text)
        .file("migrations/migcheck.toml", &config)
}

/// The database is at head.
fn upgraded() -> Project {
    let project = with_home(Project::chain());
    let upgraded = project.run("upgrade --create --env home");
    assert!(upgraded.ends_with("exit code 0\n"), "{upgraded}");
    project
}

#[test]
fn drift_is_what_the_revisions_do_not_build() {
    let project = with_home(Project::chain().file(
        "migrations/003_invoices.up.sql",
        "-- migcheck: revises = \"002\"\nCREATE TABLE invoices (id int, day text NOT NULL);\nCREATE INDEX ix_day ON invoices (day);\n",
    ));
    let upgraded = project.run("upgrade --create --env home");
    assert!(upgraded.ends_with("exit code 0\n"), "{upgraded}");
    let none = project.run("drift --env home");
    // A colleague at work.
    let project = project
        .file(
            "migrations/001_users.up.sql",
            "-- migcheck: revises = \"base\"\nCREATE TABLE users (id int);\n",
        )
        .without("migrations/003_invoices.down.sql")
        .file("migrations/003_invoices.down.sql", "DROP TABLE invoices;\n");
    run_sql(
        &project,
        "DROP INDEX ix_day; CREATE TABLE scribble (a int); ALTER TABLE users ADD COLUMN email text; \
         DROP TABLE orders; CREATE TABLE orders (id text)",
    );
    screens!(
        "drift",
        project,
        none,
        project.run("drift --env home"),
        project.run("drift --env home --format json"),
        project.run("drift --env home --on postgres:17"),
        project.run("drift --env home --on postgre:17"),
        project.run("drift --env prod"),
        project.run("drift"),
    );
}

#[test]
fn a_snapshot_is_printed_or_written() {
    let project = upgraded();
    let screens = [
        project.run("snapshot --env home"),
        project.run("snapshot --env home --format json"),
        project.run("snapshot --env home --output schema.sql"),
        project.run("snapshot --env home --output schema.sql -q"),
        project.read("schema.sql"),
        project.run("snapshot --env home --output nowhere/schema.sql"),
        project.run("snapshot --database-url sqlite:nowhere.db"),
    ];
    screens!("snapshot", project, screens.join("\n"));
}

#[test]
fn a_backup_is_a_new_file() {
    let project = upgraded().file("backups/.keep", "");
    let whole = project.run("snapshot --env home");
    screens!(
        "backup",
        project,
        project.run("backup --env home --to backups"),
        project.run("backup --env home --to mine.db --format json"),
        project.run("backup --env home --to mine.db"),
        project.run("backup --env home --to nowhere/mine.db"),
        project.run("backup --database-url sqlite:none.db --to none"),
        project.run("backup --env home"),
    );
    let copy = project.run("snapshot --database-url sqlite:mine.db");
    let without_first_line = |screen: &str| screen.split_once('\n').unwrap().1.to_owned();
    assert_eq!(without_first_line(&copy), without_first_line(&whole));
    let names = project.files("backups");
    assert!(
        names.len() == 2 && names[1].starts_with("home-2"),
        "{names:?}"
    );
}

#[test]
fn a_backup_is_made_before_something_is_taken_away() {
    let project = with_home(Project::chain()).file("backups/.keep", "").file(
        "migrations/003_invoices.up.sql",
        "-- migcheck: revises = \"002\"\nDROP TABLE orders;\nCREATE TABLE invoices (id int);\n",
    );
    screens!(
        "backup-before",
        project,
        project.run("upgrade 002 --create --env home --backup backups"),
        project.run("upgrade --env home --backup nowhere"),
        project.run("upgrade --env home --backup backups"),
        project.run("downgrade -1 --env home --backup backups/../backups --format json"),
        project.run("downgrade -1 --env home --backup nowhere"),
        project.run("current --env home"),
    );
    for name in project
        .files("backups")
        .iter()
        .filter(|name| *name != ".keep")
    {
        assert!(
            name.starts_with("home-2") && name.ends_with(".db"),
            "{name}"
        );
    }
    assert_eq!(project.files("backups").len(), 3);
}

#[test]
fn a_reset_needs_its_name() {
    let project = upgraded();
    run_sql(
        &project,
        "CREATE VIEW v AS SELECT 1; CREATE VIRTUAL TABLE texts USING fts5(a); ANALYZE; \
         CREATE TABLE child (id integer PRIMARY KEY AUTOINCREMENT, u int REFERENCES users (id)); \
         CREATE TRIGGER t AFTER INSERT ON child BEGIN SELECT 1; END",
    );
    screens!(
        "reset",
        project,
        project.run("reset"),
        project.run("reset --env hme"),
        project.run("reset --env prod --confirm prod"),
        project.run("reset --env home"),
        project.run("reset --env home --confirm shop"),
        project.run("current --env home"),
        project.run("reset --env home --confirm home.db"),
        project.run("snapshot --env home"),
        project.run("reset --env home --confirm home.db --upgrade"),
        project.run("reset --env home --confirm home.db --upgrade --format json"),
    );
}

#[test]
fn a_secret_file_holds_one_url() {
    let project = upgraded();
    let mut screens = vec![project.run("current --env home -q")];
    for text in [
        "",
        "sqlite:a.db\nsqlite:b.db\n",
        "postgres:/x:hunter2@h\r\n",
    ] {
        let path = project.path().join("home.url");
        fs::write(&path, text).unwrap();
        screens.push(project.run("current --env home"));
    }
    let url = format!("sqlite:{}\r\n", project.path().join("home.db").display());
    fs::write(project.path().join("home.url"), url).unwrap();
    screens.push(project.run("current --env home -q"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let path = project.path().join("home.url");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o646)).unwrap();
        screens.push(project.run("current --env home"));
    }
    let project = project.without("home.url");
    screens.push(project.run("current --env home"));
    let relative = format!("{CONFIG}\n[environments.home]\nurl-file = \"home.url\"\n");
    let project = project.file("migrations/migcheck.toml", &relative);
    screens.push(project.run("check"));
    let mut unset = project.command(&["current", "--env", "home"]);
    screens.push(screen(&mut unset));
    screens!("secret-file", project, screens.join("\n"));
}
