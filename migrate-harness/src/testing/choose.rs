//! Which server a test runs on.

use std::env;

use migcheck_core::{Dialect, Settings};

use super::error::SetupError;
use crate::error::RoundTripError;
use crate::server::ServerSpec;

/// The server that the attribute names with `on`, else the first of the configuration that
/// `wanted`, the dialect of the argument's type, allows, else one of that dialect.
pub(super) fn server(
    on: Option<&str>,
    settings: &Settings,
    wanted: Option<Dialect>,
) -> Result<ServerSpec, SetupError> {
    let spec = match on {
        Some(on) => named(on)?,
        None => configured(settings, wanted)?,
    };
    let dialect = spec.dialect();
    if let Some(wanted) = wanted
        && wanted != dialect
    {
        return Err(SetupError::WrongArgument {
            wanted,
            server: spec.to_string(),
            dialect,
        });
    }
    if !settings.databases.is_empty() && !settings.databases.contains(&dialect) {
        return Err(SetupError::RoundTrip(RoundTripError::WrongDialect {
            server: spec.to_string(),
            dialect,
        }));
    }
    Ok(spec)
}

fn named(on: &str) -> Result<ServerSpec, SetupError> {
    let Some(variable) = on.strip_prefix("env:") else {
        return Ok(on.parse()?);
    };
    match env::var(variable) {
        Ok(spec) => Ok(spec.parse()?),
        Err(_) => Err(SetupError::NoVariable(variable.to_owned())),
    }
}

fn configured(settings: &Settings, wanted: Option<Dialect>) -> Result<ServerSpec, SetupError> {
    for server in &settings.servers {
        let spec: ServerSpec = server.parse()?;
        if wanted.is_none_or(|wanted| spec.dialect() == wanted) {
            return Ok(spec);
        }
    }
    let dialect = wanted.or_else(|| settings.databases.first().copied());
    // The names of dialects are names of servers too.
    Ok(dialect.ok_or(SetupError::NoServer)?.name().parse()?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn chosen(on: Option<&str>, servers: &[&str], wanted: Option<Dialect>) -> String {
        let settings = Settings {
            directory: "migrations".to_owned(),
            databases: vec![Dialect::Postgres, Dialect::Sqlite],
            servers: servers.iter().map(ToString::to_string).collect(),
            images: Vec::new(),
            workers: None,
            rows: 3,
            seed: 0,
            known: Vec::new(),
            column_order: migcheck_core::Severity::Warn,
            history_table: "_migcheck_revisions".to_owned(),
            history_schema: None,
        };
        match server(on, &settings, wanted) {
            Ok(spec) => spec.to_string(),
            Err(error) => format!("error: {error}"),
        }
    }

    #[test]
    fn the_attribute_comes_before_the_config_and_that_before_the_type() {
        let listed = ["postgres:15", "sqlite"];
        assert_eq!(chosen(Some("postgres:17"), &listed, None), "postgres:17");
        assert_eq!(chosen(None, &listed, None), "postgres:15");
        assert_eq!(chosen(None, &listed, Some(Dialect::Sqlite)), "sqlite");
        assert_eq!(chosen(None, &[], Some(Dialect::Sqlite)), "sqlite");
        assert_eq!(chosen(None, &[], None), "postgres");
    }

    #[test]
    fn a_server_that_cannot_be_meant_is_refused() {
        assert_eq!(
            chosen(Some("sqlite"), &[], Some(Dialect::Postgres)),
            "error: the test takes its database by a type of postgres, and `sqlite` speaks sqlite; \
             name another server with `on`, or take another argument"
        );
        assert_eq!(
            chosen(None, &[], Some(Dialect::MySql)),
            "error: `mysql` speaks mysql, and `databases` in migcheck.toml does not list it"
        );
        let unset = chosen(Some("env:MIGCHECK_NO_SUCH_VARIABLE"), &[], None);
        assert!(
            unset.contains("MIGCHECK_NO_SUCH_VARIABLE names, and it is not set"),
            "{unset}"
        );
        let wrong = chosen(Some("postgre"), &[], None);
        assert!(wrong.contains("did you mean `postgres`?"), "{wrong}");
    }
}
