//! What was written, what was kept, and what is left to the user.

use std::path::Path;

use cargo_metadata::{DependencyKind, Package, TargetKind};
use migcheck_core::create::NewFile;
use migcheck_core::{Config, Dialect};
use serde::Serialize;

use super::ci::{Forge, Job};
use crate::cli::Context;
use crate::error::CommandError;
use crate::output::{BOLD, painted};
use crate::workspace::{DEFAULT_DIRECTORY, Home, folder_of, named_in_manifest, slashed};

#[derive(Debug, Serialize)]
pub(super) struct InitAnswer {
    pub(super) directory: String,
    pub(super) written: Vec<String>,
    pub(super) kept: Vec<String>,
    todo: Vec<Todo>,
}

/// Something that is left to the user, because it changes a file of theirs.
#[derive(Debug, Serialize)]
struct Todo {
    what: String,
    text: String,
}

impl InitAnswer {
    pub(super) fn new(directory: &str) -> Self {
        Self {
            written: Vec::new(),
            kept: Vec::new(),
            todo: Vec::new(),
            directory: directory.to_owned(),
        }
    }

    /// A build.rs, or the line that is missing in the one that is there.
    pub(super) fn build_script(&mut self, package: &Package, files: &mut Vec<NewFile>) {
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
    pub(super) fn databases(&mut self, file: &str, config: &Config, wanted: &[Dialect]) {
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
    pub(super) fn manifest(&mut self, home: &Home, directory: &str) -> Result<(), CommandError> {
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
    pub(super) fn ci(
        &mut self,
        forge: Forge,
        job: &Job,
        root: &Path,
        above: &str,
        files: &mut Vec<NewFile>,
    ) {
        let name = format!("{above}{}", forge.file());
        let text = forge.text(job);
        let path = root.join(&name);
        let there = std::fs::read_to_string(&path).unwrap_or_default();
        if path.exists() && !there.contains(text.trim_end()) {
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

    pub(super) fn dependencies(&mut self, package: &Package, databases: &[Dialect]) {
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

    pub(super) fn embed(&mut self, package: Option<&Package>, is_empty: bool) {
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

    pub(super) fn print(&self, context: &Context) {
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
