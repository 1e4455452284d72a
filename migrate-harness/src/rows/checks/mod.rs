//! Values that satisfy conditions, found by trying.
//!
//! A condition is not understood: its numbers, texts and patterns give candidates ([`candidates`]),
//! and the server that will enforce the condition says which of them pass ([`passing`]). So it may
//! have any shape, and a shape that nothing was found for costs a table its rows and no more.

mod pattern;

use migcheck_core::Dialect;
use migcheck_db::{ServerError, Session};

use super::catalog::{Column, quoted};
use super::family::{Family, distinct, interesting};

/// Texts longer than this are not made for a condition on length.
const LONGEST: usize = 4_000;

/// The values of one column that may satisfy `conditions`, those at the limits of its type first.
/// `numbers` are those of the rows: as many different values are tried.
pub(super) fn candidates(
    column: &Column,
    conditions: &[&str],
    numbers: std::ops::Range<u64>,
) -> Vec<String> {
    let family = &column.family;
    let mut found = interesting(family);
    found.extend(column.only.iter().cloned());
    for condition in conditions {
        found.extend(
            constants(condition)
                .iter()
                .flat_map(|constant| from_constant(family, constant, &numbers)),
        );
        if condition.to_lowercase().contains("json") && matches!(family, Family::Text { .. }) {
            found.extend(interesting(&Family::Json));
            let constants = constants(condition);
            let keyed = constants
                .iter()
                .flat_map(|one| from_constant(&Family::Json, one, &numbers));
            found.extend(keyed);
        }
    }
    found.extend(numbers.filter_map(|number| distinct(family, number)));
    let mut kept: Vec<String> = Vec::with_capacity(found.len());
    for value in found {
        if fits(family, &value) && !kept.contains(&value) {
            kept.push(value);
        }
    }
    kept
}

#[derive(Debug)]
enum Constant {
    Text(String),
    Number(String),
}

/// The texts and numbers of a condition.
fn constants(condition: &str) -> Vec<Constant> {
    let mut found = Vec::new();
    let mut rest = condition.chars().peekable();
    let mut is_in_word = false;
    while let Some(c) = rest.next() {
        if c == '\'' {
            let mut text = String::new();
            while let Some(c) = rest.next() {
                if c != '\'' {
                    text.push(c);
                } else if rest.next_if_eq(&'\'').is_some() {
                    text.push('\'');
                } else {
                    break;
                }
            }
            found.push(Constant::Text(text));
        } else if c.is_ascii_digit() && !is_in_word {
            let mut number = c.to_string();
            while let Some(digit) = rest.next_if(|c| c.is_ascii_digit() || *c == '.') {
                number.push(digit);
            }
            found.push(Constant::Number(number));
        }
        is_in_word = c.is_alphanumeric() || c == '_';
    }
    let size = |constant: &Constant| match constant {
        Constant::Number(text) => text.parse::<f64>().unwrap_or(0.0),
        Constant::Text(_) => 0.0,
    };
    found.sort_by(|a, b| size(b).total_cmp(&size(a)));
    found
}

fn from_constant(
    family: &Family,
    constant: &Constant,
    numbers: &std::ops::Range<u64>,
) -> Vec<String> {
    match (family, constant) {
        (Family::Int(..) | Family::Decimal { .. } | Family::Float | Family::Money, constant) => {
            let (Constant::Number(text) | Constant::Text(text)) = constant;
            let whole = text
                .split('.')
                .next()
                .and_then(|whole| whole.parse::<i64>().ok());
            let mut values = Vec::new();
            // The largest first: small numbers are those of rows that migrations write.
            for number in numbers.clone() {
                values.extend(whole.and_then(|n| n.checked_sub_unsigned(number + 1)));
            }
            for number in numbers.clone() {
                values.extend(whole.and_then(|n| n.checked_add_unsigned(number + 1)));
            }
            let values = values.into_iter().map(|value| value.to_string());
            let mut values: Vec<String> = [text.clone()].into_iter().chain(values).collect();
            values.push(format!("-{text}"));
            values
        }
        (Family::Text { .. }, Constant::Number(number)) => {
            let length = number.parse::<usize>().unwrap_or(usize::MAX);
            let lengths = [length, length.saturating_add(1), length.saturating_sub(1)];
            lengths
                .into_iter()
                .filter(|length| *length <= LONGEST)
                .flat_map(|length| {
                    numbers.clone().map(move |number| {
                        let digits = format!("{number}");
                        let fill = length.saturating_sub(digits.len());
                        format!("{}{digits}", "x".repeat(fill))
                    })
                })
                .collect()
        }
        (Family::Bytes { .. }, Constant::Number(number)) => {
            let length = number.parse::<usize>().unwrap_or(usize::MAX);
            let lengths = numbers.clone().filter(|_| length <= LONGEST && length > 0);
            lengths
                .map(|number| format!("{:0>width$x}", number % 256, width = 2 * length))
                .collect()
        }
        (Family::Text { .. }, Constant::Text(text)) => {
            let mut values = vec![text.clone()];
            if text.contains(['%', '_']) {
                values.extend(numbers.clone().map(|number| pattern::like(text, number)));
            }
            if text.contains(['^', '[', '(', '\\', '.', '*', '+', '$']) {
                values.extend(
                    numbers
                        .clone()
                        .filter_map(|number| pattern::regex(text, number)),
                );
            }
            values
        }
        (Family::Json, Constant::Text(text)) => {
            let text = text.replace(['\\', '"'], "").replace("$.", "");
            vec![
                format!("{{\"{text}\": 1}}"),
                format!("[\"{text}\"]"),
                format!("\"{text}\""),
            ]
        }
        (_, Constant::Text(text)) => vec![text.clone()],
        (_, Constant::Number(_)) => Vec::new(),
    }
}

/// Whether a value is one of the type. One that is not would be an error, and the end of the query.
fn fits(family: &Family, value: &str) -> bool {
    let is_number = |value: &str| value.parse::<f64>().is_ok_and(f64::is_finite);
    match family {
        Family::Int(min, max) => value
            .parse::<i128>()
            .is_ok_and(|value| (*min..=*max).contains(&value)),
        Family::Decimal {
            digits,
            scale,
            is_unsigned,
        } => {
            let whole = value
                .trim_start_matches('-')
                .split('.')
                .next()
                .unwrap_or_default();
            is_number(value)
                && whole.trim_start_matches('0').len() <= (digits - scale) as usize
                && !(*is_unsigned && value.starts_with('-'))
        }
        Family::Float | Family::Money => is_number(value),
        Family::Bool => matches!(value, "0" | "1"),
        Family::Text { limit, is_unicode } => {
            (*is_unicode || value.is_ascii())
                && limit.is_none_or(|limit| value.chars().count() <= limit)
        }
        Family::Bytes { limit, .. } => {
            value.chars().all(|c| c.is_ascii_hexdigit())
                && limit.is_none_or(|limit| value.len() <= 2 * limit)
        }
        Family::Date | Family::Timestamp(..) => {
            let mut parts = value.splitn(3, '-');
            let year = parts
                .next()
                .is_some_and(|year| year.len() == 4 && is_number(year));
            year && parts
                .next()
                .is_some_and(|month| month.len() == 2 && is_number(month))
                && parts.next().is_some()
        }
        Family::Enum(labels) => labels.iter().any(|label| label == value),
        Family::Json if value.starts_with(['{', '[', '"']) => true,
        // Values of the rest are made here, and not taken from conditions.
        other => interesting(other).iter().any(|known| known == value) || is_distinct(other, value),
    }
}

fn is_distinct(family: &Family, value: &str) -> bool {
    (0..64).any(|number| distinct(family, number).is_some_and(|known| known == value))
}

/// Which of `options`, rows of literals for `columns`, satisfy all `conditions`. An option that makes
/// a condition fail altogether does not.
///
/// # Errors
///
/// The server's, where a condition cannot be tried outside its table.
pub(super) async fn passing(
    session: &mut dyn Session,
    columns: &[&Column],
    conditions: &[String],
    options: &[Vec<String>],
) -> Result<Vec<usize>, ServerError> {
    let mut found = Vec::new();
    let mut refused = None;
    let mut has_answer = false;
    // A cast in a condition fails on some values; halves are tried until those are found.
    let mut parts = vec![(0, options.len())];
    while let Some((start, end)) = parts.pop() {
        match tried(session, columns, conditions, &options[start..end]).await {
            Ok(passing) => {
                has_answer = true;
                found.extend(passing.into_iter().map(|at| start + at));
            }
            Err(error) => {
                refused = Some(error);
                let middle = start.midpoint(end);
                if end - start > 1 {
                    parts.extend([(start, middle), (middle, end)]);
                }
            }
        }
    }
    found.sort_unstable();
    match refused {
        Some(error) if !has_answer => Err(error),
        _ => Ok(found),
    }
}

async fn tried(
    session: &mut dyn Session,
    columns: &[&Column],
    conditions: &[String],
    options: &[Vec<String>],
) -> Result<Vec<usize>, ServerError> {
    let dialect = session.dialect();
    let names: Vec<String> = columns
        .iter()
        .map(|column| quoted(&column.name, dialect))
        .collect();
    let rows = options.iter().enumerate().map(|(number, values)| {
        let values = columns
            .iter()
            .zip(values)
            .zip(&names)
            .map(|((column, value), name)| match (dialect, &column.family) {
                (Dialect::Postgres, _) => {
                    format!(", CAST({value} AS {}) AS {name}", column.type_name)
                }
                _ => format!(", {value} AS {name}"),
            });
        format!("SELECT {number} AS migcheck{}", values.collect::<String>())
    });
    let rows: Vec<String> = rows.collect();
    let mut sql = format!("SELECT v.migcheck FROM ({}) v", rows.join(" UNION ALL "));
    for (at, condition) in conditions.iter().enumerate() {
        sql.push_str(if at == 0 { " WHERE " } else { " AND " });
        // NULL satisfies a check.
        sql.push_str(&format!("(({condition}) IS NOT FALSE)"));
    }
    let found = session.rows(&sql, &[]).await?;
    let found = found.into_iter().flatten().flatten();
    Ok(found.filter_map(|number| number.parse().ok()).collect())
}
