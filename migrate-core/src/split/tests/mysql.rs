//! MySQL's and MariaDB's strings, comments, `DELIMITER` and stored programs.

use super::{check, check_transaction_control, check_whole};
use crate::Dialect::MySql;

#[test]
fn quotes() {
    check(
        MySql,
        &[
            (
                r"SELECT 'a\';b'; SELECT 2",
                &[r"SELECT 'a\';b'", "SELECT 2"],
            ),
            (r"SELECT 'a\\'; SELECT 2", &[r"SELECT 'a\\'", "SELECT 2"]),
            (
                r#"SELECT "a\";b"; SELECT 2"#,
                &[r#"SELECT "a\";b""#, "SELECT 2"],
            ),
            (
                r#"SELECT "a"";b", 'c'';d'; SELECT 2"#,
                &[r#"SELECT "a"";b", 'c'';d'"#, "SELECT 2"],
            ),
            (r"SELECT `a\`; SELECT 2", &[r"SELECT `a\`", "SELECT 2"]),
            ("SELECT `a``;b`; SELECT 2", &["SELECT `a``;b`", "SELECT 2"]),
            (
                "SELECT _utf8mb4'\\';é', N'\\';'; SELECT 2",
                &["SELECT _utf8mb4'\\';é', N'\\';'", "SELECT 2"],
            ),
            ("SELECT '\\é;'; SELECT 2", &["SELECT '\\é;'", "SELECT 2"]),
            ("SELECT a$$; SELECT $$b", &["SELECT a$$", "SELECT $$b"]),
        ],
    );
}

#[test]
fn comments() {
    check(
        MySql,
        &[
            ("# a; b\nSELECT 1; # c;\n#", &["SELECT 1"]),
            ("SELECT 5--3; SELECT 2", &["SELECT 5--3", "SELECT 2"]),
            ("SELECT 5--\t3; SELECT 2", &["SELECT 5"]),
            ("--\nSELECT 1; --", &["SELECT 1"]),
            ("-- a\r;SELECT 1", &[]),
            ("/* a /* ; */ SELECT 1; SELECT 2", &["SELECT 1", "SELECT 2"]),
            (
                "SELECT /*+ MAX_EXECUTION_TIME(1) ; */ 1;",
                &["SELECT /*+ MAX_EXECUTION_TIME(1) ; */ 1"],
            ),
            ("/*+ a */ SELECT 1; /*+ alone */;", &["/*+ a */ SELECT 1"]),
        ],
    );
}

#[test]
fn executable_comments() {
    check(
        MySql,
        &[
            (
                "/*!40101 SET a = 1 */;\n/*!40101 SET b = 2 */;",
                &["/*!40101 SET a = 1 */", "/*!40101 SET b = 2 */"],
            ),
            ("-- a\n/*! SET a = 1 */ -- b\n;", &["/*! SET a = 1 */"]),
            (
                "/*M!100203 SET a = 1 */; SELECT 1",
                &["/*M!100203 SET a = 1 */", "SELECT 1"],
            ),
            (
                "CREATE TABLE a (b INT) /*!50100 PARTITION BY KEY (b) */;",
                &["CREATE TABLE a (b INT) /*!50100 PARTITION BY KEY (b) */"],
            ),
            (
                "/*! SELECT '*/;' /* ; */ */; SELECT 2",
                &["/*! SELECT '*/;' /* ; */ */", "SELECT 2"],
            ),
            // What mariadb-dump begins with has no `;`. A server skips it, whatever else is in the statement.
            (
                "/*M!999999\\- enable the sandbox mode */ \n-- Host: a;\n/*!40101 SET a = 1 */;",
                &["/*M!999999\\- enable the sandbox mode */ \n-- Host: a;\n/*!40101 SET a = 1 */"],
            ),
            // Nothing but brackets.
            ("/*!50000 */; /*! -- a\n */; SELECT 1", &["SELECT 1"]),
            // A `;` inside cannot cut the comment in two.
            (
                "/*!50000 SET a = 1; */; SELECT 1",
                &["/*!50000 SET a = 1; */", "SELECT 1"],
            ),
            (
                "/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`%`*/ /*!50003 TRIGGER t BEFORE INSERT ON a FOR EACH ROW \
                 BEGIN SET @a = 1; SET @b = 2; END */; SELECT 1",
                &[
                    "/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`%`*/ /*!50003 TRIGGER t BEFORE INSERT ON a FOR EACH ROW \
                     BEGIN SET @a = 1; SET @b = 2; END */",
                    "SELECT 1",
                ],
            ),
        ],
    );
}

#[test]
fn delimiter() {
    check(
        MySql,
        &[
            (
                "DELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; END //\nDELIMITER ;\nSELECT 1; SELECT 2;",
                &[
                    "CREATE PROCEDURE p() BEGIN SELECT 1; END",
                    "SELECT 1",
                    "SELECT 2",
                ],
            ),
            (
                "SELECT 1;\r\ndelimiter $$\r\nSELECT 2;$$\r\n  Delimiter ;\r\nSELECT 3",
                &["SELECT 1", "SELECT 2;", "SELECT 3"],
            ),
            // `$` is a letter of identifiers, but the client looks for the delimiter everywhere.
            (
                "DELIMITER $$\nBEGIN SELECT 1; END$$\nDELIMITER ;",
                &["BEGIN SELECT 1; END"],
            ),
            (
                "DELIMITER ;;\nSELECT 1; SELECT 2;;\nDELIMITER ;",
                &["SELECT 1; SELECT 2"],
            ),
            ("DELIMITER |\nSELECT 1|SELECT 2|", &["SELECT 1", "SELECT 2"]),
            (
                "DELIMITER go\nSELECT 1 FROM category\ngo\nSELECT 2 go",
                &["SELECT 1 FROM category", "SELECT 2"],
            ),
            (
                "DELIMITER §\nSELECT a§SELECT 2;§",
                &["SELECT a", "SELECT 2;"],
            ),
            ("DELIMITER $$\nSELECT žluťoučký$$", &["SELECT žluťoučký"]),
            (
                "DELIMITER ##\nSELECT 1 ##\n# a ##\nSELECT 2",
                &["SELECT 1", "SELECT 2"],
            ),
            (
                "DELIMITER //\nSELECT '//', `//` -- //\n/* // */ //\nSELECT 2",
                &["SELECT '//', `//`", "SELECT 2"],
            ),
            ("DELIMITER // ignored\nSELECT 1; //", &["SELECT 1;"]),
            // A line without an end is ended by the command, as the client does.
            (
                "DELIMITER //\nSELECT 1;\nDELIMITER ;\nSELECT 2;",
                &["SELECT 1;", "SELECT 2"],
            ),
            (
                "SELECT 1\nDELIMITER //\nSELECT 2; //",
                &["SELECT 1", "SELECT 2;"],
            ),
            ("DELIMITER //", &[]),
            // Names and comments are no commands.
            (
                "CREATE TABLE a (\n  delimiter VARCHAR(9)\n);",
                &["CREATE TABLE a (\n  delimiter VARCHAR(9)\n)"],
            ),
            (
                "SELECT a FROM b ORDER BY\n delimiter ;",
                &["SELECT a FROM b ORDER BY\n delimiter"],
            ),
            (
                "SELECT delimiter // 2; SELECT 2",
                &["SELECT delimiter // 2", "SELECT 2"],
            ),
            (
                "/*\nDELIMITER //\n*/ SELECT 1; SELECT '\nDELIMITER //\n';",
                &["SELECT 1", "SELECT '\nDELIMITER //\n'"],
            ),
            (
                "SELECT 1;\nDELIMITERS //; SELECT 2",
                &["SELECT 1", "DELIMITERS //", "SELECT 2"],
            ),
        ],
    );
}

#[test]
fn stored_programs() {
    check_whole(
        MySql,
        &[
            "CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END",
            "CREATE OR REPLACE PROCEDURE a.p() BEGIN END",
            "CREATE DEFINER=`root`@`%` PROCEDURE p() BEGIN SELECT 1; END",
            "CREATE DEFINER = CURRENT_USER() PROCEDURE IF NOT EXISTS p() BEGIN SELECT 1; END",
            "CREATE DEFINER=event@localhost FUNCTION f() RETURNS INT DETERMINISTIC BEGIN RETURN 1; END",
            "CREATE AGGREGATE FUNCTION f(a INT) RETURNS INT BEGIN LOOP FETCH GROUP NEXT ROW; END LOOP; RETURN 1; END",
            "CREATE PROCEDURE p(IN begin INT, OUT end INT) COMMENT 'a;b' SQL SECURITY INVOKER BEGIN SET end = begin; END",
            "CREATE FUNCTION f() RETURNS VARCHAR(9) CHARACTER SET utf8mb4 READS SQL DATA BEGIN RETURN 'a'; END",
            "CREATE FUNCTION f() RETURNS SET('a', 'b') NO SQL BEGIN RETURN 'a'; END",
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW FOLLOWS u BEGIN SET NEW.a = 1; SET NEW.b = 2; END",
            "CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS NOW() DO BEGIN DELETE FROM a; DELETE FROM b; END",
            "ALTER DEFINER = 'a'@'b' EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM a; DELETE FROM b; END",
            "BEGIN NOT ATOMIC SELECT 1; SELECT 2; END",
            "begin not atomic declare a int default 1; while a do set a = 0; end while; end",
            "IF EXISTS (SELECT 1) THEN SELECT 1; ELSE SELECT 2; END IF",
            "FOR i IN 1..3 DO SELECT i; SELECT i; END FOR",
        ],
    );
}

#[test]
fn bodies_of_one_statement() {
    check_whole(
        MySql,
        &[
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.a = IF(NEW.b > 1, 2, 3)",
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.a = CASE NEW.b WHEN 1 THEN 2 END",
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW IF NEW.a THEN SET NEW.b = 1; END IF",
            "CREATE TRIGGER t AFTER DELETE ON a FOR EACH ROW DELETE FROM b WHERE c = OLD.c",
            "CREATE PROCEDURE p() SELECT IF(1, 2, 3), REPEAT('a', 3), REPLACE('a', 'b', 'c')",
            "CREATE PROCEDURE p() DROP TABLE IF EXISTS a",
            "CREATE PROCEDURE p(a INT) l: WHILE a > 0 DO SET a = a - 1; END WHILE l",
            "CREATE FUNCTION f(a INT) RETURNS INT RETURN CASE WHEN a THEN 1 ELSE 2 END",
            "CREATE FUNCTION f RETURNS STRING SONAME 'f.so'",
            "CREATE EVENT e ON SCHEDULE AT NOW() DO DO SLEEP(1)",
            "CREATE EVENT e ON SCHEDULE EVERY 1 HOUR DO UPDATE a SET b = IF(c, 1, 2)",
            "ALTER PROCEDURE p COMMENT 'a'",
            "CREATE DEFINER = 'a'@'b' SQL SECURITY DEFINER VIEW v AS SELECT CASE WHEN a THEN 1 END FROM event",
            "DROP PROCEDURE IF EXISTS p",
        ],
    );
}

#[test]
fn control_flow() {
    for body in [
        "BEGIN SELECT 1; END;",
        "BEGIN BEGIN END; BEGIN SELECT 1; END; END;",
        "l: BEGIN LEAVE l; END l;",
        "`l`: BEGIN LEAVE `l`; END `l`;",
        "IF a THEN SELECT 1; END IF;",
        "IF (a) THEN SELECT 1; ELSEIF b THEN SELECT 2; ELSE SELECT 3; END IF;",
        "IF a THEN SELECT 1; ELSE IF b THEN SELECT 2; END IF; END IF;",
        "IF CASE a WHEN 1 THEN 2 END = 2 THEN SELECT 1; END IF;",
        "IF IF(a, b, c) THEN SELECT IF(a, b, c); END IF;",
        "IF NOT EXISTS (SELECT 1) THEN DROP TABLE IF EXISTS a; END IF;",
        "IF a THEN SET a = CASE WHEN b THEN 1 ELSE 2 END; END IF;",
        "CASE a WHEN 1 THEN SELECT 1; WHEN 2 THEN BEGIN END; ELSE SELECT 3; END CASE;",
        "CASE WHEN a THEN SELECT CASE WHEN b THEN 1 END; END CASE;",
        "CASE CASE a WHEN 1 THEN 2 END WHEN 2 THEN SELECT 1; END CASE;",
        "LOOP SELECT 1; END LOOP;",
        "l: LOOP ITERATE l; END LOOP l;",
        "WHILE a DO DO SLEEP(1); END WHILE;",
        "WHILE CASE a WHEN 1 THEN 2 END DO SELECT 1; END WHILE;",
        "REPEAT SELECT REPEAT('a', 3); UNTIL a END REPEAT;",
        "REPEAT SELECT 1; UNTIL CASE a WHEN 1 THEN 2 END END REPEAT;",
        "FOR r IN (SELECT 1) DO SELECT r.a; END FOR;",
        "DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; RESIGNAL; END;",
        "DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = IF(a, 1, 2);",
        "DECLARE CONTINUE HANDLER FOR 1051, SQLSTATE VALUE '42S02' IF a THEN SELECT 1; END IF;",
        "DECLARE a INT DEFAULT CASE WHEN b THEN 1 END; DECLARE c CURSOR FOR SELECT IF(a, 1, 2);",
        "START TRANSACTION; COMMIT;",
        "SELECT a.end, @end, @begin, begin, `end` FROM a; SET @case = 1;",
        "INSERT INTO a (begin, end) VALUES (1, CASE WHEN b THEN 1 END);",
        "SELECT 'END;', \"END;\" /* END; */; #END;\n",
        "PREPARE s FROM 'SELECT 1;'; EXECUTE s; DEALLOCATE PREPARE s;",
        // A slip that is the server's to report does not spread to the statements behind.
        "SELECT (1; SELECT CASE 1;",
    ] {
        for begin in [
            "CREATE PROCEDURE p() BEGIN",
            "CREATE TRIGGER t AFTER UPDATE ON a FOR EACH ROW l: BEGIN",
        ] {
            let sql = format!("{begin} {body} END");
            check_whole(
                MySql,
                &[&sql, &sql.replace(' ', "\r\n"), &sql.to_lowercase()],
            );
        }
    }
}

#[test]
fn transaction_control() {
    check_transaction_control(
        MySql,
        &[
            ("BEGIN WORK", true),
            ("BEGIN NOT ATOMIC COMMIT; END", false),
            ("START TRANSACTION WITH CONSISTENT SNAPSHOT", true),
            ("START REPLICA", false),
            ("COMMIT AND CHAIN", true),
            ("/*!40000 COMMIT */", true),
            ("ROLLBACK WORK", true),
            ("ROLLBACK WORK TO SAVEPOINT a", false),
            ("XA START 'a'", true),
            ("XA RECOVER", false),
            ("SET AUTOCOMMIT = 0", false),
            ("END", false),
        ],
    );
}
