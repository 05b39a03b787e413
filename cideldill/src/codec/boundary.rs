//! Where chunks end: the fast hash of elements and the boundary test.
//!
//! Part of the format: docs/format.md section 7 pins every constant.

#![expect(
    clippy::cast_possible_truncation,
    reason = "the format takes the low half of products, and lengths here are at most 16"
)]

const K0: u64 = 0x9e37_79b9_7f4a_7c15;
const K1: u64 = 0xd6e8_feb8_6659_fd93;
const K2: u64 = 0xbb67_ae85_84ca_a73b;
const K3: u64 = 0xa54f_f53a_5f1d_36f1;

/// Low and high half of the product, xored.
#[inline]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    let high = product >> 64;
    (product ^ high) as u64
}

#[inline]
fn le64(bytes: &[u8]) -> u64 {
    bytes
        .first_chunk()
        .map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// The function `h`: a hash of an element or key that only decides boundaries. Its two lanes do not
/// wait for each other; in one, each multiplication of a long element would wait for the one before.
#[inline]
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    let (mut a, mut b) = (bytes.len() as u64 ^ K0, K2);
    if bytes.len() > STEP {
        // All but the last byte, so that something is left for the end.
        let (steps, _) = bytes[..bytes.len() - 1].as_chunks();
        for [x, y] in steps.as_chunks().0 {
            (a, b) = (take(x, a, K1), take(y, b, K3));
        }
        let last = &bytes[bytes.len().saturating_sub(2 * STEP)..];
        if let (Some(x), Some(y)) = (last.first_chunk(), last.last_chunk()) {
            (a, b) = (take(x, a, K1), take(y, b, K3));
        }
    } else if !bytes.is_empty() {
        a = take(&filled_up(bytes).to_le_bytes(), a, K1);
    }
    fold(a, b)
}

/// The bytes a lane takes at once.
const STEP: usize = 16;

#[inline]
fn take(step: &[u8; STEP], lane: u64, key: u64) -> u64 {
    fold(le64(&step[..8]) ^ lane, le64(&step[8..]) ^ key)
}

/// Up to 16 bytes as a little-endian number: loads that may overlap instead of a copy of odd length.
#[inline]
fn filled_up(bytes: &[u8]) -> u128 {
    let len = bytes.len();
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        let (first, last) = (u64::from_le_bytes(*first), u64::from_le_bytes(*last));
        return u128::from(first) | u128::from(last) << (8 * (len - 8));
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
        return u128::from(first) | u128::from(last) << (8 * (len - 4));
    }
    let bytes = bytes.iter().rev();
    bytes.fold(0, |number, byte| number << 8 | u128::from(*byte))
}

/// How far the state of a sequence moves on for an element of this length, in bits.
#[inline]
pub(crate) fn shift(element_len: usize) -> u32 {
    element_len.clamp(4, 16) as u32
}

/// Bits of state: an element's influence ends when later ones have moved the state this far.
pub(crate) const STATE_BITS: u32 = u64::BITS;

/// Whether a chunk ends after an element of this length, given the state.
#[inline]
pub(crate) fn ends_after(state: u64, average: u64, element_len: usize) -> bool {
    is_hit(fold(state, K1), average, element_len)
}

/// The bytes that decide a boundary in a string or byte string.
pub(crate) const WINDOW: usize = 16;

/// Whether a chunk of a string or byte string ends after an element of this length, given the last
/// [`WINDOW`] bytes.
#[inline]
pub(crate) fn ends_after_window(window: &[u8; WINDOW], average: u64, element_len: usize) -> bool {
    let mixed = fold(le64(&window[..8]) ^ K0, le64(&window[8..]) ^ K1);
    is_hit(mixed, average, element_len)
}

/// A chance of element length to average.
#[inline]
fn is_hit(mixed: u64, average: u64, element_len: usize) -> bool {
    (mixed >> 32).wrapping_mul(average) < (element_len as u64) << 32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rule of docs/format.md section 7 in its own order.
    fn by_the_page(bytes: &[u8]) -> u64 {
        let (mut a, mut b) = (bytes.len() as u64 ^ K0, K2);
        let mut rest = bytes;
        while rest.len() > 32 {
            a = fold(le64(&rest[..8]) ^ a, le64(&rest[8..16]) ^ K1);
            b = fold(le64(&rest[16..24]) ^ b, le64(&rest[24..32]) ^ K3);
            rest = &rest[32..];
        }
        if bytes.len() > 16 {
            let x = bytes.len().saturating_sub(32);
            let y = bytes.len() - 16;
            a = fold(le64(&bytes[x..]) ^ a, le64(&bytes[x + 8..]) ^ K1);
            b = fold(le64(&bytes[y..]) ^ b, le64(&bytes[y + 8..]) ^ K3);
        } else if !bytes.is_empty() {
            let mut filled = [0; 16];
            filled[..bytes.len()].copy_from_slice(bytes);
            a = fold(le64(&filled) ^ a, le64(&filled[8..]) ^ K1);
        }
        fold(a, b)
    }

    #[test]
    fn the_fast_hash_is_that_of_the_page_at_every_length() {
        let bytes: Vec<u8> = (1..=200).collect();
        for len in 0..=bytes.len() {
            let bytes = &bytes[..len];
            assert_eq!(hash(bytes), by_the_page(bytes), "{len}");
        }
    }

    /// The halves that `is_hit` looks at.
    fn high(bytes: &[u8]) -> u32 {
        (hash(bytes) >> 32) as u32
    }

    #[test]
    fn every_byte_and_the_length_matter() {
        for len in 1..=130 {
            for base in [vec![0; len], (0..len).map(|i| (i * 7) as u8).collect()] {
                let hashed = high(&base);
                for at in 0..len {
                    for bit in 0..8 {
                        let mut other = base.clone();
                        other[at] ^= 1 << bit;
                        assert_ne!(high(&other), hashed, "bit {bit} of byte {at} of {len}");
                    }
                }
                let longer = [base.as_slice(), &[0]].concat();
                assert_ne!(high(&longer), hashed, "a zero after {len}");
            }
        }
    }

    #[test]
    fn exchanged_parts_and_repeated_bytes_do_not_cancel() {
        let parts: Vec<[u8; 16]> = (0..6).map(|i| [i + 1; 16]).collect();
        let whole = parts.concat();
        for i in 0..parts.len() {
            for j in 0..i {
                let mut other = parts.clone();
                other.swap(i, j);
                assert_ne!(high(&other.concat()), high(&whole), "{i} and {j}");
            }
        }
        let mut repeated: Vec<u32> = (0..=255).map(|byte| high(&[byte; 64])).collect();
        repeated.sort_unstable();
        repeated.dedup();
        assert_eq!(repeated.len(), 256);
    }

    #[test]
    fn the_fast_hash_is_pinned() {
        assert_eq!(hash(b""), fold(K0, K2));
        assert_eq!(hash(b"a"), fold(fold(0x61 ^ 1 ^ K0, K1), K2));
        let text = b"0123456789abcdefg";
        let a = fold(le64(b"01234567") ^ 0x11 ^ K0, le64(b"89abcdef") ^ K1);
        let b = fold(le64(b"12345678") ^ K2, le64(b"9abcdefg") ^ K3);
        assert_eq!(hash(text), fold(a, b));
    }
}
