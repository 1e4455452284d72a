//! What ends a statement: `;`, or in the mysql client what the last `DELIMITER` line named.

use super::error::SplitError;

/// The mysql client keeps this many bytes of a delimiter (`delimiter[16]` in client/mysql.cc).
const MAX_LENGTH: usize = 15;

const COMMAND: &str = "DELIMITER";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Delimiter<'a>(&'a str);

impl<'a> Delimiter<'a> {
    pub(super) const DEFAULT: Self = Self(";");

    pub(super) fn len(self) -> usize {
        self.0.len()
    }

    pub(super) fn is_custom(self) -> bool {
        self != Self::DEFAULT
    }

    /// Whether `rest` starts with the delimiter.
    pub(super) fn starts(self, rest: &[u8]) -> bool {
        let is_part_of_name =
            |behind: &[u8]| self.is_name() && behind.first().is_some_and(|byte| is_name(*byte));
        rest.strip_prefix(self.0.as_bytes())
            .is_some_and(|behind| !is_part_of_name(behind))
    }

    /// Whether the delimiter ends a word it stands in: `END$$` ends with the delimiter `$$`, but `category` does not
    /// contain the delimiter `go`.
    pub(super) fn ends_words(self) -> bool {
        self.is_custom() && !self.is_name()
    }

    /// Reads the `DELIMITER` line at `pos`, if one is there, and returns the delimiter it names and where it ends.
    ///
    /// Like the mysql client, it takes the first word behind `DELIMITER` and ignores the rest of the line. `is_start`
    /// tells that no statement has begun.
    pub(super) fn command(
        self,
        sql: &'a str,
        pos: usize,
        is_start: bool,
    ) -> Result<Option<(Self, usize)>, SplitError> {
        let rest = &sql[pos..];
        let starts = rest
            .get(..COMMAND.len())
            .is_some_and(|word| word.eq_ignore_ascii_case(COMMAND));
        if !starts || !is_line_start(&sql[..pos]) {
            return Ok(None);
        }
        let arguments = &rest[COMMAND.len()..];
        if arguments.starts_with(|next: char| !next.is_ascii_whitespace()) {
            return Ok(None);
        }
        let mut arguments = words_of_line(arguments);
        let named = arguments.next();
        let is_command = is_start
            || named.is_some_and(|named| self.can_become(named) && arguments.next().is_none());
        if !is_command {
            return Ok(None);
        }
        let end = pos + rest.lines().next().map_or(0, str::len);
        match named {
            Some(named) if named.len() <= MAX_LENGTH => Ok(Some((Self(named), end))),
            _ => Err(SplitError::invalid_delimiter(named, pos..end)),
        }
    }

    /// Whether `DELIMITER named` in the middle of a statement is a command. The mysql client always says yes, and so
    /// cannot read a table with a column of that name; here it must not look like SQL and must change something.
    fn can_become(self, named: &str) -> bool {
        self.0 != named && named.bytes().all(|byte| b";/$|!&@#~^%:?\\".contains(&byte))
    }

    fn is_name(self) -> bool {
        self.0.bytes().all(is_name)
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The words of the first line of `text`, which is read no further than to the word asked for: a
/// line may be as long as the script, and hold as many `DELIMITER`s behind carriage returns.
fn words_of_line(text: &str) -> impl Iterator<Item = &str> {
    let mut has_ended = false;
    text.split_inclusive(|c: char| c.is_ascii_whitespace())
        .take_while(move |piece| !std::mem::replace(&mut has_ended, piece.ends_with('\n')))
        .map(str::trim_ascii_end)
        .filter(|word| !word.is_empty())
}

fn is_line_start(before: &str) -> bool {
    let before = before.trim_end_matches([' ', '\t']);
    before.is_empty() || before.ends_with(['\n', '\r', '\u{feff}'])
}
