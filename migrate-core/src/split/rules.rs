//! What tells the dialects apart, as data: a dialect is one `static` of this file.

use super::error::SplitErrorKind::{self, UnterminatedIdentifier, UnterminatedString};
use crate::Dialect;

/// Everything the splitter knows about one dialect.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) lexical: Lexical,
    pub(super) compound: Compound,
    pub(super) transactions: Transactions,
}

/// How the dialect's text becomes tokens.
#[derive(Debug)]
pub(super) struct Lexical {
    pub(super) quotes: &'static [Quote],
    /// `E'…'` strings, in which a backslash escapes.
    pub(super) escape_strings: bool,
    /// `$tag$ … $tag$` strings. Where they exist, `$` cannot start a word.
    pub(super) dollar_quotes: bool,
    /// `# …` comments.
    pub(super) hash_comments: bool,
    /// `--` only opens a comment before white space, a control character or the end, so that `5--3` is 8.
    pub(super) dashes_need_space: bool,
    /// A carriage return alone ends a line comment.
    pub(super) cr_ends_line_comment: bool,
    pub(super) nested_comments: bool,
    /// The end of the script closes a block comment.
    pub(super) end_closes_comment: bool,
    /// `/*! … */` and `/*M! … */`, whose content is code.
    pub(super) executable_comments: bool,
    /// `/*+ … */`, a comment to the server's parser but not to its planner or to pg_hint_plan.
    pub(super) hints: bool,
    /// The mysql client's `DELIMITER` lines.
    pub(super) delimiter_command: bool,
    pub(super) client: Option<Client>,
    /// `COPY … FROM STDIN`, whose rows follow the statement and are no SQL.
    pub(super) copy_from_stdin: bool,
}

/// A pair of quotes.
#[derive(Debug)]
pub(super) struct Quote {
    pub(super) open: u8,
    pub(super) close: u8,
    /// The closing quote, written twice, stands for itself.
    pub(super) doubled: bool,
    /// A backslash escapes the next character.
    pub(super) backslash: bool,
    /// What is wrong if it is never closed.
    pub(super) unterminated: SplitErrorKind,
}

impl Quote {
    const fn new(quote: u8, unterminated: SplitErrorKind) -> Self {
        Self {
            open: quote,
            close: quote,
            doubled: true,
            backslash: false,
            unterminated,
        }
    }

    const fn with_backslash(self) -> Self {
        Self {
            backslash: true,
            ..self
        }
    }
}

/// `E'…'`; also its continuation on another line.
pub(super) static ESCAPE_STRING: Quote = Quote::new(b'\'', UnterminatedString).with_backslash();

/// The dialect's command-line client, whose commands are no SQL.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) name: &'static str,
    /// The character its commands start with.
    pub(super) escape: u8,
    /// Commands are recognised in the middle of a statement too.
    pub(super) anywhere: bool,
}

/// Which statements contain statements.
#[derive(Debug)]
pub(super) struct Compound {
    /// The first words such a statement can have.
    pub(super) verbs: &'static [&'static str],
    /// The words that may stand between verb and object.
    pub(super) modifiers: &'static [&'static str],
    /// The objects that have a body, and how to find it.
    pub(super) objects: &'static [(&'static str, BodyStart)],
    /// Stored programs: `IF`, `LOOP`, … with their `END`s, labels, handlers, a `DEFINER` clause, a body of one
    /// statement, and MariaDB's `BEGIN NOT ATOMIC`. Without, a body is a plain list between `BEGIN` and `END`.
    pub(super) stored_programs: bool,
}

/// Where the body of an object begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyStart {
    /// Behind the parameters and the characteristics that may follow them.
    AfterParameters,
    /// Behind `FOR EACH ROW` and the order that may follow it.
    AfterEachRow,
    /// Behind `DO`.
    AfterDo,
    /// With `BEGIN ATOMIC`.
    AtBeginAtomic,
    /// With `BEGIN`.
    AtBegin,
    /// There is none, but `;` does not end the statement inside parentheses.
    InParentheses,
}

/// Which statements open or end a transaction: those that start with a phrase of `control` and none of `except`.
#[derive(Debug)]
pub(super) struct Transactions {
    pub(super) control: &'static [&'static [&'static str]],
    pub(super) except: &'static [&'static [&'static str]],
}

impl Rules {
    pub(super) fn of(dialect: Dialect) -> &'static Self {
        match dialect {
            Dialect::Postgres => &POSTGRES,
            Dialect::MySql => &MYSQL,
            Dialect::Sqlite => &SQLITE,
        }
    }
}

/// <https://www.postgresql.org/docs/current/sql-syntax-lexical.html>, and src/backend/parser/scan.l where that is silent.
static POSTGRES: Rules = Rules {
    lexical: Lexical {
        quotes: &[
            Quote::new(b'\'', UnterminatedString),
            Quote::new(b'"', UnterminatedIdentifier),
        ],
        escape_strings: true,
        dollar_quotes: true,
        hash_comments: false,
        dashes_need_space: false,
        cr_ends_line_comment: true,
        nested_comments: true,
        end_closes_comment: false,
        executable_comments: false,
        hints: true,
        delimiter_command: false,
        client: Some(Client {
            name: "psql",
            escape: b'\\',
            anywhere: true,
        }),
        copy_from_stdin: true,
    },
    compound: Compound {
        verbs: &["CREATE"],
        modifiers: &["OR", "REPLACE"],
        objects: &[
            ("FUNCTION", BodyStart::AtBeginAtomic),
            ("PROCEDURE", BodyStart::AtBeginAtomic),
            ("RULE", BodyStart::InParentheses),
        ],
        stored_programs: false,
    },
    transactions: Transactions {
        control: &[
            &["BEGIN"],
            &["START", "TRANSACTION"],
            &["COMMIT"],
            &["END"],
            &["ROLLBACK"],
            &["ABORT"],
            &["PREPARE", "TRANSACTION"],
        ],
        except: ROLLBACK_TO,
    },
};

/// <https://dev.mysql.com/doc/refman/8.4/en/language-structure.html>, <https://mariadb.com/kb/en/comment-syntax/> and
/// <https://mariadb.com/kb/en/using-compound-statements-outside-of-stored-programs/>.
static MYSQL: Rules = Rules {
    lexical: Lexical {
        quotes: &[
            Quote::new(b'\'', UnterminatedString).with_backslash(),
            Quote::new(b'"', UnterminatedString).with_backslash(),
            Quote::new(b'`', UnterminatedIdentifier),
        ],
        escape_strings: false,
        dollar_quotes: false,
        hash_comments: true,
        dashes_need_space: true,
        cr_ends_line_comment: false,
        nested_comments: false,
        end_closes_comment: false,
        executable_comments: true,
        hints: true,
        delimiter_command: true,
        client: None,
        copy_from_stdin: false,
    },
    compound: Compound {
        verbs: &["CREATE", "ALTER"],
        modifiers: &["OR", "REPLACE", "AGGREGATE"],
        objects: &[
            ("PROCEDURE", BodyStart::AfterParameters),
            ("FUNCTION", BodyStart::AfterParameters),
            ("TRIGGER", BodyStart::AfterEachRow),
            ("EVENT", BodyStart::AfterDo),
        ],
        stored_programs: true,
    },
    transactions: Transactions {
        control: &[
            &["BEGIN"],
            &["START", "TRANSACTION"],
            &["COMMIT"],
            &["ROLLBACK"],
            &["XA"],
        ],
        except: &[
            &["BEGIN", "NOT"],
            &["ROLLBACK", "TO"],
            &["ROLLBACK", "WORK", "TO"],
            &["XA", "RECOVER"],
        ],
    },
};

/// <https://sqlite.org/lang.html>, and src/tokenize.c and src/complete.c where that is silent.
static SQLITE: Rules = Rules {
    lexical: Lexical {
        quotes: &[
            Quote::new(b'\'', UnterminatedString),
            Quote::new(b'"', UnterminatedIdentifier),
            Quote::new(b'`', UnterminatedIdentifier),
            Quote {
                open: b'[',
                close: b']',
                doubled: false,
                backslash: false,
                unterminated: UnterminatedIdentifier,
            },
        ],
        escape_strings: false,
        dollar_quotes: false,
        hash_comments: false,
        dashes_need_space: false,
        cr_ends_line_comment: false,
        nested_comments: false,
        end_closes_comment: true,
        executable_comments: false,
        hints: false,
        delimiter_command: false,
        client: Some(Client {
            name: "the sqlite3 shell",
            escape: b'.',
            anywhere: false,
        }),
        copy_from_stdin: false,
    },
    compound: Compound {
        verbs: &["CREATE"],
        modifiers: &["TEMP", "TEMPORARY"],
        objects: &[("TRIGGER", BodyStart::AtBegin)],
        stored_programs: false,
    },
    transactions: Transactions {
        control: &[&["BEGIN"], &["COMMIT"], &["END"], &["ROLLBACK"]],
        except: ROLLBACK_TO,
    },
};

/// Returning to a savepoint leaves the transaction open.
const ROLLBACK_TO: &[&[&str]] = &[
    &["ROLLBACK", "TO"],
    &["ROLLBACK", "WORK", "TO"],
    &["ROLLBACK", "TRANSACTION", "TO"],
];
