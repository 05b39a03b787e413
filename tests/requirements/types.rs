//! Every type of data (requirements, group 2, and those of the edge file that are data).

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::time::{Duration, SystemTime};

use cideldill::{
    Debuggable, ErrorKind, Limits, Registration, Registry, Value, decode_with, encode,
};

use crate::support::{assert_comes_back, cid, loaded, long_text, root_block};

#[test]
fn serialize_basic_types() {
    macro_rules! integers {
        ($($type:ident)*) => {
            $(for value in [$type::MIN, $type::MIN + 1, 0, 1, 23, 127, $type::MAX - 1, $type::MAX] {
                assert_comes_back(&value);
            })*
        };
    }
    integers!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);
    for value in [
        0.0,
        -0.0,
        1.5,
        f32::MIN_POSITIVE,
        f32::MAX,
        f32::INFINITY,
        f32::NEG_INFINITY,
    ] {
        assert_comes_back(&value);
    }
    for value in [
        0.0,
        -0.0,
        0.1,
        f64::EPSILON,
        f64::MAX,
        f64::INFINITY,
        f64::NEG_INFINITY,
    ] {
        assert_comes_back(&value);
    }
    // Not equal to itself, and still kept bit for bit.
    let nan = f64::from_bits(0x7ff0_dead_beef_0001);
    let back: f64 = loaded(&encode(&nan).unwrap()).unwrap();
    assert_eq!(back.to_bits(), nan.to_bits());
    assert_comes_back(&true);
    assert_comes_back(&false);
    for value in ['\0', 'a', '\u{7f}', '\u{fc}', '\u{10ffff}'] {
        assert_comes_back(&value);
    }
    assert_comes_back(&());
    assert_comes_back(&"gr\u{fc}n \u{4e00} \0".to_owned());
}

#[test]
fn handles_builtin_types() {
    assert_comes_back(&(1_u8, -1_i128, 2.5_f32, 'x', "text".to_owned(), true));
    assert_comes_back(&Ok::<u8, String>(1));
    assert_comes_back(&Err::<u8, String>("no".into()));
    assert_comes_back(&(0..3));
    assert_comes_back(&std::path::PathBuf::from("/a/b"));
    assert_comes_back(&std::net::IpAddr::from([127, 0, 0, 1]));
}

#[test]
fn handles_none() {
    assert_comes_back(&None::<String>);
    assert_comes_back(&Some(None::<u8>));
    assert_comes_back(&vec![None, Some(Some(1_u8)), Some(None)]);
    assert_ne!(cid(&None::<Option<u8>>), cid(&Some(None::<u8>)));
}

#[test]
fn serialize_collections() {
    let words = || ["b", "a", "c"].map(String::from);
    assert_comes_back(&Vec::from(words()));
    assert_comes_back(&words());
    assert_comes_back(&VecDeque::from(words()));
    assert_comes_back(&LinkedList::from(words()));
    assert_comes_back(&BTreeSet::from(words()));
    assert_comes_back(&HashSet::from(words()));
    assert_comes_back(&BTreeMap::from(words().map(|word| (word, 1_u8))));
    assert_comes_back(&HashMap::from(words().map(|word| (word, [1_u8]))));
    assert_comes_back(&(words(), Some(words()), (1_u8, (2_u8,))));
    let heap = BinaryHeap::from(words());
    let back: BinaryHeap<String> = loaded(&encode(&heap).unwrap()).unwrap();
    assert_eq!(back.into_sorted_vec(), heap.into_sorted_vec());
    // A wrapped-around ring buffer is recorded by its order, not by its memory.
    let mut ring: VecDeque<u8> = (0..8).collect();
    ring.rotate_left(3);
    assert_eq!(cid(&ring), cid(&ring.iter().copied().collect::<Vec<_>>()));
    assert_comes_back(&ring);
}

#[test]
fn serialize_bytes() {
    for bytes in [
        vec![],
        vec![0],
        vec![255; 40],
        (0..=255).cycle().take(100_000).collect(),
    ] {
        assert_comes_back(&bytes);
        let tree: Value = loaded(&encode(&bytes).unwrap()).unwrap();
        assert_eq!(tree.as_bytes(), Some(&bytes[..]));
    }
    // As MessagePack's bin, one byte a byte.
    assert_eq!(
        &**root_block(&vec![7_u8, 200]).bytes(),
        b"\x10\xa1y\x90\xc4\x02\x07\xc8"
    );
}

#[derive(Debuggable, Debug, PartialEq, Clone)]
struct Person {
    name: String,
    age: u8,
    friends: Vec<Person>,
}

#[test]
fn serialize_class_instance() {
    let ann = Person {
        name: "ann".into(),
        age: 33,
        friends: vec![],
    };
    let bob = Person {
        name: "bob".into(),
        age: 34,
        friends: vec![ann.clone()],
    };
    assert_comes_back(&bob);
    let shown = "Person { name: \"bob\", age: 34, friends: [Person { name: \"ann\", age: 33, friends: [] }] }";
    let tree: Value = loaded(&encode(&bob).unwrap()).unwrap();
    assert_eq!(tree.display().width(200).to_string(), shown);
}

#[test]
fn serialize_datetime() {
    let second = Duration::from_secs(1);
    for time in [
        SystemTime::UNIX_EPOCH,
        SystemTime::UNIX_EPOCH + Duration::new(1_700_000_000, 123_456_789),
        SystemTime::UNIX_EPOCH - second / 4,
    ] {
        assert_comes_back(&time);
    }
    for duration in [
        Duration::ZERO,
        second,
        Duration::MAX,
        Duration::new(1, 999_999_999),
    ] {
        assert_comes_back(&duration);
    }
}

/// A decimal number of another crate, as it were.
mod foreign {
    #[derive(Debug, PartialEq)]
    pub(crate) struct Decimal {
        mantissa: i128,
        scale: u32,
    }

    impl Decimal {
        pub(crate) fn new(mantissa: i128, scale: u32) -> Result<Self, String> {
            match scale {
                0..=28 => Ok(Self { mantissa, scale }),
                _ => Err(format!("a scale of {scale}")),
            }
        }

        pub(crate) fn parts(&self) -> (i128, u32) {
            (self.mantissa, self.scale)
        }
    }
}
use foreign::Decimal;

#[derive(Debuggable, Debug, PartialEq)]
struct Price {
    #[debuggable(reducer)]
    amount: Decimal,
}

fn decimals() -> Registry {
    let registry = Registry::new();
    let again = |(mantissa, scale): (i128, u32)| Decimal::new(mantissa, scale);
    registry
        .register(Registration::new("decimal", Decimal::parts, again))
        .unwrap();
    registry
}

#[test]
fn serialize_decimal() {
    let price = |mantissa, scale| Price {
        amount: Decimal::new(mantissa, scale).unwrap(),
    };
    decimals().enter(|| {
        for value in [price(1999, 2), price(i128::MIN, 28), price(0, 0)] {
            assert_comes_back(&value);
        }
        // 1.0 and 1.00 are different values of that type.
        assert_ne!(cid(&price(10, 1)), cid(&price(100, 2)));
    });
}

/// Values of a type nobody derived are recorded once it has a reducer, also deep inside others.
#[test]
fn serialize_handles_unpicklable() {
    #[derive(Debuggable, Debug, PartialEq)]
    struct Shelf(Vec<(String, Price)>);
    let price = |cents| Price {
        amount: Decimal::new(cents, 2).unwrap(),
    };
    let shelf = Shelf((0..500).map(|n| (n.to_string(), price(n))).collect());
    let error = cideldill::encode(&shelf).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::NoReducer { .. }),
        "{error}"
    );
    decimals().enter(|| assert_comes_back(&shelf));
}

#[test]
fn compute_cid_handles_unpicklable() {
    let price = Price {
        amount: Decimal::new(5, 0).unwrap(),
    };
    let printed = decimals().enter(|| cid(&price)).to_string();
    assert_eq!(printed.len(), 128);
    // Another registry with the same functions under the same name is the same to the bytes.
    assert_eq!(decimals().enter(|| cid(&price)).to_string(), printed);
}

#[test]
fn serialize_large_object() {
    let large: Vec<String> = (0..1_000)
        .map(|n| format!("{n} {}", "x".repeat(1_048)))
        .collect();
    let encoded = encode(&large).unwrap();
    assert!(encoded.len() > 1 << 20);
    assert!(encoded.blocks().all(|block| block.bytes().len() < 8 << 10));
    assert_comes_back(&large);
    assert_comes_back(&long_text(1 << 20));
}

/// A number in as many sequences.
fn lists(levels: u32) -> Value {
    let mut value = Value::from(7_u8);
    for _ in 0..levels {
        value = Value::sequence_of("*", [value]).unwrap();
    }
    value
}

#[test]
fn serialize_deeply_nested() {
    for levels in [1_000, 1_000_000] {
        let value = lists(levels);
        let encoded = encode(&value).unwrap();
        let limits = Limits::default().with_depth(3 * u64::from(levels));
        let back: Value = decode_with(encoded.root(), &encoded, limits).unwrap();
        assert_eq!(back, value);
        assert_eq!(cid(&back), encoded.root());
        assert!(!value.to_string().is_empty());
    }
}

/// The format's version stands in the first byte of every block, and no other is read.
#[test]
fn dill_protocol_version() {
    let encoded = encode(&long_text(50_000)).unwrap();
    assert!(encoded.blocks().len() > 10);
    for block in encoded.blocks() {
        assert_eq!(block.bytes()[0] >> 4, 1, "version 1");
        assert_eq!(block.bytes()[0] & 15, 0, "profile 0");
    }
    for first in (0..=255).filter(|first| !matches!(first, 0x10..=0x12)) {
        let block = cideldill::Block::new(vec![first, 0xa1, b'n', 0x90, 0xc0]);
        let store = cideldill::MemoryStore::new();
        let refused = cideldill::BlockStore::put_many(&store, &[block]).unwrap_err();
        assert!(
            matches!(refused.kind(), ErrorKind::Version { found } if *found == first),
            "{refused}"
        );
    }
}
