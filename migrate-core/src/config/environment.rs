//! `[environments.NAME]`: where databases are whose URLs nobody may commit.

use std::path::Path;

use super::{Key, Reading, Value};
use crate::toml_reader::{self as reader, Problem};

/// `[environments.NAME]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// Where its URL is; never in the file itself, which is committed.
    pub url: UrlSource,
    /// Whether `reset` may empty it.
    pub allow_reset: bool,
}

/// Where the URL of an environment is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UrlSource {
    /// `url-env`: in this environment variable.
    Variable(String),
    /// `url-file`: in this file, which is absolute or begins with `~/`.
    File(String),
}

impl Reading {
    pub(super) fn environment(&mut self, key: &Key<'_>, value: &Value<'_>) -> Result<(), Problem> {
        let (mut url, mut allow_reset) = (None, false);
        for (key, value) in reader::table(value)? {
            let source = match &**key.get_ref() {
                "url-env" => UrlSource::Variable(named(value)?),
                "url-file" => UrlSource::File(outside(value)?),
                "allow-reset" => {
                    allow_reset = reader::boolean(value)?;
                    continue;
                }
                "url" => {
                    return Err(Problem::new(key.span(), "a URL holds a password, and this file is committed")
                        .help("put the URL into an environment variable and name it: `url-env = \"DATABASE_URL\"`"));
                }
                _ => {
                    let known = ["url-env", "url-file", "allow-reset"];
                    return Err(Problem::unknown_key(key, &known));
                }
            };
            if url.replace(source).is_some() {
                return Err(Problem::new(key.span(), "an environment with two URLs")
                    .help("keep `url-env` or `url-file`"));
            }
        }
        let url = url.ok_or_else(|| {
            Problem::new(key.span(), "an environment without `url-env` or `url-file`")
                .help("name the environment variable that holds the URL, or the file")
        })?;
        let environment = Environment { url, allow_reset };
        self.config
            .environments
            .insert(key.get_ref().to_string(), environment);
        Ok(())
    }
}

/// A text that is not empty.
fn named(value: &Value<'_>) -> Result<String, Problem> {
    let text = reader::string(value)?.into_inner();
    if text.is_empty() {
        return Err(Problem::new(value.span(), "it is empty")
            .help("name the environment variable that holds the URL"));
    }
    Ok(text)
}

/// The path of a file that is in no repository.
fn outside(value: &Value<'_>) -> Result<String, Problem> {
    let path = reader::string(value)?.into_inner();
    if path.starts_with("~/") || Path::new(&path).is_absolute() {
        return Ok(path);
    }
    Err(
        Problem::new(value.span(), "the path of a secret is relative").help(
            "write it in full, or from `~/`: a file beside this one would be committed one day",
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;

    fn read(keys: &str) -> (Option<Environment>, String) {
        let (mut config, problems) = Config::read(&format!("[environments.prod]\n{keys}\n"));
        let said = problems.iter().map(|problem| problem.message.as_str());
        let said = said.collect::<Vec<_>>().join("; ");
        (config.environments.remove("prod"), said)
    }

    #[test]
    fn an_environment_says_where_its_url_is() {
        let (environment, said) = read("url-file = \"/run/secrets/shop\"\nallow-reset = true");
        let file = UrlSource::File("/run/secrets/shop".to_owned());
        let wanted = Environment {
            url: file,
            allow_reset: true,
        };
        assert_eq!((environment, &*said), (Some(wanted), ""));
        let (environment, _) = read("url-env = \"SHOP\"");
        let variable = UrlSource::Variable("SHOP".to_owned());
        assert_eq!(environment.map(|one| one.url), Some(variable));
    }

    #[test]
    fn an_environment_has_one_url_and_it_is_elsewhere() {
        for (keys, says) in [
            ("allow-reset = true", "without `url-env` or `url-file`"),
            ("url-env = \"\"", "it is empty"),
            ("url-file = \"shop.url\"", "is relative"),
            ("url-file = \"~/shop.url\"\nurl-env = \"SHOP\"", "two URLs"),
            ("url = \"postgres://u:p@h/d\"", "holds a password"),
            ("url-fle = \"/a\"", "unknown key `url-fle`"),
        ] {
            let (environment, said) = read(keys);
            assert!(
                environment.is_none() && said.contains(says),
                "{keys}: {said}"
            );
        }
    }
}
