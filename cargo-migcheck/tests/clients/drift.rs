//! `drift` and `status --drift`, with the scratch database in the same server.

use migcheck_core::Dialect;

use crate::place::{CONFIG, Directory, Place};

pub(crate) fn found(place: &Place) {
    let database = place.database();
    let directory = Directory::new()
        .file(
            "001_one.up.sql",
            "-- migcheck: revises = \"base\"\nCREATE TABLE one (id integer NOT NULL PRIMARY KEY, name varchar(40));\n\
             CREATE INDEX ix_name ON one (name);\n",
        )
        .file("001_one.down.sql", "DROP TABLE one;\n")
        .file(
            "002_two.up.sql",
            "-- migcheck: revises = \"001\"\nCREATE TABLE two (id integer NOT NULL PRIMARY KEY);\n",
        )
        .file("002_two.down.sql", "DROP TABLE two;\n");
    let directory = match place.dialect() {
        // The schema of the history is no drift either.
        Dialect::Postgres => {
            let config = CONFIG.to_owned() + "[history]\nschema = \"ops\"\n";
            directory.file("migcheck.toml", &config)
        }
        Dialect::MySql | Dialect::Sqlite => directory,
    };
    directory.run("upgrade 001 --env home", &database);
    let on = match place.dialect() {
        Dialect::Sqlite => String::new(),
        _ => format!("--on {}", database.url()),
    };
    // What is not applied is not missing.
    let said = directory.run(&format!("drift --env home {on}"), &database);
    assert!(said.contains("no drift"), "{said}");
    database.execute(match place.dialect() {
        Dialect::MySql => "DROP INDEX ix_name ON one",
        Dialect::Postgres | Dialect::Sqlite => "DROP INDEX ix_name",
    });
    database.execute("CREATE TABLE scribble (id int)");
    let said = directory.fails(&format!("drift --env home {on}"), &database, 1);
    assert!(
        said.contains("missing: index ") && said.contains("extra: table "),
        "{said}"
    );
    assert!(said.ends_with("1 missing, 1 extra"), "{said}");
    let said = directory.fails(&format!("status --env home --drift {on}"), &database, 1);
    assert!(said.contains("drift: 1 missing, 1 extra"), "{said}");
    // The database was only read.
    assert_eq!(
        database.rows("SELECT id FROM scribble"),
        Vec::<Vec<String>>::new()
    );
}
