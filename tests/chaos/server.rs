//! Servers that may be killed: as durable as they come, and back by themselves.

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use migcheck::Dialect;
use migcheck::db::{DatabaseUrl, Session};
use migcheck::harness::{Product, ServerSpec};

use crate::execute;
use crate::support::block_on;
use crate::support::proxy::Proxy;

/// For a container that has to be made first, and for a database that recovers.
const START: Duration = Duration::from_secs(60);

/// Where a database under chaos is.
pub(crate) enum Place {
    Container(Container),
    /// SQLite: the directory that its files are in.
    Files(tempfile::TempDir),
}

/// A server in a container, reached through a proxy.
pub(crate) struct Container {
    product: Product,
    name: String,
    port: u16,
    proxy: Proxy,
}

/// The program of the container starts the server whenever there is none. Its data is in memory, which
/// outlives a killed server as a disk does; what makes a server durable is left on.
const SUPERVISE: &str = "while :; do docker-entrypoint.sh \"$@\"; sleep 0.05; done";

/// How many containers this process has started.
static STARTED: AtomicUsize = AtomicUsize::new(0);

/// Says whose a container is: that of a process that is gone is removed by the next.
const LABEL: &str = "migcheck.chaos";

impl Place {
    pub(crate) fn start(spec: &ServerSpec) -> Self {
        match spec {
            ServerSpec::Container { product, tag } => {
                Self::Container(Container::start(*product, tag))
            }
            ServerSpec::Sqlite => Self::Files(tempfile::tempdir().unwrap()),
            other => {
                panic!("{other} cannot be killed; name an image, as `postgres:17`, or `sqlite`")
            }
        }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Container(container) => container.product.dialect(),
            Self::Files(_) => Dialect::Sqlite,
        }
    }

    /// The container, if it is one.
    pub(crate) fn container(&self) -> Option<&Container> {
        match self {
            Self::Container(container) => Some(container),
            Self::Files(_) => None,
        }
    }

    /// Makes an empty database, in the place of one of the same name.
    pub(crate) fn create(&self, name: &str) {
        match self {
            Self::Container(container) => {
                let mut session = connect(&container.url(container.admin(), container.port));
                let force = match container.product {
                    Product::Postgres => " WITH (FORCE)",
                    Product::MySql | Product::MariaDb => "",
                };
                execute(
                    &mut *session,
                    &format!("DROP DATABASE IF EXISTS {name}{force}"),
                );
                execute(&mut *session, &format!("CREATE DATABASE {name}"));
            }
            Self::Files(directory) => {
                for ending in ["", "-journal", "-wal", "-shm"] {
                    // Most of them are not there.
                    let _absent =
                        std::fs::remove_file(directory.path().join(format!("{name}.db{ending}")));
                }
                std::fs::write(directory.path().join(format!("{name}.db")), "").unwrap();
            }
        }
    }

    /// Where this database is, on the straight way.
    pub(crate) fn url(&self, database: &str) -> DatabaseUrl {
        match self {
            Self::Container(container) => container.url(database, container.port),
            Self::Files(directory) => {
                let file = directory.path().join(format!("{database}.db"));
                format!("sqlite:{}", file.display()).parse().unwrap()
            }
        }
    }

    /// Where it is on the way that can be cut; for a file there is none.
    pub(crate) fn url_through_proxy(&self, database: &str) -> DatabaseUrl {
        match self {
            Self::Container(container) => container.url(database, container.proxy.port()),
            Self::Files(_) => self.url(database),
        }
    }

    /// Opens a session, as soon as the server lets one in.
    pub(crate) fn connect(&self, database: &str) -> Box<dyn Session> {
        let url = self.url(database);
        patiently(|| block_on(migcheck::db::connect(&url)).map_err(|error| error.to_string()))
    }
}

impl Container {
    fn start(product: Product, tag: &str) -> Self {
        remove_left_behind();
        let number = STARTED.fetch_add(1, Ordering::SeqCst);
        let name = format!("migcheck-chaos-{}-{number}", std::process::id());
        let (port, settings): (u16, &[&str]) = match product {
            Product::Postgres => (
                5432,
                &[
                    "--env=POSTGRES_HOST_AUTH_METHOD=trust",
                    "--env=PGDATA=/chaos/data",
                    "--tmpfs=/chaos",
                ],
            ),
            Product::MySql | Product::MariaDb => (
                3306,
                &[
                    "--env=MYSQL_ALLOW_EMPTY_PASSWORD=1",
                    "--env=MYSQL_ROOT_HOST=%",
                    "--tmpfs=/var/lib/mysql",
                ],
            ),
        };
        let program: &[&str] = match product {
            Product::Postgres => &["postgres"],
            Product::MySql => &["mysqld", "--performance-schema=OFF"],
            Product::MariaDb => &["mariadbd"],
        };
        let label = format!("{LABEL}={}", std::process::id());
        let publish = format!("127.0.0.1::{port}");
        let image = format!("{product}:{tag}");
        let mut run = vec![
            "run",
            "--detach",
            "--name",
            &name,
            "--label",
            &label,
            "--publish",
            &publish,
        ];
        run.extend(settings);
        run.extend([&*image, "bash", "-c", SUPERVISE, "chaos"]);
        run.extend(program);
        docker(&run);
        let published = docker(&["port", &name, &port.to_string()]);
        let port = published
            .lines()
            .find_map(|line| line.rsplit(':').next()?.trim().parse().ok())
            .unwrap_or_else(|| panic!("the port of {name}: {published}"));
        let proxy = Proxy::to(port);
        let container = Self {
            product,
            name,
            port,
            proxy,
        };
        container.wait();
        container
    }

    fn wait(&self) {
        let url = self.url(self.admin(), self.port);
        patiently(|| {
            let mut session =
                block_on(migcheck::db::connect(&url)).map_err(|error| error.to_string())?;
            block_on(session.execute("SELECT 1")).map_err(|error| error.to_string())
        });
    }

    /// Kills every process of the server, and waits until it is back.
    pub(crate) fn kill_server(&self) {
        // It spares the first process of the container, which no signal from within can kill.
        docker(&["exec", &self.name, "bash", "-c", "kill -KILL -1"]);
        self.wait();
    }

    pub(crate) fn proxy(&self) -> &Proxy {
        &self.proxy
    }

    fn admin(&self) -> &'static str {
        match self.product {
            Product::Postgres => "postgres",
            Product::MySql | Product::MariaDb => "mysql",
        }
    }

    fn url(&self, database: &str, port: u16) -> DatabaseUrl {
        let url = match self.product {
            Product::Postgres => {
                format!("postgres://postgres@127.0.0.1:{port}/{database}?sslmode=disable")
            }
            Product::MySql | Product::MariaDb => {
                format!("mysql://root@127.0.0.1:{port}/{database}?ssl-mode=DISABLED")
            }
        };
        url.parse().unwrap()
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        let _gone = Command::new("docker")
            .args(["rm", "--force", "--volumes", &self.name])
            .output();
    }
}

fn connect(url: &DatabaseUrl) -> Box<dyn Session> {
    block_on(migcheck::db::connect(url)).unwrap_or_else(|error| panic!("{error}"))
}

/// Asks until there is an answer.
fn patiently<T>(mut ask: impl FnMut() -> Result<T, String>) -> T {
    let started = Instant::now();
    loop {
        match ask() {
            Ok(answer) => return answer,
            Err(error) if started.elapsed() > START => panic!("no answer: {error}"),
            Err(_) => thread::sleep(Duration::from_millis(20)),
        }
    }
}

fn docker(arguments: &[&str]) -> String {
    let done = Command::new("docker").args(arguments).output();
    let done = done.unwrap_or_else(|error| panic!("docker: {error}"));
    assert!(
        done.status.success(),
        "docker {}: {}",
        arguments.join(" "),
        String::from_utf8_lossy(&done.stderr)
    );
    String::from_utf8_lossy(&done.stdout).into_owned()
}

/// Removes the containers of processes that were killed before they could.
fn remove_left_behind() {
    let format = format!("{{{{.ID}}}} {{{{.Label \"{LABEL}\"}}}}");
    let filter = format!("label={LABEL}");
    for line in docker(&["ps", "--all", "--filter", &filter, "--format", &format]).lines() {
        if let Some((id, process)) = line.split_once(' ')
            && !std::path::Path::new("/proc").join(process).exists()
        {
            docker(&["rm", "--force", "--volumes", id]);
        }
    }
}
