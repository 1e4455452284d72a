//! Passwords in texts that quote what somebody typed: a URL where something else was expected.

use super::{MASK, SCHEMES, is_secret};

/// What examples have in the place of a password.
const EXAMPLE: &str = "password";

/// `text` with the passwords of all URLs in it masked, whether these are well formed or not.
///
/// What looks like a login goes as a whole: a masked database name is better than a leaked password.
#[must_use]
pub fn mask_urls(text: &str) -> String {
    let ends = |c: char| c.is_whitespace() || matches!(c, '`' | '\'' | '"');
    let mut masked = String::with_capacity(text.len());
    for piece in text.split_inclusive(ends) {
        let word = piece.trim_end_matches(ends);
        masked.push_str(&masked_word(word));
        masked.push_str(&piece[word.len()..]);
    }
    masked
}

fn masked_word(word: &str) -> String {
    let begin = word.find("://").map(|at| at + "://".len());
    // The slashes may have been forgotten.
    let scheme = || {
        let schemes = SCHEMES.into_iter();
        let mut lengths = schemes.map(|scheme| scheme.len() + 1);
        lengths.find(|length| {
            let start = word
                .get(..*length)
                .and_then(|start| start.strip_suffix(':'));
            start.is_some_and(|start| SCHEMES.iter().any(|one| start.eq_ignore_ascii_case(one)))
        })
    };
    match begin.or_else(scheme) {
        Some(begin) => {
            let (scheme, url) = word.split_at(begin);
            format!("{scheme}{}", without_parameters(&without_login(url)))
        }
        None => word.to_owned(),
    }
}

/// From the first `:` to the last `@`, because a password may hold what should have been encoded.
fn without_login(url: &str) -> String {
    let place = url.rfind('@').and_then(|end| {
        let begin = url.get(..end)?.find(':')? + 1;
        Some((begin, end))
    });
    match place {
        Some((begin, end)) if url.get(begin..end) != Some(EXAMPLE) => {
            format!("{}{MASK}{}", &url[..begin], &url[end..])
        }
        _ => url.to_owned(),
    }
}

fn without_parameters(url: &str) -> String {
    let Some((place, query)) = url.split_once('?') else {
        return url.to_owned();
    };
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((key, _)) if is_secret(key) => format!("{key}={MASK}"),
        _ => pair.to_owned(),
    });
    format!("{place}?{}", pairs.collect::<Vec<_>>().join("&"))
}

#[cfg(test)]
mod tests {
    use super::mask_urls;

    #[test]
    fn passwords_go_from_what_is_quoted() {
        for (text, masked) in [
            (
                "no revision is called `postgres://app:hunter2@db/shop`",
                "no revision is called `postgres://app:***@db/shop`",
            ),
            (
                "pstgres://app:p@ss/w?rd@db/shop and mysql://db/x?password=a&b=c",
                "pstgres://app:***@db/shop and mysql://db/x?password=***&b=c",
            ),
            (
                "write `mysql://user:password@localhost:3306/database`",
                "write `mysql://user:password@localhost:3306/database`",
            ),
            (
                "https://docs.example/a:b 'postgres://u@h:5432/d' ://",
                "https://docs.example/a:b 'postgres://u@h:5432/d' ://",
            ),
            (
                "`postgres:app:hunter2@db` is neither `postgres:17` nor `postgres@local`",
                "`postgres:app:***@db` is neither `postgres:17` nor `postgres@local`",
            ),
            ("Zoë 🦀://ö:ü@ß", "Zoë 🦀://ö:***@ß"),
        ] {
            assert_eq!(mask_urls(text), masked);
        }
    }
}
