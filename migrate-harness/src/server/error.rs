//! Why there is no server, and what to do about it. All of these are exit code 3 of the CLI.

use std::path::PathBuf;
use std::time::Duration;

use migcheck_db::ConnectError;

use super::Product;

/// Why a server could not be started. Every message ends in what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Docker does not answer.
    #[error("{}; {}, or run on `postgres@local`, on a URL or on `sqlite`", self.what(), self.get_docker())]
    NoDocker {
        /// The addresses that were tried.
        tried: Vec<String>,
        /// What the last of them answered.
        cause: String,
    },
    /// The image is neither here nor to be pulled.
    #[error(
        "the image {image} is not here and could not be pulled: {cause}; correct the tag, or log in to the registry, or name \
         an image that is here in {variable} (or `[roundtrip.images]`)"
    )]
    ImageNotFound {
        /// The image that was asked for.
        image: String,
        /// What the registry or the engine answered.
        cause: String,
        /// The environment variable that replaces the image.
        variable: &'static str,
    },
    /// Docker refused to start the container.
    #[error(
        "Docker could not start a container of {image}: {cause}; try `docker run --rm {image}`"
    )]
    Container {
        /// The image that was asked for.
        image: String,
        /// What the engine answered.
        cause: String,
    },
    /// The server was started, and never answered a query.
    #[error(
        "{server} was started and {}: {cause}; see its last lines and correct what they say{}",
        if *exited { format!("ended by itself after {waited:.1?}") } else { format!("answered no query within {waited:?}") },
        indented(log)
    )]
    NotReady {
        /// The image or program that was started.
        server: String,
        /// Whether it ended by itself, before the time was up.
        exited: bool,
        /// How long it was waited for.
        waited: Duration,
        /// What the last attempt to query it answered.
        cause: String,
        /// The last lines of its log.
        log: Vec<String>,
    },
    /// This machine has no such server.
    #[error(
        "{}; install one ({}), or add its directory to PATH, or run in a container as `{product}:{}`",
        self.what(),
        install_hint(*product),
        product.default_tag()
    )]
    NoLocalBinary {
        /// The server that was asked for.
        product: Product,
        /// The programs that were looked for.
        missing: Vec<&'static str>,
        /// Where they were looked for.
        looked: Vec<PathBuf>,
    },
    /// migcheck cannot run servers of this machine on this operating system.
    #[error("`{product}@local` needs a Unix system; run in a container as `{product}:{}`, or on a URL", product.default_tag())]
    LocalUnsupported {
        /// The server that was asked for.
        product: Product,
    },
    /// The server of this machine could not be set up.
    #[error(
        "{program} failed: {cause}; run it by hand, or run in a container{}",
        indented(log)
    )]
    Local {
        /// The program that failed.
        program: String,
        /// How it failed.
        cause: String,
        /// The last lines it printed.
        log: Vec<String>,
    },
    /// Neither Docker nor a server of this machine.
    #[error(
        "nothing here can be `{product}`: {}, and {}; {}, or install the server ({}), or run on a URL or on `sqlite`",
        docker.what(),
        local.what(),
        docker.get_docker(),
        install_hint(*product)
    )]
    NothingToStart {
        /// The server that was asked for.
        product: Product,
        /// Why it is no container.
        docker: Box<StartError>,
        /// Why it is no server of this machine.
        local: Box<StartError>,
    },
    /// The running server cannot be used.
    #[error(transparent)]
    Url(ConnectError),
    /// The operating system refused something that is not the server's fault.
    #[error("{what}: {cause}; see to the machine and try again")]
    System {
        /// What was to be done.
        what: &'static str,
        /// What the operating system answered.
        cause: String,
    },
}

impl StartError {
    /// What there is to do about an engine that does not answer.
    fn get_docker(&self) -> &'static str {
        match self {
            Self::NoDocker { cause, .. } if cause.contains("ermission denied") => {
                "let this account use Docker (`sudo usermod -aG docker $USER`, then log in again)"
            }
            _ => {
                "start Docker, or install it (`apt-get install docker.io`, Docker Desktop, colima), or set DOCKER_HOST to \
                 what `docker context inspect` shows"
            }
        }
    }

    /// What is wrong, without what to do about it.
    pub(super) fn what(&self) -> String {
        match self {
            Self::NoDocker { tried, cause } => {
                format!("Docker does not answer at {}: {cause}", tried.join(", "))
            }
            Self::NoLocalBinary {
                product,
                missing,
                looked,
            } => format!(
                "this machine has no {product} server: no {} in {}",
                missing.join(" or "),
                directories(looked)
            ),
            other => other.to_string(),
        }
    }
}

/// Something that migcheck made is still there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("could not clean up: {0}")]
pub struct StopError(pub(crate) String);

fn install_hint(product: Product) -> &'static str {
    match product {
        Product::Postgres => "`apt-get install postgresql`, `brew install postgresql`",
        Product::MySql => "`apt-get install mysql-server-core`, `brew install mysql`",
        Product::MariaDb => "`apt-get install mariadb-server-core`, `brew install mariadb`",
    }
}

fn directories(looked: &[PathBuf]) -> String {
    let shown: Vec<String> = looked.iter().map(|dir| dir.display().to_string()).collect();
    shown.join(":")
}

fn indented(log: &[String]) -> String {
    log.iter().map(|line| format!("\n    {line}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_names_the_place_the_cause_and_what_to_do() {
        let docker = StartError::NoDocker {
            tried: vec!["/var/run/docker.sock".to_owned()],
            cause: "permission denied".to_owned(),
        };
        let local = StartError::NoLocalBinary {
            product: Product::MySql,
            missing: vec!["mysqld"],
            looked: vec!["/usr/bin".into(), "/usr/sbin".into()],
        };
        let both = StartError::NothingToStart {
            product: Product::MySql,
            docker: Box::new(docker),
            local: Box::new(local),
        };
        assert_eq!(
            both.to_string(),
            "nothing here can be `mysql`: Docker does not answer at /var/run/docker.sock: permission denied, and this \
             machine has no mysql server: no mysqld in /usr/bin:/usr/sbin; let this account use Docker (`sudo usermod \
             -aG docker $USER`, then log in again), or install the server (`apt-get install mysql-server-core`, `brew \
             install mysql`), or run on a URL or on `sqlite`"
        );
        let silent = StartError::NotReady {
            server: "postgres:17".to_owned(),
            exited: true,
            waited: Duration::from_millis(480),
            cause: "Connection refused".to_owned(),
            log: vec!["FATAL: no".to_owned(), "bye".to_owned()],
        };
        assert_eq!(
            silent.to_string(),
            "postgres:17 was started and ended by itself after 480.0ms: Connection refused; see its last lines and \
             correct what they say\n    FATAL: no\n    bye"
        );
    }
}
