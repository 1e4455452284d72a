//! `upgrade`, `downgrade`, `current`, on SQLite.

use crate::project::{CONFIG, Project};
use crate::{regex_of, screens};

/// A project whose environment `home` is a database in its own folder.
fn project() -> Project {
    let config = format!("{CONFIG}\n[environments.home]\nurl-env = \"SHOP_DATABASE_URL\"\n");
    Project::chain().file("migrations/migcheck.toml", &config)
}

#[test]
fn up_and_down() {
    let project = project();
    screens!(
        "upgrade",
        project,
        project.run("upgrade 002 --create --database-url sqlite:shop.db"),
        project.run("current --database-url sqlite:shop.db"),
        project.run("history --database-url sqlite:shop.db"),
        project.run("history --database-url sqlite:shop.db --format json 002:002"),
        project.run("upgrade --database-url sqlite:shop.db"),
        project.run("upgrade --database-url sqlite:shop.db"),
        project.run("current --database-url sqlite:shop.db"),
        project.run("downgrade -1 --database-url sqlite:shop.db"),
        project.run("downgrade base --database-url sqlite:shop.db"),
        project.run("current --database-url sqlite:shop.db"),
        project.run("current --database-url sqlite:shop.db --format json"),
        project.run("upgrade +1 --database-url sqlite:shop.db --format json"),
    );
}

#[test]
fn the_history_shows_where_a_database_is() {
    let project = project();
    let upgraded = project.run("upgrade 002 --create --database-url sqlite:shop.db");
    assert!(upgraded.ends_with("exit code 0\n"), "{upgraded}");
    screens!(
        "history-current",
        project,
        project.run("history -i"),
        project.run("history -i --database-url sqlite:shop.db :002"),
        project.run("history --database-url sqlite:shop.db current:"),
        project.run("history --database-url sqlite:shop.db -1:current"),
        project.run("history -v --database-url sqlite:shop.db"),
        project.run("current -v --database-url sqlite:shop.db"),
    );
}

#[test]
fn a_script_that_fails_stops_the_run() {
    let project = project().file(
        "migrations/003_invoices.up.sql",
        "-- migcheck: revises = \"002\"\nCREATE TABLE invoices (id int);\nCREATE INDEX i ON invoice (id);\n",
    );
    screens!(
        "upgrade-fails",
        project,
        project.run("upgrade --create --database-url sqlite:shop.db"),
        project.run("upgrade --database-url sqlite:shop.db --format json"),
    );
}

#[test]
fn a_database_may_be_ahead_if_that_is_said() {
    let project = project();
    project.run("upgrade --create --database-url sqlite:shop.db");
    let project = project
        .without("migrations/003_invoices.up.sql")
        .without("migrations/003_invoices.down.sql");
    screens!(
        "upgrade-ahead",
        project,
        project.run("upgrade --database-url sqlite:shop.db"),
        project.run("upgrade --database-url sqlite:shop.db --allow-ahead"),
    );
}

#[test]
fn a_database_has_to_be_named() {
    let project = project();
    screens!(
        "database-named",
        project,
        project.run("upgrade"),
        project.run("upgrade --env home"),
        project.run("upgrade --env hme"),
        project.run("current --database-url shop.db"),
        project.run("current --database-url sqlite:shop.db"),
        project.run("upgrade --database-url postgres://app:hunter2@127.0.0.1:1/shop"),
        project.run("downgrade"),
    );
    let mut command = project.command(&["current", "--env", "home", "--format", "json"]);
    command.env("SHOP_DATABASE_URL", "sqlite:home.db");
    let project = project.file("home.db", "");
    screens!(
        "database-env",
        project,
        crate::project::screen(&mut command)
    );
}

#[test]
fn nothing_is_run_of_a_directory_with_errors() {
    let project = Project::fork();
    screens!(
        "upgrade-unsound",
        project,
        project.run("upgrade --create --database-url sqlite:shop.db"),
        format!(
            "shop.db exists: {}\n",
            project.path().join("shop.db").exists()
        ),
    );
}
