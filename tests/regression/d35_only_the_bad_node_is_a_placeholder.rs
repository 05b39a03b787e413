//! D35: one generator among 501 entries of a map made the predecessor keep 100 entries, drop 401 and
//! replace the whole object. Here one node is a placeholder, and the other 500 are recorded.

use std::collections::BTreeMap;

use cideldill::{Erased, OnRefusal, Registration, Registry, Value, decode, encode, explain};

struct Generator;

#[test]
fn one_refused_entry_of_501_is_one_placeholder() {
    let registry = Registry::new();
    registry
        .register(Registration::<u64>::own("number"))
        .unwrap();
    let entries = (0..500_u64).map(|n| (format!("key {n}"), Erased::new(n)));
    let mut map: BTreeMap<String, Erased> = entries.collect();
    map.insert("key 250b".into(), Erased::new(Generator));
    registry.enter(|| {
        let error = encode(&map).unwrap_err();
        assert_eq!(error.path().to_string(), "[\"key 250b\"]");
        assert_eq!(explain(&map).len(), 1);
        let encoded = OnRefusal::StandIn.enter(|| encode(&map)).unwrap();
        let tree: Value = decode(encoded.root(), &encoded).unwrap();
        let Value::Map(entries) = &tree else {
            panic!("{tree}")
        };
        assert_eq!(entries.len(), 501);
        let mut n_placeholders = 0;
        for (key, value) in entries.entries() {
            let Value::Record(record) = value else {
                panic!("{value}")
            };
            let is_placeholder = record.tag() == "std::Placeholder";
            n_placeholders += u32::from(is_placeholder);
            assert_eq!(is_placeholder, key.as_str() == Some("key 250b"));
        }
        assert_eq!(n_placeholders, 1);
        // Those that were recorded come back.
        map.remove("key 250b");
        let encoded = encode(&map).unwrap();
        let back: BTreeMap<String, Erased> = decode(encoded.root(), &encoded).unwrap();
        assert_eq!(back["key 499"].downcast_ref(), Some(&499_u64));
    });
}
