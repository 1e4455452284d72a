//! What a SQLite database holds. Indexes and triggers go with their tables.

use super::{ResetReport, doomed};
use crate::{ServerError, Session};

/// Shadow tables go with their virtual table. The statistics of ANALYZE are tables that may be dropped,
/// sqlite_sequence is none.
const CONTENTS: &str = "
SELECT kind || ' ' || name, 'DROP ' || kind || ' IF EXISTS \"' || replace(name, '\"', '\"\"') || '\"'
  FROM (SELECT name, CASE type WHEN 'view' THEN 'view' ELSE 'table' END AS kind
          FROM pragma_table_list
         WHERE schema = 'main' AND type IN ('table', 'view', 'virtual')
           AND (substr(name, 1, 7) <> 'sqlite_' OR substr(name, 1, 11) = 'sqlite_stat'))
 ORDER BY kind = 'view' DESC, name";

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
