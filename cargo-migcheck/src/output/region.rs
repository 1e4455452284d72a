//! Places in files as programs count them.

use std::ops::Range;

use migcheck_core::{Edit, Label, line_of};

/// A part of a text: lines and columns from 1, columns in characters, the end being the first
/// character that is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Region {
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) end_line: usize,
    pub(crate) end_column: usize,
}

impl Region {
    /// Where a label stands; `None` for a file as a whole.
    pub(crate) fn of_label(label: &Label) -> Option<Self> {
        let text = &label.source.text;
        (!text.is_empty()).then(|| Self::of(text, &label.span))
    }

    /// What an edit replaces.
    pub(crate) fn of_edit(edit: &Edit) -> Self {
        Self::of(&edit.source.text, &edit.span)
    }

    fn of(text: &str, span: &Range<usize>) -> Self {
        // The text before the span is read once: a large file may have as many findings as lines.
        let line = line_of(text, span.start);
        let inside = text.get(span.clone()).unwrap_or_default();
        Self {
            line,
            column: column_of(text, span.start),
            end_line: line + line_of(inside, inside.len()) - 1,
            end_column: column_of(text, span.end),
        }
    }
}

/// The column of `offset` in `text`.
fn column_of(text: &str, offset: usize) -> usize {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    1 + line.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_counted_in_characters() {
        let text = "a\nübung = 1\n";
        assert_eq!(column_of(text, 0), 1);
        assert_eq!(column_of(text, 2), 1);
        assert_eq!(column_of(text, text.find('=').unwrap_or(0)), 7);
    }
}
