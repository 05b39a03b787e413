//! Cells, locks and other types that only hold a value.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell, RefCell};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, LinkedList, VecDeque};
use std::fmt::Debug;
use std::num::{NonZero, Saturating, Wrapping};
use std::sync::atomic;
use std::sync::{Mutex, OnceLock, RwLock};

use cideldill::{Error, ErrorKind, Reconstruct, Reduce, Value, compute_cid, encode, encode_with};

use crate::*;

#[test]
fn what_only_holds_a_value_adds_nothing_to_it() {
    let long = "long ".repeat(500);
    same_cid!(
        long,
        long.as_str(),
        &long,
        Box::new(long.clone()),
        Cow::from(long.as_str()),
        RefCell::new(long.clone()),
        Mutex::new(long.clone()),
        RwLock::new(long.clone()),
        Reverse(long.clone()),
        Wrapping(long.clone()),
        Mutex::new(Box::new(RefCell::new(long.as_str()))),
    );
    same_cid!(
        7_u8,
        Cell::new(7_u8),
        atomic::AtomicU8::new(7),
        NonZero::new(7_u8).unwrap()
    );
    same_cid!(
        7_usize,
        7_u64,
        atomic::AtomicUsize::new(7),
        NonZero::new(7_u64).unwrap()
    );
    same_cid!(
        -7_isize,
        -7_i64,
        atomic::AtomicI64::new(-7),
        Saturating(-7_isize)
    );
    same_cid!(
        true,
        atomic::AtomicBool::new(true),
        Reverse(Cell::new(true))
    );
    same_cid!(Some(7_u8), OnceCell::from(7_u8), OnceLock::from(7_u8));
    same_cid!(None::<u8>, OnceCell::<u8>::new(), OnceLock::<u8>::new());
    same_cid!(Some(None::<u8>), OnceLock::from(None::<u8>));
    // A dynamic value is a root of its own kind, also when something holds it.
    let tree = Value::from(7_u8);
    same_cid!(
        7_u8,
        tree,
        &tree,
        Cow::Borrowed(&tree),
        RefCell::new(tree.clone()),
        Mutex::new(Box::new(tree.clone())),
        RwLock::new(Reverse(tree.clone())),
    );
    let back: Mutex<Reverse<Value>> = loaded(&encode(&tree).unwrap()).unwrap();
    assert_eq!(back.into_inner().unwrap().0, tree);
}

#[test]
fn sequences_of_what_only_holds_a_number_are_packed_like_the_numbers() {
    for n in [0_u64, 1, 100, 200, 5000, 100_000] {
        let numbers = || 0..n;
        let plain: Vec<u64> = numbers().collect();
        let boxed: Vec<Box<u64>> = numbers().map(Box::new).collect();
        same_cid!(
            plain,
            numbers().map(Wrapping).collect::<Vec<_>>(),
            numbers().map(Reverse).collect::<Vec<_>>(),
            numbers().map(Cell::new).collect::<Vec<_>>(),
            numbers().map(RefCell::new).collect::<VecDeque<_>>(),
            numbers().map(Mutex::new).collect::<LinkedList<_>>(),
            numbers().map(atomic::AtomicU64::new).collect::<Box<[_]>>(),
            plain.iter().collect::<Vec<_>>(),
            boxed,
            plain.iter().map(Cow::Borrowed).collect::<Vec<_>>(),
            Cow::from(&plain),
        );
        let bytes = || (0..n).map(|i| (i * i % 251) as u8 + 1);
        same_cid!(
            bytes().collect::<Vec<_>>(),
            bytes().map(Wrapping).collect::<Vec<_>>(),
            bytes().map(Cell::new).collect::<Vec<_>>(),
            bytes()
                .map(|byte| NonZero::new(byte).unwrap())
                .collect::<Vec<_>>(),
            bytes().map(RwLock::new).collect::<Vec<_>>(),
            bytes().map(atomic::AtomicU8::new).collect::<VecDeque<_>>(),
            bytes().map(Box::new).collect::<VecDeque<_>>(),
            bytes()
                .map(Reverse)
                .map(Cell::new)
                .map(RefCell::new)
                .collect::<Vec<_>>(),
        );
        let floats = || (0..n).map(|i| i as f32 - 3.5);
        same_cid!(
            floats().collect::<Vec<_>>(),
            floats().map(RefCell::new).collect::<Vec<_>>(),
            floats().map(Cell::new).collect::<LinkedList<_>>(),
        );
        let wide = || (0..n).map(|i| i128::from(i) << 60);
        same_cid!(
            wide().map(|i| -i).collect::<Vec<_>>(),
            wide().map(|i| Cell::new(-i)).collect::<Vec<_>>(),
        );
    }
}

#[test]
fn holders_load_from_what_they_hold() {
    let encoded = encode(&vec![1_u64, 2, 300]).unwrap();
    let cells: Vec<Cell<u64>> = loaded(&encoded).unwrap();
    assert_eq!(cells, [1, 2, 300].map(Cell::new));
    let locks: Vec<Mutex<u64>> = loaded(&encoded).unwrap();
    assert_eq!(locks[2].lock().unwrap().to_owned(), 300);
    let numbers: VecDeque<NonZero<u64>> = loaded(&encoded).unwrap();
    assert_eq!(numbers[1].get(), 2);
    let shared: Cow<'static, [u64]> = loaded(&encoded).unwrap();
    assert_eq!(*shared, [1, 2, 300]);
    let each: Vec<Cow<'static, u64>> = loaded(&encoded).unwrap();
    assert_eq!(*each[0], 1);
    let atomics: LinkedList<atomic::AtomicU64> = loaded(&encoded).unwrap();
    assert_eq!(atomics.len(), 3);
    let bytes = encode(&vec![1_u8, 2, 3]).unwrap();
    let cells: [RefCell<u8>; 3] = loaded(&bytes).unwrap();
    assert_eq!(cells, [1, 2, 3].map(RefCell::new));
    let deque: VecDeque<Wrapping<u8>> = loaded(&bytes).unwrap();
    assert_eq!(deque, [1, 2, 3].map(Wrapping));
    let once: OnceCell<Vec<u8>> = loaded(&encode(&Some(vec![1_u8])).unwrap()).unwrap();
    assert_eq!(once.get(), Some(&vec![1]));
}

#[test]
fn integers_widen_through_what_holds_them() {
    let narrow = encode(&vec![1_u8, 200]).unwrap();
    assert_eq!(
        loaded::<Vec<Cell<u32>>>(&narrow).unwrap(),
        [1, 200].map(Cell::new)
    );
    assert_eq!(
        loaded::<Vec<Box<u64>>>(&narrow).unwrap(),
        [1, 200].map(Box::new)
    );
    let wrapping: Vec<Wrapping<i16>> = loaded(&narrow).unwrap();
    assert_eq!(wrapping, [1, 200].map(Wrapping));
    let widened: Vec<NonZero<u16>> = loaded(&narrow).unwrap();
    assert_eq!(widened[1].get(), 200);
    let narrow = encode(&vec![1_i16, -200]).unwrap();
    assert_eq!(
        loaded::<Vec<RefCell<i64>>>(&narrow).unwrap(),
        [1, -200].map(RefCell::new)
    );
    assert!(matches!(
        loaded::<Vec<Cell<u64>>>(&narrow).unwrap_err().kind(),
        ErrorKind::WrongKind { .. }
    ));
}

#[test]
fn zero_does_not_load_as_a_number_that_is_never_zero() {
    let error = loaded::<NonZero<u8>>(&encode(&0_u8).unwrap()).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::OutOfRange { .. }),
        "{error}"
    );
    let error = loaded::<Vec<NonZero<i32>>>(&encode(&vec![1, 0]).unwrap()).unwrap_err();
    assert_eq!(error.path().to_string(), "[1]");
    let error = loaded::<Vec<NonZero<u16>>>(&encode(&vec![1_u8, 0]).unwrap()).unwrap_err();
    assert_eq!(error.path().to_string(), "[1]");
}

#[test]
fn a_borrowed_cell_or_held_lock_is_an_error_and_never_waited_for() {
    let cells = vec![RefCell::new("a"), RefCell::new("b")];
    let borrow = cells[1].borrow_mut();
    let error = compute_cid(&cells).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InUse { .. }), "{error}");
    assert_eq!(error.path().to_string(), "[1]");
    drop(borrow);
    let _shared = cells[1].borrow();
    assert!(compute_cid(&cells).is_ok());

    let numbers = [RefCell::new(1_u64)];
    let borrow = numbers[0].borrow_mut();
    let error = compute_cid(&numbers).unwrap_err();
    assert_eq!(error.path().to_string(), "[0]");
    drop(borrow);

    let lock = Mutex::new(1);
    let guard = lock.lock().unwrap();
    let error = compute_cid(&lock).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InUse { .. }), "{error}");
    drop(guard);
    assert!(compute_cid(&lock).is_ok());

    let lock = RwLock::new(1);
    let guard = lock.write().unwrap();
    assert!(matches!(
        compute_cid(&lock).unwrap_err().kind(),
        ErrorKind::InUse { .. }
    ));
    drop(guard);
    let _reader = lock.read().unwrap();
    assert!(compute_cid(&lock).is_ok());
}

#[test]
fn a_poisoned_lock_is_an_error() {
    let (mutex, lock) = (Mutex::new(1), RwLock::new(1));
    std::thread::scope(|scope| {
        let panics = scope.spawn(|| {
            let _guards = (mutex.lock().unwrap(), lock.write().unwrap());
            std::panic::resume_unwind(Box::new("on purpose"));
        });
        assert!(panics.join().is_err());
    });
    let error = compute_cid(&mutex).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Poisoned { .. }),
        "{error}"
    );
    let error = compute_cid(&lock).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Poisoned { .. }),
        "{error}"
    );
}

/// A number whose own order is not that of its bytes, and which says nothing about it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Shown(RefCell<i32>);

impl Reduce for Shown {
    const DESC: &'static cideldill::__private::Desc = i32::DESC;

    fn reduce(&self, encoder: &mut cideldill::Encoder<'_>) -> Result<(), Error> {
        self.0.reduce(encoder)
    }
}

impl Reconstruct for Shown {
    fn reconstruct(decoder: &mut cideldill::Decoder<'_>) -> Result<Self, Error> {
        RefCell::reconstruct(decoder).map(Self)
    }
}

#[test]
fn a_type_whose_state_is_a_number_is_packed_without_saying_so() {
    let shown = |n: i32| Shown(RefCell::new(n));
    let numbers = || (-3000..3000).rev();
    same_cid!(
        numbers().collect::<Vec<_>>(),
        numbers().map(shown).collect::<Vec<_>>()
    );
    let encoded = encode(&numbers().collect::<Vec<_>>()).unwrap();
    assert_eq!(
        loaded::<Vec<Shown>>(&encoded).unwrap(),
        numbers().map(shown).collect::<Vec<_>>()
    );
    // A heap of them is sorted, in packed form.
    same_cid!(
        (-3000..3000).collect::<Vec<_>>(),
        numbers().map(shown).collect::<BinaryHeap<_>>(),
        numbers().collect::<BinaryHeap<_>>(),
    );
    let bytes = || (0..=255_u8).rev();
    same_cid!(
        (0..=255).collect::<Vec<u8>>(),
        bytes().map(RefCell::new).collect::<BinaryHeap<_>>(),
        bytes().map(Reverse).collect::<BinaryHeap<_>>(),
    );
    let floats = [1.5_f32, -0.5, 0.0].map(|f| Reverse(f.to_bits()));
    assert!(compute_cid(&BinaryHeap::from(floats)).is_ok());
}

#[test]
fn every_bit_of_a_float_in_a_cell_is_kept() {
    let odd = [f64::from_bits(0x7ff8_0000_0000_1234), -0.0, f64::INFINITY];
    let cells: Vec<Cell<f64>> = odd.iter().copied().map(Cell::new).collect();
    let back: Vec<Cell<f64>> = loaded(&encode(&cells).unwrap()).unwrap();
    let bits = |cells: &[Cell<f64>]| cells.iter().map(|f| f.get().to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&back), bits(&cells));
}
