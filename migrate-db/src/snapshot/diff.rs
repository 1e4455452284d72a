//! What differs between two snapshots, object by object, as DDL a person reads.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use migcheck_core::Dialect;

use super::groups::Group;
use super::object::{Object, ObjectKind, ObjectName};
use super::text_diff::{Line, lines};
use super::{Snapshot, ddl};

/// Columns of a terminal line.
const WIDTH: usize = 80;

/// The difference of two snapshots. Its `Display` is what a reviewer reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SchemaDiff {
    /// Sorted so that everything about one table stands together.
    pub changes: Vec<Change>,
}

/// One object that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// Which.
    pub object: ObjectName,
    /// What became of it.
    pub kind: ChangeKind,
    /// Its DDL before, if it was there; of a table with everything that belonged to it, if the
    /// whole table is gone.
    pub before: Option<String>,
    /// Its DDL after, if it is there.
    pub after: Option<String>,
}

/// What became of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// It was not there before.
    Added,
    /// It is not there any more.
    Removed,
    /// It is there, but different.
    Changed,
}

impl ChangeKind {
    /// `added`, `removed` or `changed`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

impl fmt::Display for ChangeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Compares two schemas. The difference is empty exactly when the snapshots are equal.
#[must_use]
pub fn diff(before: &Snapshot, after: &Snapshot) -> SchemaDiff {
    let dialect = before.dialect().or(after.dialect());
    let (before, after) = before.groups.between_shared(&after.groups);
    let (before, after) = (unshared(before, after), unshared(after, before));
    if before == after {
        return SchemaDiff::default();
    }
    let (old, new) = (by_name(&before), by_name(&after));
    let mut found: Vec<(&Object, Change)> = Vec::new();
    let removed = only_in(&before, &new, dialect);
    found.extend(removed.into_iter().map(|(object, text)| {
        let change = Change {
            object: object.name.clone(),
            kind: ChangeKind::Removed,
            before: Some(text),
            after: None,
        };
        (object, change)
    }));
    let added = only_in(&after, &old, dialect);
    found.extend(added.into_iter().map(|(object, text)| {
        let change = Change {
            object: object.name.clone(),
            kind: ChangeKind::Added,
            before: None,
            after: Some(text),
        };
        (object, change)
    }));
    for object in before.iter().copied() {
        if let Some(now) = new.get(&object.name)
            && object.properties() != now.properties()
        {
            let change = Change {
                object: object.name.clone(),
                kind: ChangeKind::Changed,
                before: Some(ddl::alone(object, dialect).join("\n")),
                after: Some(ddl::alone(now, dialect).join("\n")),
            };
            found.push((object, change));
        }
    }
    found.extend(reordered(&before, &new, dialect));
    // A table's column order is told after its columns.
    found.sort_by(|(a, one), (b, other)| {
        let reorder = |change: &Change| change.object.kind == ObjectKind::ColumnOrder;
        (a.listing_key(), reorder(one)).cmp(&(b.listing_key(), reorder(other)))
    });
    SchemaDiff {
        changes: found.into_iter().map(|(_, change)| change).collect(),
    }
}

/// The objects of those groups that are not the very same in both, which most of them are when one
/// snapshot was made from the other. Both lists are walked once, as they are sorted alike.
fn unshared<'a>(groups: &'a [Group], others: &[Group]) -> Vec<&'a Object> {
    let mut others = others.iter().peekable();
    let mut objects = Vec::new();
    for group in groups {
        let key = group[0].group_key();
        while others.next_if(|other| other[0].group_key() < key).is_some() {}
        if !others.peek().is_some_and(|other| Arc::ptr_eq(group, other)) {
            objects.extend(group.iter().map(AsRef::as_ref));
        }
    }
    objects
}

fn by_name<'a>(objects: &[&'a Object]) -> BTreeMap<&'a ObjectName, &'a Object> {
    objects
        .iter()
        .map(|object| (&object.name, *object))
        .collect()
}

/// The objects that the other side does not have, with their DDL: parts of a table that is not
/// there either are told in the table's text.
fn only_in<'a>(
    objects: &[&'a Object],
    other: &BTreeMap<&ObjectName, &Object>,
    dialect: Option<Dialect>,
) -> Vec<(&'a Object, String)> {
    let lone: Vec<&Object> = objects
        .iter()
        .copied()
        .filter(|object| !other.contains_key(&object.name))
        .collect();
    let place = |object: &'a Object| Some((object.name.schema.as_deref(), object.stands_with()?));
    let whole: BTreeSet<_> = lone
        .iter()
        .filter(|object| object.name.kind.is_relation())
        .filter_map(|object| place(object))
        .collect();
    let mut parts: BTreeMap<_, Vec<&Object>> = BTreeMap::new();
    let mut told = Vec::new();
    for object in lone {
        match place(object).filter(|place| whole.contains(place)) {
            Some(place) if !object.name.kind.is_relation() => {
                parts.entry(place).or_default().push(object);
            }
            _ => told.push(object),
        }
    }
    told.into_iter()
        .map(|object| {
            let parts = place(object)
                .filter(|_| object.name.kind.is_relation())
                .and_then(|place| parts.remove(&place))
                .unwrap_or_default();
            (object, ddl::with_parts(object, &parts, dialect).join("\n"))
        })
        .collect()
}

/// The tables whose columns on both sides are not in the same order.
fn reordered<'a>(
    before: &[&'a Object],
    new: &BTreeMap<&ObjectName, &Object>,
    dialect: Option<Dialect>,
) -> Vec<(&'a Object, Change)> {
    let mut tables: BTreeMap<_, Vec<(&Object, usize)>> = BTreeMap::new();
    for object in before.iter().copied() {
        if object.name.kind == ObjectKind::Column
            && let Some(now) = new.get(&object.name)
        {
            tables
                .entry((&object.name.schema, &object.name.table))
                .or_default()
                .push((object, now.position));
        }
    }
    let mut changes = Vec::new();
    for ((schema, table), columns) in tables {
        if columns.is_sorted_by_key(|(_, position)| *position) {
            continue;
        }
        let mut now = columns.clone();
        now.sort_by_key(|(_, position)| *position);
        let name = ObjectName::new(
            ObjectKind::ColumnOrder,
            schema.as_deref(),
            None,
            table.as_deref().unwrap_or_default(),
        );
        let change = Change {
            object: name,
            kind: ChangeKind::Changed,
            before: Some(order(&columns, &now, dialect)),
            after: Some(order(&now, &columns, dialect)),
        };
        if let Some((last, _)) = columns.last() {
            changes.push((*last, change));
        }
    }
    changes
}

/// The names of columns, without those at both ends that stand where they stood.
fn order(
    columns: &[(&Object, usize)],
    other: &[(&Object, usize)],
    dialect: Option<Dialect>,
) -> String {
    let same = |(a, b): &(&(&Object, usize), &(&Object, usize))| a.0.name == b.0.name;
    let start = columns.iter().zip(other).take_while(same).count();
    let end = columns
        .iter()
        .rev()
        .zip(other.iter().rev())
        .take_while(same)
        .count();
    // One column on either side says where in the table it is.
    let (start, end) = (start.saturating_sub(1), end.saturating_sub(1));
    let mut names: Vec<String> = columns[start..columns.len() - end]
        .iter()
        .map(|(column, _)| super::ident::ident(&column.name.name, dialect))
        .collect();
    if start > 0 {
        names.insert(0, "…".to_owned());
    }
    if end > 0 {
        names.push("…".to_owned());
    }
    names.join(", ")
}

impl SchemaDiff {
    /// Whether the schemas are the same.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Whether nothing differs but the order of columns, as after dropping and adding one.
    #[must_use]
    pub fn only_column_order(&self) -> bool {
        !self.is_empty()
            && self
                .changes
                .iter()
                .all(|change| change.object.kind == ObjectKind::ColumnOrder)
    }
}

impl fmt::Display for SchemaDiff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.changes.iter().try_for_each(|change| change.fmt(f))
    }
}

impl Change {
    /// Whether the definitions differ in white space alone, as functions with another indentation do.
    #[must_use]
    pub fn is_of_white_space(&self) -> bool {
        let (Some(before), Some(after)) = (&self.before, &self.after) else {
            return false;
        };
        let black = |text: &'_ str| text.split_whitespace().collect::<String>();
        before != after && black(before) == black(after)
    }
}

/// The object's name, then `- ` and `+ ` lines; ends with a line break.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.object)?;
        let before = self.before.as_deref().unwrap_or_default();
        let after = self.after.as_deref().unwrap_or_default();
        if self.is_of_white_space() {
            writeln!(f, "  (nothing but white space differs)")?;
        }
        for line in lines(before, after) {
            match line {
                Line::Same(text) => wrapped(f, "  ", text)?,
                Line::Old(text) => wrapped(f, "- ", text)?,
                Line::New(text) => wrapped(f, "+ ", text)?,
                Line::Gap => writeln!(f, "  …")?,
            }
        }
        Ok(())
    }
}

/// Writes one line, broken at spaces where it is too wide, every part behind `mark`.
fn wrapped(f: &mut fmt::Formatter<'_>, mark: &str, line: &str) -> fmt::Result {
    let indent = line.len() - line.trim_start().len();
    let mut out = line[..indent].to_owned();
    let mut width = indent;
    for (at, word) in line[indent..].split(' ').enumerate() {
        let needed = word.chars().count();
        let here = mark.len() + width + usize::from(at > 0) + needed;
        if at > 0 && here > WIDTH {
            writeln!(f, "{mark}{}", out.trim_end())?;
            out = " ".repeat(indent + 4);
            width = indent + 4;
        } else if at > 0 {
            out.push(' ');
            width += 1;
        }
        out.push_str(word);
        width += needed;
    }
    writeln!(f, "{mark}{}", out.trim_end())
}

#[cfg(test)]
mod tests {
    use super::super::object::Property;
    use super::*;

    /// Kind, name, properties.
    type Part<'a> = (ObjectKind, &'a str, &'a [(Property, &'a str)]);

    /// A schema of one table.
    fn schema(parts: &[Part<'_>]) -> Snapshot {
        let objects = parts
            .iter()
            .enumerate()
            .map(|(at, (kind, name, properties))| {
                let table = (*kind > ObjectKind::Sequence).then_some("users");
                let mut object = Object::new(ObjectName::new(*kind, Some("public"), table, *name));
                object.position = at;
                for (property, value) in *properties {
                    object.set(*property, *value);
                }
                object
            });
        Snapshot::new(Dialect::Postgres, objects.collect())
    }

    const TABLE: Part<'static> = (ObjectKind::Table, "users", &[]);
    const ID: Part<'static> = (ObjectKind::Column, "id", &[(Property::Type, "integer")]);
    const EMAIL: Part<'static> = (
        ObjectKind::Column,
        "email",
        &[(Property::Type, "text"), (Property::NotNull, "NOT NULL")],
    );
    const AGE: Part<'static> = (ObjectKind::Column, "age", &[(Property::Type, "integer")]);
    const KEY: Part<'static> = (
        ObjectKind::PrimaryKey,
        "users_pkey",
        &[(Property::Definition, "PRIMARY KEY (id)")],
    );
    const INDEX: Part<'static> = (
        ObjectKind::Index,
        "ix_users_email",
        &[(
            Property::Definition,
            "CREATE INDEX ix_users_email ON public.users USING btree (lower(email), age DESC) WHERE (age > 18)",
        )],
    );

    #[test]
    fn a_whole_table_is_one_change() {
        let changes = diff(
            &Snapshot::default(),
            &schema(&[INDEX, KEY, TABLE, ID, EMAIL]),
        );
        assert_eq!(changes.changes[0].kind, ChangeKind::Added);
        insta::assert_snapshot!(changes, @r"
        table public.users
        + CREATE TABLE public.users (
        +   id integer,
        +   email text NOT NULL,
        +   CONSTRAINT users_pkey PRIMARY KEY (id)
        + )
        + CREATE INDEX ix_users_email ON public.users USING btree (lower(email), age
        +     DESC) WHERE (age > 18)
        ");
    }

    #[test]
    fn everything_about_a_table_stands_together() {
        let wide = [(Property::Type, "bigint"), (Property::Comment, "how old")];
        let before = schema(&[TABLE, ID, EMAIL, AGE, INDEX]);
        let after = schema(&[
            (
                ObjectKind::Table,
                "users",
                &[(Property::Options, "WITH (fillfactor=70)")],
            ),
            (ObjectKind::Table, "zebras", &[]),
            (
                ObjectKind::Enum,
                "mood",
                &[(Property::Options, "AS ENUM ('sad', 'ok')")],
            ),
            ID,
            (ObjectKind::Column, "age", &wide),
            EMAIL,
            KEY,
        ]);
        insta::assert_snapshot!(diff(&before, &after), @r"
        enum public.mood
        + CREATE TYPE public.mood AS ENUM ('sad', 'ok')
        table public.users
        - CREATE TABLE public.users (…)
        + CREATE TABLE public.users (…) WITH (fillfactor=70)
        column public.users.age
        - age integer
        + age bigint
        + COMMENT ON COLUMN public.users.age IS 'how old'
        column order public.users
        - id, email, age
        + id, age, email
        primary key public.users.users_pkey
        + CONSTRAINT users_pkey PRIMARY KEY (id)
        index public.users.ix_users_email
        - CREATE INDEX ix_users_email ON public.users USING btree (lower(email), age
        -     DESC) WHERE (age > 18)
        table public.zebras
        + CREATE TABLE public.zebras ()
        ");
    }

    #[test]
    fn column_order_counts_among_common_columns_only() {
        let before = schema(&[TABLE, ID, EMAIL, AGE]);
        let reordered = diff(&before, &schema(&[TABLE, ID, AGE, EMAIL]));
        assert!(reordered.only_column_order());
        insta::assert_snapshot!(reordered, @r"
        column order public.users
        - id, email, age
        + id, age, email
        ");
        let dropped = diff(&before, &schema(&[TABLE, EMAIL, AGE]));
        assert!(!dropped.only_column_order());
        assert_eq!(dropped.changes.len(), 1);
        assert!(diff(&before, &before).is_empty() && !diff(&before, &before).only_column_order());
    }

    #[test]
    fn of_a_long_body_only_the_differing_lines_are_shown() {
        let body = |line: &str| {
            format!(
                "CREATE FUNCTION f()\n LANGUAGE plpgsql\nAS $$\nBEGIN\n  x := 1;\n  y := 2;\n  {line}\n  \
                 z := 3;\n  RETURN 1;\nEND\n$$"
            )
        };
        let function = |line: &str| {
            let body = body(line);
            schema(&[(
                ObjectKind::Function,
                "f()",
                &[(Property::Definition, &body)],
            )])
        };
        let changes = diff(&function("PERFORM a();"), &function("PERFORM b();"));
        insta::assert_snapshot!(changes, @r"
        function public.f()
          …
            x := 1;
            y := 2;
        -   PERFORM a();
        +   PERFORM b();
            z := 3;
            RETURN 1;
          …
        ");
    }

    #[test]
    fn what_differs_in_white_space_alone_is_said_to() {
        let function =
            |body: &str| schema(&[(ObjectKind::Function, "f()", &[(Property::Definition, body)])]);
        let changes = diff(
            &function("AS $$\nSELECT  1\n$$"),
            &function("AS $$\n  SELECT 1\n$$"),
        );
        insta::assert_snapshot!(changes, @r"
        function public.f()
          (nothing but white space differs)
          AS $$
        - SELECT  1
        +   SELECT 1
          $$
        ");
        let other = diff(&function("SELECT 1"), &function("SELECT 2"));
        assert!(!other.changes[0].is_of_white_space());
    }

    #[test]
    fn no_word_is_broken() {
        let before = schema(&[(
            ObjectKind::View,
            "v",
            &[(
                Property::Body,
                "AS\n  SELECT aaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbb, cccccccccccccccccc, \
                ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd, e",
            )],
        )]);
        insta::assert_snapshot!(diff(&before, &Snapshot::default()), @r"
        view public.v
        - CREATE VIEW public.v
        - AS
        -   SELECT aaaaaaaaaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbbbbbbbbbb,
        -       cccccccccccccccccc,
        -       ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd,
        -       e
        ");
    }
}
