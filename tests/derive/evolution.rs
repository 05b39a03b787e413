//! Old data in changed types.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use cideldill::{Debuggable, ErrorKind, Value};

use crate::support::{cid, load_as, text};

mod v1 {
    use cideldill::Debuggable;

    #[derive(Debuggable)]
    pub(crate) struct Order {
        pub(crate) id: u32,
        pub(crate) note: String,
        pub(crate) paid: bool,
        pub(crate) state: State,
        pub(crate) sizes: Vec<u8>,
    }

    #[derive(Debuggable)]
    pub(crate) enum State {
        Open,
        Closed { by: String },
        Moved(u16),
    }

    pub(crate) fn order(state: State) -> Order {
        Order {
            id: 7,
            note: "n".repeat(2_000),
            paid: true,
            state,
            sizes: vec![1, 2],
        }
    }
}

mod v2 {
    use std::collections::BTreeMap;

    use cideldill::{Debuggable, Value};

    /// Reordered, renamed, widened, one field fewer and two more.
    #[derive(Debuggable, Debug, PartialEq)]
    pub(crate) struct Order {
        #[debuggable(alias = "remark", alias = "note")]
        pub(crate) comment: String,
        pub(crate) id: u64,
        #[debuggable(default = "Vec::new")]
        pub(crate) tags: Vec<String>,
        #[debuggable(default = "standard")]
        pub(crate) priority: i8,
        pub(crate) state: State,
        pub(crate) sizes: Vec<u32>,
    }

    fn standard() -> i8 {
        5
    }

    #[derive(Debuggable, Debug, PartialEq)]
    pub(crate) enum State {
        Moved(u64, #[debuggable(default)] bool),
        #[debuggable(alias = "Closed")]
        Done {
            by: String,
            #[debuggable(default)]
            at: Option<u64>,
        },
        Open,
    }

    #[derive(Debuggable)]
    #[debuggable(rename = "Order")]
    pub(crate) struct Keeps {
        pub(crate) id: u64,
        #[debuggable(extra)]
        pub(crate) rest: BTreeMap<String, Value>,
    }
}

#[test]
fn old_data_loads_into_a_changed_type() {
    let now: v2::Order = load_as(&v1::order(v1::State::Open)).unwrap();
    assert_eq!(
        now,
        v2::Order {
            comment: "n".repeat(2_000),
            id: 7,
            tags: vec![],
            priority: 5,
            state: v2::State::Open,
            sizes: vec![1, 2],
        }
    );
}

#[test]
fn old_variants_load_by_name() {
    let load = |state| load_as::<_, v2::Order>(&v1::order(state)).unwrap().state;
    let by = || "ann".to_owned();
    assert_eq!(
        load(v1::State::Closed { by: by() }),
        v2::State::Done { by: by(), at: None }
    );
    assert_eq!(load(v1::State::Moved(3)), v2::State::Moved(3, false));
}

#[test]
fn unknown_fields_are_kept_where_the_type_asks_for_it() {
    let old = v1::order(v1::State::Open);
    let kept: v2::Keeps = load_as(&old).unwrap();
    assert_eq!(kept.id, 7);
    let names: Vec<_> = kept.rest.keys().map(String::as_str).collect();
    assert_eq!(names, ["note", "paid", "sizes", "state"]);
    let back: v2::Order = load_as(&kept).unwrap();
    assert_eq!(back.sizes, [1, 2]);
}

#[test]
fn a_field_without_default_is_missed_by_name() {
    #[derive(Debuggable, Debug)]
    struct Order {
        #[allow(dead_code)]
        total: u64,
    }

    let error = load_as::<_, Vec<Order>>(&vec![v1::order(v1::State::Open)]).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::MissingField { tag, name }
            if tag == "Order" && name == "total"),
        "{error}"
    );
}

#[test]
fn another_kind_of_field_is_an_error_that_names_it() {
    #[derive(Debuggable, Debug)]
    struct Order {
        #[allow(dead_code)]
        paid: String,
    }

    let error = load_as::<_, Order>(&v1::order(v1::State::Open)).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::WrongKind { .. }),
        "{error}"
    );
    assert_eq!(error.path().to_string(), ".paid");
}

#[test]
fn a_number_is_never_cut_short() {
    #[derive(Debuggable, Debug)]
    struct Order {
        #[allow(dead_code)]
        id: u8,
    }

    let error = load_as::<_, Order>(&v1::order(v1::State::Open)).unwrap_err();
    assert_eq!(error.path().to_string(), ".id");
}

#[test]
fn an_unknown_variant_is_an_error_that_names_it() {
    #[derive(Debuggable, Debug)]
    enum State {
        Open,
    }

    assert!(load_as::<_, State>(&v1::State::Open).is_ok());
    let error = load_as::<_, Option<State>>(&Some(v1::State::Moved(1))).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::UnknownVariant { tag } if tag == "State::Moved"),
        "{error}"
    );
}

#[test]
fn another_type_is_an_error_unless_it_is_an_alias() {
    #[derive(Debuggable, Debug)]
    struct Other {
        #[allow(dead_code)]
        id: u32,
    }

    #[derive(Debuggable, Debug)]
    #[debuggable(alias = "Order")]
    struct Invoice {
        id: u32,
    }

    let old = v1::order(v1::State::Open);
    assert!(load_as::<_, Other>(&old).is_err());
    assert_eq!(load_as::<_, Invoice>(&old).unwrap().id, 7);
}

#[test]
fn variants_of_a_renamed_enum_load_by_alias() {
    #[derive(Debuggable, Debug, PartialEq)]
    #[debuggable(alias = "State")]
    enum Status {
        Open,
        #[debuggable(rename = "Gone", alias = "Moved")]
        Away(u16),
    }

    assert_eq!(
        load_as::<_, Status>(&v1::State::Open).unwrap(),
        Status::Open
    );
    let away: Status = load_as(&v1::State::Moved(4)).unwrap();
    assert_eq!(away, Status::Away(4));
    assert_ne!(
        cid(&away),
        cid(&v1::State::Moved(4)),
        "it has its new name now"
    );
}

#[test]
fn an_unused_variant_changes_no_cid() {
    #[derive(Debuggable)]
    enum State {
        #[allow(dead_code)]
        Never(u8),
        Open,
    }

    assert_eq!(cid(&State::Open), cid(&v1::State::Open));
}

/// A struct that became a tuple struct: numbers say nothing about names.
#[test]
fn named_fields_are_not_read_by_number() {
    mod before {
        #[derive(cideldill::Debuggable)]
        pub(super) struct Point {
            pub(super) y: f64,
            pub(super) x: f64,
        }
    }
    #[derive(cideldill::Debuggable, Debug)]
    struct Point(f64, f64);

    let encoded = cideldill::encode(&before::Point { y: 2.0, x: 1.0 }).unwrap();
    let refused = cideldill::decode::<Point>(encoded.root(), &encoded).unwrap_err();
    assert!(
        matches!(refused.kind(), cideldill::ErrorKind::MissingField { .. }),
        "{refused}"
    );
}

#[derive(Debuggable)]
#[debuggable(rename = "Held")]
struct Old<T> {
    gone: T,
    kept: u8,
}

#[derive(Debuggable)]
#[debuggable(rename = "Held")]
struct New {
    kept: u8,
}

#[test]
fn a_field_of_any_type_may_be_gone() {
    fn check<T: Debuggable + 'static>(gone: T) {
        let old = Old { gone, kept: 7 };
        assert_eq!(load_as::<_, New>(&old).unwrap().kept, 7, "{}", text(&old));
    }
    check(((), true, '\u{1f600}', f32::MIN, f64::NAN));
    check((u8::MAX, u16::MAX, u32::MAX, u64::MAX, u128::MAX));
    check((i8::MIN, i16::MIN, i32::MIN, i64::MIN, i128::MIN));
    check((i8::MAX, i16::MAX, i32::MAX, i64::MAX, i128::MAX));
    check((0_u8, 0_u128, -1_i8, -1_i128, u8::MAX / 2));
    check((None::<u8>, Some(1_u8), Some(Some(())), Some(None::<()>)));
    for n in [0, 1, 5, 40, 3_000] {
        check("text".repeat(n));
        check(vec![7_u8; n]);
        check(vec![i128::MIN; n]);
        check(vec![(1_u16, ["x".repeat(n)]); 3]);
        check(vec![true; n]);
        let entry = |key: usize| {
            (
                (key, vec![key.to_string()]),
                BTreeSet::from(["x".repeat(n), String::new()]),
            )
        };
        check((0..n).map(entry).collect::<BTreeMap<_, _>>());
    }
    let shared = Rc::new(String::from("shared"));
    check((
        Rc::downgrade(&shared),
        Rc::clone(&shared),
        RefCell::new(shared),
    ));
    check((Value::from("any"), vec![Value::Unit, Value::from(1_u8)]));
}

/// Where keys are not read their order is still looked at.
#[test]
fn keys_of_every_kind_have_one_order() {
    fn check(keys: impl IntoIterator<Item = Value>) {
        let keys: Vec<Value> = keys.into_iter().collect();
        let alone = keys
            .iter()
            .map(|key| Value::sequence([key.clone()]).unwrap());
        let twice = keys
            .iter()
            .map(|key| Value::tuple([Value::U8(1), key.clone()]).unwrap());
        for keys in [keys.clone(), alone.collect(), twice.collect()] {
            let gone = Value::set(keys.iter().rev().cloned()).unwrap();
            let Value::Set(set) = &gone else {
                panic!("{gone}");
            };
            assert_eq!(set.items(), keys);
            assert_eq!(load_as::<_, Value>(&gone).unwrap(), gone);
            assert_eq!(load_as::<_, New>(&Old { gone, kept: 7 }).unwrap().kept, 7);
        }
    }
    let floats = [
        f64::NEG_INFINITY,
        -1.5,
        -f64::MIN_POSITIVE,
        -0.0,
        0.0,
        1.5,
        f64::INFINITY,
    ];
    check(
        [-f64::NAN]
            .into_iter()
            .chain(floats)
            .chain([f64::NAN])
            .map(Value::F64),
    );
    let floats = [
        f32::NEG_INFINITY,
        -1.5,
        -f32::MIN_POSITIVE,
        -0.0,
        0.0,
        1.5,
        f32::INFINITY,
    ];
    check(
        [-f32::NAN]
            .into_iter()
            .chain(floats)
            .chain([f32::NAN])
            .map(Value::F32),
    );
    let half = 1_u128 << 127;
    check([0, 1, 255, 1 << 64, half - 1, half, half + 1, u128::MAX].map(Value::U128));
    check([i128::MIN, i128::MIN + 1, -(1 << 64), -1, 0, 1, i128::MAX].map(Value::I128));
    check([0, 127, 128, 255].map(Value::U8));
    check([0, 255, 256, 32_768, u16::MAX].map(Value::U16));
    check([0, 65_535, 65_536, 1 << 31, u32::MAX].map(Value::U32));
    check([0, 1 << 32, 1 << 63, u64::MAX].map(Value::U64));
    check([i8::MIN, -33, -32, -1, 0, 1, i8::MAX].map(Value::I8));
    check([i16::MIN, -129, -128, -1, 0, 1, i16::MAX].map(Value::I16));
    check([i32::MIN, -32_769, -32_768, -1, 0, 1, i32::MAX].map(Value::I32));
    check([i64::MIN, -(1 << 31) - 1, -1, 0, 1, i64::MAX].map(Value::I64));
    check(['\0', 'a', '\u{fc}', '\u{ffff}', '\u{10000}'].map(Value::Char));
    check([false, true].map(Value::Bool));
    check(["", "a", "aa", "b", "\u{fc}"].map(Value::from));
    check([&b""[..], b"\0", b"\0\0", b"a", b"\xff"].map(Value::bytes));
    let some = |number| Value::some(Value::U8(number)).unwrap();
    check([Value::none("B").unwrap(), some(0), some(200)]);
    let record = |tag: &str, number| Value::record(tag, [("x", Value::U8(number))]).unwrap();
    check([record("A", 1), record("A", 2), record("B", 0)]);
}
