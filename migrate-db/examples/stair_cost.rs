//! What a stair costs while the schema grows, and how much of it is looking at the schema.
//!
//!     cargo run --release -p migcheck-db --example stair_cost -- postgres://…/empty_database 200 1000 5000
//!
//! It takes a URL of MySQL, MariaDB and SQLite (`sqlite::memory:`) as well.
//!
//! Each revision makes a table with a key, an index, a check and a foreign key; every third adds a
//! column and an index to an older table instead. At each size a hundred stairs (up, down, up) are
//! timed three ways: the bare statements in their transactions, through `run_script`, and with the
//! schema read and compared after each script.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use migcheck_core::{Checksum, Dialect, Direction, Script, SourceFile};
use migcheck_db::{
    Session, SnapshotReader, connect, diff, run_script, run_script_watched, snapshot,
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const STAIRS: usize = 99;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments
        .next()
        .ok_or("give the URL of an empty database")?;
    let sizes: Vec<usize> = arguments
        .map(|size| size.parse())
        .collect::<std::result::Result<_, _>>()?;
    let mut session = connect(&url.parse()?).await?;
    let dialect = session.dialect();
    let mut made = 0;
    // One for all sizes, as in a walk: readings of everything that confirm the others get rarer.
    let mut reader = SnapshotReader::new("h");
    println!("revisions  objects  whole ms  stair ms: bare   run  checked");
    for size in sizes {
        while made < size {
            let chunk: String = (made..size.min(made + 50))
                .map(|at| revision(at, dialect).0)
                .collect();
            session.execute(&chunk).await?;
            made = size.min(made + 50);
        }
        made = measure(&mut *session, &mut reader, made).await?;
    }
    Ok(())
}

async fn measure(
    session: &mut dyn Session,
    reader: &mut SnapshotReader,
    made: usize,
) -> Result<usize> {
    let dialect = session.dialect();
    snapshot(session, "h").await?;
    let started = Instant::now();
    let objects = snapshot(session, "h").await?.objects().count();
    let whole = started.elapsed();

    let started = Instant::now();
    for at in made..made + STAIRS {
        let (up, down) = revision(at, dialect);
        for script in [&up, &down, &up] {
            session.execute("BEGIN").await?;
            for statement in script.trim_end().split_inclusive(';') {
                session.execute(statement).await?;
            }
            session.execute("COMMIT").await?;
        }
    }
    let bare = started.elapsed();

    let made = made + STAIRS;
    let started = Instant::now();
    for at in made..made + STAIRS {
        let (up, down) = scripts(at, dialect);
        for script in [&up, &down, &up] {
            run_script(session, "r", script).await?;
        }
    }
    let run = started.elapsed();

    let made = made + STAIRS;
    reader.forget();
    reader.read(session).await?;
    let mut slowest = Vec::new();
    let started = Instant::now();
    for at in made..made + STAIRS {
        let one = Instant::now();
        let (up, down) = scripts(at, dialect);
        let before = reader.read(session).await?;
        run_script_watched(session, "r", &up, reader).await?;
        let after = reader.read(session).await?;
        run_script_watched(session, "r", &down, reader).await?;
        let again = reader.read(session).await?;
        run_script_watched(session, "r", &up, reader).await?;
        let last = reader.read(session).await?;
        if !diff(&before, &again).is_empty() || !diff(&after, &last).is_empty() {
            return Err(format!("{}{}", diff(&before, &again), diff(&after, &last)).into());
        }
        slowest.push(one.elapsed().as_secs_f64() * 1e3);
    }
    let checked = started.elapsed();
    slowest.sort_by(f64::total_cmp);
    if *reader.read(session).await? != snapshot(session, "h").await? {
        return Err("what was read piece by piece is not the schema".into());
    }
    let each = |total: std::time::Duration| total.as_secs_f64() * 1e3 / STAIRS as f64;
    println!(
        "{made:>9}  {objects:>7}  {:>8.1}  {:>14.2} {:>5.2} {:>8.2}   median {:.2}",
        whole.as_secs_f64() * 1e3,
        each(bare),
        each(run),
        each(checked),
        slowest[STAIRS / 2],
    );
    Ok(made + STAIRS)
}

/// Up and down.
fn revision(at: usize, dialect: Dialect) -> (String, String) {
    let (key, now) = match dialect {
        Dialect::Postgres => (
            "bigserial PRIMARY KEY",
            "timestamptz NOT NULL DEFAULT now()",
        ),
        Dialect::MySql => (
            "bigint AUTO_INCREMENT PRIMARY KEY",
            "datetime NOT NULL DEFAULT CURRENT_TIMESTAMP",
        ),
        _ => (
            "integer PRIMARY KEY",
            "text NOT NULL DEFAULT CURRENT_TIMESTAMP",
        ),
    };
    let parent = at / 2 - (at / 2) % 3;
    if at % 3 == 2 {
        let of_table = match dialect {
            Dialect::MySql => format!(" ON t{parent}"),
            _ => String::new(),
        };
        return (
            format!(
                "ALTER TABLE t{parent} ADD COLUMN c{at} varchar(99) NOT NULL DEFAULT '';\n\
                 CREATE INDEX ix_c{at} ON t{parent} (c{at});\n"
            ),
            format!("DROP INDEX ix_c{at}{of_table};\nALTER TABLE t{parent} DROP COLUMN c{at};\n"),
        );
    }
    let reference = if at > 0 {
        format!(", parent_id bigint, FOREIGN KEY (parent_id) REFERENCES t{parent} (id)")
    } else {
        String::new()
    };
    (
        format!(
            "CREATE TABLE t{at} (id {key}, name varchar(99) NOT NULL, \
             made_at {now}, n integer CHECK (n > 0){reference});\n\
             CREATE INDEX ix_t{at} ON t{at} (name);\n"
        ),
        format!("DROP TABLE t{at};\n"),
    )
}

fn scripts(at: usize, dialect: Dialect) -> (Script, Script) {
    let (up, down) = revision(at, dialect);
    let script = |direction, text: String| Script {
        direction,
        dialect: None,
        checksum: Checksum::of_script(&text),
        source: Arc::new(SourceFile {
            path: format!("{at}.sql"),
            text: text.into(),
        }),
        transaction: true,
        section: None,
    };
    (script(Direction::Up, up), script(Direction::Down, down))
}
