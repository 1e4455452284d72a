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
}

impl Included {
    /// What there is where nothing is included.
    pub(crate) fn nothing(contents: &Contents) -> Self {
        let names = contents.files.iter().map(|file| file.name.clone());
        Self {
            names: names.collect(),
            is_part: false,
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
    let Included {
        mut names,
        mut is_part,
    } = Included::nothing(contents);
    let entries = config.and_then(|config| match named(&config.text) {
        Some(entries) => Some((config, entries)),
        None => {
            is_part = true;
            None
        }
    });
    let Some((config, entries)) = entries else {
        return Included { names, is_part };
    };
    let mut seen: Vec<PathBuf> = fs::canonicalize(root).into_iter().collect();
    for (entry, span) in entries {
        let at = Label::new(&config, span, "");
        let folder = match folder(root, &entry, &seen) {
            Ok(folder) => folder,
            Err((message, help)) => {
                let finding = Finding::new(Code::InvalidConfig, message).label(at);
                contents.findings.push(finding.help(help));
                is_part = true;
                continue;
            }
        };
        // What stands below the directory itself has been read with it.
        if let Some(below) = seen.first().and_then(|root| folder.strip_prefix(root).ok()) {
            let is_of_it = |name: &str| Path::new(name).starts_with(below);
            contents.files.retain(|file| !is_of_it(&file.name));
            names.retain(|name| !is_of_it(name));
        }
        seen.push(folder);
        let mut more = read_directory(&root.join(&entry), &beside(shown_as, &entry));
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
        names.extend(more.files.iter().map(|file| joined(&entry, &file.name)));
        contents.files.append(&mut more.files);
        contents.findings.append(&mut more.findings);
    }
    Included { names, is_part }
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
    use super::beside;

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
