//! `status`, `verify`, `stamp`, `resolve`, and what `current` says of unfinished scripts; on SQLite.

use std::time::Duration;

use crate::environments::with_home;
use crate::project::{CONFIG, Project, run_sql, screen};
use crate::{regex_of, screens};

/// Five environments: at head, behind, without history, without an answer, without a URL.
fn five() -> Project {
    let names = ["development", "staging", "preview", "production", "archive"];
    let sections = names.map(|name| {
        let variable = name.to_uppercase();
        format!("[environments.{name}]\nurl-env = \"{variable}_URL\"\n")
    });
    let config = format!("{CONFIG}\n{}", sections.concat());
    let project = Project::chain()
        .file("migrations/migcheck.toml", &config)
        .file("empty.db", "");
    for arguments in [
        "upgrade --create --database-url sqlite:head.db",
        "upgrade 001 --create --database-url sqlite:behind.db",
    ] {
        let upgraded = project.run(arguments);
        assert!(upgraded.ends_with("exit code 0\n"), "{upgraded}");
    }
    project
}

fn run(project: &Project, arguments: &str) -> String {
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    let mut command = project.command(&arguments);
    for (name, url) in [
        ("DEVELOPMENT_URL", "sqlite:head.db"),
        ("STAGING_URL", "sqlite:behind.db"),
        ("PREVIEW_URL", "sqlite:empty.db"),
        ("PRODUCTION_URL", "postgres://app:hunter2@127.0.0.1:1/shop"),
    ] {
        command.env(name, url);
    }
    command.env_remove("ARCHIVE_URL");
    screen(&mut command)
}

/// What a run was killed in: the second of three statements of `002` was begun.
pub(crate) fn half_done() -> Project {
    let project = with_home(Project::chain().file(
        "migrations/002_orders.up.sql",
        "-- migcheck: revises = \"001\"\n-- migcheck: transaction = false\nCREATE TABLE orders (id int);\n\
         -- The day of payment.\nALTER TABLE orders\n  ADD COLUMN paid text;\nCREATE INDEX ix_paid ON orders (paid);\n",
    ));
    let upgraded = project.run("upgrade 002 --create --env home");
    assert!(upgraded.ends_with("exit code 0\n"), "{upgraded}");
    run_sql(
        &project,
        "UPDATE _migcheck_revisions SET state = 'applying', statements_done = 1, statements_total = 3, \
         fingerprint = 'f', done_checksum = 'a b' WHERE revision = '002'",
    );
    project
}

#[test]
fn five_environments_fit_a_terminal() {
    let project = five();
    let all = run(&project, "status");
    assert!(all.lines().all(|line| line.chars().count() <= 80), "{all}");
    screens!(
        "status",
        project,
        all,
        run(&project, "status --env development --env staging"),
        run(
            &project,
            "status --format json --env staging --env production"
        ),
        run(&project, "status --database-url sqlite:behind.db -q"),
        run(&project, "status --env stagin"),
        run(&project, "status --drift --env development --env staging"),
        Project::chain().run("status"),
    );
}

#[test]
fn a_status_can_be_expected() {
    let project = five();
    screens!(
        "status-expected",
        project,
        run(&project, "status --expect-current --env development"),
        run(&project, "status --expect-current"),
        run(
            &project,
            "status --expect-current=001 --env staging --format json"
        ),
        run(&project, "status --expect-current=009 --env staging"),
        run(&project, "status --expect-current=001 --env production"),
    );
}

#[test]
fn a_status_says_what_is_wrong() {
    let half = half_done();
    let status = half.run("status --env home --expect-current=002");
    let edited = half.file(
        "migrations/001_users.up.sql",
        "-- migcheck: revises = \"base\"\nCREATE TABLE users (id bigint);\n",
    );
    run_sql(
        &edited,
        "UPDATE _migcheck_revisions SET revision = '077', state = 'applied', fingerprint = NULL \
         WHERE revision = '002'; CREATE TABLE scribble (a int)",
    );
    let project = &edited;
    screens!(
        "status-wrong",
        project,
        status,
        project.run("status --env home"),
        project.run("status --env home --format json"),
        project.run("status --env home --drift"),
        project.run("verify --env home"),
        project.run("current --env home"),
    );
}

#[test]
fn a_database_is_verified() {
    let project = five();
    screens!(
        "verify",
        project,
        run(&project, "verify --env development"),
        run(&project, "verify --env development --wait 5s --format json"),
        run(&project, "verify --env staging"),
        run(&project, "verify --env staging --format json"),
        run(&project, "verify --env staging --wait 1s"),
        run(&project, "verify --env production"),
        run(&project, "verify --env production --wait 1s"),
        run(&project, "verify --env production --wait 1"),
        run(&project, "verify --env archive --wait 60s"),
        half_done().run("verify --env home"),
    );
}

#[test]
fn verify_waits_for_another_run() {
    let project = five();
    let mut waiting = project.command(&[
        "verify",
        "--wait",
        "60s",
        "--database-url",
        "sqlite:late.db",
    ]);
    let waiting = waiting
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the binary runs");
    std::thread::sleep(Duration::from_millis(500));
    // First there is no database, then it is behind, then at head.
    for target in ["001", "head"] {
        let upgraded = project.run(&format!(
            "upgrade {target} --create --database-url sqlite:late.db"
        ));
        assert!(upgraded.ends_with("exit code 0\n"), "{upgraded}");
        std::thread::sleep(Duration::from_millis(800));
    }
    let output = waiting.wait_with_output().expect("an answer");
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr);
    let notes: Vec<&str> = said
        .lines()
        .filter(|line| line.starts_with("note: "))
        .collect();
    assert!(notes.len() == 2, "{said}");
    assert!(
        notes[0].starts_with("note: waiting for the database, "),
        "{said}"
    );
    assert!(
        notes[1].starts_with("note: waiting for pending revisions, "),
        "{said}"
    );
}

#[test]
fn a_stamp_runs_nothing() {
    let project = with_home(Project::chain());
    let made = project.run("upgrade --create --env home");
    assert!(made.ends_with("exit code 0\n"), "{made}");
    run_sql(&project, "DROP TABLE _migcheck_revisions");
    screens!(
        "stamp",
        project,
        project.run("upgrade --env home"),
        project.run("stamp 002 --env home"),
        project.run("stamp head --env home --format json"),
        project.run("stamp base --env home"),
        project.run("stamp head --env home -q"),
        project.run("stamp 001 --purge --env home"),
        project.run("current --env home"),
        project.run("stamp 009 --env home"),
        project.run("stamp --env home"),
        project.run("stamp head --database-url sqlite:none.db"),
    );
}

#[test]
fn what_is_in_doubt_is_shown_and_resolved() {
    let project = half_done();
    screens!(
        "resolve",
        project,
        project.run("current --env home"),
        project.run("current --env home --format json"),
        project.run("upgrade --env home"),
        project.run("upgrade --env home --format json"),
        project.run("resolve --env home"),
        project.run("resolve --as applied --env home"),
        project.run("resolve 001 --as applied --yes --env home"),
        project.run("resolve 002 --as applied --yes --env home"),
        project.run("resolve --as not-applied --yes --env home --format json"),
        project.run("resolve --as not-applied --yes --env home"),
        project.run("resolve --script --as not-applied --env home"),
        project.run("resolve --script --as not-applied --yes --env home"),
        project.run("status --env home"),
    );
}

/// What is forgotten is said, most of all where it is half run.
#[test]
fn a_purge_says_what_it_forgets() {
    let project = half_done();
    run_sql(
        &project,
        "CREATE TEMP TABLE row AS SELECT * FROM _migcheck_revisions WHERE revision = '001'; \
         UPDATE row SET revision = '999', parents = '001'; \
         INSERT INTO _migcheck_revisions SELECT * FROM row",
    );
    screens!(
        "stamp-purge",
        project,
        project.run("stamp 001 --env home"),
        project.run("stamp 001 --purge --env home"),
        project.run("status --env home"),
    );
}

/// Two projects may both begin with `001`.
#[test]
fn the_database_of_another_project_with_the_same_ids() {
    let project = with_home(Project::chain());
    let upgraded = project.run("upgrade --create --env home");
    assert!(upgraded.ends_with("exit code 0\n"), "{upgraded}");
    run_sql(
        &project,
        "UPDATE _migcheck_revisions SET checksum = replace(checksum, substr(checksum, 8, 4), '0000')",
    );
    screens!(
        "status-other-project",
        project,
        project.run("upgrade --env home"),
        project.run("verify --env home --format json"),
        project.run("status --env home"),
    );
}

/// With the place of the statement, for whoever asks a person.
#[test]
fn what_is_in_doubt_is_data_too() {
    let project = half_done();
    screens!(
        "resolve-json",
        project,
        project.run("status --env home --format json"),
        project.run("resolve --as not-applied --yes --env home --format json"),
        project.run("resolve --script --as not-applied --yes --env home --format json"),
    );
}

/// What a newer release left, and what was edited since, is told of, and there is a way on.
#[test]
fn ahead_and_edited() {
    let project = with_home(Project::chain());
    let upgraded = project.run("upgrade --create --env home");
    assert!(upgraded.ends_with("exit code 0\n"), "{upgraded}");
    run_sql(
        &project,
        "CREATE TEMP TABLE row AS SELECT * FROM _migcheck_revisions WHERE revision = '003'; \
         UPDATE row SET revision = '999', parents = '003'; \
         INSERT INTO _migcheck_revisions SELECT * FROM row",
    );
    let ahead = [
        "current --env home",
        "current --env home --format json",
        "history --env home",
        "verify --env home",
        "verify --env home --allow-ahead",
        "upgrade --env home",
        "upgrade --env home --allow-ahead",
        "upgrade --env home --allow-ahead --format json",
        "downgrade -1 --env home",
        "stamp 002 --env home",
    ];
    let ahead = ahead.map(|arguments| project.run(arguments)).join("\n");
    screens!("status-ahead", project, ahead);

    run_sql(
        &project,
        "DELETE FROM _migcheck_revisions WHERE revision = '999'",
    );
    let project = project.file(
        "migrations/001_users.up.sql",
        "-- migcheck: revises = \"base\"\nCREATE TABLE users (id int); -- all of them\n",
    );
    let edited = [
        "current --env home",
        "history --env home",
        "verify --env home",
        "upgrade --env home",
        "stamp 003 --purge --env home",
        "upgrade --env home",
        "verify --env home",
    ];
    let edited = edited.map(|arguments| project.run(arguments)).join("\n");
    screens!("status-edited", project, edited);
}

/// Whoever asks is told what an upgrade would say, and ends as it would.
#[test]
fn what_is_wrong_is_wrong_for_every_command() {
    let project = with_home(Project::chain().dbmate(0)).file("home.db", "");
    run_sql(&project, "CREATE TABLE users (id int)");
    let screens = [
        "verify --env home",
        "upgrade --env home",
        "verify --database-url sqlite:shop.db",
        "verify --env prod",
        "status --env prod",
        "status --env prod --env home",
        "verify --env somewhere",
        "verify --env hom",
    ];
    let screens = screens.map(|arguments| project.run(arguments)).join("\n");
    screens!("status-as-upgrade", project, screens);
}

#[test]
fn help_fits_a_terminal() {
    let project = Project::chain();
    for command in [
        "verify", "resolve", "status", "sql", "snapshot", "stamp", "reset", "drift",
    ] {
        let help = project.run(&format!("{command} --help"));
        for line in help.lines() {
            assert!(line.chars().count() <= 80, "{line}\n{help}");
        }
    }
}
