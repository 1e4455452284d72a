//! Changes of a table that name no part that comes or goes; MySQL and MariaDB.
//!
//! Of the table's definition only that counts which the statement changes: somebody else may have changed
//! another part of it meanwhile.

use migcheck_core::Dialect;

use super::altered::{self, Part, PartKind};
use super::name::{Name, text};
use super::probe::{Verdict, relations, schema};
use super::server_side::{PARTITIONS, of_table, summed};
use super::words::{Word, pieces, within};
use crate::ServerError;
use crate::session::Session;

/// What of a table a statement changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Aspect {
    /// What a column of this name is.
    Column(String),
    Collation,
    Partitioning,
    /// Which CHECKs there are; the server names them.
    Checks,
    /// Which indexes there are on just these columns; the server names them.
    Indexes {
        is_unique: bool,
        columns: Vec<String>,
    },
    /// Which foreign keys there are of these columns; the server names them.
    ForeignKeys(Vec<String>),
}

/// What one of the changes of an ALTER TABLE is about; none if that is not known, or is named.
pub(super) fn aspect(change: &[Word<'_>]) -> Option<Aspect> {
    let is = |at: usize, of: &[&str]| change.get(at).is_some_and(|word| word.is_one_of(of));
    let name = |at: usize| {
        let at = at + usize::from(is(at, &["COLUMN"]));
        let name = change.get(at).filter(|word| !word.is("IF"))?;
        name.name(Dialect::MySql).map(Aspect::Column)
    };
    match () {
        () if is(0, &["MODIFY", "CHANGE"]) => name(1),
        () if is(0, &["ALTER"]) && !is(1, &["CHECK", "CONSTRAINT", "INDEX", "KEY"]) => name(1),
        () if is(0, &["CONVERT"]) => Some(Aspect::Collation),
        () if is(0, &["COALESCE", "REORGANIZE", "REMOVE"]) => Some(Aspect::Partitioning),
        () if is(0, &["ADD"]) && is(1, &["PARTITION"]) => Some(Aspect::Partitioning),
        () if change
            .windows(2)
            .any(|two| two[0].is("PARTITION") && two[1].is("BY")) =>
        {
            Some(Aspect::Partitioning)
        }
        () if is(0, &["ADD"]) => added(&change[1 + usize::from(is(1, &["CONSTRAINT"]))..]),
        () => None,
    }
}

fn added(words: &[Word<'_>]) -> Option<Aspect> {
    let first = words.first()?;
    let list = || {
        let open = words.iter().position(|word| word.is_mark('('))?;
        let inner = within(&words[open + 1..]);
        let columns = pieces(inner).into_iter();
        let columns = columns.map(|column| column.first()?.name(Dialect::MySql));
        columns.collect::<Option<Vec<String>>>()
    };
    if first.is("CHECK") {
        return Some(Aspect::Checks);
    }
    if first.is("FOREIGN") {
        return list().map(Aspect::ForeignKeys);
    }
    if first.is_one_of(&["FULLTEXT", "INDEX", "KEY", "SPATIAL", "UNIQUE"]) {
        let is_unique = first.is("UNIQUE");
        return list().map(|columns| Aspect::Indexes { is_unique, columns });
    }
    None
}

/// The SQL for what there is of them now, of a table by one of these names.
pub(super) fn expression(names: &[Name], aspects: &[Aspect]) -> String {
    let each = names
        .iter()
        .flat_map(|table| aspects.iter().map(move |aspect| aspect.query(table)));
    summed(&each.collect::<Vec<_>>())
}

/// What became of a statement that changes these, before which they were what the journal says.
pub(super) async fn verdict(
    session: &mut dyn Session,
    names: &[Name],
    aspects: &[Aspect],
    before: &str,
) -> Result<Verdict, ServerError> {
    // What is gone, or goes by another name, was changed by somebody else.
    let columns = aspects.iter().filter_map(|aspect| match aspect {
        Aspect::Column(name) => Some(Part {
            name: name.clone(),
            kind: PartKind::Column,
            goes: false,
        }),
        _ => None,
    });
    let columns: Vec<Part> = columns.collect();
    let mut there = vec![format!("EXISTS ({})", relations(names))];
    if !columns.is_empty() {
        there.push(altered::expression(names, &columns));
    }
    let there = there.join(", ");
    let sql = format!("SELECT CONCAT({there}), {}", expression(names, aspects));
    let row = session.rows(&sql, &[]).await?.into_iter().next();
    let mut row = row
        .unwrap_or_default()
        .into_iter()
        .map(Option::unwrap_or_default);
    let (there, now) = (
        row.next().unwrap_or_default(),
        row.next().unwrap_or_default(),
    );
    Ok(match now == before {
        _ if there.contains('0') => Verdict::Unknown,
        true => Verdict::NotRun,
        false => Verdict::Ran,
    })
}

impl Aspect {
    /// A query for checksums of it.
    fn query(&self, table: &Name) -> String {
        let of =
            |view, columns: &[&str]| of_table(view, "TABLE_SCHEMA", "TABLE_NAME", table, columns);
        let from = |view: &str, key: &str, condition: &str, columns: &[String]| {
            let listed = columns.join(",");
            let having = match columns {
                [] => String::new(),
                _ => format!(
                    " GROUP BY {key} HAVING GROUP_CONCAT(COLUMN_NAME ORDER BY {}) = {}",
                    match view {
                        "STATISTICS" => "SEQ_IN_INDEX",
                        _ => "ORDINAL_POSITION",
                    },
                    text(&listed)
                ),
            };
            format!(
                "SELECT SHA2({key}, 256) h FROM information_schema.{view} WHERE TABLE_SCHEMA = {} \
                 AND TABLE_NAME = {} AND {condition}{having}",
                schema(table),
                text(&table.name)
            )
        };
        match self {
            Self::Column(column) => {
                let columns = of(
                    "COLUMNS",
                    &[
                        "COLUMN_NAME",
                        "COLUMN_TYPE",
                        "IS_NULLABLE",
                        "COLUMN_DEFAULT",
                        "COLLATION_NAME",
                        "EXTRA",
                        "COLUMN_COMMENT",
                        "GENERATION_EXPRESSION",
                    ],
                );
                format!("{columns} AND COLUMN_NAME = {}", text(column))
            }
            Self::Collation => of("TABLES", &["TABLE_COLLATION"]),
            Self::Partitioning => of("PARTITIONS", &PARTITIONS),
            Self::Checks => from(
                "TABLE_CONSTRAINTS",
                "CONSTRAINT_NAME",
                "CONSTRAINT_TYPE = 'CHECK'",
                &[],
            ),
            Self::Indexes { is_unique, columns } => from(
                "STATISTICS",
                "INDEX_NAME",
                &format!("NON_UNIQUE = {}", u8::from(!is_unique)),
                columns,
            ),
            Self::ForeignKeys(columns) => from(
                "KEY_COLUMN_USAGE",
                "CONSTRAINT_NAME",
                "REFERENCED_TABLE_NAME IS NOT NULL",
                columns,
            ),
        }
    }
}
