//! What a user writes to name a server.

use std::fmt;
use std::str::FromStr;

use migcheck_core::Dialect;
use migcheck_db::{DatabaseUrl, DatabaseUrlError};

/// Server software that migcheck can start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Product {
    /// PostgreSQL.
    Postgres,
    /// MySQL.
    MySql,
    /// MariaDB, a server of the `mysql` dialect.
    MariaDb,
}

impl Product {
    /// Every product, in the order used wherever products are listed.
    pub const ALL: [Self; 3] = [Self::Postgres, Self::MySql, Self::MariaDb];

    /// The name in a spec, which is also the name of the official image.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::MySql => "mysql",
            Self::MariaDb => "mariadb",
        }
    }

    /// The dialect it speaks.
    #[must_use]
    pub const fn dialect(self) -> Dialect {
        match self {
            Self::Postgres => Dialect::Postgres,
            Self::MySql | Self::MariaDb => Dialect::MySql,
        }
    }

    /// The release that the bare name stands for.
    #[must_use]
    pub const fn default_tag(self) -> &'static str {
        match self {
            Self::Postgres => "17",
            Self::MySql => "9.7",
            Self::MariaDb => "10.11",
        }
    }

    /// The environment variable that replaces the image.
    #[must_use]
    pub const fn image_variable(self) -> &'static str {
        match self {
            Self::Postgres => "MIGCHECK_IMAGE_POSTGRES",
            Self::MySql => "MIGCHECK_IMAGE_MYSQL",
            Self::MariaDb => "MIGCHECK_IMAGE_MARIADB",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|product| product.name() == name)
            .or((name == "postgresql").then_some(Self::Postgres))
    }
}

impl fmt::Display for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A server to run on, as `--on` and `[roundtrip] servers` name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerSpec {
    /// `postgres:17`: a container of that image.
    Container {
        /// The image's name.
        product: Product,
        /// The image's tag.
        tag: String,
    },
    /// `postgres@local`: the server binaries of this machine.
    Local(Product),
    /// `postgres`: a container where Docker answers, else the binaries of this machine.
    Any(Product),
    /// `postgres://…`: a running server.
    Url(DatabaseUrl),
    /// `sqlite`: embedded.
    Sqlite,
}

impl ServerSpec {
    /// The dialect the server speaks.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        match self {
            Self::Container { product, .. } | Self::Local(product) | Self::Any(product) => {
                product.dialect()
            }
            Self::Url(url) => url.dialect(),
            Self::Sqlite => Dialect::Sqlite,
        }
    }
}

impl fmt::Display for ServerSpec {
    /// As it is written, but for a URL's password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Container { product, tag } => write!(f, "{product}:{tag}"),
            Self::Local(product) => write!(f, "{product}@local"),
            Self::Any(product) => write!(f, "{product}"),
            Self::Url(url) => write!(f, "{url}"),
            Self::Sqlite => f.write_str("sqlite"),
        }
    }
}

/// The forms a spec may have, for error messages.
const FORMS: &str = "`postgres:17`, `mysql:9.7` or `mariadb:10.11` (a container), `postgres@local`, `mysql@local` or \
     `mariadb@local` (this machine's binaries), `postgres`, `mysql` or `mariadb` (whichever of the two is there), \
     `postgres://user:password@host/database` or `mysql://…` (a running server), `sqlite` (embedded)";

/// Why a text names no server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ServerSpecError {
    /// The name is none that migcheck knows.
    #[error(
        "`{name}` names no server{}; write one of {FORMS}",
        nearest.map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default()
    )]
    UnknownName {
        /// The name as written.
        name: String,
        /// The known name closest to it.
        nearest: Option<&'static str>,
    },
    /// What follows the `:` is no image tag.
    #[error("`{spec}` has no valid image tag; write {}", example(*product))]
    Tag {
        /// The spec as written.
        spec: String,
        /// The product before the tag.
        product: Product,
    },
    /// What follows the `@` is not `local`.
    #[error("`{spec}` is no server; write `{product}@local` for this machine's binaries, or {}", example(*product))]
    Place {
        /// The spec as written.
        spec: String,
        /// The product before the `@`.
        product: Product,
    },
    /// A SQLite URL names one existing file, and a round trip needs a database of its own.
    #[error("a round trip makes its own SQLite files and touches no other; write `sqlite`")]
    SqliteFile,
    /// It is a URL, but not a good one.
    #[error(transparent)]
    Url(#[from] DatabaseUrlError),
}

fn example(product: Product) -> String {
    format!("`{product}:{}` for a container", product.default_tag())
}

impl FromStr for ServerSpec {
    type Err = ServerSpecError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        // A URL first: what follows in it may be a password, which no other error may repeat.
        let has_login = text.find(':').is_some_and(|at| text[at..].contains('@'));
        if text.contains("://") || text.starts_with("sqlite:") || has_login {
            let url: DatabaseUrl = text.parse()?;
            return match url.dialect() {
                Dialect::Sqlite => Err(ServerSpecError::SqliteFile),
                Dialect::Postgres | Dialect::MySql => Ok(Self::Url(url)),
            };
        }
        if text == "sqlite" {
            return Ok(Self::Sqlite);
        }
        let end = text.find([':', '@']).unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        let Some(product) = Product::from_name(name) else {
            return Err(ServerSpecError::UnknownName {
                name: name.to_owned(),
                nearest: nearest(name),
            });
        };
        let spec = || text.to_owned();
        if let Some(tag) = rest.strip_prefix(':') {
            return if is_tag(tag) {
                let tag = tag.to_owned();
                Ok(Self::Container { product, tag })
            } else {
                let spec = spec();
                Err(ServerSpecError::Tag { spec, product })
            };
        }
        match rest {
            "" => Ok(Self::Any(product)),
            "@local" => Ok(Self::Local(product)),
            _ => {
                let spec = spec();
                Err(ServerSpecError::Place { spec, product })
            }
        }
    }
}

/// A tag as the distribution specification defines it: `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`.
fn is_tag(tag: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    tag.len() <= 128
        && tag.starts_with(word)
        && tag.chars().all(|c| word(c) || c == '.' || c == '-')
}

fn nearest(name: &str) -> Option<&'static str> {
    Product::ALL
        .map(Product::name)
        .into_iter()
        .chain(["sqlite"])
        .map(|known| (strsim::damerau_levenshtein(name, known), known))
        .filter(|(distance, known)| *distance <= known.len() / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_form_reads_back_as_it_is_shown() {
        for (text, dialect) in [
            ("postgres:17", Dialect::Postgres),
            ("postgres:17.2-alpine", Dialect::Postgres),
            ("mysql:9.7", Dialect::MySql),
            ("mariadb:10.11", Dialect::MySql),
            ("postgres@local", Dialect::Postgres),
            ("mysql@local", Dialect::MySql),
            ("mariadb@local", Dialect::MySql),
            ("postgres", Dialect::Postgres),
            ("mysql", Dialect::MySql),
            ("mariadb", Dialect::MySql),
            ("postgres://u@h:5433/d", Dialect::Postgres),
            ("mariadb://u@h/d", Dialect::MySql),
            ("sqlite", Dialect::Sqlite),
        ] {
            let spec: ServerSpec = text.parse().unwrap();
            assert_eq!(spec.dialect(), dialect, "{text}");
            assert_eq!(spec.to_string(), text);
            assert_eq!(spec.to_string().parse(), Ok(spec));
        }
        let spec = "postgresql:17".parse::<ServerSpec>().unwrap();
        assert_eq!(spec.to_string(), "postgres:17");
    }

    #[test]
    fn a_wrong_spec_is_answered_with_the_forms_there_are() {
        for (text, says) in [
            ("", "write one of `postgres:17`"),
            ("postgre:17", "did you mean `postgres`?"),
            ("maria", "`maria` names no server"),
            ("mariadbb@local", "did you mean `mariadb`?"),
            ("oracle", "names no server; write one of `postgres:17`"),
            ("postgres:", "no valid image tag; write `postgres:17`"),
            ("postgres:17/x", "no valid image tag"),
            ("mysql@remote", "write `mysql@local`"),
            ("sqlite:shop.db", "write `sqlite`"),
            ("pstgres://u:hunter2@h/d", "did you mean `postgres`?"),
            ("postgres://u:hunter2/@h/d", "invalid port"),
        ] {
            let error = text.parse::<ServerSpec>().unwrap_err();
            let shown = format!("{error} {error:?}");
            assert!(shown.contains(says), "{text}: {shown}");
            assert!(!shown.contains("hunter2"), "{shown}");
        }
    }

    #[test]
    fn a_spec_never_shows_its_password() {
        let spec: ServerSpec = "postgres://u:hunter2@h/d".parse().unwrap();
        assert_eq!(spec.to_string(), "postgres://u:***@h/d");
        assert!(!format!("{spec:?}").contains("hunter2"));
    }
}
