//! What to do where no session could be opened.

use std::path::Path;

use migcheck_core::Dialect;

use super::error::ConnectErrorKind;
use crate::DatabaseUrl;
use crate::literal::quoted;

/// What is known of a failure.
pub(super) struct Failure<'a> {
    pub(super) kind: ConnectErrorKind,
    pub(super) dialect: Dialect,
    /// Not known where a pool has opened the connection.
    pub(super) url: Option<&'a DatabaseUrl>,
    pub(super) cause: &'a str,
    /// The server's number for it.
    pub(super) number: Option<&'a str>,
}

impl Failure<'_> {
    pub(super) fn help(&self) -> String {
        if let Some(help) = self.of_number() {
            return help;
        }
        match self.kind {
            ConnectErrorKind::Refused if self.cause.starts_with(CLOSED) => {
                "see whether it is a database that listens on that port, or a proxy without one behind it"
            }
            ConnectErrorKind::Refused => "start the server, or correct the host and port",
            ConnectErrorKind::UnknownHost => "correct the host name, or the network's name service",
            ConnectErrorKind::Authentication => {
                "correct the user and password; `@ : / ? # %` in them are percent-encoded"
            }
            ConnectErrorKind::UnknownDatabase => return self.unknown_database(),
            ConnectErrorKind::UnknownSchema => "make the schema, or correct its name",
            ConnectErrorKind::NotAllowed => return self.not_allowed(),
            ConnectErrorKind::Tls => self.tls(),
            ConnectErrorKind::Certificate => "see the server's certificate",
            ConnectErrorKind::OtherService => match self.dialect {
                Dialect::MySql => "correct the port; MySQL and MariaDB listen on 3306 unless told otherwise",
                _ => "correct the port; PostgreSQL listens on 5432 unless told otherwise",
            },
            ConnectErrorKind::Timeout if self.url.is_none() => {
                "see whether the server is there, and whether all connections of the pool are in use"
            }
            ConnectErrorKind::Timeout => {
                "see whether a firewall is in between, the server is overloaded, or something else \
                 listens on that port"
            }
            ConnectErrorKind::Configuration if self.dialect == Dialect::Sqlite => {
                "name a file, in a directory that is there"
            }
            ConnectErrorKind::Configuration => "correct the URL",
            ConnectErrorKind::Other => "see the server's log",
        }
        .to_owned()
    }

    /// By the numbers of PostgreSQL's appendix A and MySQL's error reference.
    fn of_number(&self) -> Option<String> {
        let help = match (self.dialect, self.number?) {
            (Dialect::Postgres, "28000") if self.cause.starts_with("no pg_hba.conf entry") => {
                if self.cause.ends_with("no encryption") {
                    "connect with TLS, `sslmode=require`, or let the user in from here with a line in \
                     the server's pg_hba.conf"
                } else {
                    "let the user in from here with a line in the server's pg_hba.conf"
                }
            }
            (Dialect::Postgres, "08P01") if self.cause.starts_with(UNSUPPORTED) => {
                "connect to the server itself: the pooler in between does not hand this on; \
                 `extra_float_digits` alone may be among its `ignore_startup_parameters`"
            }
            (Dialect::Postgres, "53300") | (Dialect::MySql, "1040") => {
                "end some connections, or raise the server's `max_connections`"
            }
            (Dialect::Postgres, "57P03") => {
                "wait until the server has started; `verify --wait 60s` does"
            }
            (Dialect::MySql, "1045") if self.is_without_tls() => {
                "correct the user and password, or, if the account was made with REQUIRE SSL, say \
                 `ssl-mode=REQUIRED`"
            }
            (Dialect::MySql, "1045" | "1698") => {
                "correct the user and password; `@ : / ? # %` in them are percent-encoded, and the account \
                 has to be for where you come from, as 'user'@'%' is"
            }
            (Dialect::MySql, "1130") => "make an account for where you come from, as 'user'@'%' is",
            _ => return None,
        };
        Some(help.to_owned())
    }

    fn is_without_tls(&self) -> bool {
        let mut parameters = self.url.into_iter().flat_map(DatabaseUrl::parameters);
        parameters.any(|(name, value)| {
            ["ssl-mode", "sslmode"].contains(&&*name) && value.eq_ignore_ascii_case("disabled")
        })
    }

    fn tls(&self) -> &'static str {
        let has_none = self.cause == NO_TLS;
        match (self.dialect, has_none) {
            (Dialect::MySql, true) => {
                "turn TLS on in the server, or, on a network where nobody listens, say `ssl-mode=PREFERRED`"
            }
            (_, true) => {
                "turn TLS on in the server, or, on a network where nobody listens, say `sslmode=prefer`"
            }
            (Dialect::MySql, false) => "say `ssl-mode=REQUIRED`, or what else the server wants",
            (_, false) => "say `sslmode=require`, or what else the server wants",
        }
    }

    fn unknown_database(&self) -> String {
        let name = self.url.and_then(DatabaseUrl::database);
        match (self.dialect, name) {
            (Dialect::Sqlite, _) => "correct the path".to_owned(),
            (Dialect::Postgres, None) if self.url.is_some() => {
                "the URL names no database, and PostgreSQL takes the user's name for one; end it with `/NAME`"
                    .to_owned()
            }
            (_, None) => "create the database, or correct its name".to_owned(),
            (dialect, Some(name)) => format!(
                "correct the name at the end of the URL, or make the database:\nCREATE DATABASE {};",
                quoted(dialect, &name)
            ),
        }
    }

    fn not_allowed(&self) -> String {
        let name = self.url.and_then(DatabaseUrl::database).unwrap_or_default();
        let name = quoted(self.dialect, &name);
        match self.dialect {
            Dialect::Sqlite => {
                "let this user read and write the file, and the directory that it is in: SQLite keeps \
                 files beside it"
                    .to_owned()
            }
            Dialect::Postgres => {
                let user = self.url.and_then(DatabaseUrl::user).unwrap_or_default();
                let user = quoted(self.dialect, &user);
                format!("have the database's owner let the user in:\nGRANT CONNECT ON DATABASE {name} TO {user};")
            }
            // The message has the account: Access denied for user 'app'@'%' to database 'shop'.
            Dialect::MySql => {
                let account = self.cause.split_once(" for user ");
                let account = account.and_then(|(_, rest)| rest.split_once(" to database "));
                match account {
                    Some((account, _)) => format!(
                        "make the database if it is not there, and have an administrator let the user in:\n\
                         GRANT ALL ON {name}.* TO {account};"
                    ),
                    None => "have an administrator let the user in".to_owned(),
                }
            }
        }
    }
}

/// PgBouncer's words for what it would have to tell every server connection.
const UNSUPPORTED: &str = "unsupported startup parameter";

/// The driver's words for a server that has no TLS where the URL demands it.
const NO_TLS: &str = "server does not support TLS";

/// What an end of the connection before any word is called.
pub(super) const CLOSED: &str = "the connection was closed before anybody was let in";

/// Why SQLite cannot open a file, which has one number for all of it.
pub(super) fn of_file(url: &DatabaseUrl) -> (ConnectErrorKind, String) {
    let path = url.database().unwrap_or_default();
    let path = Path::new(&*path);
    let parent = path.parent().filter(|parent| *parent != Path::new(""));
    if path.is_dir() {
        let cause = "that is a directory, and no file".to_owned();
        return (ConnectErrorKind::Configuration, cause);
    }
    match (path.try_exists(), parent) {
        (Ok(false), Some(parent)) if !parent.is_dir() => {
            let cause = format!("there is no directory {}", parent.display());
            (ConnectErrorKind::Configuration, cause)
        }
        (Ok(false), _) => (
            ConnectErrorKind::UnknownDatabase,
            "there is no such file".to_owned(),
        ),
        _ => (
            ConnectErrorKind::NotAllowed,
            "the file cannot be opened".to_owned(),
        ),
    }
}
