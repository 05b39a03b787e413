//! Dynamic values asked for what they hold: numbers and texts, parts and keys, what is equal.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::{Rc, Weak};

use cideldill::{MapValue, ParsePathError, Reduce, Value, decode, encode};

fn value<T: Reduce>(value: &T) -> Value {
    let encoded = encode(value).unwrap();
    decode(encoded.root(), &encoded).unwrap()
}

#[test]
fn an_integer_of_any_width_is_given_if_it_fits() {
    let small = [
        value(&7_u8),
        value(&7_u16),
        value(&7_u32),
        value(&7_u64),
        value(&7_u128),
        value(&7_i8),
        value(&7_i16),
        value(&7_i32),
        value(&7_i64),
        value(&7_i128),
    ];
    for number in small {
        assert_eq!(number.as_u64(), Some(7), "{number}");
        assert_eq!(number.as_i64(), Some(7), "{number}");
        assert_eq!(number.as_i128(), Some(7), "{number}");
        assert_eq!(number.as_f64(), None, "{number}");
    }
    for number in [value(&-7_i8), value(&-7_i128)] {
        assert_eq!(number.as_u64(), None);
        assert_eq!(number.as_i64(), Some(-7));
        assert_eq!(number.as_i128(), Some(-7));
    }
    assert_eq!(value(&u64::MAX).as_u64(), Some(u64::MAX));
    assert_eq!(value(&u64::MAX).as_i64(), None);
    assert_eq!(value(&u128::from(u64::MAX)).as_u64(), Some(u64::MAX));
    assert_eq!(value(&u128::MAX).as_u64(), None);
    assert_eq!(value(&u128::MAX).as_i128(), None);
    assert_eq!(value(&i128::MIN).as_i128(), Some(i128::MIN));
    assert_eq!(value(&i128::MIN).as_i64(), None);
}

#[test]
fn other_values_are_given_as_what_they_are() {
    let (text, bytes, truth) = (value(&"text"), value(&b"text".to_vec()), value(&true));
    assert_eq!(text.as_str(), Some("text"));
    assert_eq!(bytes.as_bytes(), Some(&b"text"[..]));
    assert_eq!(truth.as_bool(), Some(true));
    assert_eq!(value(&false).as_bool(), Some(false));
    assert_eq!(value(&0.5_f32).as_f64(), Some(0.5));
    assert_eq!(value(&-0.25_f64).as_f64(), Some(-0.25));
    for other in [&value(&()), &value(&'7'), &value(&Some(7_u8))] {
        assert_eq!(other.as_str(), None);
        assert_eq!(other.as_bytes(), None);
        assert_eq!(other.as_bool(), None);
        assert_eq!(other.as_u64(), None);
        assert_eq!(other.as_i128(), None);
        assert_eq!(other.as_f64(), None);
    }
    assert_eq!(text.as_bytes(), None);
    assert_eq!(bytes.as_str(), None);
}

fn map(entries: &BTreeMap<&str, u8>) -> MapValue {
    match value(entries) {
        Value::Map(map) => map,
        other => panic!("{other}"),
    }
}

#[test]
fn a_map_is_asked_for_its_keys() {
    let two = map(&BTreeMap::from([("a", 1), ("b", 2)]));
    assert_eq!(two.len(), 2);
    assert!(!two.is_empty());
    assert_eq!(two.get(&"a".into()), Some(&1_u8.into()));
    assert_eq!(two.get(&"b".into()), Some(&2_u8.into()));
    assert_eq!(two.get(&"c".into()), None);
    assert_eq!(two.get(&'a'.into()), None);
    let none = map(&BTreeMap::new());
    assert_eq!(none.len(), 0);
    assert!(none.is_empty());
}

#[test]
fn composites_are_equal_if_what_they_hold_is() {
    assert!(map(&BTreeMap::from([("a", 1)])) == map(&BTreeMap::from([("a", 1)])));
    assert!(map(&BTreeMap::from([("a", 1)])) != map(&BTreeMap::from([("a", 2)])));
    assert!(map(&BTreeMap::from([("a", 1)])) != map(&BTreeMap::new()));
    match (value(&Some(1_u8)), value(&Some(2_u8))) {
        (Value::Option(one), Value::Option(two)) => assert!(one == one.clone() && one != two),
        other => panic!("{other:?}"),
    }
    assert_ne!(value(&vec![1_u8]), value(&vec![1_u16]));
    assert_ne!(value(&vec![1_u16]), value(&BTreeSet::from([1_u16])));
}

#[test]
fn composites_say_the_types_of_what_they_hold() {
    let Value::Option(option) = value(&None::<u16>) else {
        panic!("no option");
    };
    assert_eq!(option.inner_desc(), "H");
    let Value::Sequence(sequence) = value(&vec![(1_u8, "a")]) else {
        panic!("no sequence");
    };
    assert_eq!(sequence.element_desc(), "(Bs)");
    let Value::Set(set) = value(&BTreeSet::from([1_i32])) else {
        panic!("no set");
    };
    assert_eq!(set.element_desc(), "i");
    let entries = map(&BTreeMap::new());
    assert_eq!((entries.key_desc(), entries.value_desc()), ("s", "B"));
}

#[test]
fn a_path_leads_through_whatever_is_around() {
    let cell = RefCell::new(Some(Rc::new(vec![5_u16, 6])));
    let held = value(&(value(&vec![3_u16, 4]), cell));
    assert_eq!(held.at_str(".0[1]").unwrap(), Some(&4_u16.into()));
    assert_eq!(held.at_str(".1[0]").unwrap(), Some(&5_u16.into()));
    assert_eq!(held.at_str(".1[2]").unwrap(), None);
}

#[test]
fn keys_with_any_character_are_found_by_their_text() {
    let keys = [
        "a\nb",
        "\r\t\0",
        "it's \"so\"",
        "back\\slash",
        "\u{1}\u{7f}",
        "[a] (b",
    ];
    let entries: BTreeMap<&str, u8> = keys.into_iter().zip(1..).collect();
    let held = value(&entries);
    for (key, number) in &entries {
        let found = held.at_str(&format!("[{key:?}]")).unwrap();
        assert_eq!(found.and_then(Value::as_u64), Some(u64::from(*number)));
    }
    let named = Value::record(
        "Odd",
        entries.iter().map(|(key, n)| (*key, Value::from(*n))),
    );
    let named = named.unwrap();
    for (key, number) in &entries {
        let found = named.at_str(&format!(".[{key:?}]")).unwrap();
        assert_eq!(found.and_then(Value::as_u64), Some(u64::from(*number)));
    }
}

#[test]
fn what_is_no_path_says_where() {
    for (text, expected) in [
        ("a", ParsePathError::Step { at: 0 }),
        (".a]", ParsePathError::Step { at: 2 }),
        (".a.", ParsePathError::Name { at: 3 }),
        (".a.[\"b]", ParsePathError::Bracket { at: 3 }),
        (".a.[b]", ParsePathError::Name { at: 4 }),
        (".a[]", ParsePathError::Bracket { at: 2 }),
        (".a[(1]", ParsePathError::Bracket { at: 2 }),
    ] {
        assert_eq!(value(&7_u8).at_str(text), Err(expected), "{text}");
    }
}

#[test]
fn what_says_its_own_type_is_printed_as_what_it_is() {
    let held = value(&(value(&vec![1_u16, 2]), RefCell::new('c'), Rc::new(5_u8)));
    assert_eq!(held.to_string(), "([1, 2], 'c', 5)");
    let shared = Rc::new(5_u8);
    assert_eq!(
        value(&(Rc::clone(&shared), shared)).to_string(),
        "(&1 5, *1)"
    );
    let two = [Rc::new(5_u8), Rc::new(6)];
    let held = value(&(two.clone(), two));
    let label = |path: &str| match held.at_str(path).unwrap() {
        Some(Value::Pointer(pointer)) => pointer.label(),
        other => panic!("{path}: {other:?}"),
    };
    assert_eq!(
        [".0[0]", ".0[1]", ".1[0]", ".1[1]"].map(label),
        [1, 2, 1, 2]
    );
}

#[test]
fn a_clone_says_which_pointers_are_the_same() {
    let shared = Rc::new(7_u8);
    let weak = Rc::downgrade(&shared);
    let dead: Weak<u8> = Weak::new();
    let held = (
        Rc::clone(&shared),
        RefCell::new(Rc::clone(&shared)),
        weak,
        dead,
    );
    let (held, apart) = (value(&held), {
        let other = Rc::new(7_u8);
        let weak = Rc::downgrade(&other);
        value(&(
            shared,
            RefCell::new(Rc::clone(&other)),
            weak,
            Weak::<u8>::new(),
        ))
    });
    assert_eq!(held.clone(), held);
    assert_ne!(held, apart);
    assert_eq!(
        encode(&held.clone()).unwrap().root(),
        encode(&held).unwrap().root()
    );
}

/// All ways in which up to four pointers and a weak one lead to two equal numbers.
#[test]
fn trees_with_pointers_are_equal_if_they_are_written_alike() {
    let two = [Rc::new(7_u8), Rc::new(7_u8)];
    let mut trees = Vec::new();
    for n in 0..=4 {
        for pattern in 0..1_usize << n {
            let strong = (0..n).map(|bit| Rc::clone(&two[pattern >> bit & 1]));
            let strong: Vec<Rc<u8>> = strong.collect();
            for weak in [Weak::new(), Rc::downgrade(&two[0]), Rc::downgrade(&two[1])] {
                let held = (strong.clone(), RefCell::new(weak));
                trees.push((encode(&held).unwrap().root(), value(&held)));
            }
        }
    }
    for (cid, tree) in &trees {
        for (other_cid, other) in &trees {
            assert_eq!(cid == other_cid, tree == other, "{tree} and {other}");
        }
    }
}

#[test]
fn pointers_of_trees_that_were_loaded_apart_stay_apart() {
    let pair = |number: u8| {
        let shared = Rc::new(number);
        (Rc::clone(&shared), shared)
    };
    let (one, two) = (pair(7), pair(8));
    let both = Value::tuple([value(&one), value(&two)]).unwrap();
    let root = encode(&both).unwrap().root();
    assert_eq!(root, encode(&(one, two)).unwrap().root());
}

#[test]
fn lines_are_as_long_as_they_may_be_and_no_text_is_lost() {
    let text = "x".repeat(150);
    let held = value(&(text.clone(), 1_u8));
    assert!(held.to_string().contains(&text));
    let held = value(&(0..12_u16).map(|n| vec![n; n.into()]).collect::<Vec<_>>());
    for width in 24..60 {
        let printed = held.display().width(width).to_string();
        let longest = printed.lines().map(str::len).max();
        assert!(longest <= Some(width), "{width}: {printed}");
        let numbers = printed.matches(|c: char| c.is_ascii_digit()).count();
        assert_eq!(numbers, 45 + 2 * (10 + 11), "{printed}");
    }
}
