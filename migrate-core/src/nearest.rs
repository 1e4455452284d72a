//! "Did you mean …?"

use crate::revision::MAX_ID_BYTES;

/// The candidate that `name` was most likely meant to be, if any is near enough to be named.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    let limit = (wanted.chars().count() / 3).max(2);
    candidates
        .into_iter()
        .map(|candidate| (distance(&wanted, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.cmp(b.1)))
        .map(|(_, candidate)| candidate)
}

/// Whether `name` is so near to `meant` that only a slip of a finger lies between them: one letter,
/// or the case and the dashes.
pub(crate) fn is_slip(name: &str, meant: &str) -> bool {
    let bare = |text: &str| text.to_lowercase().replace(['-', '_'], "");
    // In three letters one is too much of the word.
    bare(name) == bare(meant) || (meant.len() > 3 && distance(&name.to_lowercase(), meant) <= 1)
}

/// The revision id that `name` abbreviates, extends to a file's name, or misspells.
pub fn nearest_id<'a>(name: &str, ids: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let is_stem = |id: &str| {
        name.strip_prefix(id)
            .is_some_and(|rest| rest.starts_with('_'))
    };
    let mut related = ids.clone().filter(|id| id.starts_with(name) || is_stem(id));
    match (related.next(), related.next()) {
        (Some(one), None) => Some(one),
        // One number is not a misspelling of another: it is another revision.
        _ if name.bytes().all(|byte| byte.is_ascii_digit()) => None,
        _ => nearest(name, ids),
    }
}

fn distance(wanted: &str, candidate: &str) -> usize {
    // Edit distance is quadratic in length; names this different in length are not near anyway,
    // and what is too long for an id was not typed.
    let longest = wanted.len().max(candidate.len());
    if wanted.len().abs_diff(candidate.len()) > 8 || longest > MAX_ID_BYTES {
        return usize::MAX;
    }
    strsim::damerau_levenshtein(wanted, &candidate.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::{is_slip, nearest, nearest_id};

    #[test]
    fn a_slip_is_one_letter_or_the_dashes() {
        for (name, meant) in [
            ("revise", "revises"),
            ("Depends_On", "depends-on"),
            ("lables", "labels"),
        ] {
            assert!(is_slip(name, meant), "{name}");
        }
        for (name, meant) in [("labl", "labels"), ("on", "one"), ("depend_on", "allow")] {
            assert!(!is_slip(name, meant), "{name}");
        }
    }

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let keys = ["revises", "labels", "depends-on"];
        assert_eq!(nearest("revise", keys), Some("revises"));
        assert_eq!(nearest("depend_on", keys), Some("depends-on"));
        assert_eq!(nearest("banana", keys), None);
        // Comparing these would take a hundred gigabytes.
        let long = "a".repeat(100_000);
        assert_eq!(nearest(&format!("{long}b"), [&*long]), None);
    }

    #[test]
    fn an_id_is_meant_by_its_start_or_its_file_and_not_by_another_number() {
        let ids = ["20250301", "20250302", "a1f3"];
        let meant = |name| nearest_id(name, ids.into_iter());
        assert_eq!(meant("20250302_create_orders"), Some("20250302"));
        assert_eq!(meant("a1"), Some("a1f3"));
        assert_eq!(meant("a1f_"), Some("a1f3"));
        assert_eq!(meant("202503"), None);
        assert_eq!(meant("20250303"), None);
    }
}
