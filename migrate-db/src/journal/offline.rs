//! The journal as text, for scripts that a database's own client runs.
//!
//! The client stops where a statement fails or it is killed, and cannot say so. What it wrote before is
//! what the next run goes on from, as if it had been interrupted itself.

use std::time::Duration;

use migcheck_core::split::Statement;
use migcheck_core::{Dialect, Direction};

use super::effect::Effect;
use super::invalid::noted_by_server;
use super::line::progress;
use super::transactions;
use super::words::words;
use super::{BLIND, BLIND_SQL, checksums};
use crate::history::{Entry, HistoryTable};
use crate::script::Prepared;

/// A script that is no single transaction with its lines of the journal, all but the one that says it has
/// come to its end. `written` is a statement as the client takes it.
pub(crate) fn journalled(
    table: &HistoryTable,
    entry: &Entry,
    direction: Direction,
    dialect: Dialect,
    prepared: &Prepared<'_>,
    written: fn(&Statement<'_>, Dialect) -> String,
) -> String {
    let statements = prepared.statements.iter();
    let mut script = Written {
        table,
        entry: Entry {
            down: None,
            ..entry.clone()
        },
        direction,
        dialect,
        prepared,
        written,
        checksums: checksums(prepared),
        effects: statements.map(|one| Effect::of(one, dialect)).collect(),
        sql: String::new(),
        is_begun: false,
        at: 0,
        own: false,
        manual: false,
        locked: false,
    };
    script.write_all();
    script.sql
}

struct Written<'a> {
    table: &'a HistoryTable,
    entry: Entry,
    direction: Direction,
    dialect: Dialect,
    prepared: &'a Prepared<'a>,
    written: fn(&Statement<'_>, Dialect) -> String,
    checksums: Vec<String>,
    effects: Vec<Effect>,
    sql: String,
    /// Whether the row is there.
    is_begun: bool,
    /// The statement that is next.
    at: usize,
    /// Whether the script's own transaction is open.
    own: bool,
    /// Whether there is one as soon as another one ends.
    manual: bool,
    /// Whether the script holds tables locked.
    locked: bool,
}

impl Written<'_> {
    /// Statement by statement, as [`Journal`](super::Journal) runs them.
    fn write_all(&mut self) {
        for at in 0..self.effects.len() {
            let effect = self.effects[at].clone();
            let says_so = matches!(
                effect,
                Effect::Seen(_) | Effect::Blind | Effect::Called | Effect::LockTables
            );
            if !self.is_begun && !says_so {
                self.write(None);
            }
            self.step(&effect);
        }
        if self.manual {
            self.push("COMMIT");
        }
    }

    fn step(&mut self, effect: &Effect) {
        let commits = !self.prepared.engine.ddl_is_transactional();
        match effect {
            Effect::UnlockTables => {
                self.statement();
                self.locked = false;
                self.write(None);
            }
            _ if self.locked => self.statement(),
            Effect::Session | Effect::Passing => self.statement(),
            Effect::Begin => {
                if !self.own || commits {
                    self.write_open(self.at);
                    self.own = true;
                }
                self.statement();
            }
            Effect::Commit { chain } => {
                self.write_open(self.at + 1);
                self.statement();
                self.own = *chain || self.manual;
            }
            Effect::Rollback { chain } => {
                self.statement();
                self.own &= *chain || self.manual;
            }
            Effect::Autocommit(on) => {
                if *on {
                    self.write_open(self.at + 1);
                }
                self.statement();
                self.manual = !on;
                self.own = self.manual;
            }
            Effect::InTransaction if self.own => self.statement(),
            _ if self.own && !commits => self.statement(),
            Effect::InTransaction => self.in_transaction(),
            Effect::Again => {
                self.write_open(self.at);
                if let Some(word) = self.noted(effect) {
                    self.write_noting(None, &word);
                }
                self.statement();
                self.own = self.manual;
                self.write(None);
            }
            Effect::Seen(probe) => {
                let fingerprint = probe.on_server(self.dialect);
                match self.noted(effect) {
                    Some(word) => self.write_noting(Some(&fingerprint), &word),
                    None => self.write(Some(&fingerprint)),
                }
                self.statement();
                self.own = self.manual;
            }
            Effect::Blind => {
                self.write(Some(BLIND_SQL));
                self.statement();
                self.own = self.manual;
                self.write(None);
            }
            Effect::Called => {
                self.write(Some(BLIND_SQL));
                self.statement();
                if !self.own {
                    self.write(None);
                }
            }
            Effect::LockTables => {
                self.write(Some(BLIND_SQL));
                self.statement();
                self.locked = true;
            }
        }
    }

    /// A statement with its line of the journal. Whether the table it writes to knows transactions, the
    /// server has to find out when it comes to that.
    fn in_transaction(&mut self) {
        let text = self.prepared.statements[self.at].text;
        let outside = match self.dialect {
            Dialect::MySql => transactions::without(&words(text, Dialect::MySql)),
            Dialect::Postgres | Dialect::Sqlite => None,
        };
        if let Some(query) = outside {
            self.write(Some(&format!("(SELECT MAX('{BLIND}') FROM ({query}) q)")));
        }
        let engine = self.prepared.engine;
        self.push(engine.begin());
        self.statement();
        let line = self.line(self.at, None);
        self.push(&format!("{}{line}", engine.as_login()));
        self.push("COMMIT");
    }

    /// The statement that is next, below its comments.
    fn statement(&mut self) {
        let statements = &self.prepared.statements;
        let statement = &statements[self.at];
        let before = statements[..self.at].last().map_or(0, |one| one.span.end);
        let file = &self.prepared.script().source.text;
        let between = file.get(before..statement.span.start).unwrap_or_default();
        let comments = between.lines().filter(|line| line.starts_with("-- "));
        comments.for_each(|line| self.sql.extend([line, "\n"]));
        let text = (self.written)(statement, self.dialect);
        self.sql.push_str(&text);
        self.at += 1;
    }

    /// What is to be noted before the statement that is next, as an expression.
    fn noted(&self, effect: &Effect) -> Option<String> {
        let is_postgres = self.dialect == Dialect::Postgres;
        let text = self.prepared.statements[self.at].text;
        noted_by_server(effect, text).filter(|_| is_postgres)
    }

    /// A line with another word behind its checksums.
    fn write_noting(&mut self, fingerprint: Option<&str>, word: &str) {
        let line = self.line(self.at, fingerprint);
        let (table, row) = (self.table.sql(), self.table.is(&self.entry.revision));
        self.commit(&format!(
            "{line}; UPDATE {table} SET done_checksum = done_checksum || ' ' || {word} WHERE {row}"
        ));
    }

    fn write(&mut self, fingerprint: Option<&str>) {
        let line = self.line(self.at, fingerprint);
        self.commit(&line);
    }

    /// A transaction of its own, unless one is open, which then is about to be committed.
    fn commit(&mut self, line: &str) {
        match self.prepared.engine.as_login() {
            "" => self.push(line),
            login => self.push(&format!("BEGIN; {login}{line}; COMMIT")),
        }
    }

    /// A line in the script's own transaction, which is about to end, if there is one.
    fn write_open(&mut self, done: usize) {
        if self.own {
            let line = self.line(done, None);
            let login = self.prepared.engine.as_login();
            self.push(&format!("{login}{line}"));
        }
    }

    fn line(&mut self, done: usize, fingerprint: Option<&str>) -> String {
        let progress = progress(
            &self.effects,
            &self.checksums,
            self.direction,
            done,
            fingerprint,
            Duration::ZERO,
        );
        let is_new = !self.is_begun && self.direction == Direction::Up;
        self.is_begun = true;
        match is_new {
            true => self.table.insert(&self.entry, &progress),
            false => self.table.update(&self.entry.revision, &progress),
        }
    }

    fn push(&mut self, sql: &str) {
        self.sql.push_str(sql);
        self.sql.push_str(";\n");
    }
}
