//! Checksums of canonical text.

use std::borrow::Cow;
use std::fmt;

use sha2::{Digest as _, Sha256};

/// A SHA-256, printed in lower-case hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Checksum(pub [u8; 32]);

impl Checksum {
    /// The checksum of a script: of its canonical text.
    #[must_use]
    pub fn of_script(text: &str) -> Self {
        // `\r\n` counts as `\n`: a checkout on Windows is the same migration (sqlx #2659).
        Self(Sha256::digest(canonical(text).as_bytes()).into())
    }

    /// The checksum of several parts, each preceded by its length, so that no two lists of parts
    /// have one checksum.
    #[must_use]
    pub fn of_parts<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut bytes = Vec::new();
        for part in parts {
            bytes.extend((part.len() as u64).to_le_bytes());
            bytes.extend(part);
        }
        Self(Sha256::digest(bytes).into())
    }

    /// Reads the hexadecimal form.
    #[must_use]
    pub fn parse(hex: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        if hex.len() != 64 {
            return None;
        }
        for (byte, digits) in bytes.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
            let high = char::from(digits[0]).to_digit(16)?;
            let low = char::from(digits[1]).to_digit(16)?;
            *byte = u8::try_from(high * 16 + low).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

const BOM: char = '\u{feff}';

/// The canonical form of a script: without a byte-order mark, lines ended by `\n`. What is
/// canonical stays as it is, so that it does not matter how often this is called.
#[must_use]
pub(crate) fn canonical(text: &str) -> Cow<'_, str> {
    let text = text.trim_start_matches(BOM);
    // One byte is found much faster than two, and most files have neither.
    if !text.contains('\r') {
        return Cow::Borrowed(text);
    }
    let mut lines = text.split('\n').peekable();
    let mut canonical = String::with_capacity(text.len());
    while let Some(line) = lines.next() {
        if lines.peek().is_some() {
            canonical.push_str(line.trim_end_matches('\r'));
            canonical.push('\n');
        } else {
            canonical.push_str(line);
        }
    }
    Cow::Owned(canonical)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_and_byte_order_marks_do_not_count() {
        let plain = Checksum::of_script("SELECT 1;\nSELECT 2;\n");
        assert_eq!(
            plain,
            Checksum::of_script("\u{feff}SELECT 1;\r\nSELECT 2;\r\n")
        );
        assert_ne!(plain, Checksum::of_script("SELECT 1;\rSELECT 2;\n"));
        let lone = "a\r\r\nb\r";
        assert_eq!(
            Checksum::of_script(lone),
            Checksum::of_script(&canonical(lone))
        );
    }

    #[test]
    fn hexadecimal_reads_back() {
        let sum = Checksum::of_script("x");
        assert_eq!(Checksum::parse(&sum.to_string()), Some(sum));
        assert_eq!(Checksum::parse("zz"), None);
        assert_eq!(
            Checksum::of_script("").to_string(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }
}
