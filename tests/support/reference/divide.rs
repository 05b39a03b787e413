//! Where a long value is divided (section 7), and how its elements stand together.

use std::ops::Range;

use super::form::{Form, Piece};
use crate::pack;
use crate::profile::Bounds;

/// How the elements of a value that can be chunked stand together.
#[derive(Clone, Copy)]
pub(super) enum Holder {
    Text,
    /// Byte strings and packed sequences.
    Binary,
    /// Other sequences, and sets.
    Array,
    Map,
}

/// What the state of a boundary takes in (section 7, rule 2).
#[derive(Clone, Copy)]
pub(super) enum State {
    /// Sequences: the last few elements.
    Elements,
    /// Maps and sets, leaves and nodes: the key, or the first key.
    Key,
    /// Strings and byte strings: the last 16 bytes.
    Window,
    /// Nodes of sequences, strings and byte strings: the link's digest.
    Link,
}

/// What chunks and nodes are made of: an element, a character, a byte, an entry, a group of a node.
#[derive(Clone)]
pub(super) struct Element {
    pub(super) form: Form,
    /// For elements of sets, entries of maps, and their groups.
    pub(super) key: Option<Form>,
    /// One, but the bytes of a character, and what the chunks below hold together for a group.
    pub(super) count: u64,
}

impl Element {
    pub(super) fn new(form: Form) -> Self {
        Self {
            form,
            key: None,
            count: 1,
        }
    }
}

/// The length of elements without the header before them.
pub(super) fn total(elements: &[Element]) -> usize {
    elements.iter().map(|element| element.form.length()).sum()
}

/// Elements with the header they have together.
pub(super) fn hold(holder: Holder, elements: &[Element]) -> Form {
    let header = Form::write(|out| match holder {
        Holder::Text => pack::text_header(out, total(elements)),
        Holder::Binary => pack::bytes_header(out, total(elements)),
        Holder::Array => pack::array_header(out, elements.len()),
        Holder::Map => pack::map_header(out, elements.len()),
    });
    header.followed_by(elements.iter().map(|element| element.form.clone()))
}

/// The list of groups as one array.
pub(super) fn node(groups: &[Element]) -> Form {
    let parts = groups
        .iter()
        .map(|group| if group.key.is_some() { 3 } else { 2 })
        .sum();
    let groups = groups.iter().map(|group| group.form.clone());
    Form::write(|out| pack::array_header(out, parts)).followed_by(groups)
}

const K0: u64 = 0x9e37_79b9_7f4a_7c15;
const K1: u64 = 0xd6e8_feb8_6659_fd93;
const K2: u64 = 0xbb67_ae85_84ca_a73b;
const K3: u64 = 0xa54f_f53a_5f1d_36f1;

/// The low and the high half of the product, one over the other.
pub(super) fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    let low = product & u128::from(u64::MAX);
    let high = product >> 64;
    u64::try_from(low ^ high).expect("both halves have 64 bits")
}

pub(super) fn le64(bytes: &[u8]) -> u64 {
    u64::from_le_bytes(bytes.try_into().expect("8 bytes"))
}

pub(super) fn h(bytes: &[u8]) -> u64 {
    let mut a = bytes.len() as u64 ^ K0;
    let mut b = K2;
    if bytes.len() > 16 {
        let mut take = |x: &[u8], y: &[u8]| {
            a = fold(le64(&x[..8]) ^ a, le64(&x[8..]) ^ K1);
            b = fold(le64(&y[..8]) ^ b, le64(&y[8..]) ^ K3);
        };
        let mut left = bytes;
        while left.len() > 32 {
            take(&left[..16], &left[16..32]);
            left = &left[32..];
        }
        let last = &bytes[bytes.len() - bytes.len().min(32)..];
        take(&last[..16], &last[last.len() - 16..]);
    } else if !bytes.is_empty() {
        let mut x = [0; 16];
        x[..bytes.len()].copy_from_slice(bytes);
        a = fold(le64(&x[..8]) ^ a, le64(&x[8..]) ^ K1);
    }
    fold(a, b)
}

/// The three rules by which a list of elements is divided. A part does not end while it has fewer
/// than `least` of them, which is 1 for chunks and 2 for the parts of node lists.
pub(super) fn divide(
    elements: &[Element],
    state: State,
    bounds: Bounds,
    least: usize,
) -> Vec<Range<usize>> {
    let mut chunks = Vec::new();
    let mut start = 0;
    while start < elements.len() {
        let end = start + end_of_chunk(&elements[start..], state, bounds, least);
        chunks.push(start..end);
        start = end;
    }
    chunks
}

/// How many of these elements make the next chunk.
pub(super) fn end_of_chunk(
    elements: &[Element],
    state: State,
    bounds: Bounds,
    least: usize,
) -> usize {
    let mut s = 0;
    let mut g = 0_u64;
    let mut window = Vec::new();
    for (i, element) in elements.iter().enumerate() {
        let n = element.form.length();
        // Rule 1.
        if i >= least && s + n > bounds.max {
            return i;
        }
        s += n;
        // Rule 2.
        let folded = match (state, &element.key, element.form.pieces.first()) {
            (State::Elements, ..) => {
                g = (g << n.clamp(4, 16)).wrapping_add(h(&element.form.hashed()));
                Some(fold(g, K1))
            }
            (State::Key, Some(key), _) => Some(fold(h(&key.hashed()), K1)),
            (State::Link, _, Some(Piece::Link(cid, _))) => Some(fold(le64(&cid[..8]), K1)),
            (State::Window, ..) => {
                window.extend(element.form.hashed());
                let w = window.len().checked_sub(16).map(|from| &window[from..]);
                w.map(|w| fold(le64(&w[..8]) ^ K0, le64(&w[8..]) ^ K1))
            }
            _ => unreachable!("maps and sets have keys, groups start with links"),
        };
        // Rule 3.
        if let Some(folded) = folded
            && i + 1 >= least
            && s >= bounds.min
            && (folded >> 32) * (bounds.average as u64) < (n as u64) << 32
        {
            return i + 1;
        }
    }
    elements.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fold_and_h_have_the_pinned_numbers() {
        assert_eq!(fold(0, 5), 0);
        assert_eq!(fold(u64::MAX, u64::MAX), u64::MAX);
        assert_eq!(fold(K0, K0), 0xbe8c_ab64_4efd_da51);
        assert_eq!(fold(K0, K1), 0xc9d8_74ca_57d9_e055);
        assert_eq!(h(b""), fold(K0, K2));
        assert_eq!(h(b"\0"), 0x4d8b_acd8_0b26_692f);
        assert_eq!(h(b"\0\0"), 0x0dff_67ad_0b8c_dfb3);
        assert_eq!(h(b"a"), 0xc0bf_614c_4978_179e);
        assert_eq!(h(b"0123456789abcdef"), 0x752f_4f00_5f44_66f9);
        assert_eq!(h(b"0123456789abcdefg"), 0x33ac_281d_3449_1f20);
        let counting = |len| h(&(0..len).collect::<Vec<_>>());
        assert_eq!(counting(32), 0x4bff_b779_f9aa_59ca);
        assert_eq!(counting(33), 0x0b0b_9f85_46df_1945);
        assert_eq!(counting(40), 0xf488_bae3_26e4_ea85);
        assert_eq!(counting(100), 0x0eb6_58e1_f82d_e04b);
    }
}
