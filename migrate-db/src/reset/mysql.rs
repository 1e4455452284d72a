//! What a database of MySQL or MariaDB holds. Triggers go with their tables.

use super::{ResetReport, doomed, kept};
use crate::{ServerError, Session};

/// In an order in which nothing needs what is already gone, apart from foreign keys. MariaDB knows its
/// packages, whose bodies go with them, in the mode alone in which they are made.
const CONTENTS: &str = "
SELECT CONCAT('event ', event_name),
       CONCAT('DROP EVENT IF EXISTS `', REPLACE(event_name, '`', '``'), '`'), 1 AS place
  FROM information_schema.events WHERE event_schema = DATABASE()
UNION ALL
SELECT CONCAT(LOWER(routine_type), ' ', routine_name),
       CONCAT(IF(routine_type = 'PACKAGE', 'SET SESSION sql_mode = ''ORACLE''; ', ''),
              'DROP ', routine_type, ' IF EXISTS `', REPLACE(routine_name, '`', '``'), '`'),
       IF(routine_type = 'PACKAGE', 3, 2)
  FROM information_schema.routines
 WHERE routine_schema = DATABASE() AND routine_type <> 'PACKAGE BODY'
UNION ALL
SELECT CONCAT(IF(table_type IN ('VIEW', 'SEQUENCE'), LOWER(table_type), 'table'), ' ', table_name),
       CONCAT('DROP ', IF(table_type IN ('VIEW', 'SEQUENCE'), table_type, 'TABLE'),
              ' IF EXISTS `', REPLACE(table_name, '`', '``'), '`'),
       IF(table_type = 'VIEW', 4, IF(table_type = 'SEQUENCE', 6, 5))
  FROM information_schema.tables WHERE table_schema = DATABASE()
 ORDER BY place, 1";

/// Privileges on tables outlive these, and would be on the next ones of that name.
const PRIVILEGES: &str = "
SELECT DISTINCT CONCAT('privileges on ', table_name, ' of ', grantee),
       CONCAT('REVOKE ALL PRIVILEGES ON `', REPLACE(table_name, '`', '``'), '` FROM ', grantee)
  FROM (SELECT table_name, grantee FROM information_schema.table_privileges WHERE table_schema = DATABASE()
        UNION SELECT table_name, grantee FROM information_schema.column_privileges
         WHERE table_schema = DATABASE()) AS granted
 ORDER BY 1";

/// Who made the database may have chosen it.
const SETTINGS: &str = "
SELECT CONCAT('collation ', @@collation_database),
       CONCAT('it is the database''s own; a new one has ', @@collation_server)
  FROM DUAL WHERE @@collation_database <> @@collation_server";

pub(super) async fn reset(session: &mut dyn Session) -> Result<ResetReport, ServerError> {
    session
        .execute("SET SESSION foreign_key_checks = 0, lock_wait_timeout = 30")
        .await?;
    let mut report = ResetReport::default();
    let done = drop_all(session, &mut report).await;
    // Not DEFAULT: MySQL 9 takes that for OFF.
    session
        .execute(
            "SET SESSION foreign_key_checks = @@GLOBAL.foreign_key_checks, \
             lock_wait_timeout = @@GLOBAL.lock_wait_timeout, sql_mode = @@GLOBAL.sql_mode",
        )
        .await?;
    done?;
    report.settings = kept(session, SETTINGS).await?;
    Ok(report)
}

async fn drop_all(session: &mut dyn Session, report: &mut ResetReport) -> Result<(), ServerError> {
    for query in [CONTENTS, PRIVILEGES] {
        let doomed = doomed(session, query).await?;
        report.drop_all(session, doomed).await?;
    }
    Ok(())
}
