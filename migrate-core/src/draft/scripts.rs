//! What scripts a revision has to have: an up script for each database, and a way down from it.

use std::sync::Arc;

use super::collisions::duplicate;
use super::{Draft, DraftScript};
use crate::config::Config;
use crate::finding::{Finding, Label, SourceFile};
use crate::layout::Layout;
use crate::revision::Direction;
use crate::{Code, Dialect, Severity, split};

impl Draft {
    /// Reports what is missing among the scripts, or there twice.
    pub(super) fn check_scripts(
        &self,
        layout: Layout,
        config: &Config,
        findings: &mut Vec<Finding>,
    ) {
        let same = |pair: &&[DraftScript]| {
            (pair[0].direction, pair[0].dialect) == (pair[1].direction, pair[1].dialect)
        };
        let pairs: Vec<_> = self.scripts.windows(2).filter(same).collect();
        for pair in &pairs {
            // Two up scripts that claim an id explain their two down scripts.
            if pair[0].direction == pairs[0][0].direction {
                findings.push(duplicate(&self.id, pair[0].label(), pair[1].label()));
            }
        }
        let other = self
            .scripts
            .iter()
            .find(|script| layout == Layout::Native && script.is_named_otherwise);
        if let Some(other) = other {
            let of_leader = Label::file(&*self.claimed.source.path);
            let code = if other.direction == Direction::Up {
                Code::DuplicateRevision
            } else {
                Code::BadFileName
            };
            if code == Code::BadFileName {
                findings.push(
                    Finding::new(
                        code,
                        format!("the scripts of `{}` have different names", self.id),
                    )
                    .label(other.label())
                    .label(of_leader)
                    .help(format!("call both `{}_{}`", self.id, self.slug)),
                );
            } else if other.dialect.is_some() || pairs.is_empty() {
                findings.push(duplicate(&self.id, of_leader, other.label()));
            }
        }
        let ups = || {
            self.scripts
                .iter()
                .filter(|script| script.direction == Direction::Up)
        };
        let downs = || {
            self.scripts
                .iter()
                .filter(|script| script.direction == Direction::Down)
        };
        if ups().next().is_none() {
            findings.push(
                Finding::new(
                    Code::MissingUp,
                    format!("`{}` has a down script and no up script", self.id),
                )
                .label(self.claimed.clone())
                .help("add the up script, or delete the down script"),
            );
            return;
        }
        self.check_dialects(
            config,
            ups().map(|script| script.dialect).collect(),
            findings,
        );
        match (&self.irreversible, downs().next()) {
            (Some((_, label)), Some(down)) => findings.push(
                Finding::new(
                    Code::InvalidDirective,
                    format!(
                        "`{}` is declared irreversible and has a down script",
                        self.id
                    ),
                )
                .label(label.clone())
                .label(down.label())
                .help("delete one of the two"),
            ),
            (Some(_), None) => {}
            // What cannot be read may say that there is no way down, or be one; and whose down
            // script it is, nobody knows while two claim the id.
            (None, _) if self.scripts.iter().any(|script| script.is_unread) => {}
            (None, _) if !pairs.is_empty() => {}
            (None, _) => self.check_downs(config, findings),
        }
    }

    fn check_dialects(
        &self,
        config: &Config,
        ups: Vec<Option<Dialect>>,
        findings: &mut Vec<Finding>,
    ) {
        for dialect in &config.databases {
            if !ups.contains(&None) && !ups.contains(&Some(*dialect)) {
                findings.push(
                    Finding::new(Code::MissingDialect, format!("`{}` has no up script for {dialect}", self.id))
                        .label(Label::file(&*self.claimed.source.path))
                        .note("`databases` in migcheck.toml lists it")
                        .help(format!("add `{}_{}.up.{dialect}.sql`, with only a comment if there is nothing to do", self.id, self.slug)),
                );
            }
        }
    }

    /// The dialects that some up script is for, and which therefore need a way down.
    fn up_dialects(&self, config: &Config) -> Vec<Dialect> {
        let named = |wanted: Option<Dialect>| {
            self.scripts
                .iter()
                .any(|script| script.direction == Direction::Up && script.dialect == wanted)
        };
        let candidates = if config.databases.is_empty() {
            &Dialect::ALL[..]
        } else {
            &config.databases
        };
        candidates
            .iter()
            .copied()
            .filter(|dialect| named(None) || named(Some(*dialect)))
            .collect()
    }

    fn script(&self, direction: Direction, dialect: Dialect) -> Option<&DraftScript> {
        let of = |wanted| {
            self.scripts
                .iter()
                .find(|script| script.direction == direction && script.dialect == wanted)
        };
        of(Some(dialect)).or_else(|| of(None))
    }

    fn check_downs(&self, config: &Config, findings: &mut Vec<Finding>) {
        let dialects = self.up_dialects(config);
        let missing: Vec<&str> = dialects
            .iter()
            .filter(|dialect| self.script(Direction::Down, **dialect).is_none())
            .map(|dialect| dialect.name())
            .collect();
        if !missing.is_empty() {
            let message = if missing.len() == dialects.len() {
                format!("`{}` has no down script", self.id)
            } else {
                format!(
                    "`{}` has no down script for {}",
                    self.id,
                    missing.join(" and ")
                )
            };
            let mut finding = Finding::new(Code::MissingDown, message)
                .label(Label::file(&*self.claimed.source.path))
                .help("write one, or say why there is none: `-- migcheck: irreversible = \"<reason>\"`");
            if self.one_way {
                finding.severity = Severity::Warn;
            }
            findings.push(finding);
        }
        let mut seen: Vec<&Arc<SourceFile>> = Vec::new();
        for dialect in dialects {
            let (Some(up), Some(down)) = (
                self.script(Direction::Up, dialect),
                self.script(Direction::Down, dialect),
            ) else {
                continue;
            };
            if seen.iter().any(|source| Arc::ptr_eq(source, &down.source)) {
                continue;
            }
            let blank = |script: &DraftScript| split::is_blank(&script.source.text, dialect);
            if blank(down) && !blank(up) && !down.is_unfinished {
                seen.push(&down.source);
                let mut label = down.label();
                if !down.source.text.is_empty() {
                    label = Label::new(&down.source, 0..0, "no statement in this file");
                }
                findings.push(
                    Finding::new(Code::EmptyDown, format!("the down script of `{}` does nothing", self.id))
                        .label(label)
                        .label(up.label())
                        .help("undo what the up script does; or delete the file and declare in the up script `-- migcheck: irreversible = \"<reason>\"`"),
                );
            }
        }
    }
}
