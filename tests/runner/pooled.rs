//! A pooler in between that hands out connections by the transaction, and other ways to lose the lock.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use migcheck::db::{Row, RunEvent, ServerError, Session};
use migcheck::{Dialect, MigrateError};

use crate::support::{Case, Directory, TestServer, block_on, connect};
use crate::{execute, four_tables, has_table, migrator, recorded, rows, steps, upgrade, value};

pub(crate) fn cases() -> Vec<Case> {
    let on_postgres = |server: &TestServer| server.dialect() == Dialect::Postgres;
    vec![
        Case::new("a_lock_that_a_pooler_loses_is_noticed", by_turns).only(on_postgres),
        Case::new("a_pooler_that_keeps_its_turn_is_none", by_itself).only(on_postgres),
        Case::new("a_session_of_two_runs_has_the_lock_once", shared).only(on_postgres),
        Case::new("a_lock_given_back_unseen_is_noticed", given_back).only(on_postgres),
        Case::new("a_lock_given_back_outside_a_transaction_is_noticed", loose).only(on_postgres),
        Case::new("a_lease_works_through_a_pooler", lease).only(on_postgres),
    ]
}

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What PgBouncer is in transaction mode: each transaction goes to the next connection.
struct Pooled {
    servers: Vec<Box<dyn Session>>,
    turn: usize,
    is_open: bool,
}

impl Pooled {
    fn new(servers: Vec<Box<dyn Session>>) -> Self {
        Self {
            servers,
            turn: 0,
            is_open: false,
        }
    }

    /// Who gets what is sent next. Whether a transaction is open behind it, its last word on that
    /// tells; after a refusal somebody rolls back.
    fn next(&mut self, sql: &str) -> &mut dyn Session {
        if !self.is_open {
            self.turn = (self.turn + 1) % self.servers.len();
        }
        let words = sql.split(|c: char| !c.is_alphanumeric());
        let mut words = words.filter(|word| matches!(*word, "BEGIN" | "COMMIT" | "ROLLBACK"));
        if let Some(last) = words.next_back() {
            self.is_open = last == "BEGIN";
        }
        &mut *self.servers[self.turn]
    }
}

impl Session for Pooled {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn execute<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<u64, ServerError>> {
        self.next(sql).execute(sql)
    }

    fn rows<'a>(
        &'a mut self,
        sql: &'a str,
        params: &'a [Option<&'a str>],
    ) -> BoxFuture<'a, Result<Vec<Row>, ServerError>> {
        self.next(sql).rows(sql, params)
    }
}

fn by_turns(server: &TestServer) {
    let scratch = server.scratch();
    let pooled = |count: usize| Pooled::new((0..count).map(|_| connect(&scratch)).collect());
    let mut direct = connect(&scratch);
    let told = Arc::new(Mutex::new(Vec::new()));
    for count in 2..=4 {
        let noted = Arc::clone(&told);
        let listening = migrator(four_tables().graph()).on_event(move |event| {
            if let RunEvent::LockStays { end } = event {
                noted.lock().unwrap().push(end.to_owned());
            }
        });
        let mut pooled = pooled(count);
        let error =
            block_on(listening.upgrade(&mut pooled as &mut dyn Session, "head")).unwrap_err();
        assert!(matches!(error, MigrateError::LockLost), "{error}");
        assert!(error.to_string().contains("pooler"), "{error}");
        // Where it had its turn, it had it with the lock.
        let done = has_table(&mut *direct, "_migcheck_revisions");
        let done = if done {
            recorded(&mut *direct).len()
        } else {
            0
        };
        let tables = ["one", "two", "three", "four"];
        let made = tables.map(|table| has_table(&mut *direct, table));
        assert_eq!(made, [0, 1, 2, 3].map(|at| at < done), "{count}");
        let end = told.lock().unwrap().pop();
        if let Some(end) = end {
            assert!(end.starts_with("SELECT pg_terminate_backend("), "{end}");
            let impatient = migrator(four_tables().graph()).lock_timeout(Duration::ZERO);
            let error = block_on(impatient.upgrade(&mut *direct, "head")).unwrap_err();
            assert!(matches!(error, MigrateError::Locked(_)), "{error}");
            execute(&mut *direct, &end);
        }
    }
    upgrade(four_tables().graph(), &mut *direct).unwrap();
}

/// As `pool_mode = session` gives one, and any mode where nobody else is there.
fn by_itself(server: &TestServer) {
    let scratch = server.scratch();
    let mut pooled = Pooled::new(vec![connect(&scratch)]);
    let report = upgrade(four_tables().graph(), &mut pooled).unwrap();
    assert_eq!(steps(&report).len(), 4);
    let left = "SELECT count(*)::text FROM pg_locks WHERE locktype = 'advisory' \
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    assert_eq!(value(&mut pooled, left), "0");
}

/// Two clients of a pooler may meet the same connection, to which its own lock is given again.
fn shared(server: &TestServer) {
    let scratch = server.scratch();
    let mut session = connect(&scratch);
    let key = "1835624291, hashtext(current_schema() || '._migcheck_revisions')";
    execute(&mut *session, &format!("SELECT pg_advisory_lock({key})"));
    let impatient = migrator(four_tables().graph()).lock_timeout(Duration::ZERO);
    let error = block_on(impatient.upgrade(&mut *session, "head")).unwrap_err();
    let MigrateError::Locked(locked) = &error else {
        panic!("{error}");
    };
    let holder = locked.holder.clone().unwrap_or_default();
    assert!(holder.starts_with("process "), "{holder}");
    let unlocked = value(
        &mut *session,
        &format!("SELECT pg_advisory_unlock({key})::text"),
    );
    assert_eq!(unlocked, "true");
    block_on(impatient.upgrade(&mut *session, "head")).unwrap();
}

const HIDDEN: &str =
    "DO $$ BEGIN EXECUTE 'SELECT pg_advisory_' || 'unlock_all()'; END $$;\nCREATE TABLE u (n int);";

fn given_back(server: &TestServer) {
    let scratch = server.scratch();
    let directory = Directory::new();
    directory.add("first", "CREATE TABLE t (n int);", "DROP TABLE t;");
    directory.add("second", HIDDEN, "DROP TABLE u;");
    let mut session = connect(&scratch);
    let error = upgrade(directory.graph(), &mut *session).unwrap_err();
    assert!(matches!(error, MigrateError::LockLost), "{error}");
    assert!(!has_table(&mut *session, "u"));
    assert_eq!(recorded(&mut *session), ["001"]);
}

/// What was done before is done, and known to the next run.
fn loose(server: &TestServer) {
    let scratch = server.scratch();
    let directory = Directory::new();
    let up = format!("-- migcheck: transaction = false\nCREATE TABLE t (n int);\n{HIDDEN}");
    directory.add("loose", &up, "DROP TABLE t, u;");
    let mut session = connect(&scratch);
    for _ in 0..2 {
        let error = upgrade(directory.graph(), &mut *session).unwrap_err();
        assert!(matches!(error, MigrateError::LockLost), "{error}");
        assert!(has_table(&mut *session, "t") && !has_table(&mut *session, "u"));
        let state = "SELECT state FROM _migcheck_revisions";
        assert_eq!(rows(&mut *session, state), [["applying"]]);
    }
}

fn lease(server: &TestServer) {
    let scratch = server.scratch();
    let mut pooled = Pooled::new((0..3).map(|_| connect(&scratch)).collect());
    let migrator = migrator(four_tables().graph()).lease(Some(Duration::from_secs(30)));
    let report = block_on(migrator.upgrade(&mut pooled as &mut dyn Session, "head")).unwrap();
    assert_eq!(steps(&report).len(), 4);
}
