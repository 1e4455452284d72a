//! New revisions: what their files are called and say, and how they get onto the disk.
//!
//! [`revision`] and [`merge`] are pure: they return the files, and [`write()`] puts them down. It never
//! overwrites a file, and takes back what it wrote when it cannot write all of it.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::check::Checked;
use crate::clock::Stamp;
use crate::config::{Config, Heads};
use crate::graph::RevisionGraph;
use crate::layout::Layout;
use crate::lock::{list, quoted};
use crate::naming::{NameParts, slugify};
use crate::nearest::nearest;
use crate::revision::Direction;

/// What a new revision shall be.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// What it does: the description, and the slug.
    pub message: String,
    /// The parents' places; empty: the one head, or a base where there is no revision yet.
    pub parents: Vec<usize>,
    /// The places of what has to be applied before without being a parent.
    pub depends_on: Vec<usize>,
    /// Branch labels.
    pub labels: Vec<String>,
    /// The name of a category, whose next number is taken.
    pub category: Option<String>,
}

/// A revision that is not on the disk yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRevision {
    /// Its id.
    pub id: String,
    /// Its parents' ids.
    pub revises: Vec<String>,
    /// Its files.
    pub files: Vec<NewFile>,
}

/// A file to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// The path below the directory, `/` between its parts.
    pub name: String,
    /// What it says.
    pub text: String,
}

/// Why there is no new revision.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CreateError {
    /// Several heads, and nothing says which of them to build on.
    #[error("the history has {} heads: {}", .0.len(), .0.join(", "))]
    SeveralHeads(Vec<String>),
    /// Fewer heads than a merge needs.
    #[error("there is nothing to merge: {}", match .0 { Some(head) => format!("`{head}` is the only head"), None => "the directory has no revision".to_owned() })]
    NothingToMerge(Option<String>),
    /// As many heads as the configuration wants.
    #[error("there is nothing to merge: the history has {} heads, and migcheck.toml allows {}: {}", .heads.len(), .allowed, .heads.join(", "))]
    HeadsAllowed {
        /// The heads.
        heads: Vec<String>,
        /// How many there may be.
        allowed: usize,
    },
    /// One revision alone cannot be merged.
    #[error("a merge joins at least two revisions, and `{0}` is one")]
    OneToMerge(String),
    /// A parent that another parent already builds on.
    #[error("`{descendant}` already builds on `{ancestor}`")]
    AlreadyMerged {
        /// The one that need not be merged.
        ancestor: String,
        /// The one that builds on it.
        descendant: String,
    },
    /// A message no file name can be made of.
    #[error("the message `{0}` has no letter or digit to name a file with")]
    NoSlug(String),
    /// The template gives a new revision the id of one that exists.
    #[error("the template `{template}` names the new revision `{id}`, and there is one of that id")]
    IdTaken {
        /// The template.
        template: String,
        /// The id.
        id: String,
    },
    /// No such category.
    #[error("no category is called `{0}`")]
    UnknownCategory(String),
    /// Every number of a category is taken.
    #[error("the category `{name}` is full: it ends at {last}")]
    CategoryFull {
        /// Its name.
        name: String,
        /// Its last number.
        last: u64,
    },
    /// A directive would change the layout that the directory is taken for.
    #[error(
        "the new revision has to say what it revises, and migcheck.toml does not say that the layout is `{0}`"
    )]
    LayoutNotPinned(Layout),
}

impl CreateError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self, config: &Config) -> Vec<String> {
        let one = |help: String| vec![help];
        match self {
            Self::SeveralHeads(heads) => {
                let head = heads.first().map_or("REV", String::as_str);
                vec![
                    "`cargo migcheck merge` joins them".to_owned(),
                    format!("`--revises {head}` builds on that one alone"),
                ]
            }
            Self::NothingToMerge(_) => Vec::new(),
            Self::HeadsAllowed { heads, .. } => one(format!(
                "to join them all the same: `cargo migcheck merge {}`",
                heads.join(" ")
            )),
            Self::OneToMerge(_) => {
                one("name all of them, or none: without a name the heads are merged".to_owned())
            }
            Self::AlreadyMerged { ancestor, .. } => one(format!("leave `{ancestor}` out")),
            Self::NoSlug(_) => {
                one("say in a few words what the revision does: `add invoices`".to_owned())
            }
            Self::IdTaken { .. } => one(
                "put `{timestamp}`, `{seq}` or `{hash}` into `[naming] file` of migcheck.toml"
                    .to_owned(),
            ),
            Self::UnknownCategory(name) => {
                let names = || config.categories.iter().map(|(_, _, name)| name.as_str());
                one(match nearest(name, names()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None if config.categories.is_empty() => {
                        "`[categories]` in migcheck.toml names them; there is none yet".to_owned()
                    }
                    None => format!(
                        "the categories are {}",
                        crate::toml_reader::listed(&names().collect::<Vec<_>>())
                    ),
                })
            }
            Self::CategoryFull { .. } => one("widen its range in migcheck.toml".to_owned()),
            Self::LayoutNotPinned(layout) => one(format!(
                "write `layout = \"{layout}\"` into migcheck.toml: a `revises` directive would \
                 else make it a `native` directory"
            )),
        }
    }
}

/// A new revision on top of its parents.
///
/// # Errors
///
/// See [`CreateError`].
pub fn revision(
    checked: &Checked,
    graph: &RevisionGraph,
    wanted: &Wanted,
    stamp: &Stamp,
) -> Result<NewRevision, CreateError> {
    let parents = match wanted.parents.as_slice() {
        [] => match graph.heads().as_slice() {
            [] => Vec::new(),
            [one] => vec![*one],
            several => return Err(CreateError::SeveralHeads(graph.ids(several))),
        },
        named => independent(graph, named)?,
    };
    let comment = wanted.message.trim();
    let undo = format!("Undoes `{}`.", first_line(comment));
    assemble(checked, graph, wanted, &parents, stamp, comment, &undo)
}

/// A revision that joins `wanted.parents`; where that is empty, every head.
///
/// # Errors
///
/// See [`CreateError`].
pub fn merge(
    checked: &Checked,
    graph: &RevisionGraph,
    wanted: &Wanted,
    stamp: &Stamp,
) -> Result<NewRevision, CreateError> {
    let parents = match wanted.parents.as_slice() {
        [] => {
            let heads = graph.heads();
            let allowed = match &checked.config.heads {
                Heads::Count(count) => *count,
                Heads::Labels(labels) => labels.len(),
            };
            if heads.len() < 2 {
                return Err(CreateError::NothingToMerge(graph.ids(&heads).pop()));
            }
            if heads.len() <= allowed {
                let heads = graph.ids(&heads);
                return Err(CreateError::HeadsAllowed { heads, allowed });
            }
            heads
        }
        [one] => {
            let id = graph.ids(&[*one]).pop().unwrap_or_default();
            return Err(CreateError::OneToMerge(id));
        }
        named => independent(graph, named)?,
    };
    let named: Vec<String> = parents
        .iter()
        .filter_map(|at| graph.get(*at))
        .map(|revision| format!("{} ({})", revision.id, revision.slug.replace('_', " ")))
        .collect();
    let mut wanted = wanted.clone();
    let slugs: Vec<&str> = parents
        .iter()
        .filter_map(|at| graph.get(*at))
        .map(|revision| revision.slug.as_str())
        .collect();
    let comment = if wanted.message.trim().is_empty() {
        wanted.message = format!("merge {}", slugs.join(" and "));
        format!("Merges {}.", named.join(" and "))
    } else {
        wanted.message.trim().to_owned()
    };
    let undo = "Nothing to undo: a merge changes nothing.";
    assemble(checked, graph, &wanted, &parents, stamp, &comment, undo)
}

/// The parents in order and once each, unless one of them already builds on another.
fn independent(graph: &RevisionGraph, named: &[usize]) -> Result<Vec<usize>, CreateError> {
    let places: BTreeSet<usize> = named.iter().copied().collect();
    for &descendant in &places {
        let below = graph.with_prerequisites(&[descendant]);
        let ancestor = places.iter().find(|at| **at != descendant && below[**at]);
        if let Some(ancestor) = ancestor {
            let name = |at: usize| graph.ids(&[at]).pop().unwrap_or_default();
            return Err(CreateError::AlreadyMerged {
                ancestor: name(*ancestor),
                descendant: name(descendant),
            });
        }
    }
    Ok(places.into_iter().collect())
}

fn assemble(
    checked: &Checked,
    graph: &RevisionGraph,
    wanted: &Wanted,
    parents: &[usize],
    stamp: &Stamp,
    comment: &str,
    undo: &str,
) -> Result<NewRevision, CreateError> {
    let config = &checked.config;
    let slug = slugify(first_line(&wanted.message), config.naming.max_slug);
    if slug.is_empty() {
        return Err(CreateError::NoSlug(wanted.message.clone()));
    }
    let name = match checked.layout {
        Layout::Native => native_name(config, graph, parents, wanted, stamp)?,
        Layout::Diesel => diesel_name(graph, stamp),
        _ => Name::plain(chain_id(graph, stamp)),
    };
    let mut revises = graph.ids(parents);
    revises.sort();
    // In a chain the order of the files says who revises whom, unless it would say it wrongly.
    let implied = checked.layout.is_chain() && graph.ids(parents) == last_in_chain(graph);
    let directive = !implied;
    if checked.layout.is_chain()
        && config.layout.is_none()
        && (directive || !wanted.depends_on.is_empty() || !wanted.labels.is_empty())
    {
        return Err(CreateError::LayoutNotPinned(checked.layout));
    }
    let mut up = String::new();
    if directive {
        let value = match revises.as_slice() {
            [] => quoted("base"),
            [one] => quoted(one),
            several => list(several),
        };
        up.push_str(&format!("-- migcheck: revises = {value}\n"));
    }
    let mut depends_on = graph.ids(&wanted.depends_on);
    depends_on.sort();
    depends_on.dedup();
    for (key, values) in [("depends-on", &depends_on), ("labels", &wanted.labels)] {
        if !values.is_empty() {
            up.push_str(&format!("-- migcheck: {key} = {}\n", list(values)));
        }
    }
    up.push_str(&commented(comment));
    Ok(NewRevision {
        files: files(checked.layout, &name.file, &slug, up, commented(undo)),
        id: name.id,
        revises,
    })
}

/// The scripts as a layout keeps them.
fn files(layout: Layout, name: &str, slug: &str, up: String, down: String) -> Vec<NewFile> {
    let file = |name, text| NewFile { name, text };
    let pair = |path: &dyn Fn(Direction) -> String| {
        vec![
            file(path(Direction::Up), up.clone()),
            file(path(Direction::Down), down.clone()),
        ]
    };
    let sections = |first: &str, second: &str| {
        let text = format!("{first}\n{up}\n{second}\n{down}");
        vec![file(format!("{name}_{slug}.sql"), text)]
    };
    match layout {
        Layout::Native | Layout::Sqlx | Layout::GolangMigrate => {
            pair(&|direction| format!("{name}_{slug}.{direction}.sql"))
        }
        Layout::Diesel => pair(&|direction| format!("{name}_{slug}/{direction}.sql")),
        // refinery knows no way down.
        Layout::Refinery => vec![file(format!("V{name}__{slug}.sql"), up.clone())],
        Layout::Dbmate => sections("-- migrate:up", "-- migrate:down"),
        Layout::Goose => sections("-- +goose Up", "-- +goose Down"),
    }
}

/// An id, and how file names write it.
struct Name {
    id: String,
    file: String,
}

impl Name {
    fn plain(id: String) -> Self {
        Self {
            file: id.clone(),
            id,
        }
    }
}

/// How many seconds ahead a free id is looked for: as many revisions made within one second.
const SECONDS_AHEAD: u64 = 3_600;

fn native_name(
    config: &Config,
    graph: &RevisionGraph,
    parents: &[usize],
    wanted: &Wanted,
    stamp: &Stamp,
) -> Result<Name, CreateError> {
    let template = &config.naming.file;
    let seq = next_seq(config, graph, parents, wanted.category.as_deref())?;
    let id = |ahead: u64| {
        let mut stamp = stamp.clone();
        stamp.seconds += ahead;
        template.id(&NameParts {
            timestamp: stamp.timestamp(),
            seq: seq.clone(),
            hash: stamp.hash,
        })
    };
    let free = (0..SECONDS_AHEAD)
        .map(id)
        .find(|id| graph.position(id).is_none());
    free.map(Name::plain).ok_or_else(|| CreateError::IdTaken {
        template: template.as_str().to_owned(),
        id: id(0),
    })
}

/// The next number, written as wide as the others: of the category that is named, else of the
/// parent's, else of all.
fn next_seq(
    config: &Config,
    graph: &RevisionGraph,
    parents: &[usize],
    category: Option<&str>,
) -> Result<String, CreateError> {
    let template = &config.naming.file;
    let seq_of = |at: usize| -> Option<(u64, usize)> {
        // The template reads stems, and only the part before the slug matters here.
        let stem = format!("{}_x", graph.get(at)?.id);
        let digits = template.read(&stem)?.seq?;
        Some((digits.parse().ok()?, digits.len()))
    };
    let taken: Vec<(u64, usize)> = (0..graph.len()).filter_map(seq_of).collect();
    let width = taken.iter().map(|(_, width)| *width).max().unwrap_or(3);
    let ranges = &config.categories;
    let range = match category {
        Some(name) => Some(
            ranges
                .iter()
                .find(|(_, _, known)| known == name)
                .ok_or_else(|| CreateError::UnknownCategory(name.to_owned()))?,
        ),
        None => parents
            .iter()
            .rev()
            .find_map(|at| seq_of(*at))
            .and_then(|(seq, _)| {
                ranges
                    .iter()
                    .find(|(from, to, _)| (*from..=*to).contains(&seq))
            }),
    };
    let (from, to) = range.map_or((1, u64::MAX), |(from, to, _)| (*from, *to));
    let within = taken.iter().map(|(seq, _)| *seq);
    let last = within.filter(|seq| (from..=to).contains(seq)).max();
    let next = last.map_or(from.max(1), |last| last.saturating_add(1));
    if next > to {
        return Err(CreateError::CategoryFull {
            name: range.map(|(_, _, name)| name.clone()).unwrap_or_default(),
            last: to,
        });
    }
    Ok(format!("{next:0width$}"))
}

/// The id that comes last in a layout that is a chain.
fn last_in_chain(graph: &RevisionGraph) -> Vec<String> {
    let ids = graph
        .revisions()
        .iter()
        .map(|revision| revision.id.as_str());
    let last = ids.max_by_key(|id| (id.parse::<u64>().unwrap_or(0), *id));
    last.map(str::to_owned).into_iter().collect()
}

/// sqlx counts where its users count, and takes the time elsewhere.
fn chain_id(graph: &RevisionGraph, stamp: &Stamp) -> String {
    let timestamp = stamp.timestamp();
    let last = last_in_chain(graph).pop();
    let number = last.as_deref().and_then(|last| last.parse::<u64>().ok());
    match (last, number) {
        (Some(last), Some(number)) if last.len() < timestamp.len() || last >= timestamp => {
            format!("{:0width$}", number.saturating_add(1), width = last.len())
        }
        _ => timestamp,
    }
}

/// diesel writes the time with dashes, which are no part of the version.
fn diesel_name(graph: &RevisionGraph, stamp: &Stamp) -> Name {
    let id = chain_id(graph, stamp);
    match (id == stamp.timestamp())
        .then(|| Some((id.get(..4)?, id.get(4..6)?, id.get(6..8)?, id.get(8..)?)))
        .flatten()
    {
        Some((year, month, day, time)) => Name {
            file: format!("{year}-{month}-{day}-{time}"),
            id,
        },
        None => Name::plain(id),
    }
}

fn first_line(message: &str) -> &str {
    message.trim().lines().next().unwrap_or_default()
}

fn commented(text: &str) -> String {
    let mut comment = String::new();
    for line in text.lines() {
        // A message is prose, even where it speaks about directives.
        let line = line.trim().replacen("migcheck:", "migcheck :", 1);
        comment.push_str(format!("-- {line}").trim_end());
        comment.push('\n');
    }
    comment
}

/// A file that could not be written. What was written before it is gone again.
#[derive(Debug, thiserror::Error)]
#[error("cannot write `{}`", .path.display())]
pub struct WriteError {
    /// The file.
    pub path: PathBuf,
    /// What the operating system said.
    #[source]
    pub source: io::Error,
}

/// Files that were written just now.
#[derive(Debug, Default)]
pub struct Written {
    files: Vec<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Written {
    /// Takes everything back: what was not there before is gone again.
    pub fn undo(self) {
        // There is nothing left to do for a file that does not go either.
        for file in self.files.iter().rev() {
            let _ = fs::remove_file(file);
        }
        for folder in self.folders.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }

    fn file(&mut self, path: &Path, text: &str) -> io::Result<()> {
        if let Some(folder) = path.parent() {
            self.folder(folder)?;
        }
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(path)?;
        self.files.push(path.to_owned());
        file.write_all(text.as_bytes())
    }

    fn folder(&mut self, folder: &Path) -> io::Result<()> {
        if folder.as_os_str().is_empty() || folder.is_dir() {
            return Ok(());
        }
        if let Some(above) = folder.parent() {
            self.folder(above)?;
        }
        fs::create_dir(folder)?;
        self.folders.push(folder.to_owned());
        Ok(())
    }
}

/// Writes `files` below `root`, and the folders they need: all of them, or none.
///
/// # Errors
///
/// One of them exists already, or the operating system would not write it.
pub fn write(root: &Path, files: &[NewFile]) -> Result<Written, WriteError> {
    let mut written = Written::default();
    for file in files {
        let path = root.join(&file.name);
        if let Err(source) = written.file(&path, &file.text) {
            written.undo();
            return Err(WriteError { path, source });
        }
    }
    Ok(written)
}

/// Puts `text` in the place of a file, in one step: a reader sees the old text or the new one.
///
/// # Errors
///
/// The operating system would not write it; the old file is then still there.
pub fn replace(path: &Path, text: &str) -> Result<(), WriteError> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    let result = fs::write(&beside, text).and_then(|()| fs::rename(&beside, path));
    result.map_err(|source| {
        let _ = fs::remove_file(&beside);
        WriteError {
            path: path.to_owned(),
            source,
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A directory with this configuration and these up scripts, each with an empty down script.
    fn directory(config: &str, scripts: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("migcheck.toml"), config).unwrap();
        for (name, revises) in scripts {
            let up = format!("-- migcheck: revises = {revises}\n");
            fs::write(folder.path().join(format!("{name}.up.sql")), up).unwrap();
            fs::write(folder.path().join(format!("{name}.down.sql")), "").unwrap();
        }
        folder
    }

    fn stamp() -> Stamp {
        Stamp {
            seconds: 1_756_034_672,
            hash: "0123456789ab".to_owned(),
        }
    }

    fn wanted(message: &str) -> Wanted {
        Wanted {
            message: message.to_owned(),
            ..Wanted::default()
        }
    }

    fn made(folder: &tempfile::TempDir, wanted: &Wanted) -> Result<NewRevision, CreateError> {
        let checked = crate::check(folder.path(), "migrations");
        let graph = checked.graph.as_ref().unwrap();
        revision(&checked, graph, wanted, &stamp())
    }

    #[test]
    fn a_revision_builds_on_the_head() {
        let folder = directory(
            "[naming]\nfile = \"{date}_{seq}_{slug}\"\n",
            &[("20250101_0009_a", "\"base\"")],
        );
        let new = made(&folder, &wanted("Add invoices\nand their lines")).unwrap();
        assert_eq!(new.id, "20250824_0010");
        assert_eq!(new.files[0].name, "20250824_0010_add_invoices.up.sql");
        assert_eq!(
            new.files[0].text,
            "-- migcheck: revises = \"20250101_0009\"\n-- Add invoices\n-- and their lines\n"
        );
        assert_eq!(new.files[1].text, "-- Undoes `Add invoices`.\n");
    }

    #[test]
    fn numbers_go_on_within_a_category() {
        let config = "[naming]\nfile = \"{seq}_{slug}\"\n[categories]\n\
                      \"001-099\" = \"base\"\n\"100-101\" = \"users\"\n";
        let folder = directory(
            config,
            &[
                ("001_a", "\"base\""),
                ("101_b", "\"001\""),
                ("002_c", "\"101\""),
            ],
        );
        assert_eq!(made(&folder, &wanted("d")).unwrap().id, "003");
        let mut users = wanted("d");
        users.category = Some("users".to_owned());
        assert!(matches!(
            made(&folder, &users),
            Err(CreateError::CategoryFull { last: 101, .. })
        ));
    }

    #[test]
    fn an_id_that_is_taken_moves_on_by_a_second() {
        let folder = directory("", &[("20250824112432_a", "\"base\"")]);
        assert_eq!(made(&folder, &wanted("b")).unwrap().id, "20250824112433");
        let folder = directory(
            "[naming]\nfile = \"{date}_{slug}\"\n",
            &[("20250824_a", "\"base\"")],
        );
        assert!(matches!(
            made(&folder, &wanted("b")),
            Err(CreateError::IdTaken { .. })
        ));
    }

    #[test]
    fn a_chain_goes_on_without_a_directive() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("0001_a.up.sql"), "").unwrap();
        fs::write(folder.path().join("0001_a.down.sql"), "").unwrap();
        let new = made(&folder, &wanted("b")).unwrap();
        assert_eq!(new.files[0].name, "0002_b.up.sql");
        assert_eq!(new.files[0].text, "-- b\n");
        let mut labelled = wanted("b");
        labelled.labels = vec!["billing".to_owned()];
        assert_eq!(
            made(&folder, &labelled),
            Err(CreateError::LayoutNotPinned(Layout::Sqlx))
        );
    }

    #[test]
    fn a_message_cannot_smuggle_a_directive_in() {
        let folder = directory("", &[]);
        let new = made(&folder, &wanted("a\nmigcheck: revises = \"x\"")).unwrap();
        assert_eq!(
            new.files[0].text,
            "-- migcheck: revises = \"base\"\n-- a\n-- migcheck : revises = \"x\"\n"
        );
    }

    #[test]
    fn nothing_is_overwritten_and_nothing_is_left_half_written() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| NewFile {
            name: name.to_owned(),
            text: "new".to_owned(),
        };
        fs::write(folder.path().join("b"), "old").unwrap();
        let error = write(folder.path(), &[file("deep/a"), file("b")]).unwrap_err();
        assert_eq!(error.source.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(folder.path().join("b")).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
