//! The programs that write backups: which one, with which arguments, and how it logs in.

use std::env;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use migcheck_core::Dialect;
use tempfile::NamedTempFile;

use super::BackupError;
use crate::{DatabaseUrl, connect};

/// What writes backups of its own kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Product {
    Postgres,
    MySql,
    MariaDb,
    Sqlite,
}

/// A program that writes a backup to its standard output.
#[derive(Debug)]
pub(super) struct Client {
    product: Product,
    pub(super) program: String,
    pub(super) arguments: Vec<String>,
    pub(super) environment: Vec<(String, String)>,
    /// Goes with this value.
    _options: Option<NamedTempFile>,
}

impl Product {
    /// What is behind the URL; MySQL and MariaDB say it themselves.
    pub(super) async fn of(url: &DatabaseUrl) -> Result<Self, BackupError> {
        let mut session = connect(url).await?;
        match url.dialect() {
            Dialect::Postgres => Ok(Self::Postgres),
            Dialect::Sqlite => Ok(Self::Sqlite),
            Dialect::MySql => {
                let rows = session.rows("SELECT VERSION()", &[]).await?;
                let version = rows.into_iter().flatten().flatten().next();
                let is_maria = version.is_some_and(|version| version.contains("MariaDB"));
                Ok(if is_maria { Self::MariaDb } else { Self::MySql })
            }
        }
    }

    pub(super) fn extension(self) -> &'static str {
        match self {
            Self::Postgres => "dump",
            Self::MySql | Self::MariaDb => "sql",
            Self::Sqlite => "db",
        }
    }

    /// The programs that can do it, the best first, and what brings them.
    fn programs(self) -> (&'static [&'static str], &'static str) {
        match self {
            Self::Postgres => (
                &["pg_dump"],
                "PostgreSQL's clients: `postgresql-client` on Debian, `libpq` in Homebrew",
            ),
            Self::MySql => (
                &["mysqldump", "mariadb-dump"],
                "MySQL's clients: `mysql-client` on Ubuntu and in Homebrew, `default-mysql-client` on Debian",
            ),
            Self::MariaDb => (
                &["mariadb-dump", "mysqldump"],
                "MariaDB's clients: `mariadb-client` on Debian, `mariadb` in Homebrew",
            ),
            Self::Sqlite => (&[], ""),
        }
    }

    /// The command that makes a database of a backup again.
    pub(super) fn restore(self, url: &DatabaseUrl, file: &Path) -> String {
        let name = file.to_string_lossy();
        let file = shell_word(&name);
        let database = url.database().unwrap_or_default();
        let database = shell_word(&database);
        match self {
            Self::Postgres => {
                format!("pg_restore --exit-on-error --dbname={database} {file}")
            }
            Self::MySql => format!("mysql {database} < {file}"),
            Self::MariaDb => format!("mariadb {database} < {file}"),
            // Unlike cp it minds whoever has the database open, and its log.
            Self::Sqlite => {
                let command = shell_word(&format!(".restore \"{name}\""));
                format!("sqlite3 {database} {command}")
            }
        }
    }

    pub(super) fn proviso(self) -> &'static str {
        match self {
            Self::Postgres | Self::MySql | Self::MariaDb => "into an empty database",
            Self::Sqlite => "in place of what is there",
        }
    }
}

impl Client {
    /// The program that is installed here, told how to log in.
    pub(super) fn find(product: Product, url: &DatabaseUrl) -> Result<Self, BackupError> {
        let (programs, package) = product.programs();
        let found = programs
            .iter()
            .find_map(|name| Some((*name, installed(name)?)));
        let Some((name, path)) = found else {
            let program = programs.first().copied().unwrap_or_default();
            return Err(BackupError::Missing { program, package });
        };
        let mut client = Self {
            product,
            program: name.to_owned(),
            arguments: Vec::new(),
            environment: Vec::new(),
            _options: None,
        };
        match product {
            Product::Postgres => client.for_postgres(url),
            _ => client.for_mysql(url, is_mariadb(&path))?,
        }
        Ok(client)
    }

    /// The program is gone.
    pub(super) fn missing(&self) -> BackupError {
        let (programs, package) = self.product.programs();
        BackupError::Missing {
            program: programs.first().copied().unwrap_or_default(),
            package,
        }
    }

    /// libpq's variables; what the URL does not say, libpq takes from where sqlx takes it.
    fn for_postgres(&mut self, url: &DatabaseUrl) {
        self.arguments = ["--format=custom", "--no-password"]
            .map(str::to_owned)
            .into();
        let login = url.login();
        let mut set = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                self.environment.push((name.to_owned(), value));
            }
        };
        set("PGHOST", login.host);
        set("PGPORT", login.port.map(|port| port.to_string()));
        set("PGUSER", login.user);
        set("PGPASSWORD", login.password);
        set("PGDATABASE", url.database().map(Into::into));
        for (names, variable) in [
            (&["sslmode", "ssl-mode"][..], "PGSSLMODE"),
            (&["sslrootcert", "ssl-root-cert", "ssl-ca"], "PGSSLROOTCERT"),
            (&["sslcert", "ssl-cert"], "PGSSLCERT"),
            (&["sslkey", "ssl-key"], "PGSSLKEY"),
            (&["options"], "PGOPTIONS"),
        ] {
            set(variable, url.parameter(names));
        }
    }

    /// A file of options, which only its owner can read.
    fn for_mysql(&mut self, url: &DatabaseUrl, is_mariadb: bool) -> Result<(), BackupError> {
        let database = url.database().ok_or(BackupError::NoDatabase)?;
        let write = |error| BackupError::Write {
            path: env::temp_dir(),
            error,
        };
        let mut file = NamedTempFile::new().map_err(write)?;
        file.write_all(options(url, is_mariadb).as_bytes())
            .map_err(write)?;
        self.arguments = [
            &format!("--defaults-file={}", file.path().display()),
            "--single-transaction",
            "--routines",
            "--triggers",
            "--events",
            "--hex-blob",
            "--no-tablespaces",
            "--default-character-set=utf8mb4",
        ]
        .map(str::to_owned)
        .into();
        if !is_mariadb {
            // Else the backup could only be restored on a server that has never seen these.
            self.arguments.push("--set-gtid-purged=OFF".to_owned());
            if self.product == Product::MariaDb {
                self.arguments.push("--column-statistics=0".to_owned());
            }
        }
        self.arguments.push("--".to_owned());
        self.arguments.push(database.into_owned());
        self._options = Some(file);
        Ok(())
    }
}

/// The login as an option file of MySQL's or MariaDB's clients.
fn options(url: &DatabaseUrl, is_mariadb: bool) -> String {
    let login = url.login();
    let mut text = "[client]\n".to_owned();
    let mut add = |name: &str, value: &str| {
        let value = value.replace('\\', "\\\\").replace('\n', "\\n");
        let _written = writeln!(text, "{name}=\"{value}\"");
    };
    for (name, value) in [
        ("user", login.user),
        ("password", login.password),
        ("host", login.host),
        ("port", login.port.map(|port| port.to_string())),
        ("ssl-ca", url.parameter(&["ssl-ca", "sslca"])),
        ("ssl-cert", url.parameter(&["ssl-cert", "sslcert"])),
        ("ssl-key", url.parameter(&["ssl-key", "sslkey"])),
    ] {
        if let Some(value) = value {
            add(name, &value);
        }
    }
    match url.parameter(&["socket"]) {
        Some(socket) => add("socket", &socket),
        // For these programs `localhost` is a socket, for migcheck it is a host.
        None => add("protocol", "tcp"),
    }
    let mode = url.parameter(&["ssl-mode", "sslmode"]);
    let mode = mode.map(|mode| mode.to_uppercase());
    match (mode.as_deref(), is_mariadb) {
        (Some(mode), false) => add("ssl-mode", mode),
        (Some("DISABLED"), true) => text.push_str("skip-ssl\n"),
        (Some("VERIFY_CA" | "VERIFY_IDENTITY"), true) => {
            text.push_str("ssl\nssl-verify-server-cert\n");
        }
        (Some("REQUIRED"), true) => text.push_str("ssl\n"),
        _ => {}
    }
    if !is_mariadb {
        // As migcheck itself does, where the connection is not encrypted.
        text.push_str("get-server-public-key\n");
    }
    text
}

/// Where a program is, looked for as the system does.
fn installed(name: &str) -> Option<PathBuf> {
    let paths = env::var_os("PATH")?;
    let name = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&paths)
        .map(|folder| folder.join(&name))
        .find(|path| path.is_file())
}

/// Whether a program takes MariaDB's options; `mysqldump` may be its name for either.
fn is_mariadb(program: &Path) -> bool {
    let version = std::process::Command::new(program)
        .arg("--version")
        .output();
    version.is_ok_and(|version| String::from_utf8_lossy(&version.stdout).contains("MariaDB"))
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

    #[test]
    fn a_password_is_no_argument() {
        let url: DatabaseUrl = "postgres://app:hunt%23er2@db:6432/shop?sslmode=require"
            .parse()
            .unwrap();
        let mut client = Client {
            product: Product::Postgres,
            program: String::new(),
            arguments: Vec::new(),
            environment: Vec::new(),
            _options: None,
        };
        client.for_postgres(&url);
        assert_eq!(client.arguments, ["--format=custom", "--no-password"]);
        let set: Vec<String> = client
            .environment
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        assert_eq!(
            set,
            [
                "PGHOST=db",
                "PGPORT=6432",
                "PGUSER=app",
                "PGPASSWORD=hunt#er2",
                "PGDATABASE=shop",
                "PGSSLMODE=require"
            ]
        );
    }

    #[test]
    fn a_password_is_quoted_for_an_option_file() {
        let url: DatabaseUrl = "mysql://app:a%22b%5C%23@localhost/shop?ssl-mode=required"
            .parse()
            .unwrap();
        assert_eq!(
            options(&url, false),
            "[client]\nuser=\"app\"\npassword=\"a\"b\\\\#\"\nhost=\"localhost\"\nprotocol=\"tcp\"\n\
             ssl-mode=\"REQUIRED\"\nget-server-public-key\n"
        );
        assert!(options(&url, true).ends_with("protocol=\"tcp\"\nssl\n"));
    }

    #[test]
    fn a_restore_can_be_copied_into_a_shell() {
        let url: DatabaseUrl = "mysql://app:hunter2@db/my%20shop".parse().unwrap();
        let restore = Product::MySql.restore(&url, Path::new("a b/it's.sql"));
        assert_eq!(restore, "mysql 'my shop' < 'a b/it'\\''s.sql'");
    }
}
