//! What a snapshot is made of: named objects with typed properties.

use std::fmt;

/// What an object is.
///
/// The order is the one a listing follows: what others need first, a table before its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ObjectKind {
    /// A schema (namespace) of Postgres.
    Schema,
    /// An installed extension.
    Extension,
    /// A language of functions.
    Language,
    /// An access method of tables or indexes.
    AccessMethod,
    /// A foreign data wrapper.
    ForeignDataWrapper,
    /// A foreign server.
    ForeignServer,
    /// Whom a role is on a foreign server.
    UserMapping,
    /// A collation that is not the system's.
    Collation,
    /// A conversion between encodings.
    Conversion,
    /// An enumerated type.
    Enum,
    /// A domain.
    Domain,
    /// A free-standing composite type.
    CompositeType,
    /// A range type.
    RangeType,
    /// A type with functions of its own for input and output.
    BaseType,
    /// A text search parser.
    TextSearchParser,
    /// A text search template.
    TextSearchTemplate,
    /// A text search dictionary.
    TextSearchDictionary,
    /// A text search configuration.
    TextSearchConfiguration,
    /// A function, a window function included.
    Function,
    /// A procedure.
    Procedure,
    /// A package of MariaDB: what its routines are.
    Package,
    /// The body of a package.
    PackageBody,
    /// An aggregate function.
    Aggregate,
    /// An operator.
    Operator,
    /// An operator family, with the operators and functions of its classes.
    OperatorFamily,
    /// An operator class.
    OperatorClass,
    /// A cast.
    Cast,
    /// A transform of a type for a language.
    Transform,
    /// A table: ordinary, partitioned, foreign or virtual.
    Table,
    /// A view.
    View,
    /// A materialised view.
    MaterializedView,
    /// A sequence that is not the inside of an identity column.
    Sequence,
    /// A column.
    Column,
    /// The order of a table's columns; it is in differences only, never in a snapshot.
    ColumnOrder,
    /// A primary key.
    PrimaryKey,
    /// A unique constraint.
    Unique,
    /// A check constraint.
    Check,
    /// An exclusion constraint.
    Exclusion,
    /// A foreign key.
    ForeignKey,
    /// An index that does not stand behind a constraint.
    Index,
    /// Extended statistics.
    Statistics,
    /// A trigger.
    Trigger,
    /// A rewrite rule.
    Rule,
    /// A row security policy.
    Policy,
    /// A scheduled event of MySQL.
    Event,
    /// An event trigger of Postgres.
    EventTrigger,
    /// A publication.
    Publication,
    /// A subscription, without where it connects to.
    Subscription,
    /// Privileges that objects made later will have.
    DefaultPrivileges,
}

impl ObjectKind {
    /// Every kind, in listing order.
    pub const ALL: [Self; 49] = [
        Self::Schema,
        Self::Extension,
        Self::Language,
        Self::AccessMethod,
        Self::ForeignDataWrapper,
        Self::ForeignServer,
        Self::UserMapping,
        Self::Collation,
        Self::Conversion,
        Self::Enum,
        Self::Domain,
        Self::CompositeType,
        Self::RangeType,
        Self::BaseType,
        Self::TextSearchParser,
        Self::TextSearchTemplate,
        Self::TextSearchDictionary,
        Self::TextSearchConfiguration,
        Self::Function,
        Self::Procedure,
        Self::Package,
        Self::PackageBody,
        Self::Aggregate,
        Self::Operator,
        Self::OperatorFamily,
        Self::OperatorClass,
        Self::Cast,
        Self::Transform,
        Self::Table,
        Self::View,
        Self::MaterializedView,
        Self::Sequence,
        Self::Column,
        Self::ColumnOrder,
        Self::PrimaryKey,
        Self::Unique,
        Self::Check,
        Self::Exclusion,
        Self::ForeignKey,
        Self::Index,
        Self::Statistics,
        Self::Trigger,
        Self::Rule,
        Self::Policy,
        Self::Event,
        Self::EventTrigger,
        Self::Publication,
        Self::Subscription,
        Self::DefaultPrivileges,
    ];

    /// The words a reader knows it by.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Schema => "schema",
            Self::Extension => "extension",
            Self::Language => "language",
            Self::AccessMethod => "access method",
            Self::ForeignDataWrapper => "foreign data wrapper",
            Self::ForeignServer => "server",
            Self::UserMapping => "user mapping",
            Self::Collation => "collation",
            Self::Conversion => "conversion",
            Self::Enum => "enum",
            Self::Domain => "domain",
            Self::CompositeType => "composite type",
            Self::RangeType => "range type",
            Self::BaseType => "base type",
            Self::TextSearchParser => "text search parser",
            Self::TextSearchTemplate => "text search template",
            Self::TextSearchDictionary => "text search dictionary",
            Self::TextSearchConfiguration => "text search configuration",
            Self::Function => "function",
            Self::Procedure => "procedure",
            Self::Package => "package",
            Self::PackageBody => "package body",
            Self::Aggregate => "aggregate",
            Self::Operator => "operator",
            Self::OperatorFamily => "operator family",
            Self::OperatorClass => "operator class",
            Self::Cast => "cast",
            Self::Transform => "transform",
            Self::Table => "table",
            Self::View => "view",
            Self::MaterializedView => "materialized view",
            Self::Sequence => "sequence",
            Self::Column => "column",
            Self::ColumnOrder => "column order",
            Self::PrimaryKey => "primary key",
            Self::Unique => "unique constraint",
            Self::Check => "check constraint",
            Self::Exclusion => "exclusion constraint",
            Self::ForeignKey => "foreign key",
            Self::Index => "index",
            Self::Statistics => "statistics",
            Self::Trigger => "trigger",
            Self::Rule => "rule",
            Self::Policy => "policy",
            Self::Event => "event",
            Self::EventTrigger => "event trigger",
            Self::Publication => "publication",
            Self::Subscription => "subscription",
            Self::DefaultPrivileges => "default privileges",
        }
    }

    #[cfg(any(feature = "postgres", feature = "mysql"))]
    pub(super) fn from_words(words: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.words() == words)
    }

    /// Whether other objects can be parts of it.
    pub(super) const fn is_relation(self) -> bool {
        matches!(self, Self::Table | Self::View | Self::MaterializedView)
    }

    /// Whether it is written inside the parentheses of CREATE TABLE, as `CONSTRAINT …`.
    pub(super) const fn is_constraint(self) -> bool {
        matches!(
            self,
            Self::PrimaryKey | Self::Unique | Self::Check | Self::Exclusion | Self::ForeignKey
        )
    }
}

impl fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

/// What tells one object of a database from every other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct ObjectName {
    /// What it is.
    pub kind: ObjectKind,
    /// The schema it is in, where the server has schemas.
    pub schema: Option<String>,
    /// The table or view it is a part of.
    pub table: Option<String>,
    /// Its own name; of a function, with its argument types. Where the server made the name up,
    /// what it is about instead: `(org_id)`.
    pub name: String,
    /// Whether the server made the name up.
    pub unnamed: bool,
}

impl ObjectName {
    /// The name of an object that somebody named.
    #[must_use]
    pub fn new(
        kind: ObjectKind,
        schema: Option<&str>,
        table: Option<&str>,
        name: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            schema: schema.map(str::to_owned),
            table: table.map(str::to_owned),
            name: name.into(),
            unnamed: false,
        }
    }
}

/// Kind and qualified name: `index public.users.ix_users_email`.
impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.kind)?;
        if let Some(schema) = &self.schema {
            write!(f, "{schema}.")?;
        }
        if let Some(table) = &self.table {
            write!(f, "{table}{}", if self.unnamed { " " } else { "." })?;
        }
        f.write_str(&self.name)
    }
}

/// What a property says. The order is the one of the clauses in DDL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Property {
    /// A word before the kind: `UNLOGGED`, `UNIQUE`.
    Modifier,
    /// The whole statement, as the server writes it; of a constraint, what follows its name.
    Definition,
    /// The parts of an index, a key, or the parameters of a routine, separated by commas.
    Parts,
    /// The table a foreign key refers to.
    References,
    /// The referenced columns of a foreign key, separated by commas.
    ReferencedParts,
    /// The type.
    Type,
    /// The collation, if it is not the default of the type.
    Collation,
    /// How wide values are stored, if not as the type's default.
    Storage,
    /// How wide values are compressed, if not as the server's default.
    Compression,
    /// `NOT NULL`, with its own options.
    NotNull,
    /// The default expression.
    Default,
    /// The generation expression in parentheses, with STORED or VIRTUAL.
    Generated,
    /// The identity clause, sequence options included.
    Identity,
    /// The table's parent and the bound: `PARTITION OF … FOR VALUES …`.
    PartitionOf,
    /// The table's parents by inheritance.
    Inherits,
    /// The partition key.
    PartitionBy,
    /// Everything else that is a clause of the statement.
    Options,
    /// The column a sequence belongs to, as `table.column`.
    OwnedBy,
    /// The body of a view, a routine or a trigger.
    Body,
    /// Partitions that are not tables of their own, separated by commas.
    Partitions,
    /// What only ALTER TABLE can say, one action a line.
    Alter,
    /// Who owns it, if not whoever reads it.
    Owner,
    /// What DDL cannot say at all, such as an index whose build failed.
    Note,
    /// The comment.
    Comment,
    /// Privileges that are not the default, one a line; `{}` stands for the object.
    Grants,
}

/// One object of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Object {
    /// Its name.
    pub name: ObjectName,
    /// Where a column stands among the columns of its table, from 0; 0 for everything else.
    pub position: usize,
    properties: Vec<(Property, String)>,
}

impl Object {
    /// An object without properties.
    #[must_use]
    pub const fn new(name: ObjectName) -> Self {
        Self {
            name,
            position: 0,
            properties: Vec::new(),
        }
    }

    /// Its properties, in the order of their clauses.
    #[must_use]
    pub fn properties(&self) -> &[(Property, String)] {
        &self.properties
    }

    /// The value of one property.
    #[must_use]
    pub fn get(&self, property: Property) -> Option<&str> {
        let at = self.find(property).ok()?;
        Some(&self.properties[at].1)
    }

    /// Sets a property.
    pub fn set(&mut self, property: Property, value: impl Into<String>) {
        let value = value.into();
        match self.find(property) {
            Ok(at) => self.properties[at].1 = value,
            Err(at) => self.properties.insert(at, (property, value)),
        }
    }

    /// Takes a property away.
    pub fn remove(&mut self, property: Property) -> Option<String> {
        let at = self.find(property).ok()?;
        Some(self.properties.remove(at).1)
    }

    fn find(&self, property: Property) -> Result<usize, usize> {
        self.properties
            .binary_search_by_key(&property, |(property, _)| *property)
    }

    /// The table it is told with: its own, the one it is a part of, or the one that owns it.
    #[must_use]
    pub fn stands_with(&self) -> Option<&str> {
        if self.name.kind.is_relation() {
            return Some(&self.name.name);
        }
        self.name.table.as_deref().or_else(|| {
            let (table, _) = self.get(Property::OwnedBy)?.rsplit_once('.')?;
            Some(table)
        })
    }

    /// Orders groups as [`Object::listing_key`] orders what is in them: everything about one table is
    /// one group, and whatever is about none is one by itself.
    pub(super) fn group_key(&self) -> impl Ord + '_ {
        let table = self.stands_with();
        (
            self.section(table),
            table.map(|table| (self.name.schema.as_deref(), table)),
            table.is_none().then_some((
                self.name.kind,
                self.name.schema.as_deref(),
                self.name.name.as_str(),
            )),
        )
    }

    /// Database-wide objects that speak of tables come after them.
    fn section(&self, table: Option<&str>) -> u8 {
        if self.name.kind >= ObjectKind::Event {
            2
        } else {
            u8::from(table.is_some())
        }
    }

    /// Sorts everything about one table together, after what is no part of a table.
    pub(super) fn listing_key(&self) -> impl Ord + '_ {
        let table = self.stands_with();
        (
            self.section(table),
            table.map(|table| (self.name.schema.as_deref(), table)),
            self.name.kind,
            self.name.schema.as_deref(),
            self.position,
            self.name.name.as_str(),
        )
    }
}
