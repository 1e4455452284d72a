//! `roundtrip`, on SQLite, which needs nothing installed. Times are replaced.

use crate::project::{CONFIG, Project};
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

#[test]
fn a_report_for_a_ci_server() {
    let project = faulty();
    screens!(
        "roundtrip-junit",
        project,
        project.run("roundtrip --on sqlite --format junit"),
        project.run("roundtrip --on sqlite --revision 001 --format junit"),
        project.run("roundtrip --on postgres://app:hunter2@127.0.0.1:1/shop --format junit"),
        project.run("roundtrip --on sqlite --revision 009 --format junit"),
    );
}

#[test]
fn annotations_for_github() {
    let project = faulty();
    screens!(
        "roundtrip-github",
        project,
        project.run("roundtrip --on sqlite --format github"),
        project.run("roundtrip --on postgres://app:hunter2@127.0.0.1:1/shop --format github"),
        project.run("roundtrip --on sqlite --revision 009 --format github"),
    );
}

/// A fault that is known, one that is not there any more, and one that is of another database.
fn known(project: Project) -> Project {
    let record = |revision: &str, outcome: &str, databases: &str| {
        format!(
            "\n[[roundtrip.known]]\nrevision = \"{revision}\"\noutcome = \"{outcome}\"\n{databases}\
             reason = \"The column stays until the last release that reads it is gone, which will be in the spring.\"\n"
        )
    };
    let config = [
        CONFIG.to_owned(),
        record("001", "re-upgrade-differs", ""),
        record(
            "002",
            "downgrade-leaves-residue",
            "databases = [\"sqlite\"]\n",
        ),
        record("002", "re-upgrade-fails", ""),
        record("003", "downgrade-fails", ""),
        record("003", "upgrade-fails", "databases = [\"mysql\"]\n"),
    ];
    project.file("migrations/migcheck.toml", &config.concat())
}

#[test]
fn known_faults_are_shown_and_do_not_fail() {
    let project = known(faulty());
    screens!(
        "roundtrip-known",
        project,
        project.run("roundtrip --on sqlite"),
        project.run("roundtrip --on sqlite --revision 002"),
        project.run("roundtrip --on sqlite --revision 002 --format junit"),
        project.run("roundtrip --on sqlite --revision 002 --format github"),
        project.run("roundtrip --on sqlite --revision 001 --format json"),
    );
}

#[test]
fn tables_outside_of_touches_are_named() {
    let project = Project::chain()
        .file(
            "migrations/003_invoices.up.sql",
            "-- migcheck: revises = \"002\"\n-- migcheck: touches = [\"inv*\"]\n\
         CREATE TABLE invoices (id int);\nCREATE INDEX by_id ON orders (id);\n",
        )
        .file(
            "migrations/003_invoices.down.sql",
            "DROP INDEX by_id;\nDROP TABLE invoices;\n",
        );
    screens!(
        "roundtrip-touches",
        project,
        project.run("roundtrip --on sqlite"),
    );
}

/// What only rows show: a duplicate, a row that is lost, one that comes twice, a table that nothing
/// can be made for, and a fixture that does not run.
#[test]
fn rows_are_looked_at() {
    let project = Project::chain()
        .file(
            "migrations/001_users.up.sql",
            "-- migcheck: revises = \"base\"\nCREATE TABLE users (id integer PRIMARY KEY, email text NOT NULL);\n\
             CREATE TABLE odd (id integer PRIMARY KEY, a int NOT NULL, CHECK (a * a = 12321));\n\
             CREATE TABLE labels (name text NOT NULL);\n",
        )
        .file(
            "migrations/001_users.down.sql",
            "DROP TABLE labels;\nDROP TABLE odd;\nDROP TABLE users;\n",
        )
        .file(
            "migrations/001.fixture.sql",
            "INSERT INTO users VALUES (1, 'ada@example.com');\nINSERT INTO labels VALUES (1, 2);\n",
        )
        .file(
            "migrations/002_orders.up.sql",
            "-- migcheck: revises = \"001\"\n\nCREATE UNIQUE INDEX by_email ON users (email);\n",
        )
        .file("migrations/002_orders.down.sql", "DROP INDEX by_email;\n")
        .file(
            "migrations/003_invoices.up.sql",
            "-- migcheck: revises = \"002\"\nINSERT INTO labels VALUES ('paid');\n",
        )
        .file("migrations/003_invoices.down.sql", "SELECT 1;\n")
        .revision("004", "carts", "003")
        .file(
            "migrations/004_carts.down.sql",
            "DELETE FROM labels;\nDROP TABLE carts;\n",
        );
    screens!(
        "roundtrip-rows",
        project,
        project.run("roundtrip --on sqlite"),
        project.run("roundtrip --on sqlite --format json"),
        project.run("roundtrip --on sqlite --format github"),
        project.run("roundtrip --on sqlite --rows 0 -q"),
    );
}

/// Two branches that make the same table.
#[test]
fn branches_are_walked_one_without_the_other() {
    let make = "CREATE TABLE IF NOT EXISTS shared (id int);\n";
    let branch = |revises: &str, text: &str| format!("-- migcheck: revises = {revises}\n{text}");
    let project = Project::chain()
        .file("migrations/002_orders.up.sql", &branch("\"001\"", make))
        .file("migrations/002_orders.down.sql", "DROP TABLE shared;\n")
        .file("migrations/003_invoices.up.sql", &branch("\"001\"", make))
        .file("migrations/003_invoices.down.sql", "SELECT 1;\n")
        .file(
            "migrations/004_merge.up.sql",
            &branch("[\"002\", \"003\"]", "SELECT 1;\n"),
        )
        .file("migrations/004_merge.down.sql", "SELECT 1;\n");
    screens!(
        "roundtrip-branches",
        project,
        project.run("roundtrip --on sqlite"),
    );
}

/// SQLite adds columns at the end.
fn reordering() -> Project {
    Project::chain()
        .file(
            "migrations/002_orders.up.sql",
            "-- migcheck: revises = \"001\"\nCREATE TABLE orders (id int, total int, note text);\n",
        )
        .file(
            "migrations/003_invoices.up.sql",
            "-- migcheck: revises = \"002\"\nALTER TABLE orders DROP COLUMN total;\n",
        )
        .file(
            "migrations/003_invoices.down.sql",
            "ALTER TABLE orders ADD COLUMN total int;\n",
        )
}

#[test]
fn the_order_of_columns_matters_as_much_as_the_rules_say() {
    let level = |level: &str| {
        let config = format!("{CONFIG}\n[rules]\ncolumn-order-differs = \"{level}\"\n");
        reordering().file("migrations/migcheck.toml", &config)
    };
    let (deny, allow) = (level("deny"), level("allow"));
    screens!(
        "roundtrip-column-order",
        deny,
        reordering().run("roundtrip --on sqlite --rows 0"),
        deny.run("roundtrip --on sqlite --rows 0 -q"),
        allow.run("roundtrip --on sqlite --rows 0"),
        level("perhaps").run("roundtrip --on sqlite --rows 0"),
    );
}

#[test]
fn a_part_of_the_stairs() {
    let project = (4..40).fold(Project::chain(), |project, number| {
        let (id, parent) = (format!("{number:03}"), format!("{:03}", number - 1));
        project.revision(&id, &format!("table_{id}"), &parent)
    });
    screens!(
        "roundtrip-partition",
        project,
        project.run("roundtrip --on sqlite --workers 2"),
        project.run("roundtrip --on sqlite --partition 1/2"),
        project.run("roundtrip --on sqlite --partition 2/2"),
        project.run("roundtrip --on sqlite --partition 3/3 --revision 002"),
        project.run("roundtrip --on sqlite --partition 3/2"),
        project.run("roundtrip --on sqlite --workers 0"),
        project.run("roundtrip --on sqlite --since main --revision 002"),
    );
}

#[test]
fn what_a_branch_adds_and_changes() {
    let project = Project::chain().committed();
    project.git("checkout --quiet -b mine");
    let nothing = project.run("roundtrip --on sqlite --since main");
    let project = project
        .revision("004", "carts", "003")
        .file(
            "migrations/002_orders.down.sql",
            "DROP TABLE IF EXISTS orders;\n",
        )
        .commit("Add carts");
    screens!(
        "roundtrip-since",
        project,
        nothing,
        project.run("roundtrip --on sqlite --since main"),
        project.run("roundtrip --on sqlite --since main --format json"),
        project.run("roundtrip --on sqlite --since other"),
        Project::chain().run("roundtrip --on sqlite --since main --format github"),
    );
}
