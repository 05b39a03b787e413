//! The crate's typed encoder and decoder and its dynamic values against the slow ones: the same blocks
//! for every vector whose type is listed here, and for random values of these types.

#![allow(
    clippy::zero_sized_map_values,
    reason = "every kind is a value of maps"
)]

mod convert;
mod stored;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use cideldill::{Cid, Debuggable, Error, decode, encode_with};
use cideldill_reference::model::{Bits, Model};
use cideldill_reference::notation::{hex, model};
use cideldill_reference::profile;
use cideldill_reference::random::Random;
use cideldill_reference::reference;
use convert::{by_hand, ours};
use serde_json::Value as Json;
use stored::Stored;

/// A Rust type with the models of its values.
trait Modelled: Debuggable + Sized {
    fn desc() -> String;
    /// The value of a model with this desc.
    fn of(model: &Model) -> Self;
}

macro_rules! integers {
    ($($kind:ident($bits:ident): $($desc:literal $type:ty),*;)*) => {$($(
        impl Modelled for $type {
            fn desc() -> String {
                $desc.to_owned()
            }
            fn of(model: &Model) -> Self {
                match model {
                    Model::$kind(Bits::$bits, number) => (*number).try_into().unwrap(),
                    _ => panic!("{model:?}"),
                }
            }
        }
    )*)*};
}
integers! {
    Unsigned(B8): "B" u8;
    Unsigned(B16): "H" u16;
    Unsigned(B32): "I" u32;
    Unsigned(B64): "L" u64;
    Unsigned(B128): "Q" u128;
    Signed(B8): "b" i8;
    Signed(B16): "h" i16;
    Signed(B32): "i" i32;
    Signed(B64): "l" i64;
    Signed(B128): "q" i128;
}

macro_rules! scalars {
    ($($desc:literal $type:ty: $pattern:pat => $value:expr;)*) => {$(
        impl Modelled for $type {
            fn desc() -> String {
                $desc.to_owned()
            }
            fn of(model: &Model) -> Self {
                match model {
                    $pattern => $value,
                    _ => panic!("{model:?}"),
                }
            }
        }
    )*};
}
scalars! {
    "f" f32: Model::F32(bits) => Self::from_bits(*bits);
    "d" f64: Model::F64(bits) => Self::from_bits(*bits);
    "t" bool: Model::Bool(truth) => *truth;
    "c" char: Model::Char(character) => *character;
    "s" String: Model::Text(text) => text.clone();
    "n" (): Model::Unit => ();
}

impl<T: Modelled> Modelled for Option<T> {
    fn desc() -> String {
        format!("?{}", T::desc())
    }
    fn of(model: &Model) -> Self {
        model.parts().first().map(|inner| T::of(inner))
    }
}

impl<T: Modelled> Modelled for Vec<T> {
    fn desc() -> String {
        if T::desc() == "B" {
            "y".to_owned()
        } else {
            format!("[{}", T::desc())
        }
    }
    fn of(model: &Model) -> Self {
        match model {
            Model::Bytes(bytes) => bytes
                .iter()
                .map(|&byte| T::of(&Model::Unsigned(Bits::B8, byte.into())))
                .collect(),
            _ => model.parts().into_iter().map(T::of).collect(),
        }
    }
}

impl<T: Modelled + Ord> Modelled for BTreeSet<T> {
    fn desc() -> String {
        format!("<{}", T::desc())
    }
    fn of(model: &Model) -> Self {
        model.parts().into_iter().map(T::of).collect()
    }
}

impl<K: Modelled + Ord, V: Modelled> Modelled for BTreeMap<K, V> {
    fn desc() -> String {
        format!("{{{}{}", K::desc(), V::desc())
    }
    fn of(model: &Model) -> Self {
        model
            .parts()
            .chunks(2)
            .map(|entry| (K::of(entry[0]), V::of(entry[1])))
            .collect()
    }
}

impl<A: Modelled> Modelled for (A,) {
    fn desc() -> String {
        format!("({})", A::desc())
    }
    fn of(model: &Model) -> Self {
        (A::of(model.parts()[0]),)
    }
}

impl<A: Modelled, B: Modelled> Modelled for (A, B) {
    fn desc() -> String {
        format!("({}{})", A::desc(), B::desc())
    }
    fn of(model: &Model) -> Self {
        (A::of(model.parts()[0]), B::of(model.parts()[1]))
    }
}

/// The type of a desc with what the tests do with it.
struct Type {
    desc: String,
    agrees: fn(&Model, profile::Profile) -> Result<(), String>,
    /// Why it does not load from these blocks, the first of which is the root.
    refuses: fn(&Stored, Cid) -> Option<Error>,
}

/// The crate makes the blocks of the slow encoder from the value, and the value from the blocks.
fn agrees<T: Modelled>(model: &Model, profile: profile::Profile) -> Result<(), String> {
    let (root, blocks) = reference::encode(model, profile).unwrap();
    let ours = ours(profile);
    let encoded = encode_with(&T::of(model), ours).map_err(|error| error.to_string())?;
    if *encoded.root().as_bytes() != root {
        return Err("another root".to_owned());
    }
    let made = encoded
        .blocks()
        .map(|block| (*block.cid().as_bytes(), block.bytes().to_vec()));
    if made.collect::<reference::Blocks>() != blocks {
        return Err("other blocks".to_owned());
    }
    if let Some(value) = by_hand(model) {
        let dynamic = encode_with(&value, ours).map_err(|error| error.to_string())?;
        if dynamic != encoded {
            return Err("the dynamic value has other blocks".to_owned());
        }
    }
    // Floats that are not a number equal nothing, so it is the bytes that are compared.
    let read: T = decode(encoded.root(), &encoded).map_err(|error| error.to_string())?;
    let again = encode_with(&read, ours).map_err(|error| error.to_string())?;
    if again == encoded {
        Ok(())
    } else {
        Err("read as another value".to_owned())
    }
}

macro_rules! types {
    ($($type:ty),* $(,)?) => {
        vec![$(Type {
            desc: <$type>::desc(),
            agrees: agrees::<$type>,
            refuses: |stored, root| decode::<$type>(root, stored).err(),
        }),*]
    };
}

fn types() -> Vec<Type> {
    types![
        u8, u16, u32, u64, u128, i8, i16, i32, i64, i128, f32, f64, bool, char, String, (),
        Option<u8>, Option<u64>, Option<String>, Option<()>, Option<Option<()>>, Option<Option<u8>>,
        Option<Option<String>>, Option<Option<Option<u8>>>, Option<Option<Option<String>>>,
        Vec<u8>, Vec<u16>, Vec<u32>, Vec<u64>, Vec<u128>, Vec<i8>, Vec<i16>, Vec<i32>, Vec<i64>,
        Vec<i128>, Vec<f32>, Vec<f64>, Vec<bool>, Vec<char>, Vec<()>, Vec<String>, Vec<Vec<u8>>,
        Vec<Vec<u16>>, Vec<Vec<String>>, Vec<Option<u64>>, Vec<Option<String>>, Vec<(String, u8)>,
        Vec<BTreeMap<String, u64>>, Vec<BTreeSet<u8>>, (u8,), (u8, bool), (String, u8),
        (Vec<bool>, Option<Option<String>>), ((u8,), u8), (Option<String>, u8), (char, String),
        BTreeMap<String, u8>, BTreeMap<String, u32>, BTreeMap<String, u64>, BTreeMap<u32, bool>,
        BTreeMap<u8, String>, BTreeMap<bool, String>, BTreeMap<String, bool>, BTreeMap<i64, ()>,
        BTreeMap<String, ()>, BTreeMap<(String, u8), bool>, BTreeMap<String, Option<String>>,
        BTreeMap<Vec<u8>, Vec<u16>>, BTreeMap<Option<String>, BTreeSet<String>>,
        BTreeMap<BTreeMap<u8, bool>, ()>, BTreeMap<Vec<i16>, ()>, BTreeMap<u64, ()>,
        BTreeSet<u8>, BTreeSet<u32>, BTreeSet<i32>, BTreeSet<u64>, BTreeSet<u128>, BTreeSet<i64>,
        BTreeSet<i128>, BTreeSet<bool>, BTreeSet<char>, BTreeSet<String>, BTreeSet<()>,
        BTreeSet<Vec<u8>>, BTreeSet<Option<u8>>, BTreeSet<Option<Option<u8>>>, BTreeSet<Vec<i16>>,
        BTreeSet<Vec<String>>, BTreeSet<BTreeSet<u8>>, BTreeSet<BTreeMap<u8, bool>>,
        BTreeSet<(String, u8)>, BTreeSet<(String,)>,
        (String,), (Vec<u8>,), (Vec<i8>,), (Vec<u16>,), (Vec<()>,), ((String, String),), (Vec<String>,),
        ((u8,),), (u64,), (u128,), (char,), ((),), (f64,), (Option<u64>,), (Option<String>,),
        (Option<Option<String>>,), (u8, u8), ((), ()), (char, ()), (Option<bool>, u8), (i128, u8),
        BTreeMap<u8, bool>, BTreeMap<String, String>, BTreeMap<(), String>, Vec<BTreeMap<u8, bool>>,
        BTreeSet<u16>, BTreeSet<(u8, u8)>, BTreeSet<Vec<u16>>, BTreeSet<Vec<bool>>,
    ]
}

fn file(name: &str) -> Vec<Json> {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "vectors"].iter().collect();
    let text = fs::read_to_string(folder.join(name).with_extension("json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn entries() -> Vec<Json> {
    let files = ["scalars", "containers", "keys", "cut", "chunks", "std"];
    files.into_iter().flat_map(file).collect()
}

/// What every reader refuses, no typed load lets pass.
#[test]
fn refused_bytes_load_as_no_type() {
    let types = types();
    let mut failed = Vec::new();
    let mut refused = BTreeSet::new();
    for entry in file("refused") {
        // What is wrong about identity is in `identity_values.rs`.
        let is_identity = entry["name"].as_str().unwrap().starts_with("identity: ");
        if entry["on"] != "read" || is_identity {
            continue;
        }
        let blocks = entry["blocks"].as_array().unwrap().iter();
        let blocks: Vec<_> = blocks.map(|block| hex(block.as_str().unwrap())).collect();
        let root = Cid::of(&blocks[0]);
        // The start of the root as long as the desc is short: its header has one byte.
        let start = blocks[0].get(2..).unwrap_or_default().to_vec();
        let stored = Stored::of(&blocks);
        let fits = |known: &&Type| {
            let start = start.strip_prefix(b"%").unwrap_or(&start);
            start.starts_with(known.desc.as_bytes())
        };
        for known in types.iter().filter(fits) {
            let name = format!("{} as {}", entry["name"], known.desc);
            match (known.refuses)(&stored, root) {
                None => failed.push(name),
                Some(_) => {
                    refused.insert(entry["name"].to_string());
                }
            }
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(refused.len() > 200, "{}", refused.len());
}

#[test]
fn typed_values_have_the_blocks_of_the_vectors() {
    let types = types();
    let mut checked = 0;
    let mut failed = Vec::new();
    for entry in entries() {
        let value = model(&entry["value"]);
        let number = entry["profile"].as_u64().unwrap_or(0);
        let profile = profile::Profile::numbered(number).unwrap();
        let desc = value.desc();
        for known in types.iter().filter(|known| known.desc == desc) {
            checked += 1;
            if let Err(error) = (known.agrees)(&value, profile) {
                failed.push(format!("{}: {error}", entry["name"]));
            }
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(checked > 400, "{checked}");
}

#[test]
fn typed_dynamic_and_slow_encoder_agree_on_random_values() {
    let types = types();
    for seed in 0..100_000 {
        let mut random = Random::new(seed);
        let profile = profile::Profile::ALL[[0, 0, 1, 2, 2, 2][random.below(6)]];
        let known = &types[random.below(types.len())];
        let budget = match random.below(100) {
            0 => 40_000,
            1..=10 => 3_000,
            11..=50 => 700,
            _ => 100,
        };
        let budget = random.below(budget);
        let value = random.value(&known.desc, budget);
        if let Err(error) = (known.agrees)(&value, profile) {
            panic!(
                "seed {seed}, profile {}, {}: {error}",
                profile.number, known.desc
            );
        }
    }
}

/// Also where a node is exactly as long as it must be, or as it may be: random values seldom have such
/// nodes.
#[test]
fn nodes_of_the_least_and_of_the_largest_size_are_those_of_the_page() {
    const LETTERS: &[u8; 26] = b"abcdefghijklmnopqrstuvwxyz";
    let profile = profile::Profile::SMALL;
    let (least, largest) = (144, 512);
    // What stands in a node beside the groups: version byte, desc, an empty table and the header of a
    // list, which has two bytes more for five groups of a map or more.
    let (around, around_many) = (1 + "%%{ss".len() + 1 + 1, 1 + "%%{ss".len() + 1 + 3);
    let (mut n_least, mut n_largest) = (0, 0);
    for seed in 0..60 {
        let mut random = Random::new(seed);
        let mut text = |len: usize| {
            let letters = (0..len).map(|_| char::from(LETTERS[random.below(26)]));
            letters.collect::<String>()
        };
        // Each entry is a chunk, each group of a node has 71 to 75 bytes.
        let entries = (0..100).map(|n| (text(2 + n % 5), text(61)));
        let entries: BTreeMap<String, String> = entries.collect();
        let entries = entries
            .into_iter()
            .map(|(key, value)| (Model::Text(key), Model::Text(value)));
        let value = Model::Map("s".into(), "s".into(), entries.collect());
        agrees::<BTreeMap<String, String>>(&value, profile).unwrap();
        let (_, blocks) = reference::encode(&value, profile).unwrap();
        let is_node = |block: &&Vec<u8>| block[1..].starts_with(b"\xa4%{ss");
        for node in blocks.values().filter(is_node) {
            n_least += usize::from(node.len() == around + least);
            n_largest += usize::from(node.len() == around_many + largest);
        }
    }
    assert!(
        n_least > 5 && n_largest > 5,
        "{n_least} and {n_largest} nodes"
    );
}

/// The bytes of such keys are links, which decide where chunks end: not before they have digests.
#[test]
fn maps_whose_keys_are_blocks_are_those_of_the_page() {
    for profile in [profile::Profile::SMALL, profile::Profile::STANDARD] {
        let key = |n: u32| Model::Text(format!("{n:>width$}", width = profile.cut + 5));
        let number = |n: u32| Model::Unsigned(Bits::B8, u128::from(n % 7));
        let entries = (0..200).map(|n| (key(n), number(n))).collect();
        let value = Model::Map("s".into(), "B".into(), entries);
        agrees::<BTreeMap<String, u8>>(&value, profile).unwrap();
        let value = Model::Set("s".into(), (0..200).map(key).collect());
        agrees::<BTreeSet<String>>(&value, profile).unwrap();
    }
}
