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
            command.args(["--no-defaults", "--initialize-insecure", SMALL_MYSQL_LOG]);
            command.arg(option("--datadir=", &data));
        }
        Product::MariaDb => {
            command.args([
                "--no-defaults",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                "--skip-name-resolve",
                SMALL_MARIADB_LOG,
            ]);
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
    command.args(match programs.product {
        Product::MySql => ["--loose-mysqlx=OFF", SMALL_MYSQL_LOG],
        Product::MariaDb | Product::Postgres => ["--skip-name-resolve", SMALL_MARIADB_LOG],
    });
    command.arg(option("--datadir=", &data));
    command.arg(option("--socket=", &dir.join(SOCKET)));
    command.arg(option("--pid-file=", &dir.join("mysql.pid")));
    command
}

/// Writing out a redo log of the default size is most of the time that the set-up takes. `loose`
/// because the option came with MySQL 8.0.30.
const SMALL_MYSQL_LOG: &str = "--loose-innodb-redo-log-capacity=8388608";
const SMALL_MARIADB_LOG: &str = "--innodb-log-file-size=8388608";

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
