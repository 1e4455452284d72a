//! Why there is no new revision, and what to do about it.

use super::TemplateError;
use crate::config::Config;
use crate::layout::Layout;
use crate::nearest::nearest;

/// Why there is no new revision.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CreateError {
    /// Several heads, and nothing says which of them to build on.
    #[error("the history has {} heads: {}", .0.len(), .0.join(", "))]
    SeveralHeads(Vec<String>),
    /// Fewer heads than a merge needs.
    #[error("there is nothing to merge: {}", match .0 { Some(head) => format!("`{head}` is the only head"), None => "the directory has no revision".to_owned() })]
    NothingToMerge(Option<String>),
    /// As many heads as the configuration wants.
    #[error("there is nothing to merge: the history has {} heads, and migcheck.toml allows {}: {}", .heads.len(), .allowed, .heads.join(", "))]
    HeadsAllowed {
        /// The heads.
        heads: Vec<String>,
        /// How many there may be.
        allowed: usize,
    },
    /// One revision alone cannot be merged.
    #[error("a merge joins at least two revisions, and `{0}` is one")]
    OneToMerge(String),
    /// A parent that another parent already builds on.
    #[error("`{descendant}` already builds on `{ancestor}`")]
    AlreadyMerged {
        /// The one that need not be merged.
        ancestor: String,
        /// The one that builds on it.
        descendant: String,
    },
    /// A parent that others already build on, and nothing says that the history shall part there.
    #[error("`{parent}` is no head: {} builds on it already", .children.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(" and "))]
    NoHead {
        /// The parent.
        parent: String,
        /// What builds on it.
        children: Vec<String>,
    },
    /// A template of the project's own that cannot be used.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A message no file name can be made of.
    #[error("the message `{0}` has no letter or digit to name a file with")]
    NoSlug(String),
    /// The template gives a new revision the id of one that exists.
    #[error("the template `{template}` names the new revision `{id}`, and there is one of that id")]
    IdTaken {
        /// The template.
        template: String,
        /// The id.
        id: String,
    },
    /// No such category.
    #[error("no category is called `{0}`")]
    UnknownCategory(String),
    /// Every number of a category is taken.
    #[error("the category `{name}` is full: it ends at {last}")]
    CategoryFull {
        /// Its name.
        name: String,
        /// Its last number.
        last: u64,
    },
    /// A directive would change the layout that the directory is taken for.
    #[error(
        "the new revision has to say what it revises, and migcheck.toml does not say that the layout is `{0}`"
    )]
    LayoutNotPinned(Layout),
}

impl CreateError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self, config: &Config) -> Vec<String> {
        let one = |help: String| vec![help];
        match self {
            Self::SeveralHeads(heads) => {
                let head = heads.first().map_or("REV", String::as_str);
                vec![
                    "`cargo migcheck merge` joins them".to_owned(),
                    format!("`--revises {head}` builds on that one alone"),
                ]
            }
            Self::NothingToMerge(_) => Vec::new(),
            Self::HeadsAllowed { heads, .. } => one(format!(
                "to join them all the same: `cargo migcheck merge {}`",
                heads.join(" ")
            )),
            Self::OneToMerge(_) => {
                one("name all of them, or none: without a name the heads are merged".to_owned())
            }
            Self::NoHead { .. } => vec![
                "without `--revises` the revision builds on the head".to_owned(),
                "if the history shall part there, say so with `--splice`".to_owned(),
            ],
            Self::Template(error) => error.help.clone(),
            Self::AlreadyMerged { ancestor, .. } => one(format!("leave `{ancestor}` out")),
            Self::NoSlug(_) => {
                one("say in a few words what the revision does: `add invoices`".to_owned())
            }
            Self::IdTaken { .. } => one(
                "put `{timestamp}`, `{seq}` or `{hash}` into `[naming] file` of migcheck.toml"
                    .to_owned(),
            ),
            Self::UnknownCategory(name) => {
                let names = || config.categories.iter().map(|(_, _, name)| name.as_str());
                one(match nearest(name, names()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None if config.categories.is_empty() => {
                        "`[categories]` in migcheck.toml names them; there is none yet".to_owned()
                    }
                    None => format!(
                        "the categories are {}",
                        crate::toml_reader::listed(&names().collect::<Vec<_>>())
                    ),
                })
            }
            Self::CategoryFull { .. } => one("widen its range in migcheck.toml".to_owned()),
            Self::LayoutNotPinned(layout) => one(format!(
                "write `layout = \"{layout}\"` into migcheck.toml: a `revises` directive would \
                 else make it a `native` directory"
            )),
        }
    }
}
