//! What holds for the splitter whatever the script: on arbitrary text, on scripts built of known statements, and beside
//! another Postgres parser.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod properties;

use std::ops::Range;

use migcheck_core::Dialect;
use migcheck_core::split::{Statement, split};
use proptest::prelude::*;
use proptest::sample::select;
use squawk_syntax::ast::AstNode;
use squawk_syntax::{SourceFile, SyntaxKind, SyntaxNode};

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_holds_for_every_script(sql in script_soup()) {
        properties::splitter(&sql);
        // Without what speaks of lines and of the script, so that a statement can be split alone.
        properties::splitter(&sql.replace('\u{feff}', "").replace("DELIMITER", "").replace("delimiter", ""));
    }

    #[test]
    fn known_statements_come_back((dialect, script) in any_dialect().prop_flat_map(|d| (Just(d), known_script(d)))) {
        let spans = spans(&split(&script.sql, dialect).unwrap());
        prop_assert_eq!(spans, script.spans, "{}", script.sql);
    }

    #[test]
    fn delimiter_lines_and_blocks_agree(
        statements in prop::collection::vec(statement(Dialect::MySql), 0..6),
        delimiter in select(&["//", "$$", ";;", "|", "go", "~é"]),
    ) {
        let mut sql = format!("DELIMITER {delimiter}\n");
        for statement in &statements {
            sql += &format!("{statement}\n{delimiter}\n");
        }
        sql += "DELIMITER ;\nSELECT ';';";
        let split = split(&sql, Dialect::MySql).unwrap();
        let texts: Vec<&str> = split.iter().map(|statement| statement.text).collect();
        let expected: Vec<&str> = statements.iter().map(String::as_str).chain(["SELECT ';'"]).collect();
        prop_assert_eq!(texts, expected, "{}", sql);
    }

    #[test]
    fn postgres_statements_are_where_squawk_finds_them(script in known_script(Dialect::Postgres)) {
        let parse = SourceFile::parse(&script.sql);
        prop_assert_eq!(parse.errors(), [], "{}", script.sql);
        let squawk: Vec<_> = parse.tree().stmts().filter_map(|stmt| code_range(stmt.syntax())).collect();
        let spans = spans(&split(&script.sql, Dialect::Postgres).unwrap());
        prop_assert_eq!(spans, squawk, "{}", script.sql);
    }
}

/// A quadratic pass over any of these would take minutes.
#[test]
fn time_is_linear() {
    const SIZE: usize = 1 << 16;
    for unit in [
        "(",
        "a",
        "$",
        "$a",
        "$a$",
        "E'a'\n",
        "/*",
        "/*!",
        "/*+*/",
        "--",
        "-- \n",
        "'",
        "''",
        "\\",
        "[",
        ";",
        "é",
        "#\n",
        "DELIMITER $\n",
        "\nDELIMITER ",
        "CASE ",
        "BEGIN ",
        "IF a THEN ",
        "COPY ",
        " \t",
        "1$",
        "x: ",
    ] {
        for head in [
            "",
            "CREATE PROCEDURE p() BEGIN ",
            "CREATE TRIGGER t BEGIN ",
            "DELIMITER $$$$$$$$$$$$$$é\n",
        ] {
            let sql = format!("{head}{}", unit.repeat(SIZE / unit.len()));
            for dialect in Dialect::ALL {
                // Whether it is an error is not the question.
                let _ = split(&sql, dialect);
            }
        }
    }
}

fn any_dialect() -> impl Strategy<Value = Dialect> {
    select(&Dialect::ALL)
}

fn spans(statements: &[Statement<'_>]) -> Vec<Range<usize>> {
    statements
        .iter()
        .map(|statement| statement.span.clone())
        .collect()
}

/// Text of everything that means something to some dialect, in no order.
fn script_soup() -> impl Strategy<Value = String> {
    let meaningful = select(&[
        "'",
        "\"",
        "`",
        "[",
        "]",
        "$$",
        "$a$",
        "$1",
        "E'",
        "U&'",
        "\\",
        "\\'",
        "/*",
        "*/",
        "/*!",
        "/*!50001 ",
        "/*M!",
        "/*+",
        "--",
        "-- ",
        "#",
        "\n",
        "\r\n",
        "\r",
        " ",
        "\t",
        ";",
        ";",
        ";",
        "(",
        ")",
        ":",
        ".",
        "@",
        ",",
        "=",
        "\nDELIMITER //\n",
        "\nDELIMITER ;\n",
        "\ndelimiter $$\n",
        "//",
        "$$\n",
        "DELIMITER",
        "CREATE ",
        "OR REPLACE ",
        "DEFINER ",
        "TEMP ",
        "TRIGGER ",
        "FUNCTION ",
        "PROCEDURE ",
        "EVENT ",
        "RULE ",
        "FOR EACH ROW ",
        "DO ",
        "BEGIN ",
        "ATOMIC ",
        "NOT ",
        "END",
        " END ",
        "END; ",
        "IF ",
        "THEN ",
        "ELSE ",
        "CASE ",
        "LOOP ",
        "WHILE ",
        "REPEAT ",
        "UNTIL ",
        "DECLARE ",
        "HANDLER FOR ",
        "SELECT 1",
        "SET ",
        "COMMIT",
        "ROLLBACK TO ",
        "COPY t ",
        "FROM stdin",
        "l: ",
        "é",
        "🐘",
        "\u{feff}",
        "\u{0}",
        "a",
        "1",
        "$",
    ])
    .prop_map(str::to_owned);
    let piece = prop_oneof![8 => meaningful, 1 => any::<String>()];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// A script, and where its statements are.
#[derive(Debug)]
struct Script {
    sql: String,
    spans: Vec<Range<usize>>,
}

/// Statements of `dialect`, with all sorts of filler around them.
fn known_script(dialect: Dialect) -> impl Strategy<Value = Script> {
    let filler = || prop::collection::vec(filler(dialect), 0..3).prop_map(|pieces| pieces.concat());
    let statements = prop::collection::vec((filler(), statement(dialect), filler()), 0..8);
    (statements, any::<bool>(), filler()).prop_map(|(statements, ends_with_semicolon, trailer)| {
        let mut sql = String::new();
        let mut spans = Vec::new();
        let count = statements.len();
        for (index, (before, statement, after)) in statements.into_iter().enumerate() {
            // A filler may be no white space at all, and a comment does not part words in every dialect.
            sql += &before;
            let start = sql.len();
            sql += &statement;
            spans.push(start..sql.len());
            sql += &after;
            if index + 1 < count || ends_with_semicolon {
                sql.push(';');
            }
        }
        sql += &trailer;
        Script { sql, spans }
    })
}

fn filler(dialect: Dialect) -> BoxedStrategy<String> {
    let mut fillers = vec![
        select(&[" ", "\n", "\r\n", "\t", "\n\n"])
            .prop_map(str::to_owned)
            .boxed(),
        // A comment that starts with `+` or `!` would be code.
        "[a-z;'\"`$\\\\ é]{0,12}"
            .prop_map(|text| format!("/* {text} */"))
            .boxed(),
        "[a-z;'\"`$\\\\*/ é]{0,12}"
            .prop_map(|text| format!("-- {text}\n"))
            .boxed(),
        "[a-z;'\"`$\\\\*/ é]{0,12}"
            .prop_map(|text| format!("-- {text}\r\n"))
            .boxed(),
    ];
    match dialect {
        Dialect::Postgres => fillers.push(Just("/* a /* ; */ b */".to_owned()).boxed()),
        Dialect::MySql => fillers.push(
            "[a-z;'\"`$/* ]{0,12}"
                .prop_map(|text| format!("#{text}\n"))
                .boxed(),
        ),
        Dialect::Sqlite => {}
    }
    prop::strategy::Union::new(fillers).boxed()
}

/// One statement of `dialect`: a known one, or one around generated strings and names.
fn statement(dialect: Dialect) -> BoxedStrategy<String> {
    let known = select(match dialect {
        Dialect::Postgres => POSTGRES,
        Dialect::MySql => MYSQL,
        Dialect::Sqlite => SQLITE,
    });
    let select_literals = prop::collection::vec(literal(dialect), 1..4)
        .prop_map(|literals| format!("SELECT {}", literals.join(", ")));
    prop_oneof![known.prop_map(str::to_owned), select_literals].boxed()
}

/// A string, a quoted name or a bare one.
fn literal(dialect: Dialect) -> BoxedStrategy<String> {
    let quoted = |quote: char| {
        "[a-z;\"'`$*/#\n é-]{1,8}".prop_map(move |text| {
            let doubled = text.replace(quote, &String::from_iter([quote, quote]));
            format!("{quote}{doubled}{quote}")
        })
    };
    let escaped = |open: &'static str, close: char| {
        prop::collection::vec(select(&["\\'", "\\\\", "''", ";", "a", "--", "é"]), 0..6)
            .prop_map(move |pieces| format!("{open}{}{close}", pieces.concat()))
    };
    let mut literals = vec![
        quoted('\'').boxed(),
        quoted('"').boxed(),
        Just("a1".to_owned()).boxed(),
    ];
    match dialect {
        Dialect::Postgres => {
            literals.push(escaped("E'", '\'').boxed());
            literals.push(Just("a$b$c".to_owned()).boxed());
            let body = "[a-z;'\"\\\\ é$]{0,8}[a-z;]";
            literals.push(
                (select(&["$$", "$t$", "$_é1$"]), body)
                    .prop_map(|(tag, body)| dollar_quoted(tag, &body))
                    .boxed(),
            );
        }
        Dialect::MySql => {
            literals.push(escaped("'", '\'').boxed());
            literals.push(quoted('`').boxed());
        }
        Dialect::Sqlite => {
            literals.push(
                "[a-z;\"'`é\\[]{1,8}"
                    .prop_map(|text| format!("[{text}]"))
                    .boxed(),
            );
            literals.push(quoted('`').boxed());
        }
    }
    prop::strategy::Union::new(literals).boxed()
}

fn dollar_quoted(tag: &str, body: &str) -> String {
    format!("{tag}{}{tag}", body.replace(tag, ""))
}

const POSTGRES: &[&str] = &[
    "BEGIN",
    "COMMIT",
    "SELECT $1::int",
    "SELECT U&'\\0441;'",
    "CREATE TABLE \"a;b\" (id bigint PRIMARY KEY, \"end\" text DEFAULT ';')",
    "CREATE INDEX CONCURRENTLY i ON a (b)",
    "ALTER TABLE a ADD COLUMN b text /* ; */ NOT NULL -- ;\n DEFAULT ''",
    "DO $do$ BEGIN EXECUTE $q$SELECT ';'$q$; END $do$",
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END; $$",
    "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN a > 1 THEN 1 ELSE 2 END; SELECT 2; END",
    "CREATE OR REPLACE PROCEDURE p() LANGUAGE sql BEGIN ATOMIC INSERT INTO t VALUES (';'); END",
    "CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO a VALUES (1); DELETE FROM b)",
    "CREATE TRIGGER t BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION f()",
    "COMMENT ON TABLE a IS 'it''s; done'",
];

const MYSQL: &[&str] = &[
    "BEGIN",
    "COMMIT",
    "SET FOREIGN_KEY_CHECKS=0",
    "/*!40101 SET NAMES utf8mb4 */",
    "SELECT 5--3",
    "SELECT /*+ NO_ICP(a) */ 1",
    "CREATE TABLE a (`b;c` INT DEFAULT 1 COMMENT \"it's; \\\" done\") /*!50100 PARTITION BY KEY (b) */",
    "CREATE PROCEDURE p() SELECT IF(1, 2, 3)",
    "CREATE DEFINER=`a`@`%` PROCEDURE p(IN end INT) BEGIN IF end THEN SELECT CASE WHEN 1 THEN 2 END; END IF; END",
    "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.a = IF(NEW.b, 1, 2)",
    "CREATE TRIGGER t AFTER INSERT ON a FOR EACH ROW FOLLOWS u BEGIN INSERT INTO b VALUES (';'); DELETE FROM c; END",
    "CREATE FUNCTION f() RETURNS INT BEGIN DECLARE CONTINUE HANDLER FOR NOT FOUND BEGIN END; l: LOOP LEAVE l; END LOOP l; \
     REPEAT SET @a = 1; UNTIL @a END REPEAT; WHILE @a DO SET @a = 0; END WHILE; RETURN 1; END",
    "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM a; END",
    "BEGIN NOT ATOMIC CASE 1 WHEN 1 THEN SELECT 1; ELSE BEGIN END; END CASE; END",
    "DROP PROCEDURE IF EXISTS p",
];

const SQLITE: &[&str] = &[
    "BEGIN IMMEDIATE",
    "END",
    "PRAGMA foreign_keys = OFF",
    "CREATE TABLE [a;b] (`c;d` INT, \"e;f\" TEXT DEFAULT ';', end INT)",
    "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END",
    "CREATE TEMP TRIGGER IF NOT EXISTS t BEFORE UPDATE OF b ON a WHEN new.b > CASE old.b WHEN 1 THEN 2 END \
     BEGIN UPDATE a SET b = CASE WHEN c THEN ';' END; DELETE FROM a WHERE end; END",
];

/// Where the tokens of `node` are, without what squawk counts to a statement and a server does not: comments and `;`.
fn code_range(node: &SyntaxNode) -> Option<Range<usize>> {
    let tokens: Vec<_> = node
        .descendants_with_tokens()
        .filter_map(squawk_syntax::SyntaxElement::into_token)
        .filter(|token| !matches!(token.kind(), SyntaxKind::WHITESPACE | SyntaxKind::COMMENT))
        .collect();
    let last = tokens
        .iter()
        .rfind(|token| token.kind() != SyntaxKind::SEMICOLON)?;
    let first = tokens.first()?;
    Some(first.text_range().start().into()..last.text_range().end().into())
}
