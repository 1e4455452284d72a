//! Which migration directories are meant: cargo knows the packages, their Cargo.toml the directories.

mod manifest;

use std::path::{Path, PathBuf};

use cargo_metadata::{Metadata, MetadataCommand, Package};
use clap::Args;
use manifest::directories_of;
pub(crate) use manifest::{folder_of, named_in_manifest};
use migcheck_core::{Checked, Past, RevisionGraph, Severity, check, check_with, nearest};

use crate::error::{CommandError, chain};
use crate::output::counted;

/// Where a package keeps its migrations without `[package.metadata.migcheck]`.
pub(crate) const DEFAULT_DIRECTORY: &str = "migrations";

/// Which packages or directories a command is about.
#[derive(Debug, Args)]
#[command(next_help_heading = "Directories")]
pub(crate) struct Selection {
    /// A migration directory; without one, those of the packages
    #[arg(
        long,
        value_name = "DIR",
        global = true,
        conflicts_with_all = ["package", "workspace", "manifest_path"]
    )]
    pub(crate) directory: Vec<PathBuf>,
    /// A package whose directories are meant
    #[arg(short, long, value_name = "NAME", global = true)]
    package: Vec<String>,
    /// The directories of every package of the workspace
    #[arg(long, global = true, conflicts_with = "package")]
    workspace: bool,
    /// Path to a Cargo.toml
    #[arg(long, value_name = "PATH", global = true)]
    manifest_path: Option<PathBuf>,
    /// Run without accessing the network, as every command here does
    #[arg(long, global = true, hide = true)]
    offline: bool,
}

/// A migration directory.
#[derive(Debug, Clone)]
pub(crate) struct Directory {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// How summaries call it: relative to the workspace.
    pub(crate) name: String,
    /// How findings call it: relative to the package, where only one package is looked at.
    shown_as: String,
}

impl Directory {
    /// Reads and checks it.
    pub(crate) fn check(&self) -> Checked {
        check(&self.path, &self.shown_as)
    }

    /// Reads and checks it beside its past.
    pub(crate) fn check_with(&self, past: Past<'_>) -> Checked {
        check_with(&self.path, &self.shown_as, past)
    }

    /// Reads it for a command that works on its graph.
    ///
    /// # Errors
    ///
    /// It has errors that leave it without one.
    pub(crate) fn load(&self) -> Result<(Checked, RevisionGraph), CommandError> {
        let mut checked = self.check();
        match checked.graph.take() {
            // A graph of nothing, where nothing could be read, would pass whatever is asked of it.
            Some(graph) if !(graph.is_empty() && checked.has_errors()) => Ok((checked, graph)),
            _ => Err(unsound(&self.name, checked, "no graph can be made of it")),
        }
    }

    /// Reads it for a command that runs its scripts on a database that matters.
    ///
    /// # Errors
    ///
    /// It has an error of any kind.
    pub(crate) fn load_sound(&self) -> Result<(Checked, RevisionGraph), CommandError> {
        let (checked, graph) = self.load()?;
        if !checked.has_errors() {
            return Ok((checked, graph));
        }
        Err(unsound(&self.name, checked, "nothing was run"))
    }

    /// The file that findings call `shown`.
    pub(crate) fn path_of(&self, shown: &str) -> PathBuf {
        match shown.strip_prefix(&*self.shown_as) {
            Some(below) => self.path.join(below.trim_start_matches('/')),
            None => self.path.join(shown),
        }
    }

    /// A file of it, as a shell that stands here can open it.
    pub(crate) fn file(&self, name: &str) -> String {
        let path = self.path.join(name);
        let here = std::env::current_dir().and_then(|here| here.canonicalize());
        let below = here.ok().and_then(|here| {
            // The folder that the file is in is there, also before the file is.
            let folder = path.parent()?.canonicalize().ok()?;
            Some(folder.strip_prefix(here).ok()?.join(path.file_name()?))
        });
        slashed(&below.unwrap_or(path))
    }
}

/// What to say of a directory that has errors, which lead to `what`.
fn unsound(name: &str, checked: Checked, what: &str) -> CommandError {
    let mut findings = checked.findings;
    findings.retain(|finding| finding.severity == Severity::Deny);
    let errors = counted(findings.len(), "error");
    let error = format!("`{name}` has {errors}, and {what}");
    let code = findings
        .first()
        .map_or("CODE", |finding| finding.code.name());
    let hint = format!("mend that first; `cargo migcheck explain {code}` says more");
    CommandError::unsound(error, findings).hinted(hint)
}

impl Selection {
    /// Every directory that is meant.
    ///
    /// # Errors
    ///
    /// There is none, or what names it cannot be read.
    pub(crate) fn directories(&self) -> Result<Vec<Directory>, CommandError> {
        if !self.directory.is_empty() {
            return self.directory.iter().map(|path| named(path)).collect();
        }
        let packages = self.packages()?;
        let mut found = Vec::new();
        for package in &packages.selected {
            for below in directories_of(package)? {
                found.push((package, below));
            }
        }
        let first = found.first().map(|(package, _)| &package.id);
        let one_package = found.iter().all(|(package, _)| Some(&package.id) == first);
        let directories: Vec<Directory> = found
            .iter()
            .map(|(package, below)| {
                let name = packages.relative(&folder_of(package).join(below));
                Directory {
                    path: folder_of(package).join(below),
                    shown_as: if one_package {
                        below.clone()
                    } else {
                        name.clone()
                    },
                    name,
                }
            })
            .collect();
        if directories.is_empty() {
            return Err(packages.without_directory());
        }
        Ok(directories)
    }

    /// The one directory that is meant, for a command that works on one.
    ///
    /// # Errors
    ///
    /// There is none, or there are several.
    pub(crate) fn directory(&self) -> Result<Directory, CommandError> {
        let mut directories = self.directories()?;
        match (directories.pop(), directories.as_slice()) {
            (Some(only), []) => Ok(only),
            (last, others) => {
                let names = others.iter().chain(&last).map(|one| one.name.as_str());
                let names: Vec<&str> = names.collect();
                Err(CommandError::usage(format!(
                    "this command works on one migration directory, and there are {}",
                    names.len()
                ))
                .hinted(format!(
                    "name one with `--directory` or `-p`: {}",
                    names.join(", ")
                )))
            }
        }
    }

    /// The one package that is meant.
    ///
    /// # Errors
    ///
    /// There is none, or there are several.
    pub(crate) fn package(&self) -> Result<Home, CommandError> {
        let packages = self.packages()?;
        let workspace = packages.metadata.workspace_root.clone().into_std_path_buf();
        match packages.selected.as_slice() {
            [one] => Ok(Home {
                package: one.clone(),
                workspace,
            }),
            [] => Err(CommandError::usage("the workspace has no package")
                .hinted("add one with `cargo new NAME`, or name a directory with `--directory`")),
            several => {
                let names: Vec<&str> = several.iter().map(|one| one.name.as_str()).collect();
                Err(CommandError::usage(format!(
                    "this command works on one package, and there are {}",
                    several.len()
                ))
                .hinted(format!("name one with `-p`: {}", names.join(", "))))
            }
        }
    }

    fn packages(&self) -> Result<Packages, CommandError> {
        let manifest = self.manifest()?;
        let mut command = MetadataCommand::new();
        // Without dependencies cargo neither resolves nor downloads anything.
        command.manifest_path(&manifest).no_deps();
        let metadata = command.exec().map_err(|error| match error {
            cargo_metadata::Error::CargoMetadata { stderr } => {
                let said = stderr.trim().trim_start_matches("error: ").to_owned();
                CommandError::usage(format!("cargo cannot read the workspace: {said}"))
                    .hinted("mend the Cargo.toml, or name a directory with `--directory`")
            }
            other => CommandError::usage(format!(
                "cargo cannot be asked for the packages: {}",
                chain(&other)
            ))
            .hinted("name a directory with `--directory`, and cargo is not needed"),
        })?;
        let selected = self.selected(&metadata, &manifest)?;
        Ok(Packages { metadata, selected })
    }

    /// The Cargo.toml that is named, or the nearest one.
    fn manifest(&self) -> Result<PathBuf, CommandError> {
        if let Some(path) = &self.manifest_path {
            if path.is_file() {
                return Ok(path.clone());
            }
            return Err(
                CommandError::usage(format!("there is no file `{}`", path.display()))
                    .hinted("`--manifest-path` is the path of a Cargo.toml"),
            );
        }
        let here = std::env::current_dir().unwrap_or_default();
        let nearest = here
            .ancestors()
            .map(|folder| folder.join("Cargo.toml"))
            .find(|manifest| manifest.is_file());
        nearest.ok_or_else(|| {
            CommandError::usage("there is no Cargo.toml here or in a folder above")
                .hinted("go to a package, or name a Cargo.toml with `--manifest-path`")
                .hinted("name a migration directory with `--directory`, and none is needed")
        })
    }

    /// As cargo does: the packages that are named; else every one in the workspace's own folder, and
    /// the package that one stands in elsewhere.
    fn selected(&self, metadata: &Metadata, manifest: &Path) -> Result<Vec<Package>, CommandError> {
        let mut members: Vec<Package> =
            metadata.workspace_packages().into_iter().cloned().collect();
        members.sort_by(|a, b| a.manifest_path.cmp(&b.manifest_path));
        if !self.package.is_empty() {
            return self
                .package
                .iter()
                .map(|name| {
                    let found = members.iter().find(|package| package.name == *name);
                    found
                        .cloned()
                        .ok_or_else(|| unknown_package(name, &members))
                })
                .collect();
        }
        let is_same = |one: &Path, other: &Path| match (one.canonicalize(), other.canonicalize()) {
            (Ok(one), Ok(other)) => one == other,
            _ => one == other,
        };
        let root = metadata.workspace_root.join("Cargo.toml");
        if self.workspace || is_same(root.as_std_path(), manifest) {
            return Ok(members);
        }
        let current = members
            .iter()
            .find(|package| is_same(package.manifest_path.as_std_path(), manifest));
        Ok(current.map_or(members.clone(), |package| vec![package.clone()]))
    }
}

/// A package, and the folder of the workspace it is in.
pub(crate) struct Home {
    pub(crate) package: Package,
    pub(crate) workspace: PathBuf,
}

impl Home {
    /// The package in whose folder `directory` is, which need not exist, and its path below that.
    pub(crate) fn around(directory: &Path) -> Option<(Self, String)> {
        let directory = resolved(directory)?;
        let manifest = directory
            .ancestors()
            .map(|folder| folder.join("Cargo.toml"))
            .find(|manifest| manifest.is_file())?;
        let mut command = MetadataCommand::new();
        let metadata = command.manifest_path(manifest).no_deps().exec().ok()?;
        let below = |package: &Package| {
            let folder = folder_of(package).canonicalize().ok()?;
            let below = slashed(directory.strip_prefix(folder).ok()?);
            (!below.is_empty()).then_some(below)
        };
        let members = metadata.workspace_packages().into_iter();
        let around = members.filter_map(|package| Some((package.clone(), below(package)?)));
        // A package may stand in the folder of another.
        let (package, below) = around.min_by_key(|(_, below)| below.len())?;
        let workspace = metadata.workspace_root.into_std_path_buf();
        Some((Self { package, workspace }, below))
    }
}

/// The absolute path of what may not exist yet, without links and `..`.
fn resolved(path: &Path) -> Option<PathBuf> {
    let path = std::path::absolute(path).ok()?;
    let there = path.ancestors().find(|folder| folder.exists())?;
    let rest = path.strip_prefix(there).ok()?;
    Some(there.canonicalize().ok()?.join(rest))
}

struct Packages {
    metadata: Metadata,
    selected: Vec<Package>,
}

impl Packages {
    fn relative(&self, path: &Path) -> String {
        let root = self.metadata.workspace_root.as_std_path();
        slashed(path.strip_prefix(root).unwrap_or(path))
    }

    fn without_directory(&self) -> CommandError {
        let error = match self.selected.as_slice() {
            [one] => CommandError::usage(format!(
                "the package `{}` has no migration directory",
                one.name
            )),
            several => CommandError::usage(format!(
                "none of the {} packages has a migration directory",
                several.len()
            )),
        };
        let error = error
            .hinted("`cargo migcheck init` makes `migrations/`")
            .hinted(
                "if it has another name, say so in Cargo.toml:\n\
                 [package.metadata.migcheck]\n\
                 directories = [\"db/migrations\"]",
            );
        if self.selected.len() < self.metadata.workspace_packages().len() {
            error.hinted("`--workspace` looks at every package")
        } else {
            error
        }
    }
}

fn unknown_package(name: &str, members: &[Package]) -> CommandError {
    let names: Vec<&str> = members
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    let error = CommandError::usage(format!("no package of the workspace is called `{name}`"));
    match nearest(name, names.iter().copied()) {
        Some(near) => error.hinted(format!("did you mean `{near}`?")),
        None => error.hinted(format!("the packages are {}", names.join(", "))),
    }
}

/// A directory that the command line names.
fn named(path: &Path) -> Result<Directory, CommandError> {
    let shown = slashed(path);
    let shown = match shown.trim_end_matches('/') {
        "" => shown.clone(),
        trimmed => trimmed.trim_start_matches("./").to_owned(),
    };
    if !path.is_dir() {
        return Err(if path.exists() {
            CommandError::usage(format!("`{shown}` is no directory"))
                .hinted("`--directory` is the folder that holds the migrations")
        } else {
            CommandError::usage(format!("there is no directory `{shown}`")).hinted(format!(
                "`cargo migcheck init --directory {shown}` makes it"
            ))
        });
    }
    Ok(Directory {
        path: path.to_owned(),
        name: shown.clone(),
        shown_as: shown,
    })
}

/// A path with `/` between its parts, on every machine.
pub(crate) fn slashed(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) {
        text.replace('\\', "/")
    } else {
        text.into_owned()
    }
}
