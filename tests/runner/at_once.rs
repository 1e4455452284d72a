//! Runs that meet: each revision is applied once, whoever comes first.

use std::thread;
use std::time::{Duration, Instant};

use migcheck::db::Session;
use migcheck::{Dialect, MigrateError, RevisionGraph};

use sqlx::{MySqlPool, PgPool, SqlitePool};

use crate::support::{Case, Directory, TestServer, block_on, connect};
use crate::{execute, has_table, migrator, recorded, steps, value};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new("eight_at_once_apply_each_revision_once", eight_at_once),
        Case::new(
            "eight_at_once_take_down_each_revision_once",
            eight_downwards,
        ),
        Case::new("who_waits_too_long_is_told", waits_too_long),
        Case::new(
            "who_waits_long_enough_finds_the_work_done",
            waits_long_enough,
        ),
        Case::new("the_lock_goes_with_its_holder", dead_holder),
        Case::new(
            "a_lost_connection_is_no_fault_of_the_script",
            lost_connection,
        )
        .only(|server| server.dialect() != Dialect::Sqlite),
        Case::new("a_dropped_run_leaves_no_lock", dropped_run),
        Case::new("who_holds_the_lock_is_told", holder_told)
            .only(|server| server.dialect() != Dialect::Sqlite),
        Case::new("a_script_without_a_transaction_is_run_once", loose_at_once)
            .only(|server| server.dialect() == Dialect::Sqlite),
        Case::new("a_script_without_a_transaction_waits_for_writers", writers)
            .only(|server| server.dialect() == Dialect::Sqlite),
        Case::new("a_connection_that_only_asked_goes_back", asked)
            .only(|server| server.dialect() == Dialect::Postgres),
        Case::new("another_database_is_not_locked", other_database),
        Case::new(
            "an_index_is_built_concurrently_while_others_wait",
            concurrent_index,
        )
        .only(|server| server.dialect() == Dialect::Postgres),
    ]
}

fn example() -> RevisionGraph {
    Directory::copy_of("examples/rag-service/migrations").graph()
}

/// Runs `work` on eight connections that were opened before; none may fail.
fn at_once<T: Send>(
    scratch: &migcheck::harness::Scratch,
    work: impl Fn(&mut dyn Session) -> T + Sync,
) -> Vec<T> {
    let barrier = std::sync::Barrier::new(8);
    thread::scope(|scope| {
        let runs: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    let mut session = connect(scratch);
                    barrier.wait();
                    work(&mut *session)
                })
            })
            .collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    })
}

fn eight_at_once(server: &TestServer) {
    let scratch = server.scratch();
    let reports = at_once(&scratch, |session| {
        block_on(migrator(example()).upgrade(session, "head"))
            .unwrap_or_else(|error| panic!("{error}"))
    });
    let mut done: Vec<_> = reports.iter().flat_map(steps).collect();
    done.sort();
    let once: Vec<_> = (1..=12).map(|number| format!("+{number:03}")).collect();
    assert_eq!(done, once);
    assert!(reports.iter().all(|report| report.current == ["012"]));

    let mut session = connect(&scratch);
    assert_eq!(recorded(&mut *session).len(), 12);
    assert_free(server, &mut *session);
}

fn eight_downwards(server: &TestServer) {
    let scratch = server.scratch();
    let migrator = migrator(example());
    block_on(migrator.upgrade(&mut *connect(&scratch), "011")).unwrap();
    let reports = at_once(&scratch, |session| {
        block_on(migrator.downgrade(session, "base")).unwrap_or_else(|error| panic!("{error}"))
    });
    let done: Vec<_> = reports.iter().flat_map(steps).collect();
    assert_eq!(done.len(), 11, "{done:?}");
    let mut session = connect(&scratch);
    assert_eq!(recorded(&mut *session), [""; 0]);
    assert_free(server, &mut *session);
}

/// No session holds a lock of migcheck's.
fn assert_free(server: &TestServer, session: &mut dyn Session) {
    match server.dialect() {
        Dialect::Postgres => {
            let sql = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = \
                       (SELECT oid FROM pg_database WHERE datname = current_database())";
            assert_eq!(value(session, sql), "0");
        }
        Dialect::MySql => {
            let name = "CONCAT('migcheck_', LEFT(SHA2(CONCAT(DATABASE(), '.', '_migcheck_revisions'), 256), 48))";
            assert_eq!(
                value(
                    session,
                    &format!("SELECT CAST(IS_FREE_LOCK({name}) AS CHAR)")
                ),
                "1"
            );
        }
        Dialect::Sqlite => execute(session, "BEGIN EXCLUSIVE; COMMIT"),
    }
}

/// One revision that takes its time.
fn slow(server: &TestServer, seconds: u32) -> Directory {
    let directory = Directory::new();
    let sleep = match server.dialect() {
        Dialect::Postgres => format!("SELECT pg_sleep({seconds});"),
        Dialect::MySql => format!("DO SLEEP({seconds});"),
        // It cannot sleep, but count.
        Dialect::Sqlite => format!(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) SELECT count(*) FROM n;",
            u64::from(seconds) * 2_000_000
        ),
    };
    let up = format!("CREATE TABLE slow (id INTEGER PRIMARY KEY);\n{sleep}");
    directory.add("slow", &up, "DROP TABLE slow;");
    directory
}

/// Runs `then` while another session is in the middle of an upgrade.
fn while_upgrading<T>(
    server: &TestServer,
    directory: &Directory,
    scratch: &migcheck::harness::Scratch,
    then: impl FnOnce() -> T,
) -> T {
    thread::scope(|scope| {
        let holder = scope.spawn(|| {
            let mut session = connect(scratch);
            block_on(migrator(directory.graph()).upgrade(&mut *session, "head")).unwrap();
        });
        let started = Instant::now();
        let mut session = connect(scratch);
        while !is_held(server, &mut *session) {
            assert!(!holder.is_finished() && started.elapsed() < Duration::from_secs(20));
            thread::sleep(Duration::from_millis(5));
        }
        let done = then();
        holder.join().unwrap();
        done
    })
}

fn is_held(server: &TestServer, session: &mut dyn Session) -> bool {
    match server.dialect() {
        Dialect::Postgres => {
            let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'SELECT pg_sleep%'";
            value(session, sql) != "0"
        }
        Dialect::MySql => {
            let sql = "SELECT CAST(count(*) AS CHAR) FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE 'DO SLEEP%'";
            value(session, sql) != "0"
        }
        // The first write is the history table's, and the next is the revision.
        Dialect::Sqlite => {
            execute(session, "PRAGMA busy_timeout = 0");
            has_table(session, "_migcheck_revisions")
                && (block_on(session.execute("BEGIN IMMEDIATE")).is_err()
                    || block_on(session.execute("ROLLBACK")).is_err())
        }
    }
}

fn waits_too_long(server: &TestServer) {
    let scratch = server.scratch();
    let directory = slow(server, 2);
    let (error, waited) = while_upgrading(server, &directory, &scratch, || {
        let mut session = connect(&scratch);
        if server.dialect() == Dialect::Sqlite {
            // A connection waits by itself as long as it is told to.
            execute(&mut *session, "PRAGMA busy_timeout = 100");
        }
        let impatient = migrator(directory.graph()).lock_timeout(Duration::from_millis(300));
        let started = Instant::now();
        let error = block_on(impatient.upgrade(&mut *session, "head")).unwrap_err();
        (error, started.elapsed())
    });
    assert!(matches!(error, MigrateError::Locked(_)), "{error}");
    assert!(
        error
            .to_string()
            .starts_with("another run has been migrating this database"),
        "{error}"
    );
    assert!(waited >= Duration::from_millis(300), "{waited:?}");
}

fn waits_long_enough(server: &TestServer) {
    let scratch = server.scratch();
    // More than the five seconds that a SQLite connection waits by itself.
    let seconds = if server.dialect() == Dialect::Sqlite {
        3
    } else {
        1
    };
    let directory = slow(server, seconds);
    let report = while_upgrading(server, &directory, &scratch, || {
        let mut session = connect(&scratch);
        if server.dialect() == Dialect::Sqlite {
            execute(&mut *session, "PRAGMA busy_timeout = 100");
        }
        block_on(migrator(directory.graph()).upgrade(&mut *session, "head"))
            .unwrap_or_else(|error| panic!("{error}"))
    });
    assert_eq!(steps(&report), [""; 0]);
    assert_eq!(report.current, ["001"]);
}

/// A process that is killed cannot unlock.
fn dead_holder(server: &TestServer) {
    let scratch = server.scratch();
    let directory = slow(server, 30);
    let migrator = migrator(directory.graph());
    let started = Instant::now();
    if server.dialect() == Dialect::Sqlite {
        return;
    }
    block_on(async {
        let mut session = scratch.connect().await.unwrap();
        let cut = tokio::time::timeout(
            Duration::from_millis(500),
            migrator.upgrade(&mut *session, "head"),
        );
        cut.await.unwrap_err();
    });
    let mut session = connect(&scratch);
    end_others(server, &mut *session);
    directory.edit("001_slow.up.sql", "(30)", "(0)");
    let report = block_on(
        crate::migrator(directory.graph())
            .lock_timeout(Duration::from_secs(5))
            .upgrade(&mut *session, "head"),
    )
    .unwrap();
    assert_eq!(steps(&report), ["+001"]);
    assert!(started.elapsed() < Duration::from_secs(20));
}

/// Ends every other session in the database.
fn end_others(server: &TestServer, session: &mut dyn Session) {
    let kill = match server.dialect() {
        Dialect::Postgres => {
            "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        }
        _ => {
            "SELECT CONCAT('KILL ', id) FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()"
        }
    };
    for kill in crate::rows(&mut *session, kill).into_iter().flatten() {
        if kill.starts_with("KILL") {
            let _gone = block_on(session.execute(&kill));
        }
    }
}

/// It is not the script that is wrong.
fn lost_connection(server: &TestServer) {
    let again = "run this again: it goes on where it stopped";
    lost_on_the_way_to(server, "head", again);
    let again = "run `upgrade 001`, which goes on where it stopped: it was to lead there, and what \
                 you asked for would count from here";
    lost_on_the_way_to(server, "+1", again);
}

fn lost_on_the_way_to(server: &TestServer, target: &'static str, way_on: &str) {
    let scratch = server.scratch();
    let directory = slow(server, 30);
    let migrator = migrator(directory.graph());
    let url = scratch.url().clone();
    let run = thread::spawn(move || {
        block_on(async {
            let mut session = migcheck::db::connect(&url).await.unwrap();
            migrator.upgrade(&mut *session, target).await
        })
    });
    thread::sleep(Duration::from_secs(2));
    let mut session = connect(&scratch);
    end_others(server, &mut *session);
    let error = run.join().unwrap().unwrap_err();
    let MigrateError::Lost { during, help, .. } = &error else {
        panic!("{error}");
    };
    let at = directory.path("001_slow.up.sql");
    let ran = format!("the up script of `001` ran ({}:", at.display());
    assert!(during.starts_with(&ran), "{error}");
    assert!(help.ends_with(way_on), "{help}");
    directory.edit("001_slow.up.sql", "(30)", "(0)");
    let again = crate::migrator(directory.graph());
    let report = block_on(again.upgrade(&mut *session, "head")).unwrap();
    assert_eq!(steps(&report), ["+001"]);
}

/// Whoever awaits a run may stop to: a deadline passes, another branch of a `select!` is taken.
fn dropped_run(server: &TestServer) {
    let scratch = server.scratch();
    let url = scratch.url().reveal();
    let directory = slow(server, 1);
    let first = migrator(directory.graph());
    let deadline = Duration::from_millis(300);
    // The pool lives on, as an application's does.
    let pools = block_on(async {
        let mut pools: (Option<PgPool>, Option<MySqlPool>, Option<SqlitePool>) = (None, None, None);
        if server.dialect() == Dialect::Sqlite {
            let pool = pools.2.insert(SqlitePool::connect(&url).await.unwrap());
            tokio::time::timeout(deadline, first.upgrade(&*pool, "head"))
                .await
                .unwrap_err();
        } else if server.dialect() == Dialect::Postgres {
            let pool = pools.0.insert(PgPool::connect(&url).await.unwrap());
            tokio::time::timeout(deadline, first.upgrade(&*pool, "head"))
                .await
                .unwrap_err();
        } else {
            let pool = pools.1.insert(MySqlPool::connect(&url).await.unwrap());
            tokio::time::timeout(deadline, first.upgrade(&*pool, "head"))
                .await
                .unwrap_err();
        }
        // What is dropped is closed by a task, which has to get its turn.
        tokio::time::sleep(Duration::from_millis(1500)).await;
        pools
    });
    let mut session = connect(&scratch);
    let next = migrator(directory.graph()).lock_timeout(Duration::from_secs(3));
    let report = block_on(next.upgrade(&mut *session, "head"));
    let report = report.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(steps(&report), ["+001"]);
    drop(pools);
}

/// MySQL's locks are the whole server's.
fn other_database(server: &TestServer) {
    let (busy, idle) = (server.scratch(), server.scratch());
    let directory = slow(server, 1);
    while_upgrading(server, &directory, &busy, || {
        let mut session = connect(&idle);
        let quick = Directory::new();
        quick.add(
            "quick",
            "CREATE TABLE quick (id INTEGER PRIMARY KEY);",
            "DROP TABLE quick;",
        );
        let impatient = migrator(quick.graph()).lock_timeout(Duration::ZERO);
        block_on(impatient.upgrade(&mut *session, "head")).unwrap();
    });
}

/// CREATE INDEX CONCURRENTLY waits for every transaction that is older; the ones that wait for it may be none.
fn concurrent_index(server: &TestServer) {
    let directory = Directory::new();
    directory.add("table", "CREATE TABLE t (id integer PRIMARY KEY, n integer);\nINSERT INTO t SELECT i, i FROM generate_series(1, 20000) i;", "DROP TABLE t;");
    for number in 2..=6 {
        let parent = number - 1;
        directory.write(
            &format!("{number:03}_index.up.sql"),
            format!("-- migcheck: revises = \"{parent:03}\"\n-- migcheck: transaction = false\nCREATE INDEX CONCURRENTLY t_{number} ON t (n);"),
        );
        directory.write(
            &format!("{number:03}_index.down.sql"),
            format!("-- migcheck: transaction = false\nDROP INDEX CONCURRENTLY t_{number};"),
        );
    }
    let scratch = server.scratch();
    let graph = directory.graph();
    let reports = at_once(&scratch, |session| {
        execute(session, "SET deadlock_timeout = '100ms'");
        block_on(migrator(graph.clone()).upgrade(session, "head"))
            .unwrap_or_else(|error| panic!("{error}"))
    });
    assert_eq!(
        reports
            .iter()
            .map(|report| report.steps.len())
            .sum::<usize>(),
        6
    );
    let mut session = connect(&scratch);
    assert!(has_table(&mut *session, "t"));
    assert_eq!(
        value(
            &mut *session,
            "SELECT count(*) FROM pg_index WHERE indrelid = 't'::regclass AND NOT indisvalid"
        ),
        "0"
    );
    assert_free(server, &mut *session);
}

fn holder_told(server: &TestServer) {
    let scratch = server.scratch();
    let directory = slow(server, 2);
    while_upgrading(server, &directory, &scratch, || {
        let impatient = migrator(directory.graph()).lock_timeout(Duration::ZERO);
        let error = block_on(impatient.upgrade(&mut *connect(&scratch), "head")).unwrap_err();
        let MigrateError::Locked(locked) = &error else {
            panic!("{error}");
        };
        let holder = locked.holder.clone().unwrap_or_default();
        let words = match server.dialect() {
            Dialect::Postgres => ["process ", " of postgres"],
            _ => ["connection ", " of root at "],
        };
        assert!(words.iter().all(|word| holder.contains(word)), "{holder}");
        assert!(error.to_string().contains(&holder), "{error}");
    });
}

/// SQLite has no lock but a transaction's.
fn loose_at_once(server: &TestServer) {
    let directory = Directory::new();
    let mut up = "-- migcheck: transaction = false\nCREATE TABLE t (n INTEGER);\n".to_owned();
    for n in 0..20 {
        up.push_str(&format!("INSERT INTO t VALUES ({n});\n"));
    }
    directory.add(
        "loose",
        &up,
        "-- migcheck: transaction = false\nDROP TABLE t;",
    );
    let scratch = server.scratch();
    let graph = directory.graph();
    let reports = at_once(&scratch, |session| {
        execute(session, "PRAGMA busy_timeout = 100");
        block_on(migrator(graph.clone()).upgrade(session, "head"))
            .unwrap_or_else(|error| panic!("{error}"))
    });
    let done: Vec<_> = reports.iter().flat_map(steps).collect();
    assert_eq!(done, ["+001"]);
    let mut session = connect(&scratch);
    assert_eq!(value(&mut *session, "SELECT count(*) FROM t"), "20");
    assert_free(server, &mut *session);
}

/// An application writes for longer than a connection waits by itself, in between its statements.
fn writers(server: &TestServer) {
    let directory = Directory::new();
    let mut up = "-- migcheck: transaction = false\nCREATE TABLE t (n INTEGER);\n".to_owned();
    for n in 0..4 {
        up.push_str(&format!(
            "INSERT INTO t VALUES ({n});\nCREATE INDEX t_{n} ON t (n);\n"
        ));
    }
    let down = "-- migcheck: transaction = false\nDROP TABLE t;";
    directory.add("loose", &up, down);
    let scratch = server.scratch();
    execute(&mut *connect(&scratch), "CREATE TABLE visits (n INTEGER)");
    let graph = directory.graph();
    let migrated = std::sync::atomic::AtomicBool::new(false);
    let order = std::sync::atomic::Ordering::SeqCst;
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut application = connect(&scratch);
            while !migrated.load(order) {
                execute(
                    &mut *application,
                    "BEGIN IMMEDIATE; INSERT INTO visits VALUES (1)",
                );
                thread::sleep(Duration::from_millis(300));
                execute(&mut *application, "COMMIT");
                thread::sleep(Duration::from_millis(30));
            }
        });
        let mut session = connect(&scratch);
        execute(&mut *session, "PRAGMA busy_timeout = 20");
        block_on(migrator(graph.clone()).stamp(&mut *session, "base", false)).unwrap();
        let done = block_on(migrator(graph).upgrade(&mut *session, "head"));
        migrated.store(true, order);
        done.unwrap_or_else(|error| panic!("{error}"));
    });
}

/// Else an application that starts with nothing to do connects twice.
fn asked(server: &TestServer) {
    let scratch = server.scratch();
    let migrator = migrator(Directory::new().graph());
    block_on(async {
        let options = sqlx::postgres::PgPoolOptions::new().max_connections(1);
        let pool = options.connect(&scratch.url().reveal()).await.unwrap();
        let pid = || async {
            let pid: i32 = sqlx::query_scalar("SELECT pg_backend_pid()")
                .fetch_one(&pool)
                .await
                .unwrap();
            pid
        };
        let before = pid().await;
        migrator.status(&pool).await.unwrap();
        migrator.upgrade(&pool, "heads").await.unwrap();
        assert_eq!(pid().await, before);
        pool.close().await;
    });
}
