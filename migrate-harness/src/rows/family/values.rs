//! Values of each kind of types.

use super::Family;

/// The longest text that is made where a type has no limit of its own, or a larger one: long enough
/// for the limits people write, short enough to be sent a thousand times.
const LONG: usize = 1_000;

/// Of several bytes each in UTF-8, up to the four that MySQL's old utf8 has no room for.
const LETTERS: [char; 4] = ['é', 'ж', '字', '🦀'];

/// Values that migrations trip over: the largest first, then the smallest, then others. Empty where
/// none is known.
pub(in crate::rows) fn interesting(family: &Family) -> Vec<String> {
    match family {
        Family::Int(min, max) => {
            // One more than the largest would fail in every migration that counts.
            let slack = (max / 1_000).min(1_000);
            let mut values = vec![max - slack];
            values.extend([min + slack.min(max - min), 0, 1]);
            texts(values)
        }
        Family::Decimal {
            digits,
            scale,
            is_unsigned,
        } => {
            let whole = "9".repeat((digits - scale) as usize);
            let whole = if whole.is_empty() { "0" } else { &whole };
            let largest = match scale {
                0 => whole.to_owned(),
                scale => format!("{whole}.{}", "9".repeat(*scale as usize)),
            };
            let smallest = if *is_unsigned {
                "0".to_owned()
            } else {
                format!("-{largest}")
            };
            vec![largest, smallest, "0".to_owned()]
        }
        Family::Float => owned(&["1000000.5", "-1000000.5", "0", "0.25"]),
        Family::Bool => owned(&["1", "0"]),
        Family::Text { limit, is_unicode } => {
            let length = limit.map_or(LONG, |limit| limit.min(LONG));
            vec![long_text(length, *is_unicode), String::new()]
        }
        Family::Bytes { limit, is_fixed } => {
            let length = limit.map_or(64, |limit| limit.min(64));
            let longest: String = (0..length)
                .map(|at| ["00", "ff", "27", "5c"][at % 4])
                .collect();
            let shortest = if *is_fixed {
                "00".repeat(length)
            } else {
                String::new()
            };
            vec![longest, shortest]
        }
        Family::Date => owned(&["9999-12-01", "1000-01-01", "2024-02-29"]),
        Family::Timestamp(first, last) => vec![
            format!("{last}-01-01 23:59:59"),
            format!("{first}-01-02 00:00:00"),
            "2024-02-29 12:34:56".to_owned(),
        ],
        Family::Time => owned(&["23:59:59", "00:00:00", "12:34:56"]),
        Family::Interval => owned(&["9 years 11 mons 30 days 23:59:59", "-00:00:01", "00:00:00"]),
        Family::Year => owned(&["2155", "1901", "2024"]),
        Family::Uuid => owned(&[
            "ffffffff-ffff-4fff-bfff-ffffffffffff",
            "00000000-0000-0000-0000-000000000000",
        ]),
        Family::Json => owned(&[
            r#"{"key": "жé字", "list": [1, -2.5, true, null], "object": {}}"#,
            "{}",
            "[]",
        ]),
        Family::Enum(labels) => {
            let mut labels = labels.clone();
            labels.reverse();
            labels
        }
        Family::Set(labels) => {
            let mut values = vec![labels.join(","), String::new()];
            values.extend(labels.iter().cloned());
            values
        }
        Family::Bits(count) => vec!["1".repeat(*count), "0".repeat(*count)],
        Family::Array(of) => {
            let elements: Vec<String> = interesting(of)
                .iter()
                .take(2)
                .map(|one| element(of, one))
                .collect();
            vec![format!("{{{}}}", elements.join(",")), "{}".to_owned()]
        }
        Family::Range(of) => match range(of) {
            Some(range) => vec![range, "empty".to_owned()],
            None => owned(&["empty", "(,)"]),
        },
        Family::Multirange(of) => {
            vec![
                format!("{{{}}}", range(of).unwrap_or_default()),
                "{}".to_owned(),
            ]
        }
        Family::Composite(parts) => {
            let parts: Vec<String> = parts
                .iter()
                .map(|part| {
                    interesting(part)
                        .first()
                        .map_or(String::new(), |one| element(part, one))
                })
                .collect();
            vec![format!("({})", parts.join(","))]
        }
        Family::Inet => owned(&[
            "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "0.0.0.0",
            "10.1.2.3/8",
        ]),
        Family::Cidr => owned(&["2001:db8::/32", "0.0.0.0/0", "10.1.0.0/16"]),
        Family::Mac(bytes) => vec![vec!["ff"; *bytes].join(":"), vec!["00"; *bytes].join(":")],
        Family::Xml => owned(&["<a b=\"жé\">1</a>", "<a/>"]),
        Family::TextSearch => owned(&["'crab' & 'boat'", ""]),
        Family::Money => owned(&["90000000000000.99", "-90000000000000.99", "0"]),
        Family::Shape(name) => shape(name),
        Family::Spatial(name, _) => spatial(name),
        Family::Hstore => owned(&["\"key\"=>\"жé\"", ""]),
        Family::Ltree => owned(&["top.middle.leaf", "top"]),
        Family::Unknown => Vec::new(),
    }
}

/// The value of a number; different ones for different numbers. None where a type has too few.
/// A migration that writes rows of its own will hardly meet them.
pub(in crate::rows) fn distinct(family: &Family, number: u64) -> Option<String> {
    let value = match family {
        Family::Int(min, max) => {
            let room = max - min;
            // Away from the 1, 2, 3 of rows that migrations write.
            let start = if room > 2_000_000_000 {
                1_900_000_000
            } else {
                max - room / 4
            };
            let value = start + i128::from(number);
            (value <= *max).then(|| value.to_string())?
        }
        Family::Decimal { digits, scale, .. } => {
            let whole = 10_u64.checked_pow(digits - scale).unwrap_or(u64::MAX);
            let value = (whole - whole / 4).checked_add(number)?;
            (value < whole).then(|| value.to_string())?
        }
        Family::Float => format!("{}.5", 1_900_000 + number),
        Family::Text { limit, .. } => distinct_text(limit.unwrap_or(LONG).min(24), number)?,
        Family::Bytes { limit, is_fixed } => {
            let length = limit.unwrap_or(8);
            let digits = format!("{:x}", number + 0xd0);
            let width = if *is_fixed { length } else { length.min(8) } * 2;
            (digits.len() <= width).then(|| format!("{digits:0>width$}"))?
        }
        Family::Date => day(number),
        Family::Timestamp(..) => format!("{} 01:02:03", day(number)),
        Family::Time => {
            (number < 3_600).then(|| format!("04:{:02}:{:02}", number / 60, number % 60))?
        }
        Family::Interval => format!("{} days 00:00:01", 1_000 + number),
        Family::Year => (number < 100).then(|| (2_040 + number).to_string())?,
        Family::Uuid => format!("d1ce0000-0000-4000-8000-{number:012x}"),
        Family::Json => format!("{{\"number\": {number}}}"),
        Family::Enum(labels) => {
            // The first ones are left to rows that migrations write.
            let free = labels.len() / 2;
            let at = usize::try_from(number).ok().filter(|at| *at < free)?;
            labels[labels.len() - 1 - at].clone()
        }
        Family::Bits(count) => {
            let digits = format!("{:b}", number + 1);
            (digits.len() <= *count).then(|| format!("{digits:0>count$}"))?
        }
        Family::Inet => format!("10.99.{}.{}", number / 256 % 256, number % 256),
        Family::Cidr => format!("10.99.{}.{}/32", number / 256 % 256, number % 256),
        Family::Mac(bytes) => {
            let mut parts = vec!["02".to_owned(); *bytes];
            parts[bytes - 1] = format!("{:02x}", number % 256);
            parts[bytes - 2] = format!("{:02x}", number / 256 % 256);
            parts.join(":")
        }
        Family::Money => format!("{}.25", 1_900_000 + number),
        Family::Array(of) => format!("{{{}}}", element(of, &distinct(of, number)?)),
        Family::Range(of) => {
            let (from, to) = (distinct(of, 2 * number)?, distinct(of, 2 * number + 1)?);
            format!("[{},{})", element(of, &from), element(of, &to))
        }
        Family::Ltree => format!("top.d{number}"),
        Family::Hstore => format!("\"number\"=>\"{number}\""),
        Family::Spatial(name, _) if name == "point" || name == "geometry" => {
            format!("POINT({} 5)", number % 90)
        }
        Family::Bool
        | Family::Set(_)
        | Family::Multirange(_)
        | Family::Composite(_)
        | Family::Xml
        | Family::TextSearch
        | Family::Shape(_)
        | Family::Spatial(..)
        | Family::Unknown => return None,
    };
    Some(value)
}

fn owned(values: &[&str]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

fn texts(values: Vec<i128>) -> Vec<String> {
    let mut found = Vec::with_capacity(values.len());
    for value in values {
        let value = value.to_string();
        if !found.contains(&value) {
            found.push(value);
        }
    }
    found
}

/// Words of letters beyond ASCII, as many characters as asked for, none of them a space at the end.
fn long_text(length: usize, is_unicode: bool) -> String {
    let letter = |at: usize| match at % 8 {
        _ if at + 1 == length => 'z',
        7 => ' ',
        at if is_unicode && at % 2 == 1 => LETTERS[at / 2],
        at => ['L', 'o', 'n', 'g', 'e', 's', 't'][at % 7],
    };
    (0..length).map(letter).collect()
}

/// Lower case, which is what it is after `lower()`.
fn distinct_text(limit: usize, number: u64) -> Option<String> {
    let digits = format!("{number}");
    let prefixes = ["migcheck-row-", "row", "q", ""];
    let prefix = prefixes
        .iter()
        .find(|prefix| prefix.len() + digits.len().max(2) <= limit)
        .or_else(|| prefixes.last().filter(|_| digits.len() <= limit))?;
    Some(format!("{prefix}{digits}"))
}

/// A day of the years from 2100 on.
fn day(number: u64) -> String {
    format!(
        "{}-{:02}-{:02}",
        2100 + number / 336,
        number / 28 % 12 + 1,
        number % 28 + 1
    )
}

/// A value inside an array, a range or a row.
fn element(of: &Family, text: &str) -> String {
    let text = match of {
        Family::Bytes { .. } => format!("\\x{text}"),
        _ => text.to_owned(),
    };
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn range(of: &Family) -> Option<String> {
    let (from, to) = (distinct(of, 1)?, distinct(of, 9)?);
    Some(format!("[{},{})", element(of, &from), element(of, &to)))
}

fn shape(name: &str) -> Vec<String> {
    owned(match name {
        "point" => &["(180,-90)", "(0,0)"],
        "line" => &["{1,-1,0}"],
        "lseg" => &["[(0,0),(1,1)]"],
        "box" => &["(1,1),(0,0)"],
        "path" => &["[(0,0),(1,1),(2,0)]"],
        "polygon" => &["((0,0),(1,1),(2,0))"],
        _ => &["<(0,0),1>"],
    })
}

fn spatial(name: &str) -> Vec<String> {
    owned(match name {
        "linestring" => &["LINESTRING(0 0,1 1)"],
        "polygon" => &["POLYGON((0 0,1 0,1 1,0 0))"],
        "multipoint" => &["MULTIPOINT(0 0,1 1)"],
        "multilinestring" => &["MULTILINESTRING((0 0,1 1))"],
        "multipolygon" => &["MULTIPOLYGON(((0 0,1 0,1 1,0 0)))"],
        "geometrycollection" | "geomcollection" => &["GEOMETRYCOLLECTION(POINT(1 1))"],
        _ => &["POINT(89 90)", "POINT(0 0)"],
    })
}
