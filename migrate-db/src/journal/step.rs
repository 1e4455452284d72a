//! Runs the statements of a script, each in the way that its effect asks for.

use migcheck_core::Dialect;

use super::effect::Effect;
use super::words::words;
use super::{BLIND_SQL, Journal, fresh, transactions};
use crate::migrate_error::MigrateError;

impl Journal<'_> {
    /// Runs the statement whose turn it is.
    pub(super) async fn step(&mut self, effect: &Effect) -> Result<(), MigrateError> {
        self.check_id().await?;
        let at = self.at;
        match effect {
            Effect::UnlockTables => {
                self.execute().await?;
                self.locked = None;
                self.write(None).await
            }
            // Nothing can be written to the journal here.
            _ if self.locked.is_some() => self.execute().await,
            Effect::Session | Effect::Passing => self.execute().await,
            Effect::Begin => {
                if self.own.is_none() || self.implicit_commits() {
                    // It commits what is open.
                    self.write_open(at).await?;
                    self.execute().await?;
                    self.own = Some(at);
                    return Ok(());
                }
                self.execute().await
            }
            Effect::Commit { chain } => {
                self.prepared.check_keys(self.session).await?;
                self.write_open(at + 1).await?;
                self.execute().await?;
                self.own = (*chain || self.manual).then_some(at + 1);
                Ok(())
            }
            Effect::Rollback { chain } => {
                self.execute().await?;
                let open = *chain || self.manual;
                self.own = self.own.filter(|_| open);
                Ok(())
            }
            Effect::Autocommit(on) => {
                if *on {
                    self.write_open(at + 1).await?;
                }
                self.execute().await?;
                self.manual = !on;
                self.own = (!on).then_some(self.own.unwrap_or(at + 1));
                Ok(())
            }
            Effect::InTransaction if self.own.is_some() => self.execute().await,
            _ if self.own.is_some() && !self.implicit_commits() => self.execute().await,
            Effect::InTransaction => self.in_transaction().await,
            Effect::Again => {
                self.write_open(at).await?;
                self.note_invalid().await?;
                if self.noted.is_some() {
                    self.write(None).await?;
                }
                self.execute().await?;
                self.committed();
                self.write(None).await
            }
            Effect::Seen(probe) => {
                self.note_invalid().await?;
                let ran = self.first..at;
                let statements = &self.prepared.statements[ran.clone()];
                let known = fresh::expression(probe, &self.effects[ran], statements);
                let fingerprint = match known.or_else(|| probe.expression()) {
                    Some(expression) => expression,
                    None => {
                        self.flush().await?;
                        let fingerprint = probe.fingerprint(self.session).await;
                        format!("'{}'", fingerprint.map_err(|error| self.refused(error))?)
                    }
                };
                self.write(Some(&fingerprint)).await?;
                self.execute().await?;
                self.committed();
                Ok(())
            }
            Effect::Blind => {
                self.write(Some(BLIND_SQL)).await?;
                self.execute().await?;
                self.committed();
                self.write(None).await
            }
            Effect::Called => {
                self.write(Some(BLIND_SQL)).await?;
                self.execute().await?;
                // It may have ended the script's own transaction or not.
                if self.own.is_none() {
                    self.write(None).await?;
                }
                Ok(())
            }
            Effect::LockTables => {
                self.write(Some(BLIND_SQL)).await?;
                self.execute().await?;
                self.locked = Some(at);
                Ok(())
            }
        }
    }

    /// A statement with its line of the journal.
    async fn in_transaction(&mut self) -> Result<(), MigrateError> {
        let engine = self.prepared.engine;
        if self.begin().await? {
            return Box::pin(self.step(&Effect::Called)).await;
        }
        self.own = Some(self.at);
        self.execute().await?;
        self.job.renew(self.session).await?;
        let (fired, login) = (self.prepared.fired(), engine.as_login());
        let (held, line) = (self.job.held(), self.line(self.at, None));
        let end = format!("{fired}{login}{held}{line}; COMMIT");
        let end = self.session.execute(&end).await;
        end.map_err(|error| match engine.is_denied(&error, self.job.table) {
            true => self.refused(error),
            // It is what is committed that has no room, or is waited for.
            false => self.prepared.uncommitted(self.at - 1, error).into(),
        })?;
        self.own = None;
        Ok(())
    }

    /// Opens a transaction; not, and true, if the statement writes to a table that knows none.
    async fn begin(&mut self) -> Result<bool, MigrateError> {
        self.flush().await?;
        let begin = self.prepared.engine.begin();
        let text = self.prepared.statements[self.at].text;
        let Some(query) = self.without_transactions(text) else {
            let begin = self.session.execute(begin).await;
            begin.map_err(|error| self.refused(error))?;
            return Ok(false);
        };
        let sql = format!("{query}; {begin}");
        let rows = self.session.rows(&sql, &[]).await;
        let outside = !rows.map_err(|error| self.refused(error))?.is_empty();
        if outside {
            let end = self.session.execute("ROLLBACK").await;
            end.map_err(|error| self.refused(error))?;
        }
        Ok(outside)
    }

    /// The query for those tables among the ones that a statement writes to.
    fn without_transactions(&self, statement: &str) -> Option<String> {
        match self.session.dialect() {
            Dialect::MySql => transactions::without(&words(statement, Dialect::MySql)),
            _ => None,
        }
    }

    /// Sends the statement whose turn it is.
    pub(super) async fn execute(&mut self) -> Result<(), MigrateError> {
        self.flush().await?;
        let statement = &self.prepared.statements[self.at];
        let executed = self.prepared.execute(self.session, statement);
        self.job.during(executed).await?;
        self.at += 1;
        Ok(())
    }

    /// The statement has ended whatever transaction there was.
    fn committed(&mut self) {
        self.own = self.manual.then_some(self.at);
    }

    /// Whether DDL, and the begin of a transaction, commits what is open.
    pub(super) fn implicit_commits(&self) -> bool {
        !self.prepared.engine.ddl_is_transactional()
    }
}
