//! Runs one script, statement by statement, so that a refusal names the file, the line and the text.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use migcheck_core::render::{RenderStyle, render_error};
use migcheck_core::split::{Statement, split};
use migcheck_core::{Dialect, Direction, Label, Script, SourceFile};

use crate::ServerError;
use crate::engine::Engine;
use crate::engines::engine;
use crate::keys;
use crate::session::{Row, Session};
use crate::snapshot::SnapshotReader;
use crate::traces::{Traces, gives_back_lock};

/// A script that did not run to its end.
#[derive(Debug, Clone)]
pub struct ScriptError {
    /// The revision.
    pub revision: String,
    /// Which of its scripts.
    pub direction: Direction,
    /// The script's file.
    pub source: Arc<SourceFile>,
    /// The statement that was refused, in bytes of the file; the whole file where it is no single one.
    pub span: Range<usize>,
    /// What the server pointed at within it.
    pub pointed_at: Range<usize>,
    /// What the server said.
    pub server: ServerError,
    /// What to do about it, where that is known; statements to be copied stand in lines of their own.
    pub help: Option<String>,
}

impl ScriptError {
    /// The statement that was refused.
    #[must_use]
    pub fn statement(&self) -> &str {
        self.source.text.get(self.span.clone()).unwrap_or_default()
    }

    /// The line the statement starts on, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        migcheck_core::line_of(&self.source.text, self.pointed_at.start)
    }

    /// The error drawn with its place in the file.
    #[must_use]
    pub fn render(&self, style: RenderStyle) -> String {
        let title = format!(
            "the {} script of `{}` fails: {}",
            self.direction, self.revision, self.server
        );
        let label = Label::new(&self.source, self.pointed_at.clone(), "");
        render_error(&title, &[label], &self.server.notes, style)
    }
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(RenderStyle::default()))?;
        match &self.help {
            Some(help) => write!(f, "\nhelp: {}", help.replace('\n', "\n    ")),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ScriptError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.server)
    }
}

/// Runs `script` on `session` in a fresh session state.
///
/// Where the database can hold DDL in a transaction, the script is one transaction, and nothing
/// remains of a script that fails. A script that controls transactions
/// itself, or says `transaction = false`, runs as it stands.
///
/// # Errors
///
/// The statement that the server refused.
pub async fn run_script(
    session: &mut dyn Session,
    revision: &str,
    script: &Script,
) -> Result<(), ScriptError> {
    run_unrecorded(session, revision, script, None).await
}

/// Runs `script` as [`run_script`] does, and tells `reader` what it changed.
///
/// # Errors
///
/// The statement that the server refused.
pub async fn run_script_watched(
    session: &mut dyn Session,
    revision: &str,
    script: &Script,
    reader: &mut SnapshotReader,
) -> Result<(), ScriptError> {
    run_unrecorded(session, revision, script, Some(reader)).await
}

async fn run_unrecorded(
    session: &mut dyn Session,
    revision: &str,
    script: &Script,
    mut reader: Option<&mut SnapshotReader>,
) -> Result<(), ScriptError> {
    let prepared = Prepared::new(session.dialect(), revision, script);
    let mut prepared = prepared.map_err(|error| *error)?;
    let ran = run_prepared(session, &mut prepared, reader.as_deref_mut()).await;
    // It may have ended anywhere.
    if let Some(reader) = reader
        && ran.is_err()
    {
        reader.forget();
    }
    if ran.is_err() {
        prepared.abandon(session).await;
    }
    ran
}

async fn run_prepared(
    session: &mut dyn Session,
    prepared: &mut Prepared<'_>,
    watch: Option<&mut SnapshotReader>,
) -> Result<(), ScriptError> {
    let engine = prepared.engine;
    let reset = session.execute(engine.reset()).await;
    reset.map_err(|error| prepared.whole(error))?;
    prepared.enter(session).await?;
    prepared.note_keys(session).await?;
    let whole = |error| prepared.whole(error);
    if prepared.wrap {
        session.execute(engine.begin()).await.map_err(whole)?;
    }
    for statement in &prepared.statements {
        prepared.execute(session, statement).await?;
    }
    // The script may have left a search path or a mode that would mislead a snapshot or whoever uses
    // the session next.
    let fired = if prepared.wrap { prepared.fired() } else { "" };
    let reset = format!("{fired}{}", engine.reset());
    session.execute(&reset).await.map_err(whole)?;
    if !prepared.wrap {
        prepared.leave(session).await?;
    }
    if let Some(reader) = watch {
        reader
            .ran(session, &prepared.statements, prepared.wrap)
            .await;
    }
    if prepared.wrap {
        prepared.check_keys(session).await?;
        // Deferred constraints are checked here, and no statement is to be blamed.
        session.execute("COMMIT").await.map_err(whole)?;
        prepared.leave(session).await?;
    }
    Ok(())
}

/// A script that was found fit to be run.
pub(crate) struct Prepared<'a> {
    pub(crate) engine: &'static dyn Engine,
    pub(crate) statements: Vec<Statement<'a>>,
    /// Whether it is one transaction.
    pub(crate) wrap: bool,
    /// Whether it controls transactions itself.
    pub(crate) own: bool,
    /// What it leaves in the session.
    pub(crate) traces: Traces,
    /// Rows that referred to nothing before it.
    dangling: Vec<Row>,
    failing: Failing<'a>,
}

impl<'a> Prepared<'a> {
    pub(crate) fn new(
        dialect: Dialect,
        revision: &'a str,
        script: &'a Script,
    ) -> Result<Self, Box<ScriptError>> {
        let failing = Failing { revision, script };
        let Some(engine) = engine(dialect) else {
            let message = format!("migcheck was built without its `{dialect}` feature");
            return Err(Box::new(failing.whole(message)));
        };
        let statements = split(&script.source.text, dialect).map_err(|error| {
            let server = ServerError::local(error.message);
            Box::new(failing.at(error.span.clone(), error.span, server))
        })?;
        if let Some(open) = left_open(&statements) {
            let message = "the transaction that begins here is never ended; write COMMIT at the end of it, \
                           or leave BEGIN out: a script is one transaction anyway";
            let error = failing.statement(open, ServerError::local(message));
            return Err(Box::new(error));
        }
        if let Some(found) = gives_back_lock(&statements, dialect) {
            let message = "this gives back the lock that keeps other runs out";
            let mut error = failing.statement(found, ServerError::local(message));
            error.help = Some(KEPT_LOCK.to_owned());
            return Err(Box::new(error));
        }
        let own = statements
            .iter()
            .any(|statement| statement.transaction_control);
        let wrap = script.transaction && engine.ddl_is_transactional() && !own;
        Ok(Self {
            engine,
            traces: Traces::of(&statements, dialect, wrap),
            statements,
            wrap,
            own,
            dangling: Vec::new(),
            failing,
        })
    }

    /// Runs one of its statements.
    pub(crate) async fn execute(
        &self,
        session: &mut dyn Session,
        statement: &Statement<'_>,
    ) -> Result<(), ScriptError> {
        if session.dialect() == Dialect::Sqlite {
            let loss = keys::loss(session, &self.statements, statement).await;
            let loss = loss.map_err(|error| self.statement(statement, error))?;
            if let Some((server, help)) = loss {
                let mut error = self.statement(statement, server);
                error.help = Some(help);
                return Err(error);
            }
        }
        let done = session.execute(statement.text).await;
        done.map(drop)
            .map_err(|error| self.statement(statement, error))
    }

    /// What became of one of its statements when that was committed.
    pub(crate) fn uncommitted(&self, statement: usize, server: ServerError) -> ScriptError {
        match self.statements.get(statement) {
            Some(statement) => self.failing.statement(statement, server),
            None => self.whole(server),
        }
    }

    /// Has the session forget a script that did not come to its end.
    ///
    /// The refusal is what matters; without an open transaction the first of these is refused too.
    /// The session may be one of a pool, and goes to the next who asks.
    pub(crate) async fn abandon(&self, session: &mut dyn Session) {
        if self.wrap || self.own {
            let _ = session.execute("ROLLBACK").await;
        }
        self.restore(session).await;
    }

    /// Gives the session back as it was, as far as that can be had.
    pub(crate) async fn restore(&self, session: &mut dyn Session) {
        let _ = session.execute(self.engine.reset()).await;
        for sql in &self.traces.after {
            let _ = session.execute(sql).await;
        }
    }

    /// Has the session keep what the script will change in it.
    pub(crate) async fn enter(&mut self, session: &mut dyn Session) -> Result<(), ScriptError> {
        if let Some(away) = self.traces.away.take() {
            let rows = session.rows("SELECT DATABASE()", &[]).await;
            let rows = rows.map_err(|error| self.whole(error))?;
            if let Some(home) = rows.into_iter().flatten().flatten().next() {
                let home = format!("USE {}", self.engine.quoted(&home));
                self.traces.after.insert(away.home_at, home);
            }
        }
        let before = self.traces.before.join("; ");
        if before.is_empty() {
            return Ok(());
        }
        match session.execute(&before).await {
            Ok(_) => Ok(()),
            Err(error) if session.dialect() != Dialect::MySql => Err(self.whole(error)),
            Err(_) => {
                self.enter_one_by_one(session).await;
                Ok(())
            }
        }
    }

    /// A variable that this server does not have is refused where the script sets it, and is not to be
    /// put back.
    async fn enter_one_by_one(&mut self, session: &mut dyn Session) {
        for sql in &self.traces.before {
            if session.execute(sql).await.is_err()
                && let Some(kept) = sql.split('`').nth(1)
            {
                self.traces.after.retain(|sql| !sql.contains(kept));
            }
        }
    }

    /// The begin of its transaction behind what has to be sent before that.
    pub(crate) fn ahead(&self, begin: &str) -> String {
        let before = self.traces.before.iter().map(|sql| format!("{sql}; "));
        before.collect::<String>() + begin
    }

    /// Has what waits for COMMIT done now, in the session as the script has left it. Only where that
    /// differs from what comes next: not every server that speaks PostgreSQL's protocol knows it.
    pub(crate) fn fired(&self) -> &'static str {
        match self.traces.sets {
            true => "SET CONSTRAINTS ALL IMMEDIATE; ",
            false => "",
        }
    }

    /// What has to be sent when it has come to its end, outside of its transaction.
    pub(crate) fn after(&self) -> String {
        let after = self.traces.after.iter().map(|sql| format!("; {sql}"));
        after.collect()
    }

    /// All that gives the session back as it was.
    pub(crate) fn ending(&self) -> String {
        format!("{}{}", self.engine.reset(), self.after())
    }

    /// Sends what has to be sent when it has come to its end.
    pub(crate) async fn leave(&self, session: &mut dyn Session) -> Result<(), ScriptError> {
        if self.traces.after.is_empty() {
            return Ok(());
        }
        let after = self.traces.after.join("; ");
        let left = session.execute(&after).await;
        left.map(drop).map_err(|error| self.whole(error))
    }

    /// Keeps what the script is not to blame for, if it will run with foreign keys off.
    pub(crate) async fn note_keys(&mut self, session: &mut dyn Session) -> Result<(), ScriptError> {
        if self.traces.keys_off {
            let dangling = keys::dangling(session).await;
            self.dangling = dangling.map_err(|error| self.whole(error))?;
        }
        Ok(())
    }

    /// That no row refers to one that is not there, if nobody has looked at that while it ran.
    pub(crate) async fn check_keys(&self, session: &mut dyn Session) -> Result<(), ScriptError> {
        if !self.traces.keys_off {
            return Ok(());
        }
        let broken = keys::broken(session, &self.dangling).await;
        match broken.map_err(|error| self.whole(error))? {
            None => Ok(()),
            Some((server, help)) => Err(ScriptError {
                help: Some(help),
                ..self.whole(server)
            }),
        }
    }

    /// An error that a statement is to be blamed for.
    pub(crate) fn statement(&self, statement: &Statement<'_>, server: ServerError) -> ScriptError {
        self.failing.statement(statement, server)
    }

    /// The script's file.
    pub(crate) fn script(&self) -> &'a Script {
        self.failing.script
    }

    /// An error that no statement is to be blamed for.
    pub(crate) fn whole(&self, server: ServerError) -> ScriptError {
        let failing = &self.failing;
        failing.at(failing.everything(), 0..0, server)
    }
}

/// What to do instead of giving the lock back.
const KEPT_LOCK: &str = "leave it out: migcheck itself undoes what a script sets, prepares and makes for its \
     session; to give back a lock of your own, name that lock";

/// The last statement that controls transactions, if it opens one. The row of the history would be
/// written into that transaction, which nobody commits.
fn left_open<'a, 's>(statements: &'a [Statement<'s>]) -> Option<&'a Statement<'s>> {
    let control = |statement: &&Statement<'_>| statement.transaction_control;
    statements.iter().rfind(control).filter(|last| {
        let words = last.text.split(|c: char| !c.is_alphanumeric());
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        let is = |at: usize, wanted: &str| {
            let word = words.get(at);
            word.is_some_and(|word| word.eq_ignore_ascii_case(wanted))
        };
        let chains = (1..words.len()).any(|at| is(at - 1, "AND") && is(at, "CHAIN"));
        is(0, "BEGIN") || is(0, "START") || chains
    })
}

struct Failing<'a> {
    revision: &'a str,
    script: &'a Script,
}

impl Failing<'_> {
    fn everything(&self) -> Range<usize> {
        0..self.script.source.text.len()
    }

    fn whole(&self, message: String) -> ScriptError {
        self.at(self.everything(), 0..0, ServerError::local(message))
    }

    fn at(&self, span: Range<usize>, pointed_at: Range<usize>, server: ServerError) -> ScriptError {
        ScriptError {
            revision: self.revision.to_owned(),
            direction: self.script.direction,
            source: Arc::clone(&self.script.source),
            span,
            pointed_at,
            server,
            help: None,
        }
    }

    /// Points at the word the server means, else at the first line of the statement.
    fn statement(&self, statement: &Statement<'_>, server: ServerError) -> ScriptError {
        let text = statement.text;
        let (from, to) = match server.offset.filter(|at| *at < text.len()) {
            Some(at) => {
                let word = |c: char| c.is_alphanumeric() || c == '_';
                let rest = text.get(at..).unwrap_or_default();
                let end = rest.find(|c| !word(c)).unwrap_or(rest.len());
                let first = rest.chars().next().map_or(0, char::len_utf8);
                (at, at + end.max(first))
            }
            None => (0, text.lines().next().map_or(0, str::len)),
        };
        let start = statement.span.start;
        self.at(statement.span.clone(), start + from..start + to, server)
    }
}
