//! A node is known by its address. What `with`, `state` or a reducer makes is gone when it is
//! written, and the next one may get its address: it was taken for the one before, and recorded with
//! that one's content.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use cideldill::{Debuggable, Registration, Registry, compute_cid, decode, encode};

/// One pointer, twice.
type Shared = (Rc<String>, Rc<String>);

mod twice {
    use super::{Rc, Shared};

    pub(super) fn reduce(number: &u64) -> Shared {
        let shared = Rc::new(number.to_string());
        (shared.clone(), shared)
    }

    pub(super) fn reconstruct((text, _): Shared) -> Result<u64, std::num::ParseIntError> {
        text.parse()
    }
}

#[derive(Debuggable, Debug, PartialEq, Clone)]
struct Item {
    #[debuggable(with = "twice")]
    number: u64,
}

fn items() -> Vec<Item> {
    (0..1_000).map(|number| Item { number }).collect()
}

#[test]
fn each_is_recorded_as_itself() {
    let encoded = encode(&items()).unwrap();
    let back: Vec<Item> = decode(encoded.root(), &encoded).unwrap();
    assert_eq!(back, items());
}

#[test]
fn also_of_a_reducer() {
    struct Foreign(u64);

    #[derive(Debuggable)]
    struct Holder(#[debuggable(reducer)] Foreign);

    let registry = Registry::new();
    let reduce = |foreign: &Foreign| twice::reduce(&foreign.0);
    let again = |shared| twice::reconstruct(shared).map(Foreign);
    registry
        .register(Registration::new("foreign", reduce, again))
        .unwrap();
    registry.enter(|| {
        let holders: Vec<Holder> = (0..1_000).map(|n| Holder(Foreign(n))).collect();
        let encoded = encode(&holders).unwrap();
        let back: Vec<Holder> = decode(encoded.root(), &encoded).unwrap();
        assert!(back.iter().zip(0..).all(|(holder, n)| holder.0.0 == n));
    });
}

/// Where a cycle is known the value is written a second time, and all nodes are known by address.
#[test]
fn also_beside_a_cycle() {
    mod once {
        use super::Rc;

        pub(super) fn reduce(number: &u64) -> Rc<String> {
            Rc::new(number.to_string())
        }

        #[expect(clippy::needless_pass_by_value, reason = "what was read is given away")]
        pub(super) fn reconstruct(text: Rc<String>) -> Result<u64, std::num::ParseIntError> {
            text.parse()
        }
    }
    #[derive(Debuggable)]
    struct Node {
        #[debuggable(with = "once")]
        number: u64,
        next: RefCell<Option<Rc<Node>>>,
    }
    let nodes: Vec<Rc<Node>> = (0..100)
        .map(|number| {
            let next = RefCell::default();
            Rc::new(Node { number, next })
        })
        .collect();
    for (at, node) in nodes.iter().enumerate() {
        *node.next.borrow_mut() = Some(nodes[(at + 1) % nodes.len()].clone());
    }
    let encoded = encode(&nodes).unwrap();
    let back: Vec<Rc<Node>> = decode(encoded.root(), &encoded).unwrap();
    assert!(
        back.iter()
            .zip(0..)
            .all(|(node, number)| node.number == number)
    );
    for nodes in [nodes, back] {
        for node in &nodes {
            node.next.take();
        }
    }
}

/// A weak pointer that a function made leads to nothing that was met.
#[test]
fn also_of_weak_pointers() {
    mod weak {
        use super::{Rc, Weak};

        pub(super) fn reduce(number: &u64) -> (Weak<u64>, Holds) {
            let target = Rc::new(*number);
            (Rc::downgrade(&target), Holds(target))
        }

        pub(super) fn reconstruct((weak, _): (Weak<u64>, Holds)) -> u64 {
            weak.upgrade().map_or(0, |number| *number)
        }

        /// Keeps its target, and records nothing.
        #[derive(cideldill::Debuggable)]
        pub(super) struct Holds(
            #[debuggable(skip)]
            #[expect(dead_code, reason = "it is only kept")]
            Rc<u64>,
        );
    }
    #[derive(Debuggable)]
    struct Item {
        #[debuggable(with = "weak")]
        weak: u64,
        strong: (Rc<u64>, Rc<u64>),
        #[debuggable(with = "numbers")]
        made: u64,
    }
    mod numbers {
        use super::Rc;

        pub(super) fn reduce(number: &u64) -> (Rc<u64>, Rc<u64>) {
            let number = Rc::new(*number);
            (number.clone(), number)
        }

        pub(super) fn reconstruct((number, _): (Rc<u64>, Rc<u64>)) -> u64 {
            *number
        }
    }
    let item = |number| {
        let strong = Rc::new(number);
        Item {
            weak: number,
            strong: (strong.clone(), strong),
            made: number + 1_000,
        }
    };
    let encoded = encode(&(0..100).map(item).collect::<Vec<_>>()).unwrap();
    let back: Vec<Item> = decode(encoded.root(), &encoded).unwrap();
    for (number, item) in (0..).zip(back) {
        assert_eq!((*item.strong.0, item.made), (number, number + 1_000));
        assert_eq!(item.weak, 0, "its target is nowhere in the value");
    }
}

/// Recorded as what leads back to it, through a cell that is made for this.
#[derive(Debuggable)]
struct Parent {
    number: u8,
    #[debuggable(with = "itself")]
    itself: RefCell<Weak<Parent>>,
}

mod itself {
    use super::{Parent, Rc, RefCell, Weak};

    pub(super) fn reduce(weak: &RefCell<Weak<Parent>>) -> RefCell<Option<Rc<Parent>>> {
        RefCell::new(weak.borrow().upgrade())
    }

    pub(super) fn reconstruct(cell: RefCell<Option<Rc<Parent>>>) -> RefCell<Weak<Parent>> {
        let parent = cell.into_inner();
        RefCell::new(parent.as_ref().map(Rc::downgrade).unwrap_or_default())
    }
}

#[test]
fn a_cell_made_on_the_way_closes_no_cycle() {
    let parent = Rc::new(Parent {
        number: 1,
        itself: RefCell::default(),
    });
    *parent.itself.borrow_mut() = Rc::downgrade(&parent);
    let error = compute_cid(&parent).unwrap_err();
    assert!(error.to_string().contains("cycle"), "{error}");
    assert_eq!(parent.number, 1);
}

/// A node that leads on through what a function makes, and back through a cell of its own.
#[derive(Debuggable)]
struct Station {
    name: u8,
    #[debuggable(with = "as_is")]
    lines: Vec<Rc<Station>>,
    back: RefCell<Vec<Rc<Station>>>,
}

mod as_is {
    use super::{Rc, Station};

    #[expect(clippy::ptr_arg, reason = "it is given the field")]
    pub(super) fn reduce(lines: &Vec<Rc<Station>>) -> Vec<Rc<Station>> {
        lines.clone()
    }

    pub(super) fn reconstruct(lines: Vec<Rc<Station>>) -> Vec<Rc<Station>> {
        lines
    }
}

/// It was said to have changed while it was recorded if the cell was first met behind the function.
#[test]
fn a_cycle_through_what_a_function_makes_closes_through_cells_that_stay() {
    let station = |name, lines| {
        Rc::new(Station {
            name,
            lines,
            back: RefCell::default(),
        })
    };
    let third = station(3, vec![]);
    let second = station(2, vec![Rc::clone(&third), Rc::clone(&third)]);
    let first = station(1, vec![Rc::clone(&second)]);
    let all = [first, second, third];
    all[2].back.borrow_mut().push(Rc::clone(&all[0]));
    all[1]
        .back
        .borrow_mut()
        .extend([Rc::clone(&all[0]), Rc::clone(&all[1])]);
    for entry in &all {
        let encoded = encode(entry).unwrap();
        let back: Rc<Station> = decode(encoded.root(), &encoded).unwrap();
        assert_eq!(compute_cid(&back).unwrap(), encoded.root());
        let tree: cideldill::Value = decode(encoded.root(), &encoded).unwrap();
        assert_eq!(compute_cid(&tree).unwrap(), encoded.root());
        // Round to the first, and around.
        let first = match back.name {
            1 => back,
            _ => Rc::clone(&back.back.borrow()[0]),
        };
        let second = &first.lines[0];
        assert!(Rc::ptr_eq(&second.lines[0], &second.lines[1]));
        let held = second.back.borrow();
        assert!(Rc::ptr_eq(&held[0], &first) && Rc::ptr_eq(&held[1], second));
        assert!(Rc::ptr_eq(&second.lines[0].back.borrow()[0], &first));
        assert_eq!(
            [&first, second, &second.lines[0]].map(|station| station.name),
            [1, 2, 3]
        );
    }
    for station in &all {
        station.back.borrow_mut().clear();
    }
}
