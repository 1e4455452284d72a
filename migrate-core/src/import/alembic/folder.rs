//! The files of an Alembic folder.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::finding::{Finding, Label, SourceFile};
use crate::read::joined;
use crate::{Code, MAX_SCRIPT_BYTES};

/// What a folder holds.
#[derive(Default)]
pub(super) struct Folder {
    /// Its Python files, by name.
    pub(super) modules: Vec<(String, Arc<SourceFile>)>,
    /// The names of the others.
    pub(super) others: Vec<String>,
    /// What could not be read.
    pub(super) findings: Vec<Finding>,
}

/// How deep folders are followed: `recursive_version_locations` goes one or two down.
const MAX_DEPTH: usize = 8;

pub(super) fn read(root: &Path, shown_as: &str) -> Folder {
    let mut folder = Folder::default();
    let mut names = Vec::new();
    list(root, "", shown_as, 0, &mut names, &mut folder.findings);
    names.sort();
    for name in names {
        // As Alembic: an editor's lock is no migration, and neither is a package's own file.
        let base = name.rsplit('/').next().unwrap_or(&name);
        if !base.ends_with(".py") || base.starts_with(".#") || base.starts_with("__init__") {
            folder.others.push(name);
            continue;
        }
        let path = joined(shown_as, &name);
        match read_module(&root.join(&name), &path) {
            Ok(text) => {
                let text = text.into();
                folder
                    .modules
                    .push((name, Arc::new(SourceFile { path, text })));
            }
            Err(finding) => folder.findings.push(*finding),
        }
    }
    folder
}

/// A file that tells an Alembic folder from a folder of SQL.
pub(in crate::import) fn sign(root: &Path) -> Option<String> {
    let folder = read(root, "");
    let mut modules = folder.modules.into_iter();
    modules
        .find(|(_, source)| {
            let mut lines = source.text.lines();
            lines.any(|line| line.starts_with("down_revision"))
        })
        .map(|(name, _)| name)
}

fn list(
    root: &Path,
    below: &str,
    shown_as: &str,
    depth: usize,
    names: &mut Vec<String>,
    findings: &mut Vec<Finding>,
) {
    let folder = root.join(below);
    let unreadable = |error: &dyn std::fmt::Display| {
        let path = joined(shown_as, below);
        Finding::new(
            Code::Unreadable,
            format!("`{path}` cannot be read: {error}"),
        )
        .label(Label::file(path))
        .help("check that the path exists and that you may read it")
    };
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) => return findings.push(unreadable(&error)),
    };
    for entry in entries {
        let (entry, kind) = match entry.and_then(|entry| Ok((entry.file_type()?, entry))) {
            Ok((kind, entry)) => (entry, kind),
            Err(error) => {
                findings.push(unreadable(&error));
                continue;
            }
        };
        let base = entry.file_name().to_string_lossy().into_owned();
        let name = joined(below, &base);
        if !kind.is_dir() {
            names.push(name);
        } else if base == "__pycache__" || base.starts_with('.') {
            // Compiled from the files beside it; or git's own.
        } else if depth < MAX_DEPTH {
            list(root, &name, shown_as, depth + 1, names, findings);
        } else {
            findings.push(unreadable(&"its folders are too deep"));
        }
    }
}

fn read_module(path: &Path, shown: &str) -> Result<String, Box<Finding>> {
    let bytes = fs::read(path).map_err(|error| {
        Box::new(
            Finding::new(
                Code::Unreadable,
                format!("`{shown}` cannot be read: {error}"),
            )
            .label(Label::file(shown))
            .help("check that you may read it"),
        )
    })?;
    if bytes.len() as u64 > MAX_SCRIPT_BYTES {
        return Err(Box::new(
            Finding::new(Code::TooLarge, "the file is larger than 16 MiB")
                .label(Label::file(shown))
                .help("move it out of the folder"),
        ));
    }
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        // Latin-1 is the first 256 characters, byte by byte.
        Err(error) if says_latin_1(error.as_bytes()) => {
            error.into_bytes().into_iter().map(char::from).collect()
        }
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            return Err(Box::new(
                Finding::new(Code::NotUtf8, format!("byte {at} is not UTF-8"))
                    .label(Label::file(shown))
                    .help("save the file as UTF-8"),
            ));
        }
    };
    let text = text.trim_start_matches('\u{feff}');
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// Whether the first two lines declare it: <https://peps.python.org/pep-0263/>.
fn says_latin_1(bytes: &[u8]) -> bool {
    let mut lines = bytes.split(|byte| *byte == b'\n').take(2);
    lines.any(|line| {
        let line = String::from_utf8_lossy(line).to_lowercase();
        let names = ["latin-1", "latin1", "iso-8859-1"];
        line.starts_with('#')
            && line.contains("coding")
            && names.iter().any(|name| line.contains(name))
    })
}
