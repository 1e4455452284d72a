//! Whatever goes wrong, no output has the password.

use migcheck_core::Dialect;

use crate::place::{Directory, Place, said};

/// As it is in the URL, and what it means.
const CANARY: [&str; 2] = ["c4n4ry%23p", "c4n4ry#p"];

const COMMANDS: [&str; 10] = [
    "status --env home",
    "status --env home --drift --format json",
    "verify --env home --wait 1s",
    "stamp head --env home",
    "resolve --as applied --yes --env home",
    "current --env home",
    "drift --env home",
    "snapshot --env home",
    "backup --env home --to backups",
    "reset --env home --confirm shop --upgrade",
];

pub(crate) fn canary(place: &Place) {
    let scheme = match place.dialect() {
        Dialect::Postgres => "postgres",
        Dialect::MySql => "mysql",
        // A file has no password.
        Dialect::Sqlite => return,
    };
    let directory = Directory::new()
        .file(
            "001_one.up.sql",
            "-- migcheck: revises = \"base\"\nCREATE TABLE one (id int);\n",
        )
        .file("001_one.down.sql", "DROP TABLE one;\n");
    let database = place.database();
    let (port, name) = (database.login().port, database.name());
    let password = CANARY[0];
    let refused = format!("{scheme}://app:{password}@127.0.0.1:1/shop");
    let wrong = format!("{scheme}://app:{password}@127.0.0.1:{port}/shop");
    let malformed = format!("{scheme}://app:{password}@127.0.0.1:port/shop");
    for command in COMMANDS {
        for url in [&refused, &wrong, &malformed] {
            let output = directory.command(command, url).output().unwrap();
            let said = said(&output);
            assert!(!output.status.success(), "{command}: {said}");
            assert_silent(command, &said);
        }
    }
    // A user who gets in, with that password, and no program to back up with.
    let (create, grant) = match place.dialect() {
        Dialect::Postgres => (
            format!("CREATE ROLE canary LOGIN PASSWORD '{}'", CANARY[1]),
            format!("GRANT ALL ON DATABASE {name} TO canary"),
        ),
        _ => (
            format!("CREATE USER canary IDENTIFIED BY '{}'", CANARY[1]),
            format!("GRANT ALL ON {name}.* TO canary"),
        ),
    };
    database.execute(&create);
    database.execute(&grant);
    let good = format!("{scheme}://canary:{password}@127.0.0.1:{port}/{name}");
    for command in COMMANDS.into_iter().chain([
        "downgrade base --env home --backup backups",
        "drift --env home --on pstgres://app:c4n4ry%23p@127.0.0.1/x",
        "drift --env home --on postgres://app:c4n4ry%23p@127.0.0.1:1/x",
        "status --database-url postgres://app:c4n4ry%23p@127.0.0.1:1/x",
    ]) {
        let mut migcheck = directory.command(command, &good);
        let output = migcheck.env("PATH", "/nonexistent").output().unwrap();
        assert_silent(command, &said(&output));
    }
    database.execute(match place.dialect() {
        Dialect::Postgres => "DROP OWNED BY canary; DROP ROLE canary",
        _ => "DROP USER canary",
    });
}

#[track_caller]
fn assert_silent(command: &str, said: &str) {
    for password in CANARY {
        assert!(!said.contains(password), "{command}: {said}");
    }
    assert!(!said.contains("c4n4ry"), "{command}: {said}");
}
