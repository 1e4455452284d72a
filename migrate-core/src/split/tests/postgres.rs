//! PostgreSQL's strings, comments and bodies.

use super::{check, check_transaction_control, check_whole};
use crate::Dialect::Postgres;

#[test]
fn strings() {
    check(
        Postgres,
        &[
            (
                r"SELECT E'a\';b'; SELECT 2",
                &[r"SELECT E'a\';b'", "SELECT 2"],
            ),
            (r"SELECT e'\\'; SELECT 2", &[r"SELECT e'\\'", "SELECT 2"]),
            (
                r"SELECT E'''\''; SELECT 2",
                &[r"SELECT E'''\''", "SELECT 2"],
            ),
            // Only `E` makes the backslash an escape, and only as a word of its own.
            (r"SELECT 'a\'; SELECT 2", &[r"SELECT 'a\'", "SELECT 2"]),
            (
                r"SELECT U&'\0441\'; SELECT 2",
                &[r"SELECT U&'\0441\'", "SELECT 2"],
            ),
            (
                r"SELECT type'a\'; SELECT 2",
                &[r"SELECT type'a\'", "SELECT 2"],
            ),
            (
                r#"SELECT U&"\0441;" ; SELECT 2"#,
                &[r#"SELECT U&"\0441;""#, "SELECT 2"],
            ),
            (
                r#"SELECT "a""b;" ; SELECT 2"#,
                &[r#"SELECT "a""b;""#, "SELECT 2"],
            ),
            // A string goes on behind a line break, as the kind it was.
            (
                "SELECT E'a'\n  'b\\';c'; SELECT 2",
                &["SELECT E'a'\n  'b\\';c'", "SELECT 2"],
            ),
            (
                "SELECT E'a' -- b\n 'c\\';'; SELECT 2",
                &["SELECT E'a' -- b\n 'c\\';'", "SELECT 2"],
            ),
            (
                "SELECT E'a' 'b\\'; SELECT 2",
                &["SELECT E'a' 'b\\'", "SELECT 2"],
            ),
            (
                "SELECT 'a'\n'b\\'; SELECT 2",
                &["SELECT 'a'\n'b\\'", "SELECT 2"],
            ),
        ],
    );
}

#[test]
fn dollar_quotes() {
    check_whole(
        Postgres,
        &[
            "SELECT $$;$$",
            "SELECT $tag$;$$;$other$;$tag$",
            "SELECT $a$;$b$a$",
            "SELECT $_1é$ ' ; $_1é$",
            "DO $$ BEGIN PERFORM 1; END $$",
            "CREATE FUNCTION f() RETURNS void AS $fn$ BEGIN EXECUTE $q$ SELECT ';' $q$; END $fn$ LANGUAGE plpgsql",
        ],
    );
    check(
        Postgres,
        &[
            (
                "PREPARE p AS SELECT $1; SELECT $2",
                &["PREPARE p AS SELECT $1", "SELECT $2"],
            ),
            (
                "SELECT a$b$c; SELECT d$b$e",
                &["SELECT a$b$c", "SELECT d$b$e"],
            ),
            ("SELECT a$$; SELECT b$$", &["SELECT a$$", "SELECT b$$"]),
            ("SELECT 1$$;$$; SELECT 2", &["SELECT 1$$;$$", "SELECT 2"]),
            ("SELECT $1$a; SELECT $1$a", &["SELECT $1$a", "SELECT $1$a"]),
            (
                "SELECT $; SELECT $a; SELECT $",
                &["SELECT $", "SELECT $a", "SELECT $"],
            ),
        ],
    );
}

#[test]
fn comments() {
    check(
        Postgres,
        &[
            (
                "/* a /* ; */ b; */ SELECT 1; SELECT 2",
                &["SELECT 1", "SELECT 2"],
            ),
            ("/*/**/;*/ SELECT 1", &["SELECT 1"]),
            ("/*! SELECT 1; */", &[]),
            ("--x\rSELECT 1; SELECT 2", &["SELECT 1", "SELECT 2"]),
            ("SELECT 5--3; SELECT 2", &["SELECT 5"]),
            // pg_hint_plan reads the comment before the statement.
            (
                "/*+ SeqScan(a) */ SELECT 1; /*+ alone */",
                &["/*+ SeqScan(a) */ SELECT 1"],
            ),
            ("SELECT 1 /*+ late */;", &["SELECT 1"]),
            ("SELECT 1 # 2; SELECT 3", &["SELECT 1 # 2", "SELECT 3"]),
        ],
    );
}

#[test]
fn bodies() {
    check_whole(
        Postgres,
        &[
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END",
            "create or replace procedure p(a int) language sql begin atomic insert into t values (a); end",
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN a THEN CASE b WHEN 1 THEN 2 END END; END",
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT a.end, 1 AS end, 2 AS begin FROM a; END",
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC END",
            "CREATE FUNCTION f() RETURNS int /* ; */ BEGIN -- ;\n ATOMIC SELECT 1; END",
            "CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO a VALUES (1); INSERT INTO b VALUES (2);)",
            "CREATE OR REPLACE RULE r AS ON UPDATE TO t WHERE (a > 1) DO INSTEAD (DELETE FROM a; SELECT (1))",
        ],
    );
    check(
        Postgres,
        &[
            (
                "CREATE FUNCTION f(begin int) RETURNS int RETURN 1; BEGIN; END;",
                &[
                    "CREATE FUNCTION f(begin int) RETURNS int RETURN 1",
                    "BEGIN",
                    "END",
                ],
            ),
            (
                "CREATE RULE r AS ON INSERT TO t DO NOTHING; SELECT 1",
                &["CREATE RULE r AS ON INSERT TO t DO NOTHING", "SELECT 1"],
            ),
            (
                "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION f(); BEGIN; END",
                &[
                    "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION f()",
                    "BEGIN",
                    "END",
                ],
            ),
        ],
    );
}

#[test]
fn scripts_as_found_in_the_wild() {
    check(
        Postgres,
        &[
            // A forgotten `;` is the server's to report: guessing where it belongs would run half of a mistake.
            (
                "ALTER TABLE a DROP CONSTRAINT b\nALTER TABLE a ALTER COLUMN c TYPE timestamp;\nSELECT 1;",
                &[
                    "ALTER TABLE a DROP CONSTRAINT b\nALTER TABLE a ALTER COLUMN c TYPE timestamp",
                    "SELECT 1",
                ],
            ),
            (
                "SELECT {{ a }}, {}; SELECT 'C:\\';",
                &["SELECT {{ a }}, {}", "SELECT 'C:\\'"],
            ),
            (
                "CREATE FUNCTION f() RETURNS void AS $$\nBEGIN\n  EXECUTE format('CREATE TRIGGER t BEFORE UPDATE ON %s\n\
                 FOR EACH ROW EXECUTE PROCEDURE g();', a);\nEND;\n$$ LANGUAGE plpgsql;\n\n\n",
                &[
                    "CREATE FUNCTION f() RETURNS void AS $$\nBEGIN\n  EXECUTE format('CREATE TRIGGER t BEFORE UPDATE ON %s\n\
                   FOR EACH ROW EXECUTE PROCEDURE g();', a);\nEND;\n$$ LANGUAGE plpgsql",
                ],
            ),
        ],
    );
}

#[test]
fn copy_without_client() {
    check_whole(
        Postgres,
        &[
            "COPY a FROM '/tmp/stdin'",
            "COPY a TO STDOUT",
            "COPY (SELECT * FROM stdin) TO '/tmp/a'",
            "SELECT * FROM stdin",
        ],
    );
}

#[test]
fn transaction_control() {
    check_transaction_control(
        Postgres,
        &[
            ("BEGIN ISOLATION LEVEL SERIALIZABLE", true),
            ("START TRANSACTION READ ONLY", true),
            ("END", true),
            ("END AND CHAIN", true),
            ("ABORT", true),
            ("COMMIT PREPARED 'a'", true),
            ("PREPARE TRANSACTION 'a'", true),
            ("PREPARE a AS SELECT 1", false),
            ("ROLLBACK WORK", true),
            ("ROLLBACK WORK TO a", false),
            ("ROLLBACK TRANSACTION TO SAVEPOINT a", false),
            ("SET TRANSACTION READ ONLY", false),
            ("DO $$ BEGIN COMMIT; END $$", false),
        ],
    );
}
