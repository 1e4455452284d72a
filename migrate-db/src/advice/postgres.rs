//! PostgreSQL: by SQLSTATE, and by the words of a message where there is no number for the object.

use super::{AGAIN, Refusal, full, one};
use crate::history::HistoryTable;
use crate::literal::{literal, quoted};
use crate::session::Session;
use migcheck_core::Dialect;

/// See [`Engine::advice`](crate::engine::Engine::advice).
pub(crate) async fn advice(
    session: &mut dyn Session,
    table: &HistoryTable,
    refusal: &Refusal<'_>,
) -> Option<String> {
    match refusal.code() {
        "42501" => denied(session, table, refusal).await,
        "25006" => read_only(session).await,
        "3F000" => Some(no_schema(&refusal.error.message)),
        // protocol_violation, in the words of PgBouncer.
        "08P01" if refusal.error.message.contains("statement pooling mode") => {
            Some("connect to the server itself: this pooler allows no transactions".into())
        }
        // active_sql_transaction, of what has to begin and end by itself.
        "25001" if refusal.statement.is_some() => Some(
            "a script is one transaction, unless its header says otherwise; a `BEGIN` of its own \
             has to end before this statement:\n-- migcheck: transaction = false"
                .into(),
        ),
        // disk_full; a server that cannot write its log ends with it.
        "53100" => Some(full("the server's disk")),
        "55P03" | "40P01" => Some(format!(
            "another session uses what the statement needs, see `pg_stat_activity`; when it has ended, {AGAIN}"
        )),
        // query_canceled: by a time limit, or by somebody.
        "57014" => Some(format!(
            "if `statement_timeout` is too short for it, set it in the script or the URL, then {AGAIN}"
        )),
        // admin_shutdown, crash_shutdown, cannot_connect_now.
        "57P01" | "57P02" | "57P03" => Some(format!("when the server is back, {AGAIN}")),
        _ => None,
    }
}

/// The message quotes the name, where there is one.
fn no_schema(message: &str) -> String {
    let name = message
        .split_once('"')
        .and_then(|(_, rest)| rest.rsplit_once('"'));
    match name {
        Some((name, _)) => format!(
            "correct the name, or make the schema, as in a revision before this one:\n\
             CREATE SCHEMA {};",
            quoted(Dialect::Postgres, name)
        ),
        None => {
            "no schema of the `search_path` exists, or may be used: make one, or correct it".into()
        }
    }
}

async fn read_only(session: &mut dyn Session) -> Option<String> {
    const SETTING: &str = "default_transaction_read_only";
    let sql = format!(
        "SELECT pg_is_in_recovery()::text, coalesce(source, ''), \
           format('%I', current_user), format('%I', current_database()) \
         FROM pg_catalog.pg_settings WHERE name = '{SETTING}'"
    );
    let [standby, source, user, database] = one(session, &sql).await?;
    if standby == "true" {
        return Some("this server follows another one and takes no writes; connect to that".into());
    }
    let reset = match &*source {
        "user" => format!("ALTER ROLE {user} RESET {SETTING};"),
        "database user" => format!("ALTER ROLE {user} IN DATABASE {database} RESET {SETTING};"),
        "database" => format!("ALTER DATABASE {database} RESET {SETTING};"),
        "client" => {
            return Some(format!(
                "take `{SETTING}` out of the URL or of $PGOPTIONS, or use a URL that may write"
            ));
        }
        _ => {
            return Some(format!(
                "`{SETTING}` is on: turn it off for the user who migrates"
            ));
        }
    };
    Some(format!(
        "migrate as another user, or have this one write again:\n{reset}"
    ))
}

/// What a message without further fields is about, as `aclcheck_error` in the server's `aclchk.c` puts it;
/// nothing where the server speaks another language.
fn object(message: &str) -> Option<(Lack, &str, &str)> {
    let lacks = [
        ("permission denied for ", Lack::Right),
        ("must be owner of ", Lack::Ownership),
    ];
    let (rest, lack) = lacks
        .into_iter()
        .find_map(|(start, lack)| Some((message.strip_prefix(start)?, lack)))?;
    let kinds = [
        "materialized view",
        "foreign table",
        "table",
        "relation",
        "view",
        "sequence",
        "index",
        "schema",
        "database",
    ];
    kinds.into_iter().find_map(|kind| {
        let name = rest.strip_prefix(kind)?.strip_prefix(' ')?;
        Some((lack, kind, name))
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Lack {
    Right,
    Ownership,
}

async fn denied(
    session: &mut dyn Session,
    history: &HistoryTable,
    refusal: &Refusal<'_>,
) -> Option<String> {
    let message = &refusal.error.message;
    let Some((lack, kind, name)) = object(message) else {
        let [user] = one(session, "SELECT current_user::text").await?;
        return Some(format!(
            "have `{user}` given that right, or migrate as a user who has it"
        ));
    };
    let text = literal(Dialect::Postgres, name);
    let sql = match kind {
        "schema" => format!(
            "SELECT 'SCHEMA', format('%I', nspname), CASE pg_get_userbyid(nspowner) WHEN 'pg_database_owner' THEN \
                 (SELECT pg_get_userbyid(datdba) FROM pg_catalog.pg_database \
                  WHERE datname = current_database()) \
               ELSE pg_get_userbyid(nspowner) END::text, current_user::text, format('%I', current_user) \
             FROM pg_catalog.pg_namespace WHERE nspname = {text}"
        ),
        "database" => format!(
            "SELECT 'DATABASE', format('%I', datname), pg_get_userbyid(datdba)::text, \
               current_user::text, format('%I', current_user) \
             FROM pg_catalog.pg_database WHERE datname = {text}"
        ),
        // The message does not say which schema; that of the history is known.
        _ => {
            let first = match &history.schema {
                Some(schema) if name == history.name => literal(Dialect::Postgres, schema),
                _ => "current_schema()".to_owned(),
            };
            format!(
                "SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' \
                   WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'i' THEN 'INDEX' ELSE 'TABLE' END, \
                   format('%I.%I', n.nspname, c.relname), pg_get_userbyid(c.relowner)::text, \
                   current_user::text, format('%I', current_user) \
                 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
                 WHERE c.relname = {text} \
                 ORDER BY n.nspname = {first} DESC, pg_table_is_visible(c.oid) DESC LIMIT 1"
            )
        }
    };
    let [kind, name, owner, user, quoted] = one(session, &sql).await?;
    if lack == Lack::Ownership {
        return Some(format!(
            "migrate as its owner, `{owner}`, or make it over to `{user}`:\nALTER {kind} {name} OWNER TO {quoted};"
        ));
    }
    let is_history = refusal.statement.is_none();
    let right = match &*kind {
        "SCHEMA" if refusal.reads => "USAGE",
        "SCHEMA" => "USAGE, CREATE",
        "DATABASE" => "CREATE",
        "SEQUENCE" => "USAGE, SELECT, UPDATE",
        "TABLE" if refusal.reads => "SELECT",
        _ if is_history => "SELECT, INSERT, UPDATE, DELETE",
        _ => right_for(&refusal.verb()),
    };
    let what = match &*kind {
        // GRANT knows views as tables.
        "VIEW" | "MATERIALIZED VIEW" | "INDEX" => "TABLE",
        other => other,
    };
    Some(format!(
        "migrate as the owner, `{owner}`, or have that user give `{user}` the right:\nGRANT {right} ON {what} {name} TO {quoted};"
    ))
}

/// What a statement needs that is not the owner's privilege.
fn right_for(verb: &str) -> &'static str {
    match verb {
        "SELECT" | "COPY" => "SELECT",
        "TRUNCATE" => "TRUNCATE",
        // A foreign key that leads there, or a trigger on it.
        "CREATE" | "ALTER" => "REFERENCES, TRIGGER, SELECT",
        _ => "SELECT, INSERT, UPDATE, DELETE",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_names_its_object() {
        for (message, kind, name) in [
            ("permission denied for schema public", "schema", "public"),
            ("permission denied for table a b", "table", "a b"),
            (
                "permission denied for materialized view v",
                "materialized view",
                "v",
            ),
            ("must be owner of relation t", "relation", "t"),
        ] {
            assert!(
                object(message).is_some_and(|(_, k, n)| (k, n) == (kind, name)),
                "{message}"
            );
        }
        assert!(object("keine Berechtigung für Schema public").is_none());
        assert!(object("permission denied for tablespace x").is_none());
    }
}
