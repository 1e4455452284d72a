//! How a directory names its files: one file here for each layout.

mod diesel;
mod native;
mod sqlx;

use std::fmt;

use crate::naming::Template;
use crate::read::FileRead;
use crate::revision::Direction;
use crate::{Dialect, Finding};

/// The layouts migcheck reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layout {
    /// migcheck's own: `<revision>_<slug>.<up|down>[.<dialect>].sql`, parents in directives.
    Native,
    /// sqlx: `V_name.sql`, `V_name.up.sql` and `V_name.down.sql`, in numeric order.
    Sqlx,
    /// diesel: `V_name/up.sql` and `V_name/down.sql`, in lexical order.
    Diesel,
}

impl Layout {
    /// Every layout.
    pub const ALL: [Self; 3] = [Self::Native, Self::Sqlx, Self::Diesel];

    /// The name `migcheck.toml` uses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Sqlx => "sqlx",
            Self::Diesel => "diesel",
        }
    }

    /// The layout of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|layout| layout.name() == name)
    }

    /// Whether files stand in an order of their own, which a `revises` directive can override.
    #[must_use]
    pub const fn is_chain(self) -> bool {
        !matches!(self, Self::Native)
    }

    /// Reads a file's name.
    pub(crate) fn classify(self, file: &FileRead, template: &Template) -> Class {
        match self {
            Self::Native => native::classify(file, template),
            Self::Sqlx => sqlx::classify(file),
            Self::Diesel => diesel::classify(file),
        }
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a file is under a layout.
pub(crate) enum Class {
    /// A script.
    Script(ScriptName),
    /// Something that belongs to the script of the same key: diesel's `metadata.toml`.
    Metadata(String),
    /// A known companion, which says nothing about the graph.
    Companion,
    /// Neither.
    Wrong(Finding),
}

/// What a script's name says.
pub(crate) struct ScriptName {
    /// Files with one key are one revision.
    pub(crate) key: String,
    /// The id, unless a directive says another.
    pub(crate) id: String,
    pub(crate) slug: String,
    pub(crate) direction: Direction,
    pub(crate) dialect: Option<Dialect>,
    /// The place in a layout that is a chain.
    pub(crate) order: Order,
    /// Whether the layout's own convention puts it inside a transaction.
    pub(crate) transaction: bool,
    /// A script that never has a way down, by its layout's convention.
    pub(crate) one_way: bool,
}

/// Where a revision stands in a chain: by number, then by text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Order(pub(crate) u64, pub(crate) String);

/// Why a directory's layout cannot be told.
pub(crate) enum Undetected {
    /// It might be either.
    Tie(Layout, Layout),
    /// The file is one of a tool whose layout is not read.
    Foreign(String, &'static str),
}

/// Which layout a directory has, and why.
pub(crate) fn detect(files: &[FileRead]) -> Result<(Layout, String), Undetected> {
    // Sections of a file that look like two scripts would otherwise be run one after the other.
    if let Some((file, tool)) = files.iter().find_map(|file| Some((file, foreign(file)?))) {
        return Err(Undetected::Foreign(file.name.clone(), tool));
    }
    let folder = files.iter().find(|file| diesel::is_script(&file.name));
    let native = files.iter().find(|file| native::is_marked(file));
    let numbered = files.iter().find(|file| sqlx::is_script(&file.name));
    let flat = native
        .map(|file| (Layout::Native, file, "says what it revises"))
        .or_else(|| {
            let why = "is numbered, and no file says what it revises";
            numbered.map(|file| (Layout::Sqlx, file, why))
        });
    match (folder, flat) {
        (Some(_), Some((layout, ..))) => Err(Undetected::Tie(Layout::Diesel, layout)),
        (Some(file), None) => {
            let why = format!("`{}` stands in a folder of its own", file.name);
            Ok((Layout::Diesel, why))
        }
        (None, Some((layout, file, why))) => Ok((layout, format!("`{}` {why}", file.name))),
        (None, None) => Ok((
            Layout::Native,
            "it has no script of another layout".to_owned(),
        )),
    }
}

/// The tool whose marks a file bears, where it is one that is not read.
fn foreign(file: &FileRead) -> Option<&'static str> {
    let base = file.name.strip_suffix(".sql")?;
    let marked = |mark: &str| {
        file.source
            .text
            .lines()
            .any(|line| line.trim_start().starts_with(mark))
    };
    let versioned = base
        .strip_prefix(['V', 'U'])
        .and_then(|rest| rest.split_once("__"));
    if versioned.is_some_and(|(version, _)| version.bytes().all(|byte| byte.is_ascii_digit())) {
        Some("refinery")
    } else if marked("-- +goose ") {
        Some("goose")
    } else if marked("-- migrate:") {
        Some("dbmate")
    } else {
        None
    }
}

/// Files that may stand beside scripts: notes, git's own, migcheck's own, an editor's leftovers.
fn is_companion(name: &str) -> bool {
    let base = name.rsplit('/').next().unwrap_or(name);
    let lower = base.to_ascii_lowercase();
    let editor = lower.ends_with('~')
        || lower.ends_with(".bak")
        || lower.ends_with(".orig")
        || lower.ends_with(".swp")
        || (lower.starts_with('#') && lower.ends_with('#'))
        || lower.starts_with(".#");
    let known = [
        ".gitkeep",
        ".keep",
        ".gitignore",
        ".gitattributes",
        ".ds_store",
    ];
    editor
        || known.contains(&&*lower)
        || lower == "readme"
        || lower.starts_with("readme.")
        || lower.starts_with("migcheck.")
        || lower.starts_with("template.")
}

/// What a file is that is no `.sql` file.
fn beside_scripts(file: &FileRead) -> Class {
    if is_companion(&file.name) {
        return Class::Companion;
    }
    let message = format!("`{}` is no migration", file.name);
    Class::Wrong(
        Finding::new(crate::Code::StrayFile, message)
            .label(crate::Label::file(&*file.source.path))
            .help("move it out of the directory, or set `stray-file = \"allow\"` in `[rules]`"),
    )
}

/// The part of a name before `.sql`; `None` for what is no script.
fn sql_stem(file: &FileRead) -> Option<&str> {
    file.name
        .strip_suffix(".sql")
        .filter(|_| !is_companion(&file.name))
}

fn bad_name(file: &FileRead, message: String, help: String) -> Class {
    Class::Wrong(
        Finding::new(crate::Code::BadFileName, message)
            .label(crate::Label::file(&*file.source.path))
            .help(help),
    )
}
