//! Tables that TRUNCATE empties; MySQL and MariaDB.
//!
//! Neither the definition of a table nor when it was made tells of it. But InnoDB makes the table anew,
//! under another number, which who has PROCESS can read. Who has not is asked, if there are rows. What
//! alters or rebuilds a table gives it another number too, but also another time when it was made.

use super::BLIND;
use super::name::{Name, text};
use super::probe::{Verdict, schema};
use crate::ServerError;
use crate::session::Session;

/// Where MySQL and MariaDB tell the numbers.
const NUMBERS: [&str; 2] = ["INNODB_TABLES", "INNODB_SYS_TABLES"];

/// The highest number of the table and its partitions, and when it was made; [`BLIND`] where that cannot be
/// read.
pub(super) async fn identity(session: &mut dyn Session, name: &Name) -> String {
    // Other names are encoded there.
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.name.chars().all(plain) {
        for numbers in NUMBERS {
            let schema = schema(name);
            let sql = format!(
                "SELECT CONCAT(MAX(TABLE_ID), '.', (SELECT UNIX_TIMESTAMP(CREATE_TIME) \
                 FROM information_schema.TABLES WHERE TABLE_SCHEMA = {schema} AND TABLE_NAME = {})) \
                 FROM information_schema.{numbers} \
                 WHERE NAME = CONCAT({schema}, '/', {}) \
                 OR NAME LIKE CONCAT(REPLACE({schema}, '_', '|_'), '/', {}) ESCAPE '|'",
                text(&name.name),
                text(&name.name),
                text(&format!("{}#p#%", name.name.replace('_', "|_")))
            );
            if let Ok(rows) = session.rows(&sql, &[]).await {
                let number = rows.into_iter().flatten().flatten().next();
                return number.unwrap_or_else(|| BLIND.to_owned());
            }
        }
    }
    BLIND.to_owned()
}

/// What became of the statement, before which the table had this number and was made then.
pub(super) async fn verdict(
    session: &mut dyn Session,
    name: &Name,
    before: &str,
) -> Result<Verdict, ServerError> {
    if !has_rows(session, name).await? {
        return Ok(Verdict::NotRun);
    }
    let now = identity(session, name).await;
    Ok(match (before.split_once('.'), now.split_once('.')) {
        (Some((before, _)), Some((now, _))) if before == now => Verdict::NotRun,
        (Some((_, before)), Some((_, now))) if before == now => Verdict::Ran,
        _ => Verdict::Unknown,
    })
}

/// Whether it is there and has rows.
pub(super) async fn has_rows(session: &mut dyn Session, name: &Name) -> Result<bool, ServerError> {
    const MISSING: [&str; 2] = ["1146", "1049"];
    let sql = format!("SELECT '1' FROM {} LIMIT 1", name.backquoted());
    match session.rows(&sql, &[]).await {
        Ok(rows) => Ok(!rows.is_empty()),
        Err(error)
            if error
                .code
                .as_deref()
                .is_some_and(|code| MISSING.contains(&code)) =>
        {
            Ok(false)
        }
        Err(error) => Err(error),
    }
}
