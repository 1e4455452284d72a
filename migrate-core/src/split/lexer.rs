//! Text to tokens: what is a string, what is a comment, and where a delimiter is really one.

use std::ops::Range;

use super::delimiter::Delimiter;
use super::error::{SplitError, SplitErrorKind};
use super::rules::{ESCAPE_STRING, Lexical, Quote};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A keyword, a bare identifier or a number.
    Word,
    /// A string or a quoted identifier, of any kind.
    Quoted,
    /// Any other character.
    Punct(u8),
    /// `/*+ … */`
    Hint,
    /// `/*!50001`, behind which code goes on.
    CodeOpen,
    /// The `*/` of a `CodeOpen`.
    CodeClose,
    /// `;`, or what the last `DELIMITER` line named.
    Delimiter,
    /// A `DELIMITER` line. It ends the statement before it, as in the mysql client.
    DelimiterCommand,
}

/// A cursor over a script. White space and comments are skipped; everything else is handed out, in order.
#[derive(Debug)]
pub(super) struct Lexer<'a> {
    sql: &'a str,
    rules: &'static Lexical,
    pos: usize,
    delimiter: Delimiter<'a>,
    /// No token since the last delimiter.
    fresh: bool,
    /// The `/*!` that is open.
    code_comment: Option<Range<usize>>,
    /// The last token was an `E'…'` string.
    after_escape_string: bool,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(sql: &'a str, rules: &'static Lexical) -> Self {
        Self {
            sql,
            rules,
            // Every client drops a byte order mark, and no server can read one.
            pos: if sql.starts_with('\u{feff}') { 3 } else { 0 },
            delimiter: Delimiter::DEFAULT,
            fresh: true,
            code_comment: None,
            after_escape_string: false,
        }
    }

    /// Whether a `DELIMITER` line has replaced the `;`.
    pub(super) fn has_custom_delimiter(&self) -> bool {
        self.delimiter.is_custom()
    }

    /// Whether the next token is inside `/*! … */`.
    pub(super) fn in_code_comment(&self) -> bool {
        self.code_comment.is_some()
    }

    /// The next token, or `None` at the end of the script.
    pub(super) fn next_token(&mut self) -> Result<Option<Token>, SplitError> {
        let gap = self.pos;
        self.skip_blanks_and_comments()?;
        let start = self.pos;
        let Some(first) = self.peek(0) else {
            return match self.code_comment.take() {
                Some(open) => Err(self.unterminated(SplitErrorKind::UnterminatedComment, open)),
                None => Ok(None),
            };
        };
        let continues_escape_string = std::mem::take(&mut self.after_escape_string)
            && first == b'\''
            && is_continuation(&self.sql[gap..start]);

        let kind = if self.at_delimiter() {
            self.pos += self.delimiter.len();
            TokenKind::Delimiter
        } else if self.delimiter_command()? {
            TokenKind::DelimiterCommand
        } else if continues_escape_string {
            self.escape_string(start)?
        } else {
            self.token(first)?
        };
        self.fresh = matches!(kind, TokenKind::Delimiter | TokenKind::DelimiterCommand);
        Ok(Some(Token {
            kind,
            span: start..self.pos,
        }))
    }

    fn token(&mut self, first: u8) -> Result<TokenKind, SplitError> {
        let start = self.pos;
        if let Some(client) = &self.rules.client
            && client.escape == first
            && (client.anywhere || self.fresh)
        {
            let length = self
                .rest()
                .find(char::is_whitespace)
                .unwrap_or(self.rest().len());
            let span = start..start + length;
            return Err(SplitError::client_command(
                &self.sql[span.clone()],
                client.name,
                span,
            ));
        }
        if let Some(quote) = self.rules.quotes.iter().find(|quote| quote.open == first) {
            self.pos += 1;
            return self.quoted(quote, start);
        }
        if first == b'/' && self.peek(1) == Some(b'*') {
            // Plain comments have been skipped.
            return if let Some(length) = self.code_comment_open() {
                self.pos += length;
                self.code_comment = Some(start..self.pos);
                Ok(TokenKind::CodeOpen)
            } else {
                self.block_comment()?;
                Ok(TokenKind::Hint)
            };
        }
        if first == b'*' && self.peek(1) == Some(b'/') && self.code_comment.take().is_some() {
            self.pos += 2;
            return Ok(TokenKind::CodeClose);
        }
        if first == b'$' && self.rules.dollar_quotes {
            return self.dollar(start);
        }
        if is_word(first) {
            self.word(first);
            let is_escape_prefix = self.rules.escape_strings
                && self.sql[start..self.pos].eq_ignore_ascii_case("e")
                && self.peek(0) == Some(b'\'');
            return if is_escape_prefix {
                self.escape_string(start)
            } else {
                Ok(TokenKind::Word)
            };
        }
        self.pos += 1;
        Ok(TokenKind::Punct(first))
    }

    fn skip_blanks_and_comments(&mut self) -> Result<(), SplitError> {
        while let Some(byte) = self.peek(0) {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' | b'\x0b' | b'\x0c' => self.pos += 1,
                // The mysql client looks for its delimiter before it looks for comments.
                _ if self.has_custom_delimiter() && self.at_delimiter() => break,
                b'#' if self.rules.hash_comments => self.line_comment(),
                b'-' if self.at_dash_comment() => self.line_comment(),
                b'/' if self.at_plain_block_comment() => self.block_comment()?,
                _ => break,
            }
        }
        Ok(())
    }

    fn at_dash_comment(&self) -> bool {
        self.peek(1) == Some(b'-')
            && (!self.rules.dashes_need_space
                || self
                    .peek(2)
                    .is_none_or(|byte| byte == b' ' || byte.is_ascii_control()))
    }

    fn line_comment(&mut self) {
        let ends =
            |byte: &u8| *byte == b'\n' || (*byte == b'\r' && self.rules.cr_ends_line_comment);
        let rest = self.rest().as_bytes();
        self.pos += rest.iter().position(ends).unwrap_or(rest.len());
    }

    fn at_plain_block_comment(&self) -> bool {
        self.peek(1) == Some(b'*')
            && self.code_comment_open().is_none()
            && !(self.rules.hints && self.peek(2) == Some(b'+'))
    }

    /// The length of `/*!`, `/*!50001` or `/*M!100203`, if one is here.
    fn code_comment_open(&self) -> Option<usize> {
        let rest = self.rest();
        let opener = ["/*!", "/*M!"]
            .into_iter()
            .find(|opener| self.rules.executable_comments && rest.starts_with(opener))?;
        let version = rest[opener.len()..]
            .bytes()
            .take(6)
            .take_while(u8::is_ascii_digit);
        Some(opener.len() + version.count())
    }

    fn block_comment(&mut self) -> Result<(), SplitError> {
        let start = self.pos;
        let mut depth = 0_usize;
        loop {
            match (self.peek(0), self.peek(1)) {
                (Some(b'/'), Some(b'*')) if depth == 0 || self.rules.nested_comments => {
                    depth += 1;
                    self.pos += 2;
                }
                (Some(b'*'), Some(b'/')) => {
                    depth -= 1;
                    self.pos += 2;
                    if depth == 0 {
                        return Ok(());
                    }
                }
                (Some(_), _) => self.pos += 1,
                (None, _) if self.rules.end_closes_comment => return Ok(()),
                (None, _) => {
                    return Err(
                        self.unterminated(SplitErrorKind::UnterminatedComment, start..start + 2)
                    );
                }
            }
        }
    }

    fn escape_string(&mut self, start: usize) -> Result<TokenKind, SplitError> {
        self.pos += 1;
        self.after_escape_string = true;
        self.quoted(&ESCAPE_STRING, start)
    }

    /// Reads to the closing quote. The opening one is behind the cursor, and the token began at `start`.
    fn quoted(&mut self, quote: &Quote, start: usize) -> Result<TokenKind, SplitError> {
        let open = start..self.pos;
        while let Some(byte) = self.peek(0) {
            self.pos += 1;
            if byte == b'\\' && quote.backslash {
                self.pos = (self.pos + 1).min(self.sql.len());
            } else if byte == quote.close {
                if !(quote.doubled && self.peek(0) == Some(quote.close)) {
                    return Ok(TokenKind::Quoted);
                }
                self.pos += 1;
            }
        }
        Err(self.unterminated(quote.unterminated, open))
    }

    fn dollar(&mut self, start: usize) -> Result<TokenKind, SplitError> {
        let Some(tag) = self.dollar_tag() else {
            self.pos += 1;
            return Ok(TokenKind::Punct(b'$'));
        };
        let body = start + tag.len();
        match self.sql[body..].find(tag) {
            Some(length) => {
                self.pos = body + length + tag.len();
                Ok(TokenKind::Quoted)
            }
            None => Err(self.unterminated(SplitErrorKind::UnterminatedDollarQuote, start..body)),
        }
    }

    /// The `$tag$` that starts here. `$1` is a parameter: a tag is empty or a word that starts with no digit.
    fn dollar_tag(&self) -> Option<&'a str> {
        let rest = self.rest();
        let tag = rest[1..]
            .bytes()
            .take_while(|byte| is_word(*byte) && *byte != b'$');
        let length = tag.count();
        let starts_with_digit = self.peek(1).is_some_and(|byte| byte.is_ascii_digit());
        (!starts_with_digit && self.peek(1 + length) == Some(b'$')).then(|| &rest[..length + 2])
    }

    fn word(&mut self, first: u8) {
        // A number ends before a dollar quote; an identifier may contain the `$`.
        let is_postgres_number = self.rules.dollar_quotes && first.is_ascii_digit();
        while let Some(byte) = self.peek(0) {
            let ends = !is_word(byte)
                || (byte == b'$' && is_postgres_number)
                || (self.delimiter.ends_words() && self.at_delimiter());
            if ends {
                break;
            }
            self.pos += 1;
        }
    }

    fn at_delimiter(&self) -> bool {
        // In a word, the cursor may be inside a character, where the text cannot be cut.
        let rest = self.sql.as_bytes().get(self.pos..);
        rest.is_some_and(|rest| self.delimiter.starts(rest))
    }

    /// Reads a `DELIMITER` line, if one is here.
    fn delimiter_command(&mut self) -> Result<bool, SplitError> {
        let allowed = self.rules.delimiter_command && !self.in_code_comment();
        let command = if allowed {
            self.delimiter.command(self.sql, self.pos, self.fresh)?
        } else {
            None
        };
        if let Some((delimiter, end)) = command {
            self.delimiter = delimiter;
            self.pos = end;
        }
        Ok(command.is_some())
    }

    fn unterminated(&self, kind: SplitErrorKind, open: Range<usize>) -> SplitError {
        SplitError::unterminated_quote(kind, self.sql, open)
    }

    fn rest(&self) -> &'a str {
        &self.sql[self.pos..]
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.sql.as_bytes().get(self.pos + ahead).copied()
    }
}

/// Letters, digits, `_` and `$`. All that is not ASCII counts as a letter, as it does in the three servers, so a token
/// always ends on a character boundary.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || !byte.is_ascii()
}

/// Whether what stands between two strings makes the second continue the first: white space with a line break, and
/// line comments.
fn is_continuation(gap: &str) -> bool {
    gap.contains(['\n', '\r']) && !gap.contains("/*")
}
