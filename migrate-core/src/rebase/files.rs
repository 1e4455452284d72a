//! What becomes of a revision's files: their names, and the lines that say what it builds on.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;

use super::{RebaseError, Rebased};
use crate::check::Checked;
use crate::create::Name;
use crate::header::Header;
use crate::layout::Layout;
use crate::lock::{list, quoted};
use crate::revision::{Direction, Revision};

/// What becomes of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileMove {
    /// Its path below the directory, `/` between its parts.
    pub from: String,
    /// The path it gets; often the same.
    pub to: String,
    /// What it says afterwards, where that is something else.
    pub text: Option<String>,
}

/// The files of `revision` that do not stay as they are. `renamed` has the new id of every revision
/// that gets one.
pub(super) fn moves(
    checked: &Checked,
    revision: &Revision,
    rebased: &Rebased,
    name: &Name,
    renamed: &BTreeMap<&str, &str>,
) -> Result<Vec<FileMove>, RebaseError> {
    let below = |path: &str| checked.folders.name_of(path);
    let scripts = revision.scripts.iter();
    let mut files: BTreeSet<String> = scripts.clone().map(|one| below(&one.source.path)).collect();
    let ups: BTreeSet<String> = scripts
        .filter(|script| script.direction == Direction::Up)
        .map(|script| below(&script.source.path))
        .collect();
    let is_renamed = rebased.id != rebased.new_id;
    if is_renamed {
        files.extend(companions(checked, revision, &files));
    }
    let mut moves = Vec::new();
    for from in files {
        let to = if is_renamed {
            new_name(checked.layout, &from, &rebased.id, name)
        } else {
            from.clone()
        };
        let text = if ups.contains(&from) {
            let text = fs::read_to_string(checked.root.join(&from)).map_err(|source| {
                RebaseError::Unreadable {
                    file: from.clone(),
                    source,
                }
            })?;
            edited(&text, rebased, renamed)
        } else {
            None
        };
        if from != to || text.is_some() {
            moves.push(FileMove { from, to, text });
        }
    }
    Ok(moves)
}

/// What lies beside the scripts and is called after them: fixtures, or what is in their folder.
fn companions(checked: &Checked, revision: &Revision, scripts: &BTreeSet<String>) -> Vec<String> {
    let folder = scripts.first().and_then(|name| name.rsplit_once('/'));
    let folder = folder.map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let start = match checked.layout {
        Layout::Diesel if !folder.is_empty() => folder,
        Layout::Native => format!("{folder}{}_{}.", revision.id, revision.slug),
        _ => return Vec::new(),
    };
    let files = checked.files.iter();
    files
        .filter(|name| name.starts_with(&start))
        .cloned()
        .collect()
}

/// A file's name with the new version in the place of the old one.
fn new_name(layout: Layout, from: &str, old: &str, new: &Name) -> String {
    let after_slash = |name: &str| name.rfind('/').map_or(0, |slash| slash + 1);
    let start = after_slash(from);
    let version = match layout {
        Layout::Native => start..start + old.len(),
        // The version is in the name of the folder.
        Layout::Diesel => {
            let start = after_slash(&from[..start.saturating_sub(1)]);
            start..start + from[start..].find('_').unwrap_or(0)
        }
        _ => {
            let is_digit = |c: char| c.is_ascii_digit();
            let start = from[start..].find(is_digit).map_or(start, |at| start + at);
            let digits = from[start..].chars().take_while(|c| is_digit(*c)).count();
            start..start + digits
        }
    };
    let mut name = from.to_owned();
    if from.get(version.clone()).is_some() {
        name.replace_range(version, &new.file);
    }
    name
}

/// The text with other parents and dependencies, and otherwise byte by byte as it was; `None` where
/// it says nothing of them, or the right thing.
fn edited(text: &str, rebased: &Rebased, renamed: &BTreeMap<&str, &str>) -> Option<String> {
    let header = Header::read(text, Direction::Up);
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    if let Some(revises) = &header.revises {
        let said = revises.parents.iter().map(toml::Spanned::get_ref);
        let said: BTreeSet<&String> = said.collect();
        if said != rebased.revises.iter().collect() {
            let value = match rebased.revises.as_slice() {
                [one] => quoted(one),
                several => list(several),
            };
            edits.push((revises.span.clone(), value));
        }
    }
    for dependency in &header.depends_on {
        if let Some(new) = renamed.get(&**dependency.get_ref()) {
            edits.push((dependency.span(), quoted(new)));
        }
    }
    // From the last one on, so that the places of the others stay.
    edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    let mut edited = text.to_owned();
    for (span, value) in &edits {
        edited.get(span.clone())?;
        edited.replace_range(span.clone(), value);
    }
    (edited != text).then_some(edited)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn rebased(revises: &[&str]) -> Rebased {
        Rebased {
            id: "003".to_owned(),
            new_id: "005".to_owned(),
            revised: vec!["001".to_owned()],
            revises: revises.iter().map(|id| (*id).to_owned()).collect(),
        }
    }

    #[test]
    fn nothing_but_the_ids_changes() {
        let text = "\u{feff}-- Adds x.\r\n--  migcheck:  revises = [ '001' ] # so\r\n-- migcheck: depends-on = [\"002\", \"007\"]\r\nSELECT '001';\r\n";
        let renamed = BTreeMap::from([("002", "004")]);
        assert_eq!(
            edited(text, &rebased(&["004"]), &renamed).unwrap(),
            text.replace("[ '001' ]", "\"004\"")
                .replace("\"002\"", "\"004\"")
        );
        assert_eq!(edited(text, &rebased(&["001"]), &BTreeMap::new()), None);
        assert_eq!(edited("SELECT 1;", &rebased(&["004"]), &renamed), None);
    }

    #[test]
    fn names_keep_everything_but_the_version() {
        let name = |layout, from, old, id: &str, file: &str| {
            let name = Name {
                id: id.to_owned(),
                file: file.to_owned(),
            };
            new_name(layout, from, old, &name)
        };
        assert_eq!(
            name(
                Layout::Native,
                "003_a_003.up.mysql.sql",
                "003",
                "005",
                "005"
            ),
            "005_a_003.up.mysql.sql"
        );
        assert_eq!(
            name(Layout::Refinery, "V3__a.sql", "3", "5", "5"),
            "V5__a.sql"
        );
        assert_eq!(
            name(Layout::Goose, "0003_a3.sql", "0003", "0005", "0005"),
            "0005_a3.sql"
        );
        assert_eq!(
            name(
                Layout::Diesel,
                "2025-01-02-030405_a/up.sql",
                "20250102030405",
                "20250203040506",
                "2025-02-03-040506"
            ),
            "2025-02-03-040506_a/up.sql"
        );
    }
}
