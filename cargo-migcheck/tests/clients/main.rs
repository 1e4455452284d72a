//! `sql`, `backup`, `reset` and `drift` on real servers, held against the databases' own clients: psql,
//! pg_dump, mysql, mysqldump, and sqlite3 where it is installed.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

mod backup;
mod drift;
mod lease;
mod midway;
mod passwords;
mod place;
mod programs;
mod reset;
mod sql;
mod wrong;

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};

use place::Place;

/// Something that has to hold in every place.
type Check = fn(&Place);

const CHECKS: [(&str, Check); 18] = [
    ("sql_does_what_upgrade_does", sql::up),
    ("sql_does_what_downgrade_does", sql::down),
    ("sql_goes_on_from_the_middle", sql::middle),
    ("sql_that_dies_is_gone_on_with", midway::up),
    (
        "sql_that_dies_on_the_way_down_is_gone_on_with",
        midway::down,
    ),
    ("sql_that_is_refused_is_gone_on_with", midway::refused),
    ("sql_that_is_killed_is_gone_on_with", midway::killed),
    ("sql_that_leaves_no_trace_is_asked_about", midway::blind),
    ("a_backup_is_restored", backup::restored),
    ("a_failed_backup_stops_the_run", backup::failed),
    ("a_backup_is_not_made_for_nothing", backup::needless),
    ("a_backup_is_made_under_the_lock", backup::locked),
    ("an_interrupted_backup_is_none", backup::interrupted),
    ("a_reset_leaves_nothing", reset::all),
    ("drift_is_found", drift::found),
    ("no_password_is_printed", passwords::canary),
    ("a_lease_stands_in_for_a_lock", lease::taken),
    ("wrong_inputs_are_told", wrong::inputs),
];

fn main() -> ExitCode {
    let places = ["postgres:17", "mysql:9.7", "mariadb:10.11", "sqlite"].map(Place::new);
    let places = places.map(Arc::new);
    let mut trials = Vec::new();
    for (name, check) in CHECKS {
        for place in &places {
            let place = Arc::clone(place);
            let title = format!("{}::{name}", place.name());
            trials.push(Trial::test(title, move || {
                check(&place);
                Ok(())
            }));
        }
    }
    let done = libtest_mimic::run(&Arguments::from_args(), trials);
    let mut exit = done.exit_code();
    for place in &places {
        if let Err(error) = place.stop() {
            eprintln!("{error}");
            exit = ExitCode::FAILURE;
        }
    }
    exit
}
