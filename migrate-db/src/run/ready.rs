//! What a run needs before it does anything: the lock, and the history table.

use std::time::Instant;

use super::Run;
use crate::empty::stranger;
use crate::event::RunEvent;
use crate::lock::Lock;
use crate::migrate_error::{Locked, MigrateError, refused};
use crate::patient::is_busy;

/// What could not be told.
const CANNOT_FIND: &str = "the history table could not be found";

impl Run<'_> {
    /// Takes the lock in a session that is as a fresh one.
    pub(crate) async fn lock(&mut self) -> Result<Lock, MigrateError> {
        if self.path.is_none() {
            let path = self.table.path(self.session).await;
            self.path = path.map_err(refused(CANNOT_FIND))?;
        }
        // Executed, so that a connection of a pool is marked before it holds anything.
        let reset = format!("{}{}", self.engine.reset(), self.engine.settle());
        let reset = self.session.execute(&reset).await;
        reset.map_err(refused("the session cannot be prepared"))?;
        self.stays().await?;
        if self.settings.lease.is_some() {
            if let Some(path) = &self.path {
                path.check()?;
            }
            // Its table is written to while a script's search path holds.
            let pinned = self.table.pin(self.session, "").await;
            pinned.map_err(refused(CANNOT_FIND))?;
        }
        match Lock::take(self.session, &self.table, self.settings).await {
            Ok(lock) => Ok(lock),
            Err(error) => Err(self.advised(error).await),
        }
    }

    /// That names without a schema lead where they did before the session's settings were reset, and
    /// the same role acts.
    async fn stays(&mut self) -> Result<(), MigrateError> {
        let Some(came) = &self.path else {
            return Ok(());
        };
        let now = self.table.path(self.session).await;
        let now = now.map_err(refused(CANNOT_FIND))?;
        let Some(now) = now else {
            return Ok(());
        };
        let (error, setting, set) = if now.first != came.first {
            let error = MigrateError::SearchPath {
                set: came.first.clone(),
                opened: now.first,
            };
            (error, "search_path", &came.set)
        } else if now.role != came.role {
            let error = MigrateError::Role {
                set: came.role.clone(),
                opened: now.role,
            };
            (error, "role", &came.role)
        } else {
            return Ok(());
        };
        // Whoever tries again on this connection is to be told again.
        let set = self.engine.literal(set);
        let sql = format!("SELECT set_config('{setting}', {set}, false)");
        let put_back = self.session.execute(&sql).await;
        put_back.map_err(refused("the session's settings could not be put back"))?;
        Err(error)
    }

    /// Gives the lock back, whatever was done under it.
    pub(crate) async fn unlock<T>(
        &mut self,
        lock: &Lock,
        done: Result<T, MigrateError>,
    ) -> Result<T, MigrateError> {
        let unlocked = lock.release(self.session, &self.table).await;
        if let Ok(Some(end)) = &unlocked {
            self.settings.listener.tell(RunEvent::LockStays { end });
        }
        match done {
            Ok(done) => {
                unlocked.map_err(refused("the lock could not be given back"))?;
                Ok(done)
            }
            // Whatever was open has ended, so that the server can be asked.
            Err(error) => Err(self.advised(error).await),
        }
    }

    /// Makes the history table where there is none, and brings an older one up to date. With
    /// `empty`, a database that has none may have no other tables either.
    pub(crate) async fn ensure_history(
        &mut self,
        lock: &Lock,
        empty: bool,
    ) -> Result<(), MigrateError> {
        if self.engine.locks_sessions() {
            return self.ensure_history_alone(lock, empty).await;
        }
        self.begin().await?;
        let ensured = self.ensure_history_alone(lock, empty).await;
        let cannot = "the history table could not be made";
        self.end(ensured, cannot).await
    }

    async fn ensure_history_alone(&mut self, lock: &Lock, empty: bool) -> Result<(), MigrateError> {
        match self.standing().await?.history {
            None => {
                if empty {
                    self.refuse_strangers().await?;
                }
                let create = self.engine.create_history(&self.table.sql());
                let created = self.table.create(self.session, &create).await;
                created.map_err(refused("the history table could not be created"))?;
            }
            Some(history) if history.is_old => {
                let added = self.table.add_columns(self.session).await;
                added.map_err(refused("the history table could not be brought up to date"))?;
            }
            Some(_) => {}
        }
        let held = lock.held(&self.table);
        let pinned = self.table.pin(self.session, &held).await;
        pinned.map_err(refused(CANNOT_FIND))
    }

    /// That a database without a history has no other tables either.
    pub(crate) async fn refuse_strangers(&mut self) -> Result<(), MigrateError> {
        let strangers = stranger(self.session, &self.table).await;
        match strangers.map_err(refused("the tables could not be listed"))? {
            Some(stranger) => Err(MigrateError::NotEmpty(stranger)),
            None => Ok(()),
        }
    }

    /// Commits what was done since [`Run::begin`], or takes it back.
    pub(crate) async fn end<T>(
        &mut self,
        done: Result<T, MigrateError>,
        cannot: &'static str,
    ) -> Result<T, MigrateError> {
        let end = match done {
            Ok(_) => "COMMIT",
            Err(_) => "ROLLBACK",
        };
        let ended = self.session.execute(end).await;
        let done = done?;
        ended.map_err(refused(cannot))?;
        Ok(done)
    }

    /// Opens a transaction, which on SQLite has to wait for its turn.
    pub(crate) async fn begin(&mut self) -> Result<(), MigrateError> {
        let started = Instant::now();
        let begin = self.engine.begin();
        let begun = self.session.execute(begin).await;
        begun
            .map(drop)
            .map_err(|error| match is_busy(self.session.dialect(), &error) {
                true => MigrateError::Locked(Locked {
                    waited: started.elapsed(),
                    holder: None,
                    is_writer: true,
                }),
                false => refused("no transaction could be opened")(error),
            })
    }
}
