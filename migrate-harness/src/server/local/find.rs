//! Finding the programs of a server, and the account to run them as.

use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::server::{Product, StartError};

/// The programs that make a server.
#[derive(Debug)]
pub(super) struct Programs {
    pub(super) product: Product,
    /// Fills an empty data directory.
    pub(super) set_up: PathBuf,
    /// Serves it.
    pub(super) server: PathBuf,
    /// What the server says its version is.
    pub(super) version: String,
}

impl Programs {
    /// The first server of this product in PATH, else in the places where packages put one.
    pub(super) async fn find(product: Product) -> Result<Self, StartError> {
        let dirs = directories(product);
        for server in servers(product, &dirs) {
            let Some(version) = version(&server).await else {
                continue;
            };
            // MariaDB's packages also install a `mysqld`.
            let is_mariadb = version.contains("MariaDB");
            if is_mariadb != (product == Product::MariaDb) {
                continue;
            }
            if let Some(set_up) = set_up(product, &server, &dirs) {
                return Ok(Self {
                    product,
                    set_up,
                    server,
                    version,
                });
            }
        }
        let missing = match product {
            Product::Postgres => vec!["postgres with its initdb"],
            Product::MySql => vec!["mysqld"],
            Product::MariaDb => vec!["mariadbd with its mariadb-install-db"],
        };
        Err(StartError::NoLocalBinary {
            product,
            missing,
            looked: dirs,
        })
    }
}

fn servers(product: Product, dirs: &[PathBuf]) -> Vec<PathBuf> {
    let names: &[&str] = match product {
        Product::Postgres => &["postgres"],
        Product::MySql => &["mysqld"],
        Product::MariaDb => &["mariadbd", "mysqld"],
    };
    let all = names
        .iter()
        .flat_map(|name| dirs.iter().map(move |dir| dir.join(name)));
    all.filter(|path| path.is_file()).collect()
}

/// The program that sets up for `server`: of PostgreSQL the one beside it, since another release's
/// would make a directory that it cannot read.
fn set_up(product: Product, server: &Path, dirs: &[PathBuf]) -> Option<PathBuf> {
    match product {
        Product::Postgres => {
            let initdb = server.with_file_name("initdb");
            initdb.is_file().then_some(initdb)
        }
        Product::MySql => Some(server.to_owned()),
        Product::MariaDb => ["mariadb-install-db", "mysql_install_db"]
            .iter()
            .flat_map(|name| dirs.iter().map(move |dir| dir.join(name)))
            .find(|path| path.is_file()),
    }
}

async fn version(server: &Path) -> Option<String> {
    let said = Command::new(server).arg("--version").output().await.ok()?;
    let said = String::from_utf8_lossy(&said.stdout).trim().to_owned();
    // MySQL begins with its own path, which the note shows already.
    let path = server.to_string_lossy();
    let said = said.strip_prefix(&*path).map_or(&*said, str::trim_start);
    (!said.is_empty()).then(|| said.to_owned())
}

/// PATH, then where packages keep what they do not put in it.
fn directories(product: Product) -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut dirs: Vec<PathBuf> = std::env::split_paths(&path)
        .filter(|dir| dir.is_absolute())
        .collect();
    match product {
        Product::Postgres => {
            dirs.extend(releases("/usr/lib/postgresql", ""));
            dirs.extend(releases("/usr", "pgsql-"));
            dirs.push("/usr/local/pgsql/bin".into());
        }
        Product::MySql | Product::MariaDb => {
            for dir in [
                "/usr/sbin",
                "/usr/bin",
                "/usr/libexec",
                "/usr/local/mysql/bin",
            ] {
                dirs.push(dir.into());
            }
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    dirs.retain(|dir| seen.insert(dir.clone()));
    dirs
}

/// `<parent>/<prefix><release>/bin`, the highest release first.
fn releases(parent: &str, prefix: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(parent) else {
        return Vec::new();
    };
    let mut found: Vec<(u32, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name();
            let release = name.to_str()?.strip_prefix(prefix)?.parse().ok()?;
            Some((release, entry.path().join("bin")))
        })
        .collect();
    found.sort_unstable_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, dir)| dir).collect()
}

/// An account of this machine.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) uid: u32,
    pub(super) gid: u32,
}

impl Account {
    /// The account to run the server as: none but our own, except for root, as which the servers
    /// refuse to run.
    pub(super) fn to_run_as(product: Product) -> Result<Option<Self>, StartError> {
        if !rustix::process::geteuid().is_root() {
            return Ok(None);
        }
        let own = match product {
            Product::Postgres => "postgres",
            Product::MySql | Product::MariaDb => "mysql",
        };
        let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
        let account = [own, "nobody"]
            .iter()
            .find_map(|name| Self::named(name, &passwd));
        let none = || StartError::System {
            what: "cannot give up root's rights to run the server",
            cause: format!("/etc/passwd has neither an account {own} nor nobody"),
        };
        account.map(Some).ok_or_else(none)
    }

    /// The account called `name` in a text of passwd(5)'s format.
    fn named(name: &str, passwd: &str) -> Option<Self> {
        let line = passwd
            .lines()
            .find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        let uid = fields.next()?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        (uid != 0).then_some(Self { uid, gid })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_found_by_its_whole_name_and_is_never_root() {
        let passwd = "root:x:0:0::/root:/bin/sh\nnobody2:x:9:9::/:/x\nnobody:x:65534:65533::/:/x\nbad:x:y:z\n";
        let nobody = Account {
            uid: 65534,
            gid: 65533,
        };
        assert_eq!(Account::named("nobody", passwd), Some(nobody));
        for none in ["root", "bad", "nob", ""] {
            assert_eq!(Account::named(none, passwd), None, "{none}");
        }
    }
}
