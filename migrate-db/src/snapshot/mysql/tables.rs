//! Tables and views with what belongs to them.
//!
//! Without joins where there is a way without: the names of `information_schema` are views over
//! many tables, or made row by row, and each join is a nested loop over them.

use crate::snapshot::object::Property;
use crate::snapshot::reading::Reading;

/// An identifier, quoted if it is not a plain word.
macro_rules! quoted {
    ($name:literal) => {
        concat!(
            "IF(",
            $name,
            " REGEXP '^[A-Za-z_][A-Za-z0-9_]*$', ",
            $name,
            ", CONCAT('`', REPLACE(",
            $name,
            ", '`', '``'), '`'))"
        )
    };
}

pub(super) const READINGS: &[Reading] = &[
    TABLES,
    PARTITIONS,
    FOREIGN_KEYS,
    FOREIGN_KEY_ACTIONS,
    VIEWS,
    MYSQL_COLUMNS,
    MYSQL_KEYS,
    MYSQL_CHECKS,
    MARIADB_COLUMNS,
    MARIADB_KEYS,
    MARIADB_CHECKS,
    MARIADB_SEQUENCES,
];

/// Without AUTO_INCREMENT, which is a counter.
const TABLES: Reading = Reading {
    only_if: "true",
    kind: "'table'",
    schema: "NULL",
    table: "NULL",
    name: "t.TABLE_NAME",
    properties: &[
        (Property::Collation, "t.TABLE_COLLATION"),
        (
            Property::Options,
            "CONCAT_WS(' ', CONCAT('ENGINE=', t.ENGINE),
             NULLIF(TRIM(REPLACE(t.CREATE_OPTIONS, 'partitioned', '')), ''),
             IF(t.TABLE_TYPE = 'SYSTEM VERSIONED', 'WITH SYSTEM VERSIONING', NULL))",
        ),
        (Property::Comment, "NULLIF(t.TABLE_COMMENT, '')"),
    ],
    from: "FROM information_schema.TABLES t WHERE t.TABLE_SCHEMA = DATABASE()
           AND t.TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')",
};

const PARTITIONS: Reading = Reading {
    only_if: "true",
    kind: "'table'",
    schema: "NULL",
    table: "NULL",
    name: "p.TABLE_NAME",
    properties: &[
        (
            Property::PartitionBy,
            "CONCAT(p.PARTITION_METHOD, ' (', COALESCE(p.PARTITION_EXPRESSION, ''), ')',
             IF(p.SUBPARTITION_METHOD IS NULL, '', CONCAT(' SUBPARTITION BY ', p.SUBPARTITION_METHOD,
                ' (', COALESCE(p.SUBPARTITION_EXPRESSION, ''), ')')))",
        ),
        (
            Property::Partitions,
            "CONCAT('PARTITION ', p.PARTITION_NAME,
             IF(p.SUBPARTITION_NAME IS NULL, '', CONCAT('.', p.SUBPARTITION_NAME)),
             CASE WHEN p.PARTITION_DESCRIPTION IS NULL THEN ''
               WHEN p.PARTITION_METHOD LIKE 'LIST%' THEN CONCAT(' VALUES IN (', p.PARTITION_DESCRIPTION, ')')
               ELSE CONCAT(' VALUES LESS THAN (', p.PARTITION_DESCRIPTION, ')') END,
             IF(p.PARTITION_COMMENT = '', '', CONCAT(' COMMENT ', QUOTE(p.PARTITION_COMMENT))))",
        ),
    ],
    from: "FROM information_schema.PARTITIONS p
           WHERE p.TABLE_SCHEMA = DATABASE() AND p.PARTITION_NAME IS NOT NULL
           ORDER BY p.TABLE_NAME, p.PARTITION_ORDINAL_POSITION, p.SUBPARTITION_ORDINAL_POSITION",
};

/// What the key says of itself; its actions are in a catalog of their own.
const FOREIGN_KEYS: Reading = Reading {
    only_if: "true",
    kind: "'foreign key'",
    schema: "NULL",
    table: "k.TABLE_NAME",
    name: "k.CONSTRAINT_NAME",
    properties: &[
        (Property::Parts, quoted!("k.COLUMN_NAME")),
        (
            Property::References,
            concat!(
                "CONCAT(IF(k.REFERENCED_TABLE_SCHEMA = DATABASE(), '', CONCAT(",
                quoted!("k.REFERENCED_TABLE_SCHEMA"),
                ", '.')), ",
                quoted!("k.REFERENCED_TABLE_NAME"),
                ")"
            ),
        ),
        (
            Property::ReferencedParts,
            quoted!("k.REFERENCED_COLUMN_NAME"),
        ),
    ],
    from: "FROM information_schema.KEY_COLUMN_USAGE k
           WHERE k.TABLE_SCHEMA = DATABASE() AND k.REFERENCED_TABLE_NAME IS NOT NULL
           ORDER BY k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION",
};

/// RESTRICT and NO ACTION are the same to InnoDB, and each server has another default of the two.
const FOREIGN_KEY_ACTIONS: Reading = Reading {
    only_if: "true",
    kind: "'foreign key'",
    schema: "NULL",
    table: "r.TABLE_NAME",
    name: "r.CONSTRAINT_NAME",
    properties: &[
        (
            Property::Options,
            "NULLIF(CONCAT_WS(' ',
             IF(r.DELETE_RULE IN ('NO ACTION', 'RESTRICT'), NULL, CONCAT('ON DELETE ', r.DELETE_RULE)),
             IF(r.UPDATE_RULE IN ('NO ACTION', 'RESTRICT'), NULL, CONCAT('ON UPDATE ', r.UPDATE_RULE))), '')",
        ),
    ],
    from: "FROM information_schema.REFERENTIAL_CONSTRAINTS r
           WHERE r.CONSTRAINT_SCHEMA = DATABASE()",
};

/// Who defined it is said only of somebody else than who reads it: scratch databases are made
/// under another account than production's.
const VIEWS: Reading = Reading {
    only_if: "true",
    kind: "'view'",
    schema: "NULL",
    table: "NULL",
    name: "v.TABLE_NAME",
    properties: &[
        (
            Property::Modifier,
            "NULLIF(CONCAT_WS(' ', IF(v.DEFINER = CURRENT_USER(), NULL, CONCAT('DEFINER=', v.DEFINER)),
             IF(v.SECURITY_TYPE = 'DEFINER', NULL, CONCAT('SQL SECURITY ', v.SECURITY_TYPE))), '')",
        ),
        (
            Property::Body,
            "CONCAT('AS ', v.VIEW_DEFINITION,
             IF(v.CHECK_OPTION = 'NONE', '', CONCAT(' WITH ', v.CHECK_OPTION, ' CHECK OPTION')))",
        ),
    ],
    from: "FROM information_schema.VIEWS v WHERE v.TABLE_SCHEMA = DATABASE()",
};

/// A literal default comes without its quotes.
const MYSQL_COLUMNS: Reading = Reading {
    only_if: "VERSION() NOT LIKE '%MariaDB%'",
    kind: "'column'",
    schema: "NULL",
    table: "c.TABLE_NAME",
    name: "c.COLUMN_NAME",
    properties: &[
        (Property::Type, "c.COLUMN_TYPE"),
        (Property::Collation, "c.COLLATION_NAME"),
        (
            Property::NotNull,
            "IF(c.IS_NULLABLE = 'NO', 'NOT NULL', NULL)",
        ),
        (
            Property::Default,
            "CASE WHEN c.COLUMN_DEFAULT IS NULL THEN NULL
             WHEN c.COLUMN_DEFAULT LIKE 'CURRENT_TIMESTAMP%' AND c.EXTRA LIKE '%DEFAULT_GENERATED%'
               THEN c.COLUMN_DEFAULT
             WHEN c.EXTRA LIKE '%DEFAULT_GENERATED%' THEN CONCAT('(', c.COLUMN_DEFAULT, ')')
             ELSE QUOTE(c.COLUMN_DEFAULT) END",
        ),
        (
            Property::Generated,
            "IF(c.GENERATION_EXPRESSION = '', NULL, CONCAT('(', c.GENERATION_EXPRESSION, ') ',
             IF(c.EXTRA LIKE '%STORED GENERATED%', 'STORED', 'VIRTUAL')))",
        ),
        (
            Property::Options,
            "NULLIF(TRIM(CONCAT_WS(' ', REPLACE(REPLACE(REPLACE(c.EXTRA, 'DEFAULT_GENERATED', ''),
             'STORED GENERATED', ''), 'VIRTUAL GENERATED', ''),
             CONCAT('SRID ', c.SRS_ID))), '')",
        ),
        (Property::Comment, "NULLIF(c.COLUMN_COMMENT, '')"),
    ],
    from: "FROM information_schema.COLUMNS c WHERE c.TABLE_SCHEMA = DATABASE()
           ORDER BY c.TABLE_NAME, c.ORDINAL_POSITION",
};

/// A default is an expression already; `NULL` is the one that a nullable column has anyway.
const MARIADB_COLUMNS: Reading = Reading {
    only_if: "VERSION() LIKE '%MariaDB%'",
    kind: "'column'",
    schema: "NULL",
    table: "c.TABLE_NAME",
    name: "c.COLUMN_NAME",
    properties: &[
        (Property::Type, "c.COLUMN_TYPE"),
        (Property::Collation, "c.COLLATION_NAME"),
        (
            Property::NotNull,
            "IF(c.IS_NULLABLE = 'NO', 'NOT NULL', NULL)",
        ),
        (Property::Default, "NULLIF(c.COLUMN_DEFAULT, 'NULL')"),
        (
            Property::Generated,
            "IF(c.IS_GENERATED = 'ALWAYS', CONCAT('(', c.GENERATION_EXPRESSION, ') ',
             IF(c.EXTRA LIKE '%STORED GENERATED%', 'STORED', 'VIRTUAL')), NULL)",
        ),
        (
            Property::Options,
            "NULLIF(TRIM(REPLACE(REPLACE(c.EXTRA, 'STORED GENERATED', ''),
             'VIRTUAL GENERATED', '')), '')",
        ),
        (Property::Comment, "NULLIF(c.COLUMN_COMMENT, '')"),
    ],
    from: "FROM information_schema.COLUMNS c WHERE c.TABLE_SCHEMA = DATABASE()
           ORDER BY c.TABLE_NAME, c.ORDINAL_POSITION",
};

/// A geometry's index has a prefix length that nobody gave it.
const MYSQL_KEYS: Reading = Reading {
    only_if: "VERSION() NOT LIKE '%MariaDB%'",
    kind: "IF(s.INDEX_NAME = 'PRIMARY', 'primary key', 'index')",
    schema: "NULL",
    table: "s.TABLE_NAME",
    name: "s.INDEX_NAME",
    properties: &[
        (
            Property::Modifier,
            "CASE WHEN s.INDEX_NAME = 'PRIMARY' THEN NULL WHEN s.NON_UNIQUE = 0 THEN 'UNIQUE'
             WHEN s.INDEX_TYPE IN ('FULLTEXT', 'SPATIAL') THEN s.INDEX_TYPE END",
        ),
        (
            Property::Parts,
            concat!(
                "CONCAT(IF(s.COLUMN_NAME IS NULL, CONCAT('(', s.EXPRESSION, ')'), ",
                quoted!("s.COLUMN_NAME"),
                "), IF(s.SUB_PART IS NULL OR s.INDEX_TYPE = 'SPATIAL', '', CONCAT('(', s.SUB_PART, ')')),
                 IF(s.COLLATION = 'D', ' DESC', ''))"
            ),
        ),
        (
            Property::Options,
            "NULLIF(CONCAT_WS(' ',
             IF(s.INDEX_TYPE IN ('BTREE', 'FULLTEXT', 'SPATIAL'), NULL, CONCAT('USING ', s.INDEX_TYPE)),
             IF(s.IS_VISIBLE = 'NO', 'INVISIBLE', NULL)), '')",
        ),
        (Property::Comment, "NULLIF(s.INDEX_COMMENT, '')"),
    ],
    from: "FROM information_schema.STATISTICS s WHERE s.TABLE_SCHEMA = DATABASE()
           ORDER BY s.TABLE_NAME, s.INDEX_NAME, s.SEQ_IN_INDEX",
};

const MARIADB_KEYS: Reading = Reading {
    only_if: "VERSION() LIKE '%MariaDB%'",
    kind: "IF(s.INDEX_NAME = 'PRIMARY', 'primary key', 'index')",
    schema: "NULL",
    table: "s.TABLE_NAME",
    name: "s.INDEX_NAME",
    properties: &[
        (
            Property::Modifier,
            "CASE WHEN s.INDEX_NAME = 'PRIMARY' THEN NULL WHEN s.NON_UNIQUE = 0 THEN 'UNIQUE'
             WHEN s.INDEX_TYPE IN ('FULLTEXT', 'SPATIAL') THEN s.INDEX_TYPE END",
        ),
        (
            Property::Parts,
            concat!(
                "CONCAT(",
                quoted!("s.COLUMN_NAME"),
                ", IF(s.SUB_PART IS NULL OR s.INDEX_TYPE = 'SPATIAL', '', CONCAT('(', s.SUB_PART, ')')),
                 IF(s.COLLATION = 'D', ' DESC', ''))"
            ),
        ),
        (
            Property::Options,
            "NULLIF(CONCAT_WS(' ',
             IF(s.INDEX_TYPE IN ('BTREE', 'FULLTEXT', 'SPATIAL'), NULL, CONCAT('USING ', s.INDEX_TYPE)),
             IF(s.IGNORED = 'YES', 'IGNORED', NULL)), '')",
        ),
        (Property::Comment, "NULLIF(s.INDEX_COMMENT, '')"),
    ],
    from: "FROM information_schema.STATISTICS s WHERE s.TABLE_SCHEMA = DATABASE()
           ORDER BY s.TABLE_NAME, s.INDEX_NAME, s.SEQ_IN_INDEX",
};

/// LIMIT keeps the clauses a table of their own. Merged into one query, the views behind the two
/// names are joined by nested loops: 60 checks took 57 ms.
const MYSQL_CHECKS: Reading = Reading {
    only_if: "VERSION() NOT LIKE '%MariaDB%'",
    kind: "'check constraint'",
    schema: "NULL",
    table: "k.TABLE_NAME",
    name: "k.CONSTRAINT_NAME",
    properties: &[(
        Property::Definition,
        "CONCAT('CHECK ', c.CHECK_CLAUSE, IF(k.ENFORCED = 'NO', ' NOT ENFORCED', ''))",
    )],
    from: "FROM information_schema.TABLE_CONSTRAINTS k JOIN (SELECT CONSTRAINT_NAME, CHECK_CLAUSE
             FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE()
             LIMIT 18446744073709551615) c ON c.CONSTRAINT_NAME = k.CONSTRAINT_NAME
           WHERE k.TABLE_SCHEMA = DATABASE() AND k.CONSTRAINT_TYPE = 'CHECK'",
};

const MARIADB_CHECKS: Reading = Reading {
    only_if: "VERSION() LIKE '%MariaDB%'",
    kind: "'check constraint'",
    schema: "NULL",
    table: "c.TABLE_NAME",
    name: "c.CONSTRAINT_NAME",
    properties: &[(
        Property::Definition,
        "CONCAT('CHECK (', c.CHECK_CLAUSE, ')')",
    )],
    from: "FROM information_schema.CHECK_CONSTRAINTS c WHERE c.CONSTRAINT_SCHEMA = DATABASE()",
};

/// Their options are read from the sequences themselves.
const MARIADB_SEQUENCES: Reading = Reading {
    only_if: "VERSION() LIKE '%MariaDB%'",
    kind: "'sequence'",
    schema: "NULL",
    table: "NULL",
    name: "t.TABLE_NAME",
    properties: &[],
    from: "FROM information_schema.TABLES t
           WHERE t.TABLE_SCHEMA = DATABASE() AND t.TABLE_TYPE = 'SEQUENCE'",
};
