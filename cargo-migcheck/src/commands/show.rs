//! `cargo migcheck show REV`: everything about one revision.

use clap::Args;
use migcheck_core::{Revision, RevisionGraph, Script};
use serde::Serialize;

use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::json::{Answer, JsonRevision};
use crate::output::{BOLD, DIM, Format, Standing, marks, painted, wrapped};

/// Show one revision
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// An id, a unique prefix of one, a label, `head`, `label@head`, `ID+1`, `ID-1`
    #[arg(value_name = "REV", allow_hyphen_values = true)]
    revision: String,
    /// For a person, or for a program
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
}

#[derive(Debug, Serialize)]
struct ShowAnswer<'a> {
    #[serde(flatten)]
    revision: JsonRevision<'a>,
    description: &'a str,
    touches: &'a [String],
    chain: String,
    scripts: Vec<JsonScript<'a>>,
}

#[derive(Debug, Serialize)]
struct JsonScript<'a> {
    file: &'a str,
    direction: &'static str,
    /// `None`: for every dialect that has no script of its own.
    dialect: Option<&'static str>,
    transaction: bool,
    checksum: String,
}

impl<'a> JsonScript<'a> {
    fn of(script: &'a Script) -> Self {
        Self {
            file: &script.source.path,
            direction: script.direction.name(),
            dialect: script.dialect.map(migcheck_core::Dialect::name),
            transaction: script.transaction,
            checksum: script.checksum.to_string(),
        }
    }
}

impl ShowArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        let (_, graph) = context.selection.directory()?.load()?;
        let place = graph.locate(&self.revision)?;
        let Some(revision) = graph.get(place) else {
            return Ok(Exit::Success);
        };
        match self.format {
            Format::Human => {
                let width = context.terminal.width().min(100);
                context
                    .terminal
                    .print(page(&graph, place, revision, None, width));
            }
            Format::Json => context.terminal.json(&Answer::new(ShowAnswer {
                revision: JsonRevision::of(&graph, place, revision),
                description: &revision.description,
                touches: &revision.touches,
                chain: revision.chain.to_string(),
                scripts: revision.scripts.iter().map(JsonScript::of).collect(),
            })),
        }
        Ok(Exit::Success)
    }
}

/// The pages of the revisions at `places`, as `--verbose` lists have them.
pub(super) fn pages(
    graph: &RevisionGraph,
    places: impl IntoIterator<Item = usize>,
    standing: Option<&Standing>,
    width: usize,
) -> String {
    let known = places
        .into_iter()
        .filter_map(|at| Some((at, graph.get(at)?)));
    let pages = known.map(|(at, revision)| page(graph, at, revision, standing, width.min(100)));
    pages.collect::<Vec<_>>().join("\n")
}

fn page(
    graph: &RevisionGraph,
    place: usize,
    revision: &Revision,
    standing: Option<&Standing>,
    width: usize,
) -> String {
    let marks = marks(graph, place, revision);
    let (applied, current) = match standing {
        Some(standing) => (standing.applied[place], standing.current[place]),
        None => (false, false),
    };
    let kinds: Vec<&str> = [
        (marks.base, "base"),
        (marks.merge, "merge"),
        (marks.branch_point, "branch point"),
        (marks.head, "head"),
        (applied && !current, "applied"),
        (current, "current"),
        (standing.is_some() && !applied, "pending"),
    ]
    .into_iter()
    .filter_map(|(is, name)| is.then_some(name))
    .collect();
    let kinds = if kinds.is_empty() {
        String::new()
    } else {
        painted(DIM, format!(" ({})", kinds.join(", ")))
    };
    let mut text = format!(
        "{}  {}{kinds}\n",
        painted(BOLD, &revision.id),
        revision.slug.replace('_', " ")
    );
    if !revision.description.is_empty() {
        text.push('\n');
        text.push_str(&wrapped(&revision.description, "  ", width));
    }
    text.push('\n');
    let or_none = |ids: Vec<String>, none: &str| {
        if ids.is_empty() {
            none.to_owned()
        } else {
            ids.join(", ")
        }
    };
    let mut row = |name: &str, value: &str| {
        if !value.is_empty() {
            text.push_str(&format!("  {name:<14}{value}\n"));
        }
    };
    row("revises", &or_none(graph.ids(&revision.parents), "base"));
    let children = graph.ids(graph.children(place));
    row("revised by", &or_none(children, "nothing yet"));
    row("depends on", &graph.ids(&revision.depends_on).join(", "));
    row("labels", &revision.labels.join(", "));
    row("touches", &revision.touches.join(", "));
    row(
        "irreversible",
        revision.irreversible.as_deref().unwrap_or_default(),
    );
    for script in &revision.scripts {
        let outside = if script.transaction {
            ""
        } else {
            "  (outside a transaction)"
        };
        let file = format!("{}{outside}", script.source.path);
        row(script.direction.name(), &file);
    }
    row("chain", &revision.chain.to_string());
    text
}
