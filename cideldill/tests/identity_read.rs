//! Every kind of shared pointer and cell read back, and graphs that break off half way: nothing is left
//! behind that nobody owns. Small, without files and threads, so that Miri can look at every access and
//! every piece of memory (docs/testing.md says how).

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};
use std::sync::{Arc, Mutex, OnceLock, RwLock};

use cideldill::{
    BlockSource, Cid, Debuggable, Encoded, Error, ErrorKind, Profile, Registry, debuggable, decode,
    encode_with,
};

fn again<T: Debuggable>(value: &T) -> T {
    let encoded = encode_with(value, Profile::SMALL).unwrap();
    decode(encoded.root(), &encoded).unwrap()
}

#[test]
fn pointers_of_both_kinds_to_values_texts_and_slices() {
    let (rc, arc) = (Rc::new(5_u32), Arc::new(Some("five".to_owned())));
    let (text, slice): (Rc<str>, Arc<[u16]>) = ("text".into(), [1, 2, 3].into());
    let value = (
        (Rc::clone(&rc), rc),
        (Arc::clone(&arc), arc),
        (Rc::clone(&text), text),
        (Arc::clone(&slice), slice),
    );
    let (rcs, arcs, texts, slices) = again(&value);
    assert!(Rc::ptr_eq(&rcs.0, &rcs.1) && *rcs.0 == 5);
    assert!(Arc::ptr_eq(&arcs.0, &arcs.1) && arcs.0.as_deref() == Some("five"));
    assert!(Rc::ptr_eq(&texts.0, &texts.1) && &*texts.0 == "text");
    assert!(Arc::ptr_eq(&slices.0, &slices.1) && *slices.0 == [1, 2, 3]);
}

#[test]
fn cells_that_are_shared() {
    let (cell, lock) = (
        Rc::new(Cell::new(7_u64)),
        Arc::new(Mutex::new("held".to_owned())),
    );
    let value = (vec![Rc::clone(&cell), cell], vec![Arc::clone(&lock), lock]);
    let (cells, locks) = again(&value);
    cells[0].set(8);
    assert_eq!(cells[1].get(), 8);
    locks[0].lock().unwrap().push_str(" twice");
    assert_eq!(*locks[1].lock().unwrap(), "held twice");
}

#[derive(Debuggable)]
struct Child {
    /// In a plain field: read before its parent is whole.
    parent: Weak<Parent>,
    sibling: RefCell<Weak<Child>>,
}

#[derive(Debuggable)]
struct Parent {
    me: Weak<Parent>,
    children: RefCell<Vec<Rc<Child>>>,
}

#[test]
fn weak_pointers_to_what_is_open_further_on_and_outside() {
    let parent = Rc::new_cyclic(|me| Parent {
        me: me.clone(),
        children: RefCell::default(),
    });
    let child = |parent: &Rc<Parent>| {
        Rc::new(Child {
            parent: Rc::downgrade(parent),
            sibling: RefCell::default(),
        })
    };
    let outside = Rc::new_cyclic(|me| Parent {
        me: me.clone(),
        children: RefCell::default(),
    });
    let children = vec![child(&parent), child(&parent), child(&outside)];
    *children[0].sibling.borrow_mut() = Rc::downgrade(&children[1]);
    *children[1].sibling.borrow_mut() = Rc::downgrade(&children[0]);
    *parent.children.borrow_mut() = children;
    let back = again(&parent);
    assert!(Weak::ptr_eq(&back.me, &Rc::downgrade(&back)));
    let children = back.children.borrow();
    assert!(Weak::ptr_eq(&children[0].parent, &back.me));
    assert!(Weak::ptr_eq(&children[1].parent, &back.me));
    assert!(children[2].parent.upgrade().is_none());
    for (from, to) in [(0, 1), (1, 0)] {
        let sibling = children[from].sibling.borrow().upgrade().unwrap();
        assert!(Rc::ptr_eq(&sibling, &children[to]));
    }
}

/// A ring of two, one link of which is this kind of cell.
macro_rules! assert_closes {
    ($pointer:ident, $cell:ty, $set:expr, $get:expr) => {{
        #[derive(Debuggable, Default)]
        struct Link {
            name: String,
            cell: $cell,
            back: Mutex<Option<$pointer<Link>>>,
        }
        let set: fn(&$cell, $pointer<Link>) = $set;
        let get: fn(&$cell) -> $pointer<Link> = $get;
        let link = |name: &str| {
            let name = name.to_owned();
            $pointer::new(Link {
                name,
                ..Link::default()
            })
        };
        let (first, second) = (link("first"), link("second"));
        set(&first.cell, $pointer::clone(&second));
        *second.back.lock().unwrap() = Some($pointer::clone(&first));
        for entry in [&first, &second] {
            let entry = again(entry);
            let is_first = entry.name == "first";
            let other = if is_first {
                get(&entry.cell)
            } else {
                entry.back.lock().unwrap().clone().unwrap()
            };
            let (first, second) = if is_first {
                (&entry, &other)
            } else {
                (&other, &entry)
            };
            assert_eq!((&*first.name, &*second.name), ("first", "second"));
            assert!($pointer::ptr_eq(&get(&first.cell), second));
            let back = second.back.lock().unwrap().take().unwrap();
            assert!($pointer::ptr_eq(&back, first));
        }
        second.back.lock().unwrap().take();
    }};
}

#[test]
fn rings_through_every_kind_of_cell() {
    assert_closes!(
        Rc,
        RefCell<Option<Rc<Link>>>,
        |cell, next| *cell.borrow_mut() = Some(next),
        |cell| cell.borrow().clone().unwrap()
    );
    assert_closes!(
        Rc,
        RefCell<BTreeMap<u8, Vec<Rc<Link>>>>,
        |cell, next| drop(cell.borrow_mut().insert(5, vec![next])),
        |cell| Rc::clone(&cell.borrow()[&5][0])
    );
    assert_closes!(
        Rc,
        OnceCell<Rc<Link>>,
        |cell, next| assert!(cell.set(next).is_ok()),
        |cell| Rc::clone(cell.get().unwrap())
    );
    assert_closes!(
        Arc,
        Mutex<Option<Arc<Link>>>,
        |cell, next| *cell.lock().unwrap() = Some(next),
        |cell| cell.lock().unwrap().clone().unwrap()
    );
    assert_closes!(
        Arc,
        RwLock<Vec<Arc<Link>>>,
        |cell, next| cell.write().unwrap().push(next),
        |cell| Arc::clone(&cell.read().unwrap()[0])
    );
    assert_closes!(
        Arc,
        OnceLock<Arc<Link>>,
        |cell, next| assert!(cell.set(next).is_ok()),
        |cell| Arc::clone(cell.get().unwrap())
    );
}

#[debuggable(dyn)]
trait Part {
    fn parts(&self) -> &RefCell<Vec<Rc<dyn Part>>>;
}

#[derive(Debuggable)]
struct Joint {
    name: String,
    parts: RefCell<Vec<Rc<dyn Part>>>,
}

impl Part for Joint {
    fn parts(&self) -> &RefCell<Vec<Rc<dyn Part>>> {
        &self.parts
    }
}

#[test]
fn a_cycle_of_trait_objects() {
    let registry = Registry::new();
    registry.register_dyn::<dyn Part, Joint>("joint").unwrap();
    registry.enter(|| {
        let joint = |name: &str| -> Rc<dyn Part> {
            let name = name.to_owned();
            let parts = RefCell::default();
            Rc::new(Joint { name, parts })
        };
        let (first, second) = (joint("first"), joint("second"));
        first.parts().borrow_mut().push(Rc::clone(&second));
        second.parts().borrow_mut().push(Rc::clone(&first));
        let back = again(&first);
        let other = Rc::clone(&back.parts().borrow()[0]);
        assert!(Rc::ptr_eq(&other.parts().borrow()[0], &back));
        other.parts().take();
        second.parts().take();
    });
}

/// The blocks of a value with one byte of one of them changed, under the names they had: as if a source
/// did not verify.
struct Changed<'a> {
    encoded: &'a Encoded,
    cid: Cid,
    at: usize,
    bit: u8,
}

impl BlockSource for Changed<'_> {
    fn load_many(&self, cids: &[Cid]) -> Result<Vec<Arc<[u8]>>, Error> {
        let load = |cid: &Cid| {
            let mut blocks = self.encoded.blocks();
            let block = blocks.find(|block| block.cid() == *cid);
            let block = block.ok_or(ErrorKind::Missing { cid: *cid })?;
            let mut bytes = block.bytes().to_vec();
            if *cid == self.cid {
                bytes[self.at] ^= self.bit;
            }
            Ok(bytes.into())
        };
        cids.iter().map(load).collect()
    }
}

thread_local! {
    static ALIVE: Cell<usize> = const { Cell::new(0) };
}

/// Counts those that are there.
struct Alive;

impl Default for Alive {
    fn default() -> Self {
        ALIVE.set(ALIVE.get() + 1);
        Self
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        ALIVE.set(ALIVE.get() - 1);
    }
}

#[derive(Debuggable, Default)]
struct Node {
    #[debuggable(skip)]
    _alive: Alive,
    name: String,
    plain: Vec<Rc<Node>>,
    cells: RefCell<Vec<Rc<Node>>>,
    weak: RefCell<Weak<Node>>,
}

/// Opens what may be a cycle, so that all of it is freed.
fn open_up(node: &Rc<Node>) {
    let mut open = vec![Rc::clone(node)];
    while let Some(node) = open.pop() {
        open.extend(node.cells.take());
        open.extend(node.plain.iter().cloned());
    }
}

#[test]
fn a_graph_that_breaks_off_leaves_nothing_behind() {
    let node = |name: &str, plain: Vec<Rc<Node>>| {
        let name = name.to_owned();
        Rc::new(Node {
            name,
            plain,
            ..Node::default()
        })
    };
    let last = node("last", Vec::new());
    let middle = node("middle", vec![Rc::clone(&last)]);
    let first = node("first", vec![Rc::clone(&middle), Rc::clone(&last)]);
    last.cells
        .borrow_mut()
        .extend([Rc::clone(&first), Rc::clone(&last)]);
    middle.cells.borrow_mut().push(Rc::clone(&first));
    *middle.weak.borrow_mut() = Rc::downgrade(&last);
    let encoded = encode_with(&first, Profile::SMALL).unwrap();
    let places = encoded.blocks().flat_map(|block| {
        let bytes = 0..block.bytes().len();
        bytes.map(move |at| (block.cid(), at))
    });
    let step = if cfg!(miri) { 3 } else { 1 };
    let (mut refused, mut read, mut left) = (0, 0, Vec::new());
    let before = ALIVE.get();
    for (number, (cid, at)) in places.enumerate().step_by(step) {
        let bit = 1 << (number % 8);
        let changed = Changed {
            encoded: &encoded,
            cid,
            at,
            bit,
        };
        match decode::<Rc<Node>>(encoded.root(), &changed) {
            Ok(back) => {
                open_up(&back);
                read += 1;
            }
            Err(error) => {
                if ALIVE.get() > before {
                    left.push(format!("byte {at} ^ {bit}: {error}"));
                    ALIVE.set(before);
                }
                refused += 1;
            }
        }
    }
    assert!(left.is_empty(), "{left:#?}");
    assert!(refused > 50 && read > 0, "{refused} refused, {read} read");
    open_up(&first);
}
