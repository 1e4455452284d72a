//! What an entry that cannot be used was meant to be.

use super::Config;
use crate::Applicability;
use crate::nearest::nearest;
use crate::toml_reader::Problem;

/// How each key is written.
const EXAMPLES: [(&str, &str); 23] = [
    ("layout", "layout = \"native\""),
    ("databases", "databases = [\"postgres\", \"mysql\"]"),
    ("heads", "heads = 2` or `heads = [\"billing\", \"search\"]"),
    ("bases", "bases = 2"),
    ("naming", "[naming]"),
    ("file", "file = \"{timestamp}_{slug}\""),
    ("max-slug", "max-slug = 60"),
    ("vague", "vague = [\"fix\", \"update\"]"),
    ("categories", "[categories]"),
    ("rules", "[rules]"),
    ("environments", "[environments.production]"),
    ("url-env", "url-env = \"DATABASE_URL\""),
    ("url-file", "url-file = \"/run/secrets/database-url\""),
    ("allow-reset", "allow-reset = true"),
    ("roundtrip", "[roundtrip]"),
    ("servers", "servers = [\"postgres:17\", \"sqlite\"]"),
    ("images", "[roundtrip.images]"),
    ("workers", "workers = 2"),
    ("rows", "rows = 3"),
    ("seed", "seed = 1"),
    ("known", "[[roundtrip.known]]"),
    ("history", "[history]"),
    ("table", "table = \"_migcheck_revisions\""),
];

/// For how many problems of a file it is tried whether their mends help: each reads it once more.
const MENDS: usize = 20;

impl Config {
    /// As [`Config::read`]; a mend that would not leave the file with one problem less is a guess.
    pub(crate) fn read_mending(text: &str) -> (Self, Vec<Problem>) {
        let (config, mut problems) = Self::read(text);
        let count = problems.len();
        let mends = problems
            .iter_mut()
            .filter_map(|problem| problem.mend.as_mut());
        for (at, mend) in mends.enumerate() {
            // A file with more mistakes than this has one of another kind.
            let helps = at < MENDS
                && mend.applied(text).is_some_and(|text| {
                    let (_, left) = Self::read(&text);
                    left.len() < count
                });
            if !helps {
                mend.applicability = Applicability::Guess;
            }
        }
        (config, problems)
    }
}

/// Says how the key is written, where nothing else is said to do.
pub(super) fn with_example(problem: Problem, key: &str) -> Problem {
    let example = EXAMPLES.iter().find(|(name, _)| *name == key);
    match (&problem.help, example) {
        (None, Some((_, example))) => problem.help(format!("write it as in `{example}`")),
        _ => problem,
    }
}

/// Says which of `names` was meant; or, where none is near, what `help` says.
pub(super) fn meant_or(problem: Problem, written: &str, names: &[&str], help: String) -> Problem {
    match nearest(written, names.iter().copied()) {
        Some(near) => problem.meant(written, near, format!("\"{near}\"")),
        None => problem.help(help),
    }
}
