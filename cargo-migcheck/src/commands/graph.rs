//! `cargo migcheck graph`: the history as a picture.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use migcheck_core::create;

use super::listing::list;
use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::{Format, MAX_CHARACTERS, MAX_EDGES, Picture, counted};

/// Draw the history as a picture, the newest revision on top
///
/// For a terminal there is `history`. Dashed edges are dependencies.
#[derive(Debug, Args)]
pub(crate) struct GraphArgs {
    /// What to draw: `a:b`, `a:`, `:b`, or a revision and all that leads to it
    #[arg(
        value_name = "RANGE",
        default_value = ":",
        hide_default_value = true,
        allow_hyphen_values = true
    )]
    range: String,
    /// What to draw it as
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: GraphFormat,
    /// The file to write, instead of stdout; an earlier picture is replaced
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// A picture by itself, in the reader's light or dark colours
    #[default]
    Svg,
    /// For a ```mermaid block in Markdown
    Mermaid,
    /// For Graphviz
    Dot,
    /// The revisions, as `history` has them
    Json,
}

impl GraphFormat {
    /// How a failure is reported.
    pub(crate) fn of_failure(self) -> Format {
        match self {
            Self::Json => Format::Json,
            Self::Svg | Self::Mermaid | Self::Dot => Format::Human,
        }
    }
}

impl GraphArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        if self.format == GraphFormat::Json && self.output.is_none() {
            return list(
                context,
                Format::Json,
                |_, graph| {
                    Ok(graph
                        .range(&self.range)?
                        .into_iter()
                        .rev()
                        .collect::<Vec<_>>()
                        .into())
                },
                |_, _| String::new(),
            );
        }
        let directory = context.selection.directory()?;
        let (_, graph) = directory.load()?;
        let places = graph.range(&self.range)?;
        let picture = Picture::of(&directory.name, &graph, &places);
        let text = match self.format {
            GraphFormat::Svg => picture.svg(),
            GraphFormat::Mermaid => picture.mermaid(),
            GraphFormat::Dot => picture.dot(),
            GraphFormat::Json => {
                return Err(CommandError::usage("`--output` is for pictures")
                    .hinted("write `--format json > FILE`"));
            }
        };
        let (edges, characters) = (picture.edges(), text.chars().count());
        if self.format == GraphFormat::Mermaid && (edges > MAX_EDGES || characters > MAX_CHARACTERS)
        {
            context.terminal.warn(format_args!(
                "Mermaid refuses more than {MAX_EDGES} edges or {MAX_CHARACTERS} characters unless \
                 its page allows them, and this has {edges} and {characters}: draw a range, or SVG"
            ));
        }
        match &self.output {
            None => context.terminal.print(text),
            Some(path) => {
                write(path, &text)?;
                context.terminal.note(format_args!(
                    "drew {} into {}",
                    counted(places.len(), "revision"),
                    path.display()
                ));
            }
        }
        Ok(Exit::Success)
    }
}

/// How every picture begins, or nearly so: what tells it from a file that is somebody's work.
const SIGNATURE: &str = "Drawn by cargo migcheck graph.";

fn write(path: &Path, text: &str) -> Result<(), CommandError> {
    let shown = path.display();
    let failed = |error: std::io::Error| {
        CommandError::usage(format!("cannot write `{shown}`: {error}")).hinted(
            "`--output` is a file in a folder that exists; without it the picture goes to stdout",
        )
    };
    if path.exists() && !path.is_file() {
        // A pipe or a device is written to, and not replaced.
        return fs::write(path, text).map_err(failed);
    }
    let before = fs::read(path).unwrap_or_default();
    let is_ours = String::from_utf8_lossy(&before).contains(SIGNATURE);
    if path.exists() && !before.is_empty() && !is_ours {
        return Err(CommandError::usage(format!(
            "`{shown}` exists, and is no picture of migcheck's"
        ))
        .hinted("name another file, or delete that one"));
    }
    create::replace(path, text).map_err(|error| failed(error.source))
}
