//! Times that the server folded into a definition.
//!
//! `'now'::timestamp` in a view or a default becomes the time of its creation. It is written back, so
//! that the same script makes the same schema at any time. A literal that a person wrote stays.

use crate::Row;
use crate::snapshot::object::{Object, Property};

/// A row of the first and the last time that can be one of this run, wherever the server is. Runs
/// are shorter than a day, and what the same run reads twice has to be read alike.
pub(super) const QUERY: &str = "SELECT 'clock',
to_char(localtimestamp - interval '36 hours', 'YYYY-MM-DD HH24:MI:SS'),
to_char(localtimestamp + interval '14 hours', 'YYYY-MM-DD HH24:MI:SS')";

/// The times between which one with a fraction of a second is taken for that of a creation.
#[derive(Debug, Default)]
pub(super) struct Clock {
    from: String,
    to: String,
}

impl Clock {
    /// From the rows of [`QUERY`] and others.
    pub(super) fn of(rows: &[Row]) -> Self {
        let found = rows.iter().find_map(|row| match row.as_slice() {
            [Some(tag), Some(from), Some(to)] if tag == "clock" => Some((from, to)),
            _ => None,
        });
        let (from, to) = found
            .map(|(from, to)| (from.clone(), to.clone()))
            .unwrap_or_default();
        Self { from, to }
    }

    pub(super) fn unfold_now(&self, object: &mut Object) {
        for property in [Property::Body, Property::Default, Property::Definition] {
            if let Some(text) = object
                .get(property)
                .filter(|text| text.contains("::timestamp"))
            {
                let text = self.unfolded(text);
                object.set(property, text);
            }
        }
    }

    fn unfolded(&self, text: &str) -> String {
        let mut unfolded = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('\'') {
            let (before, from) = rest.split_at(at + 1);
            unfolded.push_str(before);
            let Some(end) = from.find('\'') else {
                rest = from;
                break;
            };
            let (value, after) = from.split_at(end);
            let folded = self.is_of_the_run(value) && after.starts_with("'::timestamp");
            unfolded.push_str(if folded { "now" } else { value });
            unfolded.push('\'');
            rest = &after[1..];
        }
        unfolded + rest
    }

    /// `2026-11-20 13:35:22.123456` with or without `+00`.
    fn is_of_the_run(&self, value: &str) -> bool {
        const SHAPE: &[u8] = b"0000-00-00 00:00:00.0";
        let shaped = value
            .bytes()
            .zip(SHAPE)
            .all(|(byte, shape)| byte == *shape || *shape == b'0' && byte.is_ascii_digit());
        let seconds = value.get(..self.from.len()).unwrap_or_default();
        let within = *self.from <= *seconds && *seconds <= *self.to;
        value.len() >= SHAPE.len() && shaped && within
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_times_are_unfolded() {
        let clock = Clock {
            from: "2026-11-19 12:00:00".to_owned(),
            to: "2026-11-21 14:00:00".to_owned(),
        };
        let unfolded = clock.unfolded(
            "SELECT '2026-11-20 13:35:22.123456'::timestamp without time zone, \
             '2020-01-01 00:00:00.5'::timestamp without time zone, 'it''s', \
             '2026-11-20 13:35:22'::timestamp without time zone, \
             '2026-11-20 13:35:22.1+00'::timestamp with time zone AS \"a\"",
        );
        assert_eq!(
            unfolded,
            "SELECT 'now'::timestamp without time zone, \
             '2020-01-01 00:00:00.5'::timestamp without time zone, 'it''s', \
             '2026-11-20 13:35:22'::timestamp without time zone, \
             'now'::timestamp with time zone AS \"a\""
        );
        assert_eq!(clock.unfolded("a 'b"), "a 'b");
    }
}
