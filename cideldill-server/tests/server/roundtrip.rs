//! Values go to a server and come back.

use cideldill::transport::client::Http;
use cideldill::transport::{BodyForm, Code, RefUpdate, Refusal, SendError, Sender};
use cideldill::{BlockStore as _, Debuggable, MemoryStore, Store, compute_cid, decode};

use crate::support::{start, texts};

#[derive(Debuggable, Debug, PartialEq)]
struct Order {
    id: u64,
    lines: Vec<(String, u32)>,
    note: Option<String>,
}

#[test]
fn a_value_goes_to_a_server_and_comes_back() {
    for form in [BodyForm::Json, BodyForm::MessagePack] {
        let store = Store::in_memory();
        let running = start(&store);
        let http = || Http::new(&running.url(), None).unwrap().with_form(form);
        let order = Order {
            id: 7,
            lines: texts(0, 9).into_iter().zip(0..).collect(),
            note: Some("milk".into()),
        };
        let sender = Sender::new(http());
        let cid = sender.send(&order).unwrap();
        assert_eq!(cid, compute_cid(&order).unwrap());
        assert_eq!(decode::<Order>(cid, &http()).unwrap(), order);
        assert_eq!(store.load::<Order>(cid).unwrap(), order);
        assert_eq!(
            http().stats().unwrap().blocks,
            store.blocks().stats().blocks
        );

        let local = MemoryStore::new();
        let fetched = http().fetch_into(cid, &local).unwrap();
        assert_eq!(fetched.blocks, store.blocks().stats().blocks);
        assert!(local.contains(&cid).unwrap());
    }
}

#[test]
fn names_are_set_looked_up_and_compared() {
    let store = Store::in_memory();
    let running = start(&store);
    let http = Http::new(&running.url(), None).unwrap();
    let sender = Sender::new(Http::new(&running.url(), None).unwrap());
    let (one, two) = (sender.send(&1).unwrap(), sender.send(&2).unwrap());
    let set = |name: &str, cid, expected| http.set_ref(name, RefUpdate { cid, expected });
    for name in ["main", "a/b c%", "\u{e9}", "...", "./a"] {
        assert_eq!(http.get_ref(name).unwrap(), None);
        set(name, Some(one), Some(None)).unwrap();
        let refused = refusal(set(name, Some(two), Some(None)));
        assert_eq!(refused.code(), Code::RefConflict);
        assert_eq!(refused.cid(), Some(one));
        set(name, Some(two), Some(Some(one))).unwrap();
        assert_eq!(http.get_ref(name).unwrap(), Some(two));
    }
    assert_eq!(http.refs().unwrap().len(), 5);
    set("main", None, None).unwrap();
    assert_eq!(http.get_ref("main").unwrap(), None);
    assert_eq!(http.refs().unwrap(), store.blocks().refs().unwrap());
    let absent = compute_cid(&3).unwrap();
    for expected in [None, Some(None)] {
        let refused = refusal(set("main", Some(absent), expected));
        assert_eq!(refused.code(), Code::CidNotFound);
    }
    let refused = refusal(set("main", Some(one), Some(Some(two))));
    assert_eq!((refused.code(), refused.cid()), (Code::RefConflict, None));
    for name in ["", ".", "..", "two\nlines"] {
        let refused = refusal(set(name, Some(one), None));
        assert!(
            [Code::InvalidRef, Code::UnknownRoute].contains(&refused.code()),
            "{name:?}"
        );
    }
}

#[test]
fn every_name_that_is_allowed_can_be_kept_on_a_disk() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("store")).unwrap();
    let running = start(&store);
    let http = Http::new(&running.url(), None).unwrap();
    let cid = store.put(&1).unwrap();
    let set = |name: &str| {
        let (cid, expected) = (Some(cid), None);
        http.set_ref(name, RefUpdate { cid, expected })
    };
    let longest = "x".repeat(255);
    set(&longest).unwrap();
    assert_eq!(http.get_ref(&longest).unwrap(), Some(cid));
    let refused = refusal(set(&"x".repeat(256)));
    assert_eq!(refused.code(), Code::InvalidRef);
}

fn refusal(answer: Result<(), SendError>) -> Refusal {
    match answer {
        Err(SendError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}
