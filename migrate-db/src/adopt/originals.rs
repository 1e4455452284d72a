//! The bytes that another tool may have read where migcheck has a script.

use migcheck_core::Script;

/// The texts that a file may have held: with either line end, with a byte-order mark and without one, and
/// without the directives that `import` or a person has put in since, which are comments to every tool.
pub(super) fn originals(script: &Script) -> impl Iterator<Item = String> {
    let text = script.source.text.clone().into_owned();
    let bare = without_directives(&text);
    let bare = (bare != text).then_some(bare);
    [Some(text), bare].into_iter().flatten().flat_map(|text| {
        let windows = text.replace('\n', "\r\n");
        let marked = |text: &str| format!("\u{feff}{text}");
        let (one, other) = (marked(&text), marked(&windows));
        [text, windows, one, other]
    })
}

/// The text without the directives of its leading comments.
fn without_directives(text: &str) -> String {
    let mut is_leading = true;
    let kept = text.split_inclusive('\n').filter(|line| {
        let comment = line.trim_start().strip_prefix("--");
        is_leading &= comment.is_some() || line.trim().is_empty();
        let is_directive =
            comment.is_some_and(|comment| comment.trim_start().starts_with("migcheck:"));
        !(is_leading && is_directive)
    });
    kept.collect()
}

#[cfg(test)]
mod tests {
    use super::without_directives;

    #[test]
    fn only_leading_directives_are_taken_out() {
        let text = "-- migcheck: revises = \"1\"\n-- Users.\n--migcheck: touches = []\n\nSELECT 1;\n\
                    -- migcheck: allow = []\nSELECT 2;\n";
        let bare = "-- Users.\n\nSELECT 1;\n-- migcheck: allow = []\nSELECT 2;\n";
        assert_eq!(without_directives(text), bare);
    }
}
