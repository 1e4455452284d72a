//! The programs that write backups: which one, and with which arguments.

use std::env;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use migcheck_core::Dialect;
use tempfile::NamedTempFile;

use super::BackupError;
use super::login;
use crate::{DatabaseUrl, connect};

/// What writes backups of its own kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Product {
    Postgres,
    MySql,
    MariaDb,
    Sqlite,
}

/// A program that writes a backup to its standard output. Its environment is not to be shown.
pub(super) struct Client {
    product: Product,
    /// Whether it takes the options of MariaDB's programs, and not of MySQL's.
    pub(super) is_mariadb: bool,
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
            is_mariadb: product != Product::Postgres && is_mariadb(&path),
            program: name.to_owned(),
            arguments: Vec::new(),
            environment: Vec::new(),
            _options: None,
        };
        match product {
            Product::Postgres => client.for_postgres(url),
            _ => client.for_mysql(url)?,
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
        set("PGOPTIONS", url.parameter(&["options"]));
        for (name, value) in login::libpq_tls(url) {
            set(&format!("PG{}", name.to_uppercase()), Some(value));
        }
    }

    /// A file of options, which only its owner can read.
    fn for_mysql(&mut self, url: &DatabaseUrl) -> Result<(), BackupError> {
        let database = url.database().ok_or(BackupError::NoDatabase)?;
        let write = |error| BackupError::Write {
            path: env::temp_dir(),
            error,
        };
        let mut file = NamedTempFile::new().map_err(write)?;
        file.write_all(login::option_file(url, self.is_mariadb).as_bytes())
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
        if !self.is_mariadb {
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
            is_mariadb: false,
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
}
