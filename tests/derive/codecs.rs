//! Fields through codecs: `#[debuggable(as = "...")]`.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::fmt::Debug;

use cideldill::adapter::{Bytes, DisplayFromStr, Reducer, Same, Serde};
use cideldill::{
    Debuggable, Encoded, Erased, ErrorKind, Profile, Reduce, Registration, Registry, decode,
    encode, encode_with,
};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use crate::support::{assert_comes_back, cid, load_as, text};

/// Of another crate, as it were: no derive, no serde, no `Display`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Foreign(String);

fn registry() -> Registry {
    let registry = Registry::new();
    let again = |text| Ok::<_, String>(Foreign(text));
    let reducer = Registration::new("foreign", |foreign: &Foreign| foreign.0.clone(), again);
    registry.register(reducer).unwrap();
    registry
}

type Pairs = Vec<(Same, Option<Reducer>)>;
type Keyed<Leaf> = BTreeMap<Leaf, Vec<Same>>;

#[derive(Debuggable, Debug, PartialEq)]
struct Everywhere {
    #[debuggable(as = "Pairs")]
    pairs: Vec<(u8, Option<Foreign>)>,
    #[debuggable(as = "Keyed<Reducer>")]
    by_key: BTreeMap<Foreign, Vec<u64>>,
    #[debuggable(as = "HashMap<_, Box<Reducer>>")]
    hashed: HashMap<String, Box<Foreign>>,
    #[debuggable(as = [Result<Reducer, _>; 2])]
    results: [Result<Foreign, u8>; 2],
    #[debuggable(as = "BTreeSet<Reducer>", default)]
    set: BTreeSet<Foreign>,
    #[debuggable(as = "(Reducer, _, DisplayFromStr, Bytes)")]
    parts: (Foreign, bool, u32, [u8; 4]),
}

fn everywhere() -> Everywhere {
    let foreign = |text: &str| Foreign(text.into());
    Everywhere {
        pairs: vec![(1, Some(foreign("a"))), (2, None)],
        by_key: BTreeMap::from([(foreign("k"), vec![1, 2]), (foreign("long k"), vec![])]),
        hashed: HashMap::from([("h".into(), Box::new(foreign("held")))]),
        results: [Ok(foreign("fine")), Err(7)],
        set: BTreeSet::from([foreign("x"), foreign("y")]),
        parts: (foreign("p"), true, 40, [1, 2, 3, 4]),
    }
}

#[test]
fn foreign_types_come_back_from_inside_containers() {
    registry().enter(|| assert_comes_back(&everywhere()));
}

#[test]
fn an_error_names_the_place_inside_the_containers() {
    let error = cideldill::compute_cid(&everywhere()).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::NoReducer { type_name } if type_name.ends_with("Foreign")),
        "{error}"
    );
    assert_eq!(error.path().to_string(), ".pairs[0].1");
    let encoded: Encoded = registry().enter(|| encode(&everywhere())).unwrap();
    let error = decode::<Everywhere>(encoded.root(), &encoded).unwrap_err();
    assert_eq!(error.path().to_string(), ".pairs[0].1");
}

#[test]
fn a_codec_is_recorded_as_the_data_it_makes() {
    registry().enter(|| {
        let shown = text(&everywhere());
        assert!(shown.contains("std::reducer::foreign"), "{shown}");
        assert!(shown.contains("\"40\""), "{shown}");
    });
}

/// The same data, its leaves without a codec.
macro_rules! same_data {
    ($($coded:ident, $plain:ident { $($field:ident: $codec:literal $type:ty,)* })*) => {$(
        #[derive(Debuggable, Debug, Clone)]
        #[debuggable(rename = "Data")]
        struct $coded {
            $(#[debuggable(as = $codec)] $field: $type,)*
        }

        #[derive(Debuggable, Debug)]
        #[debuggable(rename = "Data")]
        struct $plain {
            $($field: $type,)*
        }

        impl From<$coded> for $plain {
            fn from(coded: $coded) -> Self {
                Self { $($field: coded.$field,)* }
            }
        }
    )*};
}

same_data! {
    Coded, Plain {
        numbers: "Vec<_>" Vec<u64>,
        bytes: "Vec<Box<_>>" Vec<Box<u8>>,
        boxed: "Box<[_]>" Box<[i16]>,
        array: "[Vec<_>; 2]" [Vec<u8>; 2],
        nested: "Vec<(_, Option<Vec<_>>)>" Vec<(u8, Option<Vec<f32>>)>,
        twice: "Option<Option<_>>" Option<Option<u8>>,
        map: "HashMap<_, Vec<(_,)>>" HashMap<String, Vec<(u32,)>>,
        keys: "BTreeMap<(_, Vec<_>), _>" BTreeMap<(i8, Vec<String>), bool>,
        hashed: "HashSet<Option<_>>" HashSet<Option<i64>>,
        set: "BTreeSet<[_; 2]>" BTreeSet<[String; 2]>,
        deque: "VecDeque<_>" VecDeque<u32>,
        list: "LinkedList<Vec<_>>" LinkedList<Vec<char>>,
        heap: "BinaryHeap<(_, _)>" BinaryHeap<(u8, String)>,
        result: "Result<Vec<_>, _>" Result<Vec<String>, u8>,
        whole: "_" BTreeMap<u8, String>,
    }
}

fn coded() -> impl Strategy<Value = Coded> {
    let string = || prop_oneof![4 => "[a-c]{0,4}", 1 => "[a-z]{0,400}"];
    let first = (
        prop::collection::vec(any::<u64>(), 0..600),
        prop::collection::vec(any::<u8>().prop_map(Box::new), 0..200),
        prop::collection::vec(any::<i16>(), 0..40),
        [
            prop::collection::vec(any::<u8>(), 0..90),
            prop::collection::vec(any::<u8>(), 0..2_000),
        ],
        prop::collection::vec(
            (
                any::<u8>(),
                prop::option::of(prop::collection::vec(any::<f32>(), 0..30)),
            ),
            0..40,
        ),
        prop::option::of(prop::option::of(any::<u8>())),
    );
    let second = (
        prop::collection::hash_map(
            string(),
            prop::collection::vec(any::<(u32,)>(), 0..20),
            0..40,
        ),
        prop::collection::btree_map(
            (any::<i8>(), prop::collection::vec(string(), 0..3)),
            any::<bool>(),
            0..30,
        ),
        prop::collection::hash_set(prop::option::of(any::<i64>()), 0..60),
        prop::collection::btree_set([string(), string()], 0..20),
        prop::collection::vec_deque(any::<u32>(), 0..50),
        prop::collection::linked_list(prop::collection::vec(any::<char>(), 0..5), 0..10),
        prop::collection::binary_heap((any::<u8>(), string()), 0..20),
        prop::result::maybe_ok(prop::collection::vec(string(), 0..5), any::<u8>()),
        prop::collection::btree_map(any::<u8>(), string(), 0..9),
    );
    (first, second).prop_map(|(first, second)| {
        let (numbers, bytes, boxed, array, nested, twice) = first;
        let (map, keys, hashed, set, deque, list, heap, result, whole) = second;
        Coded {
            numbers,
            bytes,
            boxed: boxed.into(),
            array,
            nested,
            twice,
            map,
            keys,
            hashed,
            set,
            deque,
            list,
            heap,
            result,
            whole,
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Order of keys, packing, bytes, cuts and chunks are those of the data itself, in every
    /// profile, and so is what comes back.
    #[test]
    fn codecs_of_nothing_but_same_change_no_byte(coded in coded()) {
        let plain = Plain::from(coded.clone());
        for profile in [Profile::STANDARD, Profile::SMALL, Profile::WHOLE] {
            let blocks = encode_with(&coded, profile).unwrap();
            prop_assert_eq!(&blocks, &encode_with(&plain, profile).unwrap());
            let back: Coded = decode(blocks.root(), &blocks).unwrap();
            prop_assert_eq!(&encode_with(&back, profile).unwrap(), &blocks);
        }
    }

    /// A leaf through a codec is what that codec writes of it, wherever it stands.
    #[test]
    fn leaves_are_what_their_codec_writes(
        texts in prop::collection::btree_map("[a-z]{0,200}", any::<u32>(), 0..60),
    ) {
        #[derive(Debuggable)]
        #[debuggable(rename = "Data")]
        struct Coded {
            #[debuggable(as = "HashMap<Reducer, Vec<(DisplayFromStr, Bytes)>>")]
            map: HashMap<Foreign, Vec<(u32, [u8; 4])>>,
            #[debuggable(as = "HashSet<DisplayFromStr>")]
            set: HashSet<u32>,
            #[debuggable(as = "Vec<(Reducer, Option<DisplayFromStr>)>")]
            pairs: Vec<(Foreign, Option<u32>)>,
        }
        #[derive(Debuggable)]
        #[debuggable(rename = "Data")]
        struct Made {
            map: Vec2,
            set: BTreeSet<String>,
            pairs: Vec<(Erased, Option<String>)>,
        }
        /// A map by the keys of the data: an erased key has no order in Rust.
        struct Vec2(BTreeMap<Held, Vec<(String, Vec<u8>)>>);
        impl Reduce for Vec2 {
            const DESC: &'static cideldill::__private::Desc =
                <BTreeMap<Held, Vec<(String, Vec<u8>)>> as Reduce>::DESC;
            fn reduce(
                &self,
                encoder: &mut cideldill::Encoder<'_>,
            ) -> Result<(), cideldill::Error> {
                self.0.reduce(encoder)
            }
        }
        impl cideldill::Reconstruct for Vec2 {
            fn reconstruct(decoder: &mut cideldill::Decoder<'_>) -> Result<Self, cideldill::Error> {
                BTreeMap::reconstruct(decoder).map(Self)
            }
        }
        let bytes = |n: u32| n.to_be_bytes();
        registry().enter(|| {
            let coded = Coded {
                map: texts
                    .iter()
                    .map(|(t, n)| (Foreign(t.clone()), vec![(*n, bytes(*n))]))
                    .collect(),
                set: texts.values().copied().collect(),
                pairs: texts.iter().map(|(t, n)| (Foreign(t.clone()), Some(*n))).collect(),
            };
            let made = Made {
                map: Vec2(texts
                    .iter()
                    .map(|(t, n)| {
                        let value = vec![(n.to_string(), bytes(*n).to_vec())];
                        (Held(Foreign(t.clone())), value)
                    })
                    .collect()),
                set: texts.values().map(ToString::to_string).collect(),
                pairs: texts
                    .iter()
                    .map(|(t, n)| (Erased::new(Foreign(t.clone())), Some(n.to_string())))
                    .collect(),
            };
            for profile in [Profile::STANDARD, Profile::SMALL] {
                let blocks = encode_with(&coded, profile).unwrap();
                assert_eq!(blocks, encode_with(&made, profile).unwrap());
                let back: Coded = decode(blocks.root(), &blocks).unwrap();
                assert_eq!((&back.map, &back.set), (&coded.map, &coded.set));
                assert_eq!(back.pairs, coded.pairs);
            }
        });
    }
}

/// A foreign value as a key: an erased one, with an order.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Held(Foreign);

impl Reduce for Held {
    const DESC: &'static cideldill::__private::Desc = cideldill::__private::Desc::RECORD;

    fn reduce(&self, encoder: &mut cideldill::Encoder<'_>) -> Result<(), cideldill::Error> {
        Erased::new(self.0.clone()).reduce(encoder)
    }
}

impl cideldill::Reconstruct for Held {
    fn reconstruct(decoder: &mut cideldill::Decoder<'_>) -> Result<Self, cideldill::Error> {
        let erased = Erased::reconstruct(decoder)?;
        Ok(Self(erased.downcast().unwrap()))
    }
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Address {
    street: String,
}

#[test]
fn serde_is_a_leaf_like_others() {
    #[derive(Debuggable, Debug, PartialEq)]
    struct Book {
        #[debuggable(as = "BTreeMap<_, Vec<Serde>>")]
        people: BTreeMap<String, Vec<Address>>,
        #[debuggable(as = "HashSet<Serde>")]
        all: HashSet<Address>,
    }
    let address = |street: &str| Address {
        street: street.into(),
    };
    let book = Book {
        people: BTreeMap::from([("ann".into(), vec![address("Main"), address("Low")])]),
        all: (0..50)
            .map(|n| address(&format!("{n} {}", "x".repeat(90))))
            .collect(),
    };
    assert_comes_back(&book);
}

/// A parameter may be a codec, and a codec may stand where the type has parameters.
#[test]
fn codecs_and_types_may_be_generic() {
    #[derive(Debuggable, Debug, PartialEq)]
    struct Many<T, C> {
        #[debuggable(as = "Vec<(_, C)>")]
        items: Vec<(u8, T)>,
        #[debuggable(as = "Option<Vec<_>>")]
        more: Option<Vec<T>>,
        #[debuggable(as = "C")]
        one: u64,
        codec: std::marker::PhantomData<C>,
    }
    let many = |items| Many::<u64, DisplayFromStr> {
        items,
        more: Some(vec![1, 2]),
        one: 5,
        codec: std::marker::PhantomData,
    };
    assert_comes_back(&many(vec![(1, 10), (2, 20)]));
    assert!(text(&many(vec![(1, 77)])).contains("\"77\""));
    let plain = Many::<u64, Same> {
        items: vec![(1, 77)],
        more: None,
        one: 5,
        codec: std::marker::PhantomData,
    };
    assert_comes_back(&plain);
}

#[derive(Debuggable, Debug, PartialEq)]
struct Tree<T> {
    #[debuggable(as = "Vec<(_, Reducer)>")]
    children: Vec<(Tree<T>, Foreign)>,
    value: T,
}

#[test]
fn a_type_may_hold_itself_inside_a_codec() {
    let tree = (0..200_u32).fold(None, |held: Option<Tree<u32>>, value| {
        let children = held.into_iter().map(|tree| (tree, Foreign("edge".into())));
        let children = children.collect();
        Some(Tree { children, value })
    });
    registry().enter(|| assert_comes_back(&tree));
}

/// Two texts as numbers.
#[derive(Debuggable, Debug, PartialEq)]
#[debuggable(rename = "Limits")]
struct Before {
    #[debuggable(as = "Vec<DisplayFromStr>")]
    limits: Vec<u8>,
    widths: Vec<u16>,
}

#[derive(Debuggable, Debug, PartialEq)]
#[debuggable(rename = "Limits")]
struct After {
    #[debuggable(as = "Vec<DisplayFromStr>")]
    limits: Vec<u64>,
    #[debuggable(as = "Vec<_>")]
    widths: Vec<u64>,
    #[debuggable(as = "Vec<Option<Serde>>", default)]
    added: Vec<Option<Address>>,
}

#[test]
fn older_data_loads_through_codecs() {
    let before = Before {
        limits: vec![1, 255],
        widths: vec![1, 65_535],
    };
    let after: After = load_as(&before).unwrap();
    assert_eq!(
        after,
        After {
            limits: vec![1, 255],
            widths: vec![1, 65_535],
            added: Vec::new(),
        }
    );
    // What the codec's type refuses is an error with the place.
    let after = After {
        limits: vec![1, 256],
        widths: vec![],
        added: vec![],
    };
    let error = load_as::<_, Before>(&after).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Refused { .. }), "{error}");
    assert_eq!(error.path().to_string(), ".limits[1]");
}

#[test]
fn bytes_are_bytes() {
    #[derive(Debuggable, Debug, PartialEq)]
    #[debuggable(rename = "Digests")]
    struct Coded {
        #[debuggable(as = "Bytes")]
        one: [u8; 3],
        #[debuggable(as = "Vec<Bytes>")]
        all: Vec<[u8; 2]>,
    }
    #[derive(Debuggable)]
    #[debuggable(rename = "Digests")]
    struct Plain {
        one: Vec<u8>,
        all: Vec<Vec<u8>>,
    }
    let coded = Coded {
        one: [1, 2, 3],
        all: vec![[4, 5], [6, 7]],
    };
    assert_comes_back(&coded);
    let plain = |one: &[u8]| Plain {
        one: one.to_vec(),
        all: vec![vec![4, 5], vec![6, 7]],
    };
    assert_eq!(cid(&coded), cid(&plain(&[1, 2, 3])));
    let error = load_as::<_, Coded>(&plain(&[1, 2])).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::OutOfRange { .. }),
        "{error}"
    );
}

/// Text that cannot be made is an error, not a panic.
#[test]
fn a_display_that_refuses_is_an_error() {
    struct Mute;
    impl std::fmt::Display for Mute {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            Err(std::fmt::Error)
        }
    }
    #[derive(Debuggable)]
    #[debuggable(reduce_only)]
    struct Holder {
        #[debuggable(as = "DisplayFromStr")]
        mute: Mute,
    }
    let error = cideldill::compute_cid(&Holder { mute: Mute }).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Refused { .. }), "{error}");
}

/// Borrowed data is recorded through codecs too.
#[test]
fn references_pass() {
    #[derive(Debuggable)]
    #[debuggable(rename = "Data")]
    struct Borrowed<'a> {
        #[debuggable(as = "&[_]")]
        numbers: &'a [u16],
        #[debuggable(as = "Vec<&DisplayFromStr>")]
        shown: Vec<&'a u8>,
    }
    #[derive(Debuggable)]
    #[debuggable(rename = "Data")]
    struct Owned {
        numbers: Vec<u16>,
        shown: Vec<String>,
    }
    let borrowed = Borrowed {
        numbers: &[1, 2],
        shown: vec![&7],
    };
    let owned = Owned {
        numbers: vec![1, 2],
        shown: vec!["7".into()],
    };
    assert_eq!(cid(&borrowed), cid(&owned));
}

#[allow(dead_code, reason = "asserted when it is compiled")]
fn markers_need_nothing<T: Debug + Send + Sync + 'static>() {}
#[allow(dead_code, reason = "asserted when it is compiled")]
fn all_markers() {
    markers_need_nothing::<(Same, Serde, Reducer, DisplayFromStr, Bytes)>();
}
