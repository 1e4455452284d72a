//! `layout = "auto"`: a directory is recognised by its files.

use std::collections::BTreeSet;

use super::{Layout, diesel, is_companion, native, numbered, refinery, sections};
use crate::read::FileRead;

/// What stands before the first `_` of each name: a revision of several dialects counts once.
fn versions<'a>(files: impl Iterator<Item = &'a FileRead>) -> BTreeSet<&'a str> {
    files
        .map(|file| file.name.split('_').next().unwrap_or_default())
        .collect()
}

/// Which layout a directory has, and why; the error is the two it might be.
///
/// What a file says in itself counts more than what it is called: goose, dbmate and migcheck name
/// their files as sqlx does.
pub(crate) fn detect(files: &[FileRead]) -> Result<(Layout, String), [(Layout, String); 2]> {
    // A template says what a script would say, and is none.
    let is_script = |file: &&FileRead| !is_companion(&file.name);
    let scripts: Vec<&FileRead> = files.iter().filter(is_script).collect();
    let first = |is: fn(&FileRead) -> bool| scripts.iter().copied().find(|file| is(file));
    let says = |file: &FileRead, what: &str| format!("`{}` {what}", file.name);
    let goose = first(|file| sections::GOOSE.marks(file));
    let dbmate = first(|file| sections::DBMATE.marks(file));
    let folder = first(|file| diesel::is_script(&file.name));
    let versioned = first(|file| refinery::is_script(&file.name));
    let numbered: Vec<&FileRead> = files
        .iter()
        .filter(|file| numbered::is_script(&file.name))
        .collect();
    // A file or two that say what they revise override a peer's order; when it is half of them,
    // it is the graph that holds the directory together.
    let is_marked = |file: &&FileRead| native::is_marked(file) && !file.name.contains('/');
    let marked = versions(scripts.iter().copied().filter(is_marked));
    let ups = numbered.iter().copied();
    let ups = versions(ups.filter(|file| !file.name.contains(".down.")));
    // A folder or two beside them is not what the directory is made of.
    let folders = files.iter().filter(|file| diesel::is_script(&file.name));
    let native = files.iter().find(is_marked).filter(|_| {
        marked.len() * 2 >= ups.len()
            && marked.len() > folders.count()
            && goose.is_none()
            && dbmate.is_none()
            && versioned.is_none()
    });
    let folder = folder.filter(|_| native.is_none());
    let mut found: Vec<(Layout, String)> = [
        (Layout::Native, native, "says what it revises"),
        (Layout::Goose, goose, "has a `-- +goose` line"),
        (Layout::Dbmate, dbmate, "has a `-- migrate:` line"),
        (Layout::Diesel, folder, "stands in a folder of its own"),
        (
            Layout::Refinery,
            versioned,
            "is named as refinery names files",
        ),
    ]
    .into_iter()
    .filter_map(|(layout, file, what)| Some((layout, says(file?, what))))
    .collect();
    let by_content = found
        .iter()
        .any(|(layout, _)| matches!(layout, Layout::Native | Layout::Goose | Layout::Dbmate));
    if let (Some(file), false) = (numbered.first(), by_content) {
        let (layout, what) = numbered::tool(&numbered);
        found.push((layout, says(file, what)));
    }
    let mut found = found.into_iter();
    match (found.next(), found.next()) {
        (Some(one), Some(other)) => Err([one, other]),
        (Some(only), None) => Ok(only),
        (None, _) => Ok((
            Layout::Native,
            "it has no script of another layout".to_owned(),
        )),
    }
}
