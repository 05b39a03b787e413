//! Where chunks end: the fast hash of elements and the boundary test.
//!
//! Part of the format: docs/format.md section 7 pins every constant.

#![expect(
    clippy::cast_possible_truncation,
    reason = "the format takes the low half of products, and lengths here are at most 16"
)]

const K0: u64 = 0x9e37_79b9_7f4a_7c15;
const K1: u64 = 0xd6e8_feb8_6659_fd93;

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

/// The function `h`: a hash of an element or key that only decides boundaries.
#[inline]
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    let mut state = bytes.len() as u64 ^ K0;
    let (steps, rest) = bytes.as_chunks::<16>();
    for step in steps {
        state = fold(le64(&step[..8]) ^ state, le64(&step[8..]) ^ K1);
    }
    if !rest.is_empty() {
        let step = match bytes.last_chunk() {
            // The last step's bytes are the last ones of these 16: no copy of odd length.
            Some(last) => u128::from_le_bytes(*last) >> (8 * (16 - rest.len())),
            None => filled_up(rest),
        };
        state = fold(step as u64 ^ state, (step >> 64) as u64 ^ K1);
    }
    fold(state, K0)
}

/// Up to 15 bytes as a little-endian number: loads that may overlap instead of a copy of odd length.
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

    #[test]
    fn the_last_step_is_filled_up_with_zeros() {
        let bytes: Vec<u8> = (1..=80).collect();
        for len in 0..bytes.len() {
            let bytes = &bytes[..len];
            let mut state = len as u64 ^ K0;
            for step in bytes.chunks(16) {
                let mut filled = [0; 16];
                filled[..step.len()].copy_from_slice(step);
                state = fold(le64(&filled[..8]) ^ state, le64(&filled[8..]) ^ K1);
            }
            assert_eq!(hash(bytes), fold(state, K0), "{len}");
        }
    }

    #[test]
    fn the_fast_hash_is_pinned() {
        assert_eq!(hash(b""), fold(K0, K0));
        assert_eq!(hash(b"a"), fold(fold(0x61 ^ 1 ^ K0, K1), K0));
        let text = b"0123456789abcdefg";
        let first = fold(le64(b"01234567") ^ 0x11 ^ K0, le64(b"89abcdef") ^ K1);
        assert_eq!(hash(text), fold(fold(0x67 ^ first, K1), K0));
    }
}
