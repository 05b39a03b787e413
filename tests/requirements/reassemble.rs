//! Values from their blocks (requirements, group 5).

use std::collections::{BTreeMap, BTreeSet};

use cideldill::{
    Block, BlockStore, Cid, Debuggable, Encoded, Error, ErrorKind, MemoryStore, Store, Value,
    decode, encode,
};

use crate::support::{assert_comes_back, bytes_of, cid, loaded, long_text};

#[derive(Debuggable, Debug, PartialEq, Clone)]
struct Order {
    id: u64,
    lines: Vec<Line>,
    note: Option<String>,
}

#[derive(Debuggable, Debug, PartialEq, Clone)]
struct Line {
    name: String,
    price: u32,
}

fn order() -> Order {
    let line = |n: u32| Line {
        name: long_text(1_100 + n as usize),
        price: n,
    };
    Order {
        id: 7,
        lines: (0..3).map(line).collect(),
        note: Some(long_text(2_000)),
    }
}

#[test]
fn reassemble_simple_object() {
    let simple = (1_u8, "text".to_owned(), Some(true));
    assert_eq!(encode(&simple).unwrap().blocks().len(), 1);
    assert_comes_back(&simple);
}

#[test]
fn reassemble_with_cidref() {
    let value = (1_u8, long_text(3_000));
    let encoded = encode(&value).unwrap();
    assert_eq!(
        cideldill::links(&bytes_of(&encoded, encoded.root())).unwrap(),
        [cid(&value.1)]
    );
    assert_eq!(loaded::<(u8, String)>(&encoded).unwrap(), value);
}

#[test]
fn reassemble_nested_cidrefs() {
    let mut nested = Value::from(long_text(2_000));
    for level in 0..50_u32 {
        // Each level is long enough to be a block, and holds a link to the next.
        nested = Value::tuple([nested, Value::from(long_text(1_000)), Value::from(level)]).unwrap();
    }
    let encoded = encode(&nested).unwrap();
    assert_eq!(encoded.blocks().len(), 51);
    let back: Value = loaded(&encoded).unwrap();
    assert_eq!(back, nested);
}

#[test]
fn reassemble_dict_with_cidref_keys() {
    let key = |n: usize| (vec![long_text(1_200 + n)], n as u32);
    let map: BTreeMap<(Vec<String>, u32), String> =
        (0..100).map(|n| (key(n), long_text(n * 40))).collect();
    let encoded = encode(&map).unwrap();
    assert!(
        encoded.blocks().len() > 150,
        "keys and values are blocks of their own"
    );
    assert_comes_back(&map);
    let set: BTreeSet<String> = (0..50).map(|n| long_text(1_100 + n)).collect();
    assert_comes_back(&set);
}

#[test]
fn reassemble_class_instance() {
    let encoded = encode(&order()).unwrap();
    assert!(encoded.blocks().len() > 3);
    assert_comes_back(&order());
    // Through a store, and without the type.
    let store = Store::in_memory();
    let cid = store.put(&order()).unwrap();
    assert_eq!(store.load::<Order>(cid).unwrap(), order());
    let tree = store.value(cid).unwrap();
    assert_eq!(
        tree.at_str(".lines[2].price").unwrap(),
        Some(&Value::U32(2))
    );
}

/// The blocks of a value but for one.
fn without(encoded: &Encoded, cid: Cid) -> Holey {
    Holey(
        encoded
            .blocks()
            .filter(|block| block.cid() != cid)
            .collect(),
    )
}

struct Holey(Vec<Block>);

impl cideldill::BlockSource for Holey {
    fn load_many(&self, cids: &[Cid]) -> Result<Vec<std::sync::Arc<[u8]>>, Error> {
        let find = |cid: &Cid| self.0.iter().find(|block| block.cid() == *cid);
        let found = cids.iter().map(|cid| match find(cid) {
            Some(block) => Ok(block.bytes().clone()),
            None => Err(ErrorKind::Missing { cid: *cid }.into()),
        });
        found.collect()
    }
}

#[test]
fn reassemble_missing_component_raises() {
    let encoded = encode(&order()).unwrap();
    let gone = cid(&order().lines[1].name);
    let blocks = without(&encoded, gone);
    for error in [
        decode::<Order>(encoded.root(), &blocks).unwrap_err(),
        decode::<Value>(encoded.root(), &blocks).unwrap_err(),
    ] {
        assert!(
            matches!(error.kind(), ErrorKind::Missing { cid } if *cid == gone),
            "{error}"
        );
        assert_eq!(error.path().to_string(), ".lines[1].name");
        assert!(error.to_string().contains(&gone.to_string()), "{error}");
    }
    // Every block is needed.
    for block in encoded.blocks() {
        let error = decode::<Order>(encoded.root(), &without(&encoded, block.cid())).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Missing { cid } if *cid == block.cid()),
            "{error}"
        );
    }
    // A store does not take a value with a hole in the first place.
    let store = MemoryStore::new();
    let error = store.put_many(&blocks.0).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Missing { .. }), "{error}");
    assert_eq!(store.stats().blocks, 0);
}

#[test]
fn reassemble_preserves_types() {
    #[derive(Debuggable, Debug, PartialEq)]
    struct Wrapped(Vec<u16>);
    let value = (
        Wrapped(vec![1; 2_000]),
        vec![1_u32; 2_000],
        [1_i8; 2_000].to_vec(),
    );
    assert_comes_back(&value);
    let tree: Value = loaded(&encode(&value).unwrap()).unwrap();
    assert_eq!(tree.at_str(".0.0[5]").unwrap(), Some(&Value::U16(1)));
    assert_eq!(tree.at_str(".1[5]").unwrap(), Some(&Value::U32(1)));
    assert_eq!(tree.at_str(".2[5]").unwrap(), Some(&Value::I8(1)));
    // Another type is not made of the data, however alike it looks.
    let encoded = encode(&vec![1_u32; 2_000]).unwrap();
    for error in [
        loaded::<Wrapped>(&encoded).map(drop),
        loaded::<Vec<f64>>(&encoded).map(drop),
        loaded::<BTreeSet<u32>>(&encoded).map(drop),
        loaded::<(u32, u32)>(&encoded).map(drop),
        loaded::<Vec<u16>>(&encoded).map(drop),
    ] {
        let error = error.unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::WrongKind { .. }),
            "{error}"
        );
    }
}
