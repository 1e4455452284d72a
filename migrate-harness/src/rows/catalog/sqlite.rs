//! SQLite's catalog, which is pragmas, and for CHECK the text of the statement.

use migcheck_db::{Row, ServerError, Session};

use super::{Column, ForeignKey, Table, TableName, field, is_yes};
use crate::rows::family::sqlite as base_family;
use crate::rows::reach::Scope;

/// Virtual tables and what they keep their content in are left alone.
const TABLES: &str = "SELECT l.name FROM pragma_table_list l
  WHERE l.schema = 'main' AND l.type = 'table' AND l.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";

pub(super) async fn read(
    session: &mut dyn Session,
    scope: &Scope,
) -> Result<Vec<Table>, ServerError> {
    let condition = match scope.list() {
        Some(names) => format!(" AND lower(l.name) IN ({names})"),
        None => String::new(),
    };
    let named = format!("WITH t(name) AS MATERIALIZED ({TABLES}{condition}) SELECT");
    let sql = format!(
        "{named} 'table', t.name, s.sql FROM t JOIN sqlite_schema s ON s.type = 'table' AND s.name = t.name;
         {named} 'column', t.name, x.name, x.type, x.\"notnull\", x.dflt_value IS NOT NULL, x.hidden, x.pk
           FROM t, pragma_table_xinfo(t.name) x ORDER BY t.name, x.cid;
         {named} 'unique', t.name, i.name, x.cid, i.origin, s.sql
           FROM t, pragma_index_list(t.name) i, pragma_index_xinfo(i.name) x
           LEFT JOIN sqlite_schema s ON s.type = 'index' AND s.name = i.name
           WHERE i.\"unique\" AND x.key ORDER BY t.name, i.name, x.seqno;
         {named} 'foreign key', t.name, f.id, f.\"from\", f.\"table\",
           coalesce(f.\"to\", (SELECT k.name FROM pragma_table_info(f.\"table\") k WHERE k.pk = f.seq + 1))
           FROM t, pragma_foreign_key_list(t.name) f ORDER BY t.name, f.id, f.seq"
    );
    let mut tables = Vec::new();
    let mut last_key = String::new();
    for row in session.rows(&sql, &[]).await? {
        add(&mut tables, &mut last_key, row);
    }
    for table in &mut tables {
        add_row_id(table);
    }
    Ok(tables)
}

/// `INTEGER PRIMARY KEY` is the row's own id, and there is no index for it.
fn add_row_id(table: &mut Table) {
    let keys: Vec<usize> = (0..table.columns.len())
        .filter(|at| table.columns[*at].is_forced)
        .collect();
    for column in &mut table.columns {
        column.is_forced = false;
    }
    if !keys.is_empty() && !table.uniques.iter().any(|unique| unique.is_primary) {
        table.add_unique(false, keys, true);
    }
}

fn add(tables: &mut Vec<Table>, last_key: &mut String, mut row: Row) {
    let row = &mut row;
    let (kind, name) = (field(row, 0), field(row, 1));
    if kind == "table" {
        let mut table = Table::new(TableName::new(None, &name));
        table.checks = checks(&field(row, 2));
        tables.push(table);
        return;
    }
    let Some(into) = tables.iter_mut().find(|table| table.name.name == name) else {
        return;
    };
    if kind == "column" {
        let type_name = field(row, 3);
        let mut column = Column::new(field(row, 2), type_name.clone(), base_family(&type_name));
        let place = field(row, 7);
        // A key may hold NULL here, by an old mistake that nobody means.
        column.is_nullable = !is_yes(&field(row, 4)) && place == "0";
        column.has_default = is_yes(&field(row, 5));
        column.is_generated = matches!(&*field(row, 6), "2" | "3");
        // Until the keys are known: it is part of the primary key.
        column.is_forced = place != "0";
        into.columns.push(column);
        return;
    }
    let key = format!("{kind} {name} {}", field(row, 2));
    let goes_on = *last_key == key;
    *last_key = key;
    if kind == "unique" {
        let parts = match field(row, 3).parse::<usize>() {
            Ok(place) => vec![place],
            Err(_) => {
                let sql = field(row, 5);
                into.columns_in(super::index_parts(&sql))
            }
        };
        into.add_unique(goes_on, parts, field(row, 4) == "pk");
        return;
    }
    let Some(place) = into.column(&field(row, 3)) else {
        return;
    };
    let key = ForeignKey {
        columns: vec![place],
        table: TableName::new(None, &field(row, 4)),
        referenced: vec![field(row, 5)],
        is_deferrable: true,
    };
    into.add_reference(goes_on, key);
}

/// What stands in the parentheses behind every CHECK of the statement.
fn checks(sql: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut inside: Option<(usize, usize)> = None;
    let mut expects = false;
    let mut word = 0;
    let mut rest = sql.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        match c {
            '\'' | '"' | '`' => while rest.next().is_some_and(|(_, other)| other != c) {},
            '-' if sql[at..].starts_with("--") => {
                while rest.next().is_some_and(|(_, other)| other != '\n') {}
            }
            '/' if sql[at..].starts_with("/*") => {
                let end = sql[at..].find("*/").map_or(sql.len(), |end| at + end + 1);
                while rest.next_if(|(place, _)| *place <= end).is_some() {}
            }
            '(' => match &mut inside {
                Some((_, depth)) => *depth += 1,
                None if expects => inside = Some((at + 1, 0)),
                None => {}
            },
            ')' => match &mut inside {
                Some((start, 0)) => {
                    found.push(sql[*start..at].to_owned());
                    inside = None;
                }
                Some((_, depth)) => *depth -= 1,
                None => {}
            },
            _ => {}
        }
        if c.is_alphanumeric() || c == '_' {
            word += c.len_utf8();
            expects =
                sql[at + c.len_utf8() - word..at + c.len_utf8()].eq_ignore_ascii_case("check");
        } else {
            word = 0;
            expects &= c.is_whitespace();
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_are_found_in_the_statement() {
        let sql = "CREATE TABLE t (a INT CHECK (a > (0)), -- CHECK (no)\n b TEXT DEFAULT ')CHECK(' \
                   /* CHECK (no) */, CONSTRAINT c CHECK(length(b) IN (1, 2)), checked INT)";
        assert_eq!(checks(sql), ["a > (0)", "length(b) IN (1, 2)"]);
    }
}
