//! New revisions: what their files are called and say, and how they get onto the disk.
//!
//! [`revision`] and [`merge`] are pure: they return the files, and [`write()`] puts them down. It never
//! overwrites a file, and takes back what it wrote when it cannot write all of it. What the scripts
//! say besides their directives may come from [`Templates`] of the project's own.

mod error;
mod name;
mod template;
mod write;

use std::collections::BTreeSet;

pub use error::CreateError;
pub(crate) use name::{Name, renewed};
use name::{in_chain, in_diesel, last_in_chain, native};
use template::Values;
pub use template::{TemplateError, Templates};
pub use write::{NewFile, WriteError, Written, replace, write};

use crate::Dialect;
use crate::check::Checked;
use crate::clock::Stamp;
use crate::config::Heads;
use crate::graph::RevisionGraph;
use crate::layout::Layout;
use crate::lock::{list, quoted};
use crate::naming::slugify;
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
    /// Whether the history may part at a parent that others build on.
    pub splice: bool,
    /// What the scripts say, where the project has templates of its own.
    pub templates: Templates,
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
    let parting = parents.iter().find(|at| !graph.children(**at).is_empty());
    if let (Some(parent), false) = (parting, wanted.splice) {
        return Err(CreateError::NoHead {
            parent: graph.ids(&[*parent]).pop().unwrap_or_default(),
            children: graph.ids(graph.children(*parent)),
        });
    }
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
    // A merge changes nothing, and there is nothing for a template to prepare.
    wanted.templates = Templates::default();
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
        Layout::Native => native(config, graph, parents, wanted, stamp)?,
        Layout::Diesel => in_diesel(graph, stamp),
        _ => in_chain(graph, stamp),
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
    let mut depends_on = graph.ids(&wanted.depends_on);
    depends_on.sort();
    depends_on.dedup();
    let values = Values {
        id: &name.id,
        slug: &slug,
        message: &wanted.message,
        stamp,
        revises: directive.then(|| match revises.as_slice() {
            [] => quoted("base"),
            [one] => quoted(one),
            several => list(several),
        }),
        depends_on: (!depends_on.is_empty()).then(|| list(&depends_on)),
        labels: (!wanted.labels.is_empty()).then(|| list(&wanted.labels)),
    };
    let scripts = |direction, comment: &str| {
        let templates = &wanted.templates;
        templates.scripts(direction, &values, &commented(comment), &config.databases)
    };
    let ups = scripts(Direction::Up, comment)?;
    let downs = scripts(Direction::Down, undo)?;
    Ok(NewRevision {
        files: files(checked.layout, &name.file, &slug, ups, downs),
        id: name.id,
        revises,
    })
}

/// Texts of scripts, each for every dialect or for one.
type Texts = Vec<(Option<Dialect>, String)>;

/// The scripts as a layout keeps them.
fn files(layout: Layout, name: &str, slug: &str, ups: Texts, downs: Texts) -> Vec<NewFile> {
    let of = |direction, texts: Texts, path: &dyn Fn(Direction, &str) -> String| {
        let files = texts.into_iter().map(move |(dialect, text)| {
            let dialect = dialect.map_or(String::new(), |dialect| format!(".{dialect}"));
            let name = path(direction, &dialect);
            NewFile { name, text }
        });
        files.collect::<Vec<_>>()
    };
    let pair = |ups, downs, path: &dyn Fn(Direction, &str) -> String| {
        let mut files = of(Direction::Up, ups, path);
        files.extend(of(Direction::Down, downs, path));
        files
    };
    let sections = |ups: Texts, downs: Texts, first: &str, second: &str| {
        let text = |texts: Texts| texts.into_iter().map(|(_, text)| text).collect::<String>();
        let text = format!("{first}\n{}\n{second}\n{}", text(ups), text(downs));
        let name = format!("{name}_{slug}.sql");
        vec![NewFile { name, text }]
    };
    match layout {
        Layout::Native | Layout::Sqlx | Layout::GolangMigrate => {
            pair(ups, downs, &|direction, dialect| {
                format!("{name}_{slug}.{direction}{dialect}.sql")
            })
        }
        Layout::Diesel => pair(ups, downs, &|direction, _| {
            format!("{name}_{slug}/{direction}.sql")
        }),
        // refinery knows no way down.
        Layout::Refinery => of(Direction::Up, ups, &|_, _| format!("V{name}__{slug}.sql")),
        Layout::Dbmate => sections(ups, downs, "-- migrate:up", "-- migrate:down"),
        Layout::Goose => sections(ups, downs, "-- +goose Up", "-- +goose Down"),
    }
}

fn first_line(message: &str) -> &str {
    message.trim().lines().next().unwrap_or_default()
}

fn commented(text: &str) -> String {
    let mut comment = String::new();
    for line in text.lines() {
        let line = as_prose(line);
        comment.push_str(format!("-- {line}").trim_end());
        comment.push('\n');
    }
    comment
}

/// A message is prose, even where it speaks about directives.
fn as_prose(line: &str) -> String {
    line.trim().replace("migcheck:", "migcheck :")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

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
}
