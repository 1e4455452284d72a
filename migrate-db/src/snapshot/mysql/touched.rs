//! What a statement can change of a schema, by the names in it.
//!
//! Neither server keeps a trace of DDL that could be asked for at a price that does not grow with the
//! schema. But DDL of theirs names what it changes, and neither triggers nor functions may contain
//! any. So every name in a statement is taken for something that it changed, which is too much and
//! never too little; and whatever may run DDL that is not in its text (CALL, EXECUTE), or is not known
//! here at all, is taken to have changed everything.

use std::borrow::Cow;
use std::collections::BTreeSet;

use migcheck_core::split::Statement;

/// What has to be read again.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Touched {
    /// Every name in DDL. Those that are tables, views, sequences or triggers may have changed.
    pub(super) names: BTreeSet<String>,
    /// Those of them that may be relations which were not there before.
    pub(super) new: BTreeSet<String>,
    /// Whether something was renamed, which changes the foreign keys of other tables.
    pub(super) renamed: bool,
    /// Whether a trigger went, which does not name its table.
    pub(super) trigger_dropped: bool,
    pub(super) routines: bool,
    pub(super) events: bool,
    /// The database's own settings and privileges.
    pub(super) database: bool,
}

/// Statements that change no schema, by their first word.
#[rustfmt::skip]
const HARMLESS: &[&str] = &[
    "ANALYZE", "CHECK", "CHECKSUM", "COMMIT", "DEALLOCATE", "DELETE", "DESC", "DESCRIBE", "DO",
    "EXPLAIN", "FLUSH", "HANDLER", "INSERT", "LOAD", "LOCK", "OPTIMIZE", "PREPARE", "RELEASE",
    "REPAIR", "REPLACE", "ROLLBACK", "SAVEPOINT", "SELECT", "SHOW", "START", "TABLE", "TRUNCATE",
    "UNLOCK", "UPDATE", "VALUES", "WITH",
];

/// In SET, what has to do with other sessions or with how texts are read.
const FAR_REACHING: &[&str] = &["GLOBAL", "PERSIST", "PERSIST_ONLY", "SQL_MODE", "STATEMENT"];

/// Words of DDL that say what it is about, if it is something whose change is known by its name.
#[rustfmt::skip]
const KINDS: &[&str] = &[
    "EVENT", "FUNCTION", "INDEX", "PACKAGE", "PROCEDURE", "ROLE", "SEQUENCE", "TABLE", "TABLES",
    "TRIGGER", "USER", "VIEW",
];

/// Words that are around names in DDL and cannot be any without quotes.
#[rustfmt::skip]
const NO_NAMES: &[&str] = &[
    "(", "ALTER", "AS", "CREATE", "DROP", "EXISTS", "IF", "INDEX", "NOT", "OR", "RENAME",
    "REPLACE", "TABLE", "TO", "TRIGGER", "UNIQUE",
];

impl Touched {
    /// Adds what the statements may have changed; false if that may be anything.
    pub(super) fn add(&mut self, statements: &[Statement<'_>]) -> bool {
        statements
            .iter()
            .all(|statement| self.add_one(statement.text))
    }

    fn add_one(&mut self, sql: &str) -> bool {
        let tokens = tokens(sql);
        let Some(first) = tokens.first() else {
            return true;
        };
        let is = |word: &&&str| first.is(word);
        if HARMLESS.iter().any(|word| is(&word)) {
            return true;
        }
        let has = |words: &[&str]| tokens.iter().any(|token| token.is_one_of(words));
        if first.is("SET") {
            return !has(FAR_REACHING);
        }
        if first.is("BEGIN") {
            // With more behind it, it is a compound statement of MariaDB.
            return tokens.get(1).is_none_or(|word| word.is("WORK"));
        }
        if first.is_one_of(&["GRANT", "REVOKE"]) {
            self.database = true;
            return true;
        }
        if !first.is_one_of(&["CREATE", "ALTER", "DROP", "RENAME"]) {
            return false;
        }
        // What comes first and is not in parentheses says what it is, unless it is CURRENT_USER().
        let head = tokens.iter().position(Token::is_open);
        let mut head = &tokens[..head.unwrap_or(tokens.len())];
        if !head.iter().any(|token| token.is_one_of(KINDS)) {
            head = &tokens;
        }
        let kinds: Vec<&Token> = head.iter().filter(|token| token.is_one_of(KINDS)).collect();
        if kinds.is_empty() {
            return false;
        }
        let about = |words: &[&str]| kinds.iter().any(|kind| kind.is_one_of(words));
        // A routine takes the privileges on it along.
        self.routines |= about(&["FUNCTION", "PROCEDURE", "PACKAGE"]);
        self.events |= about(&["EVENT"]);
        self.database |= self.routines || about(&["USER", "ROLE"]);
        let renames = has(&["RENAME", "CHANGE"]);
        self.renamed |= renames;
        self.trigger_dropped |= first.is("DROP") && about(&["TRIGGER"]);
        let names = |tokens: &[Token]| -> Vec<String> {
            let names = tokens.iter().filter(|token| !token.is_one_of(NO_NAMES));
            names.map(|token| token.text.to_string()).collect()
        };
        if first.is("CREATE") {
            let end = head
                .iter()
                .position(|token| token.is_one_of(&["AS", "LIKE", "ON", "SELECT"]));
            self.new.extend(names(&head[..end.unwrap_or(head.len())]));
        } else if first.is("RENAME") {
            self.new.extend(names(&tokens));
        } else if renames {
            // Of the name that follows, one part may be a database's.
            for at in tokens
                .iter()
                .enumerate()
                .filter(|(_, token)| token.is("RENAME"))
            {
                let behind = &tokens[at.0 + 1..];
                if !behind
                    .first()
                    .is_some_and(|token| token.is_one_of(&["COLUMN", "INDEX", "KEY"]))
                {
                    self.new.extend(names(&behind[..behind.len().min(3)]));
                }
            }
        }
        self.names.extend(names(&tokens));
        true
    }
}

/// Whether a program may change a schema when it is run.
pub(super) fn may_change_schema(body: &str) -> bool {
    #[rustfmt::skip]
    const WORDS: &[&str] = &[
        "ALTER", "CALL", "CREATE", "DROP", "EXECUTE", "GRANT", "RENAME", "REVOKE",
    ];
    tokens(body).iter().any(|token| token.is_one_of(WORDS))
}

/// A word, a name in quotes without them, or an opening parenthesis.
struct Token<'a> {
    text: Cow<'a, str>,
    quoted: bool,
}

impl Token<'_> {
    fn is(&self, word: &str) -> bool {
        !self.quoted && self.text.eq_ignore_ascii_case(word)
    }

    fn is_one_of(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }

    fn is_open(&self) -> bool {
        self.is("(")
    }
}

/// Strings, numbers' signs, operators and comments are none; what is in double quotes can be a name.
/// What stands in a `/*! */` is code.
fn tokens(sql: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '#' => rest.find('\n').unwrap_or(rest.len()),
            // Without a space behind it, it is two minus signs.
            '-' if rest.starts_with("--")
                && rest[2..]
                    .chars()
                    .next()
                    .is_none_or(|next| next.is_ascii_whitespace()) =>
            {
                rest.find('\n').unwrap_or(rest.len())
            }
            '/' if rest.starts_with("/*!") || rest.starts_with("/*M!") => {
                let mark = rest.len() - rest[2..].trim_start_matches(['M', '!']).len();
                let digits = |found: char| found.is_ascii_digit();
                rest.len() - rest[mark..].trim_start_matches(digits).len()
            }
            '/' if rest.starts_with("/*") => rest[2..].find("*/").map_or(rest.len(), |end| end + 4),
            '\'' | '"' | '`' => {
                let length = quoted_length(rest, first);
                if first != '\'' {
                    let text = rest[1..length].strip_suffix(first).unwrap_or_default();
                    let doubled: String = [first, first].iter().collect();
                    let text = text.replace(&doubled, &first.to_string()).into();
                    tokens.push(Token { text, quoted: true });
                }
                length
            }
            '(' => {
                tokens.push(Token {
                    text: rest[..1].into(),
                    quoted: false,
                });
                1
            }
            _ if is_word(first) => {
                let length = rest.find(|found| !is_word(found)).unwrap_or(rest.len());
                tokens.push(Token {
                    text: rest[..length].into(),
                    quoted: false,
                });
                length
            }
            _ => first.len_utf8(),
        };
        rest = &rest[length..];
    }
    tokens
}

fn is_word(found: char) -> bool {
    found.is_ascii_alphanumeric() || found == '_' || found == '$' || !found.is_ascii()
}

/// Bytes to the closing quote inclusive; a doubled quote does not close.
fn quoted_length(text: &str, quote: char) -> usize {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, found)) = chars.next() {
        if found == '\\' && quote != '`' {
            chars.next();
        } else if found == quote && chars.next_if(|(_, next)| *next == quote).is_none() {
            return at + 1;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use migcheck_core::Dialect;
    use migcheck_core::split::split;

    use super::*;

    /// What a script touches; none if that may be anything.
    fn touched(script: &str) -> Option<Touched> {
        let mut touched = Touched::default();
        let statements = split(script, Dialect::MySql).unwrap_or_default();
        touched.add(&statements).then_some(touched)
    }

    fn names(script: &str) -> (Vec<String>, Vec<String>) {
        let touched = touched(script).unwrap_or_default();
        (
            touched.names.into_iter().collect(),
            touched.new.into_iter().collect(),
        )
    }

    #[test]
    fn ddl_names_what_it_changes() {
        let (all, new) = names(
            "CREATE TABLE IF NOT EXISTS `a``b` (`x y` int REFERENCES o (id)) ENGINE = InnoDB",
        );
        for name in ["a`b", "x y", "o"] {
            assert!(all.iter().any(|known| known == name), "{name}: {all:?}");
        }
        assert_eq!(new, ["a`b"]);
        let (all, new) =
            names("ALTER TABLE d.t DROP COLUMN c /*!80000 , RENAME INDEX `i` TO j */ -- k");
        assert_eq!(all, ["COLUMN", "c", "d", "i", "j", "t"]);
        assert!(new.is_empty());
        assert_eq!(
            names("ALTER TABLE t ADD a int, RENAME TO d.`u`, DROP e").1,
            ["d", "u"]
        );
        assert_eq!(names("RENAME TABLE a TO b, c TO d").1, ["a", "b", "c", "d"]);
        let (all, new) = names("DROP VIEW v, \"w\" # x\n, /* y */ z");
        assert_eq!(all, ["VIEW", "v", "w", "z"]);
        assert!(new.is_empty());
        assert!(
            names("ALTER TABLE a MODIFY b int DEFAULT 1--1, DROP c")
                .0
                .contains(&"c".to_owned())
        );
    }

    #[test]
    fn kinds_that_are_read_as_a_whole() {
        let procedure =
            touched("CREATE DEFINER=CURRENT_USER() PROCEDURE p() SELECT 1").unwrap_or_default();
        assert!(procedure.routines && procedure.database && !procedure.events);
        let event = touched("ALTER EVENT e DISABLE; GRANT SELECT ON t TO bob").unwrap_or_default();
        assert!(event.events && event.database && !event.routines);
        // What a definer is called is not what is made.
        let trigger = touched(
            "CREATE DEFINER=event@`%` TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET @x = 1",
        );
        assert!(trigger.unwrap_or_default().names.contains("t"));
    }

    #[test]
    fn what_changes_nothing() {
        for harmless in [
            "INSERT INTO t SELECT * FROM create_table",
            "select 1; SET @a = 'SET GLOBAL x', foreign_key_checks = 0; /* CALL p() */",
            "START TRANSACTION; UPDATE t SET a = 1; COMMIT",
            "",
        ] {
            assert_eq!(touched(harmless), Some(Touched::default()), "{harmless}");
        }
    }

    #[test]
    fn what_may_change_anything() {
        for far in [
            "CALL p()",
            "EXECUTE make",
            "EXECUTE IMMEDIATE 'DROP TABLE t'",
            "SET STATEMENT max_statement_time = 1 FOR DROP TABLE t",
            "SET sql_mode = 'ANSI_QUOTES'",
            "SET @@global.sql_mode = ''",
            "BEGIN NOT ATOMIC DROP TABLE t; END",
            "IF EXISTS (SELECT 1) THEN DROP TABLE t; END IF",
            "USE other",
            "ALTER DATABASE COLLATE utf8mb4_bin",
            "DROP DATABASE d",
            "INSTALL COMPONENT 'x'",
        ] {
            assert_eq!(touched(far), None, "{far}");
        }
        assert!(may_change_schema("BEGIN DELETE FROM t; CALL p(); END"));
        assert!(!may_change_schema("DELETE FROM dropped WHERE a = 'DROP'"));
    }
}
