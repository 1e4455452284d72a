//! What a PostgreSQL database holds besides the system's own.

use super::{Doomed, Kept, ResetReport, doomed, is_not_allowed, kept};
use crate::history::HistoryTable;
use crate::{ServerError, Session};

/// Database-wide objects, which no schema takes with it. What belongs to an extension goes with it, and
/// what has a smaller number than 16384 came with the server.
const GLOBAL: &str = "
WITH own AS (
  SELECT d.classid, d.objid FROM pg_depend d WHERE d.deptype = 'e')
SELECT 'event trigger ' || evtname, format('DROP EVENT TRIGGER IF EXISTS %I', evtname)
  FROM pg_event_trigger WHERE ('pg_event_trigger'::regclass, oid) NOT IN (SELECT * FROM own)
UNION ALL
SELECT 'publication ' || pubname, format('DROP PUBLICATION IF EXISTS %I', pubname) FROM pg_publication
UNION ALL
SELECT 'extension ' || extname, format('DROP EXTENSION IF EXISTS %I CASCADE', extname)
  FROM pg_extension WHERE extname <> 'plpgsql' AND pg_has_role(extowner, 'USAGE')
UNION ALL
SELECT 'foreign data wrapper ' || fdwname,
       format('DROP FOREIGN DATA WRAPPER IF EXISTS %I CASCADE', fdwname)
  FROM pg_foreign_data_wrapper
 WHERE ('pg_foreign_data_wrapper'::regclass, oid) NOT IN (SELECT * FROM own)
UNION ALL
SELECT 'transform for ' || format_type(t.trftype, NULL) || ' language ' || l.lanname,
       format('DROP TRANSFORM IF EXISTS FOR %s LANGUAGE %I CASCADE', format_type(t.trftype, NULL), l.lanname)
  FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang
 WHERE t.oid >= 16384 AND ('pg_transform'::regclass, t.oid) NOT IN (SELECT * FROM own)
UNION ALL
SELECT 'language ' || lanname, format('DROP LANGUAGE IF EXISTS %I CASCADE', lanname)
  FROM pg_language WHERE oid >= 16384 AND ('pg_language'::regclass, oid) NOT IN (SELECT * FROM own)
UNION ALL
SELECT 'access method ' || amname, format('DROP ACCESS METHOD IF EXISTS %I CASCADE', amname)
  FROM pg_am WHERE oid >= 16384 AND ('pg_am'::regclass, oid) NOT IN (SELECT * FROM own)
UNION ALL
SELECT 'large object ' || oid, format('SELECT lo_unlink(%s)', oid) FROM pg_largeobject_metadata";

/// Casts between types that stay. Those of other types have gone with them.
const CASTS: &str = "
SELECT 'cast ' || i.identity, format('DROP CAST IF EXISTS %s CASCADE', i.identity)
  FROM pg_cast c CROSS JOIN LATERAL pg_identify_object('pg_cast'::regclass, c.oid, 0) i
 WHERE c.oid >= 16384
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_cast'::regclass AND d.objid = c.oid
                    AND d.deptype IN ('e', 'i'))";

/// What is granted on objects to come goes back to what is granted where nothing was said. That is
/// nothing in a schema, and something for the database as a whole.
const DEFAULT_PRIVILEGES: &str = "
SELECT format('default privileges of %I on %s', role, lower(kind)) || coalesce(' in schema ' || schema, ''),
       format('%s REVOKE ALL ON %s FROM %s', change, kind, coalesce(grantees, quote_ident(role)))
       || CASE WHEN schema IS NULL THEN
            format('; %s GRANT ALL ON %s TO %I', change, kind, role)
            || CASE kind WHEN 'FUNCTIONS' THEN format('; %s GRANT EXECUTE ON FUNCTIONS TO PUBLIC', change)
                         WHEN 'TYPES' THEN format('; %s GRANT USAGE ON TYPES TO PUBLIC', change)
                         ELSE '' END
          ELSE '' END
  FROM (SELECT r.rolname AS role, n.nspname AS schema,
               CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS'
                                    WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' ELSE 'LARGE OBJECTS' END AS kind,
               format('ALTER DEFAULT PRIVILEGES FOR ROLE %I', r.rolname)
               || coalesce(' IN SCHEMA ' || quote_ident(n.nspname), '') AS change,
               (SELECT string_agg(DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC'
                                           ELSE quote_ident(pg_get_userbyid(a.grantee)) END, ', ')
                  FROM aclexplode(d.defaclacl) a) AS grantees
          FROM pg_default_acl d JOIN pg_roles r ON r.oid = d.defaclrole
          LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
         WHERE pg_has_role(d.defaclrole, 'USAGE')) AS said
 ORDER BY 1";

/// Schemas that go as a whole: neither the system's nor public, and without a part of an extension.
const SCHEMAS: &str = "
SELECT 'schema ' || nspname, format('DROP SCHEMA IF EXISTS %I CASCADE', nspname)
  FROM pg_namespace n
 WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public')
   AND NOT EXISTS (SELECT FROM pg_extension WHERE extnamespace = n.oid)
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_namespace'::regclass
                    AND d.objid = n.oid AND d.deptype = 'e')
 ORDER BY nspname";

/// What is in the other schemas, each in the words of DROP. An ordered-set aggregate is dropped as a
/// routine, whose arguments need no ORDER BY. What is part of another object goes with that.
const CONTENTS: &str = "
SELECT i.type || ' ' || i.identity,
       format('DROP %s IF EXISTS %s CASCADE',
              CASE i.type WHEN 'function' THEN 'ROUTINE' WHEN 'procedure' THEN 'ROUTINE'
                          WHEN 'aggregate' THEN 'ROUTINE' WHEN 'composite type' THEN 'TYPE'
                          WHEN 'statistics object' THEN 'STATISTICS' ELSE upper(i.type) END,
              i.identity)
  FROM pg_namespace n
  JOIN pg_depend d ON d.refclassid = 'pg_namespace'::regclass AND d.refobjid = n.oid
                  AND d.deptype = 'n'
 CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, d.objsubid) i
 WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND d.classid NOT IN ('pg_extension'::regclass, 'pg_default_acl'::regclass,
                         to_regclass('pg_catalog.pg_publication_namespace'))
   AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = d.classid AND e.objid = d.objid
                    AND e.objsubid = 0 AND e.deptype IN ('e', 'i'))
 ORDER BY i.type = 'table' DESC, 1";

/// Where a migration has dropped it, as a new database has it.
const PUBLIC: &str = "
SELECT 'schema public',
       CASE WHEN current_setting('server_version_num')::int >= 150000
            THEN 'CREATE SCHEMA public AUTHORIZATION pg_database_owner; GRANT USAGE ON SCHEMA public TO PUBLIC'
            ELSE 'CREATE SCHEMA public; GRANT ALL ON SCHEMA public TO PUBLIC' END
       || $$; COMMENT ON SCHEMA public IS 'standard public schema'$$
 WHERE to_regnamespace('public') IS NULL";

/// What is somebody else's.
const KEPT: &str = "
SELECT 'extension ' || extname, 'it belongs to ' || pg_get_userbyid(extowner)
  FROM pg_extension WHERE extname <> 'plpgsql' AND NOT pg_has_role(extowner, 'USAGE')
UNION ALL
SELECT format('default privileges of %I', pg_get_userbyid(defaclrole)),
       'they are that role''s to change'
  FROM pg_default_acl WHERE NOT pg_has_role(defaclrole, 'USAGE') GROUP BY defaclrole
 ORDER BY 1";

/// The schema that everything is in. Its owner and privileges are how the database was handed out, and
/// without them this login might not be let in.
const SETTINGS: &str = "
SELECT 'owner, privileges or comment of schema public',
       'they decide who may use the database; a migration or an administrator changed them'
  FROM pg_namespace n
  LEFT JOIN pg_init_privs p ON p.objoid = n.oid AND p.classoid = 'pg_namespace'::regclass
 WHERE nspname = 'public'
   AND (pg_get_userbyid(nspowner) <> 'pg_database_owner'
          AND current_setting('server_version_num')::int >= 150000
        OR (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(nspacl) a)
           IS DISTINCT FROM (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(p.initprivs) a)
           AND p.objoid IS NOT NULL
        OR obj_description(n.oid, 'pg_namespace') IS DISTINCT FROM 'standard public schema')";

/// A subscription, and its slot at the publisher if it has one.
const SUBSCRIPTIONS: &str = "
SELECT subname::text, quote_ident(subname), subslotname::text FROM pg_subscription
 WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY 1";

/// The schemas that have a history table of that name, besides the one that is meant.
pub(super) async fn others(
    session: &mut dyn Session,
    table: &HistoryTable,
) -> Result<Vec<String>, ServerError> {
    let sql = format!(
        "SELECT n.nspname::text FROM pg_catalog.pg_class c
           JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
          WHERE c.relname = {} AND c.relkind IN ('r', 'p') AND n.nspname <> ({}) ORDER BY 1",
        table.engine.literal(&table.name),
        table.engine.home(table)
    );
    let rows = session.rows(&sql, &[]).await?;
    Ok(rows.into_iter().flatten().flatten().collect())
}

pub(super) async fn reset(session: &mut dyn Session) -> Result<ResetReport, ServerError> {
    // Somebody else's transaction shall not hold this up for ever.
    session.execute("SET lock_timeout = '30s'").await?;
    let mut report = ResetReport::default();
    let done = drop_all(session, &mut report).await;
    session.execute("RESET lock_timeout").await?;
    done?;
    report.kept.extend(kept(session, KEPT).await?);
    report.settings = kept(session, SETTINGS).await?;
    Ok(report)
}

async fn drop_all(session: &mut dyn Session, report: &mut ResetReport) -> Result<(), ServerError> {
    drop_subscriptions(session, report).await?;
    for query in [GLOBAL, DEFAULT_PRIVILEGES, SCHEMAS, CONTENTS, CASTS] {
        for Doomed { what, sql } in doomed(session, query).await? {
            report.drop_one(session, what, &sql).await?;
        }
    }
    for Doomed { sql, .. } in doomed(session, PUBLIC).await? {
        session.execute(&sql).await?;
    }
    Ok(())
}

/// Dropping one takes its slot away at the publisher; where that cannot be reached, the slot stays
/// there, and somebody has to know.
async fn drop_subscriptions(
    session: &mut dyn Session,
    report: &mut ResetReport,
) -> Result<(), ServerError> {
    for row in session.rows(SUBSCRIPTIONS, &[]).await? {
        let mut row = row.into_iter();
        let (Some(Some(name)), Some(Some(quoted))) = (row.next(), row.next()) else {
            continue;
        };
        let (what, drop) = (
            format!("subscription {name}"),
            format!("DROP SUBSCRIPTION {quoted}"),
        );
        let slot = row.next().flatten();
        let refusal = session.execute(&drop).await.err();
        match (refusal, slot) {
            (None, _) => report.dropped.push(what),
            (Some(error), Some(slot)) if !is_not_allowed(&error) => {
                for change in ["DISABLE", "SET (slot_name = NONE)"] {
                    let sql = format!("ALTER SUBSCRIPTION {quoted} {change}");
                    session.execute(&sql).await?;
                }
                report.drop_one(session, what, &drop).await?;
                report.kept.push(Kept {
                    what: format!("replication slot {slot} at the publisher of {name}"),
                    why: error.message,
                });
            }
            // It is refused again, and that is told.
            (Some(_), _) => report.drop_one(session, what, &drop).await?,
        }
    }
    Ok(())
}
