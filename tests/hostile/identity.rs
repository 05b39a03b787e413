//! Forged identity: overlays that lie, parts of cycles nobody has read, holes and back references
//! where none can be. What is no overlay is refused; what says something that is not so is refused or
//! changes the root when the value is written again; nothing takes more than its bytes do.

use std::cell::RefCell;
use std::rc::{Rc, Weak};
use std::thread;

use cideldill::{
    Cid, Debuggable, Encoded, Error, ErrorKind, Limits, Reconstruct, Value, compute_cid,
    content_cid, decode, decode_with, encode,
};

use crate::support::{
    Planted, assert_accepted, assert_refused, is_malformed, link, read_every_way,
};

#[derive(Debuggable, Debug)]
struct Small(u32);

type Pair = (Rc<Small>, Rc<Small>);

/// A link of a ring.
#[derive(Debuggable, Default)]
struct Link {
    name: String,
    next: RefCell<Option<Rc<Link>>>,
    seen: RefCell<Weak<Link>>,
}

fn ring(len: usize) -> Vec<Rc<Link>> {
    let link = |n| {
        let name = format!("link {n}");
        Rc::new(Link {
            name,
            ..Link::default()
        })
    };
    let ring: Vec<_> = (0..len).map(link).collect();
    for (one, next) in ring.iter().zip(ring.iter().cycle().skip(1)) {
        *one.next.borrow_mut() = Some(Rc::clone(next));
        *one.seen.borrow_mut() = Rc::downgrade(next);
    }
    ring
}

/// Runs on a stack of 2 MiB, as a program's threads have.
fn on_a_small_stack(test: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().stack_size(2 << 20).spawn(test);
    thread.unwrap().join().unwrap();
}

fn add_all(planted: &mut Planted, encoded: &Encoded) {
    for block in encoded.blocks() {
        planted.add(block.bytes().clone());
    }
}

/// The content of a value under an overlay of this stream.
fn under<T: Debuggable>(value: &T, overlay: &[u8]) -> (Cid, Planted) {
    let encoded = encode(value).unwrap();
    let mut planted = Planted::of(&encoded);
    let written = if overlay.len() < 1_000 {
        let len = u16::try_from(overlay.len()).unwrap();
        let head = match u8::try_from(len) {
            Ok(len) => vec![0xc4, len],
            Err(_) => [&[0xc5][..], &len.to_be_bytes()].concat(),
        };
        [&head, overlay].concat()
    } else {
        let overlay = encode(&overlay.to_vec()).unwrap();
        add_all(&mut planted, &overlay);
        link(overlay.root())
    };
    let content = link(content_cid(value).unwrap());
    let root = [b"\x10\xa1!\x90\x92", content.as_slice(), &written].concat();
    (planted.add(root), planted)
}

fn small() -> Rc<Small> {
    Rc::new(Small(7))
}

/// A pair of two equal pointers: where the first and the second stand is what the overlay of an honest
/// pair says.
fn pair() -> Pair {
    (small(), small())
}

/// The stream of a pair whose pointers are the same.
const SAME: &[u8] = b"\x01\x0e\x1c\x01\0\0";

#[test]
fn the_forged_roots_here_are_like_honest_ones() {
    let one = small();
    let (root, planted) = under(&pair(), SAME);
    assert_eq!(root, compute_cid(&(Rc::clone(&one), one)).unwrap());
    assert_accepted::<Pair>(root, &planted);
    let back: Pair = decode(root, &planted).unwrap();
    assert!(Rc::ptr_eq(&back.0, &back.1));
}

#[test]
fn an_overlay_cut_short_at_any_byte_is_refused() {
    let ring = ring(3);
    let shared = small();
    let honest = (ring.clone(), vec![Rc::clone(&shared), shared], ring);
    let encoded = encode(&honest).unwrap();
    let root = Planted::of(&encoded).bytes(encoded.root()).to_vec();
    let start = 5 + 3 + Cid::LEN + 2;
    let overlay = &root[start..];
    assert_eq!(usize::from(root[start - 1]), overlay.len());
    let (again, planted) = under(&honest, overlay);
    assert_eq!(again, encoded.root());
    assert_accepted::<(Vec<Rc<Link>>, Vec<Rc<Small>>, Vec<Rc<Link>>)>(again, &planted);
    for end in 0..overlay.len() {
        let (root, planted) = under(&honest, &overlay[..end]);
        assert_refused::<(Vec<Rc<Link>>, Vec<Rc<Small>>, Vec<Rc<Link>>)>(
            &end,
            (root, &planted),
            is_malformed,
        );
    }
}

#[test]
fn a_stream_that_is_no_overlay_is_refused() {
    let cases: &[(&str, &[u8])] = &[
        ("nothing", b""),
        ("an empty outermost scope", b"\0"),
        ("an empty scope", b"\x01\0\0"),
        ("bytes after it", b"\x01\x0e\x1c\x01\0\0\0"),
        ("a node that none names", b"\x01\x0e\0\0"),
        ("a number that is not shortest", b"\x01\x8e\x00\x1c\x01\0\0"),
        (
            "a number of 2^64",
            b"\x01\x82\x80\x80\x80\x80\x80\x80\x80\x80\x02\0\0",
        ),
        ("a number without end", &[0xff; 40]),
        (
            "an offset of 2^32",
            b"\x01\x86\x80\x80\x80\x80\x01\x1c\x01\0\0",
        ),
        (
            "offsets that sum to 2^32",
            b"\x01\x86\x80\x80\x80\x40\x84\x80\x80\x80\x40\x01\0\0",
        ),
        ("kind 0 with a difference", b"\x01\x0e\x18\x01\0\0"),
        ("kind 7", b"\x01\x0e\x1f\x01\0\0"),
        ("two entries at one place", b"\x01\x0e\x04\x01\0\0"),
        ("the number 0", b"\x01\x0e\x1c\0\0\0"),
        ("a node that does not exist", b"\x01\x0e\x1c\x02\0\0"),
        (
            "a node far away",
            b"\x01\x0e\x1c\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\0\0",
        ),
        (
            "a pointer to what it stands in",
            b"\x01\x0a\x0c\x01\0\x1c\x01\0\0",
        ),
        ("a weak pointer to no node", b"\x01\x0e\x0d\x01\x0c\x01\0\0"),
        (
            "a weak pointer to 2^63",
            b"\x01\x0e\x0d\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\0\0",
        ),
        (
            "a pointer of which nothing is said",
            b"\x01\x0b\x0e\x0c\x01\0\0\0",
        ),
    ];
    for (what, overlay) in cases {
        let (root, planted) = under(&pair(), overlay);
        assert_refused::<Pair>(what, (root, &planted), is_malformed);
    }
}

/// Reads it every way. What is accepted must not be taken for the value with this root: written
/// again it has another one.
#[track_caller]
fn assert_refused_or_seen<T: Debuggable>(what: &str, (root, planted): (Cid, &Planted)) {
    drop(read_every_way::<T>(root, planted, Limits::default()));
    if let Ok(tree) = decode::<Value>(root, planted) {
        assert!(tree.to_string().len() < 1 << 20, "{what}");
        let again = encode(&tree);
        assert!(
            again.is_err() || again.is_ok_and(|again| again.root() != root),
            "{what}: {tree}"
        );
    }
    if let Ok(value) = decode::<T>(root, planted) {
        let again = encode(&value);
        assert!(
            again.is_err() || again.is_ok_and(|again| again.root() != root),
            "{what}"
        );
    }
}

#[test]
fn an_overlay_that_says_what_is_not_so_is_refused_or_seen() {
    let cases: &[(&str, &[u8])] = &[
        ("a link where none is", b"\x01\x09\x0e\x1c\x01\0\0\0"),
        ("inside an item", b"\x01\x16\x1c\x01\0\0"),
        ("after the block", b"\x01\xc6\x3e\x1c\x01\0\0"),
        (
            "a node with something inside",
            b"\x01\x0a\x09\x06\0\0\x1c\x01\0\0",
        ),
        ("a weak pointer where none is", b"\x01\x0e\x1d\x02\0\0"),
        ("the content link is a pointer", b"\x02\x0e\x1c\x01\0\0"),
        ("the content is not entered", b"\x0e\x1c\x01\0"),
    ];
    for (what, overlay) in cases {
        let (root, planted) = under(&pair(), overlay);
        assert_refused_or_seen::<Pair>(what, (root, &planted));
    }
}

#[derive(Debuggable, Debug)]
struct Other(u32);

#[test]
fn pointers_of_two_types_are_never_one() {
    let mixed = (small(), Rc::new(Other(7)));
    let encoded = encode(&mixed).unwrap();
    assert_eq!(encoded.blocks().len(), 1);
    // The second stands where it does in a pair: the shapes are in a table before.
    let (root, planted) = under(&mixed, SAME);
    let error = decode::<(Rc<Small>, Rc<Other>)>(root, &planted).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::WrongKind { .. }),
        "{error}"
    );
    assert_eq!(error.path().to_string(), ".1");
    assert_refused_or_seen::<(Rc<Small>, Rc<Other>)>("two types", (root, &planted));
}

#[test]
fn two_contents_are_never_one() {
    let (root, planted) = under(&(small(), Rc::new(Small(8))), SAME);
    assert_refused::<Pair>(&"two contents", (root, &planted), is_malformed);
    let typed = decode::<Pair>(root, &planted).unwrap_err();
    let untyped = decode::<Value>(root, &planted).unwrap_err();
    assert_eq!(typed.path().to_string(), ".1");
    assert_eq!(untyped.path().to_string(), ".1");
}

/// A number of the overlay.
fn number(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

#[test]
fn a_million_pointers_to_one_are_read() {
    let shared = Rc::new(true);
    let many = vec![shared; 1_000_000];
    let encoded = encode(&many).unwrap();
    let back: Vec<Rc<bool>> = decode(encoded.root(), &encoded).unwrap();
    assert_eq!(Rc::strong_count(&back[0]), 1_000_000);
    let tree: Value = decode(encoded.root(), &encoded).unwrap();
    assert_eq!(compute_cid(&tree).unwrap(), encoded.root());
}

#[test]
fn a_million_pointers_that_are_not_there_are_refused_or_seen() {
    let mut overlay = vec![1, 0x0e];
    for _ in 0..1_000_000 {
        overlay.extend(b"\x0c\x01");
    }
    overlay.extend(b"\0\0");
    let (root, planted) = under(&pair(), &overlay);
    assert_refused_or_seen::<Pair>("a million", (root, &planted));
    // A node after the other, each named by a weak pointer that is not there either.
    let mut overlay = vec![1];
    for _ in 0..300_000 {
        overlay.extend(b"\x0e\x0d\x02");
    }
    overlay.extend(b"\0\0");
    let (root, planted) = under(&pair(), &overlay);
    assert_refused_or_seen::<Pair>("300,000 nodes", (root, &planted));
    // Scopes of one link each.
    let mut overlay = vec![1];
    for _ in 0..300_000 {
        overlay.extend(b"\x09\x0d\0\0");
    }
    overlay.extend(b"\0\0");
    let (root, planted) = under(&pair(), &overlay);
    assert_refused::<Pair>(&"weak pointers to no node", (root, &planted), is_malformed);
}

const DEEP: usize = 100_000;

/// A stream with this many scopes inside each other at the first pointer of a pair, around a node that
/// the second one names.
fn nested(scope: &[u8]) -> Vec<u8> {
    let mut overlay = vec![1, 8 + scope[0]];
    overlay.extend(scope.repeat(DEEP - 1));
    overlay.push(6);
    overlay.extend(vec![0; DEEP]);
    overlay.extend(b"\x1c\x01\0\0");
    overlay
}

#[test]
fn a_hundred_thousand_nested_scopes_take_no_stack() {
    for kind in 1..=3 {
        on_a_small_stack(move || {
            let overlay = match kind {
                // Nodes must be named.
                2 => {
                    let mut overlay = vec![1, 0x0a];
                    overlay.extend([2].repeat(DEEP - 1));
                    overlay.push(6);
                    overlay.extend(vec![0; DEEP]);
                    for n in 0..=DEEP as u64 {
                        overlay.push(0x0c);
                        number(n + 1, &mut overlay);
                    }
                    overlay.extend(b"\0\0");
                    overlay
                }
                _ => nested(&[kind]),
            };
            let (root, planted) = under(&pair(), &overlay);
            drop(read_every_way::<Pair>(root, &planted, Limits::default()));
            if kind == 3 {
                // That many pointers to pointers are a value, if of no type that is written down.
                let tree: Value = decode(root, &planted).unwrap();
                assert!(tree.clone() == tree);
                assert!(tree.to_string().len() < 1 << 24);
                assert_eq!(compute_cid(&tree).unwrap(), root);
            } else {
                assert_refused_or_seen::<Pair>(&format!("kind {kind}"), (root, &planted));
            }
        });
    }
    on_a_small_stack(|| {
        // Never closed.
        let (root, planted) = under(&pair(), &[1].repeat(DEEP));
        assert_refused::<Pair>(&"open", (root, &planted), is_malformed);
    });
}

/// The block of a ring.
fn ring_block(len: usize) -> (Cid, Vec<u8>) {
    let ring = ring(len);
    // Weak pointers are said beside the content.
    let content = content_cid(&ring[0]).unwrap();
    let planted = Planted::of(&encode(&ring[0]).unwrap());
    (content, planted.bytes(content).to_vec())
}

#[test]
fn a_part_of_a_cycle_that_was_not_read_says_which() {
    let (cid, _) = ring_block(3);
    let part = [b"\xc7\x45\x03", &cid.as_bytes()[..], &[0, 0, 0, 9, 0]].concat();
    let mut planted = Planted::default();
    let root = planted.add([b"\x10\xa2[@\x90\x91", &part[..]].concat());
    let error = decode::<Vec<Rc<Link>>>(root, &planted)
        .map(drop)
        .unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::PartOfCycle { cid: found } if *found == cid),
        "{error}"
    );
    assert_eq!(error.path().to_string(), "[0]");
    assert_refused_or_partial(root, &planted);
}

/// Without its type such a part may be kept as what it is.
fn assert_refused_or_partial(root: Cid, planted: &Planted) {
    match decode::<Value>(root, planted) {
        Ok(tree) => assert!(!tree.to_string().is_empty()),
        Err(error) => assert!(
            matches!(
                error.kind(),
                ErrorKind::PartOfCycle { .. }
                    | ErrorKind::Missing { .. }
                    | ErrorKind::Malformed { .. }
            ),
            "{error}"
        ),
    }
}

#[test]
fn holes_and_back_references_outside_a_cycle_are_refused() {
    for item in [
        &b"\xc7\0\x05"[..],
        b"\xc7\x05\x02\0\0\0\0\0",
        b"\xc7\x05\x02\xff\xff\xff\xff\xff",
    ] {
        let mut planted = Planted::default();
        for block in [
            [b"\x10\xa2[@\x90\x91", item].concat(),
            [b"\x10\xa2?@\x90", item].concat(),
            [b"\x10\xa1@\x90", item].concat(),
        ] {
            let root = planted.add(block);
            let what = item;
            for result in [
                decode::<Vec<Rc<Link>>>(root, &planted).map(drop),
                decode::<Option<Rc<Link>>>(root, &planted).map(drop),
                decode::<Value>(root, &planted).map(drop),
            ] {
                let error = result.unwrap_err();
                assert!(
                    is_malformed(&error) || matches!(error.kind(), ErrorKind::WrongKind { .. }),
                    "{what:?}: {error}"
                );
            }
        }
    }
}

fn read_typed<T: Reconstruct>(root: Cid, planted: &Planted) -> Result<T, Error> {
    decode_with::<T>(root, planted, Limits::default().with_items(1 << 20))
}

#[test]
fn a_cycle_cut_short_at_any_byte_is_refused() {
    let (cid, bytes) = ring_block(3);
    let mut planted = Planted::default();
    planted.add(bytes.clone());
    assert_accepted::<Rc<Link>>(cid, &planted);
    for end in 0..bytes.len() {
        let mut planted = Planted::default();
        let root = planted.add(&bytes[..end]);
        assert_refused::<Rc<Link>>(&end, (root, &planted), is_malformed);
    }
}

/// Every byte of a ring's block changed in several ways: an error, or a value that is written again
/// as what was read, or as something else that is seen.
#[test]
fn a_cycle_with_any_byte_changed_is_refused_or_another_value() {
    let (_, bytes) = ring_block(3);
    let (mut refused, mut accepted) = (0, 0);
    for at in 1..bytes.len() {
        for change in [1, 2, 4, 8, 0x10, 0x20, 0x40, 0x80, 0xff] {
            let mut forged = bytes.clone();
            forged[at] ^= change;
            let mut planted = Planted::default();
            let root = planted.add(forged);
            let tree = read_typed::<Value>(root, &planted);
            match read_typed::<Rc<Link>>(root, &planted) {
                Err(_) => refused += 1,
                Ok(link) => {
                    accepted += 1;
                    let again = encode(&link).unwrap();
                    let back: Rc<Link> = decode(again.root(), &again).unwrap();
                    assert_eq!(back.name, link.name);
                    // Only a reader of all pointers sees what is not on the cycle.
                    let is_own = tree.is_ok_and(|tree| compute_cid(&tree).unwrap() == root);
                    assert_eq!(is_own, again.root() == root);
                }
            }
        }
    }
    assert!(refused > 500 && accepted > 10, "{refused} {accepted}");
}

/// Back references to each offset and level: only those to nodes that have ended lead somewhere.
#[test]
fn forged_back_references_lead_to_nodes_or_nowhere() {
    let (_, bytes) = ring_block(3);
    let header = b"\xc7\x05\x02";
    let at = bytes
        .windows(3)
        .position(|window| window == header)
        .unwrap()
        + 3;
    let mut leads = 0;
    for offset in (0..200).chain([u32::MAX]) {
        for level in [0, 1, 255] {
            let mut forged = bytes.clone();
            forged[at..at + 4].copy_from_slice(&u32::to_be_bytes(offset));
            forged[at + 4] = level;
            let mut planted = Planted::default();
            let root = planted.add(forged);
            for (way, result) in read_every_way::<Rc<Link>>(root, &planted, Limits::default()) {
                match result {
                    Ok(()) => leads += 1,
                    Err(error) => assert!(is_malformed(&error), "{way}, {offset}: {error}"),
                }
            }
        }
    }
    assert!((4..=12).contains(&leads), "{leads}");
}

#[test]
fn the_way_to_a_node_that_lies_deep_is_gone_once() {
    type Ahead = (Vec<Weak<Small>>, Rc<Small>);
    let value: Ahead = ((0..300).map(|_| Weak::new()).collect(), small());
    // Each leads to a node far inside pointers to pointers, where none can be made.
    let mut overlay = vec![1, 4 * 8 + 5, 0];
    overlay.extend([3 * 8 + 5, 1].repeat(299));
    overlay.push(3 * 8 + 3);
    overlay.extend([3].repeat(DEEP - 1));
    overlay.extend(b"\x06\x0e");
    overlay.extend(vec![0; DEEP]);
    overlay.extend(b"\0\0");
    let (root, planted) = under(&value, &overlay);
    let read = |items| {
        let limits = Limits::default().with_items(items);
        decode_with::<Ahead>(root, &planted, limits)
    };
    assert!(read(3 * DEEP as u64).is_ok());
    let error = read(DEEP as u64 / 2).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { .. }), "{error}");
}
