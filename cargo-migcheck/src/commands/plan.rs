//! `cargo migcheck plan`: the steps from one state to another, without a database.

use clap::Args;
use migcheck_core::{Direction, Plan, RevisionGraph, Target};
use serde::Serialize;

use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::json::Answer;
use crate::output::{DIM, Format, Line, counted, painted};

/// Print the steps that lead from applied revisions to a target
#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// What is applied, with all that leads to it; `base` for an empty database
    #[arg(
        long,
        value_name = "REV,…",
        value_delimiter = ',',
        default_value = "base"
    )]
    from: Vec<String>,
    /// Where to go: `head`, `heads`, `base`, a revision, `+1`, `-1`, `ID+2`, `label@head`
    #[arg(
        long,
        value_name = "TARGET",
        default_value = "head",
        allow_hyphen_values = true
    )]
    to: String,
    /// For a person, or for a program
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
}

#[derive(Debug, Serialize)]
struct PlanAnswer<'a> {
    steps: Vec<JsonStep<'a>>,
}

#[derive(Debug, Serialize)]
struct JsonStep<'a> {
    revision: &'a str,
    direction: &'static str,
}

impl PlanArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        let (_, graph) = context.selection.directory()?.load()?;
        let from = self.from.iter().map(String::as_str);
        let applied = graph.applied_at(from.map(str::trim).filter(|name| !name.is_empty()))?;
        let target = Target::parse(&self.to).map_err(migcheck_core::PlanError::from)?;
        let plan = graph.plan(&applied, &target)?;
        match self.format {
            Format::Human => {
                let width = context.terminal.columns();
                context.terminal.print(self.human(&graph, &plan, width));
                warn(context, &graph, &plan);
            }
            Format::Json => context.terminal.json(&Answer::new(PlanAnswer {
                steps: plan
                    .steps
                    .iter()
                    .filter_map(|step| {
                        Some(JsonStep {
                            revision: graph.get(step.revision)?.id.as_str(),
                            direction: step.direction.name(),
                        })
                    })
                    .collect(),
            })),
        }
        Ok(Exit::Success)
    }

    fn human(&self, graph: &RevisionGraph, plan: &Plan, width: Option<usize>) -> String {
        let (from, to) = (self.from.join(","), &self.to);
        if plan.steps.is_empty() {
            return format!("nothing to do from {from} to {to}\n");
        }
        let steps = counted(plan.steps.len(), "step");
        let mut text = format!("{steps} from {from} to {to}\n");
        let known = plan.steps.iter();
        let lines: Vec<(&str, Line)> = known
            .filter_map(|step| {
                let revision = graph.get(step.revision)?;
                Some((step.direction.name(), Line::bare(revision)))
            })
            .collect();
        let id_width = lines.iter().map(|(_, line)| line.id_width()).max();
        let room = width.map(|width| width.saturating_sub(8));
        for (direction, line) in &lines {
            let direction = painted(DIM, format_args!("{direction:<4}"));
            let line = line.render(id_width.unwrap_or(0), room);
            text.push_str(&format!("  {direction}  {line}\n"));
        }
        text
    }
}

/// Says which steps down there is no script for.
fn warn(context: &Context, graph: &RevisionGraph, plan: &Plan) {
    let down = plan.steps.iter();
    for step in down.filter(|step| step.direction == Direction::Down) {
        let revision = graph.get(step.revision);
        if let Some((revision, reason)) =
            revision.and_then(|revision| Some((revision, revision.irreversible.as_ref()?)))
        {
            let id = &revision.id;
            context
                .terminal
                .warn(format_args!("`{id}` has no way down: {reason}"));
        }
    }
}
