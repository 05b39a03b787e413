//! D11: `compute_cid(x)` and `serialize(x).cid` differed for objects of 1 KB and more, because only
//! one of them decomposed. Here there is one algorithm.

use std::collections::BTreeMap;

use cideldill::{Debuggable, Store, Value, content_cid, decode, encode};
use proptest::prelude::*;

use crate::support::{cid, long_text};

fn assert_one_cid<T: Debuggable>(value: &T) {
    let one = cid(value);
    let encoded = encode(value).unwrap();
    assert_eq!(encoded.root(), one);
    assert_eq!(content_cid(value).unwrap(), one);
    assert_eq!(Store::in_memory().put(value).unwrap(), one);
    assert_eq!(cid(&Value::of(value).unwrap()), one);
    let back: T = decode(one, &encoded).unwrap();
    assert_eq!(cid(&back), one);
    // Alone or as a part: a part that is a block has its own CID there.
    let held = encode(&(value, 1_u8)).unwrap();
    let block = encoded.blocks().find(|block| block.cid() == one).unwrap();
    let is_cut = held.blocks().any(|block| block.cid() == one);
    assert!(is_cut || block.bytes().len() < 1_100);
}

#[test]
fn at_every_size() {
    for length in (0..20)
        .chain(1_010..1_035)
        .chain([4_090, 4_100, 20_000, 300_000])
    {
        assert_one_cid(&long_text(length));
        assert_one_cid(&long_text(length).into_bytes());
    }
    for n in [0_u32, 1, 9, 100, 127, 128, 129, 600, 5_000] {
        assert_one_cid(&(0..n).collect::<Vec<u32>>());
        assert_one_cid(
            &(0..n)
                .map(|n| (n, n.to_string()))
                .collect::<BTreeMap<_, _>>(),
        );
        assert_one_cid(
            &(0..n)
                .map(|n| Some("x".repeat(n as usize % 1_500)))
                .collect::<Vec<_>>(),
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn for_any_value(
        lengths in proptest::collection::vec(0_usize..3_000, 0..40),
        keys in proptest::collection::btree_map("[a-c]{0,5}", 0_usize..1_200, 0..60),
    ) {
        let texts: Vec<_> = lengths.iter().map(|length| long_text(*length)).collect();
        let keys: BTreeMap<_, _> = keys.iter().map(|(key, n)| (key.repeat(*n / 3), long_text(*n))).collect();
        assert_one_cid(&(texts, keys));
    }
}
