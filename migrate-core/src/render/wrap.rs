//! Text in lines that fit a terminal.

use std::fmt::Write as _;

/// Text in lines of at most `width` columns, each preceded by `indent`. An empty line sets
/// paragraphs apart; what stands in code quotes is kept on one line.
#[must_use]
pub fn wrapped(text: &str, indent: &str, width: usize) -> String {
    let paragraphs: Vec<String> = text
        .split("\n\n")
        .map(|paragraph| wrapped_paragraph(paragraph, indent, width))
        .collect();
    paragraphs.join("\n")
}

fn wrapped_paragraph(text: &str, indent: &str, width: usize) -> String {
    let mut lines = String::new();
    let mut column = 0;
    for word in words(text) {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > width {
            lines.push('\n');
            column = 0;
        }
        if column == 0 {
            let _ = write!(lines, "{indent}{word}");
            column = indent.chars().count() + length;
        } else {
            let _ = write!(lines, " {word}");
            column += 1 + length;
        }
    }
    lines.push('\n');
    lines
}

/// The words of a text; code between quotes is one.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut in_code = false;
    for word in text.split_whitespace() {
        match words.last_mut() {
            Some(last) if in_code => {
                last.push(' ');
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
        in_code ^= word.matches('`').count() % 2 == 1;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn lines_are_filled_and_code_is_kept_together() {
        assert_eq!(
            wrapped(
                "one two\nthree four `five six seven` eight\n\nnine",
                "  ",
                12
            ),
            "  one two\n  three four\n  `five six seven`\n  eight\n\n  nine\n"
        );
    }
}
