//! The shortest `MessagePack` form of each item, appended to a buffer.
//!
//! Implements the first paragraph of docs/format.md; knows nothing of blocks.

#![expect(
    clippy::cast_possible_truncation,
    reason = "there are at most 64 leading zeros"
)]

/// Ext type of a link.
pub(crate) const LINK_EXT: u8 = 1;
/// Ext 8, 64 bytes, link.
pub(crate) const LINK_HEADER: [u8; 3] = [0xc7, 64, LINK_EXT];
/// The bytes a link takes.
pub(crate) const LINK_LEN: usize = 67;
/// Ext type of a back reference.
pub(crate) const BACK_EXT: u8 = 2;
/// Ext type of a part of a cycle.
pub(crate) const PART_EXT: u8 = 3;
/// Ext type of a weak pointer.
pub(crate) const WEAK_EXT: u8 = 4;
/// Ext type of a hole.
pub(crate) const HOLE_EXT: u8 = 5;
/// The bytes of a place: an offset and a level.
pub(crate) const PLACE_LEN: usize = 5;
/// Ext 8, a place, back reference.
pub(crate) const BACK_HEADER: [u8; 3] = [0xc7, 5, BACK_EXT];
/// Ext 8, 64 bytes and a place, part.
pub(crate) const PART_HEADER: [u8; 3] = [0xc7, 69, PART_EXT];
/// A weak pointer.
pub(crate) const WEAK: [u8; 3] = [0xc7, 0, WEAK_EXT];
/// A hole.
pub(crate) const HOLE: [u8; 3] = [0xc7, 0, HOLE_EXT];

/// Marker, bytes in all, and which bits of the low byte go into the marker, for each number of
/// leading zeros (of the number, or of its complement if it is negative).
type Sizes = [(u8, u8, u8); 65];

const UNSIGNED: Sizes = sizes(0xcc, 7, 8);
const NEGATIVE: Sizes = sizes(0xd0, 5, 7);

const fn sizes(marker: u8, fix_bits: u32, byte_bits: u32) -> Sizes {
    let mut table = [(0, 1, 0xff); 65];
    let mut zeros = 0;
    while zeros < 65 {
        let bits = 64 - zeros as u32;
        if bits > fix_bits {
            table[zeros] = if bits <= byte_bits {
                (marker, 2, 0)
            } else if bits <= byte_bits + 8 {
                (marker + 1, 3, 0)
            } else if bits <= byte_bits + 24 {
                (marker + 2, 5, 0)
            } else {
                (marker + 3, 9, 0)
            };
        }
        zeros += 1;
    }
    table
}

/// One fixed-size append and a cut of the length: no branch depends on the size.
#[inline]
fn sized(out: &mut Vec<u8>, number: u64, (marker, size, mask): (u8, u8, u8)) {
    let mut bytes = [0; 9];
    bytes[0] = marker | number.to_le_bytes()[0] & mask;
    let shifted = number.wrapping_shl(72_u32.wrapping_sub(8 * u32::from(size)));
    bytes[1..].copy_from_slice(&shifted.to_be_bytes());
    let len = out.len();
    out.extend_from_slice(&bytes);
    out.truncate(len + usize::from(size));
}

#[inline]
pub(crate) fn unsigned(out: &mut Vec<u8>, number: u64) {
    sized(out, number, UNSIGNED[number.leading_zeros() as usize]);
}

#[inline]
pub(crate) fn signed(out: &mut Vec<u8>, number: i64) {
    let bits = number.cast_unsigned();
    // No branch here either: signs are often as good as random.
    let (sizes, significant) = if number < 0 {
        (&NEGATIVE, !bits)
    } else {
        (&UNSIGNED, bits)
    };
    sized(out, bits, sizes[significant.leading_zeros() as usize]);
}

pub(crate) fn unsigned_128(out: &mut Vec<u8>, number: u128) {
    match u64::try_from(number) {
        Ok(small) => unsigned(out, small),
        Err(_) => wide(out, number.to_be_bytes()),
    }
}

pub(crate) fn signed_128(out: &mut Vec<u8>, number: i128) {
    if let Ok(small) = i64::try_from(number) {
        signed(out, small);
    } else if let Ok(small) = u64::try_from(number) {
        unsigned(out, small);
    } else {
        wide(out, number.to_be_bytes());
    }
}

fn wide(out: &mut Vec<u8>, bytes: [u8; 16]) {
    out.extend_from_slice(&[0xc4, 16]);
    out.extend_from_slice(&bytes);
}

#[inline]
pub(crate) fn float_32(out: &mut Vec<u8>, number: f32) {
    let [a, b, c, d] = number.to_bits().to_be_bytes();
    out.extend_from_slice(&[0xca, a, b, c, d]);
}

#[inline]
pub(crate) fn float_64(out: &mut Vec<u8>, number: f64) {
    let mut bytes = [0xcb; 9];
    bytes[1..].copy_from_slice(&number.to_bits().to_be_bytes());
    out.extend_from_slice(&bytes);
}

/// A header of 16 or 32 bits.
#[cold]
fn long_header(out: &mut Vec<u8>, marker_16: u8, len: u64) {
    if let Ok(len) = u16::try_from(len) {
        out.push(marker_16);
        out.extend_from_slice(&len.to_be_bytes());
    } else {
        out.push(marker_16 + 1);
        // A longer part has no header of its own: it is always divided. The encoder counts on five
        // bytes here when it decides that.
        let len = u32::try_from(len).unwrap_or(u32::MAX);
        out.extend_from_slice(&len.to_be_bytes());
    }
}

#[inline]
pub(crate) fn array_header(out: &mut Vec<u8>, len: u64) {
    if len < 16 {
        out.push(0x90 | low(len));
    } else {
        long_header(out, 0xdc, len);
    }
}

#[inline]
pub(crate) fn map_header(out: &mut Vec<u8>, len: u64) {
    if len < 16 {
        out.push(0x80 | low(len));
    } else {
        long_header(out, 0xde, len);
    }
}

#[inline]
pub(crate) fn string_header(out: &mut Vec<u8>, len: u64) {
    if len < 32 {
        out.push(0xa0 | low(len));
    } else if len < 256 {
        out.extend_from_slice(&[0xd9, low(len)]);
    } else {
        long_header(out, 0xda, len);
    }
}

#[inline]
pub(crate) fn bytes_header(out: &mut Vec<u8>, len: u64) {
    if len < 256 {
        out.extend_from_slice(&[0xc4, low(len)]);
    } else {
        long_header(out, 0xc5, len);
    }
}

/// The length of an unsigned integer.
pub(crate) fn unsigned_len(number: u64) -> usize {
    usize::from(UNSIGNED[number.leading_zeros() as usize].1)
}

/// The length of a bin header for this many bytes; from 32 on also of a str header.
pub(crate) fn header_len(len: u64) -> u64 {
    match len {
        0..256 => 2,
        256..0x1_0000 => 3,
        _ => 5,
    }
}

#[inline]
fn low(len: u64) -> u8 {
    len.to_le_bytes()[0]
}

#[inline]
pub(crate) fn string(out: &mut Vec<u8>, text: &str) {
    string_header(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

pub(crate) fn bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    bytes_header(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut out);
        out
    }

    #[test]
    fn integers_take_the_shortest_form() {
        for (number, bytes) in [
            (0, vec![0]),
            (127, vec![127]),
            (128, vec![0xcc, 128]),
            (255, vec![0xcc, 255]),
            (256, vec![0xcd, 1, 0]),
            (0xffff, vec![0xcd, 255, 255]),
            (0x1_0000, vec![0xce, 0, 1, 0, 0]),
            (0xffff_ffff, vec![0xce, 255, 255, 255, 255]),
            (0x1_0000_0000, vec![0xcf, 0, 0, 0, 1, 0, 0, 0, 0]),
        ] {
            assert_eq!(written(|out| unsigned(out, number)), bytes, "{number}");
            assert_eq!(written(|out| signed(out, number.cast_signed())), bytes);
        }
        for (number, bytes) in [
            (-1, vec![0xff]),
            (-32, vec![0xe0]),
            (-33, vec![0xd0, 0xdf]),
            (-128, vec![0xd0, 0x80]),
            (-129, vec![0xd1, 0xff, 0x7f]),
            (-32_768, vec![0xd1, 0x80, 0]),
            (-32_769, vec![0xd2, 0xff, 0xff, 0x7f, 0xff]),
            (i64::from(i32::MIN), vec![0xd2, 0x80, 0, 0, 0]),
            (
                i64::from(i32::MIN) - 1,
                vec![0xd3, 255, 255, 255, 255, 0x7f, 255, 255, 255],
            ),
            (i64::MIN, vec![0xd3, 0x80, 0, 0, 0, 0, 0, 0, 0]),
        ] {
            assert_eq!(written(|out| signed(out, number)), bytes, "{number}");
        }
        assert_eq!(
            written(|out| unsigned(out, u64::MAX)),
            [0xcf, 255, 255, 255, 255, 255, 255, 255, 255]
        );
    }

    #[test]
    fn wide_integers_are_bytes_only_when_they_must_be() {
        assert_eq!(written(|out| unsigned_128(out, 7)), [7]);
        assert_eq!(written(|out| unsigned_128(out, 1 << 64)).len(), 18);
        assert_eq!(written(|out| signed_128(out, -1)), [0xff]);
        assert_eq!(written(|out| signed_128(out, 1 << 63)).len(), 9);
        assert_eq!(written(|out| signed_128(out, i128::MIN)).len(), 18);
    }

    #[test]
    fn headers_take_the_shortest_form() {
        assert_eq!(written(|out| array_header(out, 15)), [0x9f]);
        assert_eq!(written(|out| array_header(out, 16)), [0xdc, 0, 16]);
        assert_eq!(written(|out| map_header(out, 0x1_0000)), [0xdf, 0, 1, 0, 0]);
        assert_eq!(written(|out| string_header(out, 31)), [0xbf]);
        assert_eq!(written(|out| string_header(out, 32)), [0xd9, 32]);
        assert_eq!(written(|out| bytes_header(out, 255)), [0xc4, 255]);
        assert_eq!(written(|out| bytes_header(out, 256)), [0xc5, 1, 0]);
    }
}
