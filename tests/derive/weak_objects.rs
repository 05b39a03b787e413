//! Weak pointers to trait objects: loaded by the registered names of what they lead to.

use std::cell::RefCell;
use std::rc::{Rc, Weak};
use std::sync::{self, Arc, Mutex};

use cideldill::{Debuggable, ErrorKind, Registry, Store, compute_cid, debuggable, decode, encode};

#[debuggable(dyn)]
trait Part {
    fn name(&self) -> &str;
}

#[derive(Debuggable)]
struct Joint {
    name: String,
    seen: RefCell<Vec<Weak<dyn Part>>>,
    holder: Weak<dyn Part>,
}

#[derive(Debuggable)]
struct Beam {
    parts: Vec<Rc<Joint>>,
    name: String,
}

impl Part for Joint {
    fn name(&self) -> &str {
        &self.name
    }
}

impl Part for Beam {
    fn name(&self) -> &str {
        &self.name
    }
}

fn registry() -> Registry {
    let registry = Registry::new();
    registry.register_dyn::<dyn Part, Joint>("joint").unwrap();
    registry.register_dyn::<dyn Part, Beam>("beam").unwrap();
    registry
}

/// A beam whose joints lead to it and to each other.
fn beam(len: usize) -> Rc<Beam> {
    let beam = Rc::new_cyclic(|beam: &Weak<Beam>| Beam {
        parts: (0..3)
            .map(|number| {
                Rc::new(Joint {
                    name: format!("joint {number}"),
                    seen: RefCell::default(),
                    holder: beam.clone(),
                })
            })
            .collect(),
        name: "b".repeat(len),
    });
    for (number, joint) in beam.parts.iter().enumerate() {
        let next: Rc<dyn Part> = beam.parts[(number + 1) % 3].clone();
        let beam: Rc<dyn Part> = beam.clone();
        *joint.seen.borrow_mut() = vec![Rc::downgrade(&next), Rc::downgrade(&beam)];
    }
    beam
}

fn address<T: ?Sized>(pointer: &Rc<T>) -> *const () {
    Rc::as_ptr(pointer).cast()
}

#[test]
fn weak_pointers_to_trait_objects_lead_where_they_led() {
    registry().enter(|| {
        for len in [1, 600, 3_000] {
            let store = Store::in_memory();
            let put = store.put_reporting(&beam(len)).unwrap();
            assert_eq!(put.weak_outside, 0);
            let loaded = store.load_reporting::<Rc<Beam>>(put.cid).unwrap();
            assert_eq!(loaded.weak_lost, 0, "{len}");
            let beam = loaded.value;
            assert_eq!(beam.name.len(), len);
            for (number, joint) in beam.parts.iter().enumerate() {
                assert_eq!(address(&joint.holder.upgrade().unwrap()), address(&beam));
                let seen = joint.seen.borrow();
                let next = seen[0].upgrade().unwrap();
                assert_eq!(address(&next), address(&beam.parts[(number + 1) % 3]));
                assert_eq!(next.name(), format!("joint {}", (number + 1) % 3));
                assert_eq!(address(&seen[1].upgrade().unwrap()), address(&beam));
            }
            assert_eq!(compute_cid(&beam).unwrap(), put.cid);
        }
    });
}

#[test]
fn whatever_the_pointer_is_seen_as_it_is_one_node() {
    type Seen = (Rc<dyn Part>, RefCell<Weak<dyn Part>>, RefCell<Weak<Beam>>);
    registry().enter(|| {
        let beam = beam(3);
        let part: Rc<dyn Part> = beam.clone();
        let value: Seen = (
            part.clone(),
            RefCell::new(Rc::downgrade(&part)),
            RefCell::new(Rc::downgrade(&beam)),
        );
        let encoded = encode(&value).unwrap();
        let back: Seen = decode(encoded.root(), &encoded).unwrap();
        assert_eq!(
            address(&back.1.borrow().upgrade().unwrap()),
            address(&back.0)
        );
        assert_eq!(
            address(&back.2.borrow().upgrade().unwrap()),
            address(&back.0)
        );
        assert_eq!(compute_cid(&back).unwrap(), encoded.root());
    });
}

#[test]
fn one_that_leads_to_nothing_comes_back_so() {
    let gone: Weak<dyn Part> = Weak::<Joint>::new();
    let value = (gone, 7_u8);
    registry().enter(|| {
        let encoded = encode(&value).unwrap();
        let back: (Weak<dyn Part>, u8) = decode(encoded.root(), &encoded).unwrap();
        assert!(back.0.upgrade().is_none());
    });
    // It is of some type all the same.
    let encoded = encode(&value).unwrap();
    let none = Registry::new();
    let error = none.enter(|| decode::<(Weak<dyn Part>, u8)>(encoded.root(), &encoded).map(drop));
    let error = error.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NoDyn { .. }), "{error}");
    assert_eq!(error.path().to_string(), ".0");
}

#[test]
fn a_node_without_a_name_for_the_trait_is_refused() {
    type Pair = (Rc<Joint>, RefCell<Weak<dyn Part>>);
    let joint = Rc::new(Joint {
        name: "alone".into(),
        seen: RefCell::default(),
        holder: Weak::<Joint>::new(),
    });
    let part: Rc<dyn Part> = joint.clone();
    let value: Pair = (joint, RefCell::new(Rc::downgrade(&part)));
    let encoded = registry().enter(|| encode(&value)).unwrap();
    let some = Registry::new();
    some.register_dyn::<dyn Part, Beam>("beam").unwrap();
    let error = some.enter(|| decode::<Pair>(encoded.root(), &encoded).map(drop));
    let error = error.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::NoDyn { type_name, .. } if type_name.ends_with("Joint")),
        "{error}"
    );
}

/// What only a weak pointer in a plain field before it leads to is of a type that is not known there.
#[test]
fn one_in_a_plain_field_to_a_node_further_on_is_counted() {
    type Early = (Weak<dyn Part>, Rc<Beam>);
    registry().enter(|| {
        let beam = beam(1);
        let part: Rc<dyn Part> = beam.clone();
        let store = Store::in_memory();
        let early: Early = (Rc::downgrade(&part), beam);
        let cid = store.put(&early).unwrap();
        let loaded = store.load_reporting::<Early>(cid).unwrap();
        assert!(loaded.value.0.upgrade().is_none());
        assert_eq!(loaded.weak_lost, 1);
    });
}

#[test]
fn the_same_across_threads() {
    #[debuggable(dyn)]
    trait Named: Send + Sync {
        fn name(&self) -> String;
    }

    #[derive(Debuggable)]
    struct Node {
        name: String,
        around: Mutex<sync::Weak<dyn Named>>,
    }

    impl Named for Node {
        fn name(&self) -> String {
            self.name.clone()
        }
    }

    type Both = (Arc<dyn Named>, Arc<Node>);
    let registry = Registry::new();
    registry.register_dyn::<dyn Named, Node>("node").unwrap();
    registry.enter(|| {
        let node = |name: &str| {
            Arc::new(Node {
                name: name.into(),
                around: Mutex::new(sync::Weak::<Node>::new()),
            })
        };
        let (one, other) = (node("one"), node("other"));
        let part: Arc<dyn Named> = one.clone();
        *other.around.lock().unwrap() = Arc::downgrade(&part);
        let later: Arc<dyn Named> = other.clone();
        *one.around.lock().unwrap() = Arc::downgrade(&later);
        let encoded = encode::<Both>(&(part, other)).unwrap();
        let back: Both = decode(encoded.root(), &encoded).unwrap();
        let seen = back.1.around.lock().unwrap().upgrade().unwrap();
        assert_eq!(seen.name(), "one");
        assert_eq!(
            Arc::as_ptr(&seen).cast::<()>(),
            Arc::as_ptr(&back.0).cast::<()>()
        );
        assert_eq!(encode(&back).unwrap().root(), encoded.root());
    });
}
