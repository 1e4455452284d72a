//! A search path in a URL of Postgres, by which tenants are told apart.
//!
//! Postgres passes over a schema that does not exist, and takes the next one: with a wrong name in
//! front of `public`, what is there would be taken for the tenant's.

use migcheck_core::Dialect;

use super::error::{ConnectError, ConnectErrorKind};
use crate::literal::literal;
use crate::session::Session;
use crate::{DatabaseUrl, ServerError};

/// That the first schema of a search path that the URL gives is the one that is used. Without one in
/// the URL nothing is asked.
pub(super) async fn check(
    url: &DatabaseUrl,
    session: &mut dyn Session,
) -> Result<(), ConnectError> {
    let is_given = url.dialect() == Dialect::Postgres
        && url.parameters().any(|(name, value)| {
            name.starts_with("options") && (name.contains(PATH) || value.contains(PATH))
        });
    if !is_given {
        return Ok(());
    }
    let missing = first_missing(session).await;
    let missing = missing.map_err(|error| {
        let cause = error.to_string();
        ConnectError::new(url, ConnectErrorKind::Other, &cause)
    })?;
    match missing {
        None => Ok(()),
        Some(Missing { schema, is_there }) => Err(ConnectError::of_schema(url, &schema, is_there)),
    }
}

const PATH: &str = "search_path";

/// The schema that is not used.
struct Missing {
    schema: String,
    /// It exists, and the user may not use it.
    is_there: bool,
}

async fn first_missing(session: &mut dyn Session) -> Result<Option<Missing>, ServerError> {
    let sql = "SELECT current_setting('search_path'), coalesce(current_schema(), '')::text, \
               current_user::text";
    let rows = session.rows(sql, &[]).await?;
    let mut values = rows.into_iter().flatten().flatten();
    let mut next = || values.next().unwrap_or_default();
    let (path, used, user) = (next(), next(), next());
    let mut schemas = schemas(&path).into_iter().peekable();
    // A schema of the user's own need not be there.
    if schemas.next_if(|schema| schema == "$user").is_some() && used == user {
        return Ok(None);
    }
    let first = schemas.next();
    // That of temporary tables is made when there are some.
    let Some(schema) = first.filter(|one| *one != used && one != "pg_temp") else {
        return Ok(None);
    };
    let name = literal(Dialect::Postgres, &schema);
    let sql = format!("SELECT '1' FROM pg_catalog.pg_namespace WHERE nspname = {name}");
    let is_there = !session.rows(&sql, &[]).await?.is_empty();
    Ok(Some(Missing { schema, is_there }))
}

/// The schemas of a search path: names in double quotes as they are, others in small letters
/// (`SplitIdentifierString` in the server's `varlena.c`).
fn schemas(path: &str) -> Vec<String> {
    let mut schemas = vec![String::new()];
    let mut is_quoted = false;
    let mut characters = path.chars().peekable();
    while let Some(character) = characters.next() {
        let Some(schema) = schemas.last_mut() else {
            continue;
        };
        match character {
            '"' if is_quoted && characters.next_if_eq(&'"').is_some() => schema.push('"'),
            '"' => is_quoted = !is_quoted,
            _ if is_quoted => schema.push(character),
            ',' => schemas.push(String::new()),
            _ if character.is_whitespace() => {}
            _ => schema.extend(character.to_lowercase()),
        }
    }
    schemas.retain(|schema| !schema.is_empty());
    schemas
}

#[cfg(test)]
mod tests {
    use super::schemas;

    #[test]
    fn a_search_path_is_names_as_the_server_reads_them() {
        for (path, names) in [
            ("", &[][..]),
            ("tenant_1", &["tenant_1"]),
            ("\"$user\", public", &["$user", "public"]),
            ("$user,Public", &["$user", "public"]),
            ("\"A, \"\"b\"\"\" ,c", &["A, \"b\"", "c"]),
        ] {
            assert_eq!(schemas(path), names, "{path}");
        }
    }
}
