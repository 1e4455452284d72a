//! `cargo migcheck plan`: the steps from one state to another, without a database.

use clap::Args;
use migcheck_core::{Direction, Plan, RevisionGraph};
use serde::Serialize;

use super::route::Route;
use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::json::Answer;
use crate::output::{DIM, Format, Line, counted, painted};

/// Print the steps that lead from applied revisions to a target
#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    route: Route,
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
        let plan = self.route.plan(&graph)?;
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
        let (from, to) = (self.route.from.join(","), &self.route.to);
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
