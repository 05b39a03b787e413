//! Names in the data: those of the source, without what is only Rust's syntax.

use cideldill::{Debuggable, type_info};

use crate::support::{assert_comes_back, cid, load_as};

#[derive(Debuggable, Debug, PartialEq)]
#[allow(non_camel_case_types)]
struct r#match {
    r#type: u8,
}

#[derive(Debuggable, Debug, PartialEq)]
#[allow(non_camel_case_types)]
enum r#enum {
    r#fn { r#struct: u8 },
}

#[test]
fn raw_identifiers_have_their_plain_names() {
    assert_comes_back(&r#match { r#type: 1 });
    assert_comes_back(&r#enum::r#fn { r#struct: 1 });
    let shown = type_info::<r#match>().to_string();
    assert!(shown.ends_with("match { type: B }"), "{shown}");
    let shown = type_info::<r#enum>().to_string();
    assert!(shown.ends_with("enum::fn { struct: B }"), "{shown}");
}

#[derive(Debuggable)]
#[debuggable(rename = "Bill")]
struct Renamed {
    #[debuggable(rename = "number")]
    id: u8,
}

#[derive(Debuggable)]
struct Bill {
    number: u8,
}

#[test]
fn a_renamed_type_is_the_type_of_that_name() {
    assert_eq!(cid(&Renamed { id: 1 }), cid(&Bill { number: 1 }));
    assert_eq!(load_as::<_, Renamed>(&Bill { number: 2 }).unwrap().id, 2);
}

#[derive(Debuggable)]
#[debuggable(rename = "Zustand")]
enum State {
    #[debuggable(rename = "Offen")]
    Open,
    Closed(#[allow(dead_code)] u8),
}

#[test]
fn renamed_variants_have_tags_of_both_names() {
    let tags: Vec<_> = type_info::<State>().tags().collect();
    assert_eq!(tags, ["Zustand::Offen", "Zustand::Closed"]);
}

#[derive(Debuggable, Debug, PartialEq)]
struct Gruesse {
    #[debuggable(rename = "name with spaces, \"quotes\" and \u{e4}")]
    value: u8,
}

#[test]
fn any_text_can_be_a_field_name() {
    assert_comes_back(&Gruesse { value: 1 });
}

#[test]
fn an_error_names_the_field_as_the_data_does() {
    #[derive(Debuggable)]
    #[debuggable(reduce_only)]
    struct Order {
        #[debuggable(rename = "lines")]
        entries: Vec<Line>,
    }

    #[derive(Debuggable)]
    #[debuggable(reduce_only)]
    struct Line(std::cell::RefCell<u8>);

    let order = Order {
        entries: vec![Line(0.into()), Line(1.into())],
    };
    let held = order.entries[1].0.borrow_mut();
    let error = cideldill::compute_cid(&order).unwrap_err();
    drop(held);
    assert_eq!(error.path().to_string(), ".lines[1].0");
}

#[derive(Debuggable)]
struct P {
    a: u8,
    b: bool,
}

#[derive(Debuggable)]
enum E {
    A,
    B(u8),
}

/// docs/format.md sections 1 to 4, by hand.
#[test]
fn derived_types_have_the_bytes_that_the_format_says() {
    let block = |value: &cideldill::Encoded| {
        let block = value.blocks().next().unwrap();
        block.bytes().to_vec()
    };
    let value = cideldill::encode(&P { a: 1, b: true }).unwrap();
    assert_eq!(
        block(&value),
        b"\x10\xa1@\x91\x94\xa1P\xa2Bt\xa1a\xa1b\x93\x00\x01\xc3"
    );
    let value = cideldill::encode(&E::A).unwrap();
    assert_eq!(block(&value), b"\x10\xa1@\x91\x92\xa4E::A\xa0\x00");
    let value = cideldill::encode(&E::B(7)).unwrap();
    assert_eq!(block(&value), b"\x10\xa1@\x91\x92\xa4E::B\xa1B\x92\x00\x07");
}
