//! What statements call things, and how that is asked for.

use migcheck_core::Dialect;

use super::words::Word;
pub(super) use crate::literal::mysql_text as text;
use crate::literal::{literal, quoted};

/// A name, with its schema where the statement says that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) schema: Option<String>,
    pub(crate) name: String,
}

impl Name {
    /// The name at the start of the words, and what is behind it.
    pub(crate) fn read<'w, 'a>(
        words: &'w [Word<'a>],
        dialect: Dialect,
    ) -> Option<(Self, &'w [Word<'a>])> {
        let first = words.first()?.name(dialect)?;
        if words.get(1).is_some_and(|mark| mark.is_mark('.')) {
            let name = words.get(2)?.name(dialect)?;
            let schema = Some(first);
            return Some((Self { schema, name }, words.get(3..)?));
        }
        let (schema, name) = (None, first);
        Some((Self { schema, name }, words.get(1..)?))
    }

    /// Names with commas between them.
    pub(super) fn list(words: &[Word<'_>], dialect: Dialect) -> Vec<Self> {
        let mut names = Vec::new();
        let mut rest = words;
        while let Some((name, behind)) = Self::read(rest, dialect) {
            names.push(name);
            match behind.first() {
                Some(mark) if mark.is_mark(',') => rest = &behind[1..],
                _ => break,
            }
        }
        names
    }

    /// As Postgres looks names up.
    pub(super) fn quoted(&self) -> String {
        self.in_quotes(Dialect::Postgres)
    }

    /// As MySQL takes it.
    pub(super) fn backquoted(&self) -> String {
        self.in_quotes(Dialect::MySql)
    }

    fn in_quotes(&self, dialect: Dialect) -> String {
        let name = quoted(dialect, &self.name);
        match &self.schema {
            Some(schema) => format!("{}.{name}", quoted(dialect, schema)),
            None => name,
        }
    }
}

/// A text of Postgres.
pub(super) fn pg_text(text: &str) -> String {
    literal(Dialect::Postgres, text)
}
