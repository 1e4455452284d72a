//! How a walk is cut into contiguous parts that take equally long.
//!
//! Whoever walks a part first climbs what is before it by upgrades alone. So later parts are
//! shorter, and with many of them the climbing is what takes the time.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use crate::walk::Stairs;

/// What a stair costs in upgrades: three scripts, and the looks at the schema in between.
const STAIR: usize = 4;

/// One of the equally long parts of a walk, for one machine of several.
///
/// It is written `2/4`: the second of four. The parts of one number have every stair once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partition {
    number: usize,
    of: usize,
}

/// A text that is no [`Partition`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no partition; write `1/4` for the first of four, up to `4/4`")]
pub struct InvalidPartition(String);

impl Partition {
    /// The part at `number` of `of`; `None` unless it is one of 1 to `of`.
    #[must_use]
    pub fn new(number: usize, of: usize) -> Option<Self> {
        (1..=of).contains(&number).then_some(Self { number, of })
    }

    /// Leaves the stairs of this part alone.
    pub(crate) fn keep(self, stairs: &mut Stairs) {
        let part = parts(stairs, self.of).nth(self.number - 1);
        let part = part.unwrap_or(0..0);
        for (at, checked) in stairs.checked.iter_mut().enumerate() {
            *checked &= part.contains(&at);
        }
    }
}

impl FromStr for Partition {
    type Err = InvalidPartition;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let partition = text
            .split_once('/')
            .and_then(|(number, of)| Self::new(number.parse().ok()?, of.parse().ok()?));
        partition.ok_or_else(|| InvalidPartition(text.to_owned()))
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

/// Cuts the way to the last stair that is checked into `count` parts; the last ones are empty where
/// there is too little to do.
pub(crate) fn parts(stairs: &Stairs, count: usize) -> impl Iterator<Item = Range<usize>> {
    let costs: Vec<Cost> = stairs.costs().collect();
    let all: usize = costs.iter().map(|cost| cost.walked).sum();
    let (mut too_short, mut enough) = (0, all);
    while too_short + 1 < enough {
        let time = too_short.midpoint(enough);
        match cut(&costs, count, time).last() {
            Some(last) if last.end == costs.len() => enough = time,
            _ => too_short = time,
        }
    }
    cut(&costs, count, enough).into_iter()
}

struct Cost {
    climbed: usize,
    walked: usize,
}

impl Stairs {
    /// What each place up to the last one that is checked costs.
    fn costs(&self) -> impl Iterator<Item = Cost> {
        let places = self.checked.iter().zip(&self.climbed);
        places.take(self.end()).map(|(checked, climbed)| {
            let climbed = usize::from(*climbed);
            let walked = if *checked { STAIR } else { climbed };
            Cost { climbed, walked }
        })
    }
}

/// The parts where each may take `time`; they end too early where that is too little.
fn cut(costs: &[Cost], count: usize, time: usize) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let (mut start, mut below) = (0, 0);
    for _ in 0..count {
        let (mut end, mut climbed, mut took) = (start, below, below);
        while let Some(cost) = costs.get(end)
            && took + cost.walked <= time
        {
            took += cost.walked;
            climbed += cost.climbed;
            end += 1;
        }
        parts.push(start..end);
        (start, below) = (end, climbed);
    }
    parts
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn all(count: usize) -> Stairs {
        Stairs {
            checked: vec![true; count],
            climbed: vec![true; count],
        }
    }

    fn cuts(stairs: &Stairs, count: usize) -> Vec<Range<usize>> {
        parts(stairs, count).collect()
    }

    #[test]
    fn every_stair_is_in_one_part_and_later_parts_are_shorter() {
        assert_eq!(cuts(&all(285), 1), vec![0..285; 1]);
        assert_eq!(cuts(&all(280), 2), [0..160, 160..280]);
        assert_eq!(cuts(&all(3), 2), [0..2, 2..3]);
        for count in 1..20 {
            for stairs in [0, 1, 2, 7, 100] {
                let cuts = cuts(&all(stairs), count);
                assert_eq!(cuts.len(), count);
                let mut next = 0;
                for part in cuts {
                    assert_eq!(part.start, next);
                    next = part.end;
                }
                assert_eq!(next, stairs);
            }
        }
    }

    #[test]
    fn what_is_only_climbed_counts_less() {
        let mut stairs = all(100);
        stairs.checked[..80].fill(false);
        // 80 climbed and 11 walked; or 91 climbed and 9 walked.
        assert_eq!(cuts(&stairs, 2), [0..91, 91..100]);
        let mut second = stairs.clone();
        Partition::new(2, 2).unwrap().keep(&mut second);
        assert_eq!(second.checked.iter().filter(|checked| **checked).count(), 9);
    }

    #[test]
    fn a_partition_is_one_of_its_number() {
        let read = |text: &str| text.parse::<Partition>().map(|one| one.to_string());
        assert_eq!(read("1/1").unwrap(), "1/1");
        assert_eq!(read("3/4").unwrap(), "3/4");
        for wrong in [
            "0/4", "5/4", "1/0", "1", "", "a/b", "1/4/4", "-1/4", "1 / 4",
        ] {
            let error = read(wrong).unwrap_err().to_string();
            assert!(
                error.contains(&format!("`{wrong}` is no partition")),
                "{error}"
            );
        }
    }
}
