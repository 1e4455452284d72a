//! "Did you mean …?"

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

fn distance(wanted: &str, candidate: &str) -> usize {
    // Edit distance is quadratic in length; names this different in length are not near anyway.
    if wanted.len().abs_diff(candidate.len()) > 8 {
        return usize::MAX;
    }
    strsim::damerau_levenshtein(wanted, &candidate.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let keys = ["revises", "labels", "depends-on"];
        assert_eq!(nearest("revise", keys), Some("revises"));
        assert_eq!(nearest("depend_on", keys), Some("depends-on"));
        assert_eq!(nearest("banana", keys), None);
    }
}
