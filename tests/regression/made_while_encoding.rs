//! What a user's function makes while a value is taken apart is gone before the value is: another
//! pointer made later may lead to the same address, and is still another one.

#![expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "functions that `with` names take references"
)]

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use cideldill::{Debuggable, Encoded, compute_cid, decode, encode};

/// A number, recorded as two pointers to the same text.
#[derive(Clone, Debug, PartialEq, Debuggable)]
struct Twice(#[debuggable(with = "twice")] u32);

mod twice {
    use super::{Rc, RefCell};

    type Made = (Rc<RefCell<String>>, Rc<RefCell<String>>);

    pub(super) fn reduce(number: &u32) -> Made {
        let text = Rc::new(RefCell::new(number.to_string()));
        (Rc::clone(&text), text)
    }

    pub(super) fn reconstruct((one, two): Made) -> Result<u32, std::num::ParseIntError> {
        assert!(Rc::ptr_eq(&one, &two));
        one.borrow().parse()
    }
}

/// The same with a weak pointer that leads nowhere.
#[derive(Clone, Debug, PartialEq, Debuggable)]
struct Nowhere(#[debuggable(with = "nowhere")] u32);

mod nowhere {
    use super::{Rc, Weak};

    pub(super) fn reduce(number: &u32) -> (Weak<u32>, u32) {
        (Rc::downgrade(&Rc::new(*number)), *number)
    }

    pub(super) fn reconstruct((weak, number): (Weak<u32>, u32)) -> u32 {
        assert!(weak.upgrade().is_none());
        number
    }
}

#[derive(Debuggable)]
struct Ring {
    made: Vec<Twice>,
    more: Vec<Nowhere>,
    next: RefCell<Option<Rc<Ring>>>,
}

fn round_trip<T: Debuggable>(value: &T) -> T {
    let encoded: Encoded = encode(value).unwrap();
    decode(encoded.root(), &encoded).unwrap()
}

#[test]
fn pointers_made_on_the_way_are_never_taken_for_others() {
    let numbers: Vec<Twice> = (0..100).map(Twice).collect();
    assert_eq!(round_trip(&numbers), numbers);
    let numbers: Vec<Nowhere> = (0..100).map(Nowhere).collect();
    assert_eq!(round_trip(&numbers), numbers);
}

#[test]
fn nor_where_a_cycle_has_the_value_written_twice() {
    let ring = Rc::new(Ring {
        made: (0..100).map(Twice).collect(),
        more: (0..100).map(Nowhere).collect(),
        next: RefCell::default(),
    });
    *ring.next.borrow_mut() = Some(Rc::clone(&ring));
    let loaded = round_trip(&ring);
    assert_eq!(loaded.made, ring.made);
    assert_eq!(loaded.more, ring.more);
    assert_eq!(compute_cid(&loaded).unwrap(), compute_cid(&ring).unwrap());
    loaded.next.take();
    ring.next.take();
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
