//! Fields of types that have no implementation of ours.

use cideldill::Debuggable;
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
