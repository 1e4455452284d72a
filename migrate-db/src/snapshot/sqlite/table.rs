//! CREATE TABLE taken apart into columns and constraints.
//!
//! After <https://sqlite.org/lang_createtable.html>. What is not understood is not guessed at: the
//! table is then compared as a whole.

use super::token::{Token, text};
use crate::snapshot::object::{Object, ObjectKind, ObjectName, Property};

/// The table and its parts; none if the statement is not of the form that SQLite documents, or
/// makes a virtual table.
pub(super) fn parse(name: &str, tokens: &[Token]) -> Option<Vec<Object>> {
    let open = tokens.iter().position(|token| token.is_symbol("("))?;
    if !tokens.get(1)?.is("TABLE") {
        return None;
    }
    let mut at = Cursor { tokens, at: open };
    let body = at.group()?;
    let mut table = Object::new(ObjectName::new(ObjectKind::Table, None, None, name));
    let mut options: Vec<String> = at.rest().split(|t| t.is_symbol(",")).map(text).collect();
    options.sort();
    let options = options.join(", ").to_ascii_uppercase();
    if !options.is_empty() {
        table.set(Property::Options, options);
    }
    let mut parts = Parts {
        table: name,
        objects: vec![table],
    };
    for element in elements(body) {
        let mut at = Cursor {
            tokens: element,
            at: 0,
        };
        let is_constraint = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"]
            .iter()
            .any(|word| element.first().is_some_and(|token| token.is(word)));
        if is_constraint {
            while !at.rest().is_empty() {
                parts.table_constraint(&mut at)?;
            }
        } else {
            parts.column(&mut at)?;
        }
    }
    Some(parts.objects)
}

/// Splits at the commas that are in no parentheses.
fn elements(body: &[Token]) -> impl Iterator<Item = &[Token]> {
    let mut depth = 0_usize;
    body.split(move |token| {
        if token.is_symbol("(") {
            depth += 1;
        } else if token.is_symbol(")") {
            depth = depth.saturating_sub(1);
        }
        depth == 0 && token.is_symbol(",")
    })
}

/// A place in a list of tokens.
struct Cursor<'a> {
    tokens: &'a [Token],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a [Token] {
        self.tokens.get(self.at..).unwrap_or_default()
    }

    fn next(&mut self) -> Option<&'a Token> {
        let token = self.tokens.get(self.at)?;
        self.at += 1;
        Some(token)
    }

    /// Steps over these keywords if they come next.
    fn skip(&mut self, keywords: &[&str]) -> bool {
        let rest = self.rest();
        let here = keywords.len() <= rest.len()
            && keywords
                .iter()
                .zip(rest)
                .all(|(keyword, token)| token.is(keyword));
        if here {
            self.at += keywords.len();
        }
        here
    }

    /// What is between the parentheses that begin here.
    fn group(&mut self) -> Option<&'a [Token]> {
        let start = self.at + 1;
        if !self.next()?.is_symbol("(") {
            return None;
        }
        let mut depth = 1_usize;
        while depth > 0 {
            let token = self.next()?;
            if token.is_symbol("(") {
                depth += 1;
            } else if token.is_symbol(")") {
                depth -= 1;
            }
        }
        self.tokens.get(start..self.at - 1)
    }

    fn sees_group(&self) -> bool {
        self.rest()
            .first()
            .is_some_and(|token| token.is_symbol("("))
    }

    /// `ON CONFLICT …` with a space before it, if it is there. ABORT is the default.
    fn on_conflict(&mut self) -> Option<String> {
        if !self.skip(&["ON", "CONFLICT"]) {
            return Some(String::new());
        }
        let what = self.next()?.name()?.to_ascii_uppercase();
        Some(if what == "ABORT" {
            String::new()
        } else {
            format!(" ON CONFLICT {what}")
        })
    }

    /// `t (b) ON DELETE …` after REFERENCES, without what is the default.
    fn references(&mut self) -> Option<String> {
        let mut clause = text(std::slice::from_ref(self.next()?));
        if self.sees_group() {
            clause.push_str(&format!(" ({})", text(self.group()?)));
        }
        let mut rules: Vec<String> = Vec::new();
        loop {
            if self.skip(&["ON"]) {
                let event = self.next()?.name()?.to_ascii_uppercase();
                let mut action = self.next()?.name()?.to_ascii_uppercase();
                if matches!(action.as_str(), "SET" | "NO") {
                    action = format!("{action} {}", self.next()?.name()?.to_ascii_uppercase());
                }
                if action != "NO ACTION" {
                    rules.push(format!(" ON {event} {action}"));
                }
            } else if self.skip(&["MATCH"]) {
                // SQLite parses it and does nothing about it.
                self.next()?;
            } else if self.skip(&["NOT", "DEFERRABLE"]) {
                let _ =
                    self.skip(&["INITIALLY", "DEFERRED"]) || self.skip(&["INITIALLY", "IMMEDIATE"]);
            } else if self.skip(&["DEFERRABLE"]) {
                if self.skip(&["INITIALLY", "DEFERRED"]) {
                    rules.push(" deferred".to_owned());
                } else {
                    self.skip(&["INITIALLY", "IMMEDIATE"]);
                }
            } else {
                break;
            }
        }
        // Capitals sort before small letters, so this one stays behind.
        rules.sort();
        clause.push_str(
            &rules
                .concat()
                .replace(" deferred", " DEFERRABLE INITIALLY DEFERRED"),
        );
        Some(clause)
    }

    /// The value after DEFAULT. Parentheses around a literal say nothing.
    fn default(&mut self) -> Option<String> {
        if self.sees_group() {
            let inner = self.group()?;
            let literal = match inner {
                [one] => !matches!(one, Token::Quoted(_)),
                [sign, Token::Word(_)] => sign.is_symbol("-") || sign.is_symbol("+"),
                _ => false,
            };
            let inner = text(inner);
            return Some(if literal { inner } else { format!("({inner})") });
        }
        let start = self.at;
        let first = self.next()?;
        if first.is_symbol("-") || first.is_symbol("+") {
            self.next()?;
        }
        self.tokens.get(start..self.at).map(text)
    }
}

/// The objects that one table is made of.
struct Parts<'a> {
    table: &'a str,
    objects: Vec<Object>,
}

impl Parts<'_> {
    /// Without a name, a constraint is known by what it is about.
    fn constraint(
        &mut self,
        kind: ObjectKind,
        name: Option<String>,
        about: &str,
        definition: String,
    ) {
        let unnamed = name.is_none();
        let name = name.unwrap_or_else(|| format!("({about})"));
        let mut object = Object::new(ObjectName::new(kind, None, Some(self.table), name));
        object.name.unnamed = unnamed;
        object.set(Property::Definition, definition);
        self.objects.push(object);
    }

    fn table_constraint(&mut self, at: &mut Cursor<'_>) -> Option<()> {
        let name = constraint_name(at)?;
        if at.skip(&["PRIMARY", "KEY"]) {
            let columns = text(at.group()?);
            let about = columns.trim_end_matches(" AUTOINCREMENT");
            let definition = format!("PRIMARY KEY ({columns}){}", at.on_conflict()?);
            self.constraint(ObjectKind::PrimaryKey, name, about, definition);
        } else if at.skip(&["UNIQUE"]) {
            let columns = text(at.group()?);
            let definition = format!("UNIQUE ({columns}){}", at.on_conflict()?);
            self.constraint(ObjectKind::Unique, name, &columns, definition);
        } else if at.skip(&["CHECK"]) {
            self.check(at, name)?;
        } else if at.skip(&["FOREIGN", "KEY"]) {
            let columns = text(at.group()?);
            if !at.skip(&["REFERENCES"]) {
                return None;
            }
            self.foreign_key(at, name, &columns)?;
        } else {
            return None;
        }
        Some(())
    }

    fn check(&mut self, at: &mut Cursor<'_>, name: Option<String>) -> Option<()> {
        let condition = text(at.group()?);
        let definition = format!("CHECK ({condition}){}", at.on_conflict()?);
        self.constraint(ObjectKind::Check, name, &condition, definition);
        Some(())
    }

    fn foreign_key(
        &mut self,
        at: &mut Cursor<'_>,
        name: Option<String>,
        columns: &str,
    ) -> Option<()> {
        let definition = format!("FOREIGN KEY ({columns}) REFERENCES {}", at.references()?);
        self.constraint(ObjectKind::ForeignKey, name, columns, definition);
        Some(())
    }

    fn column(&mut self, at: &mut Cursor<'_>) -> Option<()> {
        let first = at.next()?;
        let name = first.name()?;
        let spelled = text(&[Token::Quoted(name.to_owned())]);
        let mut column = Object::new(ObjectName::new(
            ObjectKind::Column,
            None,
            Some(self.table),
            name,
        ));
        column.position = self.objects.len();
        let words = at.at;
        while at
            .rest()
            .first()
            .is_some_and(|token| !begins_constraint(token))
        {
            if at.sees_group() {
                at.group()?;
            } else {
                at.next();
            }
        }
        let kind = text(&at.tokens[words..at.at]).to_ascii_uppercase();
        if !kind.is_empty() {
            column.set(Property::Type, kind);
        }
        let at_column = self.objects.len();
        self.objects.push(column);
        while !at.rest().is_empty() {
            let clause = self.column_constraint(at, &spelled)?;
            if let Some((property, value)) = clause {
                self.objects[at_column].set(property, value);
            }
        }
        Some(())
    }

    /// One constraint behind a column: a property of the column, or a constraint of the table.
    #[allow(clippy::option_option)]
    fn column_constraint(
        &mut self,
        at: &mut Cursor<'_>,
        column: &str,
    ) -> Option<Option<(Property, String)>> {
        let name = constraint_name(at)?;
        if at.skip(&["PRIMARY", "KEY"]) {
            let descending = at.skip(&["DESC"]);
            at.skip(&["ASC"]);
            let conflict = at.on_conflict()?;
            let counts = if at.skip(&["AUTOINCREMENT"]) {
                " AUTOINCREMENT"
            } else {
                ""
            };
            if descending {
                // Not the same as PRIMARY KEY (id DESC): here, and only here, an INTEGER key is
                // not the rowid.
                let clause = format!("PRIMARY KEY DESC{conflict}");
                return Some(Some((Property::Options, clause)));
            }
            let definition = format!("PRIMARY KEY ({column}{counts}){conflict}");
            self.constraint(ObjectKind::PrimaryKey, name, column, definition);
        } else if at.skip(&["NOT", "NULL"]) {
            let clause = format!("NOT NULL{}", at.on_conflict()?);
            return Some(Some((Property::NotNull, clause)));
        } else if at.skip(&["NULL"]) {
            at.on_conflict()?;
        } else if at.skip(&["UNIQUE"]) {
            let definition = format!("UNIQUE ({column}){}", at.on_conflict()?);
            self.constraint(ObjectKind::Unique, name, column, definition);
        } else if at.skip(&["CHECK"]) {
            self.check(at, name)?;
        } else if at.skip(&["DEFAULT"]) {
            return Some(Some((Property::Default, at.default()?)));
        } else if at.skip(&["COLLATE"]) {
            let collation = at.next()?.name()?.to_ascii_uppercase();
            return Some(Some((Property::Collation, collation)));
        } else if at.skip(&["REFERENCES"]) {
            self.foreign_key(at, name, column)?;
        } else if at.skip(&["GENERATED", "ALWAYS", "AS"]) || at.skip(&["AS"]) {
            let expression = text(at.group()?);
            let stored = at.skip(&["STORED"]);
            at.skip(&["VIRTUAL"]);
            let how = if stored { "STORED" } else { "VIRTUAL" };
            return Some(Some((Property::Generated, format!("({expression}) {how}"))));
        } else {
            return None;
        }
        Some(None)
    }
}

/// `CONSTRAINT name`, if it is there.
#[allow(clippy::option_option)]
fn constraint_name(at: &mut Cursor<'_>) -> Option<Option<String>> {
    if at.skip(&["CONSTRAINT"]) {
        return Some(Some(at.next()?.name()?.to_owned()));
    }
    Some(None)
}

/// Where a column's type ends.
fn begins_constraint(token: &Token) -> bool {
    const WORDS: &[&str] = &[
        "CONSTRAINT",
        "PRIMARY",
        "NOT",
        "NULL",
        "UNIQUE",
        "CHECK",
        "DEFAULT",
        "COLLATE",
        "REFERENCES",
        "GENERATED",
        "AS",
    ];
    WORDS.iter().any(|word| token.is(word))
}

#[cfg(test)]
mod tests {
    use migcheck_core::Dialect;

    use super::super::token::tokens;
    use super::parse;
    use crate::snapshot::Snapshot;

    fn sql(statement: &str) -> String {
        let parts = parse("t", &tokens(statement));
        Snapshot::new(Dialect::Sqlite, parts.unwrap_or_default()).to_sql()
    }

    #[test]
    fn every_clause() {
        let statement = "CREATE TABLE t(
            id integer primary key autoincrement, -- the key
            [a b] varchar ( 20 ) CONSTRAINT nn NOT NULL DEFAULT ('x') COLLATE nocase UNIQUE,
            price decimal(10,2) default -1.5 check(price > 0),
            total GENERATED ALWAYS AS (price * 2) STORED,
            org_id INT NULL REFERENCES orgs(id) ON UPDATE NO ACTION ON DELETE SET NULL
              DEFERRABLE INITIALLY DEFERRED,
            made TEXT DEFAULT (datetime('now')),
            CONSTRAINT both UNIQUE(price, org_id) ON CONFLICT REPLACE
            CHECK (org_id <> 1), FOREIGN KEY (price) REFERENCES p MATCH FULL
          ) strict, WITHOUT rowid";
        insta::assert_snapshot!(sql(statement), @r#"
        CREATE TABLE t (
          id INTEGER,
          "a b" VARCHAR(20) COLLATE NOCASE NOT NULL DEFAULT 'x',
          price DECIMAL(10, 2) DEFAULT -1.5,
          total GENERATED ALWAYS AS (price * 2) STORED,
          org_id INT,
          made TEXT DEFAULT (datetime('now')),
          PRIMARY KEY (id AUTOINCREMENT),
          UNIQUE ("a b"),
          CONSTRAINT "both" UNIQUE (price, org_id) ON CONFLICT REPLACE,
          CHECK (org_id <> 1),
          CHECK (price > 0),
          FOREIGN KEY (org_id) REFERENCES orgs (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
          FOREIGN KEY (price) REFERENCES p
        ) STRICT, WITHOUT ROWID;
        "#);
    }

    #[test]
    fn a_constraint_is_the_same_behind_its_column() {
        assert_eq!(
            sql("CREATE TABLE t (a INT PRIMARY KEY, b INT UNIQUE CHECK (b > 0) REFERENCES o (id))"),
            sql(
                "create table \"t\" (\"a\" int, b int, check (b>0), primary key (a), unique (b), \
                 foreign key (b) references \"o\"(id))"
            ),
        );
    }

    #[test]
    fn what_is_not_understood_is_left_whole() {
        for statement in [
            "CREATE VIRTUAL TABLE t USING fts5(a)",
            "CREATE TABLE t (a INT FROBNICATE NOT BAD)",
            "CREATE TABLE t (a INT",
        ] {
            assert!(parse("t", &tokens(statement)).is_none(), "{statement}");
        }
    }
}
