//! Scripts, configuration and whole directories.

use std::collections::BTreeMap;

use migcheck_core::render::{RenderStyle, render};
use migcheck_core::{CONFIG_FILE, Checked, Code, NameParts, Severity, Template, check_files};

pub type Files = BTreeMap<String, Vec<u8>>;

pub const NATIVE: &str = "layout = \"native\"\nnaming.file = \"{seq}_{slug}\"\n";

/// A script, read as the up script and as the down script of a revision.
pub fn header(script: &[u8]) {
    for name in ["002_x.up.sql", "002_x.down.sql"] {
        let mut files = native(&[("001_users", "\"base\""), ("002_x", "\"001\"")]);
        files.insert(name.to_owned(), script.to_vec());
        let checked = examine(&files);
        as_saved_on_windows(&checked, files, name);
    }
}

/// `migcheck.toml`, beside two revisions.
pub fn config(text: &[u8]) {
    let mut files = native(&[("001_users", "\"base\""), ("002_x", "\"001\"")]);
    files.insert(CONFIG_FILE.to_owned(), text.to_vec());
    let checked = examine(&files);
    names_read_back(&checked.config.naming.file);
    as_saved_on_windows(&checked, files, CONFIG_FILE);
}

/// A directory, written down as [`files_of`] reads it.
pub fn layout(text: &[u8]) {
    let mut files = files_of(text);
    let checked = examine(&files);
    let is_ambiguous = |checked: &Checked| {
        let mut findings = checked.findings.iter();
        findings.any(|one| one.code == Code::AmbiguousLayout)
    };
    same(&checked, &check_files(files.clone(), "migrations"));
    // A layout that was recognised is the layout that could have been named.
    if checked.layout_reason.is_some()
        && !files.contains_key(CONFIG_FILE)
        && !is_ambiguous(&checked)
    {
        let named = format!("layout = \"{}\"\n", checked.layout);
        files.insert(CONFIG_FILE.to_owned(), named.into_bytes());
        let collides = files
            .keys()
            .any(|name| name != CONFIG_FILE && name.eq_ignore_ascii_case(CONFIG_FILE));
        if !collides {
            same(&checked, &examine(&files));
        }
    }
}

/// Reads `=== NAME` lines, each followed by what stands in that file.
pub fn files_of(text: &[u8]) -> Files {
    let mut files = Files::new();
    let mut name = None;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        if let Some(rest) = line.strip_prefix(b"=== ") {
            let said = String::from_utf8_lossy(rest)
                .trim_end_matches('\n')
                .to_owned();
            let parts: Vec<&str> = said.split('/').collect();
            let is_possible = parts.len() < 3
                && !said.contains('\0')
                && parts.iter().all(|part| !["", ".", ".."].contains(part));
            name = is_possible.then_some(said);
            if let Some(name) = &name {
                files.insert(name.clone(), Vec::new());
            }
        } else if let Some(content) = name.as_ref().and_then(|name| files.get_mut(name)) {
            content.extend_from_slice(line);
        }
    }
    files
}

/// A native directory of these revisions; the second of each pair is the value of `revises`.
pub fn native(revisions: &[(&str, &str)]) -> Files {
    let mut files = Files::new();
    files.insert(CONFIG_FILE.to_owned(), NATIVE.into());
    for (name, revises) in revisions {
        let up = format!("-- migcheck: revises = {revises}\nCREATE TABLE t_{name} (id int);\n");
        files.insert(format!("{name}.up.sql"), up.into());
        let down = format!("DROP TABLE t_{name};\n");
        files.insert(format!("{name}.down.sql"), down.into());
    }
    files
}

/// Checks a directory, and what is said of it.
pub fn examine(files: &Files) -> Checked {
    let checked = check_files(files.clone(), "migrations");
    shown(&checked);
    checked
}

/// Every place lies in its text, in whole characters; every finding says what to do, and can be drawn.
pub fn shown(checked: &Checked) {
    for finding in &checked.findings {
        let edit = finding.edit.iter().map(|edit| (&edit.source, &edit.span));
        let labels = finding.labels.iter().map(|one| (&one.source, &one.span));
        for (source, span) in labels.chain(edit) {
            assert!(source.text.get(span.clone()).is_some(), "{finding:?}");
        }
        assert!(!finding.labels.is_empty(), "{finding:?}");
        assert!(!finding.message.trim().is_empty(), "{finding:?}");
        assert!(!finding.help.is_empty(), "{finding:?}");
        let style = RenderStyle {
            color: false,
            width: 80,
        };
        let drawn = render(finding, style);
        assert!(drawn.contains(finding.code.name()), "{drawn}");
    }
    let mut findings = checked.findings.iter();
    let is_explained = findings.any(|one| one.severity == Severity::Deny);
    assert!(checked.graph.is_some() || is_explained, "{checked:?}");
}

/// Two checks that have to say the same.
pub fn same(one: &Checked, other: &Checked) {
    assert_eq!(one.findings, other.findings);
    assert_eq!(one.lock, other.lock);
    let chain = |checked: &Checked| {
        checked
            .graph
            .as_ref()
            .map(migcheck_core::RevisionGraph::chain)
    };
    assert_eq!(chain(one), chain(other));
}

/// A second check says the same. Line ends and a byte-order mark are an editor's business.
fn as_saved_on_windows(checked: &Checked, mut files: Files, name: &str) {
    if let Ok(text) = str::from_utf8(&files[name])
        && !text.contains('\r')
    {
        let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        files.insert(name.to_owned(), windows.into_bytes());
    }
    same(checked, &check_files(files, "migrations"));
}

/// `cargo migcheck new` makes no name that the check then refuses.
fn names_read_back(template: &Template) {
    for hash in ["3f9a1c2b7d4e", "000000000000"] {
        let id = template.id(&NameParts {
            timestamp: "20250824093000".to_owned(),
            seq: "001".to_owned(),
            hash: hash.to_owned(),
        });
        let name = format!("{id}_add_users");
        let read = template.read(&name).map(|found| (found.id, found.slug));
        assert_eq!(read, Some((&*id, "add_users")), "{}", template.as_str());
    }
}
