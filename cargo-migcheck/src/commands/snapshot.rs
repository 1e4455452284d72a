//! `cargo migcheck snapshot`: a database's schema in its canonical form.

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use migcheck_db::snapshot::Object;
use migcheck_db::{Snapshot, snapshot};
use serde::Serialize;

use super::database::{DatabaseArgs, block_on, open};
use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::Format;
use crate::output::json::Answer;

/// Print the schema of a database as SQL
///
/// It is in an order that does not change. Two databases have the same schema exactly when this prints the same of both, whatever their server
/// made up: names, counters, the order in which things were made. The history table is left out. It is to
/// be read and compared; a database is backed up with `cargo migcheck backup`.
#[derive(Debug, Args)]
pub(crate) struct SnapshotArgs {
    /// Write it to this file, in the place of what is there
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// For a person, or for a program
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
    #[command(flatten)]
    database: DatabaseArgs,
}

#[derive(Debug, Serialize)]
struct SnapshotAnswer<'a> {
    database: String,
    dialect: &'static str,
    fingerprint: String,
    objects: Vec<JsonObject<'a>>,
}

#[derive(Debug, Serialize)]
struct JsonObject<'a> {
    kind: &'static str,
    schema: Option<&'a str>,
    table: Option<&'a str>,
    name: &'a str,
    properties: Vec<JsonProperty<'a>>,
}

#[derive(Debug, Serialize)]
struct JsonProperty<'a> {
    property: String,
    value: &'a str,
}

impl SnapshotArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        let checked = context.selection.directory()?.check();
        let url = self.database.url(&checked.config)?;
        let table = &checked.config.history_table;
        let found = block_on(async {
            let mut session = open(&url, false).await?;
            let found = snapshot(&mut *session, table).await;
            found.map_err(|error| {
                CommandError::unavailable(format!("the schema cannot be read: {error}"))
                    .hinted("use a login that may read the catalog")
            })
        })?;
        let text = match self.format {
            Format::Human => found.to_sql(),
            Format::Json => {
                let answer = Answer::new(answer(url.to_string(), url.dialect().name(), &found));
                let text = serde_json::to_string_pretty(&answer);
                text.map_err(|error| CommandError::usage(error.to_string()))? + "\n"
            }
        };
        match &self.output {
            Some(file) => {
                write(file, &text).map_err(|error| {
                    let file = file.display();
                    let why = match error.kind() {
                        ErrorKind::NotFound => "its directory is not there".to_owned(),
                        kind => kind.to_string(),
                    };
                    CommandError::usage(format!("{file} cannot be written: {why}"))
                        .hinted("name another file")
                })?;
                let file = file.display();
                context
                    .terminal
                    .note(format_args!("the schema is in {file}"));
            }
            None => context.terminal.print(text),
        }
        Ok(Exit::Success)
    }
}

fn answer<'a>(database: String, dialect: &'static str, found: &'a Snapshot) -> SnapshotAnswer<'a> {
    let fingerprint = found.fingerprint();
    SnapshotAnswer {
        database,
        dialect,
        fingerprint: fingerprint
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect(),
        objects: found.objects().map(object).collect(),
    }
}

fn object(object: &Object) -> JsonObject<'_> {
    let name = &object.name;
    let properties = object.properties().iter();
    JsonObject {
        kind: name.kind.words(),
        schema: name.schema.as_deref(),
        table: name.table.as_deref(),
        name: &name.name,
        properties: properties
            .map(|(property, value)| JsonProperty {
                property: words(&format!("{property:?}")),
                value,
            })
            .collect(),
    }
}

/// `ReferencedParts` as `referenced parts`.
fn words(name: &str) -> String {
    let mut words = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(c.to_lowercase());
    }
    words
}

/// Writes the whole file or nothing.
fn write(file: &Path, text: &str) -> std::io::Result<()> {
    let folder = file.parent().filter(|path| !path.as_os_str().is_empty());
    let mut part = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // It holds no data, and is to be committed.
        part.permissions(std::fs::Permissions::from_mode(0o644));
    }
    let mut part = part.tempfile_in(folder.unwrap_or(Path::new(".")))?;
    part.write_all(text.as_bytes())?;
    part.persist(file)?;
    Ok(())
}
