//! Codecs of shared pointers and cells: what is the same comes back the same, and cycles close.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::{Rc, Weak};
use std::sync::{Arc, Mutex, OnceLock, RwLock, Weak as ArcWeak};

use cideldill::adapter::{DisplayFromStr, Interned, Reducer};
use cideldill::{
    Debuggable, ErrorKind, Profile, Reduce, Registration, Registry, Value, compute_cid,
    content_cid, decode, encode, encode_with,
};
use proptest::prelude::*;

use crate::support::{again, cid};

/// Of another crate, as it were.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Foreign(String);

fn foreign(text: &str) -> Foreign {
    Foreign(text.into())
}

fn in_registry<R>(test: impl FnOnce() -> R) -> R {
    let registry = Registry::new();
    let again = |text| Ok::<_, String>(Foreign(text));
    let reducer = Registration::new("foreign", |foreign: &Foreign| foreign.0.clone(), again);
    registry.register(reducer).unwrap();
    registry.enter(test)
}

#[derive(Debuggable)]
struct Shelf {
    #[debuggable(as = "Vec<Rc<Reducer>>")]
    books: Vec<Rc<Foreign>>,
    #[debuggable(as = "BTreeMap<_, Arc<(_, Reducer)>>")]
    by_place: BTreeMap<u8, Arc<(u8, Foreign)>>,
    #[debuggable(as = "Option<Rc<[Reducer]>>")]
    all: Option<Rc<[Foreign]>>,
    #[debuggable(as = "Box<Rc<[Reducer]>>")]
    again: Box<Rc<[Foreign]>>,
}

fn shelf(books: Vec<Rc<Foreign>>) -> Shelf {
    let placed = Arc::new((7, foreign("placed")));
    let all: Rc<[Foreign]> = Rc::from([foreign("x"), foreign("y")]);
    Shelf {
        books,
        by_place: BTreeMap::from([(1, placed.clone()), (2, placed)]),
        all: Some(all.clone()),
        again: Box::new(all),
    }
}

#[test]
fn a_pointer_that_is_there_twice_comes_back_as_one() {
    in_registry(|| {
        let book = Rc::new(foreign("book"));
        let one = shelf(vec![book.clone(), book]);
        let back = again(&one);
        assert!(Rc::ptr_eq(&back.books[0], &back.books[1]));
        assert_eq!(*back.books[0], foreign("book"));
        assert!(Arc::ptr_eq(&back.by_place[&1], &back.by_place[&2]));
        assert!(Rc::ptr_eq(back.all.as_ref().unwrap(), &back.again));
        assert_eq!(cid(&back), cid(&one));
        // Two that are equal are two again, with the same content and another root.
        let two = shelf(vec![Rc::new(foreign("book")), Rc::new(foreign("book"))]);
        let back = again(&two);
        assert!(!Rc::ptr_eq(&back.books[0], &back.books[1]));
        assert_eq!(back.books, two.books);
        assert_eq!(content_cid(&one).unwrap(), content_cid(&two).unwrap());
        assert_ne!(compute_cid(&one).unwrap(), compute_cid(&two).unwrap());
    });
}

/// Between fields with and without a codec, as long as it makes nothing else of the node.
#[test]
fn a_node_is_one_with_and_without_a_codec() {
    #[derive(Debuggable)]
    struct Both {
        plain: Rc<RefCell<Vec<u32>>>,
        #[debuggable(as = "Vec<Rc<RefCell<Vec<_>>>>")]
        coded: Vec<Rc<RefCell<Vec<u32>>>>,
        #[debuggable(as = "Weak<_>")]
        weak: Weak<RefCell<Vec<u32>>>,
    }
    let plain = Rc::new(RefCell::new(vec![1, 2]));
    let weak = Rc::downgrade(&plain);
    let coded = vec![plain.clone(), plain.clone()];
    let back = again(&Both { plain, coded, weak });
    back.plain.borrow_mut().push(3);
    assert_eq!(*back.coded[1].borrow(), [1, 2, 3]);
    assert!(Rc::ptr_eq(&back.weak.upgrade().unwrap(), &back.plain));
}

/// What is recorded in two ways is two nodes: neither can be made of the other's data.
#[test]
fn a_node_through_two_codecs_is_two() {
    #[derive(Debuggable)]
    struct Ways {
        #[debuggable(as = "Rc<DisplayFromStr>")]
        text: Rc<u32>,
        number: Rc<u32>,
    }
    let number = Rc::new(40);
    let back = again(&Ways {
        text: number.clone(),
        number,
    });
    assert_eq!((*back.text, *back.number), (40, 40));
    assert!(!Rc::ptr_eq(&back.text, &back.number));
}

#[test]
fn weak_pointers_through_codecs_find_their_nodes() {
    #[derive(Debuggable)]
    struct Tree {
        #[debuggable(as = "Arc<Mutex<Reducer>>")]
        root: Arc<Mutex<Foreign>>,
        #[debuggable(as = "Vec<ArcWeak<Mutex<Reducer>>>")]
        to_root: Vec<ArcWeak<Mutex<Foreign>>>,
    }
    in_registry(|| {
        let root = Arc::new(Mutex::new(foreign("root")));
        let to_root = vec![Arc::downgrade(&root), ArcWeak::new()];
        let back = again(&Tree { root, to_root });
        let target = back.to_root[0].upgrade().unwrap();
        assert!(Arc::ptr_eq(&target, &back.root));
        assert_eq!(*target.lock().unwrap(), foreign("root"));
        assert!(back.to_root[1].upgrade().is_none());
    });
}

/// A ring of two nodes that closes through a cell of each kind, with a foreign part in each node.
macro_rules! cycles {
    ($($test:ident, $pointer:ident, $cell:ty, $codec:literal, $new:expr, $set:expr, $next:expr;)*) => {$(
        #[test]
        fn $test() {
            #[derive(Debuggable)]
            struct Node {
                #[debuggable(as = "Reducer")]
                before: Foreign,
                #[debuggable(as = $codec)]
                next: $cell,
                plain: RefCell<u32>,
            }
            let node = |text: &str, number| $pointer::new(Node {
                before: foreign(text),
                next: $new,
                plain: RefCell::new(number),
            });
            in_registry(|| {
                let (first, second) = (node("first", 1), node("second", 2));
                let set: fn(&$cell, $pointer<Node>) = $set;
                let next: fn(&$cell) -> $pointer<Node> = $next;
                set(&first.next, second.clone());
                set(&second.next, first.clone());
                let back = again(&first);
                let beyond = next(&back.next);
                assert_eq!(beyond.before, foreign("second"));
                assert_eq!((*back.plain.borrow(), *beyond.plain.borrow()), (1, 2));
                assert!($pointer::ptr_eq(&next(&beyond.next), &back));
                assert_eq!(cid(&back), cid(&first));
                // Without the type too.
                let encoded = encode(&first).unwrap();
                let tree: Value = decode(encoded.root(), &encoded).unwrap();
                assert_eq!(compute_cid(&tree).unwrap(), encoded.root());
            });
        }
    )*};
}

cycles! {
    a_cycle_closes_through_a_ref_cell, Rc, RefCell<Option<Rc<Node>>>, "RefCell<Option<Rc<_>>>",
        RefCell::new(None), |cell, node| *cell.borrow_mut() = Some(node),
        |cell| cell.borrow().clone().unwrap();
    a_cycle_closes_beside_a_foreign_type, Rc, RefCell<Vec<(Foreign, Rc<Node>)>>,
        "RefCell<Vec<(Reducer, Rc<_>)>>",
        RefCell::new(vec![]), |cell, node| cell.borrow_mut().push((foreign("edge"), node)),
        |cell| {
            assert_eq!(cell.borrow()[0].0, foreign("edge"));
            cell.borrow()[0].1.clone()
        };
    a_cycle_closes_through_a_cell_in_containers, Rc,
        Box<BTreeMap<Foreign, [Result<RefCell<VecDeque<Rc<Node>>>, Foreign>; 2]>>,
        "Box<BTreeMap<Reducer, [Result<RefCell<VecDeque<Rc<_>>>, Reducer>; 2]>>",
        Box::new(BTreeMap::from([
            (foreign("z"), [Err(foreign("no")), Ok(RefCell::default())]),
            (foreign("a"), [Ok(RefCell::default()), Ok(RefCell::default())]),
        ])),
        |map, node| {
            let cell = map[&foreign("z")][1].as_ref().ok().unwrap();
            cell.borrow_mut().push_back(node);
        },
        |map| map[&foreign("z")][1].as_ref().ok().unwrap().borrow()[0].clone();
    a_cycle_closes_through_a_once_cell, Rc, OnceCell<(Rc<Node>, Foreign)>, "OnceCell<(Rc<_>, Reducer)>",
        OnceCell::new(), |cell, node| assert!(cell.set((node, foreign("edge"))).is_ok()),
        |cell| cell.get().unwrap().0.clone();
    a_cycle_closes_through_a_mutex, Arc, Mutex<Option<Arc<Node>>>, "Mutex<Option<Arc<_>>>",
        Mutex::new(None), |cell, node| *cell.lock().unwrap() = Some(node),
        |cell| cell.lock().unwrap().clone().unwrap();
    a_cycle_closes_through_a_rw_lock, Arc, RwLock<Vec<Arc<Node>>>, "RwLock<Vec<Arc<_>>>",
        RwLock::new(vec![]), |cell, node| cell.write().unwrap().push(node),
        |cell| cell.read().unwrap()[0].clone();
    a_cycle_closes_through_a_once_lock, Arc, OnceLock<Arc<Node>>, "OnceLock<Arc<_>>",
        OnceLock::new(), |cell, node| assert!(cell.set(node).is_ok()),
        |cell| cell.get().unwrap().clone();
}

/// Something that cannot be looked at now is a typed error with the path, as without a codec.
#[test]
fn cells_that_are_in_use_are_errors_with_the_path() {
    #[derive(Debuggable)]
    struct Held {
        #[debuggable(as = "Vec<RefCell<DisplayFromStr>>")]
        cells: Vec<RefCell<u8>>,
        #[debuggable(as = "(Mutex<DisplayFromStr>, RwLock<DisplayFromStr>)")]
        locks: (Mutex<u8>, RwLock<u8>),
    }
    let held = Held {
        cells: vec![RefCell::new(1), RefCell::new(2)],
        locks: (Mutex::new(3), RwLock::new(4)),
    };
    let fails = |path: &str| {
        let error = compute_cid(&held).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::InUse { .. }), "{error}");
        assert_eq!(error.path().to_string(), path);
    };
    let borrowed = held.cells[1].borrow_mut();
    fails(".cells[1]");
    drop(borrowed);
    let locked = held.locks.0.lock().unwrap();
    fails(".locks.0");
    drop(locked);
    let written = held.locks.1.write().unwrap();
    fails(".locks.1");
    drop(written);
    let poisons = || {
        let _held = held.locks.0.lock().unwrap();
        panic!("on purpose");
    };
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(poisons)).is_err());
    let error = compute_cid(&held).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Poisoned { .. }),
        "{error}"
    );
}

/// An interned type behind an `Arc` is found, not made.
#[test]
fn an_interned_value_is_the_one_there_is() {
    #[derive(Debuggable, Debug, PartialEq)]
    #[debuggable(state = "Unit::name", intern = "Unit::find")]
    struct Unit(&'static str);
    impl Unit {
        fn name(&self) -> String {
            self.0.to_owned()
        }
        #[expect(clippy::needless_pass_by_value, reason = "a key is given away")]
        fn find(name: String) -> Option<Arc<Self>> {
            static METER: OnceLock<Arc<Unit>> = OnceLock::new();
            (name == "m").then(|| METER.get_or_init(|| Arc::new(Unit("m"))).clone())
        }
    }
    #[derive(Debuggable)]
    struct Lengths {
        #[debuggable(as = "Vec<Arc<_>>")]
        units: Vec<Arc<Unit>>,
        #[debuggable(as = "RefCell<Option<Interned>>")]
        last: RefCell<Option<Arc<Unit>>>,
    }
    let meter = Unit::find("m".into()).unwrap();
    let back = again(&Lengths {
        units: vec![meter.clone(), meter.clone()],
        last: RefCell::new(Some(meter.clone())),
    });
    assert!(Arc::ptr_eq(&back.units[1], &meter));
    assert!(Arc::ptr_eq(back.last.borrow().as_ref().unwrap(), &meter));
}

/// The same graph twice: through codecs that make nothing else of it, and without.
macro_rules! graph {
    ($($node:ident $([$codec:literal $weak:literal $cell:literal $lock:literal])?;)*) => {$(
        #[derive(Debuggable)]
        #[debuggable(rename = "Node")]
        struct $node {
            $(#[debuggable(as = $codec)])?
            edges: RefCell<Vec<(u8, Rc<$node>)>>,
            $(#[debuggable(as = $weak)])?
            weak: RefCell<Vec<Weak<$node>>>,
            $(#[debuggable(as = $cell)])?
            numbers: Vec<(Cell<u8>, OnceCell<Rc<str>>)>,
            $(#[debuggable(as = $lock)])?
            shared: Mutex<Option<Rc<Vec<u64>>>>,
            pad: String,
        }

        impl $node {
            fn graph(plan: &Plan) -> Vec<Rc<Self>> {
                let shared = Rc::new(vec![1_u64; plan.pad / 8]);
                let text: Rc<str> = "text".into();
                let nodes = (0..plan.nodes).map(|number| Rc::new(Self {
                    edges: RefCell::default(),
                    weak: RefCell::default(),
                    numbers: vec![
                        (Cell::new(u8::try_from(number).unwrap()), OnceCell::from(text.clone())),
                        (Cell::new(0), OnceCell::new()),
                    ],
                    shared: Mutex::new((number % 2 == 0).then(|| shared.clone())),
                    pad: "x".repeat(plan.pad),
                }));
                let nodes: Vec<Rc<Self>> = nodes.collect();
                for (number, (from, to, is_weak)) in plan.edges.iter().enumerate() {
                    let (from, to) = (&nodes[from % plan.nodes], &nodes[to % plan.nodes]);
                    if *is_weak {
                        from.weak.borrow_mut().push(Rc::downgrade(to));
                    } else {
                        let number = u8::try_from(number).unwrap();
                        from.edges.borrow_mut().push((number, to.clone()));
                    }
                }
                nodes
            }
        }
    )*};
}

graph! {
    Coded ["RefCell<Vec<(_, Rc<_>)>>" "RefCell<Vec<Weak<_>>>" "Vec<(Cell<_>, OnceCell<_>)>"
        "Mutex<Option<Rc<Vec<_>>>>"];
    Plain;
}

#[derive(Clone, Debug)]
struct Plan {
    nodes: usize,
    edges: Vec<(usize, usize, bool)>,
    pad: usize,
}

fn plan() -> impl Strategy<Value = Plan> {
    let edges = prop::collection::vec((0..8_usize, 0..8_usize, prop::bool::weighted(0.25)), 0..20);
    let pad = prop_oneof![Just(0), Just(300), Just(1_200)];
    (1..8_usize, edges, pad).prop_map(|(nodes, edges, pad)| Plan { nodes, edges, pad })
}

/// The blocks a value has.
fn blocks<T: Reduce>(value: &T, profile: Profile) -> cideldill::Encoded {
    encode_with(value, profile).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Codecs change nothing about identity: sharing, cycles and weak pointers are recorded to the
    /// byte as without them, and come back.
    #[test]
    fn codecs_of_nothing_but_same_change_no_identity(plan in plan()) {
        let (coded, plain) = (Coded::graph(&plan), Plain::graph(&plan));
        for profile in [Profile::STANDARD, Profile::SMALL] {
            let recorded = blocks(&coded, profile);
            prop_assert_eq!(&recorded, &blocks(&plain, profile));
            let back: Vec<Rc<Coded>> = decode(recorded.root(), &recorded).unwrap();
            prop_assert_eq!(&blocks(&back, profile), &recorded);
            let back: Vec<Rc<Plain>> = decode(recorded.root(), &recorded).unwrap();
            prop_assert_eq!(&blocks(&back, profile), &recorded);
        }
        for node in &coded {
            node.edges.borrow_mut().clear();
        }
        for node in &plain {
            node.edges.borrow_mut().clear();
        }
    }
}
