//! The environments of migcheck.toml: where the URL of each is read.

use std::fs;
use std::path::{Path, PathBuf};

use migcheck_core::{Config, Environment, UrlSource, nearest};
use migcheck_db::DatabaseUrl;

use crate::error::CommandError;

/// The environment of that name.
pub(super) fn named<'a>(config: &'a Config, name: &str) -> Result<&'a Environment, CommandError> {
    config.environments.get(name).ok_or_else(|| {
        // It is not repeated: it may have a password in it.
        if name.contains(':') {
            return CommandError::usage("`--env` takes the name of an environment, and not a URL")
                .hinted("name the database with `--database-url URL`");
        }
        let error = CommandError::usage(format!("no environment is called `{name}`"));
        let names = || config.environments.keys().map(String::as_str);
        match nearest(name, names()) {
            Some(near) => error.hinted(format!("did you mean `{near}`?")),
            None if !config.environments.is_empty() => {
                let names: Vec<&str> = names().collect();
                error.hinted(format!("migcheck.toml has {}", names.join(", ")))
            }
            None => error.hinted(format!(
                "migcheck.toml names environments so:\n[environments.{name}]\nurl-env = \"DATABASE_URL\""
            )),
        }
    })
}

/// The URL of the environment of that name.
pub(super) fn url(config: &Config, name: &str) -> Result<DatabaseUrl, CommandError> {
    let (text, source) = match &named(config, name)?.url {
        UrlSource::Variable(variable) => (of_variable(name, variable)?, variable.clone()),
        UrlSource::File(file) => (of_file(name, file)?, file.clone()),
    };
    let url = text.parse();
    url.map_err(|error| CommandError::with_way_out(&format!("{source}: {error}")))
}

fn of_variable(name: &str, variable: &str) -> Result<String, CommandError> {
    match std::env::var(variable) {
        Ok(url) if !url.is_empty() => Ok(url),
        _ => Err(CommandError::usage(format!(
            "the environment `{name}` takes its URL from ${variable}, which is not set"
        ))
        .hinted(format!("set {variable} to the database's URL"))),
    }
}

/// The one line of a file, whatever ends it.
fn of_file(name: &str, file: &str) -> Result<String, CommandError> {
    let path = expanded(file);
    let wrong = |what: String, hint: &str| {
        let text = format!("the environment `{name}` takes its URL from {file}, which {what}");
        Err(CommandError::usage(text).hinted(hint))
    };
    if is_writable_by_all(&path) {
        let hint = format!("`chmod o-w {file}` leaves it to its owner");
        return wrong(
            "everybody on this machine can change, and so which database is migrated".to_owned(),
            &hint,
        );
    }
    match fs::read_to_string(&path) {
        Ok(text) => match text.trim() {
            "" => wrong("is empty".to_owned(), "write the database's URL into it"),
            url if url.contains(['\n', '\r']) => wrong(
                "has several lines".to_owned(),
                "write the database's URL into it, and nothing else",
            ),
            url => Ok(url.to_owned()),
        },
        Err(error) => wrong(
            format!("cannot be read: {error}"),
            "make it, or let this user read it",
        ),
    }
}

fn expanded(file: &str) -> PathBuf {
    match (file.strip_prefix("~/"), std::env::home_dir()) {
        (Some(below), Some(home)) => home.join(below),
        _ => PathBuf::from(file),
    }
}

/// Who may read it is left to whoever mounted it: secrets of containers are readable for all in there.
#[cfg(unix)]
fn is_writable_by_all(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    let file = path.metadata();
    file.is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o002 != 0)
}

#[cfg(not(unix))]
fn is_writable_by_all(_path: &Path) -> bool {
    false
}
