//! Triggers, routines, events.
//!
//! The `sql_mode` and the definer that they were created with are said where they are not the
//! reader's own: a server applies them when it runs the body.

use crate::snapshot::object::Property;
use crate::snapshot::reading::Reading;

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

/// The mode, as a note.
macro_rules! sql_mode {
    ($mode:literal) => {
        concat!(
            "IF(",
            $mode,
            " = @@SESSION.sql_mode, NULL, CONCAT('sql_mode: ', ",
            $mode,
            "))"
        )
    };
}

pub(super) const READINGS: &[Reading] = &[TRIGGERS, ROUTINES, PARAMETERS, EVENTS];

const TRIGGERS: Reading = Reading {
    only_if: "true",
    kind: "'trigger'",
    schema: "NULL",
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
            concat!(
                "NULLIF(CONCAT_WS('\\n', IF(g.ACTION_ORDER > 1, CONCAT('number ', g.ACTION_ORDER,
                 ' of its kind'), NULL), ",
                sql_mode!("g.SQL_MODE"),
                "), '')"
            ),
        ),
    ],
    from: "FROM information_schema.TRIGGERS g WHERE g.TRIGGER_SCHEMA = DATABASE()",
};

const ROUTINES: Reading = Reading {
    only_if: "true",
    kind: "LOWER(r.ROUTINE_TYPE)",
    schema: "NULL",
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
        (Property::Note, sql_mode!("r.SQL_MODE")),
        (Property::Comment, "NULLIF(r.ROUTINE_COMMENT, '')"),
    ],
    from: "FROM information_schema.ROUTINES r WHERE r.ROUTINE_SCHEMA = DATABASE()
           AND r.ROUTINE_TYPE IN ('FUNCTION', 'PROCEDURE')",
};

/// A function's parameter number 0 is what it returns.
const PARAMETERS: Reading = Reading {
    only_if: "true",
    kind: "LOWER(p.ROUTINE_TYPE)",
    schema: "NULL",
    table: "NULL",
    name: "p.SPECIFIC_NAME",
    properties: &[(
        Property::Parts,
        "CONCAT_WS(' ', IF(p.ROUTINE_TYPE = 'FUNCTION', NULL, p.PARAMETER_MODE), p.PARAMETER_NAME,
         p.DTD_IDENTIFIER, CONCAT('COLLATE ', p.COLLATION_NAME))",
    )],
    from: "FROM information_schema.PARAMETERS p
           WHERE p.SPECIFIC_SCHEMA = DATABASE() AND p.ORDINAL_POSITION > 0
           ORDER BY p.ROUTINE_TYPE, p.SPECIFIC_NAME, p.ORDINAL_POSITION",
};

/// Without the times that the server took from its clock: the start of a repetition that names
/// none, and when a single event is due, which is mostly relative to its creation.
const EVENTS: Reading = Reading {
    only_if: "true",
    kind: "'event'",
    schema: "NULL",
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
        (Property::Note, sql_mode!("e.SQL_MODE")),
        (Property::Comment, "NULLIF(e.EVENT_COMMENT, '')"),
    ],
    from: "FROM information_schema.EVENTS e WHERE e.EVENT_SCHEMA = DATABASE()",
};
