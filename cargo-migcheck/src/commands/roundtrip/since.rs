//! `--since`: the revisions that a branch adds or changes.

use std::collections::HashMap;

use migcheck_core::{Lock, LockedRevision, RevisionGraph};

use crate::cli::Context;
use crate::commands::check::past::departure;
use crate::error::CommandError;
use crate::git::{self, Elsewhere, Repository};
use crate::workspace::Directory;

/// The revisions of `graph` that were not there where the branch left the commit `name`, or had
/// other scripts or parents there.
///
/// # Errors
///
/// The commit cannot be had, or its revisions cannot be told.
pub(super) fn revisions(
    context: &Context,
    directory: &Directory,
    graph: &RevisionGraph,
    name: &str,
) -> Result<Vec<String>, CommandError> {
    let repository = Repository::of(&directory.path)?;
    let commit = departure(context, &repository, name)?;
    let before = match git::since(&repository, directory, name, &commit)? {
        Elsewhere::There { since, .. } => since.lock.revisions,
        Elsewhere::Nowhere => Vec::new(),
    };
    let before: HashMap<&str, &LockedRevision> = before.iter().map(|one| (&*one.id, one)).collect();
    let is_new = |now: &LockedRevision| match before.get(&*now.id) {
        Some(then) => (&then.revises, &then.up, &then.down) != (&now.revises, &now.up, &now.down),
        None => true,
    };
    let now = Lock::of(graph).revisions.into_iter();
    Ok(now.filter(is_new).map(|one| one.id).collect())
}
