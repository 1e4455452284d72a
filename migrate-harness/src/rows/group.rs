//! Columns that have to be chosen together, and the ways to choose them.
//!
//! A foreign key ties its columns to a row of the parent, a condition ties those it speaks of. What
//! is tied through shared columns is one [`Group`]; its options hold whichever is taken.

use migcheck_core::Dialect;
use migcheck_db::Session;

use super::catalog::Table;
use super::checks::{candidates, passing};

/// As many options as a server tries in a few milliseconds; SQLite has room for 500.
const MOST: usize = 400;

/// NULL, as a statement writes it.
pub(super) const NULL: &str = "NULL";

/// How rows are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Limits of types, duplicates and NULLs, wherever the table allows them.
    Full,
    /// Values as an application would write them, every column filled.
    Plain,
    /// The columns that need a value.
    Bare,
}

/// Columns and the ways to fill them.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) columns: Vec<usize>,
    /// Each holds a literal a column. Those with a NULL come last.
    pub(super) options: Vec<Vec<String>>,
    /// Whether each row is to take the next one, because they have to differ anyway.
    pub(super) is_distinct: bool,
}

impl Group {
    /// Where the options with a NULL begin.
    pub(super) fn nulls(&self) -> usize {
        let has_null = |option: &Vec<String>| option.iter().any(|value| value == NULL);
        self.options
            .iter()
            .position(has_null)
            .unwrap_or(self.options.len())
    }
}

/// The rows of the parent that a foreign key of a table may refer to: a literal a column of the key.
pub(super) type Targets = Vec<Vec<Vec<String>>>;

/// What the groups of a table are made from.
pub(super) struct Making<'a> {
    pub(super) table: &'a Table,
    /// For each foreign key; those of the table to itself have none.
    pub(super) targets: &'a Targets,
    pub(super) style: Style,
    /// Numbers of the rows: another number makes other values.
    pub(super) numbers: std::ops::Range<u64>,
    pub(super) dialect: Dialect,
}

impl Making<'_> {
    /// Whether a NULL may be made in the column.
    pub(super) fn may_be_null(&self, at: usize) -> bool {
        self.table.columns[at].is_nullable && self.style != Style::Plain
    }

    /// Whether rows are given a value for the column at all.
    pub(super) fn is_written(&self, at: usize) -> bool {
        let column = &self.table.columns[at];
        let is_key = self.table.key().contains(&at);
        !column.is_generated
            && match self.style {
                Style::Bare => {
                    let is_tied = || {
                        self.table
                            .checks
                            .iter()
                            .any(|check| self.table.columns_in(check).contains(&at))
                    };
                    is_key || !(column.is_nullable || column.has_default) || is_tied()
                }
                Style::Full | Style::Plain => true,
            }
    }

    /// The groups of everything that is tied; the columns that are not are left.
    pub(super) async fn groups(&self, session: &mut dyn Session) -> Vec<Group> {
        let conditions = self.conditions();
        let mut groups = Vec::new();
        for columns in self.tied(&conditions) {
            let within: Vec<&(Vec<usize>, String)> = conditions
                .iter()
                .filter(|(over, _)| over.iter().all(|at| columns.contains(at)))
                .collect();
            let mut options = self.options(&columns, &within);
            if !within.is_empty() {
                let tried: Vec<_> = columns.iter().map(|at| &self.table.columns[*at]).collect();
                let texts: Vec<String> = within.iter().map(|(_, text)| text.clone()).collect();
                // Where a condition cannot be tried alone, the INSERT says whether it holds.
                if let Ok(passing) = passing(session, &tried, &texts, &options).await {
                    options = passing.into_iter().map(|at| options[at].clone()).collect();
                }
            }
            options.sort_by_key(|option| option.iter().any(|value| value == NULL));
            groups.push(Group {
                columns,
                options,
                is_distinct: false,
            });
        }
        groups
    }

    /// Twice as many as there will be rows: a key keeps half of its values for the migrations.
    fn candidate_numbers(&self) -> std::ops::Range<u64> {
        let count = self.numbers.end - self.numbers.start;
        self.numbers.start..self.numbers.end + count + 2
    }

    /// The conditions of the table and of its columns' domains, with the columns they are over.
    fn conditions(&self) -> Vec<(Vec<usize>, String)> {
        let table = self.table;
        let checks = table.checks.iter();
        let mut found: Vec<(Vec<usize>, String)> = checks
            .map(|check| (table.columns_in(check), check.clone()))
            // A computed column cannot be chosen.
            .filter(|(over, _)| over.iter().all(|at| self.is_written(*at)))
            .collect();
        for (at, column) in table.columns.iter().enumerate() {
            let name = super::catalog::quoted(&column.name, self.dialect);
            if self.is_written(at) {
                found.extend(
                    column
                        .conditions
                        .iter()
                        .map(|text| (vec![at], text.replace("VALUE", &name))),
                );
            }
        }
        found.retain(|(over, _)| !over.is_empty());
        found
    }

    /// Sets of columns, none of which shares a column with another.
    fn tied(&self, conditions: &[(Vec<usize>, String)]) -> Vec<Vec<usize>> {
        let table = self.table;
        let keys = table
            .foreign_keys
            .iter()
            .filter(|key| key.table != table.name);
        let keys = keys.map(|key| key.columns.clone());
        let limited = (0..table.columns.len()).filter(|at| !table.columns[*at].only.is_empty());
        let mut sets: Vec<Vec<usize>> = Vec::new();
        let all = keys
            .chain(conditions.iter().map(|(over, _)| over.clone()))
            .chain(limited.map(|at| vec![at]));
        for mut set in all.filter(|set| set.iter().all(|at| self.is_written(*at))) {
            sets.retain(|other| {
                let is_shared = other.iter().any(|at| set.contains(at));
                if is_shared {
                    set.extend(other);
                }
                !is_shared
            });
            set.sort_unstable();
            set.dedup();
            sets.push(set);
        }
        sets.sort();
        sets
    }

    /// Everything that the foreign keys allow, joined with candidates for the other columns.
    fn options(&self, columns: &[usize], conditions: &[&(Vec<usize>, String)]) -> Vec<Vec<String>> {
        let table = self.table;
        let mut options: Vec<Vec<Option<String>>> = vec![vec![None; columns.len()]];
        let place = |at: usize| columns.iter().position(|column| *column == at);
        for (key, targets) in table.foreign_keys.iter().zip(self.targets) {
            let places: Option<Vec<usize>> = key.columns.iter().map(|at| place(*at)).collect();
            let Some(places) = places.filter(|_| key.table != table.name) else {
                continue;
            };
            let nullable: Vec<bool> = key
                .columns
                .iter()
                // Where there is nothing to refer to, NULL is what is left.
                .map(|at| {
                    table.columns[*at].is_nullable && (targets.is_empty() || self.may_be_null(*at))
                })
                .collect();
            let without = nullable.contains(&true).then(|| {
                let null = |nullable: &bool| nullable.then(|| NULL.to_owned());
                nullable.iter().map(null).collect::<Vec<_>>()
            });
            let targets = targets
                .iter()
                .map(|row| row.iter().cloned().map(Some).collect());
            let choices: Vec<Vec<Option<String>>> = targets.chain(without).collect();
            options = joined(&options, &places, &choices);
        }
        for (at, column) in columns.iter().enumerate() {
            let of = &table.columns[*column];
            let texts: Vec<&str> = conditions
                .iter()
                .filter(|(over, _)| over.contains(column))
                .map(|(_, text)| text.as_str())
                .collect();
            let mut values: Vec<String> = match &*of.only {
                [] => candidates(of, &texts, self.candidate_numbers()),
                only => only.to_vec(),
            };
            if self.style != Style::Full && of.only.is_empty() {
                // What the condition says, before the limits of the type.
                let limits = super::family::interesting(&of.family).len();
                let count = values.len();
                values.rotate_left(limits.min(count));
            }
            let literals = values
                .iter()
                .map(|value| of.family.literal(value, self.dialect));
            // A condition may want it; where it does not, other options come first.
            let null = of.is_nullable.then(|| NULL.to_owned());
            let mut choices: Vec<Vec<Option<String>>> =
                literals.map(|value| vec![Some(value)]).collect();
            let open = columns.len() - at;
            let most = most_of_each(MOST / options.len().max(1), open);
            choices.truncate(most);
            choices.extend(null.map(|null| vec![Some(null)]));
            options = filled(&options, at, &choices);
        }
        let whole = options
            .into_iter()
            .filter_map(|option| option.into_iter().collect());
        whole.take(MOST).collect()
    }
}

/// How many values each of `columns` may have so that all combinations are `room` at most.
fn most_of_each(room: usize, columns: usize) -> usize {
    let mut each = 2;
    let exponent = u32::try_from(columns).unwrap_or(u32::MAX);
    while usize::checked_pow(each + 1, exponent).is_some_and(|all| all <= room) {
        each += 1;
    }
    each
}

/// Every option with every choice that agrees with it where both say something.
fn joined(
    options: &[Vec<Option<String>>],
    places: &[usize],
    choices: &[Vec<Option<String>>],
) -> Vec<Vec<Option<String>>> {
    let mut found = Vec::new();
    for choice in choices {
        for option in options {
            let agrees = places.iter().zip(choice).all(|(at, value)| {
                option[*at].is_none() || value.is_none() || option[*at] == *value
            });
            if agrees && found.len() < MOST {
                let mut with = option.clone();
                for (at, value) in places.iter().zip(choice) {
                    with[*at] = with[*at].take().or_else(|| value.clone());
                }
                found.push(with);
            }
        }
    }
    found
}

/// Fills one column where it is still open.
fn filled(
    options: &[Vec<Option<String>>],
    at: usize,
    choices: &[Vec<Option<String>>],
) -> Vec<Vec<Option<String>>> {
    let (open, closed): (Vec<_>, Vec<_>) = options
        .iter()
        .cloned()
        .partition(|option| option[at].is_none());
    let mut found = joined(&open, &[at], choices);
    found.extend(closed);
    found
}
