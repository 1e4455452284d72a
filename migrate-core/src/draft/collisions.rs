//! Two files where there can only be one.

use std::collections::{HashMap, HashSet};

use crate::Code;
use crate::finding::{Finding, Label};
use crate::read::FileRead;

/// Two claims of one id.
pub(crate) fn duplicate(id: &str, first: Label, second: Label) -> Finding {
    let mut finding = Finding::new(
        Code::DuplicateRevision,
        format!("two files claim the revision `{id}`"),
    );
    for mut label in [second, first] {
        if label.text.is_empty() && !label.source.text.is_empty() {
            label.text = "claimed here".to_owned();
        }
        finding = finding.label(label);
    }
    let differ_in_case = match finding.labels.as_slice() {
        [one, other] => one.source.path.to_lowercase() == other.source.path.to_lowercase(),
        _ => false,
    };
    if differ_in_case {
        return finding
            .note("their names differ in case alone: on Windows and macOS they are one file")
            .help("delete one of them");
    }
    if let [one, other] = finding.labels.as_slice()
        && let Some(stem) = underscored(&one.source.path, &other.source.path)
    {
        let help = format!("rename them to `{stem}.up.sql` and `{stem}.down.sql`");
        return finding
            .note("`_up` and `_down` are a part of the name: both files are read as up scripts")
            .help(help);
    }
    finding.help("give one of them another id, in its file names or its `revision` directive: an id names one revision, for ever")
}

/// What `1_x_up.sql` and `1_x_down.sql` have in common.
fn underscored<'a>(one: &'a str, other: &'a str) -> Option<&'a str> {
    let pair = |up: &'a str, down: &'a str| {
        let stem = up.strip_suffix("_up.sql")?;
        (down.strip_suffix("_down.sql") == Some(stem)).then_some(stem)
    };
    let stem = pair(one, other).or_else(|| pair(other, one))?;
    stem.rsplit('/').next()
}

/// Two paths, whichever of them comes first.
fn pair(one: &str, other: &str) -> [String; 2] {
    let mut pair = [one.to_owned(), other.to_owned()];
    pair.sort_unstable();
    pair
}

/// Names that are equal on a disk that does not tell upper from lower case.
pub(super) fn case_collisions(files: &[FileRead], findings: &mut Vec<Finding>) {
    // Names without a capital are told apart by every disk.
    let is_lower = |byte: u8| byte.is_ascii() && !byte.is_ascii_uppercase();
    if files
        .iter()
        .all(|file| file.source.path.bytes().all(is_lower))
    {
        return;
    }
    let mut seen: HashMap<String, &FileRead> = HashMap::with_capacity(files.len());
    let duplicates = findings
        .iter()
        .filter(|finding| finding.code == Code::DuplicateRevision);
    let explained: HashSet<[String; 2]> = duplicates
        .filter_map(|finding| match finding.labels.as_slice() {
            [one, other] => Some(pair(&one.source.path, &other.source.path)),
            _ => None,
        })
        .collect();
    for file in files {
        if let Some(other) = seen.insert(file.source.path.to_lowercase(), file) {
            if explained.contains(&pair(&file.source.path, &other.source.path)) {
                continue;
            }
            findings.push(
                Finding::new(
                    Code::CaseCollision,
                    format!(
                        "`{}` and `{}` are one file on Windows and macOS",
                        other.name, file.name
                    ),
                )
                .label(Label::file(&*file.source.path))
                .label(Label::file(&*other.source.path))
                .help("rename one of them"),
            );
        }
    }
}
