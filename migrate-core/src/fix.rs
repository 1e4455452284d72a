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
    /// What changed, from the top of the file to its end.
    pub changes: Vec<Change>,
}

/// Lines that change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The edits that change them, by their places in the list.
    pub edits: Vec<usize>,
    /// The first one's number, from 1.
    pub line: usize,
    /// What they were, without a line feed at their end.
    pub removed: String,
    /// What they become.
    pub added: String,
}

/// Makes `edits`, which are all of one file, in the text of that file as it is on the disk: what no
/// edit covers stays byte for byte as it is. Of edits that overlap, the first one is made.
///
/// `None`: the file is no longer the one that was checked.
#[must_use]
pub fn apply(original: &str, edits: &[&Edit]) -> Option<Edited> {
    let text = canonical(original);
    if edits.iter().any(|edit| *edit.source.text != *text) {
        return None;
    }
    let made = compatible(&text, edits);
    let places = Places::of(original);
    let line_end = if original.contains("\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    let edited = made_in(
        original,
        &made,
        edits,
        |span| places.original(span),
        line_end,
    );
    let mut changes: Vec<Change> = Vec::new();
    let mut made = made.as_slice();
    while let Some((first, rest)) = made.split_first() {
        // Edits of the same lines are one change.
        let mut lines = lines_of(&text, &edits[*first].span);
        let together = rest
            .iter()
            .take_while(|at| {
                let more = lines_of(&text, &edits[**at].span);
                let touches = more.start <= lines.end;
                lines.end = if touches {
                    lines.end.max(more.end)
                } else {
                    lines.end
                };
                touches
            })
            .count();
        let (group, later) = made.split_at(1 + together);
        let within = |span: &Range<usize>| span.start - lines.start..span.end - lines.start;
        let removed = text.get(lines.clone())?;
        changes.push(Change {
            edits: group.to_vec(),
            line: line_of(&text, lines.start),
            removed: removed.to_owned(),
            added: made_in(removed, group, edits, within, "\n")?,
        });
        made = later;
    }
    Some(Edited {
        text: edited?,
        changes,
    })
}

/// The edits that can all be made, in the order of their places.
fn compatible(text: &str, edits: &[&Edit]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..edits.len()).collect();
    order.sort_by_key(|at| (edits[*at].span.start, edits[*at].span.end));
    let mut free_from = 0;
    let mut made: Vec<usize> = Vec::new();
    for at in order {
        let span = &edits[at].span;
        // Two insertions at one place have no order.
        let meets = span.start == free_from && span.is_empty() && !made.is_empty();
        if span.start >= free_from && !meets && text.get(span.clone()).is_some() {
            free_from = span.end;
            made.push(at);
        }
    }
    made
}

/// `text` with the edits at `made`; `place` says where a span of the canonical text is in it.
fn made_in(
    text: &str,
    made: &[usize],
    edits: &[&Edit],
    place: impl Fn(&Range<usize>) -> Range<usize>,
    line_end: &str,
) -> Option<String> {
    let mut edited = String::with_capacity(text.len());
    let mut done = 0;
    for &at in made {
        let range = place(&edits[at].span);
        edited.push_str(text.get(done..range.start)?);
        edited.push_str(&edits[at].replacement.replace('\n', line_end));
        done = range.end;
    }
    edited.push_str(text.get(done..)?);
    Some(edited)
}

/// The whole lines that a span touches, without the line feed at their end.
fn lines_of(text: &str, span: &Range<usize>) -> Range<usize> {
    let first = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
    let last = text[span.end..].find('\n');
    first..last.map_or(text.len(), |at| span.end + at)
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
            edit(text, 5..5, "5"),
        ];
        let edits: Vec<&Edit> = edits.iter().collect();
        let edited = apply(text, &edits).unwrap();
        assert_eq!(edited.text, "1c2f");
        assert_eq!(edited.changes[0].edits, [1, 0]);
    }

    #[test]
    fn a_file_that_changed_meanwhile_is_left_alone() {
        assert_eq!(apply("other", &[&edit("text", 0..1, "")]), None);
    }

    #[test]
    fn whole_lines_are_shown_and_edits_of_one_line_together() {
        let text = "a\r\nbcd\r\ne\r\n";
        let edits = [
            edit(text, 7..7, "!"),
            edit(text, 3..4, "X"),
            edit(text, 2..3, "Y"),
        ];
        let edits: Vec<&Edit> = edits.iter().collect();
        let change = |edits: &[usize], line, removed: &str, added: &str| Change {
            edits: edits.to_vec(),
            line,
            removed: removed.to_owned(),
            added: added.to_owned(),
        };
        let edited = apply(text, &edits).unwrap();
        assert_eq!(edited.text, "a\r\nYXd\r\ne!\r\n");
        let expected = [change(&[2, 1], 2, "bcd", "YXd"), change(&[0], 3, "e", "e!")];
        assert_eq!(edited.changes, expected);
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
