//! The names that servers have for types.

use super::Family;

const TEXT: Family = Family::Text {
    limit: None,
    is_unicode: true,
};

/// Digits a decimal gets where its type names none.
const DECIMAL: Family = Family::Decimal {
    digits: 20,
    scale: 4,
    is_unsigned: false,
};

fn int(bits: u32, is_unsigned: bool) -> Family {
    if is_unsigned {
        Family::Int(0, (1 << bits) - 1)
    } else {
        Family::Int(-(1 << (bits - 1)), (1 << (bits - 1)) - 1)
    }
}

/// A type of PostgreSQL by its name in `pg_type`, with the modifier of the column (-1: none).
pub(in crate::rows) fn postgres(name: &str, modifier: i32) -> Family {
    // The length of what counts characters; the header of four bytes is counted with it.
    let length = usize::try_from(modifier - 4).ok();
    match name {
        "int2" => int(16, false),
        "int4" => int(32, false),
        "int8" => int(64, false),
        "oid" | "xid" => int(31, true),
        "numeric" => match u32::try_from(modifier - 4) {
            // The scale has eleven bits and a sign; one beyond the digits is somebody's joke.
            Ok(packed) if packed & 0x7ff <= packed >> 16 => Family::Decimal {
                digits: packed >> 16,
                scale: packed & 0x7ff,
                is_unsigned: false,
            },
            _ => DECIMAL,
        },
        "float4" | "float8" => Family::Float,
        "bool" => Family::Bool,
        "text" | "citext" => TEXT,
        "varchar" | "bpchar" => Family::Text {
            limit: length,
            is_unicode: true,
        },
        // 63 bytes.
        "name" => Family::Text {
            limit: Some(63),
            is_unicode: false,
        },
        "char" => Family::Text {
            limit: Some(1),
            is_unicode: false,
        },
        "bytea" => Family::Bytes {
            limit: None,
            is_fixed: false,
        },
        "date" => Family::Date,
        "timestamp" | "timestamptz" => Family::Timestamp(1000, 9999),
        "time" | "timetz" => Family::Time,
        "interval" => Family::Interval,
        "uuid" => Family::Uuid,
        "json" | "jsonb" => Family::Json,
        "bit" | "varbit" => Family::Bits(usize::try_from(modifier).unwrap_or(16)),
        "inet" => Family::Inet,
        "cidr" => Family::Cidr,
        "macaddr" => Family::Mac(6),
        "macaddr8" => Family::Mac(8),
        "xml" => Family::Xml,
        "tsvector" | "tsquery" => Family::TextSearch,
        "money" => Family::Money,
        "point" => Family::Shape("point"),
        "line" => Family::Shape("line"),
        "lseg" => Family::Shape("lseg"),
        "box" => Family::Shape("box"),
        "path" => Family::Shape("path"),
        "polygon" => Family::Shape("polygon"),
        "circle" => Family::Shape("circle"),
        "hstore" => Family::Hstore,
        "ltree" => Family::Ltree,
        _ => Family::Unknown,
    }
}

/// What stands in the first parentheses.
fn inside(written: &str) -> &str {
    let rest = written.split_once('(').map_or("", |(_, rest)| rest);
    rest.rsplit_once(')').map_or(rest, |(inside, _)| inside)
}

/// The first number in the parentheses.
fn size(written: &str) -> Option<usize> {
    inside(written).split(',').next()?.trim().parse().ok()
}

fn decimal(written: &str, digits: u32) -> Family {
    let mut numbers = inside(written)
        .split(',')
        .map(|part| part.trim().parse().ok());
    let digits = numbers.next().flatten().unwrap_or(digits).clamp(1, 65);
    let scale = numbers.next().flatten().unwrap_or(0);
    Family::Decimal {
        digits,
        scale: scale.min(digits),
        is_unsigned: written.contains("unsigned"),
    }
}

/// The quoted labels of ENUM and SET.
fn labels(written: &str) -> Vec<String> {
    let mut labels = Vec::new();
    let mut current: Option<String> = None;
    let mut rest = inside(written).chars().peekable();
    while let Some(c) = rest.next() {
        match (&mut current, c) {
            (None, '\'') => current = Some(String::new()),
            (Some(label), '\'') if rest.peek() == Some(&'\'') => {
                rest.next();
                label.push('\'');
            }
            (Some(_), '\'') => labels.extend(current.take()),
            (Some(label), c) => label.push(c),
            (None, _) => {}
        }
    }
    labels
}

/// A type of MySQL or MariaDB as `COLUMN_TYPE` has it, with the column's character set.
pub(in crate::rows) fn mysql(written: &str, charset: &str, srid: u32) -> Family {
    let lower = written.to_lowercase();
    let name = lower.split(['(', ' ']).next().unwrap_or_default();
    let is_unsigned = lower.contains("unsigned");
    // Characters of four bytes are what the old utf8 and its like have no room for.
    let is_unicode = charset == "utf8mb4";
    let text = |limit| Family::Text { limit, is_unicode };
    let bytes = |limit| Family::Bytes {
        limit,
        is_fixed: name == "binary",
    };
    match name {
        "tinyint" if lower.starts_with("tinyint(1)") => Family::Bool,
        "tinyint" => int(8, is_unsigned),
        "smallint" => int(16, is_unsigned),
        "mediumint" => int(24, is_unsigned),
        "int" | "integer" => int(32, is_unsigned),
        "bigint" => int(64, is_unsigned),
        "decimal" | "numeric" => decimal(&lower, 10),
        "float" | "double" | "real" => Family::Float,
        "char" | "varchar" => text(size(&lower)),
        "tinytext" => text(Some(60)),
        "text" | "mediumtext" | "longtext" => text(None),
        "binary" | "varbinary" => bytes(size(&lower)),
        "tinyblob" | "blob" | "mediumblob" | "longblob" => bytes(None),
        "date" => Family::Date,
        "datetime" => Family::Timestamp(1000, 9999),
        // Seconds in 32 bits, in whichever time zone.
        "timestamp" => Family::Timestamp(1971, 2037),
        "time" => Family::Time,
        "year" => Family::Year,
        "json" => Family::Json,
        "enum" => Family::Enum(labels(written)),
        "set" => Family::Set(labels(written)),
        "bit" => Family::Bits(size(&lower).unwrap_or(1)),
        "uuid" => Family::Uuid,
        "inet6" => Family::Inet,
        "geometry" | "point" | "linestring" | "polygon" | "multipoint" | "multilinestring"
        | "multipolygon" | "geometrycollection" | "geomcollection" => {
            Family::Spatial(name.to_owned(), srid)
        }
        _ => Family::Unknown,
    }
}

/// A type of SQLite as it was written: what people mean by it, which is more than its affinity.
pub(in crate::rows) fn sqlite(written: &str) -> Family {
    let lower = written.to_lowercase();
    let has = |part: &str| lower.contains(part);
    // The order is that of section 3.1 of "Datatypes In SQLite", with the meant ones first.
    if has("bool") {
        Family::Bool
    } else if has("json") {
        Family::Json
    } else if has("uuid") || has("guid") {
        Family::Uuid
    } else if has("datetime") || has("timestamp") {
        Family::Timestamp(1000, 9999)
    } else if has("date") {
        Family::Date
    } else if has("int") && !has("interval") && !has("point") {
        int(64, false)
    } else if has("char") || has("clob") || has("text") {
        Family::Text {
            limit: size(&lower),
            is_unicode: true,
        }
    } else if has("blob") || has("binary") || has("bytea") {
        Family::Bytes {
            limit: size(&lower),
            is_fixed: false,
        }
    } else if has("real") || has("floa") || has("doub") {
        Family::Float
    } else if has("time") {
        Family::Time
    } else if has("dec") || has("num") {
        // It keeps 15 digits of what is no whole number.
        match decimal(&lower, 10) {
            Family::Decimal { digits, scale, .. } if digits > 15 => Family::Decimal {
                digits: 15,
                scale: scale.min(15),
                is_unsigned: false,
            },
            other => other,
        }
    } else {
        TEXT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read_with_their_quotes() {
        assert_eq!(labels("enum('a','it''s','x,y')"), ["a", "it's", "x,y"]);
    }

    #[test]
    fn modifiers_are_read() {
        assert_eq!(
            postgres("numeric", ((10 << 16) | 2) + 4),
            Family::Decimal {
                digits: 10,
                scale: 2,
                is_unsigned: false
            }
        );
        assert_eq!(
            decimal("decimal(65,30) unsigned", 10),
            Family::Decimal {
                digits: 65,
                scale: 30,
                is_unsigned: true
            }
        );
    }
}
