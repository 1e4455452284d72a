//! The container engine: whether it answers, and taking a container away from it.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use migcheck_db::session::BoxFuture;
use testcontainers::bollard;
use testcontainers::bollard::query_parameters::RemoveContainerOptionsBuilder;
use testcontainers::core::client::docker_client_instance;

use super::StartError;
use crate::cleanup::Undo;

/// An engine that is there answers a ping at once.
const PING: Duration = Duration::from_secs(5);

/// Takes a container away that an earlier process made.
pub(crate) async fn remove_container(name: &str) -> Result<(), String> {
    let container = RemoveContainer {
        name: name.to_owned(),
        starting: Arc::default(),
    };
    container.remove().await
}

/// The same as [`answers`], for who can do without an engine and needs no advice.
pub(crate) async fn docker_answers() -> Result<(), String> {
    answers().await.map_err(|error| error.what())
}

/// How long a container that was asked for may take to appear.
const APPEARING: Duration = Duration::from_secs(1);

/// How long somebody else's removal may take: a busy machine takes its time to end a server.
const REMOVAL: Duration = Duration::from_secs(60);

/// Between two attempts to remove a container.
const PAUSE: Duration = Duration::from_millis(50);

/// Asks the engine for a sign of life.
pub(super) async fn answers() -> Result<(), StartError> {
    let ping = async {
        // The client panics on this combination.
        let tls = std::env::var("DOCKER_TLS_VERIFY").is_ok_and(|set| set == "1");
        if tls && std::env::var_os("DOCKER_CERT_PATH").is_none() {
            return Err("DOCKER_TLS_VERIFY is set, but DOCKER_CERT_PATH is not".to_owned());
        }
        let docker = docker_client_instance()
            .await
            .map_err(|error| error.to_string())?;
        docker.ping().await.map_err(|error| innermost(&error))
    };
    let cause = match tokio::time::timeout(PING, ping).await {
        Ok(Ok(_)) => return Ok(()),
        Ok(Err(cause)) => cause,
        Err(_) => format!("no answer within {PING:?}"),
    };
    Err(StartError::NoDocker {
        tried: addresses(),
        cause,
    })
}

/// The words of the error at the bottom: those above it only say that a request failed.
fn innermost(error: &dyn Error) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}

/// The addresses that the client tries, in its order.
fn addresses() -> Vec<String> {
    if let Ok(host) = std::env::var("DOCKER_HOST") {
        return vec![format!("{host} (DOCKER_HOST)")];
    }
    if cfg!(windows) {
        return vec!["npipe:////./pipe/docker_engine".to_owned()];
    }
    [
        "/var/run/docker.sock",
        "$XDG_RUNTIME_DIR/.docker/run/docker.sock",
        "~/.docker/run/docker.sock",
        "~/.docker/desktop/docker.sock",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// Whether a published port is to be reached on this machine's loopback interface. Not so with an
/// engine on another machine, nor where this program is in a container beside the server's.
pub(super) fn is_here() -> bool {
    let socket = match std::env::var("DOCKER_HOST") {
        Ok(host) => host.starts_with("unix:") || host.starts_with("npipe:"),
        Err(_) => true,
    };
    socket && !std::path::Path::new("/.dockerenv").exists()
}

/// Removes a container by the name it was given before it was created.
pub(super) struct RemoveContainer {
    pub(super) name: String,
    /// Whether the engine may still be about to create it.
    pub(super) starting: Arc<AtomicBool>,
}

impl Undo for RemoveContainer {
    fn undo(self: Box<Self>) -> BoxFuture<'static, Result<(), String>> {
        Box::pin(async move {
            let name = &self.name;
            self.remove().await.map_err(|error| {
                format!("the container {name} ({error}); remove it with `docker rm -fv {name}`")
            })
        })
    }
}

impl RemoveContainer {
    async fn remove(&self) -> Result<(), String> {
        let docker = docker_client_instance()
            .await
            .map_err(|error| error.to_string())?;
        let begun = Instant::now();
        loop {
            let how = RemoveContainerOptionsBuilder::new().force(true).v(true);
            let Err(error) = docker.remove_container(&self.name, Some(how.build())).await else {
                return Ok(());
            };
            let again = match status(&error) {
                // An interrupted `start` may have sent its request just before: the container appears
                // a moment later, and would stay.
                Some(404) if self.starting.load(Ordering::SeqCst) => begun.elapsed() < APPEARING,
                Some(404) => false,
                // Somebody else is removing it. It still listens until that is done.
                Some(409) if begun.elapsed() < REMOVAL => true,
                _ => return Err(error.to_string()),
            };
            if !again {
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

fn status(error: &bollard::errors::Error) -> Option<u16> {
    match error {
        bollard::errors::Error::DockerResponseServerError { status_code, .. } => Some(*status_code),
        _ => None,
    }
}
