//! Scripts that are no single transaction.

use std::time::Instant;

use crate::migrate_error::MigrateError;
use crate::script::Prepared;
use crate::session::Session;
use crate::step::Job;

/// Runs a script that is no single transaction.
pub(crate) async fn run_journalled(
    session: &mut dyn Session,
    job: &Job<'_>,
    prepared: &Prepared<'_>,
) -> Result<Vec<String>, MigrateError> {
    let started = Instant::now();
    let whole = |error| -> MigrateError { prepared.whole(error).into() };
    for statement in &prepared.statements {
        if let Err(error) = prepared.execute(session, statement).await {
            prepared.abandon(session).await;
            return Err(error.into());
        }
    }
    let record = job.record(prepared.statements.len(), started.elapsed());
    let end = format!("{}; {record}", prepared.engine.reset());
    session.execute(&end).await.map_err(whole)?;
    Ok(Vec::new())
}
