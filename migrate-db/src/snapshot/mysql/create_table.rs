//! What SHOW CREATE TABLE says, taken apart into columns, keys and constraints.
//!
//! The server writes the whole definition there and nowhere else: `information_schema` knows
//! nothing of parsers, periods, directories or a view's algorithm. What of it is not understood is
//! kept as it stands, so that nothing can differ unseen.

use super::words::{closing, elements, inside, literal_text, unquoted, without_versions, words};
use crate::snapshot::ident::ident;
use crate::snapshot::object::{Object, ObjectKind, ObjectName, Property};
use migcheck_core::Dialect;

/// Tells the default collation of a character set.
pub(super) type Collations = std::collections::BTreeMap<String, String>;

/// The table and its parts.
pub(super) fn parse(name: &str, sql: &str, collations: &Collations) -> Vec<Object> {
    let sql = without_versions(sql);
    read(name, &sql, collations).unwrap_or_else(|| {
        let mut table = Object::new(ObjectName::new(ObjectKind::Table, None, None, name));
        let words = words(&sql);
        let told = words.iter().filter(|word| !is_counter(word));
        table.set(Property::Definition, joined(told));
        vec![table]
    })
}

fn read(name: &str, sql: &str, collations: &Collations) -> Option<Vec<Object>> {
    let open = sql.find(" (\n")? + 1;
    let close = open + closing(&sql[open..])?;
    let mut table = Object::new(ObjectName::new(ObjectKind::Table, None, None, name));
    let mut reading = Reading {
        collations,
        engine: String::new(),
        collation: None,
        name,
        parts: Vec::new(),
    };
    reading.options(&mut table, &words(&sql[close + 1..]));
    for element in elements(&sql[open + 1..close]) {
        let words = words(element);
        match *words.first()? {
            "PERIOD" => {
                let periods = table.get(Property::Alter).map(|known| format!("{known}\n"));
                let period = format!("{}ADD {}", periods.unwrap_or_default(), joined(&words));
                table.set(Property::Alter, period);
            }
            "CONSTRAINT" => reading.constraint(&words)?,
            first if first.starts_with('`') => reading.column(&words)?,
            _ => reading.key(&words)?,
        }
    }
    let mut objects = vec![table];
    objects.append(&mut reading.parts);
    Some(objects)
}

/// AUTO_INCREMENT of a table.
fn is_counter(word: &str) -> bool {
    word.starts_with("AUTO_INCREMENT=")
}

fn joined<'a>(words: impl IntoIterator<Item = &'a &'a str>) -> String {
    let words: Vec<&str> = words.into_iter().copied().collect();
    words.join(" ")
}

struct Reading<'a> {
    collations: &'a Collations,
    /// The table's, which its columns, keys and partitions have as well.
    engine: String,
    collation: Option<String>,
    name: &'a str,
    parts: Vec<Object>,
}

impl Reading<'_> {
    fn part(&self, kind: ObjectKind, name: impl Into<String>) -> Object {
        Object::new(ObjectName::new(kind, None, Some(self.name), name))
    }

    /// What is said behind the table's parentheses.
    fn options(&mut self, table: &mut Object, words: &[&str]) {
        let partition = words.windows(2).position(|two| two == ["PARTITION", "BY"]);
        let (words, partition) = words.split_at(partition.unwrap_or(words.len()));
        let mut options: Vec<&str> = Vec::new();
        let (mut charset, mut collation) = (None, None);
        for word in words {
            if let Some(engine) = word.strip_prefix("ENGINE=") {
                engine.clone_into(&mut self.engine);
            }
            if let Some(name) = word.strip_prefix("CHARSET=") {
                charset = Some(name);
            } else if let Some(name) = word.strip_prefix("COLLATE=") {
                collation = Some(name);
            } else if let Some(comment) = word.strip_prefix("COMMENT=").and_then(literal_text) {
                table.set(Property::Comment, comment);
            } else if !is_counter(word) && *word != "DEFAULT" {
                options.push(word);
            }
        }
        self.collation = self.collation_of(charset, collation);
        if let Some(collation) = &self.collation {
            table.set(Property::Collation, collation);
        }
        if !options.is_empty() {
            table.set(Property::Options, options.join(" "));
        }
        if let Some((last, words)) = partition.split_last() {
            self.partitions(table, words, last);
        }
    }

    fn collation_of(&self, charset: Option<&str>, collation: Option<&str>) -> Option<String> {
        let of_charset =
            || charset.map(|name| self.collations.get(name).map_or(name, String::as_str));
        collation.or_else(of_charset).map(str::to_owned)
    }

    fn partitions(&self, table: &mut Object, words: &[&str], last: &str) {
        let mut by: Vec<&str> = words.iter().skip(2).copied().collect();
        if last.starts_with("(PARTITION") {
            let engine = format!(" ENGINE = {}", self.engine);
            let lines: Vec<&str> = last.lines().map(str::trim).collect();
            let list = lines.join(" ").replace(&engine, "");
            table.set(Property::Partitions, inside(&list));
        } else {
            by.push(last);
        }
        // Where the intervals of SYSTEM_TIME begin is taken from the clock, if nobody says it.
        if let Some(starts) = by.iter().position(|word| *word == "STARTS") {
            by.drain(starts..by.len().min(starts + 2));
        }
        table.set(Property::PartitionBy, by.join(" "));
    }

    fn column(&mut self, words: &[&str]) -> Option<()> {
        let (name, words) = words.split_first()?;
        let mut column = self.part(ObjectKind::Column, unquoted(name)?);
        column.position = self.parts.len();
        let clauses = words
            .iter()
            .position(|word| {
                word.starts_with(|first: char| first.is_ascii_uppercase() || first == '`')
            })
            .unwrap_or(words.len());
        column.set(Property::Type, joined(&words[..clauses]));
        let (mut charset, mut collation) = (None, None);
        let (mut options, mut checks) = (Vec::new(), Vec::new());
        for clause in split_clauses(&words[clauses..]) {
            match *clause {
                ["CHARACTER", "SET", name] => charset = Some(name),
                ["COLLATE", name] => collation = Some(name),
                ["NULL"] => {}
                ["NOT", "NULL"] => column.set(Property::NotNull, "NOT NULL"),
                ["DEFAULT", ..] => column.set(Property::Default, joined(&clause[1..])),
                ["GENERATED", "ALWAYS", "AS", expression, how] if expression.starts_with('(') => {
                    let expression = inside(expression);
                    column.set(Property::Generated, format!("({expression}) {how}"));
                }
                ["COMMENT", comment] => column.set(Property::Comment, literal_text(comment)?),
                ["CHECK", condition] => checks.push(inside(condition)),
                _ => options.push(joined(clause)),
            }
        }
        let collation = self.collation_of(charset, collation);
        if let Some(collation) = collation
            && self.collation.as_ref() != Some(&collation)
        {
            column.set(Property::Collation, collation);
        }
        if !options.is_empty() {
            column.set(Property::Options, options.join(" "));
        }
        tidy_default(&mut column);
        let checks: Vec<Object> = checks
            .into_iter()
            .map(|condition| self.check_of_column(&column.name.name, condition))
            .collect();
        self.parts.push(column);
        self.parts.extend(checks);
        Some(())
    }

    /// MariaDB keeps it with the column: MODIFY without it takes it away.
    fn check_of_column(&self, column: &str, condition: &str) -> Object {
        let mut check = self.part(ObjectKind::Check, format!("({condition})"));
        check.name.unnamed = true;
        check.set(Property::Definition, format!("CHECK ({condition})"));
        let column = ident(column, Some(Dialect::MySql));
        check.set(Property::Note, format!("of the column {column}"));
        check
    }

    fn key(&mut self, words: &[&str]) -> Option<()> {
        let at = words.iter().position(|word| *word == "KEY")?;
        let is_primary = words[..at] == ["PRIMARY"];
        let mut rest = words[at + 1..].iter();
        let mut key = if is_primary {
            self.part(ObjectKind::PrimaryKey, "PRIMARY")
        } else {
            self.part(ObjectKind::Index, unquoted(rest.next()?)?)
        };
        if at > 0 && !is_primary {
            key.set(Property::Modifier, joined(&words[..at]));
        }
        let parts = rest.next()?.strip_prefix('(')?.strip_suffix(')')?;
        key.set(Property::Parts, names(parts));
        let mut options: Vec<&str> = Vec::new();
        while let Some(word) = rest.next() {
            match *word {
                "COMMENT" => key.set(Property::Comment, literal_text(rest.next()?)?),
                // What a key is anyway, in most engines, is written down where somebody said it.
                "BTREE" if options.last() == Some(&"USING") && self.engine != "MEMORY" => {
                    options.pop();
                }
                other => options.push(other),
            }
        }
        if !options.is_empty() {
            key.set(Property::Options, options.join(" "));
        }
        self.parts.push(key);
        Some(())
    }

    fn constraint(&mut self, words: &[&str]) -> Option<()> {
        let name = unquoted(words.get(1)?)?;
        match &words[2..] {
            [
                "FOREIGN",
                "KEY",
                columns,
                "REFERENCES",
                table,
                referenced,
                actions @ ..,
            ] => {
                let mut key = self.part(ObjectKind::ForeignKey, name);
                key.set(Property::Parts, names(inside(columns)));
                let table: Vec<String> = qualified(table).map(names).collect();
                key.set(Property::References, table.join("."));
                key.set(Property::ReferencedParts, names(inside(referenced)));
                // RESTRICT and NO ACTION are the same to InnoDB, and the default.
                let actions: Vec<String> = split_clauses(actions)
                    .into_iter()
                    .filter(|clause| {
                        !matches!(clause, ["ON", _, "RESTRICT"] | ["ON", _, "NO", "ACTION"])
                    })
                    .map(joined)
                    .collect();
                if !actions.is_empty() {
                    key.set(Property::Options, actions.join(" "));
                }
                forget_number(&mut key, &format!("{}_ibfk_", self.name));
                self.parts.push(key);
            }
            ["CHECK", condition, options @ ..] => {
                let mut check = self.part(ObjectKind::Check, name);
                let mut definition = format!("CHECK ({})", inside(condition));
                if !options.is_empty() {
                    definition = format!("{definition} {}", joined(options));
                }
                check.set(Property::Definition, definition);
                forget_number(&mut check, &format!("{}_chk_", self.name));
                forget_number(&mut check, "CONSTRAINT_");
                self.parts.push(check);
            }
            _ => return None,
        }
        Some(())
    }
}

/// Splits the words behind a type or a reference before each word that begins a clause.
fn split_clauses<'a, 'b>(words: &'b [&'a str]) -> Vec<&'b [&'a str]> {
    const BEGIN: &[&str] = &[
        "AUTO_INCREMENT",
        "CHARACTER",
        "CHECK",
        "COLLATE",
        "COLUMN_FORMAT",
        "COMMENT",
        "COMPRESSED",
        "DEFAULT",
        "ENGINE_ATTRIBUTE",
        "GENERATED",
        "INVISIBLE",
        "MATCH",
        "NOT",
        "ON",
        "SECONDARY_ENGINE_ATTRIBUTE",
        "SRID",
        "STORAGE",
        "WITH",
        "WITHOUT",
    ];
    let mut clauses: Vec<&[&str]> = Vec::new();
    let mut start = 0;
    for (at, word) in words.iter().enumerate() {
        // The value of DEFAULT is no clause, and NULL is one only if it is not a value.
        let value = at > start && at == start + 1 && matches!(words[start], "DEFAULT" | "NOT");
        let begins = BEGIN.contains(word) || *word == "NULL" || word.starts_with('`');
        if at > start && begins && !value {
            clauses.push(&words[start..at]);
            start = at;
        }
    }
    if start < words.len() {
        clauses.push(&words[start..]);
    }
    clauses
}

/// `DEFAULT NULL` is what a nullable column has unless its default was dropped, which only ALTER
/// TABLE can say: an INSERT has to name the column then.
fn tidy_default(column: &mut Object) {
    if column.get(Property::Default) == Some("NULL") {
        column.remove(Property::Default);
        return;
    }
    let kind = column.get(Property::Type).unwrap_or_default();
    // MySQL does not write the default of these.
    let silent = [
        "text",
        "blob",
        "geometry",
        "point",
        "linestring",
        "polygon",
        "geom",
    ]
    .iter()
    .any(|silent| kind.contains(silent));
    let has_none = column.get(Property::Default).is_none()
        && column.get(Property::NotNull).is_none()
        && column.get(Property::Generated).is_none()
        && !column.get(Property::Options).is_some_and(|options| {
            options.contains("GENERATED") || options.contains("AUTO_INCREMENT")
        });
    if has_none && !silent {
        let name = ident(&column.name.name, Some(Dialect::MySql));
        column.set(Property::Alter, format!("ALTER {name} DROP DEFAULT"));
    }
}

/// A list of column names or key parts, each quoted only where it has to be.
fn names(list: &str) -> String {
    let elements = elements(list);
    let elements: Vec<String> = elements
        .into_iter()
        .map(|element| {
            let end = element.strip_prefix('`').and_then(|rest| rest.rfind('`'));
            let name = end.and_then(|end| Some((unquoted(&element[..end + 2])?, end + 2)));
            match name {
                Some((name, end)) => ident(&name, Some(Dialect::MySql)) + &element[end..],
                None => element.to_owned(),
            }
        })
        .collect();
    elements.join(", ")
}

/// The one or two names of a table, each in its backticks.
fn qualified(name: &str) -> impl Iterator<Item = &str> {
    let (schema, table) = match name.find("`.`") {
        Some(dot) => (Some(&name[..=dot]), &name[dot + 2..]),
        None => (None, name),
    };
    schema.into_iter().chain([table])
}

/// `users_ibfk_1`, `users_chk_2` and MariaDB's `CONSTRAINT_1` are numbers in the order of creation.
fn forget_number(constraint: &mut Object, prefix: &str) {
    let number = constraint.name.name.strip_prefix(prefix);
    if !number.is_some_and(|n| !n.is_empty() && n.bytes().all(|byte| byte.is_ascii_digit())) {
        return;
    }
    let about = match constraint.get(Property::Parts) {
        Some(columns) => format!("({columns})"),
        None => {
            let definition = constraint.get(Property::Definition).unwrap_or_default();
            definition.trim_start_matches("CHECK ").to_owned()
        }
    };
    constraint.name.name = about;
    constraint.name.unnamed = true;
}

#[cfg(test)]
mod tests;
