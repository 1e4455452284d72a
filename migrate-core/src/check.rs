//! The one set of rules: what the macro, the command line and the library all call.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use crate::config::{self, CONFIG_FILE, Config, known};
use crate::draft::draft;
use crate::finding::{self, Finding, Label};
use crate::fingerprints::{self, FINGERPRINTS_FILE};
use crate::graph::{self, RevisionGraph, Settings};
use crate::guard::Guard;
use crate::include::{self, Folders, Included};
use crate::layout::{self, Layout};
use crate::lock::{self, LOCK_FILE, Lock};
use crate::locked_edits;
use crate::past::{Locked, Past};
use crate::read::{Contents, FileRead, joined, read_directory, read_files};
use crate::render::{RenderStyle, render_all};
use crate::{Code, Outcome, Severity, nearest};

/// A migration directory that has been read and checked.
#[derive(Debug)]
pub struct Checked {
    /// Where it is.
    pub root: PathBuf,
    /// How messages call it.
    pub shown_as: String,
    /// Its layout.
    pub layout: Layout,
    /// Why it was taken for that layout, where it does not say so itself.
    pub layout_reason: Option<String>,
    /// Its configuration.
    pub config: Config,
    /// Everything wrong or risky, ordered by file and line; what is allowed is left out.
    pub findings: Vec<Finding>,
    /// The graph, where the directory has one.
    pub graph: Option<RevisionGraph>,
    /// The lock, where there is a readable one.
    pub lock: Option<Lock>,
    /// Every file that was read, below `root`: what a build has to watch.
    pub files: Vec<String>,
    pub(crate) folders: Folders,
}

impl Checked {
    /// Whether anything is wrong at `deny`.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.severity == Severity::Deny)
    }

    /// How many findings are errors, and how many are warnings.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let of = |severity| {
            self.findings
                .iter()
                .filter(|one| one.severity == severity)
                .count()
        };
        (of(Severity::Deny), of(Severity::Warn))
    }
}

/// A directory that no graph could be made of.
#[derive(Debug, thiserror::Error)]
#[error(
    "the migration directory `{directory}` is not sound:\n\n{}",
    render_all(findings, RenderStyle::default())
)]
pub struct Unsound {
    /// How messages call the directory.
    pub directory: String,
    /// The errors.
    pub findings: Vec<Finding>,
}

impl RevisionGraph {
    /// Reads a directory, for a program that does without `embed!`.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn load(directory: impl AsRef<Path>) -> Result<Self, Unsound> {
        let directory = directory.as_ref();
        let checked = check(directory, &directory.to_string_lossy());
        let failed = checked.has_errors();
        match checked.graph {
            Some(graph) if !failed => Ok(graph),
            _ => Err(Unsound {
                directory: checked.shown_as,
                findings: checked
                    .findings
                    .into_iter()
                    .filter(|finding| finding.severity == Severity::Deny)
                    .collect(),
            }),
        }
    }
}

/// Reads the directory at `root` and applies every rule; `shown_as` is how messages call it.
#[must_use]
pub fn check(root: &Path, shown_as: &str) -> Checked {
    check_with(root, shown_as, Past::default())
}

/// Like [`check()`], with what is known of the directory's past.
#[must_use]
pub fn check_with(root: &Path, shown_as: &str, past: Past<'_>) -> Checked {
    check_as(root, shown_as, None, past)
}

/// Like [`check_with`], of the layout that is named instead of the one that the directory says or
/// shows.
pub(crate) fn check_as(
    root: &Path,
    shown_as: &str,
    layout: Option<Layout>,
    past: Past<'_>,
) -> Checked {
    let mut contents = read_directory(root, shown_as);
    let included = include::add(root, shown_as, &mut contents);
    check_contents(contents, included, root, shown_as, layout, past)
}

/// Applies every rule to files that stand in memory, by their names below the directory: what
/// [`check()`] says of a directory that holds them and includes no other.
#[doc(hidden)]
#[must_use]
pub fn check_files(files: BTreeMap<String, Vec<u8>>, shown_as: &str) -> Checked {
    let contents = read_files(files, shown_as);
    let included = Included::nothing(&contents, shown_as);
    let root = Path::new(shown_as);
    check_contents(contents, included, root, shown_as, None, Past::default())
}

fn check_contents(
    contents: Contents,
    included: Included,
    root: &Path,
    shown_as: &str,
    layout: Option<Layout>,
    past: Past<'_>,
) -> Checked {
    let mut findings = contents.findings;
    let files = contents.files;
    let config_file = files.iter().find(|file| file.name == CONFIG_FILE);
    let mut config = read_config(config_file, &mut findings);
    config.layout = layout.or(config.layout);
    let chosen = choose_layout(&config, &files, shown_as);
    let (layout, layout_reason) = match &chosen {
        Ok((layout, reason)) => (*layout, reason.clone()),
        Err(_) => (Layout::Native, None),
    };
    let drafts = match chosen {
        Ok(_) => draft(&files, layout, &config, &mut findings),
        // Whatever else was said of the files would be said of the wrong layout.
        Err(finding) => {
            findings.push(*finding);
            Vec::new()
        }
    };
    if layout.is_chain() {
        // A peer's folder was there before migcheck: what it keeps beside its migrations is worth
        // a word, not a broken build.
        for stray in findings
            .iter_mut()
            .filter(|one| one.code == Code::StrayFile)
        {
            stray.severity = Severity::Warn;
        }
    }
    let is_config_unread = config_file.is_some_and(|file| file.is_unread);
    if is_config_unread
        || findings
            .iter()
            .any(|finding| finding.code == Code::InvalidConfig)
    {
        // The names may well follow the template that could not be read.
        findings.retain(|finding| finding.code != Code::BadFileName);
    }
    if let (Some(file), config::Heads::Labels(labels)) = (config_file, &config.heads) {
        check_head_labels(file, labels, &drafts, &mut findings);
    }
    let settings = settings(&config, shown_as);
    let sound = !findings.iter().any(|finding| finding.code.is_fixed());
    let lock = files
        .iter()
        .find(|file| file.name == LOCK_FILE && !file.is_unread)
        .map(|file| (Lock::read(&file.source.text), &file.source));
    let mut built = graph::build(
        drafts,
        layout.is_chain(),
        &config,
        settings,
        sound,
        lock.as_ref().and_then(|(lock, _)| lock.as_ref().ok()),
        &mut findings,
    );
    if included.is_part {
        findings.retain(|one| !matches!(one.code, Code::UnknownParent | Code::UnknownDependency));
    }
    if let Some(graph) = built.graph.as_mut().filter(|_| layout == Layout::Native) {
        findings.extend(graph.take_fixtures(&files));
    }
    let fingerprints = files.iter().find(|file| file.name == FINGERPRINTS_FILE);
    if let Some(file) = fingerprints.filter(|file| !file.is_unread) {
        let (known, found) = fingerprints::check(&file.source, built.graph.as_ref());
        built.graph = built.graph.map(|graph| graph.with_fingerprints(&known));
        findings.extend(found);
    }
    if let (Some(file), Some(graph)) = (config_file, &built.graph) {
        check_known_faults(file, graph, &mut findings);
    }
    let mut guard = built.graph.as_ref().map(|graph| Guard {
        graph,
        claimed: &built.claimed,
        is_chain: layout.is_chain(),
        texts: past.texts.map(|texts| Locked {
            texts,
            folders: &included.folders,
            layout,
            template: &config.naming.file,
        }),
        known: BTreeSet::new(),
    });
    let since = match (&mut guard, past.since) {
        (Some(guard), Some(since)) => guard.against(since),
        _ => Vec::new(),
    };
    let lock = match lock {
        Some((Ok(lock), source)) => {
            if let Some(guard) = &mut guard {
                findings.extend(guard.with_lock(&lock, source, past.since.is_some()));
            }
            Some(lock)
        }
        Some((Err(problem), source)) => {
            findings.push(lock::unreadable(source, problem));
            None
        }
        None => None,
    };
    apply_levels(&config, &files, &mut findings);
    locked_edits::keep(&files, layout, &config, lock.as_ref(), &mut findings);
    findings.extend(since);
    if layout == Layout::Native {
        fold_reparented(&mut findings);
    }
    finding::sort(&mut findings);
    Checked {
        root: root.to_owned(),
        shown_as: shown_as.to_owned(),
        layout,
        layout_reason,
        config,
        findings,
        graph: built.graph,
        lock,
        files: included.names,
        folders: included.folders,
    }
}

fn read_config(file: Option<&FileRead>, findings: &mut Vec<Finding>) -> Config {
    let Some(file) = file else {
        return Config::default();
    };
    let (config, problems) = Config::read_mending(&file.source.text);
    findings.extend(
        problems
            .into_iter()
            .map(|problem| Finding::of_problem(Code::InvalidConfig, &file.source, problem)),
    );
    config
}

/// The layout, and why it was taken; the error is that it cannot be told.
fn choose_layout(
    config: &Config,
    files: &[FileRead],
    shown_as: &str,
) -> Result<(Layout, Option<String>), Box<Finding>> {
    if let Some(layout) = config.layout {
        return Ok((layout, None));
    }
    match layout::detect(files) {
        Ok((layout, reason)) => Ok((layout, Some(reason))),
        Err([(one, why_one), (other, why_other)]) => {
            let message = format!("the directory might be of the layout `{one}` or `{other}`");
            let config = joined(shown_as, CONFIG_FILE);
            let finding = Finding::new(Code::AmbiguousLayout, message)
                .label(Label::file(shown_as))
                .note(format!("`{one}`: {why_one}"))
                .note(format!("`{other}`: {why_other}"))
                .help(format!("say which: `layout = \"{one}\"` in {config}"));
            Err(Box::new(finding))
        }
    }
}

fn check_head_labels(
    file: &FileRead,
    labels: &[String],
    drafts: &[crate::draft::Draft],
    findings: &mut Vec<Finding>,
) {
    let carried = drafts.iter().flat_map(|draft| &draft.labels);
    let carried: HashSet<&str> = carried.map(|(name, _)| &**name).collect();
    let span = config::span_of(&file.source.text, "heads").unwrap_or(0..0);
    for label in labels {
        if !carried.contains(&**label) {
            findings.push(
                Finding::new(Code::InvalidConfig, format!("`heads` names the label `{label}`, which no revision carries"))
                    .label(Label::new(&file.source, span.clone(), ""))
                    .help(format!("add `-- migcheck: labels = [\"{label}\"]` to a revision, or take it from the list")),
            );
        }
    }
}

/// A record of a fault that no revision can have any more hides nothing, and helps nobody.
fn check_known_faults(file: &FileRead, graph: &RevisionGraph, findings: &mut Vec<Finding>) {
    let ids = || graph.revisions().iter().map(|one| one.id.as_str());
    for fault in &graph.settings().known {
        let id = &*fault.revision;
        if graph.position(id).is_none() {
            let message = format!("`known` names the revision `{id}`, which does not exist");
            let help = match nearest(id, ids()) {
                Some(near) => format!("if `{near}` is meant, write that; else take the record out"),
                None => "take the record out".to_owned(),
            };
            let place = known::place_of(&file.source.text, id).unwrap_or(0..0);
            findings.push(
                Finding::new(Code::InvalidConfig, message)
                    .label(Label::new(&file.source, place, ""))
                    .help(help),
            );
        }
    }
}

fn settings(config: &Config, shown_as: &str) -> Settings {
    Settings {
        directory: shown_as.to_owned(),
        databases: config.databases.clone(),
        servers: config.round_trip.servers.clone(),
        images: config
            .round_trip
            .images
            .iter()
            .map(|(server, image)| (server.clone(), image.clone()))
            .collect(),
        workers: config.round_trip.workers,
        rows: config.round_trip.rows,
        seed: config.round_trip.seed,
        known: config.round_trip.known.clone(),
        column_order: config
            .round_trip
            .column_order
            .unwrap_or_else(|| Outcome::ColumnOrderDiffers.default_severity()),
        history_table: config.history_table.clone(),
        history_schema: config.history_schema.clone(),
    }
}

/// Applies `[rules]` and the files' own `allow`.
fn apply_levels(config: &Config, files: &[FileRead], findings: &mut Vec<Finding>) {
    let allow: HashMap<&str, &[Code]> = files
        .iter()
        .filter(|file| !file.header().allow.is_empty())
        .map(|file| (&*file.source.path, &*file.header().allow))
        .collect();
    for finding in findings.iter_mut() {
        if let Some(severity) = config.rules.get(&finding.code) {
            finding.severity = *severity;
        }
        let silences = |label: &Label| {
            let codes = allow.get(&*label.source.path);
            codes.is_some_and(|codes| codes.contains(&finding.code))
        };
        if finding.labels.iter().any(silences) {
            finding.severity = Severity::Allow;
        }
    }
    findings.retain(|finding| finding.severity != Severity::Allow);
}

/// A native script says its parent itself: where that was edited, the edit is not news.
fn fold_reparented(findings: &mut Vec<Finding>) {
    let path = |finding: &Finding| {
        let label = finding.labels.first();
        label.map(|label| label.source.path.clone())
    };
    let reparented: HashMap<_, _> = findings
        .iter()
        .filter(|finding| finding.code == Code::ReparentedAfterLock)
        .map(|finding| (path(finding), finding.severity))
        .collect();
    findings.retain(|finding| {
        finding.code != Code::EditedAfterLock
            || reparented
                .get(&path(finding))
                .is_none_or(|severity| *severity < finding.severity)
    });
}
