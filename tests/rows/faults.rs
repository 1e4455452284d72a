//! Faults that show on populated tables alone, one directory each.

use migcheck::Outcome::{FailsOnRows, LosesRows, LosesValues, Passed};
use migcheck::{Dialect, Outcome, round_trip};

use super::support::{Directory, TestServer};
use super::{found, is_loss, speaks};

/// What is wrong with the second revision. The first one makes the tables.
struct Fault {
    name: &'static str,
    up: &'static str,
    down: &'static str,
    finds: &'static [Outcome],
    /// What the report says.
    shows: &'static [&'static str],
}

const TABLES: &str = "CREATE TABLE owners (id INTEGER PRIMARY KEY, name VARCHAR(60) NOT NULL);
CREATE TABLE items (
    id INTEGER PRIMARY KEY, title VARCHAR(60) NOT NULL, note VARCHAR(60), price DECIMAL(12, 2) NOT NULL,
    owner_id INTEGER NOT NULL
);";

/// Of all servers.
const EVERYWHERE: &[Fault] = &[
    Fault {
        name: "a unique index over duplicates",
        up: "CREATE UNIQUE INDEX items_title ON items (title);",
        down: "SELECT 1;",
        finds: &[FailsOnRows],
        shows: &[
            "CREATE UNIQUE INDEX",
            "the upgrade passes on empty tables",
            "002_fault.up.sql:2:",
        ],
    },
    Fault {
        name: "a downgrade that deletes rows",
        up: "CREATE TABLE extra (id INTEGER PRIMARY KEY);",
        down: "DROP TABLE extra;\nDELETE FROM items;",
        finds: &[LosesRows],
        shows: &[
            "items`: 3 rows before the upgrade, 0 after the downgrade",
            "id = ",
        ],
    },
    Fault {
        name: "a column that comes back empty",
        up: "ALTER TABLE items DROP COLUMN note;",
        down: "ALTER TABLE items ADD COLUMN note VARCHAR(60);",
        finds: &[LosesValues],
        shows: &["items.note`: 'L", "became NULL where id = "],
    },
    Fault {
        name: "values that are written over",
        up: "UPDATE items SET price = 1;",
        down: "SELECT 1;",
        finds: &[LosesValues],
        shows: &["items.price`: 9999999999.99 became 1"],
    },
];

/// Where constraints are added to a table that is there.
const WITH_ALTER: &[Fault] = &[
    Fault {
        name: "a foreign key",
        up: "ALTER TABLE items ADD CONSTRAINT items_owner FOREIGN KEY (owner_id) REFERENCES owners (id);",
        down: "SELECT 1;",
        finds: &[FailsOnRows],
        shows: &["items_owner"],
    },
    Fault {
        name: "a check",
        up: "ALTER TABLE items ADD CONSTRAINT items_price CHECK (price < 100);",
        down: "SELECT 1;",
        finds: &[FailsOnRows],
        shows: &["items_price"],
    },
];

const OF_POSTGRES: &[Fault] = &[
    Fault {
        name: "a column without a default",
        up: "ALTER TABLE items ADD COLUMN size INTEGER NOT NULL;",
        down: "ALTER TABLE items DROP COLUMN size;",
        finds: &[FailsOnRows],
        shows: &["column \"size\"", "contains null values"],
    },
    Fault {
        name: "a NULL",
        up: "ALTER TABLE items ALTER COLUMN note SET NOT NULL;",
        down: "ALTER TABLE items ALTER COLUMN note DROP NOT NULL;",
        finds: &[FailsOnRows],
        shows: &["\"note\""],
    },
    Fault {
        name: "a narrower type",
        up: "ALTER TABLE items ALTER COLUMN title TYPE VARCHAR(10);",
        down: "ALTER TABLE items ALTER COLUMN title TYPE VARCHAR(60);",
        finds: &[FailsOnRows],
        shows: &["value too long"],
    },
    Fault {
        name: "values cut off",
        up: "ALTER TABLE items ALTER COLUMN title TYPE VARCHAR(10) USING left(title, 10);",
        down: "ALTER TABLE items ALTER COLUMN title TYPE VARCHAR(60);",
        finds: &[LosesValues],
        shows: &["items.title`: 'L", "(60 characters)"],
    },
    Fault {
        name: "a downgrade that needs empty tables",
        up: "ALTER TABLE items ALTER COLUMN title TYPE text;\nUPDATE items SET title = title || '!';",
        down: "ALTER TABLE items ALTER COLUMN title TYPE VARCHAR(60);",
        finds: &[FailsOnRows],
        shows: &[
            "the downgrade passes on empty tables",
            "002_fault.down.sql:1:",
        ],
    },
];

const OF_MYSQL: &[Fault] = &[
    Fault {
        name: "a NULL",
        up: "ALTER TABLE items MODIFY COLUMN note VARCHAR(60) NOT NULL;",
        down: "ALTER TABLE items MODIFY COLUMN note VARCHAR(60);",
        finds: &[FailsOnRows],
        shows: &["note"],
    },
    Fault {
        name: "a narrower type",
        up: "ALTER TABLE items MODIFY COLUMN title VARCHAR(10) NOT NULL;",
        down: "ALTER TABLE items MODIFY COLUMN title VARCHAR(60) NOT NULL;",
        finds: &[FailsOnRows],
        shows: &["Data truncated for column 'title'"],
    },
    Fault {
        name: "values cut off",
        up: "UPDATE items SET title = LEFT(title, 10);\nALTER TABLE items MODIFY COLUMN title VARCHAR(10) NOT NULL;",
        down: "ALTER TABLE items MODIFY COLUMN title VARCHAR(60) NOT NULL;",
        finds: &[LosesValues],
        shows: &["items.title`: 'L", "(60 characters)"],
    },
];

const OF_SQLITE: &[Fault] = &[
    Fault {
        name: "a column without a default",
        up: "ALTER TABLE items ADD COLUMN size INTEGER NOT NULL CHECK (size > 0);",
        down: "ALTER TABLE items DROP COLUMN size;",
        finds: &[FailsOnRows],
        shows: &["NOT NULL"],
    },
    Fault {
        name: "a table built anew without its rows",
        up: "CREATE TABLE anew (id INTEGER PRIMARY KEY, name VARCHAR(60) NOT NULL);\n\
             INSERT INTO anew SELECT * FROM owners;\nDROP TABLE owners;\nALTER TABLE anew RENAME TO owners;",
        down: "CREATE TABLE anew (id INTEGER PRIMARY KEY, name VARCHAR(60) NOT NULL);\n\
               DROP TABLE owners;\nALTER TABLE anew RENAME TO owners;",
        finds: &[LosesRows],
        shows: &["owners`: 3 rows before the upgrade, 0 after the downgrade"],
    },
];

pub(super) fn unique_over_duplicates(server: &TestServer) -> Directory {
    let directory = directory(&EVERYWHERE[0]);
    directory.write("002_fault.down.sql", drop_index(server.dialect()));
    directory
}

fn drop_index(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::MySql => "DROP INDEX items_title ON items;",
        Dialect::Postgres | Dialect::Sqlite => "DROP INDEX items_title;",
    }
}

fn directory(fault: &Fault) -> Directory {
    let directory = Directory::new();
    directory.add("tables", TABLES, "DROP TABLE items;\nDROP TABLE owners;");
    directory.add("fault", fault.up, fault.down);
    directory
}

pub(super) fn are_found(server: &TestServer) {
    let mut faults: Vec<&Fault> = EVERYWHERE.iter().collect();
    faults.extend(match server.dialect() {
        Dialect::Postgres => OF_POSTGRES,
        Dialect::MySql => OF_MYSQL,
        Dialect::Sqlite => OF_SQLITE,
    });
    if !speaks(server, Dialect::Sqlite) {
        faults.extend(WITH_ALTER);
    }
    for fault in faults {
        let directory = directory(fault);
        if fault.up.starts_with("CREATE UNIQUE INDEX") {
            directory.write("002_fault.down.sql", drop_index(server.dialect()));
        }
        if fault.up.contains("ADD CONSTRAINT") {
            let (_, rest) = fault.up.split_once("ADD CONSTRAINT ").unwrap();
            let name = rest.split(' ').next().unwrap();
            let drop = match server.product() {
                "mysql" if fault.up.contains("FOREIGN KEY") => {
                    format!("ALTER TABLE items DROP FOREIGN KEY {name}, DROP INDEX {name};")
                }
                "mariadb" if fault.up.contains("FOREIGN KEY") => {
                    format!(
                        "ALTER TABLE items DROP FOREIGN KEY {name};\nDROP INDEX {name} ON items;"
                    )
                }
                _ => format!("ALTER TABLE items DROP CONSTRAINT {name};"),
            };
            directory.write("002_fault.down.sql", drop);
        }
        let report = round_trip(directory.graph()).on(server.on()).run();
        let outcomes: Vec<_> = found(&report)
            .into_iter()
            .filter(|(_, outcome)| *outcome != Outcome::ColumnOrderDiffers)
            .collect();
        let mut expected = vec![("001", Passed)];
        expected.extend(fault.finds.iter().map(|outcome| ("002", *outcome)));
        assert_eq!(outcomes, expected, "{}\n{report}", fault.name);
        let is_shown = |outcome| fault.finds.contains(&outcome) || is_loss(outcome);
        let said: Vec<String> = report
            .stairs
            .iter()
            .filter(|stair| stair.revision == "002" && is_shown(stair.outcome))
            // A reason is wrapped.
            .map(|stair| stair.render(Default::default()).replace("\n  ", " "))
            .collect();
        let said = said.join("\n");
        for part in fault.shows {
            assert!(
                said.contains(part),
                "{}: {part:?} is not in:\n{said}",
                fault.name
            );
        }
    }
}
