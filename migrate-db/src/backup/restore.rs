//! The command that makes a database of a backup again: complete, for a shell, and without a password.

use std::path::Path;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::client::{Client, Product};
use super::login;
use crate::DatabaseUrl;

/// The program that reads a backup: the sister of the one that wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Restorer {
    PgRestore,
    MySql,
    MariaDb,
    Sqlite3,
}

impl Restorer {
    pub(super) fn of(product: Product, client: Option<&Client>) -> Self {
        match product {
            Product::Postgres => Self::PgRestore,
            Product::Sqlite => Self::Sqlite3,
            // What mariadb-dump writes begins with a line that MySQL's client does not know.
            _ if client.is_some_and(|client| client.is_mariadb) => Self::MariaDb,
            Product::MariaDb => Self::MariaDb,
            Product::MySql => Self::MySql,
        }
    }

    pub(super) fn command(self, url: &DatabaseUrl, file: &Path) -> String {
        let name = file.to_string_lossy();
        // What begins with `-` would be an option.
        let name = match name.strip_prefix('-') {
            Some(_) => format!("./{name}"),
            None => name.into_owned(),
        };
        let database = url.database().unwrap_or_default();
        let file = shell_word(&name);
        let mysql = |program: &str, is_mariadb| {
            let login = login::arguments(url, is_mariadb);
            let login: Vec<String> = login.iter().map(|word| shell_word(word)).collect();
            let (login, database) = (login.join(" "), shell_word(&database));
            format!("{program} {login} --binary-mode -- {database} < {file}")
        };
        match self {
            Self::PgRestore => {
                let place = shell_word(&libpq_url(url));
                format!("pg_restore --exit-on-error --dbname={place} {file}")
            }
            Self::MySql => mysql("mysql", false),
            Self::MariaDb => mysql("mariadb", true),
            // Unlike cp it minds whoever has the database open, and its log.
            Self::Sqlite3 => {
                let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
                let command = shell_word(&format!(".restore \"{quoted}\""));
                let database = match database.strip_prefix('-') {
                    Some(_) => format!("./{database}"),
                    None => database.into_owned(),
                };
                format!("sqlite3 {} {command}", shell_word(&database))
            }
        }
    }

    pub(super) fn proviso(self, url: &DatabaseUrl) -> &'static str {
        let has_password = url.login().password.is_some();
        match self {
            // It asks by itself.
            Self::PgRestore => "into an empty database",
            Self::MySql | Self::MariaDb if has_password => {
                "into an empty database; it finds the password in MYSQL_PWD, and asks for it with --password"
            }
            Self::MySql | Self::MariaDb => "into an empty database",
            Self::Sqlite3 => "in place of what is there",
        }
    }
}

/// What may stand in a part of a URL as it is.
const PART: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// The URL as libpq reads it, which refuses parameters that it does not know.
fn libpq_url(url: &DatabaseUrl) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, PART).to_string();
    let login = url.login();
    let mut text = "postgres://".to_owned();
    if let Some(user) = &login.user {
        text.push_str(&encoded(user).replace('/', "%2F"));
        text.push('@');
    }
    match login.host.as_deref() {
        Some(host) if host.contains(':') => text.push_str(&format!("[{host}]")),
        // The folder of a socket.
        Some(host) => text.push_str(&encoded(host).replace('/', "%2F")),
        None => {}
    }
    if let Some(port) = login.port {
        text.push_str(&format!(":{port}"));
    }
    text.push('/');
    text.push_str(&encoded(&url.database().unwrap_or_default()));
    for (at, (name, value)) in login::libpq_tls(url).iter().enumerate() {
        let sign = if at == 0 { '?' } else { '&' };
        text.push_str(&format!("{sign}{name}={}", encoded(value)));
    }
    text
}

/// A word as a POSIX shell reads it.
fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn command(restorer: Restorer, url: &str, file: &str) -> String {
        restorer.command(&url.parse().unwrap(), Path::new(file))
    }

    #[test]
    fn a_restore_says_where_and_can_be_copied_into_a_shell() {
        let postgres = |url| command(Restorer::PgRestore, url, "a.dump");
        assert_eq!(
            postgres("postgres://app:hunter2@db:6432/shop?sslmode=require&application_name=x"),
            "pg_restore --exit-on-error --dbname='postgres://app@db:6432/shop?sslmode=require' a.dump"
        );
        assert_eq!(
            postgres("postgres://me%40work:hunter2@[::1]/my%20shop?password=hunter2"),
            "pg_restore --exit-on-error --dbname='postgres://me%40work@[::1]/my%20shop' a.dump"
        );
        assert_eq!(
            postgres("postgres:///shop?host=/run/postgresql&user=app"),
            "pg_restore --exit-on-error --dbname=postgres://app@%2Frun%2Fpostgresql/shop a.dump"
        );
        assert_eq!(
            command(
                Restorer::MySql,
                "mysql://app:hunter2@db:3307/my%20shop",
                "a b/it's.sql"
            ),
            "mysql --user=app --host=db --port=3307 --protocol=tcp --get-server-public-key --binary-mode -- \
             'my shop' < 'a b/it'\\''s.sql'"
        );
        assert_eq!(
            command(
                Restorer::MariaDb,
                "mysql://app@db/shop?ssl-mode=disabled",
                "-a.sql"
            ),
            "mariadb --user=app --host=db --protocol=tcp --skip-ssl --binary-mode -- shop < ./-a.sql"
        );
        assert_eq!(
            command(Restorer::Sqlite3, "sqlite:my shop.db", "it's \"a\".db"),
            "sqlite3 'my shop.db' '.restore \"it'\\''s \\\"a\\\".db\"'"
        );
    }
}
