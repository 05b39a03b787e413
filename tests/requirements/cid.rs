//! Content identifiers (requirements, group 1).

use std::collections::{BTreeMap, HashMap, HashSet};

use cideldill::{Cid, Debuggable, Limits, Profile, Store, Value, encode_with};
use cideldill_reference::notation::to_hex;
use cideldill_reference::reference::cid_of;
use proptest::prelude::*;
use serde::Deserialize;
use serde::de::value::SeqDeserializer;

use crate::support::{
    assert_all_different, assert_comes_back, bytes_of, cid, loaded, long_text, root_block,
};

#[test]
fn compute_cid_returns_128_char_hex() {
    for text in ["", "x", &long_text(100_000)] {
        let printed = cid(text).to_string();
        assert_eq!(printed.len(), 128);
        assert!(
            printed
                .bytes()
                .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        );
        assert_eq!(printed.parse::<Cid>(), Ok(cid(text)));
    }
}

#[test]
fn compute_cid_uses_sha512() {
    // The digest of the block's bytes, by another implementation's count.
    for value in [vec![], vec![long_text(50)], vec![long_text(5_000); 3]] {
        let encoded = cideldill::encode(&value).unwrap();
        for block in encoded.blocks() {
            assert_eq!(block.cid().to_string(), to_hex(&cid_of(block.bytes())));
        }
    }
    // FIPS 180-4, the message "abc".
    let abc = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
               2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
    assert_eq!(Cid::of(b"abc").to_string(), abc);
}

/// The block, written by hand from docs/format.md, and what `sha512sum` prints for it.
#[track_caller]
fn assert_golden<T: cideldill::Reduce + ?Sized>(value: &T, block: &[u8], printed: &str) {
    assert_eq!(&**root_block(value).bytes(), block);
    assert_eq!(cid(value).to_string(), printed);
}

#[test]
fn compute_cid_none() {
    assert_golden(
        &None::<u8>,
        b"\x10\xa2?B\x90\xc0",
        "e44e57924b3fbc1c2388f5c100f9ee5a84002b81926026accc8748918103be61\
         0d8d78f4eac7844afada029c08feb4b8c5e021c4862de4369991b724934756c7",
    );
    assert_golden(
        &(),
        b"\x10\xa1n\x90\xc0",
        "cc8ffb268d4fadc0f9d9f43c33805cb63ef5bda4c662e9cbe6d28ab86eedd8f6\
         8f05d884705e2379a168616cc609da1645798c1a2f909eed1f49022fe602fc34",
    );
}

#[test]
fn compute_cid_empty_string() {
    let printed = "e01a3648cc3e59d91e16d8b755c0246b9cb66f66ddc05bca3a476db0636ec49b\
                   472a52a2416934243a606206b4cc7beb2d2cc961e9bb0a59b9a3d554946e44e5";
    assert_golden("", b"\x10\xa1s\x90\xa0", printed);
    assert_golden(&String::new(), b"\x10\xa1s\x90\xa0", printed);
}

#[test]
fn compute_cid_empty_list() {
    assert_golden(
        &Vec::<String>::new(),
        b"\x10\xa2[s\x90\x90",
        "da1a2295ebbddd5a3c209d252b0cdb34501bcacb786dbb1478e9f2fd920595a0\
         8b566bb6a6e78453e1e7cd38be786b84c0ee7a61c7b33de8d95b0df3dba814e1",
    );
    assert_golden(
        &Vec::<u32>::new(),
        b"\x10\xa2[I\x90\xc4\x00",
        "de0f77a16b73eacaec87592c8ac15fa850abe8cb94480709f5b33312db6fe614\
         e8e02a0346c1e5a6ac5e4e7c05555923179998a0def6e88b5d3cedec81ac0b3b",
    );
}

#[test]
fn compute_cid_empty_dict() {
    let printed = "9ea0bb477f0530846e917bc9b3e0065c93b5540c64be51ad16db159c18a3ed0f\
                   fadfec8017ce93ba3e8f9eb6f4166e7b00c60f3c7b2e24b887c962a5ad9bd6b9";
    let block = b"\x10\xa3{sL\x90\x80";
    assert_golden(&BTreeMap::<String, u64>::new(), block, printed);
    assert_golden(&HashMap::<String, u64>::new(), block, printed);
}

#[test]
fn compute_cid_deterministic() {
    // Each of these hash maps has a seed of its own, and another order of insertion.
    let map = |from: u32| -> HashMap<u32, HashSet<String>> {
        let set = |key: u32| (0..40).map(move |n| format!("{} {key}", (n + from) % 40));
        (0..100)
            .map(|n| (n + from) % 100)
            .map(|key| (key, set(key).collect()))
            .collect()
    };
    let first = cid(&map(0));
    for from in 1..20 {
        assert_eq!(cid(&map(from)), first);
    }
    crate::processes::agree_with_others();
}

#[test]
fn compute_cid_same_value_same_cid() {
    let pairs = [(1_u16, "one".to_owned()), (2, "two".to_owned())];
    let sorted: BTreeMap<_, _> = pairs.clone().into();
    let hashed: HashMap<_, _> = pairs.clone().into();
    assert_eq!(cid(&sorted), cid(&hashed));
    assert_eq!(cid(&sorted), cid(&Box::new(sorted.clone())));
    assert_eq!(cid(&pairs), cid(&pairs.to_vec()));
    assert_eq!(cid(&pairs.to_vec()), cid(&pairs.as_slice()));
    let long = long_text(20_000);
    assert_eq!(cid(&long), cid(&long.clone()));
    // The same twice in one value, or a copy of it.
    assert_eq!(cid(&[&long, &long]), cid(&[long.clone(), long]));
}

proptest! {
    #[test]
    fn compute_cid_different_values_different_cid(
        a in proptest::collection::vec((any::<i16>(), "[ab]{0,3}", any::<Option<bool>>()), 0..4),
        b in proptest::collection::vec((any::<i16>(), "[ab]{0,3}", any::<Option<bool>>()), 0..4),
        at in any::<proptest::sample::Index>(),
        length in 1_usize..20_000,
    ) {
        prop_assert_eq!(a == b, cid(&a) == cid(&b));
        // One bit in a value of any length.
        let mut bytes = long_text(length).into_bytes();
        let before = cid(&bytes);
        let at = at.index(bytes.len());
        bytes[at] ^= 1;
        prop_assert_ne!(cid(&bytes), before);
    }
}

#[test]
fn compute_cid_type_matters() {
    let nan = |bits: u64| cid(&f64::from_bits(bits));
    assert_all_different(&[
        ("1i32", cid(&1_i32)),
        ("1i64", cid(&1_i64)),
        ("1u8", cid(&1_u8)),
        ("1u64", cid(&1_u64)),
        ("1.0f64", cid(&1.0_f64)),
        ("1.0f32", cid(&1.0_f32)),
        ("true", cid(&true)),
        ("\"1\"", cid("1")),
        ("'1'", cid(&'1')),
        ("0.0", cid(&0.0_f64)),
        ("-0.0", cid(&-0.0_f64)),
        ("quiet NaN", nan(0x7ff8_0000_0000_0000)),
        ("quiet NaN with a payload", nan(0x7ff8_0000_0000_0001)),
        ("signalling NaN", nan(0x7ff0_0000_0000_0001)),
        ("negative NaN", nan(0xfff8_0000_0000_0000)),
        ("()", cid(&())),
        ("None::<()>", cid(&None::<()>)),
        ("Some(None::<()>)", cid(&Some(None::<()>))),
        ("None::<u8>", cid(&None::<u8>)),
        ("None::<u64>", cid(&None::<u64>)),
        ("[\"1\"]", cid(&["1"])),
        ("(\"1\",)", cid(&("1",))),
        ("b\"1\"", cid(b"1")),
    ]);
    // Whatever the pointers' width is.
    assert_eq!(cid(&1_usize), cid(&1_u64));
    assert_eq!(cid(&-1_isize), cid(&-1_i64));
}

#[test]
fn compute_cid_nested_structure() {
    type Nested = BTreeMap<String, Vec<(u32, Option<BTreeMap<char, [String; 2]>>)>>;
    let nested = |leaf: &str| -> Nested {
        let inner = BTreeMap::from([('x', [leaf.to_owned(), "b".repeat(2_000)])]);
        BTreeMap::from([("k".into(), vec![(1, None), (2, Some(inner))])])
    };
    assert_eq!(cid(&nested("a")), cid(&nested("a")));
    // A change far inside reaches the root.
    assert_ne!(cid(&nested("a")), cid(&nested("c")));
    assert_comes_back(&nested("a"));
}

#[derive(Debuggable, Debug)]
struct Chain {
    level: u32,
    next: Option<Box<Chain>>,
}

impl Chain {
    fn of(levels: u32) -> Self {
        let mut chain = Self {
            level: 0,
            next: None,
        };
        for level in 1..levels {
            let next = Some(Box::new(chain));
            chain = Self { level, next };
        }
        chain
    }

    fn levels(&self) -> u32 {
        let mut node = self;
        let mut levels = 1;
        while let Some(next) = &node.next {
            assert_eq!(node.level, next.level + 1);
            node = next;
            levels += 1;
        }
        levels
    }
}

impl Drop for Chain {
    /// One node after the other: what the compiler would write calls itself once a node.
    fn drop(&mut self) {
        let mut next = self.next.take();
        while let Some(mut node) = next {
            next = node.next.take();
        }
    }
}

#[test]
fn compute_cid_deep_nesting() {
    for levels in [100, 1_000, 100_000] {
        let chain = Chain::of(levels);
        let encoded = cideldill::encode(&chain).unwrap();
        assert_eq!(encoded.root(), cid(&chain));
        assert_ne!(cid(&chain), cid(&Chain::of(levels - 1)));
        let limits = Limits::default().with_depth(2 * u64::from(levels));
        let back: Chain = cideldill::decode_with(encoded.root(), &encoded, limits).unwrap();
        assert_eq!(back.levels(), levels);
        let tree: Value = cideldill::decode_with(encoded.root(), &encoded, limits).unwrap();
        assert_eq!(cid(&tree), encoded.root());
    }
    // Without a change of the limits such data is refused, not followed.
    let encoded = cideldill::encode(&Chain::of(100_000)).unwrap();
    let error = loaded::<Chain>(&encoded).unwrap_err();
    assert!(
        matches!(
            error.kind(),
            cideldill::ErrorKind::Limit { limit: 10_000, .. }
        ),
        "{error}"
    );
}

/// Each profile is a numbering of its own: its first byte is in every block.
#[test]
fn another_profile_is_another_cid() {
    let text = long_text(10_000);
    let roots = [Profile::STANDARD, Profile::WHOLE, Profile::SMALL].map(|profile| {
        let encoded = encode_with(&text, profile).unwrap();
        for block in encoded.blocks() {
            assert_eq!(bytes_of(&encoded, block.cid())[0], profile.first_byte());
        }
        encoded.root()
    });
    assert_all_different(&[("0", roots[0]), ("1", roots[1]), ("2", roots[2])]);
}

/// Some formats have no byte strings.
#[test]
fn a_cid_is_read_from_a_list_of_its_bytes() {
    let read = |bytes: &[u8]| {
        let list = SeqDeserializer::<_, serde::de::value::Error>::new(bytes.iter().copied());
        Cid::deserialize(list)
    };
    let cid = Cid::of(b"x");
    let bytes: &[u8] = cid.as_ref();
    assert_eq!(read(bytes), Ok(cid));
    let short = read(&bytes[..63]).unwrap_err().to_string();
    assert!(
        short.starts_with("invalid length 63, expected a cid"),
        "{short}"
    );
    let long = read(&[bytes, &[0]].concat()).unwrap_err().to_string();
    assert!(
        long.starts_with("invalid length 65, expected a cid"),
        "{long}"
    );
}

#[test]
fn logs_show_short_forms() {
    let store = Store::in_memory();
    let cid = store.put("abc").unwrap();
    assert_eq!(cid.short(), cid.to_string()[..12]);
    assert_eq!(format!("{cid:?}"), format!("Cid({})", cid.short()));
    let epoch = store.blocks().epoch();
    assert_eq!(format!("{epoch:?}"), format!("Epoch({epoch})"));
    assert!(format!("{store:?}").contains("blocks: 1"), "{store:?}");
    let value = store.load::<Value>(cid).unwrap();
    assert_eq!(format!("{value:?}"), "\"abc\"");
}
