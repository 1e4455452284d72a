//! MySQL and MariaDB: by error number.

use migcheck_core::Dialect;

use super::{AGAIN, Refusal, full, one};
use crate::literal::{mysql_text, quoted};
use crate::session::Session;

/// See [`Engine::advice`](crate::engine::Engine::advice).
pub(crate) async fn advice(session: &mut dyn Session, refusal: &Refusal<'_>) -> Option<String> {
    match refusal.code() {
        // No database selected.
        "1046" => Some("name the database at the end of the URL: `mysql://…/NAME`".into()),
        // A right on a database, a table, a column, a routine; of an administrator.
        "1044" | "1142" | "1143" | "1370" | "1227" => denied(session, refusal).await,
        // ER_NOT_SUPPORTED_YET, of MariaDB in a Galera cluster (MDEV-30473).
        "1235" if refusal.error.message.contains("GET_LOCK") => Some(
            "take a lease in its place, `--lease 10m`, in a program `Migrator::lease`, and send all runs to \
             one node of the cluster"
                .into(),
        ),
        "1419" => Some(
            "with a binary log only an administrator makes triggers and functions; have one say:\n\
             SET PERSIST log_bin_trust_function_creators = ON;"
                .into(),
        ),
        // ER_OPTION_PREVENTS_STATEMENT is about other options as well.
        "1290" if refusal.error.message.contains("read") => Some(
            "a server that takes no writes follows another one: connect to that, or end it:\n\
             SET GLOBAL read_only = OFF;"
                .into(),
        ),
        // ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION
        "1792" => Some(
            "transactions only read here unless told otherwise: find out who set \
             `transaction_read_only`, and turn it off for migrations"
                .into(),
        ),
        // ER_SCHEMA_READ_ONLY
        "3989" => {
            let [database] = one(session, "SELECT DATABASE()").await?;
            let database = quoted(Dialect::MySql, &database);
            Some(format!(
                "somebody froze this database; have it take writes again:\n\
                 ALTER DATABASE {database} READ ONLY = 0;"
            ))
        }
        // ER_DISK_FULL, ER_ERROR_ON_WRITE, ER_RECORD_FILE_FULL, ER_DISK_FULL_NOWAIT, and EE_WRITE of
        // the system library.
        "1021" | "1026" | "1114" | "3675" | "3" => Some(full("the server's disk")),
        // Of a storage engine: its own number is in the text.
        "1005" | "1030" if refusal.error.message.contains("28") => Some(full("the server's disk")),
        // ER_LOCK_WAIT_TIMEOUT, ER_LOCK_DEADLOCK
        "1205" | "1213" => Some(format!(
            "another session uses what the statement needs, see `SHOW PROCESSLIST`; when it has ended, {AGAIN}"
        )),
        // ER_QUERY_TIMEOUT, ER_QUERY_INTERRUPTED and MariaDB's ER_STATEMENT_TIMEOUT
        "3024" | "1317" | "1969" => Some(format!(
            "if a time limit of the server is too short for it, set a longer one in the script, then {AGAIN}"
        )),
        // ER_SERVER_SHUTDOWN, MariaDB's ER_CONNECTION_KILLED
        "1053" | "1927" => Some(format!("when the server is back, {AGAIN}")),
        _ => None,
    }
}

async fn denied(session: &mut dyn Session, refusal: &Refusal<'_>) -> Option<String> {
    let sql = "SELECT CURRENT_USER(), COALESCE(DATABASE(), '')";
    let [account, database] = one(session, sql).await?;
    // The account; the message has the address that the user came from.
    let (user, host) = account.rsplit_once('@')?;
    let to = format!("{}@{}", mysql_text(user), mysql_text(host));
    let message = &refusal.error.message;
    if let Some((_, rest)) = message.split_once("at least one of) the ") {
        let (names, _) = rest.split_once(" privilege")?;
        // Any of them will do, and the last is the narrowest.
        let last = names.rsplit(" or ").next().unwrap_or(names);
        let right = last.rsplit(", ").next().unwrap_or(last);
        return Some(given(&format!("GRANT {right} ON *.* TO {to};")));
    }
    let rights = match message.split_once(" command denied to user ") {
        Some((rights, _)) if refusal.code() == "1142" => rights,
        _ => "ALL",
    };
    let (rights, is_there) = match (refusal.statement, rights) {
        // What can be read may not be there yet, and a right on a table needs that.
        (None, "SELECT") if refusal.reads => (rights, false),
        // What the rest of the run needs of the table that it makes.
        (None, "CREATE") => ("CREATE, SELECT, INSERT, UPDATE, DELETE", false),
        (None, _) if rights_of_tables(rights) => ("SELECT, INSERT, UPDATE, DELETE", true),
        // To make or drop a table is a right on what is not there.
        _ => (rights, rights_of_tables(rights)),
    };
    let on = match table(message) {
        // The message does not say which database the statement names.
        Some((None, table)) if is_qualified(refusal.statement, table) => return None,
        Some((schema, table)) if is_there => {
            let schema = schema.unwrap_or(&database);
            format!(
                "{}.{}",
                quoted(Dialect::MySql, schema),
                quoted(Dialect::MySql, table)
            )
        }
        Some((Some(schema), _)) => format!("{}.*", quoted(Dialect::MySql, schema)),
        _ if database.is_empty() => return None,
        _ => format!("{}.*", quoted(Dialect::MySql, &database)),
    };
    Some(given(&format!("GRANT {rights} ON {on} TO {to};")))
}

fn given(grant: &str) -> String {
    format!("have an administrator give the right, or migrate as a user who has it:\n{grant}")
}

/// Whether rights are about the rows of a table that is there.
fn rights_of_tables(rights: &str) -> bool {
    rights
        .split(", ")
        .all(|right| ["SELECT", "INSERT", "UPDATE", "DELETE"].contains(&right))
}

/// The table of a message, with its database where that is told: `` … for table `d`.`t` `` on MariaDB,
/// `… for table 't'` on MySQL.
fn table(message: &str) -> Option<(Option<&str>, &str)> {
    let (_, name) = message.rsplit_once(" for table ")?;
    if let Some(name) = name.strip_prefix('`') {
        let (schema, table) = name.strip_suffix('`')?.split_once("`.`")?;
        return Some((Some(schema), table));
    }
    Some((None, name.strip_prefix('\'')?.strip_suffix('\'')?))
}

/// Whether a statement names that table together with its database.
fn is_qualified(statement: Option<&str>, table: &str) -> bool {
    let text = statement.unwrap_or_default();
    text.contains(&format!(".{table}")) || text.contains(&format!(".`{table}"))
}
