//! Every kind of struct and enum.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::marker::PhantomData;
use std::rc::Rc;

use cideldill::Debuggable;

use crate::support::{again, assert_comes_back, cid};

#[derive(Debuggable, Debug, PartialEq)]
struct Named {
    id: u64,
    note: Option<String>,
    parts: Vec<(u8, bool)>,
}

#[derive(Debuggable, Debug, PartialEq)]
struct Tuple(u64, Option<String>);

#[derive(Debuggable, Debug, PartialEq)]
struct Newtype(Vec<f64>);

#[derive(Debuggable, Debug, PartialEq)]
struct Unit;

#[derive(Debuggable, Debug, PartialEq)]
struct EmptyNamed {}

#[derive(Debuggable, Debug, PartialEq)]
struct EmptyTuple();

#[test]
fn every_kind_of_struct_comes_back() {
    assert_comes_back(&Named {
        id: 7,
        note: Some("x".repeat(5_000)),
        parts: vec![(1, true), (2, false)],
    });
    assert_comes_back(&Tuple(1, None));
    assert_comes_back(&Newtype(vec![1.5, -0.0]));
}

macro_rules! wide {
    ($name:ident: $($field:ident)*) => {
        #[derive(Debuggable, Debug, Default, PartialEq)]
        struct $name {
            $($field: u8,)*
        }
    };
}

wide!(Wide14: a b c d e f g h i j k l m n);
wide!(Wide15: a b c d e f g h i j k l m n o);
wide!(Wide16: a b c d e f g h i j k l m n o p);
wide!(Wide17: a b c d e f g h i j k l m n o p q);

/// From 15 fields on the header of a record is longer.
#[test]
fn a_struct_of_many_fields_comes_back_and_can_be_shared() {
    fn check<T: Debuggable + Default + PartialEq + Debug + 'static>() {
        assert_comes_back(&T::default());
        // In blocks of their own, and as different shapes of them.
        let shared = Rc::new(T::default());
        let long = |number: u8| {
            (
                Tuple(1, Some("x".repeat(2_000))),
                Rc::clone(&shared),
                number,
            )
        };
        let (one, two, three) = again(&(long(1), Rc::clone(&shared), long(2)));
        assert_eq!(*two, T::default());
        assert!(Rc::ptr_eq(&one.1, &two) && Rc::ptr_eq(&two, &three.1));
    }
    check::<Wide14>();
    check::<Wide15>();
    check::<Wide16>();
    check::<Wide17>();
}

#[test]
fn handles_empty_objects() {
    assert_comes_back(&Unit);
    assert_comes_back(&EmptyNamed {});
    assert_comes_back(&EmptyTuple());
    assert_comes_back(&PhantomData::<u8>);
    assert_ne!(cid(&Unit), cid(&EmptyNamed {}), "their names differ");
}

#[derive(Debuggable, Debug, PartialEq)]
enum Event {
    Started,
    Moved(i32, i32),
    Renamed { from: String, to: String },
    Wrapped(Box<Event>),
    EmptyNamed {},
    EmptyTuple(),
}

#[test]
fn every_kind_of_variant_comes_back() {
    for event in [
        Event::Started,
        Event::Moved(-1, i32::MAX),
        Event::Renamed {
            from: "a".into(),
            to: "b".into(),
        },
        Event::Wrapped(Box::new(Event::Wrapped(Box::new(Event::Started)))),
        Event::EmptyNamed {},
        Event::EmptyTuple(),
    ] {
        assert_comes_back(&event);
    }
}

#[derive(Debuggable, Debug, PartialEq, Clone, Copy)]
#[repr(u8)]
enum Level {
    Low = 1,
    High = 200,
}

#[test]
fn variants_with_numbers_are_known_by_name() {
    assert_comes_back(&Level::Low);
    assert_comes_back(&[Level::High, Level::Low]);
}

#[derive(Debuggable, Debug, PartialEq)]
enum Never {}

#[test]
fn an_enum_without_variants_can_stand_where_no_value_is() {
    assert_comes_back(&None::<Never>);
    assert_comes_back(&Vec::<Never>::new());
    assert_comes_back(&Ok::<u8, Never>(3));
}

#[test]
fn an_enum_without_variants_is_never_loaded() {
    let error = crate::support::load_as::<Option<Unit>, Option<Never>>(&Some(Unit)).unwrap_err();
    assert!(error.to_string().contains("Unit"), "{error}");
}

#[derive(Debuggable, Debug, PartialEq)]
struct Tree {
    value: u32,
    children: Vec<Tree>,
    parent_names: BTreeMap<String, Tree>,
    next: Option<Box<Self>>,
}

fn tree(depth: u32) -> Tree {
    Tree {
        value: depth,
        children: (0..depth).map(tree).collect(),
        parent_names: (0..depth / 2).map(|n| (n.to_string(), tree(n))).collect(),
        next: (depth > 0).then(|| Box::new(tree(depth - 1))),
    }
}

#[test]
fn recursive_types_come_back() {
    assert_comes_back(&tree(6));
}

#[derive(Debuggable, Debug, PartialEq)]
struct Statement {
    expressions: Vec<Expression>,
}

#[derive(Debuggable, Debug, PartialEq)]
enum Expression {
    Number(i64),
    Block(Box<Statement>),
}

#[test]
fn mutually_recursive_types_come_back() {
    let number = || Expression::Number(-3);
    assert_comes_back(&Statement {
        expressions: vec![
            number(),
            Expression::Block(Box::new(Statement {
                expressions: vec![number(), number()],
            })),
        ],
    });
}

mod module {
    use cideldill::Debuggable;

    #[derive(Debuggable, Debug, PartialEq)]
    pub(crate) struct Private {
        hidden: u8,
        inner: Inner,
    }

    #[derive(Debuggable, Debug, PartialEq)]
    struct Inner(u8);

    impl Private {
        pub(crate) fn new(hidden: u8) -> Self {
            let inner = Inner(hidden + 1);
            Self { hidden, inner }
        }
    }
}

#[test]
fn private_fields_come_back() {
    assert_comes_back(&module::Private::new(4));
}

#[test]
fn handles_objects_without_init_params() {
    // There is no function that makes a `Private` of these two values; none is needed.
    assert_eq!(again(&module::Private::new(9)), module::Private::new(9));
}

#[derive(Debuggable, Debug, PartialEq, Clone, Copy)]
#[repr(C, packed(2))]
struct Packed {
    small: u8,
    large: u64,
}

#[test]
fn packed_structs_come_back() {
    assert_comes_back(&Packed { small: 1, large: 2 });
}

#[test]
fn types_inside_functions_come_back() {
    #[derive(Debuggable, Debug, PartialEq)]
    struct Local(u8);

    assert_comes_back(&Local(1));
}

#[derive(Debuggable)]
struct Long {
    value: u32,
    next: Option<Box<Long>>,
}

impl Drop for Long {
    /// One node after the other: what the compiler would write calls itself once a node.
    fn drop(&mut self) {
        let mut next = self.next.take();
        while let Some(mut node) = next {
            next = node.next.take();
        }
    }
}

#[test]
fn a_list_of_a_million_nodes_overflows_no_stack() {
    let mut list = None;
    for value in 0..1_000_000 {
        list = Some(Box::new(Long { value, next: list }));
    }
    let encoded = cideldill::encode(&list).unwrap();
    let limits = cideldill::Limits::default().with_depth(u64::MAX);
    let back: Option<Box<Long>> = cideldill::decode_with(encoded.root(), &encoded, limits).unwrap();
    let mut values = 0..1_000_000_u32;
    let mut node = back.as_deref();
    while let Some(Long { value, next }) = node {
        assert_eq!(values.next_back(), Some(*value));
        node = next.as_deref();
    }
    assert_eq!(values.len(), 0);
}
