//! The rows of a table, chosen so that they keep its keys.

use std::collections::HashSet;

use super::family::{distinct, interesting};
use super::group::{Group, Making, NULL, Style};

/// Rows that can be inserted.
#[derive(Debug)]
pub(super) struct Made {
    /// The columns that are given.
    pub(super) columns: Vec<usize>,
    /// Literals, one a column.
    pub(super) rows: Vec<Vec<String>>,
}

/// How many ways are tried for a row that would break a key.
const TRIES: usize = 2_000;

/// Makes up to `count` rows: fewer where the keys have no room for more. The error says why there
/// is none.
pub(super) fn make(making: &Making<'_>, tied: Vec<Group>, count: usize) -> Result<Made, String> {
    let table = making.table;
    let mut groups = tied;
    let in_group: HashSet<usize> = groups
        .iter()
        .flat_map(|group| group.columns.clone())
        .collect();
    let own_keys: Vec<_> = table
        .foreign_keys
        .iter()
        .filter(|key| key.table == table.name)
        .collect();
    let of_own: HashSet<usize> = own_keys
        .iter()
        .flat_map(|key| key.columns.clone())
        .collect();
    let free: Vec<usize> = (0..table.columns.len())
        .filter(|at| making.is_written(*at) && !in_group.contains(at) && !of_own.contains(at))
        .collect();
    let differing = differing(making, &free);
    for at in free {
        groups.extend(free_column(making, at, differing.contains(&at))?);
    }
    if let Some(empty) = groups.iter().find(|group| group.options.is_empty()) {
        return Err(without_options(making, empty));
    }
    let count = count.min(room(making, &groups));
    if count == 0 {
        return Err("its key has room for one row, which is left to the migrations".to_owned());
    }
    let mut columns: Vec<usize> = groups
        .iter()
        .flat_map(|group| group.columns.clone())
        .collect();
    columns.extend(
        of_own
            .iter()
            .filter(|at| making.is_written(**at) && !in_group.contains(*at)),
    );
    columns.sort_unstable();
    let mut rows: Vec<Vec<String>> = Vec::new();
    for number in 0..count {
        let Some(row) = next_row(making, &groups, &columns, &rows, number) else {
            break;
        };
        rows.push(row);
    }
    if rows.is_empty() {
        return Err("its keys leave no room for a row".to_owned());
    }
    Ok(Made { columns, rows })
}

/// How many rows may be made so that a key over few values, such as labels, keeps some for the rows
/// that migrations write.
fn room(making: &Making<'_>, groups: &[Group]) -> usize {
    let table = making.table;
    let refers = |at: &usize| {
        table
            .foreign_keys
            .iter()
            .any(|key| key.columns.contains(at))
    };
    let of_key = |columns: &[usize]| {
        let within: Vec<&Group> = groups
            .iter()
            .filter(|group| group.columns.iter().any(|at| columns.contains(at)))
            .collect();
        let is_open = within
            .iter()
            .any(|group| group.is_distinct || group.nulls() < group.options.len());
        if within.is_empty() || is_open || columns.iter().any(refers) {
            return usize::MAX;
        }
        let all = within.iter().map(|group| group.options.len());
        all.fold(1, usize::saturating_mul) / 2
    };
    let keys = table.uniques.iter().map(|unique| of_key(&unique.columns));
    keys.min().unwrap_or(usize::MAX)
}

/// One column of each key that is made to differ from row to row, so that the others need not.
fn differing(making: &Making<'_>, free: &[usize]) -> HashSet<usize> {
    let table = making.table;
    let mut found = HashSet::new();
    let last = making.numbers.end.saturating_sub(1);
    let differs = |at: &usize| distinct(&table.columns[*at].family, last).is_some();
    for unique in &table.uniques {
        if unique.columns.iter().any(|at| found.contains(at)) {
            continue;
        }
        found.extend(
            unique
                .columns
                .iter()
                .rev()
                .find(|at| free.contains(at) && differs(at)),
        );
    }
    // What others may refer to, and what applications take for different.
    if making.style != Style::Full {
        found.extend(free.iter().filter(|at| differs(at)));
    }
    found
}

/// The values of a column that nothing ties. None leaves it out of the statement.
fn free_column(making: &Making<'_>, at: usize, differs: bool) -> Result<Option<Group>, String> {
    let column = &making.table.columns[at];
    let literal = |value: String| vec![column.family.literal(&value, making.dialect)];
    let is_key = making
        .table
        .uniques
        .iter()
        .any(|unique| unique.columns.contains(&at));
    // A value that stands in two columns of a row would hide that one is copied over the other.
    let apart = if is_key { 0 } else { 100 * (at as u64 + 1) };
    let mut values = Vec::new();
    if differs {
        let numbers = making.numbers.clone();
        values.extend(numbers.filter_map(|number| distinct(&column.family, apart + number)));
    }
    if values.is_empty() {
        values = interesting(&column.family);
    }
    if values.is_empty() {
        if column.has_default || column.is_nullable {
            return Ok(None);
        }
        return Err(format!(
            "no value is known of the type {} of `{}`",
            column.type_name, column.name
        ));
    }
    let mut options: Vec<Vec<String>> = values.into_iter().map(literal).collect();
    if !differs && making.may_be_null(at) {
        options.push(vec![NULL.to_owned()]);
    }
    Ok(Some(Group {
        columns: vec![at],
        options,
        is_distinct: differs,
    }))
}

fn without_options(making: &Making<'_>, group: &Group) -> String {
    let table = making.table;
    let empty = table
        .foreign_keys
        .iter()
        .zip(making.targets)
        .find(|(key, targets)| {
            targets.is_empty()
                && key.table != table.name
                && key
                    .columns
                    .iter()
                    .all(|at| group.columns.contains(at) && !table.columns[*at].is_nullable)
        });
    match empty {
        Some((key, _)) => format!("it refers to `{}`, which has no rows", key.table),
        None => {
            let names: Vec<String> = group
                .columns
                .iter()
                .map(|at| format!("`{}`", table.columns[*at].name))
                .collect();
            format!(
                "no values for {} were found that its checks accept",
                names.join(", ")
            )
        }
    }
}

/// The row with this number, in which the first two are equal as far as the keys allow and the
/// third holds NULLs.
fn next_row(
    making: &Making<'_>,
    groups: &[Group],
    columns: &[usize],
    before: &[Vec<String>],
    number: usize,
) -> Option<Vec<String>> {
    let table = making.table;
    let in_key = |group: &Group| {
        table
            .uniques
            .iter()
            .any(|unique| unique.columns.iter().any(|at| group.columns.contains(at)))
    };
    let first: Vec<usize> = groups
        .iter()
        .map(|group| preferred(group, number, making.style))
        .collect();
    // The options of the groups in keys, counted through like the digits of a number.
    let digits: Vec<usize> = (0..groups.len())
        .filter(|at| in_key(&groups[*at]) && !groups[*at].is_distinct)
        .collect();
    for attempt in 0..TRIES {
        let mut taken = first.clone();
        let mut left = attempt;
        for at in &digits {
            let count = groups[*at].options.len();
            taken[*at] = (taken[*at] + left % count) % count;
            left /= count;
        }
        if left > 0 {
            return None;
        }
        let row = assembled(making, groups, columns, before.first(), &taken, number);
        let is_new = table.uniques.iter().all(|unique| {
            let places: Option<Vec<usize>> = unique
                .columns
                .iter()
                .map(|at| columns.iter().position(|column| column == at))
                .collect();
            // Columns that the server fills are its own care.
            let Some(places) = places.filter(|places| !places.is_empty()) else {
                return true;
            };
            before.iter().all(|other| {
                places.iter().any(|at| {
                    row[*at] != other[*at] || (row[*at] == NULL && !unique.nulls_are_equal)
                })
            })
        });
        if is_new {
            return Some(row);
        }
    }
    None
}

fn preferred(group: &Group, number: usize, style: Style) -> usize {
    let count = group.options.len();
    let nulls = group.nulls();
    match number {
        number if group.is_distinct => number.min(count - 1),
        0 | 1 => 0,
        2 if nulls < count && style == Style::Full => nulls,
        number if style == Style::Full || nulls == 0 => (number - 1) % count,
        number => (number - 1) % nulls,
    }
}

fn assembled(
    making: &Making<'_>,
    groups: &[Group],
    columns: &[usize],
    first: Option<&Vec<String>>,
    taken: &[usize],
    number: usize,
) -> Vec<String> {
    let table = making.table;
    let mut row = vec![NULL.to_owned(); columns.len()];
    let place = |at: usize| columns.iter().position(|column| *column == at);
    for (group, option) in groups.iter().zip(taken) {
        for (at, value) in group.columns.iter().zip(&group.options[*option]) {
            if let Some(place) = place(*at) {
                row[place].clone_from(value);
            }
        }
    }
    for key in table
        .foreign_keys
        .iter()
        .filter(|key| key.table == table.name)
    {
        // The first row is a root where it can be, the second hangs below it.
        let can_be_root = key.columns.iter().any(|at| table.columns[*at].is_nullable);
        if can_be_root && number != 1 && making.style != Style::Plain
            || (number == 0 && can_be_root)
        {
            continue;
        }
        for (at, name) in key.columns.iter().zip(&key.referenced) {
            let target = table.column(name).and_then(place);
            if let (Some(place), Some(target)) = (place(*at), target) {
                let value = first.map_or(&row, |first| first)[target].clone();
                row[place] = value;
            }
        }
    }
    row
}
