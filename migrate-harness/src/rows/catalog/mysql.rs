//! The catalog of MySQL and MariaDB.

use migcheck_db::{Row, ServerError, Session};

use super::{Column, ForeignKey, Table, TableName, field, is_yes};
use crate::rows::family::mysql as base_family;
use crate::rows::reach::Scope;

/// Rows begin with what they are; `{scope}` is a condition on a table's name. `{…}` stands for what
/// the two products have under different names.
const QUERIES: &str = "
SELECT 'table', t.TABLE_NAME FROM information_schema.TABLES t
WHERE t.TABLE_SCHEMA = DATABASE() AND t.TABLE_TYPE = 'BASE TABLE' AND {scope:t.TABLE_NAME};
SELECT 'column', c.TABLE_NAME, c.COLUMN_NAME, c.COLUMN_TYPE, c.IS_NULLABLE, {default}, c.EXTRA,
  {generated}, {srid}, c.CHARACTER_SET_NAME
FROM information_schema.COLUMNS c WHERE c.TABLE_SCHEMA = DATABASE() AND {scope:c.TABLE_NAME}
ORDER BY c.TABLE_NAME, c.ORDINAL_POSITION;
SELECT 'unique', s.TABLE_NAME, s.INDEX_NAME, s.COLUMN_NAME, {expression}
FROM information_schema.STATISTICS s
WHERE s.TABLE_SCHEMA = DATABASE() AND s.NON_UNIQUE = 0 AND {scope:s.TABLE_NAME}
ORDER BY s.TABLE_NAME, s.INDEX_NAME, s.SEQ_IN_INDEX;
SELECT 'foreign key', k.TABLE_NAME, k.CONSTRAINT_NAME, k.COLUMN_NAME, k.REFERENCED_TABLE_NAME, k.REFERENCED_COLUMN_NAME
FROM information_schema.KEY_COLUMN_USAGE k
WHERE k.TABLE_SCHEMA = DATABASE() AND k.REFERENCED_TABLE_NAME IS NOT NULL AND {scope:k.TABLE_NAME}
ORDER BY k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION;
SELECT 'check', k.TABLE_NAME, c.CHECK_CLAUSE
FROM information_schema.TABLE_CONSTRAINTS k JOIN (SELECT CONSTRAINT_NAME, CHECK_CLAUSE {table}
  FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE()
  LIMIT 18446744073709551615) c ON c.CONSTRAINT_NAME = k.CONSTRAINT_NAME {same}
WHERE k.TABLE_SCHEMA = DATABASE() AND k.CONSTRAINT_TYPE = 'CHECK' AND {scope:k.TABLE_NAME}";

/// MariaDB names checks by table, and writes the default NULL out.
const PRODUCTS: [[(&str, &str); 6]; 2] = [
    [
        ("{default}", "c.COLUMN_DEFAULT IS NOT NULL"),
        ("{generated}", "c.GENERATION_EXPRESSION <> ''"),
        ("{srid}", "c.SRS_ID"),
        ("{expression}", "s.EXPRESSION"),
        ("{table}", ""),
        ("{same}", ""),
    ],
    [
        ("{default}", "COALESCE(c.COLUMN_DEFAULT <> 'NULL', FALSE)"),
        ("{generated}", "c.IS_GENERATED = 'ALWAYS'"),
        ("{srid}", "NULL"),
        ("{expression}", "NULL"),
        ("{table}", ", TABLE_NAME"),
        ("{same}", "AND c.TABLE_NAME = k.TABLE_NAME"),
    ],
];

pub(super) async fn read(
    session: &mut dyn Session,
    scope: &Scope,
) -> Result<Vec<Table>, ServerError> {
    let version = session.rows("SELECT VERSION()", &[]).await?;
    let is_mariadb = version
        .into_iter()
        .flatten()
        .flatten()
        .any(|version| version.contains("MariaDB"));
    let mut sql = QUERIES.to_owned();
    for name in [
        "t.TABLE_NAME",
        "c.TABLE_NAME",
        "s.TABLE_NAME",
        "k.TABLE_NAME",
    ] {
        let condition = match scope.list() {
            Some(names) => format!("{name} IN ({names})"),
            None => "TRUE".to_owned(),
        };
        sql = sql.replace(&format!("{{scope:{name}}}"), &condition);
    }
    for (mark, written) in PRODUCTS[usize::from(is_mariadb)] {
        sql = sql.replace(mark, written);
    }
    let mut tables = Vec::new();
    let mut last_key = String::new();
    for row in session.rows(&sql, &[]).await? {
        add(&mut tables, &mut last_key, row, is_mariadb);
    }
    Ok(tables)
}

/// Adds what one row tells. A key of several columns comes in several rows.
fn add(tables: &mut Vec<Table>, last_key: &mut String, mut row: Row, is_mariadb: bool) {
    let row = &mut row;
    let (kind, table) = (field(row, 0), field(row, 1));
    if kind == "table" {
        tables.push(Table::new(TableName::new(None, &table)));
        return;
    }
    let Some(into) = tables.iter_mut().find(|one| one.name.name == table) else {
        return;
    };
    if kind == "column" {
        into.columns.push(column(row));
        return;
    }
    if kind == "check" {
        let check = field(row, 2);
        // MySQL escapes the quotes of what it hands out.
        into.checks.push(if is_mariadb {
            check
        } else {
            check.replace("\\'", "'")
        });
        return;
    }
    let key = format!("{kind} {table} {}", field(row, 2));
    let goes_on = *last_key == key;
    *last_key = key;
    let column = row.get_mut(3).and_then(Option::take);
    if kind == "unique" {
        let parts = match column {
            Some(column) => into.column(&column).into_iter().collect(),
            None => into.columns_in(&field(row, 4)),
        };
        into.add_unique(goes_on, parts, last_key.ends_with(" PRIMARY"));
        return;
    }
    let Some(place) = column.and_then(|column| into.column(&column)) else {
        return;
    };
    let key = ForeignKey {
        columns: vec![place],
        table: TableName::new(None, &field(row, 4)),
        referenced: vec![field(row, 5)],
        is_deferrable: false,
    };
    into.add_reference(goes_on, key);
}

fn column(row: &mut [Option<String>]) -> Column {
    let name = field(row, 2);
    let type_name = field(row, 3);
    let srid = field(row, 8);
    let charset = field(row, 9);
    let extra = field(row, 6).to_lowercase();
    let family = base_family(&type_name, &charset, srid.parse().unwrap_or(0));
    let mut column = Column::new(name, type_name, family);
    column.is_nullable = is_yes(&field(row, 4));
    column.has_default = is_yes(&field(row, 5)) || extra.contains("auto_increment");
    column.is_generated = is_yes(&field(row, 7));
    column.is_stamp = extra.contains("on update");
    column
}
