//! SipHash-1-3 with a key of zeros, which refinery's checksums are (Aumasson and Bernstein, "SipHash: a
//! fast short-input PRF", 2012, with one round a word and three at the end).

/// The hash of `bytes`.
pub(super) fn siphash13(bytes: &[u8]) -> u64 {
    let mut state = [
        0x736f_6d65_7073_6575,
        0x646f_7261_6e64_6f6d,
        0x6c79_6765_6e65_7261,
        0x7465_6462_7974_6573,
    ];
    let mut words = bytes.chunks_exact(8);
    for word in words.by_ref() {
        absorb(&mut state, word_of(word));
    }
    // The last word ends in the length, of which one byte is kept.
    let length = (bytes.len() as u64) << 56;
    absorb(&mut state, length | word_of(words.remainder()));
    state[2] ^= 0xff;
    for _ in 0..3 {
        round(&mut state);
    }
    state[0] ^ state[1] ^ state[2] ^ state[3]
}

fn absorb(state: &mut [u64; 4], word: u64) {
    state[3] ^= word;
    round(state);
    state[0] ^= word;
}

/// Up to eight bytes as a number, the first byte lowest.
fn word_of(bytes: &[u8]) -> u64 {
    let bytes = bytes.iter().rev();
    bytes.fold(0, |word, byte| word << 8 | u64::from(*byte))
}

fn round([a, b, c, d]: &mut [u64; 4]) {
    *a = a.wrapping_add(*b);
    *b = b.rotate_left(13) ^ *a;
    *a = a.rotate_left(32);
    *c = c.wrapping_add(*d);
    *d = d.rotate_left(16) ^ *c;
    *a = a.wrapping_add(*d);
    *d = d.rotate_left(21) ^ *a;
    *c = c.wrapping_add(*b);
    *b = b.rotate_left(17) ^ *c;
    *c = c.rotate_left(32);
}

#[cfg(test)]
mod tests {
    use super::siphash13;

    /// The vectors of the crate `siphasher`, which refinery uses, for its key of zeros.
    #[test]
    fn it_is_the_hash_that_std_has_always_used() {
        use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher, Hasher as _};
        // Not promised by std, and true since 1.13; should it change, this test may go.
        for length in 0..40_u8 {
            let bytes: Vec<u8> = (0..length).collect();
            let mut hasher = BuildHasherDefault::<DefaultHasher>::default().build_hasher();
            hasher.write(&bytes);
            assert_eq!(siphash13(&bytes), hasher.finish(), "{length}");
        }
    }
}
