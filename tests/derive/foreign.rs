//! Fields of types that have no implementation of ours.

use std::marker::PhantomData;

use cideldill::{Debuggable, ErrorKind};
use serde::{Deserialize, Serialize};

use crate::support::{assert_comes_back, cid};

#[derive(Serialize, Deserialize, Debug, PartialEq, Default)]
struct Address {
    street: String,
    number: u16,
}

#[derive(Debuggable, Debug, PartialEq)]
struct Customer<T> {
    name: String,
    #[debuggable(serde)]
    address: Address,
    #[debuggable(serde, default)]
    more: Vec<T>,
}

fn customer() -> Customer<Address> {
    let address = |number| Address {
        street: "Main".into(),
        number,
    };
    Customer {
        name: "ann".into(),
        address: address(1),
        more: vec![address(2), address(3)],
    }
}

#[test]
fn serde_fields_come_back() {
    assert_comes_back(&customer());
}

#[test]
fn serde_fields_are_content() {
    let mut other = customer();
    other.address.number += 1;
    assert_ne!(cid(&customer()), cid(&other));
}

#[derive(Debuggable, Debug, PartialEq)]
#[debuggable(rename = "Customer")]
struct Before {
    name: String,
    #[debuggable(serde)]
    address: Address,
}

#[test]
fn a_serde_field_that_old_data_lacks_has_its_default() {
    let before = Before {
        name: "bob".into(),
        address: Address::default(),
    };
    let now: Customer<Address> = crate::support::load_as(&before).unwrap();
    assert_eq!(now.more, []);
}

#[derive(Debuggable)]
#[debuggable(reduce_only)]
struct Report {
    #[debuggable(serde)]
    address: Address,
}

#[test]
fn serde_data_of_a_reduce_only_type_is_recorded() {
    let address = Address::default();
    let before = Before {
        name: String::new(),
        address: Address::default(),
    };
    assert_ne!(cid(&Report { address }), cid(&before));
}

/// As from another crate.
#[derive(Debug, PartialEq, Default)]
struct Celsius<T>(f64, PhantomData<T>);

/// As from another crate, and never registered.
#[derive(Default)]
struct Unregistered;

#[derive(Debuggable, Debug, PartialEq)]
struct Reading<T> {
    sensor: u32,
    #[debuggable(reducer)]
    value: Celsius<T>,
    #[debuggable(reducer, default)]
    before: Celsius<T>,
}

#[derive(Debuggable)]
#[debuggable(rename = "Reading")]
struct First<T> {
    sensor: u32,
    #[debuggable(reducer)]
    value: Celsius<T>,
}

#[derive(Debuggable)]
struct Lines {
    lines: Vec<Line>,
}

#[derive(Debuggable)]
struct Line {
    #[debuggable(reducer)]
    line: Unregistered,
}

#[test]
fn reducer_fields_come_back_through_the_registered_functions() {
    let celsius = |degrees| Celsius::<u8>(degrees, PhantomData);
    cideldill::register_reducer::<Celsius<u8>, f64, String>(
        "derive test celsius",
        |celsius| celsius.0,
        |degrees| Ok(Celsius(degrees, PhantomData)),
    )
    .unwrap();
    assert_comes_back(&Reading {
        sensor: 1,
        value: celsius(20.5),
        before: celsius(-3.0),
    });
    let first = First {
        sensor: 1,
        value: celsius(4.0),
    };
    let now: Reading<u8> = crate::support::load_as(&first).unwrap();
    assert_eq!((now.value, now.before), (celsius(4.0), celsius(0.0)));
}

#[test]
fn a_reducer_field_without_a_registration_is_an_error_that_says_where() {
    let lines = vec![Line { line: Unregistered }];
    let error = cideldill::compute_cid(&Lines { lines }).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::NoReducer { .. }),
        "{error}"
    );
    assert_eq!(error.path().to_string(), ".lines[0].line");
    assert!(error.to_string().contains("Unregistered"), "{error}");
}
