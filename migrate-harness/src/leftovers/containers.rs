//! Containers, by the label that every one of ours has.

use std::collections::HashMap;
use std::time::{Duration, UNIX_EPOCH};

use testcontainers::bollard::models::ContainerSummary;
use testcontainers::bollard::query_parameters::ListContainersOptionsBuilder;
use testcontainers::core::client::docker_client_instance;

use super::{Handle, Leftover, LeftoverKind, age, standing};
use crate::names;
use crate::server::remove_container;

/// The label of every container.
pub(crate) const LABEL: &str = "migcheck";

/// The label of one that may be kept for somebody to look at.
pub(crate) const KEPT_LABEL: &str = "migcheck.kept";

/// All of them; the error says why the engine does not tell.
pub(super) async fn find() -> Result<Vec<Leftover>, String> {
    let docker = docker_client_instance()
        .await
        .map_err(|error| error.to_string())?;
    let filters = HashMap::from([("label", vec![LABEL])]);
    let how = ListContainersOptionsBuilder::new()
        .all(true)
        .filters(&filters);
    let listed = docker.list_containers(Some(how.build())).await;
    let listed = listed.map_err(|error| error.to_string())?;
    Ok(listed.into_iter().filter_map(of_container).collect())
}

fn of_container(container: ContainerSummary) -> Option<Leftover> {
    let names = container.names.unwrap_or_default();
    let name = names.first()?.trim_start_matches('/');
    let owner = names::of_thing(name)?;
    let is_kept = container.labels?.contains_key(KEPT_LABEL);
    let made = u64::try_from(container.created.unwrap_or(0)).unwrap_or(0);
    Some(Leftover {
        kind: LeftoverKind::Container,
        name: name.to_owned(),
        place: container.image,
        age: age(UNIX_EPOCH + Duration::from_secs(made)),
        standing: standing(owner, is_kept),
        handle: Handle::Container,
    })
}

pub(super) async fn remove(name: &str) -> Result<(), String> {
    remove_container(name).await.map_err(|error| {
        format!("the container {name} ({error}); remove it with `docker rm -fv {name}`")
    })
}
