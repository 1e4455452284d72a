//! What a SQLite database holds. Indexes and triggers go with their tables.

use super::{ResetReport, doomed};
use crate::{ServerError, Session};

/// Virtual tables first: they take their shadow tables with them. The statistics of ANALYZE are tables
/// that may be dropped, sqlite_sequence is none.
const CONTENTS: &str = "
SELECT type || ' ' || name,
       'DROP ' || type || ' IF EXISTS \"' || replace(name, '\"', '\"\"') || '\"'
  FROM sqlite_schema
 WHERE type IN ('table', 'view') AND (name NOT LIKE 'sqlite\\_%' ESCAPE '\\' OR name LIKE 'sqlite\\_stat%' ESCAPE '\\')
 ORDER BY type = 'view' DESC, sql LIKE 'CREATE VIRTUAL%' DESC, name";

pub(super) async fn reset(session: &mut dyn Session) -> Result<ResetReport, ServerError> {
    // A transaction cannot change it.
    session.execute("PRAGMA foreign_keys = OFF").await?;
    let done = all_or_nothing(session).await;
    session.execute("PRAGMA foreign_keys = ON").await?;
    done
}

/// Here that costs nothing.
async fn all_or_nothing(session: &mut dyn Session) -> Result<ResetReport, ServerError> {
    session.execute("BEGIN IMMEDIATE").await?;
    let mut report = ResetReport::default();
    let done = match doomed(session, CONTENTS).await {
        Ok(doomed) => report.drop_all(session, doomed).await,
        Err(error) => Err(error),
    };
    let end = if done.is_ok() { "COMMIT" } else { "ROLLBACK" };
    session.execute(end).await?;
    done.map(|()| report)
}
