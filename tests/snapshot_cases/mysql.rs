//! MySQL and MariaDB. Every case needs a database of its own, which is dropped.

use super::Case;

const USERS: &str = "CREATE TABLE users (id int PRIMARY KEY, email varchar(100) NOT NULL, age int)";
const TWO: &str = "CREATE TABLE orgs (id int PRIMARY KEY);
    CREATE TABLE users (id int PRIMARY KEY, org_id int, KEY org_id (org_id))";

macro_rules! case {
    ($name:literal, $setup:expr, $change:literal, $revert:literal, $($expect:literal),* $(,)?) => {
        Case {
            name: $name,
            setup: $setup,
            change: $change,
            revert: $revert,
            expect: &[$($expect),*],
        }
    };
}

/// What both servers understand.
pub const CASES: &[Case] = &[
    case!(
        "table with everything is one change",
        TWO,
        "CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY, org_id int, a int CHECK (a > 0), KEY k (a),
         FOREIGN KEY (org_id) REFERENCES orgs (id) ON DELETE CASCADE) COMMENT 'it''s'",
        "DROP TABLE t",
        "table t",
    ),
    case!(
        "table comment",
        USERS,
        "ALTER TABLE users COMMENT 'people'",
        "ALTER TABLE users COMMENT ''",
        "table users",
    ),
    case!(
        "engine",
        USERS,
        "ALTER TABLE users ENGINE = MyISAM",
        "ALTER TABLE users ENGINE = InnoDB",
        "table users",
    ),
    case!(
        "collation of a table, and so of its columns",
        "CREATE TABLE t (a varchar(9)) COLLATE utf8mb4_bin",
        "ALTER TABLE t DEFAULT COLLATE utf8mb4_general_ci",
        "ALTER TABLE t DEFAULT COLLATE utf8mb4_bin",
        "table t",
        "column t.a",
    ),
    case!(
        "row format",
        "CREATE TABLE t (a int) ROW_FORMAT = DYNAMIC",
        "ALTER TABLE t ROW_FORMAT = COMPRESSED",
        "ALTER TABLE t ROW_FORMAT = DYNAMIC",
        "table t",
    ),
    case!(
        "the counter is no change",
        "CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY)",
        "ALTER TABLE t AUTO_INCREMENT = 500",
        "ALTER TABLE t AUTO_INCREMENT = 1",
    ),
    case!(
        "partitions",
        "CREATE TABLE t (a int) PARTITION BY RANGE (a) (PARTITION p0 VALUES LESS THAN (10))",
        "ALTER TABLE t ADD PARTITION (PARTITION p1 VALUES LESS THAN (20))",
        "ALTER TABLE t DROP PARTITION p1",
        "table t",
    ),
    case!(
        "column",
        USERS,
        "ALTER TABLE users ADD name varchar(10) AFTER id",
        "ALTER TABLE users DROP name",
        "column users.name",
    ),
    case!(
        "column order",
        USERS,
        "ALTER TABLE users MODIFY age int AFTER id",
        "ALTER TABLE users MODIFY age int AFTER email",
        "column order users",
    ),
    case!(
        "column type",
        USERS,
        "ALTER TABLE users MODIFY age int unsigned",
        "ALTER TABLE users MODIFY age int",
        "column users.age",
    ),
    case!(
        "nullability and default",
        USERS,
        "ALTER TABLE users MODIFY age int NOT NULL DEFAULT 18",
        "ALTER TABLE users MODIFY age int",
        "column users.age",
    ),
    case!(
        "default expression and on update",
        "CREATE TABLE t (a timestamp NULL, b varchar(40))",
        "ALTER TABLE t MODIFY a timestamp NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
         MODIFY b varchar(40) DEFAULT (concat('a', 'b'))",
        "ALTER TABLE t MODIFY a timestamp NULL, MODIFY b varchar(40)",
        "column t.a",
        "column t.b",
    ),
    case!(
        "string default and no default",
        "CREATE TABLE t (a varchar(9))",
        "ALTER TABLE t ALTER a SET DEFAULT 'NULL'",
        "ALTER TABLE t MODIFY a varchar(9)",
        "column t.a",
    ),
    case!(
        "auto_increment",
        USERS,
        "ALTER TABLE users MODIFY id int AUTO_INCREMENT",
        "ALTER TABLE users MODIFY id int",
        "column users.id",
    ),
    case!(
        "column collation",
        USERS,
        "ALTER TABLE users MODIFY email varchar(100) COLLATE utf8mb4_bin NOT NULL",
        "ALTER TABLE users MODIFY email varchar(100) NOT NULL",
        "column users.email",
    ),
    case!(
        "column comment",
        USERS,
        "ALTER TABLE users MODIFY age int COMMENT 'years'",
        "ALTER TABLE users MODIFY age int",
        "column users.age",
    ),
    case!(
        "generated",
        USERS,
        "ALTER TABLE users ADD twice int AS (age * 2) STORED, ADD mail varchar(110) AS (concat(email, '!'))",
        "ALTER TABLE users DROP twice, DROP mail",
        "column users.twice",
        "column users.mail",
    ),
    case!(
        "primary key",
        "CREATE TABLE t (a int NOT NULL, b int NOT NULL, PRIMARY KEY (a))",
        "ALTER TABLE t DROP PRIMARY KEY, ADD PRIMARY KEY (a, b)",
        "ALTER TABLE t DROP PRIMARY KEY, ADD PRIMARY KEY (a)",
        "primary key t.PRIMARY",
    ),
    case!(
        "index",
        USERS,
        "CREATE UNIQUE INDEX ix ON users (email(10) DESC, age) COMMENT 'x'",
        "DROP INDEX ix ON users",
        "index users.ix",
    ),
    case!(
        "fulltext index",
        USERS,
        "CREATE FULLTEXT INDEX ix ON users (email)",
        "DROP INDEX ix ON users",
        "index users.ix",
    ),
    case!(
        "spatial index",
        "CREATE TABLE t (p point NOT NULL)",
        "ALTER TABLE t ADD SPATIAL INDEX ix (p)",
        "ALTER TABLE t DROP INDEX ix",
        "index t.ix",
    ),
    case!(
        "foreign key",
        TWO,
        "ALTER TABLE users ADD CONSTRAINT fk FOREIGN KEY (org_id) REFERENCES orgs (id) ON DELETE SET NULL",
        "ALTER TABLE users DROP FOREIGN KEY fk",
        "foreign key users.fk",
    ),
    case!(
        "foreign key's action",
        "CREATE TABLE o (id int PRIMARY KEY);
         CREATE TABLE t (a int, KEY (a), FOREIGN KEY (a) REFERENCES o (id))",
        "ALTER TABLE t DROP FOREIGN KEY t_ibfk_1; ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES o (id) ON DELETE CASCADE",
        "ALTER TABLE t DROP FOREIGN KEY t_ibfk_1; ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES o (id) ON DELETE RESTRICT",
        "foreign key t (a)",
    ),
    case!(
        "foreign key without a name",
        TWO,
        "ALTER TABLE users ADD FOREIGN KEY (org_id) REFERENCES orgs (id)",
        "ALTER TABLE users DROP FOREIGN KEY users_ibfk_1",
        "foreign key users (org_id)",
    ),
    case!(
        "names that the server made up",
        "CREATE TABLE o (id int PRIMARY KEY);
         CREATE TABLE t (a int, b int, KEY (a), KEY (b), FOREIGN KEY (a) REFERENCES o (id),
         FOREIGN KEY (b) REFERENCES o (id))",
        "ALTER TABLE t DROP FOREIGN KEY t_ibfk_1",
        "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES o (id)",
        "foreign key t (a)",
    ),
    case!(
        "the index that a foreign key leaves behind",
        "CREATE TABLE o (id int PRIMARY KEY); CREATE TABLE t (a int)",
        "ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES o (id); ALTER TABLE t DROP FOREIGN KEY fk",
        "ALTER TABLE t DROP INDEX fk",
        "index t.fk",
    ),
    case!(
        "check",
        USERS,
        "ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0 AND email <> 'x')",
        "ALTER TABLE users DROP CONSTRAINT c",
        "check constraint users.c",
    ),
    case!(
        "view",
        USERS,
        "CREATE SQL SECURITY INVOKER VIEW v AS SELECT id FROM users WHERE age > 1 WITH LOCAL CHECK OPTION",
        "DROP VIEW v",
        "view v",
    ),
    case!(
        "trigger",
        USERS,
        "CREATE TRIGGER g BEFORE INSERT ON users FOR EACH ROW BEGIN SET NEW.age = 1; SET NEW.id = 2; END",
        "DROP TRIGGER g",
        "trigger users.g",
    ),
    case!(
        "procedure",
        "",
        "CREATE PROCEDURE p(IN a int, OUT b varchar(10)) READS SQL DATA COMMENT 'x' BEGIN SET b = a; END",
        "DROP PROCEDURE p",
        "procedure p",
    ),
    case!(
        "function",
        "CREATE FUNCTION f(a int, b int) RETURNS int DETERMINISTIC RETURN a",
        "DROP FUNCTION f; CREATE FUNCTION f(a int, b int) RETURNS int DETERMINISTIC RETURN b",
        "DROP FUNCTION f; CREATE FUNCTION f(a int, b int) RETURNS int DETERMINISTIC RETURN a",
        "function f",
    ),
    case!(
        "event",
        "",
        "CREATE EVENT e ON SCHEDULE EVERY 1 DAY ON COMPLETION PRESERVE DISABLE DO DELETE FROM users",
        "DROP EVENT e",
        "event e",
    ),
    case!(
        "history table",
        USERS,
        "CREATE TABLE _migcheck_revisions (id int PRIMARY KEY, at datetime, KEY (at))",
        "DROP TABLE _migcheck_revisions",
    ),
];

/// What only MySQL has, or spells so.
pub const MYSQL_ONLY: &[Case] = &[
    case!(
        "functional and invisible index",
        USERS,
        "CREATE INDEX ix ON users ((lower(email)), (concat('a', age))) INVISIBLE",
        "DROP INDEX ix ON users",
        "index users.ix",
    ),
    case!(
        "invisible column",
        USERS,
        "ALTER TABLE users ALTER COLUMN age SET INVISIBLE",
        "ALTER TABLE users ALTER COLUMN age SET VISIBLE",
        "column users.age",
    ),
    case!(
        "reference system",
        "CREATE TABLE t (p point NOT NULL)",
        "ALTER TABLE t MODIFY p point NOT NULL SRID 4326",
        "ALTER TABLE t MODIFY p point NOT NULL",
        "column t.p",
    ),
    case!(
        "check that is not enforced",
        "CREATE TABLE t (a int, CONSTRAINT c CHECK (a > 0))",
        "ALTER TABLE t ALTER CHECK c NOT ENFORCED",
        "ALTER TABLE t ALTER CHECK c ENFORCED",
        "check constraint t.c",
    ),
    case!(
        "check without a name",
        "CREATE TABLE t (a int, b int, CHECK (a > 0), CHECK (b > 0))",
        "ALTER TABLE t DROP CHECK t_chk_1",
        "ALTER TABLE t ADD CHECK (a > 0)",
        "check constraint t (`a` > 0)",
    ),
];

/// What only MariaDB has, or spells so.
pub const MARIADB_ONLY: &[Case] = &[
    case!(
        "sequence",
        "",
        "CREATE SEQUENCE s START WITH 5 INCREMENT BY 2",
        "DROP SEQUENCE s",
        "sequence s",
    ),
    case!(
        "sequence option",
        "CREATE SEQUENCE s",
        "ALTER SEQUENCE s CYCLE",
        "ALTER SEQUENCE s NOCYCLE",
        "sequence s",
    ),
    case!(
        "ignored index",
        "CREATE TABLE t (a int, KEY k (a))",
        "ALTER TABLE t ALTER INDEX k IGNORED",
        "ALTER TABLE t ALTER INDEX k NOT IGNORED",
        "index t.k",
    ),
    case!(
        "system versioning",
        "CREATE TABLE t (a int)",
        "ALTER TABLE t ADD SYSTEM VERSIONING",
        "ALTER TABLE t DROP SYSTEM VERSIONING",
        "table t",
    ),
];
