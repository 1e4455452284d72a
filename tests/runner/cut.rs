//! Runs whose connection is lost.

use migcheck::db::session::BoxFuture;
use migcheck::db::{Doubt, Resolution, Row, ServerError, Session};
use migcheck::harness::Scratch;
use migcheck::{Dialect, Direction, MigrateError};

use crate::support::{Directory, block_on, connect};
use crate::{migrator, steps};

/// A session whose connection is lost at a message, before that arrives or before its answer does.
pub(crate) struct Cut<'a> {
    session: &'a mut dyn Session,
    at: At<'a>,
    arrives: bool,
    is_lost: bool,
}

/// At which one.
pub(crate) enum At<'a> {
    /// After so many others.
    Message(usize),
    /// What is executed and begins so.
    Execution(&'a str),
}

impl<'a> Cut<'a> {
    pub(crate) fn new(session: &'a mut dyn Session, at: At<'a>, arrives: bool) -> Self {
        Self {
            session,
            at,
            arrives,
            is_lost: false,
        }
    }

    pub(crate) fn is_lost(&self) -> bool {
        self.is_lost
    }

    /// Whether the next one is sent, and whether its answer is heard.
    fn next(&mut self, executed: Option<&str>) -> (bool, bool) {
        if self.is_lost {
            return (false, false);
        }
        self.is_lost = match &mut self.at {
            At::Message(0) => true,
            At::Message(left) => {
                *left -= 1;
                false
            }
            At::Execution(start) => executed.is_some_and(|sql| sql.starts_with(*start)),
        };
        (!self.is_lost || self.arrives, !self.is_lost)
    }
}

fn lost() -> ServerError {
    ServerError {
        message: "the connection is lost".to_owned(),
        code: None,
        notes: Vec::new(),
        offset: None,
    }
}

impl Session for Cut<'_> {
    fn dialect(&self) -> Dialect {
        self.session.dialect()
    }

    fn execute<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<u64, ServerError>> {
        let (sent, heard) = self.next(Some(sql));
        Box::pin(async move {
            let done = match sent {
                true => self.session.execute(sql).await?,
                false => 0,
            };
            if heard { Ok(done) } else { Err(lost()) }
        })
    }

    fn rows<'a>(
        &'a mut self,
        sql: &'a str,
        params: &'a [Option<&'a str>],
    ) -> BoxFuture<'a, Result<Vec<Row>, ServerError>> {
        let (sent, heard) = self.next(None);
        Box::pin(async move {
            let done = match sent {
                true => self.session.rows(sql, params).await?,
                false => Vec::new(),
            };
            if heard { Ok(done) } else { Err(lost()) }
        })
    }
}

/// Runs until the message that begins so is lost, whether or not it arrived.
pub(crate) fn lose(
    scratch: &Scratch,
    directory: &Directory,
    direction: Direction,
    statement: &str,
    arrives: bool,
) {
    let mut session = connect(scratch);
    let mut cut = Cut::new(&mut *session, At::Execution(statement), arrives);
    let migrator = migrator(directory.graph());
    block_on(async {
        match direction {
            Direction::Up => migrator.upgrade(&mut cut as &mut dyn Session, "head").await,
            Direction::Down => {
                migrator
                    .downgrade(&mut cut as &mut dyn Session, "base")
                    .await
            }
        }
    })
    .unwrap_err();
    assert!(cut.is_lost(), "{statement}");
}

pub(crate) fn upgrade(
    scratch: &Scratch,
    directory: &Directory,
) -> Result<Vec<String>, MigrateError> {
    let report = crate::upgrade(directory.graph(), &mut *connect(scratch))?;
    Ok(steps(&report))
}

/// The error of an upgrade that cannot tell how to go on.
#[track_caller]
pub(crate) fn undecided(
    scratch: &Scratch,
    directory: &Directory,
    why: &Doubt,
) -> migcheck::db::Undecided {
    match upgrade(scratch, directory) {
        Err(MigrateError::Undecided(undecided)) => {
            assert_eq!(undecided.why, *why, "{undecided}");
            *undecided
        }
        other => panic!("{other:?}"),
    }
}

pub(crate) fn resolve(scratch: &Scratch, directory: &Directory, resolution: Resolution) {
    let migrator = migrator(directory.graph());
    block_on(migrator.resolve(&mut *connect(scratch), None, resolution))
        .unwrap_or_else(|error| panic!("{error}"));
}

/// A script with one statement, and one before and behind it.
pub(crate) fn around(before: &str, statement: &str, behind: &str) -> Directory {
    let directory = Directory::new();
    let up = format!("{before};\n{statement};\n{behind};");
    directory.add(
        "one",
        &format!("-- migcheck: transaction = false\n{up}"),
        "SELECT 1;",
    );
    directory
}
