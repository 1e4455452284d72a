//! `cargo migcheck new`: the files of a new revision.

use clap::Args;
use migcheck_core::create::{self, Templates, Wanted};
use migcheck_core::{Stamp, slugify};

use super::creation;
use super::editor::Editor;
use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::Format;

/// Write the files of a new revision
///
/// What its scripts say besides their directives comes from `template.up.sql` and
/// `template.down.sql` in the migration directory, where they are; `template.up.mysql.sql` is for
/// one dialect. Placeholders: {id}, {slug}, {message}, {revises}, {depends-on}, {labels},
/// {timestamp}, {date}, {time} as file names have them, and {created} in full; {{id}} stands for
/// the text {id}.
#[derive(Debug, Args)]
pub(crate) struct NewArgs {
    /// What it does, in a few words: the file's name and its first comment
    #[arg(value_name = "MESSAGE")]
    message: String,
    /// What it builds on, instead of the head; several make a merge
    #[arg(long, alias = "head", value_name = "REV", value_delimiter = ',')]
    revises: Vec<String>,
    /// Let the history part where others build on the revision that `--revises` names
    #[arg(long, requires = "revises")]
    splice: bool,
    /// A label for the branch that starts here
    #[arg(
        long,
        alias = "branch-label",
        value_name = "LABEL",
        value_delimiter = ','
    )]
    label: Vec<String>,
    /// What has to be applied before, without being a parent
    #[arg(long, value_name = "REV", value_delimiter = ',')]
    depends_on: Vec<String>,
    /// The category of migcheck.toml whose next number it takes
    #[arg(long, value_name = "NAME")]
    category: Option<String>,
    /// Open the up script in $VISUAL or $EDITOR
    #[arg(long)]
    edit: bool,
    /// For a person, or for a program
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
}

impl NewArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        let editor = self.edit.then(Editor::of_environment).transpose()?;
        let directory = context.selection.directory()?;
        let (checked, graph) = directory.load()?;
        let locate = |names: &[String]| -> Result<Vec<usize>, CommandError> {
            names.iter().map(|name| Ok(graph.locate(name)?)).collect()
        };
        let wanted = Wanted {
            parents: locate(&self.revises)?,
            depends_on: locate(&self.depends_on)?,
            labels: self.label,
            category: self.category,
            splice: self.splice,
            templates: Templates::read(&checked)
                .map_err(|error| creation::refused(&error.into(), &checked))?,
            message: self.message,
        };
        let new = create::revision(&checked, &graph, &wanted, &Stamp::now())
            .map_err(|error| creation::refused(&error, &checked))?;
        let naming = &checked.config.naming;
        let slug = slugify(&wanted.message, naming.max_slug);
        if naming.vague.contains(&slug) {
            context.terminal.warn(format_args!(
                "`{slug}` does not say what the revision does; a name such as \
                 `add_user_email_verification` does"
            ));
        }
        creation::write(
            context,
            self.format,
            &directory,
            &checked,
            &new,
            editor.as_ref(),
        )
    }
}
