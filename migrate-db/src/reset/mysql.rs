//! What a database of MySQL or MariaDB holds. Triggers go with their tables.

use super::{ResetReport, doomed};
use crate::{ServerError, Session};

/// In an order in which nothing needs what is already gone, apart from foreign keys.
const CONTENTS: &str = "
SELECT CONCAT('event ', event_name),
       CONCAT('DROP EVENT IF EXISTS `', REPLACE(event_name, '`', '``'), '`'), 1 AS place
  FROM information_schema.events WHERE event_schema = DATABASE()
UNION ALL
SELECT CONCAT(LOWER(routine_type), ' ', routine_name),
       CONCAT('DROP ', routine_type, ' IF EXISTS `', REPLACE(routine_name, '`', '``'), '`'),
       IF(routine_type = 'PACKAGE', 3, 2)
  FROM information_schema.routines WHERE routine_schema = DATABASE()
UNION ALL
SELECT CONCAT(IF(table_type IN ('VIEW', 'SEQUENCE'), LOWER(table_type), 'table'), ' ', table_name),
       CONCAT('DROP ', IF(table_type IN ('VIEW', 'SEQUENCE'), table_type, 'TABLE'),
              ' IF EXISTS `', REPLACE(table_name, '`', '``'), '`'),
       IF(table_type = 'VIEW', 4, IF(table_type = 'SEQUENCE', 6, 5))
  FROM information_schema.tables WHERE table_schema = DATABASE()
 ORDER BY place, 1";

pub(super) async fn reset(session: &mut dyn Session) -> Result<ResetReport, ServerError> {
    session
        .execute("SET SESSION foreign_key_checks = 0, lock_wait_timeout = 30")
        .await?;
    let mut report = ResetReport::default();
    let done = match doomed(session, CONTENTS).await {
        Ok(doomed) => report.drop_all(session, doomed).await,
        Err(error) => Err(error),
    };
    // Not DEFAULT: MySQL 9 takes that for OFF.
    session
        .execute(
            "SET SESSION foreign_key_checks = @@GLOBAL.foreign_key_checks, \
             lock_wait_timeout = @@GLOBAL.lock_wait_timeout",
        )
        .await?;
    done.map(|()| report)
}
