//! What of the rows is gone: two readings of the same tables, compared.

use std::collections::{BTreeMap, HashMap};

use migcheck_db::Row;

use super::catalog::TableName;
use super::contents::{Content, Contents, Kept, Known, MOST};

/// What of the rows was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Loss {
    /// Whether whole rows are gone; else it is values.
    pub(crate) is_of_rows: bool,
    /// The table, the column, and an example.
    pub(crate) text: String,
}

impl Contents {
    /// What was here and is not in `later` any more, in tables and columns that both have.
    ///
    /// A NULL that was filled and a row that came are no loss. A date that became the present says
    /// that the row was written, which it was.
    pub(crate) fn losses(&self, later: &Self) -> Vec<Loss> {
        let mut found = Vec::new();
        for (name, before) in &self.tables {
            if let Some(after) = later.tables.get(name) {
                before.losses(name, after, &later.today, &mut found);
            }
        }
        found
    }
}

impl Content {
    fn losses(&self, name: &TableName, after: &Self, today: &str, found: &mut Vec<Loss>) {
        match (&self.rows, &after.rows) {
            (Kept::Rows(before), Kept::Rows(rows)) => {
                let shared: Vec<(usize, usize)> = (0..self.columns.len())
                    .filter_map(|at| {
                        let same = |other: &Known| other.name == self.columns[at].name;
                        Some((at, after.columns.iter().position(same)?))
                    })
                    .collect();
                let of = Pair {
                    name,
                    before: self,
                    shared: &shared,
                    today,
                };
                let has_key = !self.key.is_empty()
                    && self
                        .key
                        .iter()
                        .all(|at| shared.iter().any(|(here, _)| here == at));
                if has_key {
                    of.by_key(before, rows, found);
                } else {
                    of.by_whole(before, rows, found);
                }
            }
            (before, rows) => {
                let (count, count_after) = (before.count(), rows.count());
                if count_after < count {
                    found.push(Loss {
                        is_of_rows: true,
                        text: format!("`{name}`: {count} rows before the upgrade, {count_after} after the downgrade"),
                    });
                } else if let (Kept::Digest { columns, .. }, Kept::Digest { columns: other, .. }) =
                    (before, rows)
                {
                    self.by_digest(name, after, columns, other, found);
                }
            }
        }
    }

    fn by_digest(
        &self,
        name: &TableName,
        after: &Self,
        columns: &[(usize, String)],
        other: &[(usize, String)],
        found: &mut Vec<Loss>,
    ) {
        for (known, (count, digest)) in self.columns.iter().zip(columns) {
            let at = after
                .columns
                .iter()
                .position(|column| column.name == known.name);
            let Some((count_after, digest_after)) = at.and_then(|at| other.get(at)) else {
                continue;
            };
            // Where NULLs were filled the digest differs anyway.
            if !known.is_stamp && !known.is_moment && digest != digest_after && count_after <= count
            {
                found.push(Loss {
                    is_of_rows: false,
                    text: format!(
                        "`{name}.{}`: its values differ; the table has more than {MOST} rows, so that only \
                         their digest was kept",
                        known.name
                    ),
                });
            }
        }
    }
}

impl Content {
    /// A row by its values in some columns; those that it does not have are left out.
    pub(super) fn named(&self, row: &Row, columns: &[usize]) -> String {
        let parts = columns.iter().filter_map(|at| {
            let name = &self.columns.get(*at)?.name;
            Some(format!("{name} = {}", value(row.get(*at)?.as_deref())))
        });
        parts.collect::<Vec<_>>().join(" and ")
    }
}

impl Kept {
    pub(super) fn count(&self) -> usize {
        match self {
            Self::Rows(rows) => rows.len(),
            Self::Digest { count, .. } => *count,
        }
    }
}

/// A table before and after.
struct Pair<'a> {
    name: &'a TableName,
    before: &'a Content,
    /// The columns of both: the place before, the place after.
    shared: &'a [(usize, usize)],
    today: &'a str,
}

impl Pair<'_> {
    fn by_key(&self, before: &[Row], after: &[Row], found: &mut Vec<Loss>) {
        let places: Vec<usize> = self
            .before
            .key
            .iter()
            .filter_map(|at| {
                self.shared
                    .iter()
                    .find(|(here, _)| here == at)
                    .map(|(_, there)| *there)
            })
            .collect();
        let key_of = |row: &Row, places: &[usize]| -> Vec<Option<String>> {
            places.iter().map(|at| row[*at].clone()).collect()
        };
        let by_key: HashMap<_, _> = after
            .iter()
            .map(|row| (key_of(row, &places), row))
            .collect();
        let mut gone = Vec::new();
        // For each column, the first difference and how many there are.
        let mut changed: BTreeMap<usize, (usize, String)> = BTreeMap::new();
        for row in before {
            let Some(other) = by_key.get(&key_of(row, &self.before.key)) else {
                gone.push(row);
                continue;
            };
            for (here, there) in self.shared {
                if self.is_loss(*here, row[*here].as_deref(), other[*there].as_deref()) {
                    let example = || {
                        format!(
                            "{} became {} where {}",
                            value(row[*here].as_deref()),
                            value(other[*there].as_deref()),
                            self.named(row)
                        )
                    };
                    changed.entry(*here).or_insert_with(|| (0, example())).0 += 1;
                }
            }
        }
        if let Some(first) = gone.first() {
            let (count, count_after, row) = (before.len(), after.len(), self.named(first));
            found.push(Loss {
                is_of_rows: true,
                text: if count_after < count {
                    format!(
                        "`{}`: {count} rows before the upgrade, {count_after} after the downgrade; gone is the one \
                         where {row}",
                        self.name
                    )
                } else {
                    // Keys that were made anew, most of the time.
                    format!(
                        "`{}`: no row after the downgrade is the one where {row}; there are {count_after}",
                        self.name
                    )
                },
            });
        }
        for (at, (count, example)) in changed {
            self.tell(at, count, &example, found);
        }
    }

    /// Without a key, a row is lost if none is like it.
    fn by_whole(&self, before: &[Row], after: &[Row], found: &mut Vec<Loss>) {
        let mut left: Vec<&Row> = after.iter().collect();
        let mut missing = Vec::new();
        for row in before {
            let alike = |other: &&Row| {
                self.shared.iter().all(|(here, there)| {
                    !self.is_loss(*here, row[*here].as_deref(), other[*there].as_deref())
                })
            };
            match left.iter().position(alike) {
                Some(at) => {
                    left.swap_remove(at);
                }
                None => missing.push(row),
            }
        }
        let Some(first) = missing.first() else { return };
        if after.len() < before.len() {
            found.push(Loss {
                is_of_rows: true,
                text: format!(
                    "`{}`: {} rows before the upgrade, {} after the downgrade; gone is the one where {}",
                    self.name,
                    before.len(),
                    after.len(),
                    self.named(first)
                ),
            });
            return;
        }
        // The row that is most like it shows what changed.
        let differing = |other: &Row| {
            let lost = self.shared.iter().filter(|(here, there)| {
                self.is_loss(*here, first[*here].as_deref(), other[*there].as_deref())
            });
            lost.copied().collect::<Vec<_>>()
        };
        let Some(nearest) = left.into_iter().min_by_key(|other| differing(other).len()) else {
            return;
        };
        for (here, there) in differing(nearest) {
            let example = format!(
                "{} became {}",
                value(first[here].as_deref()),
                value(nearest[there].as_deref())
            );
            self.tell(here, missing.len(), &example, found);
        }
    }

    fn tell(&self, column: usize, count: usize, example: &str, found: &mut Vec<Loss>) {
        let more = match count {
            1 => String::new(),
            2 => ", and another row".to_owned(),
            count => format!(", and {} other rows", count - 1),
        };
        found.push(Loss {
            is_of_rows: false,
            text: format!(
                "`{}.{}`: {example}{more}",
                self.name, self.before.columns[column].name
            ),
        });
    }

    fn is_loss(&self, column: usize, before: Option<&str>, after: Option<&str>) -> bool {
        let known = &self.before.columns[column];
        // SQLite's quote() says NULL in letters.
        let is_null = before.is_none_or(|before| before == "NULL" && after != Some("NULL"));
        let is_now = known.is_moment
            && after.is_some_and(|after| after.trim_start_matches('\'').starts_with(self.today));
        before != after && !is_null && !known.is_stamp && !is_now
    }

    /// The values that tell a row from others; of one without a key, its first ones.
    fn named(&self, row: &Row) -> String {
        match &*self.before.key {
            [] => self.before.named(row, &[0, 1, 2]),
            key => self.before.named(row, key),
        }
    }
}

/// A value on a line: not too long, and without line breaks.
pub(super) fn value(value: Option<&str>) -> String {
    const SHOWN: usize = 40;
    let Some(value) = value else {
        return "NULL".to_owned();
    };
    let text = value
        .strip_prefix('\'')
        .and_then(|inner| inner.strip_suffix('\''))
        .unwrap_or(value);
    let count = text.chars().count();
    let shown: String = text.chars().take(SHOWN).collect();
    let shown = shown.replace('\n', "\\n");
    if value == "NULL" {
        "NULL".to_owned()
    } else if count > SHOWN {
        format!("'{shown}…' ({count} characters)")
    } else if text.parse::<f64>().is_ok() {
        shown
    } else {
        format!("'{shown}'")
    }
}
