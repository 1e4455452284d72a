//! How each product is set up and started, and where it then is.

use std::path::Path;
use std::process::Command;

use super::find::Programs;
use super::process::Ending;
use crate::server::Product;

/// Where the data goes inside the private directory.
const DATA: &str = "data";

/// MySQL's socket inside the private directory.
const SOCKET: &str = "mysql.sock";

/// The arguments of which a program that works on the data in `dir` has one.
pub(crate) fn data_arguments(dir: &Path) -> [String; 2] {
    let data = dir.join(DATA).to_string_lossy().into_owned();
    [format!("--datadir={data}"), data]
}

/// The command that fills an empty data directory.
pub(super) fn set_up(programs: &Programs, dir: &Path) -> Command {
    let mut command = Command::new(&programs.set_up);
    let data = dir.join(DATA);
    match programs.product {
        Product::Postgres => {
            command.arg("-D").arg(data).args([
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
            ]);
        }
        Product::MySql => {
            command.args(["--no-defaults", "--initialize-insecure"]);
            command.args(MYSQL);
            command.arg(option("--datadir=", &data));
        }
        Product::MariaDb => {
            command.args([
                "--no-defaults",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
            ]);
            command.args(MARIADB);
            command.arg(option("--datadir=", &data));
        }
    }
    command
}

/// The command that serves the data directory. What it leaves out is durability.
pub(super) fn serve(programs: &Programs, dir: &Path) -> Command {
    let mut command = Command::new(&programs.server);
    let data = dir.join(DATA);
    if programs.product == Product::Postgres {
        command.arg("-D").arg(data).arg("-k").arg(dir);
        for setting in [
            "listen_addresses=",
            "port=5432",
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
        ] {
            command.args(["-c", setting]);
        }
        return command;
    }
    command.args([
        "--no-defaults",
        "--skip-networking",
        "--performance-schema=OFF",
        "--skip-log-bin",
        "--innodb-flush-log-at-trx-commit=0",
        "--innodb-doublewrite=0",
    ]);
    match programs.product {
        Product::MySql => command.args(MYSQL).arg("--loose-mysqlx=OFF"),
        Product::MariaDb | Product::Postgres => command.args(MARIADB),
    };
    command.arg(option("--datadir=", &data));
    command.arg(option("--socket=", &dir.join(SOCKET)));
    command.arg(option("--pid-file=", &dir.join("mysql.pid")));
    command
}

/// What MySQL does without from the beginning.
///
/// Its set-up and its log wait for the disk most of the time, so nothing is forced onto it; writing
/// out a log of the default size and making keys for TLS takes most of the rest. It begins only where
/// the directory for files of `LOAD DATA` exists that it was built with, which no package of a bare
/// server makes; images switch that off too. `loose` is for what came with release 8.
const MYSQL: [&str; 5] = [
    "--innodb-flush-method=nosync",
    "--loose-innodb-redo-log-capacity=33554432",
    "--loose-auto-generate-certs=OFF",
    "--loose-caching-sha2-password-auto-generate-rsa-keys=OFF",
    "--secure-file-priv=NULL",
];

/// The same of MariaDB, which has one switch for all files: three seconds become one.
const MARIADB: [&str; 3] = [
    "--debug-no-sync",
    "--innodb-log-file-size=8388608",
    "--skip-name-resolve",
];

/// How the program that sets up is to be ended before it is done.
///
/// The data is thrown away in any case. But PostgreSQL also has to give back a segment of shared
/// memory, of which a system has few, and the process that initdb runs dies of any signal without.
pub(super) fn ending_of_set_up(product: Product) -> Ending {
    match product {
        Product::Postgres => Ending::Finish,
        Product::MySql | Product::MariaDb => Ending::Kill,
    }
}

/// How the server is to be ended: PostgreSQL by SIGQUIT, its immediate shutdown.
pub(super) fn ending(product: Product) -> Ending {
    match product {
        Product::Postgres => Ending::Quit,
        Product::MySql | Product::MariaDb => Ending::Kill,
    }
}

/// The administrator's login. It needs no password: only who may enter the directory gets to the
/// socket.
pub(super) fn url(product: Product, dir: &Path) -> String {
    match product {
        Product::Postgres => {
            let dir = encoded(dir);
            format!("postgres://postgres@localhost:5432/postgres?host={dir}&sslmode=disable")
        }
        Product::MySql | Product::MariaDb => {
            let socket = encoded(&dir.join(SOCKET));
            format!("{product}://root@localhost/?socket={socket}&ssl-mode=DISABLED")
        }
    }
}

/// A path as the value of a query parameter.
fn encoded(path: &Path) -> String {
    path.to_string_lossy()
        .bytes()
        .map(|byte| match byte {
            b'/' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
            _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

fn option(name: &str, path: &Path) -> std::ffi::OsString {
    let mut option = std::ffi::OsString::from(name);
    option.push(path);
    option
}
