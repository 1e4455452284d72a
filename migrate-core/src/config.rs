//! `migcheck.toml`.

mod environment;
pub(crate) mod known;
mod mend;
mod round_trip;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::header::silenceable;
use crate::layout::Layout;
use crate::naming::Template;
use crate::toml_reader::{self as reader, Problem};
use crate::{Applicability, Code, Dialect, Outcome, Severity};

pub use environment::{Environment, UrlSource};
pub use known::KnownFault;
pub use round_trip::RoundTripConfig;
use round_trip::{MOST_ROWS, at_most};

/// The file's name.
pub const CONFIG_FILE: &str = "migcheck.toml";

/// What `migcheck.toml` says; [`Config::default`] is what holds without one.
#[derive(Debug, Clone)]
pub struct Config {
    /// The layout; `None` is `"auto"`.
    pub layout: Option<Layout>,
    /// Further directories of the same history, relative to this one.
    pub include: Vec<String>,
    /// Every revision must have an up script for each of these.
    pub databases: Vec<Dialect>,
    /// The heads the directory may have.
    pub heads: Heads,
    /// How many bases it may have.
    pub bases: usize,
    /// File names of the native layout.
    pub naming: Naming,
    /// Ranges of `{seq}` and what they are for: first, last, name.
    pub categories: Vec<(u64, u64, String)>,
    /// Severities other than the default.
    pub rules: BTreeMap<Code, Severity>,
    /// Named environments.
    pub environments: BTreeMap<String, Environment>,
    /// How round trips are run.
    pub round_trip: RoundTripConfig,
    /// The name of the history table.
    pub history_table: String,
    /// The schema of the history table on Postgres; `None`: the first one of the search path.
    pub history_schema: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            layout: None,
            include: Vec::new(),
            databases: Vec::new(),
            heads: Heads::Count(1),
            bases: 1,
            naming: Naming::default(),
            categories: Vec::new(),
            rules: BTreeMap::new(),
            environments: BTreeMap::new(),
            round_trip: RoundTripConfig::default(),
            history_table: DEFAULT_HISTORY_TABLE.to_owned(),
            history_schema: None,
        }
    }
}

/// How long a name may be in Postgres, which cuts off the rest; MySQL takes one more. In bytes.
const MOST_OF_NAME: usize = 63;

/// The same of a history table, beside which a lease has one that ends in `_lock`.
const MOST_OF_TABLE: usize = MOST_OF_NAME - "_lock".len();

/// The history table's name without a `[history]` section.
pub const DEFAULT_HISTORY_TABLE: &str = "_migcheck_revisions";

/// The heads a directory may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heads {
    /// At most so many.
    Count(usize),
    /// One for each of these branch labels.
    Labels(Vec<String>),
}

/// `[naming]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Naming {
    /// The template of file names.
    pub file: Template,
    /// The longest slug, in characters.
    pub max_slug: usize,
    /// Slugs that say nothing.
    pub vague: Vec<String>,
}

impl Default for Naming {
    fn default() -> Self {
        let vague = ["update", "fix", "changes", "misc", "temp", "test"];
        Self {
            file: Template::default(),
            max_slug: 60,
            vague: vague.map(str::to_owned).to_vec(),
        }
    }
}

const KEYS: [&str; 11] = [
    "layout",
    "include",
    "databases",
    "heads",
    "bases",
    "naming",
    "categories",
    "rules",
    "environments",
    "roundtrip",
    "history",
];

impl Config {
    /// Reads the file's text. Everything that is wrong is returned beside what could be read.
    pub(crate) fn read(text: &str) -> (Self, Vec<Problem>) {
        let mut reading = Reading::default();
        match reader::parse(text) {
            Ok(document) => reading.document(&document),
            Err(problem) if problem.help.is_some() => reading.problems.push(problem),
            Err(problem) => reading.problems.push(
                problem.help("the file is no TOML: text stands in quotes, `layout = \"native\"`"),
            ),
        }
        (reading.config, reading.problems)
    }

    /// The severity of `code` in this directory.
    #[must_use]
    pub fn severity(&self, code: Code) -> Severity {
        self.rules
            .get(&code)
            .copied()
            .unwrap_or_else(|| code.default_severity())
    }
}

type Key<'a> = Spanned<DeString<'a>>;
type Value<'a> = Spanned<DeValue<'a>>;
/// Reads one entry of a table.
type Entry = fn(&mut Reading, &Key<'_>, &Value<'_>) -> Result<(), Problem>;

#[derive(Default)]
struct Reading {
    config: Config,
    problems: Vec<Problem>,
    /// The places of the categories, by their first number.
    categories: BTreeMap<u64, usize>,
}

impl Reading {
    fn document(&mut self, document: &DeTable<'_>) {
        for (key, value) in document {
            let read = match &**key.get_ref() {
                "layout" => self.layout(value),
                "include" => reader::strings(value).map(|names| {
                    self.config.include = names.into_iter().map(Spanned::into_inner).collect();
                }),
                "databases" => self.databases(value),
                "heads" => self.heads(value),
                "bases" => reader::count(value).map(|bases| self.config.bases = bases),
                "naming" => self.section(value, Self::naming),
                "categories" => self.section(value, Self::category),
                "rules" => self.section(value, Self::rule),
                "environments" => self.section(value, Self::environment),
                "roundtrip" => self.section(value, Self::round_trip),
                "history" => self.section(value, Self::history),
                _ => Err(Problem::unknown_key(key, &KEYS)),
            };
            self.keep(key, read);
        }
    }

    fn keep(&mut self, key: &Key<'_>, read: Result<(), Problem>) {
        let Err(problem) = read else { return };
        self.problems
            .push(mend::with_example(problem, key.get_ref()));
    }

    /// Reads a table entry by entry, so that one mistake does not hide the next.
    fn section(&mut self, value: &Value<'_>, entry: Entry) -> Result<(), Problem> {
        for (key, value) in reader::table(value)? {
            let read = entry(self, key, value);
            self.keep(key, read);
        }
        Ok(())
    }

    fn layout(&mut self, value: &Value<'_>) -> Result<(), Problem> {
        let name = reader::string(value)?;
        if name.get_ref() == "auto" {
            return Ok(());
        }
        let names: Vec<&str> = Layout::ALL.iter().map(|layout| layout.name()).collect();
        self.config.layout = Some(Layout::from_name(name.get_ref()).ok_or_else(|| {
            let message = format!("no layout is called `{}`", name.get_ref());
            let help = format!("the layouts are `auto`, {}", reader::listed(&names));
            mend::meant_or(
                Problem::new(value.span(), message),
                name.get_ref(),
                &names,
                help,
            )
        })?);
        Ok(())
    }

    fn databases(&mut self, value: &Value<'_>) -> Result<(), Problem> {
        for name in reader::strings(value)? {
            if let Err(problem) = self.database(&name) {
                self.problems.push(problem);
            }
        }
        Ok(())
    }

    fn database(&mut self, name: &Spanned<String>) -> Result<(), Problem> {
        let dialect = dialect(name)?;
        if self.config.databases.contains(&dialect) {
            return Err(
                Problem::new(name.span(), format!("`{dialect}` is listed twice"))
                    .help("name it once"),
            );
        }
        self.config.databases.push(dialect);
        Ok(())
    }

    fn heads(&mut self, value: &Value<'_>) -> Result<(), Problem> {
        self.config.heads = match value.get_ref() {
            DeValue::Array(_) => Heads::Labels(
                reader::strings(value)?
                    .into_iter()
                    .map(Spanned::into_inner)
                    .collect(),
            ),
            _ => Heads::Count(positive(value)?.get()),
        };
        Ok(())
    }

    fn naming(&mut self, key: &Key<'_>, value: &Value<'_>) -> Result<(), Problem> {
        let naming = &mut self.config.naming;
        match &**key.get_ref() {
            "file" => {
                let template = reader::string(value)?;
                naming.file = Template::parse(template.get_ref())
                    .map_err(|message| Problem::new(value.span(), message))?;
            }
            "max-slug" => naming.max_slug = positive(value)?.get(),
            "vague" => {
                let words = reader::strings(value)?;
                naming.vague = words.into_iter().map(Spanned::into_inner).collect();
            }
            _ => return Err(Problem::unknown_key(key, &["file", "max-slug", "vague"])),
        }
        Ok(())
    }

    fn category(&mut self, key: &Key<'_>, value: &Value<'_>) -> Result<(), Problem> {
        let name = reader::string(value)?.into_inner();
        let range = key
            .get_ref()
            .split_once('-')
            .and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)));
        let Some((first, last)) = range.filter(|(first, last): &(u64, u64)| first <= last) else {
            return Err(Problem::new(key.span(), "not a range of numbers")
                .help("write `\"100-199\" = \"users\"`"));
        };
        // No two of those overlap, so that the last one to begin before this ends is the last to end.
        let before = self.categories.range(..=last).next_back();
        let before = before.and_then(|(_, place)| self.config.categories.get(*place));
        if let Some((_, _, other)) = before.filter(|(_, to, _)| first <= *to) {
            return Err(
                Problem::new(key.span(), format!("overlaps the range of `{other}`")).help(
                    "a number belongs to one category: let one range begin where the other ends",
                ),
            );
        }
        let place = self.config.categories.len();
        self.categories.insert(first, place);
        self.config.categories.push((first, last, name));
        Ok(())
    }

    fn rule(&mut self, key: &Key<'_>, value: &Value<'_>) -> Result<(), Problem> {
        let is_outcome = &**key.get_ref() == Outcome::ColumnOrderDiffers.name();
        let code = match is_outcome {
            true => None,
            false => Some(silenceable(key.get_ref(), key.span(), str::to_owned)?),
        };
        let level = reader::string(value)?;
        let severity = Severity::from_name(level.get_ref()).ok_or_else(|| {
            let problem = Problem::new(value.span(), format!("`{}` is no level", level.get_ref()));
            let help = "the levels are `allow`, `warn` and `deny`".to_owned();
            mend::meant_or(problem, level.get_ref(), &["allow", "warn", "deny"], help)
        })?;
        match code {
            Some(code) => drop(self.config.rules.insert(code, severity)),
            None => self.config.round_trip.column_order = Some(severity),
        }
        Ok(())
    }

    fn round_trip(&mut self, key: &Key<'_>, value: &Value<'_>) -> Result<(), Problem> {
        match &**key.get_ref() {
            "servers" => {
                let servers = reader::strings(value)?;
                self.config.round_trip.servers =
                    servers.into_iter().map(Spanned::into_inner).collect();
            }
            "images" => {
                for (server, image) in reader::table(value)? {
                    let image = reader::string(image)?.into_inner();
                    self.config
                        .round_trip
                        .images
                        .insert(server.get_ref().to_string(), image);
                }
            }
            "workers" => self.config.round_trip.workers = Some(positive(value)?),
            "known" => self.known(value)?,
            "rows" => {
                self.config.round_trip.rows = at_most(value, MOST_ROWS)?;
            }
            "seed" => {
                let seed = at_most(value, u32::MAX as usize)?;
                self.config.round_trip.seed = u32::try_from(seed).unwrap_or(u32::MAX);
            }
            _ => {
                let keys = ["servers", "images", "workers", "known", "rows", "seed"];
                return Err(Problem::unknown_key(key, &keys));
            }
        }
        Ok(())
    }

    fn history(&mut self, key: &Key<'_>, value: &Value<'_>) -> Result<(), Problem> {
        let plain_name = |what: &str, most: usize| {
            let name = reader::string(value)?.into_inner();
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
            if name.is_empty() || !name.chars().all(plain) {
                let problem = Problem::new(value.span(), format!("not a plain {what} name"));
                return Err(
                    problem.help(format!("letters, digits and `_`, at most {most} of them"))
                );
            }
            let length = name.len();
            if length > most {
                let message = format!("a {what} name of {length} characters is too long");
                let problem = Problem::new(value.span(), message);
                let lease = if most < MOST_OF_NAME {
                    ", and a lease adds `_lock`"
                } else {
                    ""
                };
                let help = format!("at most {most}: PostgreSQL has room for {MOST_OF_NAME}{lease}");
                return Err(problem.help(help));
            }
            Ok(name)
        };
        match &**key.get_ref() {
            "table" => self.config.history_table = plain_name("table", MOST_OF_TABLE)?,
            "schema" => self.config.history_schema = Some(plain_name("schema", MOST_OF_NAME)?),
            _ => return Err(Problem::unknown_key(key, &["table", "schema"])),
        }
        Ok(())
    }
}

/// The dialect of that name.
fn dialect(name: &Spanned<String>) -> Result<Dialect, Problem> {
    let written: &str = name.get_ref();
    let names = Dialect::ALL.map(Dialect::name);
    let found = Dialect::ALL
        .into_iter()
        .find(|dialect| dialect.name() == written);
    found.ok_or_else(|| {
        let problem = Problem::new(name.span(), format!("no database is called `{written}`"));
        let help = "the databases are `postgres`, `mysql` (MariaDB too) and `sqlite`";
        match Dialect::from_name(written).map(Dialect::name) {
            Some(other) => problem
                .help(help)
                .mend(format!("\"{other}\""), Applicability::Safe),
            None => mend::meant_or(problem, written, &names, help.to_owned()),
        }
    })
}

fn positive(value: &Value<'_>) -> Result<NonZeroUsize, Problem> {
    NonZeroUsize::new(reader::count(value)?).ok_or_else(|| {
        Problem::new(value.span(), "it has to be at least 1")
            .help("leave the line out for the default")
    })
}

/// Where a key of the document stands; for findings about what the file says.
pub(crate) fn span_of(text: &str, key: &str) -> Option<Range<usize>> {
    let document = reader::parse(text).ok()?;
    let (_, value) = document.iter().find(|(name, _)| &**name.get_ref() == key)?;
    Some(value.span())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_is_reported_where_it_stands() {
        let text = "layot = \"native\"\nheads = 0\ndatabases = [\"postgres\", \"oracle\"]\n\
                    [rules]\nmissing-donw = \"deny\"\ncycle = \"allow\"\nstray-file = \"maybe\"\n\
                    [environments.prod]\nurl = \"postgres://u:p@h/d\"\n[naming]\nfile = \"{x}\"\n";
        let (_, mut problems) = Config::read(text);
        problems.sort_by_key(|problem| problem.span.start);
        let at: Vec<&str> = problems.iter().map(|p| &text[p.span.clone()]).collect();
        assert_eq!(
            at,
            [
                "layot",
                "0",
                "\"oracle\"",
                "missing-donw",
                "cycle",
                "\"maybe\"",
                "url",
                "\"{x}\""
            ]
        );
        assert_eq!(problems[0].help.as_deref(), Some("did you mean `layout`?"));
        assert_eq!(
            problems[3].help.as_deref(),
            Some("did you mean `missing-down`?")
        );
    }

    #[test]
    fn the_example_of_the_design_is_read() {
        let (config, problems) = Config::read(
            "layout = \"native\"\ndatabases = [\"postgres\", \"mysql\"]\nheads = [\"a\", \"b\"]\n\
             [naming]\nfile = \"{date}_{seq}_{slug}\"\nmax-slug = 60\n\
             [categories]\n\"001-099\" = \"base\"\n\"100-199\" = \"users\"\n\
             [rules]\nmissing-down = \"warn\"\n\
             [environments.production]\nurl-env = \"PRODUCTION_DATABASE_URL\"\n\
             [roundtrip]\nservers = [\"postgres:17\", \"mysql:9.7\"]\n",
        );
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(config.layout, Some(Layout::Native));
        assert_eq!(config.severity(Code::MissingDown), Severity::Warn);
        assert_eq!(config.categories[1], (100, 199, "users".to_owned()));
        assert_eq!(config.round_trip.servers.len(), 2);
    }

    #[test]
    fn categories_that_overlap_are_named() {
        let overlaps = |range: &str| {
            let text = format!(
                "[categories]\n\"10-19\" = \"a\"\n\"30-39\" = \"b\"\n\"{range}\" = \"c\"\n"
            );
            let (config, problems) = Config::read(&text);
            assert_eq!(config.categories.len() + problems.len(), 3, "{range}");
            !problems.is_empty()
        };
        assert!(
            ["5-10", "19-20", "12-13", "5-50", "20-30", "39-40"]
                .map(overlaps)
                .iter()
                .all(|it| *it)
        );
        assert!(!["5-9", "20-29", "40-40"].map(overlaps).iter().any(|it| *it));
    }

    #[test]
    fn broken_toml_is_one_problem() {
        let (_, problems) = Config::read("heads = \n");
        assert_eq!(problems.len(), 1);
    }
}
