//! What a cycle can close through, what it can hold, and what stands in its way.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};
use std::rc::Rc;
use std::sync::{Arc, Mutex, OnceLock, RwLock};

use cideldill::{Debuggable, Error, ErrorKind, Value, encode};

use crate::support::{cid, loaded, long_text};

#[track_caller]
fn again<T: Debuggable>(value: &T) -> T {
    let encoded = encode(value).unwrap();
    let tree: Value = loaded(&encoded).unwrap();
    assert_eq!(encode(&tree).unwrap(), encoded, "{tree}");
    let back: T = loaded(&encoded).unwrap();
    assert_eq!(encode(&back).unwrap(), encoded, "{tree}");
    back
}

/// A ring of three closes through this kind of cell, with short and long names, entered at each link.
macro_rules! assert_closes {
    ($pointer:ident, $cell:ty, $set:expr, $get:expr) => {{
        #[derive(Debuggable, Default)]
        struct Link {
            name: String,
            next: $cell,
        }

        let set: fn(&$cell, $pointer<Link>) = $set;
        let get: fn(&$cell) -> $pointer<Link> = $get;
        for len in [1, 1_100] {
            let link = |n: usize| {
                let name = long_text(len + n);
                $pointer::new(Link {
                    name,
                    ..Link::default()
                })
            };
            let ring: Vec<_> = (0..3).map(link).collect();
            for n in 0..3 {
                set(&ring[n].next, $pointer::clone(&ring[(n + 1) % 3]));
            }
            for first in 0..3 {
                let back = again(&ring[first]);
                let mut at = $pointer::clone(&back);
                for n in 0..3 {
                    assert_eq!(at.name, ring[(first + n) % 3].name);
                    assert_eq!($pointer::ptr_eq(&at, &back), n == 0);
                    let next = get(&at.next);
                    at = next;
                }
                assert!($pointer::ptr_eq(&at, &back));
            }
        }
    }};
}

#[test]
fn a_ring_closes_through_a_mutex() {
    assert_closes!(
        Arc,
        Mutex<Option<Arc<Link>>>,
        |cell, next| *cell.lock().unwrap() = Some(next),
        |cell| cell.lock().unwrap().clone().unwrap()
    );
}

#[test]
fn a_ring_closes_through_a_read_write_lock() {
    assert_closes!(
        Arc,
        RwLock<Option<Arc<Link>>>,
        |cell, next| *cell.write().unwrap() = Some(next),
        |cell| cell.read().unwrap().clone().unwrap()
    );
}

#[test]
fn a_ring_closes_through_a_cell_that_is_set_once() {
    assert_closes!(
        Rc,
        OnceCell<Rc<Link>>,
        |cell, next| assert!(cell.set(next).is_ok()),
        |cell| Rc::clone(cell.get().unwrap())
    );
}

#[test]
fn a_ring_closes_through_a_lock_that_is_set_once() {
    assert_closes!(
        Arc,
        OnceLock<Arc<Link>>,
        |cell, next| assert!(cell.set(next).is_ok()),
        |cell| Arc::clone(cell.get().unwrap())
    );
}

#[test]
fn a_ring_closes_through_the_values_of_a_hashed_map() {
    assert_closes!(
        Rc,
        RefCell<HashMap<String, Rc<Link>>>,
        |cell, next| drop(cell.borrow_mut().insert("next".into(), next)),
        |cell| Rc::clone(&cell.borrow()["next"])
    );
}

#[test]
fn a_ring_closes_through_cells_in_a_map() {
    assert_closes!(
        Rc,
        RefCell<BTreeMap<u8, RefCell<Option<Rc<Link>>>>>,
        |cell, next| drop(cell.borrow_mut().insert(5, RefCell::new(Some(next)))),
        |cell| cell.borrow()[&5].borrow().clone().unwrap()
    );
}

/// A node that is an enum, with a cell in one of its variants.
#[derive(Debuggable)]
enum Step {
    Start { note: String, then: RefCell<Then> },
    Next(u8, Rc<Step>),
}

/// What stands in a cell until the ring is whole is a variant without fields.
#[derive(Debuggable, Default)]
enum Then {
    #[default]
    Nothing,
    Step(Rc<Step>),
}

#[test]
fn a_ring_closes_through_an_enum() {
    for len in [3, 1_100] {
        let (note, then) = (long_text(len), RefCell::default());
        let start = Rc::new(Step::Start { note, then });
        let last = Rc::new(Step::Next(2, Rc::clone(&start)));
        let first = Rc::new(Step::Next(1, last));
        let Step::Start { then, .. } = &*start else {
            panic!("the start")
        };
        *then.borrow_mut() = Then::Step(Rc::clone(&first));
        for entry in [&start, &first] {
            let mut at = again(entry);
            let mut met = Vec::new();
            while met.iter().all(|met| !Rc::ptr_eq(met, &at)) {
                met.push(Rc::clone(&at));
                let next = match &*at {
                    Step::Start { then, .. } => match &*then.borrow() {
                        Then::Step(next) => Rc::clone(next),
                        Then::Nothing => panic!("the ring is open"),
                    },
                    Step::Next(_, next) => Rc::clone(next),
                };
                at = next;
            }
            assert_eq!(met.len(), 3);
            assert!(Rc::ptr_eq(&at, &met[0]));
        }
    }
}

/// An enum none of whose variants can stand in a cell before the ring is whole.
#[test]
fn a_content_with_nothing_to_stand_for_it_is_refused_on_loading() {
    #[derive(Debuggable)]
    struct Link {
        next: RefCell<Next>,
    }
    #[derive(Debuggable)]
    enum Next {
        Link(Rc<Link>),
        End(u8),
    }

    let next = RefCell::new(Next::End(1));
    let link = Rc::new(Link { next });
    *link.next.borrow_mut() = Next::Link(Rc::clone(&link));
    let encoded = encode(&link).unwrap();
    let error = loaded::<Rc<Link>>(&encoded).map(drop).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Unsupported { .. }),
        "{error}"
    );
    assert_eq!(error.path().to_string(), ".next");
    assert!(error.to_string().contains("use an `Option`"), "{error}");
    // Without its type it loads.
    let tree: Value = loaded(&encoded).unwrap();
    assert_eq!(cid(&tree), encoded.root());
}

/// A hub with spokes that lead back to it, and numbers that lead nowhere.
#[derive(Debuggable)]
struct Hub {
    spokes: RefCell<Vec<(u32, Rc<Hub>)>>,
    numbers: Vec<u64>,
    texts: RefCell<Vec<String>>,
}

#[test]
fn long_sequences_inside_a_cycle_are_chunked_unless_they_lead_back() {
    let texts: Vec<String> = (0..3_000).map(|n| format!("text {n}")).collect();
    let hub = Rc::new(Hub {
        spokes: RefCell::default(),
        numbers: (0..20_000).map(|n| n * n).collect(),
        texts: RefCell::new(texts.clone()),
    });
    let spoke = |n| (n, Rc::clone(&hub));
    hub.spokes.borrow_mut().extend((0..5_000).map(spoke));
    let encoded = encode(&hub).unwrap();
    let has = |cid| encoded.blocks().any(|block| block.cid() == cid);
    assert!(
        has(cid(&hub.numbers)),
        "the numbers are what they are alone"
    );
    assert!(has(cid(&texts)), "the texts are what they are alone");
    let root = crate::support::bytes_of(&encoded, encoded.root());
    assert!(root.len() > 5_000 * 8, "back references stay inside");
    assert_eq!(cideldill::links(&root).unwrap().len(), 2);
    let back = again(&hub);
    assert_eq!(
        (&back.numbers, &*back.texts.borrow()),
        (&hub.numbers, &texts)
    );
    let spokes = back.spokes.borrow();
    assert_eq!(spokes.len(), 5_000);
    for (n, (number, to)) in (0..).zip(&*spokes) {
        assert_eq!(*number, n);
        assert!(Rc::ptr_eq(to, &back));
    }
}

/// A graph with a cell of each kind somewhere inside.
#[derive(Debuggable, Default)]
struct Place {
    cell: RefCell<Option<Rc<Place>>>,
    mutex: Mutex<Vec<Option<Rc<Place>>>>,
    lock: RwLock<Option<Rc<Place>>>,
}

/// Two places on a cycle, each reached through all three cells of the other.
fn places() -> (Rc<Place>, Rc<Place>) {
    let (one, other) = (Rc::new(Place::default()), Rc::new(Place::default()));
    for (from, to) in [(&one, &other), (&other, &one)] {
        *from.cell.borrow_mut() = Some(Rc::clone(to));
        *from.mutex.lock().unwrap() = vec![None, Some(Rc::clone(to))];
        *from.lock.write().unwrap() = Some(Rc::clone(to));
    }
    (one, other)
}

#[track_caller]
fn assert_in_the_way(value: &impl Debuggable, is_right: fn(&ErrorKind) -> bool, path: &str) {
    // Refused again: nothing is left of the first attempt.
    for _ in 0..2 {
        let error: Error = encode(value).unwrap_err();
        assert!(is_right(error.kind()), "{error}");
        assert_eq!(error.path().to_string(), path);
    }
}

#[test]
fn a_cell_in_use_inside_a_graph_is_an_error_that_names_its_place() {
    let in_use: fn(&ErrorKind) -> bool = |kind| matches!(kind, ErrorKind::InUse { .. });
    let (one, other) = places();
    let value = vec![Rc::clone(&one)];
    let borrowed = other.cell.borrow_mut();
    assert_in_the_way(&value, in_use, "[0].cell.cell");
    drop(borrowed);
    let locked = other.mutex.lock().unwrap();
    assert_in_the_way(&value, in_use, "[0].cell.mutex");
    drop(locked);
    let locked = one.lock.write().unwrap();
    assert_in_the_way(&value, in_use, "[0].lock");
    drop(locked);
    // Read by others is no obstacle.
    let (_borrowed, _locked) = (other.cell.borrow(), other.lock.read().unwrap());
    again(&value);
}

#[test]
fn a_poisoned_lock_inside_a_graph_is_an_error_that_names_its_place() {
    let poisoned: fn(&ErrorKind) -> bool = |kind| matches!(kind, ErrorKind::Poisoned { .. });
    let (one, other) = places();
    let value = (7_u8, one);
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _held = other.mutex.lock();
        std::panic::resume_unwind(Box::new("while it is held"));
    }));
    assert!(panicked.is_err());
    assert_in_the_way(&value, poisoned, ".1.cell.mutex");
    other.mutex.clear_poison();
    again(&value);
}

mod as_list {
    use super::{Converted, Rc, RefCell};

    pub(super) fn reduce(next: &RefCell<Option<Rc<Converted>>>) -> Vec<Rc<Converted>> {
        next.borrow().iter().cloned().collect()
    }

    pub(super) fn reconstruct(list: Vec<Rc<Converted>>) -> RefCell<Option<Rc<Converted>>> {
        RefCell::new(list.into_iter().next())
    }
}

#[derive(Debuggable)]
struct Converted {
    name: String,
    #[debuggable(with = "as_list")]
    next: RefCell<Option<Rc<Converted>>>,
}

#[derive(Debuggable)]
#[debuggable(state = "Stateful::state", restore = "Stateful::restore")]
struct Stateful(RefCell<Option<Rc<Stateful>>>);

impl Stateful {
    fn state(&self) -> Vec<Rc<Stateful>> {
        self.0.borrow().iter().cloned().collect()
    }

    fn restore(state: Vec<Rc<Stateful>>) -> Self {
        Self(RefCell::new(state.into_iter().next()))
    }
}

/// The same, but what stands in for the field has a cell of its own, made anew each time.
mod as_cell {
    use super::{InNewCell, Rc, RefCell};

    pub(super) fn reduce(next: &Next) -> Next {
        next.clone()
    }

    pub(super) fn reconstruct(next: Next) -> Next {
        next
    }

    type Next = RefCell<Option<Rc<InNewCell>>>;
}

#[derive(Debuggable)]
struct InNewCell {
    #[debuggable(with = "as_cell")]
    next: RefCell<Option<Rc<InNewCell>>>,
}

#[test]
fn a_cycle_does_not_close_through_what_is_converted() {
    let unsupported = |error: Error| {
        let kind = error.kind();
        assert!(matches!(kind, ErrorKind::Unsupported { .. }), "{error}");
        error.path().to_string()
    };
    let link = Rc::new(Converted {
        name: "link".into(),
        next: RefCell::default(),
    });
    *link.next.borrow_mut() = Some(Rc::clone(&link));
    assert_eq!(unsupported(encode(&link).unwrap_err()), ".next[0]");
    let state = Rc::new(Stateful(RefCell::default()));
    *state.0.borrow_mut() = Some(Rc::clone(&state));
    unsupported(encode(&state).unwrap_err());
    let cell = Rc::new(InNewCell {
        next: RefCell::default(),
    });
    *cell.next.borrow_mut() = Some(Rc::clone(&cell));
    unsupported(encode(&cell).unwrap_err());
    // Without a cycle all three come back.
    let end = Rc::new(Converted {
        name: "end".into(),
        next: RefCell::default(),
    });
    *link.next.borrow_mut() = Some(Rc::clone(&end));
    let (back, back_end) = again(&(link, end));
    assert_eq!(back.name, "link");
    assert!(Rc::ptr_eq(&back.next.borrow().clone().unwrap(), &back_end));
    state.0.take();
    assert!(again(&state).0.borrow().is_none());
    cell.next.take();
    assert!(again(&cell).next.borrow().is_none());
}

/// A cell in a place that has no order of its own.
#[derive(Debuggable)]
struct Unordered<C: 'static> {
    name: String,
    cells: C,
    next: RefCell<Option<Rc<Unordered<C>>>>,
}

/// Which cell is which could not be told: no node is made with the wrong one filled.
#[test]
fn a_node_of_a_cycle_with_cells_in_no_order_is_read_without_its_type_only() {
    fn check<C: Debuggable + Clone + 'static>(cells: &C) {
        let node = Rc::new(Unordered {
            name: "node".into(),
            cells: cells.clone(),
            next: RefCell::default(),
        });
        assert_eq!(again(&node).name, "node");
        *node.next.borrow_mut() = Some(Rc::clone(&node));
        let encoded = encode(&node).unwrap();
        let tree: Value = loaded(&encoded).unwrap();
        assert_eq!(encode(&tree).unwrap(), encoded, "{tree}");
        let refused = loaded::<Rc<Unordered<C>>>(&encoded).map(drop).unwrap_err();
        let kind = refused.kind();
        assert!(matches!(kind, ErrorKind::Unsupported { .. }), "{refused}");
        node.next.take();
    }
    let cells = || [3_u8, 1, 2].map(RefCell::new);
    check(&BTreeSet::from(cells()));
    check(&BinaryHeap::from(cells()));
}
