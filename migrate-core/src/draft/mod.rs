//! Revisions as the files claim them, before anything is known to fit together.

mod collisions;
mod scripts;

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;

use crate::config::Config;
use crate::finding::{Finding, Label, SourceFile};
use crate::layout::{Class, Layout, Order, ScriptName, stray};
use crate::read::FileRead;
use crate::revision::{Direction, RevisionId};
use crate::{Checksum, Code, Dialect, section};

use collisions::case_collisions;
pub(crate) use collisions::duplicate;

/// One revision as its files describe it.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) id: String,
    /// Where the id is claimed.
    pub(crate) claimed: Label,
    pub(crate) slug: String,
    pub(crate) description: String,
    /// The parents with their places; `None` in a chain, where the order says it.
    pub(crate) revises: Option<Vec<(String, Label)>>,
    /// The whole `revises` value.
    pub(crate) revises_at: Option<Label>,
    pub(crate) depends_on: Vec<(String, Label)>,
    pub(crate) labels: Vec<(String, Label)>,
    pub(crate) irreversible: Option<(String, Label)>,
    pub(crate) touches: Vec<String>,
    pub(crate) scripts: Vec<DraftScript>,
    pub(crate) order: Order,
    /// The layout says by the file's name that there is no way down.
    pub(crate) one_way: bool,
    /// Its scripts name different parents, which is reported.
    pub(crate) is_disputed: bool,
    /// Several of its scripts name the parents: a change to them is a change to all of these.
    pub(crate) is_repeated: bool,
}

#[derive(Debug)]
pub(crate) struct DraftScript {
    pub(crate) direction: Direction,
    pub(crate) dialect: Option<Dialect>,
    pub(crate) source: Arc<SourceFile>,
    pub(crate) checksum: Checksum,
    pub(crate) transaction: bool,
    pub(crate) section: Option<Range<usize>>,
    /// Its name has another slug than the revision's first script.
    is_named_otherwise: bool,
    is_unread: bool,
    /// It says that something is still to be written.
    is_unfinished: bool,
}

impl DraftScript {
    fn label(&self) -> Label {
        Label::file(&*self.source.path)
    }
}

/// A script, and what its name says.
type Placed<'a> = (&'a FileRead, ScriptName<'a>);

/// Sorts the files into revisions. Whatever is wrong with a single file or revision is a finding.
pub(crate) fn draft(
    files: &[FileRead],
    layout: Layout,
    config: &Config,
    findings: &mut Vec<Finding>,
) -> Vec<Draft> {
    let mut scripts: Vec<Placed<'_>> = Vec::with_capacity(files.len());
    let mut metadata: Vec<(String, &FileRead)> = Vec::new();
    for file in files {
        match layout.classify(file, &config.naming.file) {
            Class::Scripts(name, second) => {
                for (code, problem) in &file.header().problems {
                    findings.push(Finding::of_problem(*code, &file.source, problem.clone()));
                }
                for todo in &file.header().todo {
                    let message = format!("the script is not finished: {}", todo.get_ref());
                    findings.push(
                        Finding::new(Code::Unfinished, message)
                            .label(at(file, todo))
                            .help("do it, and delete this line"),
                    );
                }
                scripts.push((file, name));
                scripts.extend(second.map(|second| (file, *second)));
            }
            Class::Metadata(key) => metadata.push((key, file)),
            Class::Companion => {}
            Class::Wrong(_) if file.is_unread => {}
            Class::Wrong(finding) => findings.push(finding),
        }
    }
    // Files stand in the order of their names, and nearly always in that of their keys.
    scripts.sort_by(|(_, a), (_, b)| a.key.cmp(&b.key));
    // Settings of a folder without scripts are nobody's.
    let folder = |file: &FileRead| {
        file.name
            .rsplit_once('/')
            .map(|(folder, _)| folder.to_owned())
    };
    let (metadata, strays): (HashMap<_, _>, Vec<_>) = {
        let is_used = |(key, file): &(String, &FileRead)| {
            let first = scripts.partition_point(|(_, name)| *name.key < **key);
            let mut same = scripts[first..]
                .iter()
                .take_while(|(_, name)| name.key == *key);
            same.any(|(script, _)| folder(script) == folder(file))
        };
        let (used, strays): (Vec<_>, Vec<_>) = metadata.into_iter().partition(is_used);
        (used.into_iter().collect(), strays)
    };
    findings.extend(strays.iter().map(|(_, file)| stray(file)));
    let mut drafts = Vec::with_capacity(scripts.len().div_ceil(2));
    for group in scripts.chunk_by(|(_, one), (_, other)| one.key == other.key) {
        let transaction = group
            .first()
            .and_then(|(_, name)| metadata.get(&*name.key))
            .and_then(|file| run_in_transaction(file, findings));
        drafts.extend(assemble(group, transaction, layout, config, findings));
    }
    case_collisions(files, findings);
    drafts
}

/// diesel's one setting. A file without it says `false`, as its `TomlMetadata` has `#[serde(default)]` on
/// the field: `true` holds where there is no file.
fn run_in_transaction(file: &FileRead, findings: &mut Vec<Finding>) -> Option<bool> {
    use crate::toml_reader as reader;
    let read = reader::parse(&file.source.text).and_then(|table| {
        let value = table.get("run_in_transaction");
        value.map_or(Ok(false), reader::boolean)
    });
    match read {
        Ok(value) => Some(value),
        Err(problem) => {
            let problem = match problem.help {
                Some(_) => problem,
                None => problem.help("diesel reads `run_in_transaction = false` here"),
            };
            findings.push(Finding::of_problem(
                Code::InvalidDirective,
                &file.source,
                problem,
            ));
            None
        }
    }
}

fn assemble(
    group: &[Placed<'_>],
    transaction: Option<bool>,
    layout: Layout,
    config: &Config,
    findings: &mut Vec<Finding>,
) -> Option<Draft> {
    // The up scripts carry the revision; a down script alone is an orphan.
    let first_up = group
        .iter()
        .position(|(_, name)| name.direction == Direction::Up);
    let (leader, leader_name) = group.get(first_up.unwrap_or(0))?;
    let renamed = group
        .iter()
        .find_map(|(file, _)| file.header().revision.as_ref().map(|id| (file, id)));
    let (id, claimed) = match renamed {
        Some((file, id)) => (id.get_ref().clone(), at(file, id)),
        None => (
            leader_name.id.clone().into_owned(),
            Label::file(&*leader.source.path),
        ),
    };
    for (file, other) in group
        .iter()
        .filter_map(|(file, _)| Some((file, file.header().revision.as_ref()?)))
        .filter(|(_, other)| *other.get_ref() != id)
    {
        findings.push(
            Finding::new(
                Code::InvalidDirective,
                format!("the scripts of `{id}` name different ids"),
            )
            .label(at(file, other))
            .label(claimed.clone())
            .help("one of them is enough; where several say it, they have to agree"),
        );
    }
    if let Err(error) = RevisionId::new(&*id) {
        findings.push(
            Finding::new(
                Code::InvalidRevisionId,
                format!("`{id}` cannot be a revision id: {error}"),
            )
            .label(claimed.clone())
            .help("give it another with `-- migcheck: revision = \"…\"`, or rename the file"),
        );
    }
    let mut draft = Draft {
        slug: leader_name.slug.to_owned(),
        order: leader_name.order.clone(),
        one_way: leader_name.one_way,
        is_disputed: false,
        is_repeated: false,
        id,
        claimed,
        description: String::new(),
        revises: None,
        revises_at: None,
        depends_on: Vec::new(),
        labels: Vec::new(),
        irreversible: None,
        touches: Vec::new(),
        scripts: Vec::with_capacity(group.len()),
    };
    for (file, name) in group {
        draft.add(file, name, transaction, findings);
    }
    of_first_file(&mut draft.depends_on);
    of_first_file(&mut draft.labels);
    let mut seen = HashSet::new();
    draft.touches.retain(|glob| seen.insert(glob.clone()));
    draft
        .scripts
        .sort_by_key(|script| (script.direction, script.dialect));
    draft.check_scripts(layout, config, findings);
    // A misspelt `revises` is reported as such, and a file that cannot be read may have one.
    let is_explained = group.iter().any(|(file, _)| {
        let mut problems = file.header().problems.iter();
        file.is_unread
            || file.header().revises_is_wrong
            || problems.any(|(code, _)| *code == Code::UnknownDirective)
    });
    if layout == Layout::Native && draft.revises.is_none() && first_up.is_some() && !is_explained {
        findings.push(
            Finding::new(
                Code::MissingRevises,
                format!("`{}` does not say what it revises", draft.id),
            )
            .label(Label::new(
                &leader.source,
                0..0,
                "the line belongs here, at the top",
            ))
            .help(
                "add `-- migcheck: revises = \"<parent>\"`, or `\"base\"` where the history starts",
            ),
        );
    }
    Some(draft)
}

fn at(file: &FileRead, value: &Spanned<String>) -> Label {
    Label::new(&file.source, value.span(), "")
}

/// Scripts of several dialects may repeat what the first one says.
fn of_first_file(names: &mut Vec<(String, Label)>) {
    let mut first: HashMap<String, Arc<SourceFile>> = HashMap::new();
    names.retain(|(name, label)| {
        let first = first
            .entry(name.clone())
            .or_insert_with(|| Arc::clone(&label.source));
        Arc::ptr_eq(first, &label.source)
    });
}

impl Draft {
    fn add(
        &mut self,
        file: &FileRead,
        name: &ScriptName,
        transaction: Option<bool>,
        findings: &mut Vec<Finding>,
    ) {
        let header = file.header();
        if name.direction == Direction::Up {
            if let Some(revises) = &header.revises {
                let label = Label::new(&file.source, revises.span.clone(), "");
                let parents: Vec<_> = revises
                    .parents
                    .iter()
                    .map(|parent| (parent.get_ref().clone(), at(file, parent)))
                    .collect();
                self.set_revises(parents, label, findings);
            }
            let placed = |item: &Spanned<String>| (item.get_ref().clone(), at(file, item));
            self.depends_on.extend(header.depends_on.iter().map(placed));
            self.labels.extend(header.labels.iter().map(placed));
            if let Some(reason) = &header.irreversible {
                self.irreversible
                    .get_or_insert_with(|| (reason.get_ref().clone(), at(file, reason)));
            }
            self.touches.extend_from_slice(&header.touches);
            if self.description.is_empty() {
                self.description.clone_from(&header.description);
            }
        }
        let (source, checksum) = match &name.section {
            None => (Arc::clone(&file.source), file.checksum),
            Some(section) => {
                let text = section::only(&file.source.text, section);
                let part = file.source.text.get(section.clone()).unwrap_or_default();
                let source = SourceFile {
                    path: file.source.path.clone(),
                    text: text.into(),
                };
                (Arc::new(source), Checksum::of_script(part))
            }
        };
        self.scripts.push(DraftScript {
            direction: name.direction,
            dialect: name.dialect,
            source,
            section: name.section.clone(),
            checksum,
            transaction: header
                .transaction
                .or(transaction)
                .unwrap_or(name.transaction),
            is_named_otherwise: name.slug != self.slug,
            is_unread: file.is_unread,
            is_unfinished: !header.todo.is_empty(),
        });
    }

    fn set_revises(
        &mut self,
        parents: Vec<(String, Label)>,
        label: Label,
        findings: &mut Vec<Finding>,
    ) {
        let Some(known) = &self.revises else {
            self.revises = Some(parents);
            self.revises_at = Some(label);
            return;
        };
        self.is_repeated = true;
        let names = |list: &[(String, Label)]| -> Vec<String> {
            let mut names: Vec<_> = list.iter().map(|(name, _)| name.clone()).collect();
            names.sort();
            names
        };
        if known.len() != parents.len() || names(known) != names(&parents) {
            self.is_disputed = true;
            let mut finding = Finding::new(
                Code::InvalidDirective,
                format!("the scripts of `{}` name different parents", self.id),
            )
            .label(label);
            if let Some(first) = &self.revises_at {
                let mut first = first.clone();
                first.text = "and this one says otherwise".to_owned();
                finding = finding.label(first);
            }
            findings.push(
                finding.help("one of them is enough; where several say it, they have to agree"),
            );
        }
    }
}
