//! The database itself, triggers, routines, events and privileges.
//!
//! The mode, the character set and the definer that a program was created with are said where they
//! are not what the server would take: it applies them when it runs the body.

use super::reading::Reading;
use crate::snapshot::object::Property;

/// The definer, as a word after CREATE.
macro_rules! definer {
    ($definer:literal) => {
        concat!(
            "IF(",
            $definer,
            " = CURRENT_USER(), NULL, CONCAT('DEFINER=', ",
            $definer,
            "))"
        )
    };
}

/// What the program runs under, a note a line. The mode is compared with the server's and not with
/// the session's, which scripts set.
macro_rules! environment {
    ($table:literal, $more:literal) => {
        concat!(
            "NULLIF(CONCAT_WS('\\n', ",
            $more,
            "IF(",
            $table,
            ".SQL_MODE = @@GLOBAL.sql_mode, NULL, CONCAT('sql_mode: ', ",
            $table,
            ".SQL_MODE)), IF(",
            $table,
            ".CHARACTER_SET_CLIENT = 'utf8mb4' AND ",
            $table,
            ".COLLATION_CONNECTION IN ('utf8mb4_unicode_ci', 'utf8mb4_general_ci', 'utf8mb4_0900_ai_ci'),
             NULL, CONCAT('character set: ', ",
            $table,
            ".CHARACTER_SET_CLIENT, ', ', ",
            $table,
            ".COLLATION_CONNECTION)), IF(",
            $table,
            ".DATABASE_COLLATION = @@collation_database, NULL, CONCAT('database collation: ', ",
            $table,
            ".DATABASE_COLLATION))), '')"
        )
    };
}

/// The same of a view, from what SHOW CREATE says of it.
pub(super) fn charset_note(charset: &str, collation: &str) -> Option<String> {
    let usual = [
        "utf8mb4_unicode_ci",
        "utf8mb4_general_ci",
        "utf8mb4_0900_ai_ci",
    ];
    let is_usual = charset == "utf8mb4" && usual.contains(&collation);
    (!is_usual).then(|| format!("character set: {charset}, {collation}"))
}

pub(super) const READINGS: &[Reading] = &[THE_DATABASE, TRIGGERS, ROUTINES, PARAMETERS, EVENTS];

/// Where they are in it.
pub(super) const OF_DATABASE: &[usize] = &[0];
pub(super) const OF_TABLE: usize = 1;
pub(super) const OF_ROUTINES: &[usize] = &[2, 3];
pub(super) const OF_EVENTS: &[usize] = &[4];

/// The query of one, with one more condition.
pub(super) fn query(at: usize, condition: &str) -> String {
    READINGS
        .get(at)
        .map_or_else(String::new, |reading| reading.sql(at, condition))
}

/// The collation that each character set has by default.
pub(super) const CHARSETS: &str = "SELECT 'charset', CHARACTER_SET_NAME, DEFAULT_COLLATE_NAME
    FROM information_schema.CHARACTER_SETS";

/// Whether a relation of that name, a literal, is there, as SHOW FULL TABLES says it.
pub(super) fn relation(name: &str) -> String {
    format!(
        "SELECT TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES
         WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = {name}"
    )
}

/// Its defaults are those of tables that are made later.
const THE_DATABASE: Reading = Reading {
    kind: "'schema'",
    table: "NULL",
    name: "'(current)'",
    properties: &[(
        Property::Definition,
        "CONCAT('ALTER DATABASE COLLATE ', s.DEFAULT_COLLATION_NAME)",
    )],
    from: "FROM information_schema.SCHEMATA s WHERE s.SCHEMA_NAME = DATABASE()",
    order_by: "",
};

/// By the table's schema, which a trigger shares: MariaDB opens every database's tables otherwise.
const TRIGGERS: Reading = Reading {
    kind: "'trigger'",
    table: "g.EVENT_OBJECT_TABLE",
    name: "g.TRIGGER_NAME",
    properties: &[
        (Property::Modifier, definer!("g.DEFINER")),
        (
            Property::Options,
            "CONCAT(g.ACTION_TIMING, ' ', g.EVENT_MANIPULATION, ' ON ', g.EVENT_OBJECT_TABLE,
             ' FOR EACH ROW')",
        ),
        (Property::Body, "g.ACTION_STATEMENT"),
        (
            Property::Note,
            environment!(
                "g",
                "IF(g.ACTION_ORDER > 1, CONCAT('number ', g.ACTION_ORDER, ' of its kind'), NULL), "
            ),
        ),
    ],
    from: "FROM information_schema.TRIGGERS g WHERE g.EVENT_OBJECT_SCHEMA = DATABASE()",
    order_by: "",
};

/// MariaDB's packages are routines of their own kind.
const ROUTINES: Reading = Reading {
    kind: "LOWER(r.ROUTINE_TYPE)",
    table: "NULL",
    name: "r.ROUTINE_NAME",
    properties: &[
        (Property::Modifier, definer!("r.DEFINER")),
        (
            Property::Options,
            "NULLIF(CONCAT_WS(' ', IF(r.ROUTINE_TYPE = 'FUNCTION', CONCAT('RETURNS ', r.DTD_IDENTIFIER,
               IF(r.COLLATION_NAME IS NULL, '', CONCAT(' COLLATE ', r.COLLATION_NAME))), NULL),
             IF(r.IS_DETERMINISTIC = 'YES', 'DETERMINISTIC', NULL),
             IF(r.SQL_DATA_ACCESS = 'CONTAINS SQL', NULL, r.SQL_DATA_ACCESS),
             IF(r.SECURITY_TYPE = 'DEFINER', NULL, CONCAT('SQL SECURITY ', r.SECURITY_TYPE))), '')",
        ),
        (Property::Body, "r.ROUTINE_DEFINITION"),
        (Property::Note, environment!("r", "")),
        (Property::Comment, "NULLIF(r.ROUTINE_COMMENT, '')"),
    ],
    from: "FROM information_schema.ROUTINES r WHERE r.ROUTINE_SCHEMA = DATABASE()",
    order_by: "",
};

/// A function's parameter number 0 is what it returns.
const PARAMETERS: Reading = Reading {
    kind: "LOWER(p.ROUTINE_TYPE)",
    table: "NULL",
    name: "p.SPECIFIC_NAME",
    properties: &[(
        Property::Parts,
        "CONCAT_WS(' ', IF(p.ROUTINE_TYPE = 'FUNCTION', NULL, p.PARAMETER_MODE), p.PARAMETER_NAME,
         p.DTD_IDENTIFIER, CONCAT('COLLATE ', p.COLLATION_NAME))",
    )],
    from: "FROM information_schema.PARAMETERS p
           WHERE p.SPECIFIC_SCHEMA = DATABASE() AND p.ORDINAL_POSITION > 0",
    order_by: " ORDER BY p.ROUTINE_TYPE, p.SPECIFIC_NAME, p.ORDINAL_POSITION",
};

/// Without the times that the server took from its clock: the start of a repetition that names
/// none, and when a single event is due, which is mostly relative to its creation.
const EVENTS: Reading = Reading {
    kind: "'event'",
    table: "NULL",
    name: "e.EVENT_NAME",
    properties: &[
        (Property::Modifier, definer!("e.DEFINER")),
        (
            Property::Options,
            "CONCAT_WS(' ', 'ON SCHEDULE', IF(e.EVENT_TYPE = 'ONE TIME', 'AT …',
               CONCAT('EVERY ', e.INTERVAL_VALUE, ' ', e.INTERVAL_FIELD)),
             IF(e.STARTS IS NULL OR ABS(TIMESTAMPDIFF(SECOND, e.STARTS, e.CREATED)) <= 1, NULL,
               CONCAT('STARTS ', e.STARTS)),
             CONCAT('ENDS ', e.ENDS),
             IF(e.ON_COMPLETION = 'PRESERVE', 'ON COMPLETION PRESERVE', NULL),
             IF(e.STATUS = 'ENABLED', NULL, e.STATUS))",
        ),
        (Property::Body, "CONCAT('DO ', e.EVENT_DEFINITION)"),
        (
            Property::Note,
            environment!(
                "e",
                "IF(e.TIME_ZONE IN ('SYSTEM', '+00:00'), NULL, CONCAT('time zone: ', e.TIME_ZONE)), "
            ),
        ),
        (Property::Comment, "NULLIF(e.EVENT_COMMENT, '')"),
    ],
    from: "FROM information_schema.EVENTS e WHERE e.EVENT_SCHEMA = DATABASE()",
    order_by: "",
};

/// One privilege a row. A grant on a database may name it as a pattern.
pub(super) const GRANTS: &str = "SELECT 'grant', CONCAT('GRANT ', g.PRIVILEGE_TYPE, ' ON * TO ', g.GRANTEE,
       IF(g.IS_GRANTABLE = 'YES', ' WITH GRANT OPTION', '')), NULL
     FROM information_schema.SCHEMA_PRIVILEGES g
     WHERE REPLACE(g.TABLE_SCHEMA, '\\\\', '') = DATABASE();
 SELECT 'grant', CONCAT('GRANT ', g.PRIVILEGE_TYPE, ' ON ', g.TABLE_NAME, ' TO ', g.GRANTEE,
       IF(g.IS_GRANTABLE = 'YES', ' WITH GRANT OPTION', '')), NULL
     FROM information_schema.TABLE_PRIVILEGES g WHERE g.TABLE_SCHEMA = DATABASE();
 SELECT 'grant', CONCAT('GRANT ', g.PRIVILEGE_TYPE, ' (', g.COLUMN_NAME, ') ON ', g.TABLE_NAME, ' TO ',
       g.GRANTEE, IF(g.IS_GRANTABLE = 'YES', ' WITH GRANT OPTION', '')), NULL
     FROM information_schema.COLUMN_PRIVILEGES g WHERE g.TABLE_SCHEMA = DATABASE()";

/// In no catalog but the system's own tables.
pub(super) const ROUTINE_GRANTS: &str =
    "SELECT CONCAT('GRANT ', g.Proc_priv, ' ON ', g.Routine_type, ' ',
       g.Routine_name, ' TO ', QUOTE(g.User), '@', QUOTE(g.Host))
     FROM mysql.procs_priv g WHERE g.Db = DATABASE()";
