//! Texts that a pattern matches: enough of regular expressions for the patterns that stand in
//! checks. The server has the last word on every one of them.

use std::iter::Peekable;
use std::str::Chars;

/// A text that LIKE matches, another one for another number.
pub(super) fn like(pattern: &str, number: u64) -> String {
    let mut text = String::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '%' => text.push_str(&format!("row{number}")),
            '_' => text.push('a'),
            '\\' => text.extend(chars.next()),
            c => text.push(c),
        }
    }
    text
}

/// How often something stands at least, and how often here.
struct Unit {
    class: Vec<char>,
    count: usize,
}

/// A text that the regular expression matches, another one for another number where there is one.
/// None where it says something that is not understood.
pub(super) fn regex(pattern: &str, number: u64) -> Option<String> {
    let mut units = Vec::new();
    sequence(&mut pattern.chars().peekable(), &mut units)?;
    let mut left = number;
    let mut text = String::new();
    for unit in &units {
        for _ in 0..unit.count {
            let size = unit.class.len() as u64;
            let at = usize::try_from(left % size).ok()?;
            left /= size;
            text.push(*unit.class.get(at)?);
        }
    }
    Some(text)
}

/// Up to the end of a group; the first of several alternatives.
fn sequence(rest: &mut Peekable<Chars<'_>>, units: &mut Vec<Unit>) -> Option<()> {
    let mut is_skipped = false;
    let mut ignored = Vec::new();
    loop {
        let into = if is_skipped {
            &mut ignored
        } else {
            &mut *units
        };
        let start = into.len();
        let Some(c) = rest.next() else {
            return Some(());
        };
        match c {
            '^' | '$' => continue,
            ')' => return Some(()),
            '|' => {
                is_skipped = true;
                continue;
            }
            '(' => {
                if rest.next_if_eq(&'?').is_some() {
                    rest.next_if_eq(&':')?;
                }
                sequence(rest, into)?;
            }
            '[' => into.push(one(class(rest)?)),
            '.' => into.push(one(letters())),
            '\\' => into.push(one(escaped(rest.next()?)?)),
            c => into.push(one(vec![c])),
        }
        let count = repetition(rest)?;
        match into.len() - start {
            // Of a group, one is as good as several.
            _ if count == 0 => into.truncate(start),
            1 => into[start].count = count,
            _ if count == 1 => {}
            _ => {
                let group: Vec<Vec<char>> = into[start..]
                    .iter()
                    .map(|unit| unit.class.clone())
                    .collect();
                let counts: Vec<usize> = into[start..].iter().map(|unit| unit.count).collect();
                for _ in 1..count.min(64) {
                    into.extend(group.iter().zip(&counts).map(|(class, count)| Unit {
                        class: class.clone(),
                        count: *count,
                    }));
                }
            }
        }
    }
}

fn one(class: Vec<char>) -> Unit {
    Unit { class, count: 1 }
}

fn letters() -> Vec<char> {
    ('a'..='z').collect()
}

/// How often the last unit stands: at least as often as it has to, and once if it may.
fn repetition(rest: &mut Peekable<Chars<'_>>) -> Option<usize> {
    let count = match rest.peek() {
        // Several of them leave room for different texts.
        Some('*' | '+') => 3,
        Some('?') => 1,
        Some('{') => {
            rest.next();
            let inside: String = std::iter::from_fn(|| rest.next_if(|c| *c != '}')).collect();
            let (least, most) = match inside.split_once(',') {
                Some((least, most)) => (least, most),
                None => (&*inside, &*inside),
            };
            let least: usize = least.trim().parse().ok()?;
            let most: usize = most.trim().parse().unwrap_or(least.max(3));
            rest.next();
            rest.next_if_eq(&'?');
            return Some(least.max(most.min(3)).min(1_000));
        }
        _ => return Some(1),
    };
    rest.next();
    rest.next_if_eq(&'?');
    Some(count)
}

fn escaped(c: char) -> Option<Vec<char>> {
    Some(match c {
        'd' => ('0'..='9').collect(),
        'w' => letters(),
        's' => vec![' '],
        c if c.is_alphanumeric() => return None,
        c => vec![c],
    })
}

/// The characters between brackets.
fn class(rest: &mut Peekable<Chars<'_>>) -> Option<Vec<char>> {
    let is_negated = rest.next_if_eq(&'^').is_some();
    let mut found = Vec::new();
    let mut is_first = true;
    loop {
        let c = rest.next()?;
        match c {
            ']' if !is_first => break,
            '[' if rest.peek() == Some(&':') => {
                let name: String = std::iter::from_fn(|| rest.next_if(|c| *c != ']')).collect();
                rest.next();
                match name.trim_matches(':') {
                    "digit" => found.extend('0'..='9'),
                    "upper" => found.extend('A'..='Z'),
                    "space" | "blank" => found.push(' '),
                    "punct" => found.push('-'),
                    _ => found.extend('a'..='z'),
                }
            }
            '\\' => found.extend(escaped(rest.next()?)?),
            from => {
                found.push(from);
                if rest.peek() == Some(&'-') {
                    let mut ahead = rest.clone();
                    ahead.next();
                    if let Some(to) = ahead.next().filter(|to| *to != ']') {
                        *rest = ahead;
                        found.extend((from..=to).skip(1).take(200));
                    }
                }
            }
        }
        is_first = false;
    }
    if is_negated {
        let others = letters().into_iter().chain('0'..='9');
        found = others.filter(|c| !found.contains(c)).collect();
    }
    (!found.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_matched_in_different_ways() {
        let both = |pattern| {
            [
                regex(pattern, 0).unwrap_or_default(),
                regex(pattern, 5).unwrap_or_default(),
            ]
        };
        assert_eq!(both("^[A-Z]{3}$"), ["AAA", "FAA"]);
        assert_eq!(
            both(r"^[^@\s]+@[^@]+\.(com|org)$"),
            ["aaa@aaa.com", "faa@aaa.com"]
        );
        assert_eq!(both(r"^\+?\d{2,}$"), ["+000", "+500"]);
        assert_eq!(both("^(ab){2}$"), ["abab", "abab"]);
        assert_eq!(regex(r"(?=x)\1", 0), None);
        assert_eq!(like("%@_.x", 7), "row7@a.x");
    }
}
