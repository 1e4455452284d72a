//! A part of a file as a text of its own.

use std::ops::Range;

/// `text` with everything outside `section` blanked, so that every byte keeps its place and every
/// line its number: what is said of the part is shown in the file.
pub(crate) fn only(text: &str, section: &Range<usize>) -> String {
    let blank = |text: &str| -> String {
        text.chars()
            .flat_map(|c| {
                let (blank, count) = if c == '\n' {
                    (c, 1)
                } else {
                    (' ', c.len_utf8())
                };
                std::iter::repeat_n(blank, count)
            })
            .collect()
    };
    let part = |range: Range<usize>| text.get(range).unwrap_or_default();
    let mut only = blank(part(0..section.start));
    only.push_str(part(section.clone()));
    only.push_str(&blank(part(section.end..text.len())));
    only
}

#[cfg(test)]
mod tests {
    use super::only;

    #[test]
    fn places_and_lines_are_kept() {
        let text = "ä b\nc d\ne";
        let cut = only(text, &(5..9));
        assert_eq!(cut, "    \nc d\n ");
        assert_eq!(cut.len(), text.len());
    }
}
