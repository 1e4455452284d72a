//! Small migration directories: `Files::new().add("1_a.up.sql", "…").check()`.

// Every test binary uses its own part of this.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use migcheck_core::render::{RenderStyle, render_all};
use migcheck_core::{Checked, LOCK_FILE, Lock, RevisionGraph, check};
use tempfile::TempDir;

/// How the directory is called in messages.
pub const SHOWN_AS: &str = "migrations";

/// The files of a directory that is yet to be written.
#[derive(Debug, Clone, Default)]
pub struct Files(BTreeMap<String, Vec<u8>>);

impl Files {
    pub fn new() -> Self {
        Self::default()
    }

    /// A file; one of that name is replaced.
    pub fn add(mut self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.0.insert(name.to_owned(), content.as_ref().to_vec());
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        assert!(self.0.remove(name).is_some(), "there is no {name}");
        self
    }

    /// A native revision of two scripts; `revises` is the directive's value.
    pub fn revision(self, name: &str, revises: &str) -> Self {
        let up = format!("-- migcheck: revises = {revises}\nCREATE TABLE t_{name} (id int);\n");
        let down = format!("DROP TABLE t_{name};\n");
        self.add(&format!("{name}.up.sql"), up)
            .add(&format!("{name}.down.sql"), down)
    }

    /// A history of a line a revision: `id < parents ~ dependencies # labels`.
    pub fn history(lines: &str) -> Self {
        let config = "layout = \"native\"\nheads = 1000\nbases = 1000\nnaming.file = \"{seq}_{slug}\"\nrules.missing-down = \"allow\"\n";
        let mut files = Self::new().add("migcheck.toml", config);
        for (at, line) in lines.trim().lines().enumerate() {
            let (line, labels) = line.split_once('#').unwrap_or((line, ""));
            let (line, depends_on) = line.split_once('~').unwrap_or((line, ""));
            let (id, parents) = line.split_once('<').unwrap_or((line, "base"));
            let list = |names: &str| format!("{:?}", names.split_whitespace().collect::<Vec<_>>());
            let text = format!(
                "-- migcheck: revision = {:?}\n-- migcheck: revises = {}\n-- migcheck: depends-on = {}\n-- migcheck: labels = {}\n",
                id.trim(),
                list(parents),
                list(depends_on),
                list(labels),
            );
            files = files.add(&format!("{at}_x.up.sql"), text);
        }
        files
    }

    /// Writes the lock of what is there, as `cargo migcheck lock` does.
    pub fn locked(self) -> Self {
        let lock = Lock::of(&self.graph()).to_text();
        self.add(LOCK_FILE, lock)
    }

    pub fn write(&self) -> TempDir {
        let directory = TempDir::new().unwrap();
        self.write_to(directory.path());
        directory
    }

    fn write_to(&self, root: &Path) {
        for (name, content) in &self.0 {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
    }

    pub fn into_inner(self) -> BTreeMap<String, Vec<u8>> {
        self.0
    }

    /// Checks it, and that no finding leaves its reader without something to do next.
    pub fn check(&self) -> Checked {
        let checked = check(self.write().path(), SHOWN_AS);
        for finding in &checked.findings {
            assert!(!finding.help.is_empty(), "no help: {finding:?}");
        }
        checked
    }

    /// Everything that is found, as it is drawn for a terminal of 80 columns.
    pub fn report(&self) -> String {
        report(&self.check())
    }

    /// The codes that are found, in the order of the report.
    pub fn codes(&self) -> Vec<&'static str> {
        let findings = self.check().findings;
        findings.iter().map(|one| one.code.name()).collect()
    }

    /// The graph of a directory that has one.
    pub fn graph(&self) -> RevisionGraph {
        let checked = self.check();
        let report = report(&checked);
        checked
            .graph
            .unwrap_or_else(|| panic!("no graph:\n{report}"))
    }

    /// The ids, in the order of the graph.
    pub fn ids(&self) -> Vec<String> {
        let graph = self.graph();
        let revisions = graph.revisions().iter();
        revisions.map(|one| one.id.to_string()).collect()
    }
}

pub fn report(checked: &Checked) -> String {
    let style = RenderStyle {
        color: false,
        width: 80,
    };
    render_all(&checked.findings, style)
}
