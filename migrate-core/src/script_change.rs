//! What was changed in a script, where its older text is to be had: said of an edit of history.

use std::ops::Range;

use crate::Dialect;
use crate::finding::{Finding, Label};
use crate::header::directives;
use crate::revision::Script;
use crate::split::{first_difference, line_of};

/// What a change is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// What a server is sent differs.
    Statements,
    /// Only what a tool reads in comments differs.
    Directives,
    /// Only comments and white space differ.
    Cosmetic,
}

/// A change from one text to another.
#[derive(Debug, PartialEq, Eq)]
struct Change {
    kind: Kind,
    /// Where the difference begins, in bytes of the text before and of the text now.
    at: [usize; 2],
}

impl Change {
    /// What is different from `before` to `after`, for servers of `dialects`.
    fn between(before: &str, after: &str, dialects: &[Dialect]) -> Self {
        let of = |kind, [old, new]: [usize; 2]| {
            let rest = |text: &str, at: usize| text.get(at..).unwrap_or_default().to_owned();
            let same = common_prefix(&rest(before, old), &rest(after, new));
            Self {
                kind,
                at: [old + same, new + same],
            }
        };
        let mut is_read = false;
        for dialect in dialects {
            // What is no script of one dialect can be one of another.
            match first_difference(before, after, *dialect) {
                Ok(Some(at)) => return of(Kind::Statements, at),
                Ok(None) => is_read = true,
                Err(_) => {}
            }
        }
        if !is_read {
            return of(Kind::Statements, [0, 0]);
        }
        let (mut old, mut new) = (directives(before), directives(after));
        loop {
            match (old.next(), new.next()) {
                (None, None) => return of(Kind::Cosmetic, [0, 0]),
                (Some((_, one)), Some((_, other))) if one == other => {}
                (one, other) => {
                    let start = |line: Option<(usize, _)>, text: &str| {
                        line.map_or(text.len(), |(start, _)| start)
                    };
                    let at = [start(one, before), start(other, after)];
                    return of(Kind::Directives, at);
                }
            }
        }
    }
}

/// Adds to `finding` how `script` differs from the text that it had before.
pub(crate) fn describe(
    finding: Finding,
    before: &str,
    script: &Script,
    databases: &[Dialect],
) -> Finding {
    let after = script.text();
    let dialects = match (&script.dialect, databases) {
        (Some(dialect), _) => std::slice::from_ref(dialect),
        (None, []) => &Dialect::ALL,
        (None, some) => some,
    };
    let change = Change::between(before, after, dialects);
    let [old, new] = change.at;
    let (old_start, old_line) = line_at(before, old);
    let (new_start, new_line) = line_at(after, new);
    let ends = after.get(new..).is_none_or(|rest| rest.trim().is_empty());
    let (span, text) = if ends {
        (trimmed(new_line), "the script ends here")
    } else {
        (differing(old_line, new_line), "the first difference")
    };
    let label = if new_line.trim().is_empty() {
        Label::file(&*script.source.path)
    } else {
        let start = script.section.as_ref().map_or(0, |section| section.start) + new_start;
        Label::new(&script.source, start + span.start..start + span.end, text)
    };
    let finding = finding.label(label);
    let what = match change.kind {
        Kind::Statements => "the statements differ",
        Kind::Directives => "a directive differs, and the statements are the same",
        Kind::Cosmetic => "only comments and white space differ",
    };
    let finding = if before.get(old_start..).is_none_or(str::is_empty) {
        finding.note("the script ended before this line")
    } else {
        // Where a section of the old file began is not known.
        let line = match script.section {
            Some(_) => "the line".to_owned(),
            None => format!("line {}", line_of(before, old_start)),
        };
        finding.note(format!("{line} was `{}`", short(old_line.trim())))
    };
    finding.note(format!(
        "{what}: {} then, {} now",
        size(before),
        size(after)
    ))
}

/// How many bytes two texts begin with alike.
fn common_prefix(one: &str, other: &str) -> usize {
    let pairs = one.chars().zip(other.chars());
    let same = pairs.take_while(|(one, other)| one == other);
    same.map(|(c, _)| c.len_utf8()).sum()
}

/// The line that byte `at` is on, and where it starts.
fn line_at(text: &str, at: usize) -> (usize, &str) {
    let start = text.get(..at).and_then(|before| before.rfind('\n'));
    let start = start.map_or(0, |line_feed| line_feed + 1);
    let line = text.get(start..).and_then(|rest| rest.lines().next());
    (start, line.unwrap_or_default())
}

/// The part of the line `new` that is not in `old`; the whole line where nothing was added to it.
fn differing(old: &str, new: &str) -> Range<usize> {
    let start = common_prefix(old, new);
    let [old_rest, new_rest] = [old, new].map(|line| line.get(start..).unwrap_or_default());
    let pairs = old_rest.chars().rev().zip(new_rest.chars().rev());
    let same = pairs.take_while(|(one, other)| one == other);
    let end = new.len() - same.map(|(c, _)| c.len_utf8()).sum::<usize>();
    if new
        .get(start..end)
        .is_none_or(|part| part.trim().is_empty())
    {
        return trimmed(new);
    }
    start..end
}

/// A line without the white space around it.
fn trimmed(line: &str) -> Range<usize> {
    line.len() - line.trim_start().len()..line.trim_end().len()
}

/// `61 bytes in 2 lines`.
fn size(text: &str) -> String {
    let s = |count| if count == 1 { "" } else { "s" };
    let (bytes, lines) = (text.len(), text.lines().count());
    format!("{bytes} byte{} in {lines} line{}", s(bytes), s(lines))
}

/// A line that fits into a sentence.
fn short(line: &str) -> String {
    const LONGEST: usize = 60;
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    fn kind(before: &str, after: &str) -> Kind {
        Change::between(before, after, &Dialect::ALL).kind
    }

    #[test]
    fn a_change_of_comments_alone_is_cosmetic() {
        let before = "-- Adds x.\nCREATE TABLE x (y int);\n";
        for after in [
            "-- Adds the table x.\nCREATE TABLE x (y int);\n",
            "CREATE TABLE x (\n  y int -- the key\n);",
            "-- Adds x.\n\n\nCREATE TABLE x (y int);\n",
        ] {
            assert_eq!(kind(before, after), Kind::Cosmetic, "{after}");
        }
    }

    #[test]
    fn a_directive_is_more_than_a_comment() {
        let before = "-- migcheck: transaction = true\nVACUUM;\n";
        for after in ["-- migcheck: transaction = false\nVACUUM;\n", "VACUUM;\n"] {
            assert_eq!(kind(before, after), Kind::Directives, "{after}");
        }
        assert_eq!(kind("-- no-transaction\nx;", "x;"), Kind::Directives);
    }

    #[test]
    fn what_no_dialect_reads_is_not_called_cosmetic() {
        assert_eq!(kind("SELECT 'a", "SELECT 'a "), Kind::Statements);
    }

    #[test]
    fn a_dialect_that_cannot_read_the_script_has_no_say() {
        let before = "DO $$ it's $$;";
        assert_eq!(kind(before, "DO $$ it's $$; -- so"), Kind::Cosmetic);
        assert_eq!(kind(before, "DO $$ it's  $$;"), Kind::Statements);
    }

    #[test]
    fn the_first_difference_is_where_it_matters() {
        let before = "-- One.\nCREATE TABLE x (y int);\n";
        let after = "-- Two.\nCREATE TABLE x (y bigint);\n";
        let change = Change::between(before, after, &Dialect::ALL);
        let place = |text: &str, at: usize| text.get(at..).unwrap().to_owned();
        assert_eq!(place(before, change.at[0]), "int);\n");
        assert_eq!(place(after, change.at[1]), "bigint);\n");
    }

    #[test]
    fn the_part_of_a_line_that_differs() {
        let part = |old, new: &'static str| new.get(differing(old, new)).unwrap();
        assert_eq!(part("a int;", "a bigint;"), "big");
        assert_eq!(part("  a int, b int;", "  a int;"), "a int;");
        assert_eq!(part("", "x"), "x");
        assert_eq!(part("éa", "éb"), "b");
    }

    /// Statements as lists of tokens, between which there may be anything.
    const STATEMENTS: [&[&str]; 5] = [
        &[
            "CREATE", "TABLE", "t", "(", "a", "int", ",", "b", "text", ")", ";",
        ],
        &[
            "INSERT",
            "INTO",
            "t",
            "VALUES",
            "(",
            "1",
            ",",
            "'-- no; comment'",
            ")",
            ";",
        ],
        &["DO", "$x$ BEGIN  /* in */ END $x$", ";"],
        &[
            "SELECT", "\"a  b\"", "FROM", "t", "WHERE", "a", "=", "'it''s'", ";",
        ],
        &["UPDATE", "t", "SET", "b", "=", "'é'", "||", "b", ";"],
    ];

    fn gap() -> impl Strategy<Value = &'static str> {
        select(
            &[
                " ",
                "\n",
                "\t\t",
                " -- note; it's\n",
                " /* $x$ ' */ ",
                "\n\n  ",
            ][..],
        )
    }

    fn script() -> impl Strategy<Value = Vec<&'static str>> {
        prop::collection::vec(select(&STATEMENTS[..]), 1..4)
            .prop_map(|statements| statements.concat())
    }

    fn written(tokens: &[&str], gaps: &[&str]) -> String {
        let pairs = tokens.iter().zip(gaps.iter().cycle());
        pairs.map(|(token, gap)| format!("{token}{gap}")).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn other_gaps_are_cosmetic(
            tokens in script(),
            before in prop::collection::vec(gap(), 1..40),
            after in prop::collection::vec(gap(), 1..40),
        ) {
            let (before, after) = (written(&tokens, &before), written(&tokens, &after));
            let change = Change::between(&before, &after, &[Dialect::Postgres]);
            prop_assert_eq!(change.kind, Kind::Cosmetic);
            prop_assert!(before.is_char_boundary(change.at[0]) && after.is_char_boundary(change.at[1]));
        }

        #[test]
        fn another_token_is_not(
            tokens in script(),
            gaps in prop::collection::vec(gap(), 1..40),
            at in any::<prop::sample::Index>(),
            other in select(&["other", "'other'", "9", "", "x y", "$$;$$"][..]),
        ) {
            let mut changed = tokens.clone();
            changed[at.index(tokens.len())] = other;
            let change = Change::between(&written(&tokens, &gaps), &written(&changed, &gaps), &[Dialect::Postgres]);
            prop_assert_eq!(change.kind, Kind::Statements);
        }

        #[test]
        fn nothing_is_said_out_of_bounds(before in "\\PC{0,40}", after in "\\PC{0,40}") {
            let change = Change::between(&before, &after, &Dialect::ALL);
            prop_assert!(before.is_char_boundary(change.at[0]) && after.is_char_boundary(change.at[1]));
        }
    }
}
