//! `include` in migcheck.toml: further directories whose revisions are part of the same history.
//!
//! An application of modules keeps the migrations of each beside its code, as Alembic does with its
//! `version_locations`. One directory describes the history, and so stays the only one that the
//! macro, the command line and a build script have to be told of.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::Code;
use crate::config::CONFIG_FILE;
use crate::finding::{Finding, Label};
use crate::lock::LOCK_FILE;
use crate::read::{Contents, joined, read_directory};
use crate::toml_reader as reader;

/// What the configuration's text includes, each with its place; `None` where it cannot be read,
/// which is reported with the rest of it.
pub(crate) fn named(text: &str) -> Option<Vec<(String, Range<usize>)>> {
    let document = reader::parse(text).ok()?;
    let Some(list) = document.get("include") else {
        return Some(Vec::new());
    };
    let names = reader::strings(list).ok()?.into_iter();
    Some(
        names
            .map(|name| (name.get_ref().clone(), name.span()))
            .collect(),
    )
}

/// What there is with everything that is included.
pub(crate) struct Included {
    /// The names of all files, below the directory.
    pub(crate) names: Vec<String>,
    /// A part of the history could not be found, so that its revisions are not missing.
    pub(crate) is_part: bool,
    pub(crate) folders: Folders,
}

/// What messages call each directory of a history, and its path below the first.
#[derive(Debug, Clone)]
pub(crate) struct Folders(Vec<(String, String)>);

impl Folders {
    /// The name, below the directory, of the file that messages call `shown`.
    pub(crate) fn name_of(&self, shown: &str) -> String {
        // A folder of the directory itself may be included: what is named last is more exact.
        let found = self.0.iter().rev().find_map(|(called, entry)| {
            let name = match &**called {
                "" => shown,
                called => shown.strip_prefix(called)?.strip_prefix('/')?,
            };
            Some(joined(entry, name))
        });
        found.unwrap_or_else(|| shown.to_owned())
    }
}

impl Included {
    /// What there is where nothing is included.
    pub(crate) fn nothing(contents: &Contents, shown_as: &str) -> Self {
        let names = contents.files.iter().map(|file| file.name.clone());
        Self {
            names: names.collect(),
            is_part: false,
            folders: Folders(vec![(
                shown_as.trim_end_matches('/').to_owned(),
                String::new(),
            )]),
        }
    }
}

/// Adds the files of what the directory includes, and what is wrong with them.
pub(crate) fn add(root: &Path, shown_as: &str, contents: &mut Contents) -> Included {
    let config = contents
        .files
        .iter()
        .find(|file| file.name == CONFIG_FILE)
        .map(|file| file.source.clone());
    let mut included = Included::nothing(contents, shown_as);
    let entries = config.and_then(|config| match named(&config.text) {
        Some(entries) => Some((config, entries)),
        None => {
            included.is_part = true;
            None
        }
    });
    let Some((config, entries)) = entries else {
        return included;
    };
    let mut seen: Vec<PathBuf> = fs::canonicalize(root).into_iter().collect();
    for (entry, span) in entries {
        let at = Label::new(&config, span, "");
        let folder = match folder(root, &entry, &seen) {
            Ok(folder) => folder,
            Err((message, help)) => {
                let finding = Finding::new(Code::InvalidConfig, message).label(at);
                contents.findings.push(finding.help(help));
                included.is_part = true;
                continue;
            }
        };
        // What stands below the directory itself has been read with it.
        if let Some(below) = seen.first().and_then(|root| folder.strip_prefix(root).ok()) {
            let is_of_it = |name: &str| Path::new(name).starts_with(below);
            contents.files.retain(|file| !is_of_it(&file.name));
            included.names.retain(|name| !is_of_it(name));
        }
        seen.push(folder);
        let called = beside(shown_as, &entry);
        let mut more = read_directory(&root.join(&entry), &called);
        for own in more.files.extract_if(.., |file| {
            file.name == CONFIG_FILE || file.name == LOCK_FILE
        }) {
            let message = format!("`{entry}` has a {} of its own", own.name);
            contents.findings.push(
                Finding::new(Code::InvalidConfig, message)
                    .label(at.clone())
                    .label(Label::file(&*own.source.path))
                    .note("the rules and the lock of a history are in one directory, and hold for what it includes")
                    .help("delete that file; or, if it is a history of its own, take it from the list"),
            );
        }
        let names = more.files.iter().map(|file| joined(&entry, &file.name));
        included.names.extend(names);
        included.folders.0.push((called, entry));
        contents.files.append(&mut more.files);
        contents.findings.append(&mut more.findings);
    }
    included
}

/// Where an entry leads; the error is why it leads nowhere, and what to do.
fn folder(root: &Path, entry: &str, seen: &[PathBuf]) -> Result<PathBuf, (String, String)> {
    if Path::new(entry).is_absolute() {
        return Err((
            format!("`{entry}` is a path of this machine"),
            "name it from here, as in `../billing/migrations`".to_owned(),
        ));
    }
    let found = fs::canonicalize(root.join(entry)).ok();
    let Some(folder) = found.filter(|folder| folder.is_dir()) else {
        return Err((
            format!("there is no directory `{entry}`"),
            "correct the path: it starts at the folder of this file".to_owned(),
        ));
    };
    if seen.contains(&folder) {
        return Err((
            format!("`{entry}` is part of the history already"),
            "take it from the list".to_owned(),
        ));
    }
    Ok(folder)
}

/// How messages call `entry` of the directory that they call `folder`.
fn beside(folder: &str, entry: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| *part != ".").collect();
    for part in entry.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| !["", ".."].contains(last)) => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::{Folders, beside};

    #[test]
    fn a_file_is_found_by_what_it_is_called() {
        let folders = |pairs: &[(&str, &str)]| {
            let owned =
                |(called, entry): &(&str, &str)| ((*called).to_owned(), (*entry).to_owned());
            Folders(pairs.iter().map(owned).collect())
        };
        let modules = folders(&[("db", ""), ("db/more", "more"), ("billing", "../billing/")]);
        for (shown, name) in [
            ("db/1.sql", "1.sql"),
            ("db/more/2.sql", "more/2.sql"),
            ("db/more.sql", "more.sql"),
            ("billing/3.sql", "../billing/3.sql"),
            ("elsewhere/4.sql", "elsewhere/4.sql"),
        ] {
            assert_eq!(modules.name_of(shown), name);
        }
        assert_eq!(folders(&[("", "")]).name_of("db/1.sql"), "db/1.sql");
    }

    #[test]
    fn paths_are_shown_as_short_as_they_can_be() {
        for (folder, entry, shown) in [
            ("migrations", "../billing/migrations", "billing/migrations"),
            ("migrations", "./billing/", "migrations/billing"),
            ("../db/migrations", "../../x", "../x"),
            ("migrations", "../../x", "../x"),
            ("/srv/app/migrations", "../x", "/srv/app/x"),
            (".", "../x", "../x"),
        ] {
            assert_eq!(beside(folder, entry), shown);
        }
    }
}
