//! Rows that a revision brings along for its tests: `<revision>.fixture[.<dialect>].sql`.

use super::RevisionGraph;
use crate::finding::{Finding, Label};
use crate::read::FileRead;
use crate::revision::{Direction, Script};
use crate::{Code, Dialect};

impl RevisionGraph {
    /// The script with rows for the state after the revision at `place`; the dialect's own before
    /// the common one.
    #[must_use]
    pub fn fixture(&self, place: usize, dialect: Dialect) -> Option<&Script> {
        let of = |wanted: Option<Dialect>| {
            let mut fixtures = self.fixtures.iter();
            fixtures.find(|(at, fixture)| *at == place && fixture.dialect == wanted)
        };
        let found = of(Some(dialect)).or_else(|| of(None));
        found.map(|(_, fixture)| fixture)
    }

    pub(crate) fn fixtures(&self) -> &[(usize, Script)] {
        &self.fixtures
    }

    pub(crate) fn with_fixtures(mut self, fixtures: Vec<(usize, Script)>) -> Self {
        self.fixtures = fixtures;
        self
    }

    /// Takes the fixtures among the files of a native directory. One that belongs to no revision is
    /// found.
    pub(crate) fn take_fixtures(&mut self, files: &[FileRead]) -> Vec<Finding> {
        let mut findings = Vec::new();
        for file in files.iter().filter(|file| !file.is_unread) {
            let Some((of, dialect)) = parts(&file.name) else {
                continue;
            };
            let known = match dialect {
                "" => Some(None),
                name => Dialect::from_name(name).map(Some),
            };
            // By the id, or called as the revision's scripts are.
            let place = self.position(of).or_else(|| {
                let slug =
                    |at: &usize| format!("{}_{}", self.revisions[*at].id, self.revisions[*at].slug);
                let named = of
                    .match_indices('_')
                    .filter_map(|(end, _)| self.position(&of[..end]));
                named.into_iter().find(|at| slug(at) == of)
            });
            let (Some(place), Some(dialect)) = (place, known) else {
                findings.push(belongs_to_nothing(
                    file,
                    known.is_none().then_some(dialect),
                    of,
                ));
                continue;
            };
            let script = Script {
                direction: Direction::Up,
                dialect,
                source: std::sync::Arc::clone(&file.source),
                checksum: file.checksum,
                transaction: file.header().transaction.unwrap_or(true),
                section: None,
            };
            self.fixtures.push((place, script));
        }
        findings
    }
}

/// What stands before and behind `.fixture`; nothing of a file that is none.
fn parts(name: &str) -> Option<(&str, &str)> {
    let stem = name
        .strip_suffix(".sql")
        .filter(|stem| !stem.contains('/'))?;
    match stem.strip_suffix(".fixture") {
        Some(of) => Some((of, "")),
        None => stem.rsplit_once(".fixture."),
    }
}

fn belongs_to_nothing(file: &FileRead, dialect: Option<&str>, of: &str) -> Finding {
    let (message, help) = match dialect {
        Some(dialect) => (
            format!(
                "`{}` is a fixture for `{dialect}`, which is no database",
                file.name
            ),
            "the databases are `postgres`, `mysql` and `sqlite`".to_owned(),
        ),
        None => (
            format!("`{}` is a fixture of no revision", file.name),
            format!("there is no revision `{of}`; call it `<revision>.fixture.sql`, or delete it"),
        ),
    };
    Finding::new(Code::StrayFile, message)
        .label(Label::file(&*file.source.path))
        .help(help)
}
