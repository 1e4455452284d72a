//! What is known of a directory's past besides its lock: the older texts of its files, and the
//! history as it stood elsewhere. Whoever can reach a version control system brings it along.

use crate::Checksum;
use crate::checksum::canonical;
use crate::include::Folders;
use crate::layout::{Class, Layout};
use crate::lock::Lock;
use crate::naming::Template;
use crate::read::FileRead;
use crate::revision::{Direction, Script};

/// Where older texts of a directory's files are to be had.
pub trait OldTexts {
    /// Hands the texts that the file called `name` below the directory once had to `is_it`, the
    /// newest first, until it says that this is the one. To give up early is fine. What the
    /// directory includes is below it as `../other/…`.
    fn search(&self, name: &str, is_it: &mut dyn FnMut(&str) -> bool);
}

/// The history as it stood somewhere else, such as on the branch that a change is for.
#[derive(Debug, Clone)]
pub struct Since {
    /// How messages call that place.
    pub name: String,
    /// What was recorded there.
    pub lock: Lock,
}

/// What is known of a directory's past besides its lock. In a build that is nothing.
#[derive(Clone, Copy, Default)]
pub struct Past<'a> {
    /// Where older texts are to be had.
    pub texts: Option<&'a dyn OldTexts>,
    /// What the history has to agree with besides the lock. What is found so is of the severity of
    /// its code, whatever the directory says: who changes history could change that too.
    pub since: Option<&'a Since>,
}

/// Finds the texts that a lock holds the checksums of.
pub(crate) struct Locked<'a> {
    pub(crate) texts: &'a dyn OldTexts,
    pub(crate) folders: &'a Folders,
    pub(crate) layout: Layout,
    pub(crate) template: &'a Template,
}

impl Locked<'_> {
    /// The text of `script` whose checksum is `locked`.
    pub(crate) fn text(&self, script: &Script, locked: Checksum) -> Option<String> {
        let name = &*self.folders.name_of(&script.source.path);
        let mut found = None;
        self.texts.search(name, &mut |text| {
            let text = canonical(text);
            let part = match script.section {
                None => Some(&*text),
                Some(_) => self.section(name, &text, script.direction),
            };
            found = part
                .filter(|part| Checksum::of_script(part) == locked)
                .map(str::to_owned);
            found.is_some()
        });
        found
    }

    /// The part of a file's text that is its script in `direction`.
    fn section<'t>(&self, name: &str, text: &'t str, direction: Direction) -> Option<&'t str> {
        let file = FileRead::new(name, text.to_owned());
        let Class::Scripts(up, down) = self.layout.classify(&file, self.template) else {
            return None;
        };
        let mut scripts = [Some(up), down.map(|down| *down)].into_iter().flatten();
        let script = scripts.find(|one| one.direction == direction)?;
        text.get(script.section?)
    }
}
