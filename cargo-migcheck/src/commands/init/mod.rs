//! `cargo migcheck init`: a migration directory, and what a package needs to embed it.

mod ci;

use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, Package, TargetKind};
use ci::{Forge, Job};
use clap::Args;
use migcheck_core::create::{self, NewFile};
use migcheck_core::{CONFIG_FILE, Checked, Code, Config, Dialect, Layout, check};
use migcheck_harness::{ServerSpec, ServerSpecError};
use serde::Serialize;

use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::json::Answer;
use crate::output::{BOLD, Format, painted};
use crate::workspace::{DEFAULT_DIRECTORY, Home, Selection, folder_of, named_in_manifest, slashed};

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

#[derive(Debug, Serialize)]
struct InitAnswer {
    directory: String,
    written: Vec<String>,
    kept: Vec<String>,
    todo: Vec<Todo>,
}

/// Something that is left to the user, because it changes a file of theirs.
#[derive(Debug, Serialize)]
struct Todo {
    what: String,
    text: String,
}

/// Where things are made.
struct Place {
    /// What the names of files are relative to: the package's folder, or where the command ran.
    root: PathBuf,
    /// The migration directory, below that.
    directory: String,
    /// The package, where there is one.
    home: Option<Home>,
}

impl Place {
    fn of(selection: &Selection) -> Result<Self, CommandError> {
        let in_package = |home: Home, directory| Self {
            root: folder_of(&home.package).to_owned(),
            directory,
            home: Some(home),
        };
        match selection.directory.as_slice() {
            [] => {
                let home = selection.package()?;
                let named = named_in_manifest(&home.package)?.unwrap_or_default();
                let directory = named.into_iter().next();
                let directory = directory.unwrap_or_else(|| DEFAULT_DIRECTORY.to_owned());
                Ok(in_package(home, directory))
            }
            [one] => {
                if let Some((home, directory)) = Home::around(one) {
                    return Ok(in_package(home, directory));
                }
                let name = slashed(one);
                let name = name.trim_start_matches("./").trim_end_matches('/');
                Ok(Self {
                    root: PathBuf::new(),
                    directory: name.to_owned(),
                    home: None,
                })
            }
            _ => Err(CommandError::usage("`init` makes one directory at a time")
                .hinted("run it once for each")),
        }
    }

    fn path(&self) -> PathBuf {
        self.root.join(&self.directory)
    }

    /// Where a job runs; the folder of the repository it is in, from `root`; and what is between
    /// the two.
    fn repository(&self) -> (String, String) {
        let start = match &self.home {
            Some(home) => home.workspace.clone(),
            None => PathBuf::from("."),
        };
        let start = start.canonicalize().unwrap_or(start);
        let repository = start
            .ancestors()
            .find(|folder| folder.join(".git").exists());
        let repository = repository.unwrap_or(&start);
        let folder = slashed(start.strip_prefix(repository).unwrap_or(Path::new("")));
        let root = match self.root.as_os_str().is_empty() {
            true => Path::new(".").canonicalize(),
            false => self.root.canonicalize(),
        };
        let above = root.ok().and_then(|root| {
            let below = root.strip_prefix(repository).ok()?;
            Some("../".repeat(below.components().count()))
        });
        (folder, above.unwrap_or_default())
    }
}

impl InitArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        let place = Place::of(&context.selection)?;
        let before = place.path().is_dir().then(|| check(&place.path(), ""));
        let mut answer = InitAnswer {
            written: Vec::new(),
            kept: Vec::new(),
            todo: Vec::new(),
            directory: place.directory.clone(),
        };
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
            let (job, above) = self.job(&place, configured)?;
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
    fn job(&self, place: &Place, config: Option<&Config>) -> Result<(Job, String), CommandError> {
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

impl InitAnswer {
    /// A build.rs, or the line that is missing in the one that is there.
    fn build_script(&mut self, package: &Package, files: &mut Vec<NewFile>) {
        let call = format!("migcheck::build::watch(\"{}\");", self.directory);
        let scripts = package.targets.iter();
        let script = scripts
            .filter(|target| target.kind.contains(&TargetKind::CustomBuild))
            .map(|target| target.src_path.as_std_path())
            .next();
        let Some(script) = script else {
            files.push(NewFile {
                name: "build.rs".to_owned(),
                text: format!(
                    "//! A new migration makes cargo compile the package again.\n\n\
                     fn main() {{\n    {call}\n}}\n"
                ),
            });
            return;
        };
        let name = slashed(script.strip_prefix(folder_of(package)).unwrap_or(script));
        let text = std::fs::read_to_string(script).unwrap_or_default();
        if !text.contains(&call) {
            self.todo.push(Todo {
                what: format!("add to `main` in {name}"),
                text: call,
            });
        }
        self.kept.push(name);
    }

    /// `--database`, where the configuration is there and says otherwise.
    fn databases(&mut self, file: &str, config: &Config, wanted: &[Dialect]) {
        let is_missing = |dialect: &&Dialect| !config.databases.contains(dialect);
        let missing: Vec<&Dialect> = wanted.iter().filter(is_missing).collect();
        if !missing.is_empty() {
            let all = config.databases.iter().chain(missing);
            let names: Vec<String> = all.map(|dialect| format!("\"{dialect}\"")).collect();
            self.todo.push(Todo {
                what: format!("say in {file}"),
                text: format!("databases = [{}]", names.join(", ")),
            });
        }
    }

    /// Where Cargo.toml has to name the directory, because it would not be found.
    fn manifest(&mut self, home: &Home, directory: &str) -> Result<(), CommandError> {
        let named = named_in_manifest(&home.package)?;
        let mut names = match named {
            Some(named) => named,
            None if directory == DEFAULT_DIRECTORY => return Ok(()),
            None => Vec::new(),
        };
        if !names.iter().any(|name| name == directory) {
            names.push(directory.to_owned());
            let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
            self.todo.push(Todo {
                what: "name the directory in Cargo.toml".to_owned(),
                text: format!(
                    "[package.metadata.migcheck]\ndirectories = [{}]",
                    names.join(", ")
                ),
            });
        }
        Ok(())
    }

    /// The job's file, or what is missing in the one that is there.
    fn ci(&mut self, forge: Forge, job: &Job, root: &Path, above: &str, files: &mut Vec<NewFile>) {
        let name = format!("{above}{}", forge.file());
        let text = forge.text(job);
        let there = std::fs::read_to_string(root.join(&name)).unwrap_or_default();
        let is_done = there.contains(text.trim_end());
        if !there.is_empty() && !is_done {
            self.todo.push(Todo {
                what: match forge {
                    Forge::Github => format!("bring {name} up to date; written anew it would be"),
                    Forge::Gitlab => format!("add to {name}"),
                },
                text: text.trim_end().to_owned(),
            });
        }
        files.push(NewFile { name, text });
    }

    fn dependencies(&mut self, package: &Package, databases: &[Dialect]) {
        let has = |kind| {
            package
                .dependencies
                .iter()
                .any(|dependency| dependency.name == "migcheck" && dependency.kind == kind)
        };
        let mut commands = Vec::new();
        if !has(DependencyKind::Normal) {
            let features: Vec<&str> = databases.iter().map(|dialect| dialect.name()).collect();
            let features = if features.is_empty() {
                String::new()
            } else {
                format!(" --features {}", features.join(","))
            };
            commands.push(format!("cargo add migcheck{features}"));
        }
        if !has(DependencyKind::Build) {
            commands.push("cargo add migcheck --build".to_owned());
        }
        if !commands.is_empty() {
            self.todo.push(Todo {
                what: "add the dependencies".to_owned(),
                text: commands.join("\n"),
            });
        }
    }

    fn embed(&mut self, package: Option<&Package>, is_empty: bool) {
        let call = format!("embed!(\"{}\")", self.directory);
        let mut targets = package.map_or(&[][..], |package| &package.targets).iter();
        let is_embedded = targets.any(|target| {
            let text = std::fs::read_to_string(&target.src_path).unwrap_or_default();
            text.contains(&call)
        });
        if !is_embedded {
            self.todo.push(Todo {
                what: "embed the migrations in your program".to_owned(),
                text: format!("static MIGRATIONS: migcheck::Migrations = migcheck::{call};"),
            });
        }
        if is_empty {
            self.todo.push(Todo {
                what: "write the first revision".to_owned(),
                text: "cargo migcheck new \"create users\"".to_owned(),
            });
        }
    }

    fn print(&self, context: &Context) {
        let terminal = &context.terminal;
        for name in &self.written {
            terminal.print(format_args!("wrote {name}\n"));
        }
        for name in &self.kept {
            terminal.print(format_args!("kept  {name}, as it was\n"));
        }
        for todo in &self.todo {
            let what = painted(BOLD, format_args!("{}:", todo.what));
            let text = todo.text.replace('\n', "\n    ");
            terminal.summary(format_args!("\n{what}\n\n    {text}\n"));
        }
    }
}
