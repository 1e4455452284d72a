//! How a directory names its files: one file here for each layout.

mod detect;
mod diesel;
mod native;
mod numbered;
mod refinery;
mod sections;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

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
    /// refinery: `V1__name.sql`, in numeric order; there is no way down.
    Refinery,
    /// golang-migrate: `000001_name.up.sql` and `000001_name.down.sql`, in numeric order.
    GolangMigrate,
    /// dbmate: one file with `-- migrate:up` and `-- migrate:down`, in the order of the names.
    Dbmate,
    /// goose: one file with `-- +goose Up` and `-- +goose Down`, in numeric order.
    Goose,
}

impl Layout {
    /// Every layout.
    pub const ALL: [Self; 7] = [
        Self::Native,
        Self::Sqlx,
        Self::Diesel,
        Self::Refinery,
        Self::GolangMigrate,
        Self::Dbmate,
        Self::Goose,
    ];

    /// The name `migcheck.toml` uses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Sqlx => "sqlx",
            Self::Diesel => "diesel",
            Self::Refinery => "refinery",
            Self::GolangMigrate => "golang-migrate",
            Self::Dbmate => "dbmate",
            Self::Goose => "goose",
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
    pub(crate) fn classify<'a>(self, file: &'a FileRead, template: &Template) -> Class<'a> {
        match self {
            // diesel's scripts stand in folders, and refinery looks into them.
            Self::Sqlx | Self::GolangMigrate | Self::Dbmate | Self::Goose
                if file.name.contains('/') =>
            {
                beside_scripts(file)
            }
            Self::Native => native::classify(file, template),
            Self::Sqlx => numbered::classify(file, numbered::Tool::Sqlx),
            Self::GolangMigrate => numbered::classify(file, numbered::Tool::GolangMigrate),
            Self::Diesel => diesel::classify(file),
            Self::Refinery => refinery::classify(file),
            Self::Dbmate => sections::classify(file, &sections::DBMATE),
            Self::Goose => sections::classify(file, &sections::GOOSE),
        }
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

pub(crate) use detect::detect;

/// What a file is under a layout.
pub(crate) enum Class<'a> {
    /// The script it holds, or its up script and its down script.
    Scripts(ScriptName<'a>, Option<Box<ScriptName<'a>>>),
    /// Something that belongs to the script of the same key: diesel's `metadata.toml`.
    Metadata(String),
    /// A known companion, which says nothing about the graph.
    Companion,
    /// Neither.
    Wrong(Finding),
}

impl<'a> Class<'a> {
    /// A file that is one script.
    const fn of(script: ScriptName<'a>) -> Self {
        Self::Scripts(script, None)
    }
}

/// What a script's name says.
pub(crate) struct ScriptName<'a> {
    /// Files with one key are one revision.
    pub(crate) key: Cow<'a, str>,
    /// The id, unless a directive says another.
    pub(crate) id: Cow<'a, str>,
    pub(crate) slug: &'a str,
    pub(crate) direction: Direction,
    pub(crate) dialect: Option<Dialect>,
    /// The place in a layout that is a chain.
    pub(crate) order: Order,
    /// Whether the layout's own convention puts it inside a transaction.
    pub(crate) transaction: bool,
    /// A script that never has a way down, by its layout's convention.
    pub(crate) one_way: bool,
    /// The part of the file that it is, in bytes; `None` for the whole file.
    pub(crate) section: Option<Range<usize>>,
}

/// Where a revision stands in a chain: by number, then by text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Order(pub(crate) u64, pub(crate) String);

/// Files that may stand beside scripts: notes, git's own, migcheck's own, an editor's leftovers.
fn is_companion(name: &str) -> bool {
    const NAMES: [&str; 7] = [
        "readme",
        crate::fingerprints::FINGERPRINTS_FILE,
        ".gitkeep",
        ".keep",
        ".gitignore",
        ".gitattributes",
        ".ds_store",
    ];
    const STARTS: [&str; 4] = ["readme.", "migcheck.", "template.", ".#"];
    const ENDS: [&str; 4] = ["~", ".bak", ".orig", ".swp"];
    let base = name.rsplit('/').next().unwrap_or(name);
    // Every file is asked: nothing is copied in order to compare it.
    let is =
        |part: Option<&str>, known: &str| part.is_some_and(|part| part.eq_ignore_ascii_case(known));
    let ending = |length: usize| base.get(base.len().checked_sub(length)?..);
    is_quoted_by_hashes(base)
        || NAMES.iter().any(|name| is(Some(base), name))
        || STARTS
            .iter()
            .any(|start| is(base.get(..start.len()), start))
        || ENDS.iter().any(|end| is(ending(end.len()), end))
}

/// How emacs saves what is being edited.
fn is_quoted_by_hashes(base: &str) -> bool {
    base.starts_with('#') && base.ends_with('#')
}

/// What a file is that is no `.sql` file.
fn beside_scripts(file: &FileRead) -> Class<'static> {
    if is_companion(&file.name) {
        return Class::Companion;
    }
    Class::Wrong(stray(file))
}

/// A file that has no place among migrations.
pub(crate) fn stray(file: &FileRead) -> Finding {
    let message = format!("`{}` is no migration", file.name);
    Finding::new(crate::Code::StrayFile, message)
        .label(crate::Label::file(&*file.source.path))
        .help("move it out of the directory, or set `stray-file = \"allow\"` in `[rules]`")
}

/// The part of a name before `.sql`; `None` for what is no script.
fn sql_stem(file: &FileRead) -> Option<&str> {
    file.name
        .strip_suffix(".sql")
        .filter(|_| !is_companion(&file.name))
}

/// A migration in a program's language: it belongs to the history, and cannot be left out of it.
fn in_code(file: &FileRead, language: &str) -> Class<'static> {
    bad_name(
        file,
        format!(
            "`{}` is a migration in {language}, which is not run",
            file.name
        ),
        "write what it does in SQL, under the same version".to_owned(),
    )
}

fn bad_name(file: &FileRead, message: String, help: String) -> Class<'static> {
    Class::Wrong(
        Finding::new(crate::Code::BadFileName, message)
            .label(crate::Label::file(&*file.source.path))
            .help(help),
    )
}
