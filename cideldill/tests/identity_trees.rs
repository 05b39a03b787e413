//! Trees of graphs: which are equal, what stays of them when a part is taken, and what the content
//! alone says of cycles.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::{Rc, Weak};

use cideldill::{
    Debuggable, ErrorKind, Profile, Store, Value, compute_cid, content_cid, decode, encode,
    encode_with,
};

#[derive(Debuggable, Default)]
struct Node {
    next: RefCell<Option<Rc<Node>>>,
    plain: Option<Rc<Node>>,
    weak: RefCell<Weak<Node>>,
}

fn tree<T: Debuggable>(value: &T) -> Value {
    let encoded = encode(value).unwrap();
    decode(encoded.root(), &encoded).unwrap()
}

/// All graphs of two nodes, of which one may hold the other in a plain field.
fn pairs() -> Vec<[Rc<Node>; 2]> {
    let mut all = Vec::new();
    for number in 0..2 * 3_usize.pow(4) {
        let first = Rc::new(Node::default());
        let second = Rc::new(Node {
            plain: (number % 2 == 1).then(|| Rc::clone(&first)),
            ..Node::default()
        });
        let some = |digit: u32| match number / 2 / 3_usize.pow(digit) % 3 {
            0 => None,
            1 => Some(Rc::clone(&first)),
            _ => Some(Rc::clone(&second)),
        };
        *first.next.borrow_mut() = some(0);
        *second.next.borrow_mut() = some(1);
        *first.weak.borrow_mut() = some(2).map_or(Weak::new(), |to| Rc::downgrade(&to));
        *second.weak.borrow_mut() = some(3).map_or(Weak::new(), |to| Rc::downgrade(&to));
        all.push([first, second]);
    }
    all
}

/// Trees are equal exactly if they have one CID.
fn assert_told_apart(trees: &[Value]) {
    let named: Vec<_> = trees
        .iter()
        .map(|tree| (compute_cid(tree).unwrap(), tree))
        .collect();
    for (cid, tree) in &named {
        assert_eq!(*tree, &(*tree).clone());
        for (other_cid, other) in &named {
            assert_eq!(cid == other_cid, tree == other, "{tree} and {other}");
        }
    }
}

#[test]
fn graphs_are_equal_exactly_if_they_have_one_cid() {
    let pairs = pairs();
    let trees: Vec<Value> = pairs
        .iter()
        .flat_map(|[first, second]| [tree(first), tree(second)])
        .collect();
    assert_told_apart(&trees);
    let both: Vec<Value> = pairs.iter().map(tree).collect();
    assert_told_apart(&both);
    // What is taken out of a cycle can be a value of its own, or not: its content may be elsewhere.
    let mut taken = Vec::new();
    for whole in trees.iter().chain(&both) {
        for path in [
            ".next",
            ".plain",
            ".next.next",
            ".0",
            ".0.next",
            "[1]",
            "[1].next",
        ] {
            // In a tuple: alone, an option and what is in it can have one CID.
            let part = whole.at_str(path).unwrap().cloned();
            let part = part.map(|part| Value::tuple([part]).unwrap());
            taken.extend(part.filter(|part| compute_cid(part).is_ok()));
        }
    }
    assert!(taken.len() > 300, "{}", taken.len());
    assert_told_apart(&taken);
    for [first, second] in pairs {
        first.next.take();
        second.next.take();
    }
}

#[derive(Debuggable)]
struct Link {
    name: String,
    next: RefCell<Option<Rc<Link>>>,
}

fn ring(names: &[&str]) -> Vec<Rc<Link>> {
    let link = |name: &&str| {
        Rc::new(Link {
            name: (*name).into(),
            next: RefCell::new(None),
        })
    };
    let links: Vec<Rc<Link>> = names.iter().map(link).collect();
    for (link, next) in links.iter().zip(links.iter().cycle().skip(1)) {
        *link.next.borrow_mut() = Some(Rc::clone(next));
    }
    links
}

#[test]
fn the_content_alone_says_where_parts_of_cycles_are() {
    let ring = ring(&["a", "b", "c"]);
    let value = (
        Rc::clone(&ring[0]),
        Rc::clone(&ring[1]),
        Rc::clone(&ring[2]),
    );
    let encoded = encode(&value).unwrap();
    let content = content_cid(&value).unwrap();
    assert_ne!(content, encoded.root());
    let cycle = content_cid(&ring[0]).unwrap();

    let whole: Value = decode(content, &encoded).unwrap();
    let shallow = Value::shallow(content, &encoded).unwrap();
    for tree in [&whole, &shallow] {
        let [first, second] = [".1", ".2"].map(|path| tree.at_str(path).unwrap().unwrap());
        let Value::Part(part) = first else {
            panic!("{tree}");
        };
        assert_eq!(part.cid(), cycle);
        assert_eq!(part.desc(), "@");
        assert_eq!(first, &first.clone());
        assert_ne!(first, second);
        // It is written again as it was.
        assert_eq!(tree, &tree.clone());
        assert_eq!(encode(tree).unwrap().root(), content);
        let store = Store::in_memory();
        store.put(&value).unwrap();
        assert_eq!(store.put(tree).unwrap(), content);
        assert_eq!(&store.load::<Value>(content).unwrap(), &whole);
    }
    assert_eq!(Value::shallow(content, &encoded).unwrap(), shallow);
    let unsupported = |value: &Value, profile| {
        let refused = encode_with(value, profile).unwrap_err();
        assert!(
            matches!(refused.kind(), ErrorKind::Unsupported { .. }),
            "{refused}"
        );
        refused.to_string()
    };
    let refused = unsupported(&shallow, Profile::WHOLE);
    assert!(refused.contains("load it first"), "{refused}");
    let part = Value::tuple([whole.at_str(".1").unwrap().unwrap().clone()]).unwrap();
    let refused = unsupported(&part, Profile::WHOLE);
    assert!(refused.contains("a part of a cycle"), "{refused}");
    ring[0].next.take();
}

#[test]
fn a_part_of_a_cycle_that_is_elsewhere_is_not_recorded_alone() {
    let ring = ring(&["a", "b"]);
    let pad = "x".repeat(1_000);
    let value = (
        (pad.clone(), Rc::clone(&ring[0])),
        (pad, Rc::clone(&ring[1])),
    );
    let encoded = encode(&value).unwrap();
    let mut n_parts = 0;
    for block in encoded.blocks() {
        let alone: Value = decode(block.cid(), &encoded).unwrap();
        let is_part = matches!(alone.at_str(".1").unwrap(), Some(Value::Part(_)));
        let has_cycle = alone.at_str(".0.1").unwrap().is_some();
        if is_part && !has_cycle {
            n_parts += 1;
            let refused = encode(&alone).unwrap_err();
            assert!(
                matches!(refused.kind(), ErrorKind::Unsupported { .. }),
                "{refused}"
            );
        } else {
            assert_eq!(encode(&alone).unwrap().root(), block.cid(), "{alone}");
        }
    }
    assert_eq!(n_parts, 1);
    ring[0].next.take();
}

/// The tree is written again as it was.
fn assert_survives<T: Debuggable>(value: &T) {
    for profile in [Profile::STANDARD, Profile::SMALL] {
        let encoded = encode_with(value, profile).unwrap();
        let tree: Value = decode(encoded.root(), &encoded).unwrap();
        assert_eq!(encode_with(&tree, profile).unwrap(), encoded, "{tree}");
        let back: T = decode(encoded.root(), &encoded).unwrap();
        assert_eq!(encode_with(&back, profile).unwrap(), encoded, "{tree}");
    }
}

#[test]
fn pointers_to_numbers_in_keys_are_told_apart() {
    fn check<N: Debuggable + Ord + From<u8> + 'static>() {
        for pattern in 0..8_usize {
            let two = [Rc::new(N::from(7)), Rc::new(N::from(7))];
            let one = |bit: usize| Rc::clone(&two[pattern >> bit & 1]);
            let list = vec![one(0), one(1), one(2)];
            assert_survives(&list);
            assert_survives(&(one(2), list.clone(), one(1)));
            assert_survives(&BTreeSet::from([list.clone()]));
            assert_survives(&(one(2), BTreeMap::from([(list.clone(), one(1))])));
            assert_survives(&(BTreeMap::from([(list.clone(), one(1))]), list, one(2)));
        }
    }
    check::<u8>();
    check::<u16>();
    check::<i64>();
}

/// Pointers to options, and to what is in them.
#[derive(Debuggable)]
struct Holder {
    name: u8,
    whole: RefCell<Option<Rc<Option<Rc<Holder>>>>>,
    inner: RefCell<Option<Rc<Holder>>>,
    cell: Rc<RefCell<Option<Rc<Holder>>>>,
}

#[test]
fn pointers_to_options_and_into_them_are_told_apart() {
    for pattern in 0..4_usize.pow(4) {
        let cell = Rc::new(RefCell::new(None));
        let holder = |name| {
            Rc::new(Holder {
                name,
                whole: RefCell::default(),
                inner: RefCell::default(),
                cell: Rc::clone(&cell),
            })
        };
        let two = [holder(1), holder(2)];
        let options = [
            Rc::new(None),
            Rc::new(Some(Rc::clone(&two[0]))),
            Rc::new(Some(Rc::clone(&two[1]))),
        ];
        let digit = |place: u32| pattern / 4_usize.pow(place) % 4;
        let option = |place| options.get(digit(place)).cloned();
        let inner = |place| two.get(digit(place)).cloned();
        *two[0].whole.borrow_mut() = option(0);
        *two[1].whole.borrow_mut() = option(1);
        *two[1].inner.borrow_mut() = inner(2);
        *cell.borrow_mut() = inner(3);
        assert_survives(&(options[pattern % 3].clone(), Rc::clone(&two[0]), option(1)));
        assert_survives(&two[1]);
        for holder in two {
            holder.whole.take();
            holder.inner.take();
            holder.cell.take();
        }
    }
}
