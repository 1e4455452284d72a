//! What the history, the directory and the login are wrong about.

use std::time::Duration;

use migcheck::db::Session;
use migcheck::{Dialect, Direction, MigrateError, Migrator};
use sqlx::mysql::MySqlPoolOptions;
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::SqlitePool;

use super::{contents, of};
use crate::support::{Case, Directory, TestServer, block_on, connect};
use crate::{execute, four_tables, migrator, recorded};

/// Something that is wrong with a database at the third of four revisions.
struct Wrong {
    name: &'static str,
    applies_to: fn(&TestServer) -> bool,
    /// What makes it so: of the directory, and of the database.
    arrange: fn(&Directory, &mut dyn Session),
    /// Makes it good again.
    mend: fn(&Directory, &mut dyn Session),
    /// Every verb that writes, and of those that only ask the ones that mind.
    asked: bool,
    said: &'static str,
}

fn everywhere(_: &TestServer) -> bool {
    true
}

const WRONG: [Wrong; 5] = [
    Wrong {
        name: "edited",
        applies_to: everywhere,
        arrange: |directory, _| {
            directory.edit("002_two.up.sql", "(id", "(number");
        },
        mend: |directory, _| {
            directory.edit("002_two.up.sql", "(number", "(id");
        },
        asked: true,
        said: "edited after they were applied: 002; restore what was applied (`git log -p -- FILE`), and put the \
               change into a new revision; or, if the database is as the edited scripts make it, record them as they \
               are now: `cargo migcheck stamp 003 --purge`",
    },
    Wrong {
        name: "unknown",
        applies_to: everywhere,
        arrange: |_, session| {
            execute(
                session,
                "UPDATE _migcheck_revisions SET revision = '900', checksum = UPPER(checksum) WHERE revision = '003'",
            );
        },
        mend: |_, session| {
            execute(
                session,
                "UPDATE _migcheck_revisions SET revision = '003', checksum = LOWER(checksum) WHERE revision = '900'",
            );
        },
        asked: true,
        said: "applied, but not in the directory: 900; the database is ahead of this program: deploy the newer one, \
               or, while both run, allow it with `--allow-ahead`, in a program `allow_ahead`",
    },
    Wrong {
        name: "another_project",
        applies_to: everywhere,
        arrange: |_, session| {
            execute(
                session,
                "UPDATE _migcheck_revisions SET revision = CONCAT('9', revision), checksum = UPPER(checksum)",
            );
        },
        mend: |_, session| {
            execute(
                session,
                "UPDATE _migcheck_revisions SET revision = SUBSTR(revision, 2), checksum = LOWER(checksum)",
            );
        },
        asked: true,
        said: "nothing that is applied is in the directory: 9001, 9002, 9003; that is another project's database: \
               name the one that is meant, or the directory that it was made from, or, where both share it, give \
               each a `[history] table` of its own",
    },
    Wrong {
        name: "a_script_begun_the_other_way",
        applies_to: everywhere,
        arrange: |_, session| {
            execute(
                session,
                "UPDATE _migcheck_revisions SET state = 'reverting', statements_done = 0 WHERE revision = '003'",
            );
        },
        mend: |_, session| {
            execute(
                session,
                "UPDATE _migcheck_revisions SET state = 'applied', statements_done = 1 WHERE revision = '003'",
            );
        },
        asked: false,
        said: "the down script of `003` has run 0 of its 1 statements; `downgrade` goes on with it, or, when you have \
               finished or undone it by hand, say so with `resolve --script`",
    },
    Wrong {
        name: "a_state_of_a_newer_version",
        applies_to: everywhere,
        arrange: |_, session| {
            execute(
                session,
                "UPDATE _migcheck_revisions SET state = 'thinking' WHERE revision = '003'",
            );
        },
        mend: |_, session| {
            execute(
                session,
                "UPDATE _migcheck_revisions SET state = 'applied' WHERE revision = '003'",
            );
        },
        asked: true,
        said: "the history table cannot be read: `003` is in the state `thinking`, which this version does not know; \
               a newer version of migcheck has written it",
    },
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = WRONG
        .iter()
        .map(|wrong| {
            let name = format!("wrong_input::{}", wrong.name);
            Case::new(name, |server| told(wrong, server)).only(wrong.applies_to)
        })
        .collect();
    cases.push(Case::new("wrong_input::no_writes", no_writes));
    cases.push(Case::new(
        "wrong_input::a_pool_that_gets_no_connection",
        pools,
    ));
    cases
}

fn told(wrong: &Wrong, server: &TestServer) {
    let directory = four_tables();
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let session = &mut *session;
    block_on(migrator(directory.graph()).upgrade(&mut *session, "003")).unwrap();
    (wrong.arrange)(&directory, session);
    let before = contents(session);
    let wronged = migrator(directory.graph());
    let mut errors = vec![
        block_on(wronged.upgrade(&mut *session, "head")).unwrap_err(),
        block_on(wronged.stamp(&mut *session, "head", false)).unwrap_err(),
        block_on(wronged.verify(&mut *session)).unwrap_err(),
        block_on(wronged.plan(&mut *session, "head", Direction::Up)).unwrap_err(),
    ];
    if wrong.asked {
        errors.push(block_on(wronged.downgrade(&mut *session, "-1")).unwrap_err());
        errors.push(block_on(wronged.current(&mut *session)).unwrap_err());
        errors.push(block_on(wronged.pending(&mut *session)).unwrap_err());
    }
    let file = directory.path("002_two.up.sql").display().to_string();
    for error in errors {
        assert_eq!(error.to_string().replace(&file, "FILE"), wrong.said);
    }
    assert_eq!(contents(session), before);
    (wrong.mend)(&directory, session);
    finishes(&migrator(directory.graph()), session);
}

/// What was wrong is mended, and what was begun comes to its end.
fn finishes(migrator: &Migrator, session: &mut dyn Session) {
    block_on(migrator.upgrade(&mut *session, "head")).unwrap_or_else(|error| panic!("{error}"));
    block_on(migrator.verify(&mut *session)).unwrap();
    assert_eq!(recorded(session), ["001", "002", "003", "004"]);
}

/// A session that may not write is told so at the first write; what only asks is answered.
fn no_writes(server: &TestServer) {
    let directory = four_tables();
    let scratch = server.scratch();
    let migrator = migrator(directory.graph());
    block_on(migrator.upgrade(&mut *connect(&scratch), "003")).unwrap();
    let option = "options=-c%20default_transaction_read_only%3Don";
    let url = scratch.url().reveal();
    let mark = if url.contains('?') { '&' } else { '?' };
    let url = of(server, &format!("{url}{mark}{option}"), &url, &url).to_owned();
    let mut session = block_on(migcheck::db::connect(&url.parse().unwrap())).unwrap();
    let session = &mut *session;
    match server.dialect() {
        Dialect::Postgres => {}
        Dialect::MySql => execute(session, "SET SESSION TRANSACTION READ ONLY"),
        Dialect::Sqlite => execute(session, "PRAGMA query_only = ON"),
    }
    let before = contents(session);
    assert_eq!(block_on(migrator.current(&mut *session)).unwrap(), ["003"]);
    assert_eq!(block_on(migrator.pending(&mut *session)).unwrap(), ["004"]);
    assert_eq!(block_on(migrator.history(&mut *session)).unwrap().len(), 3);
    assert_eq!(
        block_on(migrator.plan(&mut *session, "head", Direction::Up))
            .unwrap()
            .steps
            .len(),
        1
    );
    assert!(
        block_on(migrator.status(&mut *session))
            .unwrap()
            .has_history
    );
    let pending = block_on(migrator.verify(&mut *session)).unwrap_err();
    assert!(matches!(pending, MigrateError::Pending(_)), "{pending}");
    let error = block_on(migrator.upgrade(&mut *session, "head")).unwrap_err();
    let path = directory.path("004_four.up.sql");
    let place = format!(
        " --> {}:2:1\n  |\n2 | CREATE TABLE four (id INTEGER PRIMARY KEY);\n  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\nhelp: ",
        path.display()
    );
    let file = scratch.url().database().unwrap_or_default().into_owned();
    let said = of(
        server,
        "error: the up script of `004` fails: cannot execute CREATE TABLE in a read-only transaction (25006)\n@take \
         `default_transaction_read_only` out of the URL or of $PGOPTIONS, or use a URL that may write",
        "the history table could not be written: Cannot execute statement in a READ ONLY transaction@ (1792); \
         transactions only read here unless told otherwise: find out who set `transaction_read_only`, and turn it \
         off for migrations",
        "no transaction could be opened: attempt to write a readonly database (8); see that neither the URL \
         says `mode=ro` nor the connection `query_only`, and let this user write `FILE` and the directory that it is in: SQLite keeps files beside it",
    );
    let place = if server.dialect() == Dialect::MySql {
        "."
    } else {
        &place
    };
    // MariaDB ends it without a full stop, too.
    let place = if server.product() == "mariadb" {
        ""
    } else {
        place
    };
    assert_eq!(
        error.to_string(),
        said.replace('@', place).replace("FILE", &file)
    );
    assert_eq!(contents(session), before);
    finishes(&migrator, &mut *connect(&scratch));
}

/// An application has a pool, and the pool has no connection to give.
fn pools(server: &TestServer) {
    let scratch = server.scratch();
    let migrator = migrator(four_tables().graph());
    let soon = Duration::from_millis(500);
    let error = |url: &str| {
        block_on(async {
            match server.dialect() {
                Dialect::Postgres => {
                    let pool = PgPoolOptions::new().acquire_timeout(soon);
                    let pool = pool.connect_lazy(url).unwrap();
                    migrator.upgrade(&pool, "head").await
                }
                Dialect::MySql => {
                    let pool = MySqlPoolOptions::new().acquire_timeout(soon);
                    let pool = pool.connect_lazy(url).unwrap();
                    migrator.upgrade(&pool, "head").await
                }
                Dialect::Sqlite => {
                    let pool = SqlitePool::connect_lazy(url).unwrap();
                    migrator.upgrade(&pool, "head").await
                }
            }
        })
        .unwrap_err()
        .to_string()
    };
    let gone = of(
        server,
        "postgres://u:p@127.0.0.1:1/d",
        "mysql://u:p@127.0.0.1:1/d",
        "sqlite:/nowhere/at/all.db",
    );
    let said = of(
        server,
        "the database cannot be reached: the pool had no connection in time; see whether the server is there, and \
         whether all connections of the pool are in use",
        "the database cannot be reached: the pool had no connection in time; see whether the server is there, and \
         whether all connections of the pool are in use",
        "the database cannot be reached: unable to open database file; correct the path",
    );
    assert_eq!(error(gone), said);
    if server.dialect() == Dialect::Sqlite {
        return;
    }
    let other = scratch.url().with_database("nowhere_at_all").reveal();
    let said = of(
        server,
        "the database cannot be reached: database \"nowhere_at_all\" does not exist; create the database, or correct \
         its name",
        "the database cannot be reached: Unknown database 'nowhere_at_all'; create the database, or correct its name",
        "",
    );
    assert_eq!(error(&other), said);
}
