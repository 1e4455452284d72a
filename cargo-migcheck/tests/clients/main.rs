//! `sql`, `backup`, `reset` and `drift` on real servers, held against the databases' own clients: psql,
//! pg_dump, mysql, mysqldump, and sqlite3 where it is installed.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

mod backup;
mod drift;
mod passwords;
mod place;
mod reset;
mod sql;
mod wrong;

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};

use place::Place;

/// Something that has to hold in every place.
type Check = fn(&Place);

const CHECKS: [(&str, Check); 9] = [
    ("sql_does_what_upgrade_does", sql::up),
    ("sql_does_what_downgrade_does", sql::down),
    ("sql_goes_on_from_the_middle", sql::middle),
    ("a_backup_is_restored", backup::restored),
    ("a_failed_backup_stops_the_run", backup::failed),
    ("a_reset_leaves_nothing", reset::all),
    ("drift_is_found", drift::found),
    ("no_password_is_printed", passwords::canary),
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
