//! Type parameters, constants and lifetimes: the bounds that the derive finds are enough, and no
//! more than needed.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt::{self, Debug};
use std::marker::PhantomData;

use cideldill::{Debuggable, Reduce};

use crate::support::{assert_comes_back, cid};

/// Neither recordable nor comparable nor anything else.
struct Nothing;

#[derive(Debuggable, Debug, PartialEq)]
struct Pair<A, B = u8> {
    first: A,
    second: Vec<Option<B>>,
}

#[test]
fn type_parameters_come_back() {
    assert_comes_back(&Pair {
        first: "x".to_owned(),
        second: vec![Some(1_u8), None],
    });
    assert_comes_back(&Pair {
        first: Pair {
            first: (),
            second: vec![Some('c')],
        },
        second: vec![Some(1.5)],
    });
}

#[derive(Debuggable, Debug, PartialEq)]
enum Either<L, R>
where
    L: Clone,
{
    Left(L),
    Right { value: R },
}

#[test]
fn bounds_of_the_type_are_kept() {
    assert_comes_back(&Either::<u8, Nested>::Left(1));
    assert_comes_back(&Either::<u8, Nested>::Right {
        value: Nested([[1, 2], [3, 4]]),
    });
}

#[derive(Debuggable, Debug, PartialEq)]
struct Nested([[u8; 2]; 2]);

#[derive(Debuggable, Debug, PartialEq)]
struct Grid<T, const WIDTH: usize, const HEIGHT: usize> {
    cells: [[T; WIDTH]; HEIGHT],
}

#[test]
fn const_parameters_come_back() {
    assert_comes_back(&Grid {
        cells: [[1_u16, 2, 3], [4, 5, 6]],
    });
}

#[derive(Debuggable, Debug, PartialEq)]
struct List<T> {
    value: T,
    next: Option<Box<List<T>>>,
}

#[derive(Debuggable, Debug, PartialEq)]
struct Node<T, M> {
    value: T,
    marker: PhantomData<M>,
    children: Vec<Node<T, M>>,
}

/// Two types that hold each other: bounds on whole field types would have no end here.
#[derive(Debuggable, Debug, PartialEq)]
struct Ping<T> {
    value: T,
    pong: Option<Box<Pong<T>>>,
}

#[derive(Debuggable, Debug, PartialEq)]
struct Pong<T> {
    pings: Vec<Ping<T>>,
}

#[test]
fn recursive_generic_types_come_back() {
    let last = List {
        value: 2_u8,
        next: None,
    };
    assert_comes_back(&List {
        value: 1,
        next: Some(Box::new(last)),
    });
    let ping = |value, pong| Ping { value, pong };
    assert_comes_back(&ping(
        1_u8,
        Some(Box::new(Pong {
            pings: vec![ping(2, None), ping(3, None)],
        })),
    ));
}

impl PartialEq for Nothing {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Debug for Nothing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nothing")
    }
}

#[test]
fn what_only_a_marker_names_needs_no_impl() {
    assert_comes_back(&Node {
        value: 1_u8,
        marker: PhantomData::<Nothing>,
        children: vec![Node {
            value: 2,
            marker: PhantomData,
            children: vec![],
        }],
    });
}

trait Animal {
    type Food: Debug + PartialEq;
    type Home: Debug + PartialEq;
}

#[derive(Debug, PartialEq)]
struct Cat;

impl Animal for Cat {
    type Food = String;
    type Home = u8;
}

#[derive(Debuggable, Debug, PartialEq)]
struct Stable<A: Animal> {
    food: Vec<A::Food>,
    home: <A as Animal>::Home,
    first: Option<<Vec<A::Food> as IntoIterator>::Item>,
}

#[test]
fn projections_are_bound_and_not_their_parameter() {
    assert_comes_back(&Stable::<Cat> {
        food: vec!["fish".into()],
        home: 3,
        first: Some("milk".into()),
    });
}

#[derive(Debuggable, Debug, PartialEq)]
struct Skips<T, U> {
    #[debuggable(skip)]
    many: Vec<T>,
    #[debuggable(skip)]
    one: Option<T>,
    kept: U,
}

#[test]
fn a_skipped_parameter_needs_what_its_default_needs_and_no_more() {
    assert_comes_back(&Skips::<Nothing, u8> {
        many: vec![],
        one: None,
        kept: 1,
    });
}

#[derive(Debuggable, Debug, PartialEq)]
struct Defaults<T> {
    #[debuggable(skip)]
    value: T,
    #[debuggable(skip)]
    array: [T; 2],
}

#[test]
fn a_skipped_value_of_a_parameter_is_its_default() {
    assert_comes_back(&Defaults::<String> {
        value: String::new(),
        array: [String::new(), String::new()],
    });
}

#[derive(Debuggable, Debug, PartialEq)]
#[debuggable(bound = "T: Clone + cideldill::Debuggable")]
struct OnItem<T> {
    value: T,
}

#[derive(Debuggable, Debug, PartialEq)]
#[debuggable(bound(
    reduce = "T: cideldill::Reduce",
    reconstruct = "T: cideldill::Reconstruct"
))]
struct OnBoth<T> {
    value: T,
}

#[derive(Debuggable, Debug)]
struct OnField<T, S> {
    #[debuggable(bound(
        reduce = "T: cideldill::Reduce",
        reconstruct = "T: cideldill::Reconstruct + Eq + std::hash::Hash, \
                       S: std::hash::BuildHasher + Default"
    ))]
    values: std::collections::HashSet<T, S>,
}

#[test]
fn bound_replaces_what_is_inferred() {
    assert_comes_back(&OnItem { value: 1_u8 });
    assert_comes_back(&OnBoth { value: 1_u8 });
    let values = OnField {
        values: std::collections::HashSet::from([1_u8, 2]),
    };
    assert_eq!(crate::support::again(&values).values, values.values);
}

#[derive(Debuggable)]
struct Borrowed<'a, T: ?Sized> {
    text: &'a str,
    bytes: &'a [u8],
    cow: Cow<'a, str>,
    value: &'a T,
}

#[derive(Debuggable)]
#[debuggable(rename = "Borrowed")]
struct Owned {
    text: String,
    bytes: Vec<u8>,
    cow: String,
    value: Box<str>,
}

#[test]
fn borrowed_data_has_the_cid_of_owned_data() {
    let text = "text".to_owned();
    let borrowed = Borrowed {
        text: &text,
        bytes: text.as_bytes(),
        cow: Cow::Borrowed(&text),
        value: "value",
    };
    let owned = Owned {
        text: text.clone(),
        bytes: b"text".to_vec(),
        cow: text.clone(),
        value: "value".into(),
    };
    assert_eq!(cid(&borrowed), cid(&owned));
    let back: Owned = crate::support::load_as(&borrowed).unwrap();
    assert_eq!((back.text, back.bytes), (text, b"text".to_vec()));
    assert_eq!((&*back.cow, &*back.value), ("text", "value"));
}

#[derive(Debuggable)]
#[debuggable(reduce_only)]
struct Unsized<T: ?Sized> {
    len: u8,
    tail: T,
}

#[test]
fn unsized_values_are_recorded() {
    let sized = Unsized {
        len: 2,
        tail: [1_u16, 2],
    };
    let by_length: &Unsized<[u16]> = &sized;
    assert_eq!(cid(by_length), cid(&sized));
}

#[derive(Debuggable)]
struct Boxed<T: ?Sized + 'static> {
    value: Box<T>,
}

#[test]
fn a_parameter_without_a_size_is_recorded() {
    fn is_reduce<T: Reduce>(_: &T) {}

    is_reduce(&Boxed::<str> { value: "x".into() });
}

#[derive(Debuggable, Debug, PartialEq)]
struct Cells<T: Copy> {
    cell: Cell<T>,
}

#[test]
fn bounds_on_parameters_are_kept() {
    assert_comes_back(&Cells {
        cell: Cell::new(1_u8),
    });
}
