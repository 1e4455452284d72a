//! Kinds of types, whatever a server calls them, and values of each.
//!
//! A value is a text in the form that the servers print and read; `literal` says how a statement
//! writes it. Values are at the limits of their type where a migration could trip over them, and a
//! little within where any migration would: one more than the largest number fits nowhere.

mod named;
mod values;

use migcheck_core::Dialect;

use super::catalog::quoted_text;
pub(super) use named::{mysql, postgres, sqlite};
pub(super) use values::{distinct, interesting};

/// A kind of types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Family {
    /// Whole numbers, both limits included.
    Int(i128, i128),
    Decimal {
        /// Of the whole number.
        digits: u32,
        /// Of them behind the point.
        scale: u32,
        is_unsigned: bool,
    },
    Float,
    Bool,
    Text {
        /// In characters.
        limit: Option<usize>,
        /// Whether characters beyond ASCII fit.
        is_unicode: bool,
    },
    /// Written as hexadecimal digits. The limit is in bytes, all of which are needed if it is fixed.
    Bytes {
        limit: Option<usize>,
        is_fixed: bool,
    },
    Date,
    /// With the first and the last year it holds.
    Timestamp(u16, u16),
    Time,
    Interval,
    Year,
    Uuid,
    Json,
    Enum(Vec<String>),
    Set(Vec<String>),
    /// So many bits, or up to so many.
    Bits(usize),
    Array(Box<Family>),
    Range(Box<Family>),
    Multirange(Box<Family>),
    Composite(Vec<Family>),
    Inet,
    Cidr,
    Mac(usize),
    Xml,
    TextSearch,
    Money,
    /// A shape of PostgreSQL, by the name of its type.
    Shape(&'static str),
    /// A shape of MySQL, by the name of its type, with its SRID.
    Spatial(String, u32),
    Hstore,
    Ltree,
    Unknown,
}

impl Family {
    /// Whether a value of it says when something happened.
    pub(super) const fn is_moment(&self) -> bool {
        matches!(self, Self::Date | Self::Timestamp(..))
    }

    /// How a statement writes the value `text`.
    pub(super) fn literal(&self, text: &str, dialect: Dialect) -> String {
        match (self, dialect) {
            (Self::Bytes { .. }, Dialect::Postgres) => format!("'\\x{text}'"),
            (Self::Bytes { .. }, _) => format!("X'{text}'"),
            (Self::Bits(_), Dialect::MySql) => format!("b'{text}'"),
            (Self::Spatial(_, srid), _) => format!("ST_GeomFromText('{text}', {srid})"),
            (
                Self::Int(..) | Self::Decimal { .. } | Self::Float | Self::Bool | Self::Year,
                Dialect::MySql | Dialect::Sqlite,
            ) => text.to_owned(),
            _ => quoted_text(text, dialect),
        }
    }
}
