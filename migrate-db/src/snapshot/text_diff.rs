//! Differences of two texts, line by line, for definitions too long to be read twice.

/// One line of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// In both texts, shown so that a reader finds the place.
    Same(&'a str),
    /// In the old text only.
    Old(&'a str),
    /// In the new text only.
    New(&'a str),
    /// Lines of both texts that are not shown.
    Gap,
}

/// Common lines shown beside a difference.
const CONTEXT: usize = 2;

/// The largest table of common subsequences that is worth its memory (16 MB).
const LARGEST: usize = 4_000_000;

/// The lines in which two texts differ, with a little of what is around them.
pub(super) fn lines<'a>(old: &'a str, new: &'a str) -> Vec<Line<'a>> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    shorten(&all_lines(&old, &new))
}

fn all_lines<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<Line<'a>> {
    let pairs = || old.iter().zip(new);
    let start = pairs().take_while(|(a, b)| a == b).count();
    let shorter = old.len().min(new.len());
    let end = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take(shorter - start)
        .take_while(|(a, b)| a == b)
        .count();
    let (head, tail) = (&old[..start], &old[old.len() - end..]);
    let middle = middle(&old[start..old.len() - end], &new[start..new.len() - end]);
    head.iter()
        .map(|line| Line::Same(line))
        .chain(middle)
        .chain(tail.iter().map(|line| Line::Same(line)))
        .collect()
}

/// The longest common subsequence, old lines before new ones.
fn middle<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<Line<'a>> {
    let width = new.len() + 1;
    let mut lines = Vec::new();
    let (mut i, mut j) = (0, 0);
    if (old.len() + 1).saturating_mul(width) <= LARGEST {
        // common[i * width + j]: how many lines old[i..] and new[j..] have in common.
        let mut common = vec![0_u32; (old.len() + 1) * width];
        for i in (0..old.len()).rev() {
            for j in (0..new.len()).rev() {
                common[i * width + j] = if old[i] == new[j] {
                    common[(i + 1) * width + j + 1] + 1
                } else {
                    common[(i + 1) * width + j].max(common[i * width + j + 1])
                };
            }
        }
        while i < old.len() && j < new.len() {
            if old[i] == new[j] {
                lines.push(Line::Same(old[i]));
                (i, j) = (i + 1, j + 1);
            } else if common[(i + 1) * width + j] >= common[i * width + j + 1] {
                lines.push(Line::Old(old[i]));
                i += 1;
            } else {
                lines.push(Line::New(new[j]));
                j += 1;
            }
        }
    }
    lines.extend(old[i..].iter().map(|line| Line::Old(line)));
    lines.extend(new[j..].iter().map(|line| Line::New(line)));
    lines
}

/// Replaces common lines far from any difference by gaps.
fn shorten<'a>(lines: &[Line<'a>]) -> Vec<Line<'a>> {
    let mut shown = vec![false; lines.len()];
    for (at, line) in lines.iter().enumerate() {
        if !matches!(line, Line::Same(_)) {
            let end = lines.len().min(at + CONTEXT + 1);
            shown[at.saturating_sub(CONTEXT)..end].fill(true);
        }
    }
    let mut short = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        // A gap of one line would be no shorter than the line.
        let lone =
            !shown[at] && (at == 0 || shown[at - 1]) && (at + 1 == lines.len() || shown[at + 1]);
        if shown[at] || lone {
            short.push(*line);
        } else if short.last() != Some(&Line::Gap) {
            short.push(Line::Gap);
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_far_from_a_difference_are_left_out() {
        let old = "a\nb\nc\nd\ne\nf\ng\nh\ni";
        let new = "a\nb\nc\nd\ne\nF\ng\nh\ni\nj";
        assert_eq!(
            lines(old, new),
            [
                Line::Gap,
                Line::Same("d"),
                Line::Same("e"),
                Line::Old("f"),
                Line::New("F"),
                Line::Same("g"),
                Line::Same("h"),
                Line::Same("i"),
                Line::New("j"),
            ]
        );
    }

    #[test]
    fn texts_without_anything_in_common() {
        assert_eq!(lines("a", "b"), [Line::Old("a"), Line::New("b")]);
        assert_eq!(lines("", "b"), [Line::New("b")]);
        assert_eq!(lines("a\na", "a"), [Line::Same("a"), Line::Old("a")]);
        assert_eq!(lines("a\nb", "b"), [Line::Old("a"), Line::Same("b")]);
    }
}
