//! A chain of revisions in which it shows when a statement ran twice, or not at all.
//!
//! Every script mixes DDL and DML. Counters go up and down by one, logs get a line more, rows are
//! copied, so that whatever is done twice is seen in the rows if not refused by the server. What is
//! there after a revision depends on nothing but the revision.

use std::fmt::Write as _;

use migcheck::Dialect;

use crate::dice::Dice;
use crate::support::Directory;

/// How many revisions there are.
pub(crate) const REVISIONS: usize = 12;

/// How the statements of a revision are held together.
#[derive(Clone, Copy, PartialEq)]
enum Mode {
    /// As migcheck does it.
    Usual,
    /// `transaction = false`: each by itself.
    Single,
    /// `transaction = false`, and a transaction of the script's own.
    Own,
}

struct Chain<'a> {
    dialect: Dialect,
    dice: &'a mut Dice,
    number: usize,
    mode: Mode,
    up: Vec<String>,
    /// In the order of `up`; it is run from its end.
    down: Vec<Vec<String>>,
    /// The tables that stand, with the columns that were added to each.
    tables: Vec<(String, Vec<String>)>,
    /// A table that a later revision drops.
    spare: Option<String>,
}

/// Writes the chain.
pub(crate) fn write(dialect: Dialect, dice: &mut Dice) -> Directory {
    let directory = Directory::new();
    let mut chain = Chain {
        dialect,
        dice,
        number: 0,
        mode: Mode::Usual,
        up: Vec::new(),
        down: Vec::new(),
        tables: Vec::new(),
        spare: None,
    };
    for number in 1..=REVISIONS {
        chain.begin(number);
        let more = 2 + chain.dice.roll(4);
        for _ in 0..more {
            chain.any();
        }
        chain.bump();
        let (up, down) = chain.finish();
        directory.add("chaos", &up, &down);
    }
    directory
}

impl Chain<'_> {
    fn begin(&mut self, number: usize) {
        self.number = number;
        self.mode = match (self.dialect, self.dice.roll(10)) {
            _ if number == 1 => Mode::Usual,
            (Dialect::Postgres, 0..4) | (Dialect::Sqlite, 0..3) => Mode::Single,
            (Dialect::Sqlite, 3..6) => Mode::Own,
            _ => Mode::Usual,
        };
        if number == 1 {
            self.step(
                "CREATE TABLE counters (id INTEGER PRIMARY KEY, n INTEGER NOT NULL)",
                &["DROP TABLE counters"],
            );
            self.step(
                "INSERT INTO counters (id, n) VALUES (1, 0), (2, 0), (3, 0)",
                &["DELETE FROM counters"],
            );
            self.step(
                "CREATE TABLE log (said VARCHAR(40) NOT NULL)",
                &["DROP TABLE log"],
            );
        }
        self.table();
    }

    fn step(&mut self, up: impl Into<String>, down: &[&str]) {
        self.up.push(up.into());
        self.down
            .push(down.iter().map(|sql| (*sql).to_owned()).collect());
    }

    fn any(&mut self) {
        match self.dice.roll(16) {
            0 | 1 => self.bump(),
            2 => self.log(),
            3 => self.column(),
            4 => self.index(),
            5 => self.spare(),
            6 => self.rename_column(),
            7 => self.view(),
            8 => self.copy_rows(),
            9 => self.rename_table(),
            10 => self.two_columns(),
            11 => self.table_of_a_query(),
            12 => self.emptied_table(),
            13 => self.program(),
            14 => self.own_transaction(),
            _ => self.bump_rows(),
        }
    }

    /// What makes a statement take its time, so that it is met in the middle.
    fn pause(&mut self) -> &'static str {
        match (self.dialect, self.dice.roll(3)) {
            (Dialect::Postgres, 0) => " AND pg_sleep(0.01) IS NOT NULL",
            (Dialect::MySql, 0) => " AND SLEEP(0.01) = 0",
            _ => "",
        }
    }

    fn bump(&mut self) {
        let id = 1 + self.dice.roll(3);
        let (up, down) = (self.pause(), self.pause());
        self.step(
            format!("UPDATE counters SET n = n + 1 WHERE id = {id}{up}"),
            &[&format!(
                "UPDATE counters SET n = n - 1 WHERE id = {id}{down}"
            )],
        );
    }

    fn log(&mut self) {
        let line = format!("{} of {}", self.up.len(), self.number);
        self.step(
            format!("INSERT INTO log (said) VALUES ('{line}')"),
            &[&format!("DELETE FROM log WHERE said = '{line}'")],
        );
    }

    fn table(&mut self) {
        let name = format!("t{}", self.number);
        self.step(
            format!("CREATE TABLE {name} (id INTEGER PRIMARY KEY, n INTEGER NOT NULL)"),
            &[&format!("DROP TABLE {name}")],
        );
        self.step(
            format!("INSERT INTO {name} (id, n) VALUES (1, 10), (2, 20)"),
            &[&format!("DELETE FROM {name}")],
        );
        self.tables.push((name, Vec::new()));
    }

    fn some_table(&mut self) -> usize {
        self.dice.roll(self.tables.len())
    }

    fn column(&mut self) {
        let at = self.some_table();
        let column = format!("c{}_{}", self.number, self.up.len());
        let table = self.tables[at].0.clone();
        self.step(
            format!("ALTER TABLE {table} ADD COLUMN {column} INTEGER NOT NULL DEFAULT 7"),
            &[&format!("ALTER TABLE {table} DROP COLUMN {column}")],
        );
        self.step(format!("UPDATE {table} SET {column} = {column} + n"), &[]);
        self.tables[at].1.push(column);
    }

    fn index(&mut self) {
        let at = self.some_table();
        let table = &self.tables[at].0;
        let index = format!("i{}_{}", self.number, self.up.len());
        let concurrently = match (self.dialect, self.mode) {
            (Dialect::Postgres, Mode::Single) => " CONCURRENTLY",
            _ => "",
        };
        let drop = match self.dialect {
            Dialect::MySql => format!("DROP INDEX {index} ON {table}"),
            Dialect::Postgres | Dialect::Sqlite => format!("DROP INDEX{concurrently} {index}"),
        };
        let create = format!("CREATE INDEX{concurrently} {index} ON {table} (n)");
        self.step(create, &[&drop]);
    }

    /// Makes a table that is dropped by the next who comes here.
    fn spare(&mut self) {
        let shape = |name: &str| {
            (
                format!("CREATE TABLE {name} (id INTEGER PRIMARY KEY, said VARCHAR(20) NOT NULL)"),
                format!("INSERT INTO {name} (id, said) VALUES (1, 'one'), (2, 'two')"),
            )
        };
        if let Some(name) = self.spare.take() {
            let (create, fill) = shape(&name);
            self.step(format!("DROP TABLE {name}"), &[&create, &fill]);
        } else {
            let name = format!("s{}_{}", self.number, self.up.len());
            let (create, fill) = shape(&name);
            self.step(create, &[&format!("DROP TABLE {name}")]);
            self.step(fill, &[]);
            self.spare = Some(name);
        }
    }

    fn rename_column(&mut self) {
        let at = self.some_table();
        let Some(old) = self.tables[at].1.pop() else {
            return self.bump();
        };
        let new = format!("r{}_{}", self.number, self.up.len());
        let table = self.tables[at].0.clone();
        self.step(
            format!("ALTER TABLE {table} RENAME COLUMN {old} TO {new}"),
            &[&format!("ALTER TABLE {table} RENAME COLUMN {new} TO {old}")],
        );
        self.tables[at].1.push(new);
    }

    fn rename_table(&mut self) {
        let at = self.some_table();
        let old = self.tables[at].0.clone();
        let new = format!("m{}_{}", self.number, self.up.len());
        self.step(
            format!("ALTER TABLE {old} RENAME TO {new}"),
            &[&format!("ALTER TABLE {new} RENAME TO {old}")],
        );
        self.tables[at].0 = new;
    }

    fn view(&mut self) {
        let view = format!("v{}_{}", self.number, self.up.len());
        self.step(
            format!("CREATE VIEW {view} AS SELECT id FROM counters WHERE n > 0"),
            &[&format!("DROP VIEW {view}")],
        );
    }

    /// A second time, their keys are there already.
    fn copy_rows(&mut self) {
        let at = self.some_table();
        let table = &self.tables[at].0;
        let by = 1000 * (self.number * 20 + self.up.len());
        let copy = format!(
            "INSERT INTO {table} (id, n) SELECT id + {by}, n + 1 FROM {table} WHERE id < 100"
        );
        let back = format!("DELETE FROM {table} WHERE id BETWEEN {by} AND {by} + 99");
        self.step(copy, &[&back]);
    }

    fn bump_rows(&mut self) {
        let at = self.some_table();
        let table = &self.tables[at].0;
        let up = format!("UPDATE {table} SET n = n + 1 WHERE id < 100");
        let down = format!("UPDATE {table} SET n = n - 1 WHERE id < 100");
        self.step(up, &[&down]);
    }

    /// One statement with two changes.
    fn two_columns(&mut self) {
        if self.dialect == Dialect::Sqlite {
            return self.column();
        }
        let at = self.some_table();
        let table = &self.tables[at].0;
        let (one, two) = (
            format!("x{}_{}", self.number, self.up.len()),
            format!("y{}_{}", self.number, self.up.len()),
        );
        let up = format!("ALTER TABLE {table} ADD COLUMN {one} INTEGER, ADD COLUMN {two} INTEGER");
        let down = format!("ALTER TABLE {table} DROP COLUMN {one}, DROP COLUMN {two}");
        self.step(up, &[&down]);
    }

    /// A statement that is DDL and DML.
    fn table_of_a_query(&mut self) {
        let name = format!("q{}_{}", self.number, self.up.len());
        self.step(
            format!("CREATE TABLE {name} AS SELECT id, n FROM counters"),
            &[&format!("DROP TABLE {name}")],
        );
        self.step(format!("UPDATE {name} SET n = n + 1"), &[]);
    }

    /// What empties a table leaves no trace in the schema.
    fn emptied_table(&mut self) {
        let name = format!("e{}_{}", self.number, self.up.len());
        let empty = match self.dialect {
            Dialect::Sqlite => "DELETE FROM",
            Dialect::Postgres | Dialect::MySql => "TRUNCATE TABLE",
        };
        self.step(
            format!("CREATE TABLE {name} (said VARCHAR(20) NOT NULL)"),
            &[&format!("DROP TABLE {name}")],
        );
        self.step(format!("INSERT INTO {name} (said) VALUES ('before')"), &[]);
        self.step(format!("{empty} {name}"), &[]);
        self.step(format!("INSERT INTO {name} (said) VALUES ('after')"), &[]);
    }

    /// A routine, and what calls it.
    fn program(&mut self) {
        let name = format!("p{}_{}", self.number, self.up.len());
        match self.dialect {
            Dialect::Postgres => self.step(
                format!("CREATE FUNCTION {name}() RETURNS integer LANGUAGE sql AS 'SELECT 1'"),
                &[&format!("DROP FUNCTION {name}()")],
            ),
            Dialect::MySql => self.step(
                format!("CREATE FUNCTION {name}() RETURNS INTEGER DETERMINISTIC RETURN 1"),
                &[&format!("DROP FUNCTION {name}")],
            ),
            Dialect::Sqlite => return self.view(),
        }
        self.step(
            format!("UPDATE counters SET n = n + {name}() WHERE id = 1"),
            &["UPDATE counters SET n = n - 1 WHERE id = 1"],
        );
    }

    /// Some statements of a script that belong together, where a script is no transaction anyway.
    fn own_transaction(&mut self) {
        let begin = match (self.dialect, self.mode) {
            (Dialect::MySql, _) => "START TRANSACTION",
            (_, Mode::Single) => "BEGIN",
            _ => return self.bump(),
        };
        let line = format!("{} of {} together", self.up.len(), self.number);
        self.step(begin, &[]);
        self.step("UPDATE counters SET n = n + 1 WHERE id = 2", &[]);
        self.step(format!("INSERT INTO log (said) VALUES ('{line}')"), &[]);
        self.step(
            "COMMIT",
            &[
                begin,
                "UPDATE counters SET n = n - 1 WHERE id = 2",
                &format!("DELETE FROM log WHERE said = '{line}'"),
                "COMMIT",
            ],
        );
    }

    fn finish(&mut self) -> (String, String) {
        let up = std::mem::take(&mut self.up);
        let down: Vec<String> = std::mem::take(&mut self.down)
            .into_iter()
            .rev()
            .flatten()
            .collect();
        (self.script(&up), self.script(&down))
    }

    fn script(&self, statements: &[String]) -> String {
        let mut text = String::new();
        if self.mode != Mode::Usual {
            text.push_str("-- migcheck: transaction = false\n");
        }
        if self.mode == Mode::Own {
            text.push_str("BEGIN;\n");
        }
        for statement in statements {
            let _infallible = writeln!(text, "{statement};");
        }
        if self.mode == Mode::Own {
            text.push_str("COMMIT;\n");
        }
        text
    }
}
