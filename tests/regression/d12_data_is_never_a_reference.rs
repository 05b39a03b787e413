//! D12: user data that held a reference object came back as another stored object's content. Here a
//! link is a form of its own that no value can spell: CIDs, their digits and their very bytes are
//! data.

use cideldill::{Cid, Debuggable, Store, Value};

use crate::support::long_text;

#[derive(Debuggable, Debug, PartialEq)]
struct Impostor {
    cid: Cid,
    digits: String,
    bytes: Vec<u8>,
    link: Vec<u8>,
    block: Vec<u8>,
}

/// A user's own type with the tag of one of ours in all but name.
#[derive(Debuggable, Debug, PartialEq)]
#[debuggable(rename = "Cid")]
struct OwnCid(Vec<u8>);

#[test]
fn what_looks_like_a_link_stays_data() {
    let store = Store::in_memory();
    let target = store.put(&long_text(5_000)).unwrap();
    let link = [b"\xc7\x40\x01".as_slice(), target.as_bytes()].concat();
    let impostor = Impostor {
        cid: target,
        digits: target.to_string(),
        bytes: target.as_bytes().to_vec(),
        block: [b"\x10\xa1s\x90".as_slice(), &link].concat(),
        link,
    };
    for value in [vec![], vec![OwnCid(target.as_bytes().to_vec())]] {
        let root = store.put(&(&impostor, &value)).unwrap();
        let back: (Impostor, Vec<OwnCid>) = store.load(root).unwrap();
        assert_eq!((&back.0, &back.1), (&impostor, &value));
        let root_block = store.get(root).unwrap().unwrap();
        let links = cideldill::links(root_block.bytes()).unwrap();
        assert!(!links.contains(&target));
    }
    // The same without the type.
    let tree = Value::sequence([Value::bytes(impostor.link.clone())]).unwrap();
    let root = store.put(&tree).unwrap();
    assert_eq!(store.value(root).unwrap(), tree);
}
