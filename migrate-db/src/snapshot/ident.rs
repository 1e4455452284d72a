//! Identifiers as DDL writes them.

use migcheck_core::Dialect;

use crate::literal::quoted;

/// Words that are reserved in at least one of the dialects and are seen as names.
#[rustfmt::skip]
const RESERVED: &[&str] = &[
    "all", "alter", "analyze", "and", "any", "array", "as", "asc", "between", "both", "by",
    "case", "cast", "change", "check", "collate", "column", "condition", "constraint", "create",
    "cross", "current_date", "current_time", "current_timestamp", "current_user", "database",
    "default", "delete", "desc", "distinct", "div", "do", "drop", "else", "end", "except",
    "exists", "false", "fetch", "for", "foreign", "from", "full", "function", "grant", "group",
    "groups", "having", "if", "in", "index", "inner", "insert", "intersect", "interval", "into",
    "is", "join", "key", "keys", "leading", "left", "like", "limit", "lock", "match", "natural",
    "not", "null", "of", "offset", "on", "only", "option", "or", "order", "outer", "over",
    "partition", "placing", "primary", "range", "rank", "read", "references", "release", "rename",
    "repeat", "replace", "returning", "revoke", "right", "row", "rows", "schema", "select", "set",
    "show", "some", "system", "table", "then", "to", "trailing", "trigger", "true", "union",
    "unique", "update", "usage", "use", "user", "using", "values", "variadic", "when", "where",
    "window", "with", "write",
];

/// An identifier, quoted as the dialect does it, only where it has to be.
pub(super) fn ident(name: &str, dialect: Option<Dialect>) -> String {
    let folds = dialect == Some(Dialect::Postgres);
    let plain = name
        .bytes()
        .all(|b| b == b'_' || b.is_ascii_alphanumeric() && !(folds && b.is_ascii_uppercase()))
        && name.bytes().next().is_some_and(|b| !b.is_ascii_digit());
    let reserved = || {
        RESERVED
            .binary_search(&name.to_ascii_lowercase().as_str())
            .is_ok()
    };
    if plain && !reserved() {
        return name.to_owned();
    }
    quoted(dialect.unwrap_or(Dialect::Sqlite), name)
}

/// A string literal. MySQL's backslashes are shown as they stand.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_where_they_have_to_be() {
        assert!(RESERVED.is_sorted());
        assert_eq!(ident("users", None), "users");
        assert_eq!(ident("Order", Some(Dialect::MySql)), "`Order`");
        assert_eq!(ident("Users", Some(Dialect::Postgres)), "\"Users\"");
        assert_eq!(ident("Users", Some(Dialect::Sqlite)), "Users");
        assert_eq!(ident("a\"b", Some(Dialect::Sqlite)), "\"a\"\"b\"");
        assert_eq!(ident("1st", Some(Dialect::MySql)), "`1st`");
    }
}
