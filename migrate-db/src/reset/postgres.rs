//! What a PostgreSQL database holds besides the system's own.

use super::{ResetReport, doomed};
use crate::{ServerError, Session};

/// Database-wide objects, which no schema takes with it. What belongs to an extension goes with it.
const GLOBAL: &str = "
SELECT 'event trigger ' || evtname, format('DROP EVENT TRIGGER IF EXISTS %I', evtname)
  FROM pg_event_trigger e
 WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_event_trigger'::regclass
                    AND d.objid = e.oid AND d.deptype = 'e')
UNION ALL
SELECT 'publication ' || pubname, format('DROP PUBLICATION IF EXISTS %I', pubname) FROM pg_publication
UNION ALL
SELECT 'extension ' || extname, format('DROP EXTENSION IF EXISTS %I CASCADE', extname)
  FROM pg_extension WHERE extname <> 'plpgsql' AND pg_has_role(extowner, 'USAGE')
UNION ALL
SELECT 'foreign data wrapper ' || fdwname,
       format('DROP FOREIGN DATA WRAPPER IF EXISTS %I CASCADE', fdwname)
  FROM pg_foreign_data_wrapper w
 WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_foreign_data_wrapper'::regclass
                    AND d.objid = w.oid AND d.deptype = 'e')
UNION ALL
SELECT 'large object ' || oid, format('SELECT lo_unlink(%s)', oid) FROM pg_largeobject_metadata";

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
/// routine, whose arguments need no ORDER BY.
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
                    AND e.deptype = 'e')
 ORDER BY i.type = 'table' DESC, 1";

/// Extensions that only their owner can drop.
const KEPT: &str = "
SELECT 'extension ' || extname FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY 1";

pub(super) async fn reset(session: &mut dyn Session) -> Result<ResetReport, ServerError> {
    // Somebody else's transaction shall not hold this up for ever.
    session.execute("SET lock_timeout = '30s'").await?;
    let mut report = ResetReport::default();
    let mut done = Ok(());
    for query in [GLOBAL, SCHEMAS, CONTENTS] {
        done = match doomed(session, query).await {
            Ok(doomed) => report.drop_all(session, doomed).await,
            Err(error) => Err(error),
        };
        if done.is_err() {
            break;
        }
    }
    session.execute("RESET lock_timeout").await?;
    done?;
    let kept = session.rows(KEPT, &[]).await?;
    report.kept = kept.into_iter().flatten().flatten().collect();
    Ok(report)
}
