//! Database URLs: typed, and printed without their password.

mod mask;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use migcheck_core::Dialect;
use url::Url;

pub use mask::mask_urls;

/// What stands in the place of a secret.
const MASK: &str = "***";

/// The schemes that name a database, in the order they are suggested.
const SCHEMES: [&str; 5] = ["postgres", "postgresql", "mysql", "mariadb", "sqlite"];

/// Query parameters that hold a secret in one driver or another.
const SECRET_PARAMETERS: [&str; 4] = ["password", "passwd", "pwd", "sslpassword"];

/// Where a database is and how to log in to it.
///
/// Whoever holds one knows that its scheme is known and its parts are where they belong. It keeps
/// the password and never prints it: `Display` and `Debug` show `***`, and [`DatabaseUrl::mask`]
/// takes it out of texts that others wrote.
///
/// ```
/// let url: migcheck_db::DatabaseUrl = "postgres://app:hunter2@db/shop".parse()?;
/// assert_eq!(url.to_string(), "postgres://app:***@db/shop");
/// # Ok::<(), migcheck_db::DatabaseUrlError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl {
    dialect: Dialect,
    form: Form,
}

#[derive(Clone, PartialEq, Eq)]
enum Form {
    /// `scheme://user:password@host:port/database?parameters`.
    Network(Box<Url>),
    /// What follows `sqlite:`; it is a path, so the rules of URLs do not apply to it.
    File(String),
}

impl DatabaseUrl {
    /// The dialect that the server behind the URL speaks.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The database that the URL names: for SQLite the path of its file.
    #[must_use]
    pub fn database(&self) -> Option<Cow<'_, str>> {
        let name = match &self.form {
            Form::File(rest) => decoded(file_path(rest)),
            Form::Network(url) => {
                let named = url.query_pairs().find(|(key, _)| key == "dbname");
                match named {
                    Some((_, name)) if self.dialect == Dialect::Postgres => name,
                    _ => decoded(url.path().trim_start_matches('/')),
                }
            }
        };
        (!name.is_empty()).then_some(name)
    }

    /// The same server and login with another database; for SQLite another file.
    #[must_use]
    pub fn with_database(&self, name: &str) -> Self {
        let form = match &self.form {
            Form::File(rest) => {
                let query = rest.split_once('?').map_or("", |(_, query)| query);
                let mut rest = encoded_path(name);
                if !query.is_empty() {
                    rest.push('?');
                    rest.push_str(query);
                }
                Form::File(rest)
            }
            Form::Network(url) => {
                let mut url = url.clone();
                url.set_path(&format!("/{}", encoded_path(name)));
                // libpq's `?dbname=` would override the path.
                retain_parameters(&mut url, |key| key != "dbname");
                Form::Network(url)
            }
        };
        Self {
            dialect: self.dialect,
            form,
        }
    }

    /// The URL with its password, for a driver or another program; never for a person.
    #[must_use]
    pub fn reveal(&self) -> String {
        match &self.form {
            Form::Network(url) => url.to_string(),
            Form::File(rest) => format!("sqlite:{rest}"),
        }
    }

    /// `text` without this URL's password, which a dependency's error may repeat.
    ///
    /// Every occurrence goes, as the URL spells it and decoded, even where a short password also
    /// cuts into other words: a garbled message is better than a leaked password.
    #[must_use]
    pub fn mask(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in self.secrets() {
            text = text.replace(&secret, MASK);
        }
        text
    }

    /// Whether the two are one database, as far as their host, port and name tell: another login, or
    /// other parameters, lead to the same.
    pub(crate) fn is_same_database(&self, other: &Self) -> bool {
        let place = |one: &Self| match &one.form {
            Form::File(_) => None,
            Form::Network(url) => Some((url.host_str().map(str::to_owned), url.port())),
        };
        self.database() == other.database() && place(self) == place(other)
    }

    /// The parameters after the `?`, decoded; a file's are none of ours.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        let url = match &self.form {
            Form::Network(url) => Some(url),
            Form::File(_) => None,
        };
        url.into_iter().flat_map(|url| url.query_pairs())
    }

    /// Who logs in.
    pub(crate) fn user(&self) -> Option<Cow<'_, str>> {
        let Form::Network(url) = &self.form else {
            return None;
        };
        let named = self.parameters().filter(|(key, _)| key == "user").last();
        let name = match named {
            Some((_, name)) if self.dialect == Dialect::Postgres => name,
            _ => decoded(url.username()),
        };
        Some(name).filter(|name| !name.is_empty())
    }

    /// The parameter of one of these names; the last one counts, as it does for the drivers.
    #[cfg(feature = "backup")]
    pub(crate) fn parameter(&self, names: &[&str]) -> Option<String> {
        let named = self.parameters().filter(|(key, _)| names.contains(&&**key));
        named.last().map(|(_, value)| value.into_owned())
    }

    /// How to log in, for a program that takes no URL; a file needs none of it.
    #[cfg(feature = "backup")]
    pub(crate) fn login(&self) -> Login {
        let Form::Network(url) = &self.form else {
            return Login::default();
        };
        let mut login = Login {
            user: Some(decoded(url.username()).into_owned()).filter(|user| !user.is_empty()),
            password: url
                .password()
                .map(|password| decoded(password).into_owned()),
            host: url.host_str().map(|host| decoded(host).into_owned()),
            port: url.port(),
        };
        if self.dialect == Dialect::Postgres {
            login.user = self.parameter(&["user"]).or(login.user);
            login.password = self.parameter(&["password"]).or(login.password);
            login.host = self.parameter(&["host", "hostaddr"]).or(login.host);
            let port = self.parameter(&["port"]);
            login.port = port.and_then(|port| port.parse().ok()).or(login.port);
        }
        // Brackets are for URLs alone.
        let bare = |host: String| host.trim_matches(['[', ']']).to_owned();
        login.host = login.host.map(bare).filter(|host| !host.is_empty());
        login
    }

    /// Every spelling of the password, the longest first, so that none hides inside another.
    fn secrets(&self) -> Vec<String> {
        let Form::Network(url) = &self.form else {
            return Vec::new();
        };
        let mut secrets = Vec::new();
        if let Some(password) = url.password() {
            secrets.push(password.to_owned());
            secrets.push(decoded(password).into_owned());
        }
        for (pair, (key, value)) in url
            .query()
            .unwrap_or_default()
            .split('&')
            .zip(url.query_pairs())
        {
            if is_secret(&key) {
                secrets.extend(pair.split_once('=').map(|(_, raw)| raw.to_owned()));
                secrets.push(value.into_owned());
            }
        }
        secrets.retain(|secret| !secret.is_empty());
        secrets.sort_unstable_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        secrets.dedup();
        secrets
    }
}

/// The parts of a URL, decoded. It is not printed.
#[cfg(feature = "backup")]
#[derive(Default)]
pub(crate) struct Login {
    pub(crate) user: Option<String>,
    pub(crate) password: Option<String>,
    /// A name, an address, or for PostgreSQL the folder of a socket.
    pub(crate) host: Option<String>,
    pub(crate) port: Option<u16>,
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = match &self.form {
            Form::File(rest) => return write!(f, "sqlite:{rest}"),
            Form::Network(url) => url,
        };
        let mut shown = url.clone();
        // Setting a password fails only where there is no host, and there it cannot have been set.
        if shown.password().is_some() && shown.set_password(Some(MASK)).is_err() {
            return f.write_str(url.scheme());
        }
        if shown.query_pairs().any(|(key, _)| is_secret(&key)) {
            let pairs: Vec<(String, String)> = url
                .query_pairs()
                .map(|(key, value)| {
                    let value = if is_secret(&key) {
                        MASK.into()
                    } else {
                        value.into_owned()
                    };
                    (key.into_owned(), value)
                })
                .collect();
            shown.query_pairs_mut().clear().extend_pairs(pairs);
        }
        fmt::Display::fmt(&shown, f)
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

/// Why a text is no database URL. It repeats nothing of the text but its scheme, because the rest
/// may be a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseUrlError {
    /// The text has no `scheme:`.
    #[error(
        "the database URL has no scheme; a good one looks like {}",
        example(None)
    )]
    NoScheme,
    /// The scheme names no database that migcheck knows.
    #[error(
        "`{scheme}` is no database scheme{}; a good URL looks like {}",
        nearest.map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default(),
        example(*nearest)
    )]
    UnknownScheme {
        /// The scheme as written.
        scheme: String,
        /// The known scheme closest to it.
        nearest: Option<&'static str>,
    },
    /// The rest of the URL does not parse.
    #[error(
        "the {scheme} URL is malformed: {reason}; a good one looks like {}{}",
        example(Some(scheme)),
        match *scheme {
            "sqlite" => "",
            _ => ", with `@ : / ? # %` in the password percent-encoded (`#` is `%23`)",
        }
    )]
    Malformed {
        /// The scheme of the URL.
        scheme: &'static str,
        /// What is wrong, in words.
        reason: String,
    },
}

impl FromStr for DatabaseUrl {
    type Err = DatabaseUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let (scheme, rest) = text.split_once(':').ok_or(DatabaseUrlError::NoScheme)?;
        let lower = scheme.to_ascii_lowercase();
        let Some(scheme) = SCHEMES.into_iter().find(|known| *known == lower) else {
            // `user:password@host` has a colon too, but no scheme.
            return Err(if rest.starts_with("//") {
                DatabaseUrlError::UnknownScheme {
                    nearest: nearest_scheme(&lower),
                    scheme: scheme.to_owned(),
                }
            } else {
                DatabaseUrlError::NoScheme
            });
        };
        let malformed = |reason: &str| DatabaseUrlError::Malformed {
            scheme,
            reason: reason.to_owned(),
        };
        if scheme == "sqlite" {
            // Both `sqlite:a.db` and `sqlite://a.db` are relative paths; `sqlite:///a.db` is absolute.
            let rest = rest.strip_prefix("//").unwrap_or(rest);
            if file_path(rest).is_empty() {
                return Err(malformed("it names no file"));
            }
            return Ok(Self {
                dialect: Dialect::Sqlite,
                form: Form::File(rest.to_owned()),
            });
        }
        if !rest.starts_with("//") {
            return Err(malformed("`//` is missing after the scheme"));
        }
        let url = Url::parse(text).map_err(|error| malformed(&error.to_string()))?;
        // With an unencoded `/`, `?` or `#` in the password the host ends too early, and what is
        // left of the password would pass for a port or a database, and be printed as one.
        let no_login = url.username().is_empty() && url.password().is_none();
        let in_fragment = || url.fragment().is_some_and(|part| part.contains('@'));
        let in_query = || url.query().is_some_and(|part| is_rest_of_login(&url, part));
        if url.path().contains('@') || no_login && in_fragment() || in_query() {
            return Err(malformed("there is an `@` behind the host"));
        }
        if url.fragment().is_some() {
            return Err(malformed("there is a `#` in it"));
        }
        let dialect = Dialect::from_name(scheme).ok_or(DatabaseUrlError::NoScheme)?;
        Ok(Self {
            dialect,
            form: Form::Network(Box::new(url)),
        })
    }
}

/// Whether a query is the second half of a password with a `?` in it, and what follows that: host and
/// database. In `user=me@work` of PostgreSQL an `@` is in its place.
fn is_rest_of_login(url: &Url, query: &str) -> bool {
    let Some((before, behind)) = query.split_once('@') else {
        return false;
    };
    let pair = before.rsplit('&').next().unwrap_or(before);
    !pair.contains('=') || url.path().is_empty() && behind.contains('/')
}

/// What a good URL of `scheme` looks like.
fn example(scheme: Option<&str>) -> &'static str {
    match scheme {
        Some("mysql") => "`mysql://user:password@localhost:3306/database`",
        Some("mariadb") => "`mariadb://user:password@localhost:3306/database`",
        Some("sqlite") => "`sqlite:path/to/file.db` or `sqlite::memory:`",
        _ => "`postgres://user:password@localhost:5432/database`",
    }
}

fn nearest_scheme(scheme: &str) -> Option<&'static str> {
    SCHEMES
        .into_iter()
        .map(|known| (strsim::damerau_levenshtein(scheme, known), known))
        .filter(|(distance, known)| *distance <= known.len() / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

fn is_secret(key: &str) -> bool {
    SECRET_PARAMETERS
        .iter()
        .any(|secret| key.eq_ignore_ascii_case(secret))
}

fn file_path(rest: &str) -> &str {
    rest.split_once('?').map_or(rest, |(path, _)| path)
}

fn retain_parameters(url: &mut Url, keep: impl Fn(&str) -> bool) {
    if url.query_pairs().all(|(key, _)| keep(&key)) {
        return;
    }
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(key, _)| keep(key))
        .map(|(key, value)| (key.into_owned(), value.into_owned()))
        .collect();
    if kept.is_empty() {
        url.set_query(None);
    } else {
        url.query_pairs_mut().clear().extend_pairs(kept);
    }
}

/// Percent-decodes a part of a URL; bytes that are no UTF-8 are shown replaced.
fn decoded(part: &str) -> Cow<'_, str> {
    percent_encoding::percent_decode_str(part).decode_utf8_lossy()
}

/// Encodes what would end a path or start an escape.
fn encoded_path(name: &str) -> String {
    name.replace('%', "%25")
        .replace('?', "%3F")
        .replace('#', "%23")
}

#[cfg(test)]
mod tests;
