//! Making edits in files: findings speak of canonical text, and a file keeps its own line ends and
//! byte-order mark.

use std::ops::Range;

use crate::checksum::canonical;
use crate::finding::Edit;
use crate::split::line_of;

/// A file's text with edits made in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// The text to write.
    pub text: String,
    /// The edits that were made, by their place in the list; an edit that overlaps another one is
    /// not among them.
    pub made: Vec<usize>,
}

/// The lines that an edit changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedLines {
    /// The first one's number, from 1.
    pub line: usize,
    /// What they were.
    pub removed: String,
    /// What they become.
    pub added: String,
}

/// Makes `edits`, which are all of one file, in the text of that file as it is on the disk: what no
/// edit covers stays byte for byte as it is.
///
/// `None`: the file is no longer the one that was checked.
#[must_use]
pub fn apply(original: &str, edits: &[&Edit]) -> Option<Edited> {
    let text = canonical(original);
    if edits.iter().any(|edit| *edit.source.text != *text) {
        return None;
    }
    let mut order: Vec<usize> = (0..edits.len()).collect();
    order.sort_by_key(|at| (edits[*at].span.start, edits[*at].span.end));
    let mut edited = Edited {
        text: String::with_capacity(original.len()),
        made: Vec::new(),
    };
    let places = Places::of(original);
    let line_end = if original.contains("\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    let (mut done, mut free_from) = (0, 0);
    for at in order {
        let Edit {
            span, replacement, ..
        } = edits[at];
        // Two insertions at one place have no order either.
        let overlaps = span.start < free_from || !edited.made.is_empty() && span.start == free_from;
        let valid = text.get(span.clone()).is_some();
        if overlaps || !valid {
            continue;
        }
        let range = places.original(span);
        edited.text.push_str(original.get(done..range.start)?);
        edited.text.push_str(&replacement.replace('\n', line_end));
        done = range.end;
        free_from = span.end;
        edited.made.push(at);
    }
    edited.text.push_str(original.get(done..)?);
    edited.made.sort_unstable();
    Some(edited)
}

/// The lines that `edit` changes, before and after.
#[must_use]
pub fn changed_lines(edit: &Edit) -> ChangedLines {
    let text = &*edit.source.text;
    let start = text.floor_char_boundary(edit.span.start);
    let end = text.ceil_char_boundary(edit.span.end.max(start));
    let first = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let last = text[end..].find('\n').map_or(text.len(), |at| end + at);
    ChangedLines {
        line: line_of(text, start),
        removed: text[first..last].to_owned(),
        added: format!(
            "{}{}{}",
            &text[first..start],
            edit.replacement,
            &text[end..last]
        ),
    }
}

/// Where the lines of the canonical text stand in the original: each line's start in both.
struct Places(Vec<(usize, usize)>);

impl Places {
    /// Reads lines as [`canonical`] does.
    fn of(original: &str) -> Self {
        let mut start = original.len() - original.trim_start_matches('\u{feff}').len();
        let mut canonical = 0;
        let mut lines = Vec::new();
        for line in original[start..].split_inclusive('\n') {
            lines.push((canonical, start));
            start += line.len();
            canonical += match line.strip_suffix('\n') {
                Some(line) => line.trim_end_matches('\r').len() + 1,
                None => line.len(),
            };
        }
        lines.push((canonical, start));
        Self(lines)
    }

    fn original(&self, span: &Range<usize>) -> Range<usize> {
        let place = |offset: usize| {
            let line = self.0.partition_point(|(start, _)| *start <= offset);
            let (canonical, original) = self.0[line.saturating_sub(1)];
            original + offset - canonical
        };
        place(span.start)..place(span.end)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::finding::{Applicability, SourceFile};

    fn edit(original: &str, span: Range<usize>, replacement: &str) -> Edit {
        Edit {
            source: Arc::new(SourceFile {
                path: "m/1.sql".to_owned(),
                text: canonical(original).into_owned().into(),
            }),
            span,
            replacement: replacement.to_owned(),
            applicability: Applicability::Safe,
        }
    }

    /// Replaces `what` of the canonical text.
    fn replaced(original: &str, what: &str, replacement: &str) -> String {
        let start = canonical(original).find(what).unwrap();
        let edit = edit(original, start..start + what.len(), replacement);
        apply(original, &[&edit]).unwrap().text
    }

    #[test]
    fn a_files_own_line_ends_and_byte_order_mark_stay() {
        let text = "\u{feff}-- é\r\n-- two\r\n\r\nthree\n\rfour\r\r\nfive\r";
        for (what, replacement, expected) in [
            (
                "two",
                "2",
                "\u{feff}-- é\r\n-- 2\r\n\r\nthree\n\rfour\r\r\nfive\r",
            ),
            (
                "é\n",
                "",
                "\u{feff}-- -- two\r\n\r\nthree\n\rfour\r\r\nfive\r",
            ),
            (
                "four",
                "4",
                "\u{feff}-- é\r\n-- two\r\n\r\nthree\n\r4\r\r\nfive\r",
            ),
            (
                "five\r",
                "5\n6",
                "\u{feff}-- é\r\n-- two\r\n\r\nthree\n\rfour\r\r\n5\r\n6",
            ),
        ] {
            assert_eq!(replaced(text, what, replacement), expected, "{what:?}");
        }
        assert_eq!(replaced("", "", "new"), "new");
    }

    #[test]
    fn edits_that_overlap_are_not_both_made() {
        let text = "abcdef";
        let edits = [
            edit(text, 3..5, "2"),
            edit(text, 0..2, "1"),
            edit(text, 4..6, "3"),
            edit(text, 9..12, "4"),
        ];
        let edits: Vec<&Edit> = edits.iter().collect();
        let edited = apply(text, &edits).unwrap();
        assert_eq!((&*edited.text, &*edited.made), ("1c2f", &[0, 1][..]));
    }

    #[test]
    fn a_file_that_changed_meanwhile_is_left_alone() {
        assert_eq!(apply("other", &[&edit("text", 0..1, "")]), None);
    }

    #[test]
    fn whole_lines_are_shown() {
        let found = changed_lines(&edit("a\nbcd\ne\n", 3..4, "X"));
        assert_eq!(
            found,
            ChangedLines {
                line: 2,
                removed: "bcd".to_owned(),
                added: "bXd".to_owned()
            }
        );
    }

    proptest! {
        /// To edit a file and to read it is to read the file and edit that.
        #[test]
        fn it_makes_no_difference_what_comes_first(
            original in "[\u{feff}]{0,2}[a\r\né]{0,30}",
            from in 0_usize..40,
            length in 0_usize..10,
        ) {
            let text = canonical(&original).into_owned();
            let (start, end) = (from.min(text.len()), (from + length).min(text.len()));
            if let (Some(before), Some(_), Some(after)) =
                (text.get(..start), text.get(start..end), text.get(end..))
            {
                let edited = apply(&original, &[&edit(&original, start..end, "x\ny")]).unwrap();
                // The new text keeps apart what would run together at its ends.
                let expected = format!("{before}x\ny{after}");
                prop_assert_eq!(canonical(&edited.text), canonical(&expected));
            }
        }
    }
}
