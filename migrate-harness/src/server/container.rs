//! A server in a container: thrown away after the run, so nothing in it needs to be durable.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use migcheck_db::{DatabaseUrl, connect};
use testcontainers::bollard::models::{HostConfig, PortBinding};
use testcontainers::core::{IntoContainerPort as _, Mount};
use testcontainers::runners::AsyncRunner as _;
use testcontainers::{
    ContainerAsync, ContainerRequest, GenericImage, ImageExt as _, TestcontainersError,
};

use super::docker::{RemoveContainer, is_here};
use super::image::Image;
use super::{Product, Running, StartError, StartOptions, ready};
use crate::cleanup::{Registered, register, report};
use crate::leftovers::{KEPT_LABEL, LABEL};
use crate::names;
use crate::testing::may_be_kept;

/// The lines of a log that are worth showing.
const LOG_LINES: usize = 15;

/// PostgreSQL's data directory. The official images moved theirs at release 18 and declare a volume
/// where it was; one of our own can be a tmpfs in every release and in images made from them.
const POSTGRES_DATA: &str = "/migcheck";

/// Starts a container and waits until the server in it answers.
pub(super) async fn start(
    product: Product,
    tag: &str,
    options: &StartOptions,
) -> Result<Running, StartError> {
    let image = Image::choose(product, tag, options);
    let random = |error: io::Error| StartError::System {
        what: "cannot get random bytes",
        cause: error.to_string(),
    };
    let name = names::container().map_err(random)?;
    let password = names::random().map_err(random)?;
    let starting = Arc::new(AtomicBool::new(true));
    let undo = RemoveContainer {
        name: name.clone(),
        starting: Arc::clone(&starting),
    };
    // Registered before there is a container, so that there is no moment at which it could be lost.
    let own = register(undo, None).await;
    let started = request(product, &image, &name, &password).start().await;
    starting.store(false, Ordering::SeqCst);
    let ready = match started {
        Ok(container) => {
            let ready = reach(product, &container, &password, &image, options).await;
            // Its destructor would remove the container a second time, and panics where there is no
            // runtime; the registry is the one owner. What this keeps is the Docker client.
            std::mem::forget(container);
            ready
        }
        Err(error) => Err(image.start_error(product, error)),
    };
    finish(ready, own, image, name).await
}

/// Hands the server over, or takes it away again.
async fn finish(
    ready: Result<DatabaseUrl, StartError>,
    own: Registered,
    image: Image,
    name: String,
) -> Result<Running, StartError> {
    match ready {
        Ok(admin) => Ok(Running {
            admin,
            own: Some(own),
            notes: image.notes,
            container: Some(name),
            is_kept: false,
        }),
        Err(error) => {
            // The reason for the failure matters more than that a container may be left.
            if let Err(left) = own.undo().await {
                report(&[left]);
            }
            Err(error)
        }
    }
}

/// Waits for the server in the container.
async fn reach(
    product: Product,
    container: &ContainerAsync<GenericImage>,
    password: &str,
    image: &Image,
    options: &StartOptions,
) -> Result<DatabaseUrl, StartError> {
    let refused = |error: TestcontainersError| StartError::Container {
        image: image.to_string(),
        cause: error.to_string(),
    };
    let host = container.get_host().await.map_err(refused)?;
    let port = container
        .get_host_port_ipv4(port(product).tcp())
        .await
        .map_err(refused)?;
    // Without TLS: the connection does not leave the machine, and a handshake costs more than most
    // of the statements sent over it.
    let url = match product {
        Product::Postgres => {
            format!("postgres://postgres:{password}@{host}:{port}/postgres?sslmode=disable")
        }
        Product::MySql | Product::MariaDb => {
            format!("{product}://root:{password}@{host}:{port}/?ssl-mode=DISABLED")
        }
    };
    let admin: DatabaseUrl = url.parse().map_err(|error| StartError::Container {
        image: image.to_string(),
        cause: format!("{error}"),
    })?;
    // Where Docker cannot be asked, the time limit still holds.
    let lives = async || container.is_running().await.unwrap_or(true);
    match ready::wait(&admin, options.timeout, lives).await {
        Ok(()) => {
            if product == Product::Postgres {
                make_logins_cheap(&admin, password).await;
            }
            Ok(admin)
        }
        Err(not) => Err(StartError::NotReady {
            server: image.to_string(),
            exited: not.exited,
            waited: not.waited,
            cause: not.cause,
            log: last_lines(container, &admin).await,
        }),
    }
}

/// Stores the password with one round of hashing in place of 4096.
///
/// A round trip logs in afresh for every step, and an unoptimised build spends 25 ms on those
/// rounds, ten times what the rest of a login takes. They protect a password that someone steals the
/// hash of; this one is random and ends with the container. Releases before 16 have no such setting,
/// and there it stays as it was: the two statements are one transaction.
async fn make_logins_cheap(admin: &DatabaseUrl, password: &str) {
    if let Ok(mut session) = connect(admin).await {
        let sql = format!("SET scram_iterations = 1; ALTER ROLE postgres PASSWORD '{password}'");
        let _slower_without = session.execute(&sql).await;
    }
}

async fn last_lines(container: &ContainerAsync<GenericImage>, admin: &DatabaseUrl) -> Vec<String> {
    let mut log = container.stdout_to_vec().await.unwrap_or_default();
    log.extend(container.stderr_to_vec().await.unwrap_or_default());
    let log = admin.mask(&String::from_utf8_lossy(&log));
    let lines: Vec<&str> = log.lines().collect();
    let from = lines.len().saturating_sub(LOG_LINES);
    lines.iter().skip(from).map(ToString::to_string).collect()
}

const fn port(product: Product) -> u16 {
    match product {
        Product::Postgres => 5432,
        Product::MySql | Product::MariaDb => 3306,
    }
}

fn request(
    product: Product,
    image: &Image,
    name: &str,
    password: &str,
) -> ContainerRequest<GenericImage> {
    let port = port(product);
    let request = GenericImage::new(image.name.clone(), image.tag.clone())
        .with_exposed_port(port.tcp())
        .with_container_name(name)
        .with_label(LABEL, "1")
        .with_label("migcheck.pid", std::process::id().to_string())
        .with_labels(may_be_kept().then_some((KEPT_LABEL, "1")))
        .with_cmd(arguments(product).iter().copied());
    let request = match product {
        Product::Postgres => request
            .with_env_var("POSTGRES_PASSWORD", password)
            .with_env_var("PGDATA", format!("{POSTGRES_DATA}/data"))
            .with_mount(Mount::tmpfs_mount(POSTGRES_DATA)),
        Product::MySql => request
            .with_env_var("MYSQL_ROOT_PASSWORD", password)
            .with_mount(Mount::tmpfs_mount("/var/lib/mysql")),
        Product::MariaDb => request
            .with_env_var("MARIADB_ROOT_PASSWORD", password)
            .with_mount(Mount::tmpfs_mount("/var/lib/mysql")),
    };
    if is_here() {
        request.with_host_config_modifier(move |host| publish_on_loopback(host, port))
    } else {
        request
    }
}

/// Docker would publish the port on every interface of the machine.
fn publish_on_loopback(host: &mut HostConfig, port: u16) {
    let binding = PortBinding {
        host_ip: Some("127.0.0.1".to_owned()),
        host_port: None,
    };
    host.publish_all_ports = Some(false);
    host.port_bindings = Some(HashMap::from([(
        format!("{port}/tcp"),
        Some(vec![binding]),
    )]));
}

/// What a server that is thrown away can do without.
fn arguments(product: Product) -> &'static [&'static str] {
    match product {
        Product::Postgres => &[
            "-c",
            "fsync=off",
            "-c",
            "synchronous_commit=off",
            "-c",
            "full_page_writes=off",
        ],
        Product::MySql | Product::MariaDb => &[
            "--performance-schema=OFF",
            "--skip-log-bin",
            "--innodb-flush-log-at-trx-commit=0",
            "--innodb-doublewrite=0",
        ],
    }
}
