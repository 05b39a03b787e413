//! Old data with shared pointers where the type has other wrappers now: optional in some places,
//! plain values in others, `Arc` for `Rc`. What is a copy now is counted.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use cideldill::{Debuggable, ErrorKind, Loaded, Reconstruct, Reduce, Store, Value};

use crate::support::load_as;

/// Short and long enough to be cut.
const LENGTHS: [usize; 3] = [1, 600, 3_000];

#[derive(Debuggable)]
struct Old {
    first: Rc<Part>,
    second: Rc<Part>,
    third: Rc<Part>,
}

#[derive(Debuggable)]
struct Part {
    name: String,
    note: Rc<String>,
    cell: RefCell<Vec<u32>>,
}

fn old(len: usize) -> Old {
    let part = Rc::new(Part {
        name: "part".into(),
        note: Rc::new("n".repeat(len)),
        cell: RefCell::new(vec![1, 2]),
    });
    Old {
        first: Rc::clone(&part),
        second: Rc::clone(&part),
        third: part,
    }
}

fn load<Old: Reduce, New: Reconstruct>(old: &Old) -> Loaded<New> {
    let store = Store::in_memory();
    let cid = store.put(old).unwrap();
    store.load_reporting(cid).unwrap()
}

#[test]
fn a_pointer_that_became_optional_in_some_places_is_the_same() {
    #[derive(Debuggable)]
    #[debuggable(rename = "Old")]
    struct New {
        first: Option<Rc<Part>>,
        second: Rc<Part>,
        third: Option<Rc<Part>>,
    }

    for len in LENGTHS {
        let now = load::<_, New>(&old(len));
        let first = now.value.first.unwrap();
        assert!(Rc::ptr_eq(&first, &now.value.second));
        assert!(Rc::ptr_eq(&first, &now.value.third.unwrap()));
        assert_eq!(now.unshared, 0);
    }
}

#[test]
fn what_became_optional_is_there() {
    let now: (Option<u8>, Option<String>, Vec<Option<u32>>) =
        load_as(&(7_u8, "text", vec![1_u32, 2])).unwrap();
    assert_eq!(now, (Some(7), Some("text".into()), vec![Some(1), Some(2)]));
    let wide: (Option<u64>,) = load_as(&(7_u8,)).unwrap();
    assert_eq!(wide, (Some(7),));
    // Two options could mean either.
    for error in [
        load_as::<_, (Option<Option<u8>>,)>(&(7_u8,)).map(drop),
        load_as::<_, (Option<Option<u8>>,)>(&(Some(7_u8),)).map(drop),
        load_as::<_, (Option<()>,)>(&((),)).map(drop),
    ] {
        let error = error.unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::WrongKind { .. }),
            "{error}"
        );
    }
}

/// A whole value, too, short or in blocks.
#[test]
fn a_value_that_became_optional_is_there() {
    fn assert_there<T: Debuggable + PartialEq + Debug>(old: T) {
        let now: Option<T> = load_as(&old).unwrap();
        assert_eq!(now, Some(old));
    }

    #[derive(Debuggable, Debug, PartialEq)]
    struct Note {
        text: String,
    }

    assert_there(7_u64);
    assert_there(0.5_f32);
    for len in [1, 2_000, 60_000] {
        let text = "n".repeat(len);
        assert_there(Note { text: text.clone() });
        assert_there((text.clone(), 7_u8));
        assert_there(BTreeMap::from([(text.clone(), 7_u8)]));
        assert_there(vec![text.clone(); 3]);
        assert_there(vec![7_u64; len]);
        assert_there(Box::new(Rc::new(text.clone())));
        assert_there(text);
    }
    let wide: Option<Vec<u64>> = load_as(&vec![7_u8; 60_000]).unwrap();
    assert_eq!(wide, Some(vec![7; 60_000]));
}

#[test]
fn a_ring_that_became_optional_is_there() {
    #[derive(Debuggable)]
    struct Ring {
        text: String,
        next: RefCell<Option<Rc<Ring>>>,
        me: RefCell<Weak<Ring>>,
    }

    for len in LENGTHS {
        for is_closed in [false, true] {
            let text = "n".repeat(len);
            let ring = Rc::new(Ring {
                text,
                next: RefCell::default(),
                me: RefCell::default(),
            });
            ring.me.replace(Rc::downgrade(&ring));
            if is_closed {
                ring.next.replace(Some(Rc::clone(&ring)));
            }
            let now: Option<Rc<Ring>> = load_as(&ring).unwrap();
            let now = now.unwrap();
            assert!(Rc::ptr_eq(&now, &now.me.borrow().upgrade().unwrap()));
            for ring in [ring, now] {
                assert_eq!(ring.next.take().is_some(), is_closed);
            }
        }
    }
}

#[test]
fn a_value_where_a_shared_pointer_was_is_a_counted_copy() {
    #[derive(Debuggable)]
    #[debuggable(rename = "Old")]
    struct Single {
        first: Part,
        second: Rc<Part>,
        third: Rc<Part>,
    }

    #[derive(Debuggable)]
    #[debuggable(rename = "Old")]
    struct Others {
        third: Box<Part>,
        second: Box<Part>,
        first: Rc<Part>,
    }

    #[derive(Debuggable)]
    #[debuggable(rename = "Old")]
    struct Fewer {
        second: Rc<Part>,
    }

    for len in LENGTHS {
        let now = load::<_, Single>(&old(len));
        assert_eq!(now.unshared, 1, "{len}");
        let now = now.value;
        assert!(Rc::ptr_eq(&now.second, &now.third));
        assert_eq!(
            (&now.first.name, now.first.note.len()),
            (&now.second.name, len)
        );
        now.first.cell.borrow_mut().push(3);
        assert_eq!(*now.second.cell.borrow(), [1, 2]);

        let now = load::<_, Others>(&old(len));
        assert_eq!(now.unshared, 2, "{len}");
        assert_eq!(
            (now.value.third.note.len(), now.value.second.note.len()),
            (len, len)
        );
        assert_eq!(now.value.first.note.len(), len);

        // What is gone is no copy.
        assert_eq!(load::<_, Fewer>(&old(len)).unshared, 0);
        assert_eq!(load::<_, Old>(&old(len)).unshared, 0);
    }
}

/// What is inside a copy is still the same as elsewhere.
#[test]
fn pointers_in_a_copy_keep_their_identity() {
    #[derive(Debuggable)]
    struct Before {
        first: Rc<Part>,
        second: Rc<Part>,
        other: Rc<Part>,
        note: Rc<String>,
    }

    #[derive(Debuggable)]
    #[debuggable(rename = "Before")]
    struct After {
        first: Box<Part>,
        second: Box<Part>,
        other: Part,
        note: Rc<String>,
    }

    for len in LENGTHS {
        let first = old(len).first;
        let before = Before {
            other: Rc::new(Part {
                name: "other".into(),
                note: Rc::clone(&first.note),
                cell: RefCell::default(),
            }),
            note: Rc::clone(&first.note),
            second: Rc::clone(&first),
            first,
        };
        let now = load::<_, After>(&before);
        assert_eq!(now.unshared, 2);
        let note = &now.value.note;
        for part in [&now.value.first, &now.value.second] {
            assert!(Rc::ptr_eq(&part.note, note), "{len}");
        }
        assert!(Rc::ptr_eq(&now.value.other.note, note), "{len}");
    }
}

#[test]
fn numbers_and_texts_that_were_shared_are_counted_too() {
    let number = Rc::new(7_u32);
    let text = Rc::new("text".to_owned());
    let byte = Rc::new(1_u8);
    let old = (
        vec![Rc::clone(&number), Rc::clone(&number)],
        (Rc::clone(&number), number),
        (Rc::clone(&text), text),
        vec![Rc::clone(&byte), byte],
    );
    let now = load::<_, (Vec<u32>, (Rc<u32>, u32), (String, Rc<String>), Vec<u8>)>(&old);
    assert_eq!(now.unshared, 2 + 1 + 1 + 2);
    assert_eq!(now.value.0, [7, 7]);
    assert_eq!((*now.value.1.0, now.value.1.1), (7, 7));
}

/// One node cannot be two: `Rc` in one place and `Arc` in another is refused, with the place.
#[test]
fn two_kinds_of_pointers_to_one_node_are_refused() {
    type Both = (Rc<String>, Arc<String>);
    let text = Rc::new("text".to_owned());
    let error = load_as::<_, Both>(&(Rc::clone(&text), text)).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::WrongKind { .. }),
        "{error}"
    );
    assert_eq!(error.path().to_string(), ".1");
    // All of them in another kind is no difference.
    let text = Rc::new("text".to_owned());
    let now: (Arc<String>, Arc<String>) = load_as(&(Rc::clone(&text), text)).unwrap();
    assert!(Arc::ptr_eq(&now.0, &now.1));
}

mod ring {
    use super::{Debuggable, Rc, RefCell};

    #[derive(Debuggable)]
    pub(crate) struct Link {
        pub(crate) inner: Option<Rc<Link>>,
        pub(crate) name: String,
        pub(crate) next: RefCell<Option<Rc<Link>>>,
    }
}

/// An outer link that holds the inner one; both lead to each other.
fn ring() -> Rc<ring::Link> {
    let inner = Rc::new(ring::Link {
        inner: None,
        name: "inner".into(),
        next: RefCell::default(),
    });
    let outer = Rc::new(ring::Link {
        inner: Some(Rc::clone(&inner)),
        name: "outer".into(),
        next: RefCell::new(Some(Rc::clone(&inner))),
    });
    *inner.next.borrow_mut() = Some(Rc::clone(&outer));
    outer
}

#[test]
fn a_copy_of_a_node_on_a_cycle_is_counted_or_refused() {
    #[derive(Debuggable)]
    #[debuggable(rename = "Link")]
    struct WithInner {
        inner: Option<Box<WithInner>>,
        name: String,
        next: RefCell<Option<Rc<WithInner>>>,
    }

    #[derive(Debuggable)]
    #[debuggable(rename = "Link")]
    struct WithNext {
        name: String,
        inner: Option<Rc<WithNext>>,
        next: RefCell<Option<Box<WithNext>>>,
    }

    let now = load::<_, Rc<WithInner>>(&ring());
    assert_eq!(now.unshared, 1);
    let outer = now.value;
    let copy = outer.inner.as_ref().unwrap();
    let inner = outer.next.borrow().clone().unwrap();
    assert_eq!(
        (copy.name.as_str(), inner.name.as_str()),
        ("inner", "inner")
    );
    for link in [&**copy, &*inner] {
        assert!(Rc::ptr_eq(link.next.borrow().as_ref().unwrap(), &outer));
    }
    // Where only a pointer stands there is nothing to copy.
    let error = load_as::<_, Rc<WithNext>>(&ring()).map(drop).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::WrongKind { .. }),
        "{error}"
    );
    let error = load_as::<_, (Box<WithInner>,)>(&(ring(),))
        .map(drop)
        .unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::WrongKind { .. }),
        "{error}"
    );
    assert_eq!(error.path().to_string(), ".0");
}

#[test]
fn a_tree_in_a_typed_node_cannot_lead_back_into_its_cycle() {
    #[derive(Debuggable)]
    #[debuggable(rename = "Link")]
    struct Typed {
        name: String,
        inner: Value,
        next: RefCell<Option<Rc<Typed>>>,
    }

    #[derive(Debuggable)]
    #[debuggable(rename = "Link")]
    struct Open {
        inner: Option<Rc<Open>>,
        next: Value,
    }

    for error in [
        load_as::<_, Rc<Typed>>(&ring()).map(drop).unwrap_err(),
        load_as::<_, Rc<Open>>(&ring()).map(drop).unwrap_err(),
    ] {
        assert!(
            matches!(error.kind(), ErrorKind::Unsupported { .. }),
            "{error}"
        );
        let path = error.path().to_string();
        assert!(path.starts_with(".inner"), "{path}");
    }
    // As a whole it is a tree, and one that holds no such pointer may stand in a node.
    let whole: Value = load_as(&ring()).unwrap();
    assert!(whole.to_string().contains("inner"));
}
