//! `--from` and `--to`: what `plan` and `sql` share.

use clap::Args;
use migcheck_core::{Plan, PlanError, RevisionGraph, Target};

use crate::error::CommandError;

/// From which applied revisions to which target.
#[derive(Debug, Args)]
pub(super) struct Route {
    /// What is applied, with all that leads to it; `base` for an empty database
    #[arg(
        long,
        value_name = "REV,…",
        value_delimiter = ',',
        default_value = "base"
    )]
    pub(super) from: Vec<String>,
    /// Where to go: `head`, `heads`, `base`, a revision, `+1`, `-1`, `ID+2`, `label@head`
    #[arg(
        long,
        value_name = "TARGET",
        default_value = "head",
        allow_hyphen_values = true
    )]
    pub(super) to: String,
}

impl Route {
    /// The steps of it.
    ///
    /// # Errors
    ///
    /// What is applied is not known, or no plan leads to the target.
    pub(super) fn plan(&self, graph: &RevisionGraph) -> Result<Plan, CommandError> {
        let from = self.from.iter().map(String::as_str);
        let applied = graph.applied_at(from.map(str::trim).filter(|name| !name.is_empty()))?;
        let target = Target::parse(&self.to).map_err(PlanError::from)?;
        Ok(graph.plan(&applied, &target)?)
    }
}
