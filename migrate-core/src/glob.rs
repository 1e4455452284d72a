//! The globs of `touches`.

/// Whether `name` is one that `glob` means: `*` is any text, `?` any one character, case counts.
pub(crate) fn matches(glob: &str, name: &str) -> bool {
    let (glob, name): (Vec<char>, Vec<char>) = (glob.chars().collect(), name.chars().collect());
    let (mut at, mut place) = (0, 0);
    // The last star, and how much of the name was left to it: it takes one more where that fails.
    let mut star: Option<(usize, usize)> = None;
    while place < name.len() {
        match glob.get(at) {
            Some('*') => {
                star = Some((at, place));
                at += 1;
            }
            Some(one) if *one == '?' || *one == name[place] => {
                at += 1;
                place += 1;
            }
            _ => {
                let Some((star_at, taken)) = star else {
                    return false;
                };
                star = Some((star_at, taken + 1));
                at = star_at + 1;
                place = taken + 1;
            }
        }
    }
    glob[at..].iter().all(|one| *one == '*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_takes_any_text_and_a_question_mark_one_character() {
        for (glob, name) in [
            ("users", "users"),
            ("user*", "users"),
            ("*", ""),
            ("*", "users"),
            ("*_log", "audit_log_log"),
            ("a*b*c", "aXbYbZc"),
            ("user?", "users"),
            ("??", "éé"),
            ("billing.*", "billing.invoices"),
        ] {
            assert!(matches(glob, name), "{glob} {name}");
        }
        for (glob, name) in [
            ("users", "Users"),
            ("user", "users"),
            ("users", "user"),
            ("", "users"),
            ("*_log", "audit_logs"),
            ("a*b*c", "aXbYbZ"),
            ("user?", "user"),
        ] {
            assert!(!matches(glob, name), "{glob} {name}");
        }
    }

    #[test]
    fn many_stars_take_no_time() {
        assert!(!matches(&"*a".repeat(1000), &"a".repeat(999)));
    }
}
