//! Servers: from what a user wrote to one that answers queries, and back to nothing.
//!
//! [`spec`] is the user's words, [`container`], [`local`] and a URL are the places a server can come
//! from, [`ready`] waits for the first answer, [`error`] says what to do when there is none.

mod container;
mod docker;
mod error;
mod image;
#[cfg(unix)]
mod local;
#[cfg(not(unix))]
#[path = "local_elsewhere.rs"]
mod local;
mod options;
mod ready;
mod spec;

use std::fmt;

use migcheck_core::Dialect;
use migcheck_db::{ConnectOptions, DatabaseUrl, connect_with};

pub(crate) use docker::{docker_answers, remove_container};
pub use error::{StartError, StopError};
#[cfg(unix)]
pub(crate) use local::data_arguments;
pub use options::StartOptions;
pub use spec::{Product, ServerSpec, ServerSpecError};

use crate::cleanup::Registered;
use crate::leftovers::sweep;
use crate::scratch::{Host, Scratch, ScratchError};

/// A database server that scratch databases can be made in.
///
/// A server that migcheck started is removed by [`Server::stop`], by dropping it, and on Ctrl-C; of
/// a server that was running already only the scratch databases are.
pub struct Server {
    name: String,
    dialect: Dialect,
    notes: Vec<String>,
    place: Place,
}

/// Where scratch databases go.
enum Place {
    /// Into a server over the network or a socket.
    Network(Box<Running>),
    /// Into files: SQLite has no server.
    Files,
}

/// What a database is copied from.
#[derive(Debug)]
pub(crate) struct Template {
    /// The database, which no session may be using.
    pub(crate) name: String,
    /// What its file holds, where it is one.
    pub(crate) content: Vec<u8>,
}

/// A server that answers.
struct Running {
    /// The login that may create databases.
    admin: DatabaseUrl,
    /// Takes the server down again, if it was migcheck that started it.
    own: Option<Registered>,
    /// What a user may want to know about where it runs.
    notes: Vec<String>,
    /// The name of the container that it is.
    container: Option<String>,
    /// It is migcheck's, and another process takes it down.
    is_kept: bool,
}

impl Running {
    fn host(&self) -> Host<'_> {
        match &self.own {
            Some(own) => Host::Own(own),
            None if self.is_kept => Host::Kept,
            None => Host::Others,
        }
    }
}

impl Server {
    /// Starts the server, or connects to it, and returns once it answers a query.
    ///
    /// # Errors
    ///
    /// When there is no Docker, image, binary or server to be had, or it does not come up within
    /// [`StartOptions::timeout`]. Whatever was begun is removed before the error is returned.
    pub async fn start(spec: &ServerSpec, options: &StartOptions) -> Result<Self, StartError> {
        sweep(false).await;
        let running = match spec {
            ServerSpec::Sqlite => None,
            // Whatever file the URL names, scratch databases are files of their own.
            ServerSpec::Url(url) if url.dialect() == Dialect::Sqlite => None,
            ServerSpec::Url(url) => Some(at_url(url, options).await?),
            ServerSpec::Local(product) => Some(local::start(*product, options).await?),
            ServerSpec::Container { product, tag } => {
                docker::answers().await?;
                sweep(true).await;
                Some(container::start(*product, tag, options).await?)
            }
            ServerSpec::Any(product) => Some(whichever_is_there(*product, options).await?),
        };
        let (notes, place) = match running {
            None => (Vec::new(), Place::Files),
            Some(mut running) => (
                std::mem::take(&mut running.notes),
                Place::Network(Box::new(running)),
            ),
        };
        Ok(Self {
            name: spec.to_string(),
            dialect: spec.dialect(),
            notes,
            place,
        })
    }

    /// The spec it was started from, a URL's password masked.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The dialect it speaks.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// What a user may want to know about where it runs, in whole sentences.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Makes an empty database of its own.
    ///
    /// # Errors
    ///
    /// When the server cannot be reached or refuses to create a database.
    pub async fn scratch(&self) -> Result<Scratch, ScratchError> {
        match &self.place {
            Place::Network(running) => Scratch::create(&running.admin, running.host(), None).await,
            Place::Files => Scratch::create_file(None).await,
        }
    }

    /// Makes a database that is a copy of `template`, which no session may be using.
    ///
    /// `None` on MySQL and MariaDB, which cannot copy a database: run the migrations once more.
    ///
    /// # Errors
    ///
    /// When the server cannot be reached or refuses to copy the database.
    pub async fn scratch_like(&self, template: &Scratch) -> Result<Option<Scratch>, ScratchError> {
        let template = Template {
            name: template.name().to_owned(),
            content: template.content()?,
        };
        self.scratch_of(&template).await
    }

    /// The same of a template that may be gone, where it was a file.
    pub(crate) async fn scratch_of(
        &self,
        template: &Template,
    ) -> Result<Option<Scratch>, ScratchError> {
        match &self.place {
            Place::Network(running) if self.dialect == Dialect::Postgres => {
                let template = Some(&*template.name);
                Scratch::create(&running.admin, running.host(), template)
                    .await
                    .map(Some)
            }
            Place::Network(_) => Ok(None),
            Place::Files => Scratch::create_file(Some(&template.content))
                .await
                .map(Some),
        }
    }

    /// Where to log in to it as one who may create databases; `None` where there is no server.
    pub(crate) fn admin(&self) -> Option<&DatabaseUrl> {
        match &self.place {
            Place::Network(running) => Some(&running.admin),
            Place::Files => None,
        }
    }

    /// The name of the container that it is.
    pub(crate) fn container(&self) -> Option<&str> {
        match &self.place {
            Place::Network(running) => running.container.as_deref(),
            Place::Files => None,
        }
    }

    /// Embedded SQLite, which needs no starting.
    pub(crate) fn files() -> Self {
        Self {
            name: ServerSpec::Sqlite.to_string(),
            dialect: Dialect::Sqlite,
            notes: Vec::new(),
            place: Place::Files,
        }
    }

    /// A server that another process of migcheck started, and takes down.
    pub(crate) fn kept_elsewhere(
        spec: &ServerSpec,
        admin: DatabaseUrl,
        container: Option<String>,
    ) -> Self {
        Self {
            name: spec.to_string(),
            dialect: spec.dialect(),
            notes: Vec::new(),
            place: Place::Network(Box::new(Running {
                admin,
                own: None,
                notes: Vec::new(),
                container,
                is_kept: !matches!(spec, ServerSpec::Url(_)),
            })),
        }
    }

    /// Lets it run on, for somebody to look at.
    pub(crate) fn keep(self) {
        if let Place::Network(running) = self.place
            && let Some(own) = running.own
        {
            own.forget();
        }
    }

    /// Takes the server down, if migcheck started it, with all its scratch databases.
    ///
    /// # Errors
    ///
    /// When something stays behind; the error says what and how to remove it.
    pub async fn stop(self) -> Result<(), StopError> {
        match self.place {
            Place::Network(running) => match running.own {
                Some(own) => own.undo().await.map_err(StopError),
                None => Ok(()),
            },
            Place::Files => Ok(()),
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("name", &self.name)
            .field("notes", &self.notes)
            .finish_non_exhaustive()
    }
}

async fn at_url(url: &DatabaseUrl, options: &StartOptions) -> Result<Running, StartError> {
    let patience = ConnectOptions::default();
    let patience = patience.timeout(patience.timeout.min(options.timeout));
    connect_with(url, &patience)
        .await
        .map_err(StartError::Url)?;
    Ok(Running {
        admin: url.clone(),
        own: None,
        notes: Vec::new(),
        container: None,
        is_kept: false,
    })
}

async fn whichever_is_there(
    product: Product,
    options: &StartOptions,
) -> Result<Running, StartError> {
    let no_docker = match docker::answers().await {
        Ok(()) => {
            sweep(true).await;
            let tag = product.default_tag();
            let mut running = container::start(product, tag, options).await?;
            running
                .notes
                .push(format!("`{product}` is a container of {product}:{tag}."));
            return Ok(running);
        }
        Err(error) => error,
    };
    match local::start(product, options).await {
        Ok(mut running) => {
            running.notes.push(format!(
                "`{product}` is this machine's own, because Docker does not answer."
            ));
            Ok(running)
        }
        Err(none @ (StartError::NoLocalBinary { .. } | StartError::LocalUnsupported { .. })) => {
            Err(StartError::NothingToStart {
                product,
                docker: Box::new(no_docker),
                local: Box::new(none),
            })
        }
        Err(error) => Err(error),
    }
}
