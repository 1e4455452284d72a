//! The snapshots of MySQL and MariaDB against SHOW CREATE and `information_schema`, over random DDL.

#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "what breaks has failed the test"
)]

mod dice;
#[path = "../support/mod.rs"]
mod support;
mod walk;

use std::process::ExitCode;

use dice::Plan;
use migcheck::Dialect;
use migcheck::db::Session;
use support::{Case, TestServer, block_on, run_on_every_server};
use walk::{Ground, Testimony, walk};

/// What both servers understand.
const BOTH: &[&str] = &[
    "CREATE TABLE {table} ({col} {columndef}, {col} {columndef}, {col} {columndef}{|, {element}|, {element}, {element}}){|{option}|{option} {option}|{partition}}",
    "CREATE TABLE IF NOT EXISTS `{table}` (id int AUTO_INCREMENT PRIMARY KEY, {col} {columndef}, {col} {columndef}){|{option}|{option} {option}}",
    "CREATE TABLE {table} LIKE {table}",
    "CREATE TABLE {table} AS SELECT 1 AS a, 'x' AS b",
    "DROP TABLE {table}",
    "ALTER TABLE {table} ADD {col} {columndef}{|FIRST|AFTER {col}}",
    "ALTER TABLE {table} ADD {col} {columndef}, ADD {element}",
    "ALTER TABLE {table} DROP COLUMN {col}",
    "ALTER TABLE {table} MODIFY {col} {columndef}{|FIRST|AFTER {col}}",
    "ALTER TABLE {table} MODIFY {col} {columndef}",
    "ALTER TABLE {table} CHANGE {col} {col} {columndef}",
    "ALTER TABLE {table} RENAME COLUMN {col} TO {col}",
    "ALTER TABLE {table} ALTER {col} {DROP DEFAULT|SET DEFAULT {1|'x'}}",
    "ALTER TABLE {table} ADD {element}",
    "ALTER TABLE {table} ADD {element}",
    "ALTER TABLE {table} ADD {element}, ADD {element}",
    "ALTER TABLE {table} DROP INDEX {index}",
    "ALTER TABLE {table} DROP CONSTRAINT {con}",
    "ALTER TABLE {table} DROP FOREIGN KEY {con}",
    "ALTER TABLE {table} DROP PRIMARY KEY",
    "ALTER TABLE {table} {option}",
    "ALTER TABLE {table} {option}",
    "ALTER TABLE {table} CONVERT TO CHARACTER SET {latin1|utf8mb4 COLLATE utf8mb4_bin}",
    "ALTER TABLE {table} {partition}",
    "ALTER TABLE {table} REMOVE PARTITIONING",
    "ALTER TABLE {table} RENAME TO {table}",
    "ALTER TABLE {table} RENAME INDEX {index} TO {index}",
    "RENAME TABLE {table} TO swapped, {table} TO {table}, swapped TO {table}",
    "CREATE {|UNIQUE|FULLTEXT} INDEX {index} ON {table} ({col}{|(5)| DESC}{|, {col}}){|COMMENT 'it''s'}",
    "DROP INDEX {index} ON {table}",
    "CREATE {|OR REPLACE} {|ALGORITHM = {MERGE|TEMPTABLE}} {|DEFINER = 'nobody'@'%'} {|SQL SECURITY INVOKER} VIEW {view}{|(p)} AS SELECT {col} FROM {table} {|WHERE {col} > 1 {|WITH {LOCAL|CASCADED} CHECK OPTION}}",
    "ALTER VIEW {view} AS SELECT {col}, 'it''s' FROM {table}",
    "DROP VIEW {view}",
    "CREATE {|DEFINER = 'nobody'@'%'} TRIGGER {trigger} {BEFORE|AFTER} {INSERT|UPDATE|DELETE} ON {table} FOR EACH ROW {|FOLLOWS {trigger}|PRECEDES {trigger}} {SET @x = '{a|b}'|BEGIN SET @x = 1; SET @y = ';'; END}",
    "DROP TRIGGER {trigger}",
    "DROP TRIGGER {trigger}",
    "CREATE {|DEFINER = CURRENT_USER()} PROCEDURE {routine}({|IN a {type}|OUT b varchar(10), INOUT c int}) {|DETERMINISTIC} {|READS SQL DATA|NO SQL} {|SQL SECURITY INVOKER} {|COMMENT 'x'} {SELECT 1|BEGIN DECLARE z int; SET z = 2; END}",
    "CREATE FUNCTION {routine}({|a int|a varchar(10), b {type}}) RETURNS {type} {DETERMINISTIC|NO SQL DETERMINISTIC} RETURN {1|NULL}",
    "ALTER PROCEDURE {routine} {COMMENT 'y'|SQL SECURITY INVOKER|MODIFIES SQL DATA}",
    "DROP {PROCEDURE|FUNCTION} {routine}",
    "CREATE EVENT {event} ON SCHEDULE EVERY {1|2} DAY {|STARTS '2035-01-01 00:00:00'} {|ENDS '2036-01-01 00:00:00'} {|ON COMPLETION PRESERVE} {DISABLE|DISABLE COMMENT 'x'} DO {SELECT 1|DELETE FROM {table}}",
    "ALTER EVENT {event} {COMMENT 'y'|ON COMPLETION PRESERVE|RENAME TO {event}|DO SELECT 2}",
    "DROP EVENT {event}",
    "ALTER DATABASE COLLATE {utf8mb4_bin|utf8mb4_general_ci}",
    "INSERT INTO {table} VALUES ()",
    "SET @make = 'ALTER TABLE {table} ADD {col} {columndef}'; PREPARE make FROM @make; EXECUTE make",
    "SET foreign_key_checks = 0; DROP TABLE {table}",
];

const MYSQL: &[&str] = &[
    "ALTER TABLE {table} ALTER {CHECK|CONSTRAINT} {con} {NOT ENFORCED|ENFORCED}",
    "ALTER TABLE {table} ALTER INDEX {index} {INVISIBLE|VISIBLE}",
    "ALTER TABLE {table} ALTER COLUMN {col} SET {INVISIBLE|VISIBLE}",
    "CREATE INDEX {index} ON {table} ((lower({col})), {col}){|INVISIBLE}",
    "CREATE FULLTEXT INDEX {index} ON {table} ({col}) WITH PARSER ngram",
    "ALTER TABLE {table} ADD {col} point NOT NULL SRID 4326",
];

const MARIADB: &[&str] = &[
    "CREATE OR REPLACE TABLE {table} ({col} {columndef}, {col} {columndef}){|WITH SYSTEM VERSIONING}",
    "ALTER TABLE {table} ALTER INDEX {index} {IGNORED|NOT IGNORED}",
    "ALTER TABLE {table} ADD {col} {{uuid|inet6|int INVISIBLE|varchar(50) COMPRESSED|int CHECK ({col} > 0)|int WITHOUT SYSTEM VERSIONING}}",
    "ALTER TABLE {table} {ADD|DROP} SYSTEM VERSIONING",
    "ALTER TABLE {table} PAGE_COMPRESSED = {0|1}",
    "CREATE SEQUENCE {sequence} START WITH {1|5} INCREMENT BY {1|2} {|CYCLE}",
    "ALTER SEQUENCE {sequence} {CYCLE|NOCYCLE|MAXVALUE 100|CACHE 7}",
    "DROP SEQUENCE {sequence}",
    "SELECT NEXTVAL({sequence})",
    "ALTER TABLE {table} ADD PERIOD FOR per({col}, {col})",
];

const POOLS: &[(&str, &[&str])] = &[
    ("table", &["t", "u", "`v w`"]),
    ("view", &["x", "y"]),
    ("col", &["a", "b", "c", "`d d`", "id"]),
    ("index", &["i", "j", "a", "b"]),
    ("trigger", &["f", "g", "h"]),
    ("routine", &["r", "s"]),
    ("event", &["e", "ev"]),
    ("sequence", &["q", "qq"]),
    ("con", &["con1", "con2", "con3"]),
    (
        "type",
        &[
            "int",
            "int unsigned",
            "bigint",
            "varchar(20)",
            "varchar(20) CHARACTER SET latin1",
            "char(3)",
            "text",
            "decimal(8,2)",
            "datetime(3)",
            "timestamp NULL",
            "date",
            "enum('a','b,c','it''s')",
            "set('x','y')",
            "json",
            "blob",
            "bit(3)",
            "double",
            "binary(4)",
            "point",
        ],
    ),
    (
        "columndef",
        &[
            "{type}",
            "{type}",
            "{type} NOT NULL",
            "{type} DEFAULT {NULL|1|'a'|(1 + 1)|(concat('a', 'b'))}",
            "{type} NOT NULL DEFAULT {1|'a'}",
            "{type} COMMENT 'it''s; a\\\\b'",
            "varchar(30) COLLATE {utf8mb4_bin|utf8mb4_general_ci|latin1_bin}",
            "datetime DEFAULT CURRENT_TIMESTAMP{|ON UPDATE CURRENT_TIMESTAMP}",
            "int AS ({col} + 1) {STORED|VIRTUAL}",
            "varchar(40) AS (concat({col}, ', ')) VIRTUAL COMMENT 'g'",
        ],
    ),
    (
        "element",
        &[
            "PRIMARY KEY ({col}{|, {col}})",
            "{|UNIQUE} KEY {index} ({col}{|(3)| DESC}{|, {col}}) {|USING BTREE} {|COMMENT 'k'}",
            "KEY ({col})",
            "FULLTEXT KEY {index} ({col})",
            "SPATIAL KEY {index} ({col})",
            "CONSTRAINT {con} CHECK ({col} > {0|1})",
            "CHECK ({col} <> {col})",
            "{|CONSTRAINT {con}} FOREIGN KEY ({col}) REFERENCES {table} ({col}) {|ON DELETE {CASCADE|SET NULL|RESTRICT}} {|ON UPDATE CASCADE}",
            "CONSTRAINT {con} FOREIGN KEY ({col}) REFERENCES {table} (id)",
        ],
    ),
    (
        "option",
        &[
            " COMMENT = '{x|it''s|}'",
            " ROW_FORMAT = {DYNAMIC|COMPACT|DEFAULT}",
            " STATS_PERSISTENT = {0|1|DEFAULT}",
            " COLLATE = {utf8mb4_bin|utf8mb4_general_ci|latin1_swedish_ci}",
            " ENGINE = {InnoDB|MyISAM|MEMORY}",
            " AUTO_INCREMENT = {7|70}",
            " KEY_BLOCK_SIZE = {0|8}",
        ],
    ),
    (
        "partition",
        &[
            " PARTITION BY HASH ({col}) PARTITIONS {2|3}",
            " PARTITION BY LINEAR KEY ({col}) PARTITIONS 2",
            " PARTITION BY RANGE ({col}) (PARTITION p0 VALUES LESS THAN (10){| COMMENT = 'p'}, PARTITION p1 VALUES LESS THAN MAXVALUE)",
            " PARTITION BY LIST COLUMNS ({col}) (PARTITION p0 VALUES IN ('a', 'b'), PARTITION p1 VALUES IN ('c'))",
            " PARTITION BY RANGE ({col}) SUBPARTITION BY HASH ({col}) SUBPARTITIONS 2 (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE)",
        ],
    ),
];

fn main() -> ExitCode {
    let case = Case::new(
        "whatever_changes_show_create_changes_the_snapshot",
        random_ddl,
    )
    .only(|server| server.dialect() == Dialect::MySql);
    run_on_every_server(vec![case], Vec::new())
}

fn random_ddl(server: &TestServer) {
    let plan = Plan::from_env(100);
    let scratch = server.scratch();
    let mut session = support::connect(&scratch);
    let more = if server.product() == "mysql" {
        MYSQL
    } else {
        MARIADB
    };
    let templates: Vec<&str> = BOTH.iter().chain(more).copied().collect();
    let ground = Ground {
        templates: &templates,
        pools: POOLS,
        setup: &[
            "CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY, a int, b varchar(20), KEY i (a))",
            "CREATE TABLE u (id int PRIMARY KEY, c int, CONSTRAINT con3 FOREIGN KEY (c) REFERENCES t (id))",
        ],
        testify: &testify,
    };
    walk(&mut *session, &ground, &plan);
}

/// What SHOW CREATE says of every object, and the rows of some catalogs.
fn testify(session: &mut dyn Session) -> Testimony {
    const OBJECTS: &str = "SELECT IF(TABLE_TYPE = 'VIEW', 'VIEW', IF(TABLE_TYPE = 'SEQUENCE', 'SEQUENCE', 'TABLE')), TABLE_NAME
            FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()
        UNION ALL SELECT 'TRIGGER', TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()
        UNION ALL SELECT ROUTINE_TYPE, ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE()
        UNION ALL SELECT 'EVENT', EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE()";
    const ROWS: &[&str] = &[
        "SELECT 'column', TABLE_NAME, COLUMN_NAME, ORDINAL_POSITION, COLUMN_DEFAULT, IS_NULLABLE, COLUMN_TYPE, COLLATION_NAME, EXTRA, COLUMN_COMMENT, GENERATION_EXPRESSION
            FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN
            (SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE NOT IN ('VIEW', 'SEQUENCE'))",
        "SELECT 'trigger order', TRIGGER_NAME, EVENT_OBJECT_TABLE, ACTION_ORDER FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()",
        "SELECT 'parameter', SPECIFIC_NAME, ORDINAL_POSITION, PARAMETER_MODE, PARAMETER_NAME, DTD_IDENTIFIER, COLLATION_NAME FROM information_schema.PARAMETERS WHERE SPECIFIC_SCHEMA = DATABASE()",
        "SELECT 'database', DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = DATABASE()",
    ];
    let mut testimony = Testimony::new();
    for object in block_on(session.rows(OBJECTS, &[])).unwrap() {
        let [Some(kind), Some(name)] = object.as_slice() else {
            panic!("{object:?}")
        };
        let shown = block_on(session.rows(&format!("SHOW CREATE {kind} `{name}`"), &[])).unwrap();
        let shown = shown
            .into_iter()
            .flatten()
            .flatten()
            .collect::<Vec<_>>()
            .join("\n");
        testimony.insert(format!("{kind} {name}"), without_clocks(&shown));
    }
    for sql in ROWS {
        for row in block_on(session.rows(sql, &[])).unwrap() {
            testimony.insert(format!("{row:?}"), String::new());
        }
    }
    testimony
}

/// Without the counter, and where an event begins if nobody said it.
fn without_clocks(shown: &str) -> String {
    let words = shown.split(' ');
    let words = words.filter(|word| !word.starts_with("AUTO_INCREMENT="));
    let text = words.collect::<Vec<_>>().join(" ");
    match text.split_once(" STARTS '") {
        Some((before, behind)) if !behind.starts_with("2035") => {
            let behind = behind.split_once('\'').unwrap_or_default().1;
            format!("{before}{behind}")
        }
        _ => text,
    }
}
