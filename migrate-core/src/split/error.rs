//! Why a script cannot be split, and what its author can do about it.

use std::ops::Range;

/// A script that cannot be split.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct SplitError {
    /// Where, in bytes: the token that is never closed, or the command that no server knows.
    pub span: Range<usize>,
    /// What is wrong, for code that decides on it.
    pub kind: SplitErrorKind,
    /// What is wrong and what to do about it, for people.
    pub message: String,
}

/// What is wrong with a script that cannot be split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SplitErrorKind {
    /// A string is never closed.
    UnterminatedString,
    /// A quoted identifier is never closed.
    UnterminatedIdentifier,
    /// A `$tag$` is never repeated.
    UnterminatedDollarQuote,
    /// A block comment is never closed.
    UnterminatedComment,
    /// A `BEGIN`, `IF`, `CASE`, `LOOP`, … of a compound statement has no `END`, or a rule's parenthesis is never closed.
    UnterminatedBlock,
    /// A command of a command-line client, such as psql's `\connect`.
    ClientCommand,
    /// `COPY … FROM STDIN`, whose rows follow the statement.
    CopyFromStdin,
    /// A `DELIMITER` command without a delimiter, or with one the mysql client would cut.
    InvalidDelimiter,
}

impl SplitError {
    pub(super) fn unterminated_quote(kind: SplitErrorKind, sql: &str, span: Range<usize>) -> Self {
        let open = &sql[span.clone()];
        let message = match kind {
            SplitErrorKind::UnterminatedDollarQuote => {
                format!("the dollar quote `{open}` is never closed; repeat `{open}` where it ends")
            }
            SplitErrorKind::UnterminatedComment => {
                format!("the comment `{open}` is never closed; close it with `*/`")
            }
            SplitErrorKind::UnterminatedIdentifier if open == "[" => {
                "the quoted identifier that `[` opens is never closed; close it with `]`".to_owned()
            }
            _ => {
                let what = match kind {
                    SplitErrorKind::UnterminatedIdentifier => "quoted identifier",
                    _ => "string",
                };
                let quote = &open[open.len() - 1..];
                format!(
                    "the {what} that `{open}` opens is never closed; \
                     close it with `{quote}`, and write a `{quote}` inside it as `{quote}{quote}`"
                )
            }
        };
        Self {
            span,
            kind,
            message,
        }
    }

    pub(super) fn unterminated_block(open: &str, close: &str, span: Range<usize>) -> Self {
        Self {
            span,
            kind: SplitErrorKind::UnterminatedBlock,
            message: format!(
                "`{open}` is never closed; add its `{close}`, and end the last statement before it with `;`"
            ),
        }
    }

    pub(super) fn unterminated_parenthesis(span: Range<usize>) -> Self {
        Self {
            span,
            kind: SplitErrorKind::UnterminatedBlock,
            message: "`(` is never closed, so the rule has no end; close it with `)`".to_owned(),
        }
    }

    pub(super) fn client_command(command: &str, client: &str, span: Range<usize>) -> Self {
        Self {
            span,
            kind: SplitErrorKind::ClientCommand,
            message: format!(
                "`{command}` is a command of {client}, which no server knows; \
                 delete it, or write what it does in SQL"
            ),
        }
    }

    pub(super) fn copy_from_stdin(span: Range<usize>) -> Self {
        Self {
            span,
            kind: SplitErrorKind::CopyFromStdin,
            message: "`COPY … FROM STDIN` reads rows that only psql sends; \
                      write them as `INSERT` statements, as `pg_dump --inserts` does"
                .to_owned(),
        }
    }

    pub(super) fn invalid_delimiter(delimiter: Option<&str>, span: Range<usize>) -> Self {
        let message = match delimiter {
            None => "`DELIMITER` names no delimiter; write one behind it, such as `DELIMITER //`"
                .to_owned(),
            Some(delimiter) => format!(
                "`DELIMITER {delimiter}` names more than the 15 bytes the mysql client keeps; choose a shorter delimiter"
            ),
        };
        Self {
            span,
            kind: SplitErrorKind::InvalidDelimiter,
            message,
        }
    }
}
