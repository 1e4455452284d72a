//! `cargo migcheck init`: a migration directory, and what a package needs to embed it.

use cargo_metadata::{DependencyKind, Package, TargetKind};
use clap::Args;
use migcheck_core::create::{self, NewFile};
use migcheck_core::{CONFIG_FILE, Dialect, check};
use serde::Serialize;

use crate::cli::Context;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::output::json::Answer;
use crate::output::{BOLD, Format, painted};
use crate::workspace::{DEFAULT_DIRECTORY, folder_of, named_in_manifest, slashed};

/// Make a migration directory, and say how to embed it
///
/// Files that exist stay as they are.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// A database that every revision is written for: postgres, mysql, sqlite
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    database: Vec<Dialect>,
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

impl InitArgs {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CommandError> {
        let selection = &context.selection;
        let (root, directory, package) = match selection.directory.as_slice() {
            [] => {
                let package = selection.package()?;
                let named = named_in_manifest(&package)?.unwrap_or_default();
                let directory = named.into_iter().next();
                (
                    folder_of(&package).to_owned(),
                    directory.unwrap_or_else(|| DEFAULT_DIRECTORY.to_owned()),
                    Some(package),
                )
            }
            [one] => {
                let name = slashed(one);
                let name = name.trim_start_matches("./").trim_end_matches('/');
                (std::path::PathBuf::new(), name.to_owned(), None)
            }
            _ => return Err(CommandError::usage("`init` makes one directory at a time")),
        };
        let mut answer = InitAnswer {
            written: Vec::new(),
            kept: Vec::new(),
            todo: Vec::new(),
            directory,
        };
        let config = format!("{}/{CONFIG_FILE}", answer.directory);
        let mut files = vec![NewFile {
            text: self.config(&root.join(&answer.directory)),
            name: config,
        }];
        if let Some(package) = &package {
            answer.build_script(package, &mut files);
            answer.dependencies(package, &self.database);
        }
        files.retain(|file| {
            let exists = root.join(&file.name).exists();
            let list = if exists {
                &mut answer.kept
            } else {
                &mut answer.written
            };
            list.push(file.name.clone());
            !exists
        });
        create::write(&root, &files)?;
        let there = check(&root.join(&answer.directory), "");
        answer.embed(there.graph.is_none_or(|graph| graph.is_empty()));
        match self.format {
            Format::Human => answer.print(context),
            Format::Json => context.terminal.json(&Answer::new(answer)),
        }
        Ok(Exit::Success)
    }

    /// The configuration of a new directory; one that has files is taken for what it is.
    fn config(&self, directory: &std::path::Path) -> String {
        let layout = if directory.is_dir() {
            check(directory, "").layout
        } else {
            migcheck_core::Layout::Native
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

    fn embed(&mut self, is_empty: bool) {
        self.todo.push(Todo {
            what: "embed the migrations in your program".to_owned(),
            text: format!(
                "static MIGRATIONS: migcheck::Migrations = migcheck::embed!(\"{}\");",
                self.directory
            ),
        });
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
