//! `cargo migcheck init`: a migration directory, and what a package needs to embed it.

mod answer;
mod ci;
mod place;

use answer::InitAnswer;
use ci::{Forge, Job};
use clap::Args;
use migcheck_core::create::{self, NewFile};
use migcheck_core::{CONFIG_FILE, Checked, Code, Config, Dialect, Layout, RevisionGraph, check};
use migcheck_harness::{ServerSpec, ServerSpecError};
use place::Place;

use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::Format;
use crate::output::json::Answer;

/// Make a migration directory, and say how to embed it
///
/// Files that exist stay as they are: what is missing in them is printed.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// A database that every revision is written for: postgres, mysql, sqlite
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    database: Vec<Dialect>,
    /// Write a job that checks each change and makes a round trip
    #[arg(long, value_enum, value_name = "FORGE")]
    ci: Option<Forge>,
    /// For a person, or for a program
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: Format,
}

impl InitArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        let place = Place::of(&context.selection)?;
        let before = place.path().is_dir().then(|| check(&place.path(), ""));
        let mut answer = InitAnswer::new(&place.directory);
        let config = format!("{}/{CONFIG_FILE}", place.directory);
        let configured = before
            .as_ref()
            .filter(|_| place.root.join(&config).exists());
        if let Some(configured) = configured {
            answer.databases(&config, &configured.config, &self.database);
        }
        let mut files = vec![NewFile {
            text: self.config(before.as_ref()),
            name: config,
        }];
        if let Some(home) = &place.home {
            answer.build_script(&home.package, &mut files);
            answer.manifest(home, &place.directory)?;
            answer.dependencies(&home.package, &self.database);
        }
        if let Some(forge) = self.ci {
            let configured = configured.map(|checked| &checked.config);
            let graph = before.as_ref().and_then(|checked| checked.graph.as_ref());
            let revisions = graph.map_or(0, RevisionGraph::len);
            let (job, above) = self.job(&place, configured, revisions)?;
            answer.ci(forge, &job, &place.root, &above, &mut files);
        }
        files.retain(|file| {
            let exists = place.root.join(&file.name).exists();
            let list = if exists {
                &mut answer.kept
            } else {
                &mut answer.written
            };
            list.push(file.name.clone());
            !exists
        });
        create::write(&place.root, &files)?;
        let is_empty = before
            .and_then(|checked| checked.graph)
            .is_none_or(|graph| graph.is_empty());
        answer.embed(place.home.as_ref().map(|home| &home.package), is_empty);
        match self.format {
            Format::Human => answer.print(context),
            Format::Json => context.terminal.json(&Answer::new(answer)),
        }
        Ok(Exit::Success)
    }

    /// What a job has to do, and the way up from the package to the repository.
    fn job(
        &self,
        place: &Place,
        config: Option<&Config>,
        revisions: usize,
    ) -> Result<(Job, String), CommandError> {
        let servers = config.map_or(&[][..], |config| &config.round_trip.servers);
        let databases = config.map_or(&*self.database, |config| &config.databases);
        let mut names: Vec<String> = servers.to_vec();
        if names.is_empty() {
            names = databases.iter().map(ToString::to_string).collect();
        }
        let is_named = !names.is_empty();
        if !is_named {
            names = self.database.iter().map(ToString::to_string).collect();
        }
        if names.is_empty() {
            return Err(CommandError::usage(
                "the job makes a round trip, and nothing says on which database",
            )
            .hinted("name it: `cargo migcheck init --ci … --database postgres`"));
        }
        let servers: Vec<ServerSpec> = names
            .iter()
            .map(|name| name.parse())
            .collect::<Result<_, ServerSpecError>>()
            .map_err(|error| {
                CommandError::usage(format!("`[roundtrip] servers` in migcheck.toml: {error}"))
                    .hinted("correct it, and try again")
            })?;
        let (folder, above) = place.repository();
        let job = Job {
            folder,
            directory: place.home.is_none().then(|| place.directory.clone()),
            on: if is_named {
                Vec::new()
            } else {
                servers.clone()
            },
            servers,
            machines: ci::machines(revisions),
        };
        Ok((job, above))
    }

    /// The configuration of a new directory; one that has files is taken for what it is.
    fn config(&self, before: Option<&Checked>) -> String {
        let layout = match before {
            // Which of two it is, is not to be guessed here.
            Some(checked)
                if checked
                    .findings
                    .iter()
                    .any(|one| one.code == Code::AmbiguousLayout) =>
            {
                "auto"
            }
            Some(checked) => checked.layout.name(),
            None => Layout::Native.name(),
        };
        let databases = if self.database.is_empty() {
            "# databases = [\"postgres\"]        # every revision must have an up script for each\n"
                .to_owned()
        } else {
            let names: Vec<String> = self
                .database
                .iter()
                .map(|dialect| format!("\"{dialect}\""))
                .collect();
            format!("databases = [{}]\n", names.join(", "))
        };
        format!(
            "layout = \"{layout}\"\n{databases}\n\
             # [naming]\n\
             # file = \"{{timestamp}}_{{slug}}\"    # also {{date}}, {{time}}, {{seq}}, {{hash}}\n\n\
             # [rules]\n\
             # missing-down = \"warn\"          # `cargo migcheck explain` lists the rules\n"
        )
    }
}
