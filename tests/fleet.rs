//! Many databases of one kind, on every server.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what breaks has failed the test"
)]

mod support;

use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use migcheck::db::fleet::{Member, Outcome, read_list};
use migcheck::db::{ConnectErrorKind, Fleet};
use migcheck::harness::Scratch;
use migcheck::{Dialect, Migrator};
use support::{Case, Directory, TestServer, block_on, connect, run_on_every_server};

fn main() -> ExitCode {
    let is_postgres = |server: &TestServer| server.dialect() == Dialect::Postgres;
    let cases = vec![
        Case::new(
            "a_fleet_stops_after_failures_and_goes_on",
            stops_and_goes_on,
        ),
        Case::new("schemas_of_one_database_do_not_meet", schemas).only(is_postgres),
        Case::new("tenants_do_not_share_what_is_in_public", wrong_schemas).only(is_postgres),
        Case::new("tenants_do_not_share_a_history", one_history).only(is_postgres),
        Case::new("no_more_than_asked_for_are_worked_on_at_once", bounded).only(is_postgres),
    ];
    run_on_every_server(cases, Vec::new())
}

fn fleet(directory: &Directory, jobs: usize) -> Fleet {
    let migrator = Migrator::new(directory.graph()).unwrap_or_else(|error| panic!("{error}"));
    Fleet::new(migrator).jobs(NonZeroUsize::new(jobs).unwrap())
}

fn three_tables() -> Directory {
    let directory = Directory::new();
    for table in ["one", "two", "three"] {
        let create = format!("CREATE TABLE {table} (id INTEGER PRIMARY KEY);");
        directory.add(table, &create, &format!("DROP TABLE {table};"));
    }
    directory
}

/// Each outcome in a word.
fn words(outcomes: &[Outcome]) -> Vec<String> {
    let word = |outcome: &Outcome| match outcome {
        Outcome::Upgraded(report, _) => format!("{} steps", report.steps.len()),
        Outcome::Failed(_) => "failed".to_owned(),
        _ => "not begun".to_owned(),
    };
    outcomes.iter().map(word).collect()
}

fn execute(scratch: &Scratch, sql: &str) {
    let mut session = connect(scratch);
    block_on(session.execute(sql)).unwrap_or_else(|error| panic!("{error}: {sql}"));
}

fn stops_and_goes_on(server: &TestServer) {
    let scratches: Vec<Scratch> = (0..5).map(|_| server.scratch()).collect();
    let member = |(number, scratch): (usize, &Scratch)| Member {
        name: format!("tenant {number}"),
        url: scratch.url().clone(),
    };
    let members: Vec<Member> = scratches.iter().enumerate().map(member).collect();
    let directory = three_tables();
    let one_by_one = fleet(&directory, 1);
    // What is in the way of the last revision comes after the first one.
    let all = block_on(one_by_one.upgrade(&members, "001"));
    assert_eq!(words(&all), ["1 steps"; 5]);
    execute(&scratches[1], "CREATE TABLE three (id INTEGER)");
    execute(&scratches[3], "CREATE TABLE three (id INTEGER)");

    let mut ended = Vec::new();
    let stopped = one_by_one.upgrade_watched(&members, "head", |place, _| ended.push(place));
    let stopped = block_on(stopped);
    assert_eq!(
        words(&stopped),
        ["2 steps", "failed", "not begun", "not begun", "not begun"]
    );
    assert_eq!(ended, [0, 1]);
    let told = stopped[1].to_string();
    assert!(told.contains("the up script of `003` fails"), "{told}");

    let patient = one_by_one
        .clone()
        .max_failures(NonZeroUsize::new(9).unwrap());
    let all = block_on(patient.upgrade(&members, "head"));
    assert_eq!(
        words(&all),
        ["0 steps", "failed", "2 steps", "failed", "2 steps"]
    );

    execute(&scratches[1], "DROP TABLE three");
    execute(&scratches[3], "DROP TABLE three");
    let rest = block_on(fleet(&directory, 5).upgrade(&members, "head"));
    assert_eq!(
        words(&rest),
        ["0 steps", "1 steps", "0 steps", "1 steps", "0 steps"]
    );
}

/// As many schemas of a database, each a member.
fn schemas_of(scratch: &Scratch, count: usize) -> Vec<Member> {
    let mut list = String::new();
    for number in 0..count {
        execute(scratch, &format!("CREATE SCHEMA tenant_{number}"));
        let url = scratch.url().reveal();
        let mark = if url.contains('?') { '&' } else { '?' };
        list.push_str(&format!(
            "{number} = {url}{mark}options=-csearch_path=tenant_{number}\n"
        ));
    }
    read_list(&list).unwrap_or_else(|error| panic!("{error}"))
}

fn one_history(server: &TestServer) {
    let scratch = server.scratch();
    let members = schemas_of(&scratch, 2);
    execute(&scratch, "CREATE SCHEMA meta");
    let migrator = Migrator::new(three_tables().graph()).unwrap();
    let fleet = Fleet::new(migrator.history_schema("meta"));
    let all = block_on(fleet.upgrade(&members, "head"));
    assert_eq!(words(&all), ["3 steps", "failed"]);
    assert_eq!(
        all[1].to_string(),
        "`0` is the same database, and the history table in the schema `meta` would be one for both; \
         leave `[history] schema` out, so that each schema has its own"
    );
}

fn schemas(server: &TestServer) {
    let scratch = server.scratch();
    let members = schemas_of(&scratch, 20);
    let directory = three_tables();
    let index = "-- migcheck: revises = \"003\"\n-- migcheck: transaction = false\nCREATE INDEX CONCURRENTLY i ON one (id);";
    let drop = "-- migcheck: transaction = false\nDROP INDEX CONCURRENTLY i;";
    directory
        .write("004_index.up.sql", index)
        .write("004_index.down.sql", drop);
    let all = block_on(fleet(&directory, 8).upgrade(&members, "head"));
    assert_eq!(
        words(&all),
        ["4 steps"; 20],
        "{:?}",
        all.iter().map(ToString::to_string).collect::<Vec<_>>()
    );
    let mut session = connect(&scratch);
    let query = "SELECT count(*)::text FROM pg_tables WHERE schemaname LIKE 'tenant%'";
    let tables = block_on(session.rows(query, &[])).unwrap();
    assert_eq!(
        tables,
        [[Some("80".to_owned())]],
        "three each, and a history"
    );
    let none = block_on(fleet(&directory, 8).upgrade(&members, "head"));
    assert_eq!(words(&none), ["0 steps"; 20]);
}

/// A schema that does not exist is passed over by the server.
fn wrong_schemas(server: &TestServer) {
    let scratch = server.scratch();
    execute(&scratch, "CREATE SCHEMA tenant_1");
    execute(&scratch, "CREATE SCHEMA \"Tenant, 2\"");
    let url = scratch.url().reveal();
    let mark = if url.contains('?') { '&' } else { '?' };
    let at = |options: &str| format!("{url}{mark}{options}").parse().unwrap();
    let member = |options: &str| Member {
        name: options.to_owned(),
        url: at(options),
    };
    let directory = three_tables();
    let typos = [
        "options=-csearch_path=typo1,public",
        "options=-csearch_path=typo2,public",
    ];
    let fleet = fleet(&directory, 1).max_failures(NonZeroUsize::new(9).unwrap());
    let done = block_on(fleet.upgrade(&typos.map(member), "head"));
    assert_eq!(words(&done), ["failed", "failed"]);
    let told = done[0].to_string();
    let says = "its search path begins with `typo1`, and there is no such schema; correct the name in \
                the URL, or make the schema: CREATE SCHEMA \"typo1\";";
    assert!(told.contains(says), "{told}");

    for options in [
        "options=-c%20search_path%3Dtypo",
        "options[search_path]=typo,public",
        "options=-csearch_path%3D%22%24user%22,typo,public",
    ] {
        let refused = block_on(migcheck::db::connect(&at(options)));
        let kind = refused.map(drop).unwrap_err().kind();
        assert_eq!(kind, ConnectErrorKind::UnknownSchema, "{options}");
    }
    let good = [
        "options=-csearch_path=tenant_1,public",
        "options=-csearch_path%3D%22Tenant,\\%202%22",
        "options=-clock_timeout=5s",
    ];
    let done = block_on(fleet.upgrade(&good.map(member), "head"));
    assert_eq!(words(&done), ["3 steps"; 3]);
    block_on(migcheck::db::connect(&at(
        "options=-csearch_path%3D%22%24user%22,public",
    )))
    .unwrap();
}

fn bounded(server: &TestServer) {
    let scratch = server.scratch();
    let members = schemas_of(&scratch, 9);
    let directory = Directory::new();
    directory.add("slow", "SELECT pg_sleep(0.3);", "SELECT 1;");
    let started = Instant::now();
    let all = block_on(fleet(&directory, 3).upgrade(&members, "head"));
    let took = started.elapsed();
    assert_eq!(words(&all), ["1 steps"; 9]);
    // Three times three.
    assert!(took >= Duration::from_millis(900), "{took:?}");
    assert!(
        took < Duration::from_millis(2700),
        "{took:?}: one after the other"
    );
}
