//! The standard library's types: the bytes docs/format.md section 10 gives them, and back again.

#![allow(
    clippy::disallowed_types,
    reason = "hash maps and sets are recorded too"
)]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "any number will do"
)]

use std::cell::{Cell, OnceCell, RefCell};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, LinkedList, VecDeque};
use std::fmt::Debug;

use cideldill::{
    Block, Encoded, Error, Limits, Profile, Reconstruct, Reduce, decode_with, encode, encode_with,
};

/// All are recorded alike.
macro_rules! same_cid {
    ($first:expr $(, $other:expr)+ $(,)?) => {
        for profile in PROFILES {
            let first = encode_with(&$first, profile).unwrap();
            $(
                let other = encode_with(&$other, profile).unwrap();
                assert_eq!(other, first, "{} in {profile:?}", stringify!($other));
            )+
        }
    };
}

mod holders;
mod keys;
mod records;

pub(crate) const PROFILES: [Profile; 3] = [Profile::STANDARD, Profile::WHOLE, Profile::SMALL];

pub(crate) fn loaded<T: Reconstruct>(encoded: &Encoded) -> Result<T, Error> {
    decode_with(encoded.root(), encoded, Limits::default())
}

/// Loads equal in every profile, alone and inside other types.
pub(crate) fn comes_back<T: Reconstruct + PartialEq + Debug + Clone>(value: &T) {
    for profile in PROFILES {
        let back: T = loaded(&encode_with(value, profile).unwrap()).unwrap();
        assert_eq!(&back, value, "{profile:?}");
        let many = vec![value.clone(); 40];
        let back: Vec<T> = loaded(&encode_with(&many, profile).unwrap()).unwrap();
        assert_eq!(back, many, "{profile:?}");
        let held = Some((Box::new(value.clone()), [value.clone()]));
        let back = loaded(&encode_with(&held, profile).unwrap()).unwrap();
        assert_eq!(held, back, "{profile:?}");
    }
}

pub(crate) fn root_block<T: Reduce + ?Sized>(value: &T) -> Vec<u8> {
    let encoded = encode(value).unwrap();
    let root: Block = encoded
        .blocks()
        .find(|block| block.cid() == encoded.root())
        .unwrap();
    root.bytes().to_vec()
}

pub(crate) fn text(text: &str) -> Vec<u8> {
    let len = u8::try_from(text.len()).unwrap();
    let header = if len < 32 {
        vec![0xa0 | len]
    } else {
        vec![0xd9, len]
    };
    [header, text.into()].concat()
}

/// The bytes of a block that holds a record.
pub(crate) fn record(shapes: &[(&str, &str, &[&str])], value: &[u8]) -> Vec<u8> {
    let mut block = [&[0x10], text("@").as_slice()].concat();
    block.push(0x90 | u8::try_from(shapes.len()).unwrap());
    for (tag, types, names) in shapes {
        block.push(0x90 | u8::try_from(2 + names.len()).unwrap());
        block.extend(text(tag));
        block.extend(text(types));
        block.extend(names.iter().flat_map(|name| text(name)));
    }
    [&block, value].concat()
}

/// Has exactly these bytes, and comes back.
pub(crate) fn is_record<T: Reconstruct + PartialEq + Debug + Clone>(
    value: &T,
    shapes: &[(&str, &str, &[&str])],
    bytes: &[u8],
) {
    assert_eq!(root_block(value), record(shapes, bytes), "{value:?}");
    comes_back(value);
}

#[test]
fn every_other_row_comes_back() {
    comes_back(&(1_u8, -1_i8, 1_u16, -1_i16, 1_u32, -1_i32, 1_u64, -1_i64));
    comes_back(&(
        u128::MAX,
        i128::MIN,
        usize::MAX,
        isize::MIN,
        1.5_f32,
        -0.0_f64,
    ));
    comes_back(&(
        true,
        'x',
        String::from("x"),
        (),
        std::marker::PhantomData::<u8>,
    ));
    comes_back(&(Some(1_u8), None::<u8>, Some(Some(())), Some(None::<()>)));
    comes_back(&(
        vec![1_u8],
        [1_u16; 3],
        VecDeque::from([1.5_f32]),
        LinkedList::from(["x".to_owned()]),
    ));
    comes_back(&BTreeMap::from([(1_u8, "x".to_owned())]));
    comes_back(&HashMap::from([(1_u8, "x".to_owned())]));
    comes_back(&(BTreeSet::from([1_u8]), HashSet::from([1_u8])));
    comes_back(&(
        1_u8, 2_u8, 3_u8, 4_u8, 5_u8, 6_u8, 7_u8, 8_u8, 9_u8, 10_u8, 11_u8, 12_u8,
    ));
    comes_back(&(
        Box::new(1),
        Cell::new(1_u8),
        RefCell::new(1),
        OnceCell::from(1),
        Reverse(1),
    ));
}
