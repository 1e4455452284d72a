//! `check --against` and `--since`: what another commit says about the directory.

use std::collections::BTreeSet;

use migcheck_core::{Checked, Code, Finding, Past, Since};

use crate::cli::Context;
use crate::error::CommandError;
use crate::git::{self, Commit, Elsewhere, GitTexts, Repository};
use crate::workspace::Directory;

/// Checks `directory` against what it was where the branch left the commit `against`, and leaves
/// out findings about what is as it was at `since`.
///
/// # Errors
///
/// One of the commits cannot be had.
pub(super) fn check(
    context: &Context,
    directory: &Directory,
    against: Option<&str>,
    since: Option<&str>,
) -> Result<Checked, CommandError> {
    let mut texts = GitTexts::of(&directory.path);
    let past = match against {
        Some(name) => history_at(context, directory, name, &mut texts)?,
        None => None,
    };
    let mut checked = directory.check_with(Past {
        texts: Some(&texts),
        since: past.as_ref(),
    });
    if let Some(name) = since {
        let repository = Repository::of(&directory.path)?;
        let commit = departure(context, &repository, name)?;
        let changed = repository.changed_since(&commit)?;
        let findings = std::mem::take(&mut checked.findings);
        checked.findings = findings
            .into_iter()
            .filter(|finding| stays(finding) || touches(finding, &checked.shown_as, &changed))
            .collect();
    }
    Ok(checked)
}

/// The history at `name`; `None` where the directory is not there.
fn history_at(
    context: &Context,
    directory: &Directory,
    name: &str,
    texts: &mut GitTexts,
) -> Result<Option<Since>, CommandError> {
    let repository = Repository::of(&directory.path)?;
    let commit = departure(context, &repository, name)?;
    match git::since(&repository, directory, name, &commit)? {
        Elsewhere::There {
            since,
            place,
            renamed_from,
        } => {
            texts.first_at(place);
            if let Some(folder) = renamed_from {
                context.terminal.note(format_args!(
                    "`{}` was `{}` at `{name}`",
                    directory.name,
                    folder.trim_end_matches('/')
                ));
            }
            Ok(Some(since))
        }
        Elsewhere::Nowhere => {
            context.terminal.note(format_args!(
                "`{}` is not at `{name}`: all of it is new",
                directory.name
            ));
            Ok(None)
        }
    }
}

/// Whether a finding matters whatever was changed: without a sound graph nothing else can be said,
/// and history is nobody's own.
fn stays(finding: &Finding) -> bool {
    let guards = [
        Code::EditedAfterLock,
        Code::RemovedAfterLock,
        Code::ReparentedAfterLock,
    ];
    finding.code.is_fixed() || guards.contains(&finding.code)
}

/// Whether a finding is about one of the files `changed`, which are below the directory.
fn touches(finding: &Finding, shown_as: &str, changed: &BTreeSet<String>) -> bool {
    finding.labels.iter().any(|label| {
        let below = label.source.path.strip_prefix(shown_as);
        below.is_some_and(|name| changed.contains(name.trim_start_matches('/')))
    })
}

/// The commit at which the branch left `name`: what has been added there since is not this branch's.
pub(in crate::commands) fn departure(
    context: &Context,
    repository: &Repository,
    name: &str,
) -> Result<Commit, CommandError> {
    let commit = repository.commit(name)?;
    if let Some(commit) = repository.fork_point(&commit) {
        return Ok(commit);
    }
    if repository.is_shallow() {
        context.terminal.note(format_args!(
            "this clone is too shallow to tell where the branch left `{name}`, so that `{name}` \
             itself is taken; `git fetch --unshallow` brings the rest"
        ));
    }
    Ok(commit)
}
