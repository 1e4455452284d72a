//! When and as what a new revision is made: UTC from the system's clock, and a hash nobody else has.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::Checksum;

/// What a file-name template needs to know of the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// Seconds since 1970-01-01 00:00:00 UTC.
    pub seconds: u64,
    /// Twelve hexadecimal digits.
    pub hash: String,
}

impl Stamp {
    /// The present moment.
    #[must_use]
    pub fn now() -> Self {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        // The hasher's keys are the only randomness that the standard library gives out.
        let random = RandomState::new().build_hasher().finish();
        let parts = [
            since.as_nanos().to_le_bytes(),
            u128::from(random).to_le_bytes(),
        ];
        let sum = Checksum::of_parts(parts.iter().map(|part| &part[..]));
        Self {
            seconds: since.as_secs(),
            hash: sum.to_string().chars().take(12).collect(),
        }
    }

    /// `YYYYMMDDHHMMSS`, in UTC.
    #[must_use]
    pub fn timestamp(&self) -> String {
        let (year, month, day) = civil_date(self.seconds / 86_400);
        let (hour, minute, second) = (
            self.seconds / 3_600 % 24,
            self.seconds / 60 % 60,
            self.seconds % 60,
        );
        format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}")
    }
}

/// Year, month and day of a day counted from 1970-01-01.
///
/// Howard Hinnant's `civil_from_days` (<https://howardhinnant.github.io/date_algorithms.html>): years
/// are counted from March, so that the leap day is the last of its year.
fn civil_date(days: u64) -> (u64, u64, u64) {
    const DAYS_IN_ERA: u64 = 146_097;
    let shifted = days + 719_468;
    let era = shifted / DAYS_IN_ERA;
    let of_era = shifted % DAYS_IN_ERA;
    let year_of_era =
        (of_era - of_era / 1_460 + of_era / 36_524 - of_era / (DAYS_IN_ERA - 1)) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timestamp(seconds: u64) -> String {
        let hash = String::new();
        Stamp { seconds, hash }.timestamp()
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(timestamp(0), "19700101000000");
        assert_eq!(timestamp(951_782_399), "20000228235959");
        assert_eq!(timestamp(951_782_400), "20000229000000");
        assert_eq!(timestamp(1_709_251_199), "20240229235959");
        assert_eq!(timestamp(1_735_689_599), "20241231235959");
        assert_eq!(timestamp(1_756_034_672), "20250824112432");
        assert_eq!(timestamp(4_107_542_400), "21000301000000");
    }

    #[test]
    fn two_stamps_have_two_hashes() {
        let (one, other) = (Stamp::now(), Stamp::now());
        assert_eq!(one.hash.len(), 12);
        assert!(one.hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert_ne!(one.hash, other.hash);
    }
}
