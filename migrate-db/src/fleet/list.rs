//! The file that lists the databases of a fleet.

use std::collections::BTreeMap;

use crate::{DatabaseUrl, DatabaseUrlError};

/// A database of a fleet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// What it is called in outcomes: its name in the list, else its URL without the password.
    pub name: String,
    /// Where it is.
    pub url: DatabaseUrl,
}

/// Why a list of databases cannot be used. It repeats nothing of a line but a name, because the rest
/// may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ListError {
    /// There is nothing in it.
    #[error("the list names no database; write one URL a line, or `NAME = URL`")]
    Empty,
    /// A line is no URL.
    #[error("line {line}: {error}")]
    Url {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        error: DatabaseUrlError,
    },
    /// Two lines mean one database, which would wait for itself.
    #[error(
        "line {line}: the database of line {first} is listed again; remove one of the two lines"
    )]
    Twice {
        /// The second line, from 1.
        line: usize,
        /// The first one.
        first: usize,
    },
    /// Two databases could not be told apart.
    #[error(
        "line {line}: `{name}` is the database of line {first} already; give each its own name"
    )]
    SameName {
        /// The second line, from 1.
        line: usize,
        /// The first one.
        first: usize,
        /// What both are called.
        name: String,
    },
}

/// Reads a list of databases: one URL a line, or `NAME = URL`. Empty lines and what begins with `#`
/// are skipped.
///
/// A schema of a Postgres database is named as every client of Postgres does it, by the search path:
/// `postgres://…/shop?options=-csearch_path=tenant_1`.
///
/// # Errors
///
/// See [`ListError`]; the first line that cannot be used.
pub fn read_list(text: &str) -> Result<Vec<Member>, ListError> {
    let mut members = Vec::new();
    let mut urls = BTreeMap::new();
    let mut names = BTreeMap::new();
    for (at, content) in text.lines().enumerate() {
        let line = at + 1;
        let content = content.trim();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let (name, url) = named(content);
        let url: DatabaseUrl = url
            .parse()
            .map_err(|error| ListError::Url { line, error })?;
        if let Some(first) = urls.insert(url.reveal(), line) {
            return Err(ListError::Twice { line, first });
        }
        let name = name.map_or_else(|| url.to_string(), str::to_owned);
        if let Some(first) = names.insert(name.clone(), line) {
            return Err(ListError::SameName { line, first, name });
        }
        members.push(Member { name, url });
    }
    if members.is_empty() {
        return Err(ListError::Empty);
    }
    Ok(members)
}

/// The name in front of a URL. A URL has `=` in it too, but behind the `:` of its scheme.
fn named(content: &str) -> (Option<&str>, &str) {
    match content.split_once('=') {
        Some((name, url)) if !name.contains(':') && !name.trim().is_empty() => {
            (Some(name.trim()), url.trim())
        }
        _ => (None, content),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_line_is_a_url_or_a_name_and_a_url() {
        let list = "# tenants\n\n\
                    postgres://app:hunter2@db/shop?options=-csearch_path=tenant_1\n\
                    two = postgres://app:hunter2@db/shop?options=-csearch_path=tenant_2\r\n\
                    \tthree=sqlite:three.db\n";
        let members = read_list(list).unwrap();
        let names: Vec<&str> = members.iter().map(|member| &*member.name).collect();
        let masked = "postgres://app:***@db/shop?options=-csearch_path=tenant_1";
        assert_eq!(names, [masked, "two", "three"]);
        assert!(
            members[1]
                .url
                .reveal()
                .ends_with("hunter2@db/shop?options=-csearch_path=tenant_2")
        );
        assert!(!format!("{members:?}").contains("hunter2"));
    }

    #[test]
    fn what_cannot_be_used_is_named_by_its_line() {
        for (list, says) in [
            ("", "the list names no database"),
            ("# nothing\n\n", "the list names no database"),
            (
                "sqlite:a.db\nsqlite:a.db",
                "line 2: the database of line 1 is listed again",
            ),
            (
                "a = sqlite:a.db\n\na = sqlite:b.db",
                "line 3: `a` is the database of line 1 already",
            ),
            (
                "\npstgres://u:hunter2@h/d",
                "line 2: `pstgres` is no database scheme",
            ),
            ("one = ", "line 1: the database URL has no scheme"),
            (
                "one = app:hunter2@h/d",
                "line 1: the database URL has no scheme",
            ),
            (
                "postgres://u:hunter2/@h/d",
                "line 1: the postgres URL is malformed",
            ),
        ] {
            let error = read_list(list).unwrap_err();
            let shown = format!("{error} {error:?}");
            assert!(shown.contains(says), "{list:?}: {shown}");
            assert!(!shown.contains("hunter2"), "{shown}");
        }
    }
}
