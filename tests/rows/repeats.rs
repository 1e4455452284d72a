//! What the second upgrade makes of rows that it met before, and what may differ all the same.

use migcheck::Outcome::{self, Passed, ReUpgradeDiffers};
use migcheck::{Dialect, round_trip};

use super::found;
use super::support::{Directory, TestServer};

const TABLES: &str =
    "CREATE TABLE items (id INTEGER PRIMARY KEY, title VARCHAR(90) NOT NULL, note VARCHAR(60));
CREATE TABLE labels (name VARCHAR(60) NOT NULL);
CREATE TABLE log (what VARCHAR(60) NOT NULL);";

const OF_TABLES: &str = "DROP TABLE log;\nDROP TABLE labels;\nDROP TABLE items;";

fn found_in_second(server: &TestServer, up: &str, down: &str) -> (Outcome, String) {
    let directory = Directory::new();
    directory.add("tables", TABLES, OF_TABLES);
    directory.add("second", up, down);
    let report = round_trip(directory.graph()).on(server.on()).run();
    let [("001", Passed), ("002", outcome)] = *found(&report) else {
        panic!("{up}\n{report}");
    };
    let said = report.stairs[1].render(Default::default());
    (
        outcome,
        said.split_whitespace().collect::<Vec<_>>().join(" "),
    )
}

pub(super) fn are_found(server: &TestServer) {
    for (up, down, says) in [
        (
            "INSERT INTO labels VALUES ('seed');",
            "SELECT 1;",
            "labels`: 4 rows after the first upgrade, 5 after the second; added is the one where name = 'seed'",
        ),
        (
            "SELECT 1;",
            "INSERT INTO labels VALUES ('reverted');",
            "labels`: 3 rows after the first upgrade, 4 after the second",
        ),
        (
            "UPDATE items SET note = '' WHERE note IS NULL;\nUPDATE items SET note = 'x' WHERE note = '';",
            "UPDATE items SET note = '' WHERE note = 'x';\nINSERT INTO labels VALUES ('x');\n\
             DELETE FROM labels WHERE name = 'x';",
            "",
        ),
    ] {
        let (outcome, said) = found_in_second(server, up, down);
        if says.is_empty() {
            assert_eq!(outcome, Passed, "{up}\n{said}");
        } else {
            assert_eq!(outcome, ReUpgradeDiffers, "{up}\n{said}");
            assert!(said.contains(says), "{says:?} is not in:\n{said}");
        }
    }
    // A NULL that is filled is no loss; that it is filled with more each time is one.
    let longer = match server.dialect() {
        Dialect::MySql => {
            "UPDATE items SET note = CONCAT(COALESCE(note, ''), 'x') WHERE note IS NULL OR note LIKE 'x%';"
        }
        Dialect::Postgres | Dialect::Sqlite => {
            "UPDATE items SET note = COALESCE(note, '') || 'x' WHERE note IS NULL OR note LIKE 'x%';"
        }
    };
    let (outcome, said) = found_in_second(server, longer, "SELECT 1;");
    assert_eq!(outcome, ReUpgradeDiffers, "{said}");
    let says = "items.note`: 'x' after the first upgrade, 'xx' after the second, where id = ";
    assert!(said.contains(says), "{said}");
}

pub(super) fn right_ones_pass(server: &TestServer) {
    let (counted, random, trigger) = match server.dialect() {
        Dialect::Postgres => (
            "BIGSERIAL PRIMARY KEY",
            "gen_random_uuid()::text",
            "CREATE FUNCTION write_log() RETURNS trigger LANGUAGE plpgsql AS
                 'BEGIN INSERT INTO log VALUES (''changed''); RETURN NULL; END';
             CREATE TRIGGER t AFTER UPDATE ON items FOR EACH ROW EXECUTE FUNCTION write_log();",
        ),
        Dialect::MySql => (
            "BIGINT AUTO_INCREMENT PRIMARY KEY",
            "UUID()",
            "CREATE TRIGGER t AFTER UPDATE ON items FOR EACH ROW INSERT INTO log VALUES ('changed');",
        ),
        Dialect::Sqlite => (
            "INTEGER PRIMARY KEY AUTOINCREMENT",
            "hex(randomblob(8))",
            "CREATE TRIGGER t AFTER UPDATE ON items BEGIN INSERT INTO log VALUES ('changed'); END;",
        ),
    };
    for (up, down) in [
        // The second one gets the next number, and what refers to it too.
        (
            "INSERT INTO counted (name) VALUES ('root');
             INSERT INTO referring SELECT id, name FROM counted WHERE name = 'root';",
            "DELETE FROM referring WHERE name = 'root';\nDELETE FROM counted WHERE name = 'root';",
        ),
        (
            "INSERT INTO labels VALUES ({random});",
            "DELETE FROM labels WHERE LENGTH(name) IN (16, 36);",
        ),
        (
            "UPDATE items SET note = {random} WHERE note IS NULL;",
            "UPDATE items SET note = NULL WHERE LENGTH(note) IN (16, 36);",
        ),
        // The trigger writes as often as it is asked to.
        (
            "UPDATE items SET note = 'x' WHERE note IS NULL; -- log",
            "UPDATE items SET note = NULL WHERE note = 'x';",
        ),
        (
            "INSERT INTO labels SELECT 'seed' WHERE NOT EXISTS (SELECT 1 FROM labels WHERE name = 'seed');",
            "SELECT 1;",
        ),
    ] {
        let directory = Directory::new();
        directory.add("tables", TABLES, OF_TABLES);
        directory.add(
            "counted",
            &format!(
                "CREATE TABLE counted (id {counted}, name VARCHAR(60) NOT NULL);
                 CREATE TABLE referring (counted_id BIGINT, name VARCHAR(60) NOT NULL);"
            ),
            "DROP TABLE referring;\nDROP TABLE counted;",
        );
        let no_trigger = match server.dialect() {
            Dialect::Postgres => "DROP TRIGGER t ON items;\nDROP FUNCTION write_log();",
            Dialect::MySql | Dialect::Sqlite => "DROP TRIGGER t;",
        };
        directory.add("trigger", trigger, no_trigger);
        directory.add("fourth", &up.replace("{random}", random), down);
        let report = round_trip(directory.graph()).on(server.on()).run();
        let expected = ["001", "002", "003", "004"].map(|id| (id, Passed));
        assert_eq!(found(&report), expected, "{up}\n{report}");
    }
}
