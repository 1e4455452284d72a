//! Access control lists as GRANT and REVOKE.
//!
//! The server could take the lists apart itself (`aclexplode`), but planning that for every
//! catalog costs more than reading the whole schema.

use std::collections::BTreeSet;

/// The letters of <https://www.postgresql.org/docs/current/ddl-priv.html>.
const PRIVILEGES: &[(char, &str)] = &[
    ('r', "SELECT"),
    ('a', "INSERT"),
    ('w', "UPDATE"),
    ('d', "DELETE"),
    ('D', "TRUNCATE"),
    ('x', "REFERENCES"),
    ('t', "TRIGGER"),
    ('C', "CREATE"),
    ('c', "CONNECT"),
    ('T', "TEMPORARY"),
    ('X', "EXECUTE"),
    ('U', "USAGE"),
    ('s', "SET"),
    ('A', "ALTER SYSTEM"),
    ('m', "MAINTAIN"),
];

/// What a list grants beyond the default list, and what it revokes of it, one statement a line
/// with `{}` for the object; none if the lists say the same. A list is its items, one a line.
pub(super) fn statements(list: &str, default: &str) -> Option<String> {
    let (list, default) = (granted(list), granted(default));
    let added = list.difference(&default).map(|(grantee, privilege)| {
        let (privilege, option) = match privilege.strip_suffix('*') {
            Some(privilege) => (privilege, " WITH GRANT OPTION"),
            None => (privilege.as_str(), ""),
        };
        format!("GRANT {privilege} ON {{}} TO {grantee}{option}")
    });
    let taken = default
        .difference(&list)
        .map(|(grantee, privilege)| format!("REVOKE {privilege} ON {{}} FROM {grantee}"));
    let lines: Vec<String> = added.chain(taken).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// Grantees and their privileges, with a star behind those that they may pass on.
fn granted(list: &str) -> BTreeSet<(String, String)> {
    let mut granted = BTreeSet::new();
    for item in list.lines() {
        let Some((grantee, letters)) = item_parts(item) else {
            continue;
        };
        let grantee = if grantee.is_empty() {
            "PUBLIC"
        } else {
            grantee
        };
        let mut letters = letters.chars().peekable();
        while let Some(letter) = letters.next() {
            let known = PRIVILEGES.iter().find(|(known, _)| *known == letter);
            // A privilege of a later version is told by its letter.
            let mut privilege =
                known.map_or_else(|| letter.to_string(), |(_, name)| (*name).to_owned());
            if letters.next_if_eq(&'*').is_some() {
                privilege.push('*');
            }
            granted.insert((grantee.to_owned(), privilege));
        }
    }
    granted
}

/// Grantee and letters of `grantee=letters/grantor`. A role's name may be in quotes.
fn item_parts(item: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    let equals = item.find(|found| {
        quoted ^= found == '"';
        found == '=' && !quoted
    })?;
    let (grantee, rest) = item.split_at(equals);
    let (letters, _grantor) = rest[1..].split_once('/')?;
    Some((grantee, letters))
}

#[cfg(test)]
mod tests {
    use super::statements;

    #[test]
    fn only_what_is_not_the_default_is_said() {
        let default = "owner=arw/owner";
        assert_eq!(statements(default, default), None);
        let list = "owner=ar/owner\n=r/owner\n\"a=b\"=ar*/owner";
        assert_eq!(
            statements(list, default).unwrap_or_default(),
            "GRANT INSERT ON {} TO \"a=b\"\n\
             GRANT SELECT ON {} TO \"a=b\" WITH GRANT OPTION\n\
             GRANT SELECT ON {} TO PUBLIC\n\
             REVOKE UPDATE ON {} FROM owner"
        );
    }
}
