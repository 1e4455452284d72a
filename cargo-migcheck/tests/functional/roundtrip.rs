//! `roundtrip`, on SQLite, which needs nothing installed. Times are replaced.

use crate::project::Project;
use crate::{regex_of, screens};

#[test]
fn every_stair_passes() {
    let project = Project::chain().file(
        "migrations/002_orders.up.sql",
        "-- migcheck: revises = \"001\"\n-- migcheck: irreversible = \"it is the past\"\nCREATE TABLE orders (id int);\n",
    )
    .without("migrations/002_orders.down.sql");
    screens!(
        "roundtrip-passed",
        project,
        project.run("roundtrip --on sqlite"),
        project.run("roundtrip --on sqlite --revision head -q"),
        project.run("roundtrip --on sqlite --revision head --format json"),
    );
}

/// A down script that forgets an index, one that fails, and one that forgets everything.
fn faulty() -> Project {
    Project::chain()
        .file(
            "migrations/002_orders.up.sql",
            "-- migcheck: revises = \"001\"\nALTER TABLE users ADD COLUMN email text;\nCREATE TABLE orders (id int);\n",
        )
        .file(
            "migrations/003_invoices.down.sql",
            "-- Takes the invoices away.\nDROP TABLE invoice;\n",
        )
}

#[test]
fn faults_are_found_stair_by_stair() {
    let project = faulty();
    screens!(
        "roundtrip-failed",
        project,
        project.run("roundtrip --on sqlite"),
        project.run("roundtrip --on sqlite --format json"),
    );
}

#[test]
fn a_server_that_is_not_to_be_had() {
    let project = Project::chain();
    screens!(
        "roundtrip-unavailable",
        project,
        project.run("roundtrip"),
        project.run("roundtrip --on postgre:17"),
        project.run("roundtrip --on postgres://app:hunter2@127.0.0.1:1/shop"),
        project.run("roundtrip --on sqlite --revision 009"),
    );
}
