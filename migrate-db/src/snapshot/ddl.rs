//! Objects as DDL: one function for the clauses, one for each place they are written in.

use migcheck_core::Dialect;

use super::Snapshot;
use super::ident::{ident, literal};
use super::object::{Object, ObjectKind, ObjectName, Property};

/// Every object of a snapshot, each table as one CREATE TABLE followed by what belongs to it.
pub(super) fn listing(snapshot: &Snapshot) -> String {
    let mut text = String::new();
    let mut objects = snapshot.objects().peekable();
    while let Some(object) = objects.next() {
        let mut parts = Vec::new();
        if object.name.kind.is_relation() {
            while let Some(part) = objects.next_if(|next| {
                next.stands_with() == object.stands_with() && next.name.schema == object.name.schema
            }) {
                parts.push(part);
            }
        }
        for statement in with_parts(object, &parts, snapshot.dialect()) {
            text.push_str(&statement);
            text.push_str(";\n");
        }
    }
    text
}

/// The statements of one object by itself; a table without its columns.
pub(super) fn alone(object: &Object, dialect: Option<Dialect>) -> Vec<String> {
    let body =
        if object.name.kind == ObjectKind::Table && object.get(Property::Definition).is_none() {
            " (…)"
        } else {
            ""
        };
    let mut lines = vec![line(object, body, dialect)];
    lines.extend(statements(object, dialect));
    lines
}

/// A table or view as one statement with its columns and constraints, then everything else that
/// belongs to it, a statement each.
pub(super) fn with_parts(
    object: &Object,
    parts: &[&Object],
    dialect: Option<Dialect>,
) -> Vec<String> {
    if object.name.kind != ObjectKind::Table || object.get(Property::Definition).is_some() {
        return std::iter::once(&object)
            .chain(parts)
            .flat_map(|object| alone(object, dialect))
            .collect();
    }
    let (inner, outer): (Vec<&Object>, Vec<&Object>) = parts
        .iter()
        .partition(|part| part.name.kind == ObjectKind::Column || part.name.kind.is_constraint());
    let elements: Vec<String> = inner
        .iter()
        .map(|part| line(part, "", dialect).replace('\n', "\n  "))
        .collect();
    let body = if elements.is_empty() {
        " ()".to_owned()
    } else {
        format!(" (\n  {}\n)", elements.join(",\n  "))
    };
    let mut lines = vec![line(object, &body, dialect)];
    lines.extend(statements(object, dialect));
    lines.extend(inner.iter().flat_map(|part| statements(part, dialect)));
    lines.extend(outer.iter().flat_map(|part| alone(part, dialect)));
    lines
}

/// The object's own statement or clause; `body` is what a table has in its parentheses.
fn line(object: &Object, body: &str, dialect: Option<Dialect>) -> String {
    let mut text = String::new();
    for note in object.get(Property::Note).into_iter().flat_map(str::lines) {
        text.push_str(&format!("-- {note}\n"));
    }
    text.push_str(&head(object, dialect));
    if let Some(parent) = object.get(Property::PartitionOf) {
        text.push_str(" PARTITION OF ");
        text.push_str(parent);
    }
    text.push_str(body);
    for (property, value) in object.properties() {
        if let Some(clause) = clause(*property, value, dialect) {
            if *property != Property::Body {
                text.push(' ');
            }
            text.push_str(&clause);
        }
    }
    text
}

/// What comes before the clauses.
fn head(object: &Object, dialect: Option<Dialect>) -> String {
    let name = &object.name;
    let own = ident(&name.name, dialect);
    let parts = object.get(Property::Parts).unwrap_or_default();
    if name.kind == ObjectKind::Column {
        return own;
    }
    if name.kind.is_constraint() {
        let head = if name.unnamed || name.kind == ObjectKind::PrimaryKey && name.name == "PRIMARY"
        {
            String::new()
        } else {
            format!("CONSTRAINT {own} ")
        };
        return head + &constraint(object, parts);
    }
    if let Some(definition) = object.get(Property::Definition) {
        return definition.to_owned();
    }
    let modifier = match object.get(Property::Modifier) {
        Some(modifier) => format!("{modifier} "),
        None => String::new(),
    };
    let words = statement_words(name.kind);
    match name.kind {
        ObjectKind::Index => {
            let table = ident(name.table.as_deref().unwrap_or_default(), dialect);
            format!("CREATE {modifier}{words} {own} ON {table} ({parts})")
        }
        ObjectKind::Function | ObjectKind::Procedure => {
            format!(
                "CREATE {modifier}{words} {}({parts})",
                qualified(name, dialect)
            )
        }
        ObjectKind::Trigger => format!("CREATE {modifier}{words} {own}"),
        _ => format!("CREATE {modifier}{words} {}", qualified(name, dialect)),
    }
}

fn constraint(object: &Object, parts: &str) -> String {
    if let Some(definition) = object.get(Property::Definition) {
        return definition.to_owned();
    }
    let mut text = format!("{} ({parts})", statement_words(object.name.kind));
    if let Some(table) = object.get(Property::References) {
        let columns = object.get(Property::ReferencedParts).unwrap_or_default();
        text.push_str(&format!(" REFERENCES {table} ({columns})"));
    }
    text
}

/// A property as a clause of its object's statement, if it is one.
fn clause(property: Property, value: &str, dialect: Option<Dialect>) -> Option<String> {
    let text = match property {
        Property::Type | Property::NotNull | Property::Options => value.to_owned(),
        Property::Collation => format!("COLLATE {value}"),
        Property::Storage => format!("STORAGE {value}"),
        Property::Compression => format!("COMPRESSION {value}"),
        Property::Default => format!("DEFAULT {value}"),
        Property::Generated => format!("GENERATED ALWAYS AS {value}"),
        Property::Identity => format!("GENERATED {value}"),
        Property::Inherits => format!("INHERITS ({value})"),
        Property::PartitionBy => format!("PARTITION BY {value}"),
        Property::OwnedBy => format!("OWNED BY {value}"),
        Property::Body => format!("\n{value}"),
        Property::Partitions => format!("({value})"),
        // Postgres has a statement for it instead.
        Property::Comment if dialect == Some(Dialect::MySql) => {
            format!("COMMENT {}", literal(value))
        }
        Property::Modifier
        | Property::Definition
        | Property::Parts
        | Property::References
        | Property::ReferencedParts
        | Property::PartitionOf
        | Property::Alter
        | Property::Owner
        | Property::Note
        | Property::Comment
        | Property::Grants => return None,
    };
    Some(text)
}

/// What is said of an object in statements of its own.
fn statements(object: &Object, dialect: Option<Dialect>) -> Vec<String> {
    let mut lines = Vec::new();
    let each = |property| object.get(property).into_iter().flat_map(str::lines);
    for action in each(Property::Alter) {
        let table = table_of(&object.name, dialect);
        lines.push(format!("ALTER TABLE {table} {action}"));
    }
    if let Some(owner) = object.get(Property::Owner) {
        let phrase = phrase(&object.name, dialect);
        lines.push(format!("ALTER {phrase} OWNER TO {owner}"));
    }
    if let Some(comment) = object.get(Property::Comment)
        && dialect != Some(Dialect::MySql)
    {
        let phrase = phrase(&object.name, dialect);
        lines.push(format!("COMMENT ON {phrase} IS {}", literal(comment)));
    }
    lines.extend(each(Property::Grants).map(|grant| grant_on(grant, &object.name, dialect)));
    lines
}

/// Names the object of `GRANT SELECT ON {} TO …`; a column as its table's.
fn grant_on(grant: &str, name: &ObjectName, dialect: Option<Dialect>) -> String {
    if name.kind != ObjectKind::Column {
        return grant.replacen("{}", &phrase(name, dialect), 1);
    }
    let on = format!(
        " ({}) ON TABLE {}",
        ident(&name.name, dialect),
        table_of(name, dialect)
    );
    grant.replacen(" ON {}", &on, 1)
}

/// The table that an object is a part of, or is.
fn table_of(name: &ObjectName, dialect: Option<Dialect>) -> String {
    let table = name.table.as_deref().unwrap_or(&name.name);
    let schema = name.schema.as_deref();
    qualified(
        &ObjectName::new(ObjectKind::Table, schema, None, table),
        dialect,
    )
}

/// The object as COMMENT ON and GRANT name it.
fn phrase(name: &ObjectName, dialect: Option<Dialect>) -> String {
    let table = || table_of(name, dialect);
    match name.kind {
        ObjectKind::Column => {
            format!("COLUMN {}.{}", table(), ident(&name.name, dialect))
        }
        kind if kind.is_constraint() => {
            format!("CONSTRAINT {} ON {}", ident(&name.name, dialect), table())
        }
        ObjectKind::Trigger | ObjectKind::Rule | ObjectKind::Policy => {
            let words = statement_words(name.kind);
            format!("{words} {} ON {}", ident(&name.name, dialect), table())
        }
        kind => format!("{} {}", statement_words(kind), qualified(name, dialect)),
    }
}

fn qualified(name: &ObjectName, dialect: Option<Dialect>) -> String {
    // These names are phrases with their own quoting: `f(integer)`, `text AS integer`.
    let own = match name.kind {
        ObjectKind::Function
        | ObjectKind::Procedure
        | ObjectKind::Aggregate
        | ObjectKind::Operator
        | ObjectKind::OperatorFamily
        | ObjectKind::OperatorClass
        | ObjectKind::UserMapping
        | ObjectKind::Cast
        | ObjectKind::Transform
        | ObjectKind::DefaultPrivileges => name.name.clone(),
        _ => ident(&name.name, dialect),
    };
    match &name.schema {
        Some(schema) => format!("{}.{own}", ident(schema, dialect)),
        None => own,
    }
}

/// The kind as statements call it.
fn statement_words(kind: ObjectKind) -> String {
    match kind {
        ObjectKind::Enum
        | ObjectKind::CompositeType
        | ObjectKind::RangeType
        | ObjectKind::BaseType => "TYPE".to_owned(),
        ObjectKind::Unique => "UNIQUE".to_owned(),
        ObjectKind::Check => "CHECK".to_owned(),
        _ => kind.words().to_ascii_uppercase(),
    }
}
