//! The standard library's types: the bytes docs/format.md section 10 gives them, and back again.

#![allow(
    clippy::disallowed_types,
    reason = "hash maps and sets are recorded too"
)]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "any number will do"
)]

use std::borrow::Cow;
use std::cell::{Cell, OnceCell, RefCell};
use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::ffi::{OsStr, OsString};
use std::fmt::Debug;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::num::{NonZero, Saturating, Wrapping};
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::atomic;
use std::sync::{Mutex, OnceLock, RwLock};
use std::time::{Duration, SystemTime};

use cideldill::{
    Block, Cid, Encoded, Error, ErrorKind, Limits, Profile, Reconstruct, Reduce, Value,
    compute_cid, decode, decode_with, encode, encode_with,
};

const PROFILES: [Profile; 3] = [Profile::STANDARD, Profile::WHOLE, Profile::SMALL];

fn loaded<T: Reconstruct>(encoded: &Encoded) -> Result<T, Error> {
    decode_with(encoded.root(), encoded, Limits::default())
}

/// Loads equal in every profile, alone and inside other types.
fn comes_back<T: Reconstruct + PartialEq + Debug + Clone>(value: &T) {
    for profile in PROFILES {
        let back: T = loaded(&encode_with(value, profile).unwrap()).unwrap();
        assert_eq!(&back, value, "{profile:?}");
        let many = vec![value.clone(); 40];
        let back: Vec<T> = loaded(&encode_with(&many, profile).unwrap()).unwrap();
        assert_eq!(back, many, "{profile:?}");
        let held = Some((Box::new(value.clone()), [value.clone()]));
        let back = loaded(&encode_with(&held, profile).unwrap()).unwrap();
        assert_eq!(held, back, "{profile:?}");
    }
}

fn root_block<T: Reduce + ?Sized>(value: &T) -> Vec<u8> {
    let encoded = encode(value).unwrap();
    let root: Block = encoded
        .blocks()
        .find(|block| block.cid() == encoded.root())
        .unwrap();
    root.bytes().to_vec()
}

fn text(text: &str) -> Vec<u8> {
    let len = u8::try_from(text.len()).unwrap();
    let header = if len < 32 {
        vec![0xa0 | len]
    } else {
        vec![0xd9, len]
    };
    [header, text.into()].concat()
}

/// The bytes of a block that holds a record.
fn record(shapes: &[(&str, &str, &[&str])], value: &[u8]) -> Vec<u8> {
    let mut block = [&[0x10], text("@").as_slice()].concat();
    block.push(0x90 | u8::try_from(shapes.len()).unwrap());
    for (tag, types, names) in shapes {
        block.push(0x90 | u8::try_from(2 + names.len()).unwrap());
        block.extend(text(tag));
        block.extend(text(types));
        block.extend(names.iter().flat_map(|name| text(name)));
    }
    [&block, value].concat()
}

/// Has exactly these bytes, and comes back.
fn is_record<T: Reconstruct + PartialEq + Debug + Clone>(
    value: &T,
    shapes: &[(&str, &str, &[&str])],
    bytes: &[u8],
) {
    assert_eq!(root_block(value), record(shapes, bytes), "{value:?}");
    comes_back(value);
}

#[test]
fn results_and_orderings() {
    is_record(
        &Ok::<u8, String>(7),
        &[("std::Result::Ok", "B", &[])],
        b"\x92\0\x07",
    );
    is_record(
        &Err::<u8, _>("no".to_owned()),
        &[("std::Result::Err", "s", &[])],
        b"\x92\0\xa2no",
    );
    is_record(&Ordering::Less, &[("std::Ordering::Less", "", &[])], b"\0");
    is_record(
        &Ordering::Equal,
        &[("std::Ordering::Equal", "", &[])],
        b"\0",
    );
    is_record(
        &Ordering::Greater,
        &[("std::Ordering::Greater", "", &[])],
        b"\0",
    );
}

#[test]
fn ranges_and_bounds() {
    is_record(
        &Bound::Included(1_u16),
        &[("std::Bound::Included", "H", &[])],
        b"\x92\0\x01",
    );
    is_record(
        &Bound::Excluded(1_u16),
        &[("std::Bound::Excluded", "H", &[])],
        b"\x92\0\x01",
    );
    is_record(
        &Bound::<u16>::Unbounded,
        &[("std::Bound::Unbounded", "", &[])],
        b"\0",
    );
    is_record(
        &(1_u8..3),
        &[("std::Range", "BB", &["start", "end"])],
        b"\x93\0\x01\x03",
    );
    is_record(
        &(1_u8..=3),
        &[("std::RangeInclusive", "BB", &["start", "end"])],
        b"\x93\0\x01\x03",
    );
    is_record(
        &(1_u8..),
        &[("std::RangeFrom", "B", &["start"])],
        b"\x92\0\x01",
    );
    is_record(&(..1_u8), &[("std::RangeTo", "B", &["end"])], b"\x92\0\x01");
    is_record(
        &(..=1_u8),
        &[("std::RangeToInclusive", "B", &["end"])],
        b"\x92\0\x01",
    );
    is_record(&(..), &[("std::RangeFull", "", &[])], b"\0");
    comes_back(&("a".repeat(2000)..="b".repeat(2000)));
}

#[test]
fn an_inclusive_range_that_was_used_up_is_an_error() {
    let mut range = 1_u8..=2;
    assert_eq!(range.next(), Some(1));
    comes_back(&range);
    assert_eq!(range.next(), Some(2));
    let error = compute_cid(&vec![range]).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Unsupported { .. }),
        "{error}"
    );
    assert_eq!(error.path().to_string(), "[0]");
}

#[test]
fn durations_and_times() {
    is_record(
        &Duration::new(300, 5),
        &[("std::Duration", "LI", &["secs", "nanos"])],
        b"\x93\0\xcd\x01\x2c\x05",
    );
    comes_back(&Duration::MAX);
    let names: &[&str] = &["secs", "nanos"];
    let shapes = [("std::SystemTime", "lI", names)];
    let epoch = SystemTime::UNIX_EPOCH;
    is_record(&epoch, &shapes, b"\x93\0\0\0");
    is_record(&(epoch + Duration::new(5, 100)), &shapes, b"\x93\0\x05\x64");
    // A quarter of a second before: rounded down to whole seconds, the rest goes forward.
    is_record(
        &(epoch - Duration::from_millis(250)),
        &shapes,
        b"\x93\0\xff\xce\x2c\xb4\x17\x80",
    );
    is_record(&(epoch - Duration::from_secs(2)), &shapes, b"\x93\0\xfe\0");
    comes_back(&SystemTime::now());
    // As far back as the platform has times.
    let mut longest = (0..64).map(|bits| Duration::from_secs(u64::MAX >> bits));
    let first = longest.find_map(|ago| epoch.checked_sub(ago));
    comes_back(&first.unwrap());
    let first = epoch.checked_sub(Duration::from_secs(1 << 63));
    comes_back(&first.unwrap_or(epoch));
}

#[test]
fn a_second_has_no_more_than_a_billion_nanoseconds() {
    let names: &[&str] = &["secs", "nanos"];
    for (tag, types) in [("std::Duration", "LI"), ("std::SystemTime", "lI")] {
        let bytes = record(&[(tag, types, names)], b"\x93\0\0\xce\x3b\x9a\xca\0");
        let block = Block::new(bytes);
        let error = if tag == "std::Duration" {
            decode::<Duration>(block.cid(), &Blocks(vec![block])).unwrap_err()
        } else {
            decode::<SystemTime>(block.cid(), &Blocks(vec![block])).unwrap_err()
        };
        assert!(
            matches!(error.kind(), ErrorKind::OutOfRange { .. }),
            "{error}"
        );
    }
}

#[test]
fn internet_addresses() {
    let v4 = ("std::Ipv4Addr", "y", &[] as &[&str]);
    let v6 = ("std::Ipv6Addr", "y", &[] as &[&str]);
    let v4_bytes = b"\x92\0\xc4\x04\x7f\0\0\x01";
    let v6_bytes = b"\x92\0\xc4\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01";
    is_record(&Ipv4Addr::LOCALHOST, &[v4], v4_bytes);
    is_record(&Ipv6Addr::LOCALHOST, &[v6], v6_bytes);
    is_record(
        &IpAddr::from(Ipv4Addr::LOCALHOST),
        &[("std::IpAddr::V4", "@", &[]), v4],
        b"\x92\0\x92\x01\xc4\x04\x7f\0\0\x01",
    );
    is_record(
        &IpAddr::from(Ipv6Addr::LOCALHOST),
        &[("std::IpAddr::V6", "@", &[]), v6],
        &[b"\x92\0\x92\x01", &v6_bytes[2..]].concat(),
    );
    let socket_v4 = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 80);
    let shape_v4 = ("std::SocketAddrV4", "@H", &["ip", "port"] as &[&str]);
    is_record(
        &socket_v4,
        &[shape_v4, v4],
        b"\x93\0\x92\x01\xc4\x04\x7f\0\0\x01\x50",
    );
    let socket_v6 = SocketAddrV6::new(Ipv6Addr::LOCALHOST, 80, 1, 2);
    let names: &[&str] = &["ip", "port", "flowinfo", "scope_id"];
    let shape_v6 = ("std::SocketAddrV6", "@HII", names);
    is_record(
        &socket_v6,
        &[shape_v6, v6],
        &[b"\x95\0\x92\x01", &v6_bytes[2..], b"\x50\x01\x02"].concat(),
    );
    is_record(
        &SocketAddr::from(socket_v4),
        &[("std::SocketAddr::V4", "@", &[]), shape_v4, v4],
        b"\x92\0\x93\x01\x92\x02\xc4\x04\x7f\0\0\x01\x50",
    );
    is_record(
        &SocketAddr::from(socket_v6),
        &[("std::SocketAddr::V6", "@", &[]), shape_v6, v6],
        &[b"\x92\0\x95\x01\x92\x02", &v6_bytes[2..], b"\x50\x01\x02"].concat(),
    );
}

#[test]
fn strings_of_the_system_and_paths() {
    let shape = ("std::OsString::Text", "s", &[] as &[&str]);
    is_record(&OsString::from("a b"), &[shape], b"\x92\0\xa3a b");
    let path_shapes = [("std::Path", "@", &[] as &[&str]), shape];
    is_record(
        &PathBuf::from("/a//b/"),
        &path_shapes,
        b"\x92\0\x92\x01\xa6/a//b/",
    );
    let long = PathBuf::from("directory/".repeat(300));
    comes_back(&long);
    let cid = compute_cid(&long).unwrap();
    assert_eq!(compute_cid(long.as_path()).unwrap(), cid);
    assert_eq!(compute_cid(&Cow::from(long.as_path())).unwrap(), cid);
    let boxed: Box<Path> = decode(cid, &encode(&long).unwrap()).unwrap();
    assert_eq!(*boxed, *long);
    let name = OsStr::new("name");
    let encoded = encode(name).unwrap();
    assert_eq!(
        *decode::<Box<OsStr>>(encoded.root(), &encoded).unwrap(),
        *name
    );
    assert_eq!(
        decode::<Cow<'_, OsStr>>(encoded.root(), &encoded).unwrap(),
        name
    );
}

#[cfg(unix)]
#[test]
fn strings_of_the_system_that_are_not_unicode() {
    use std::os::unix::ffi::OsStringExt;
    let odd = OsString::from_vec(b"a\xffb".to_vec());
    let shape = ("std::OsString::Unix", "y", &[] as &[&str]);
    is_record(&odd, &[shape], b"\x92\0\xc4\x03a\xffb");
    comes_back(&PathBuf::from(&odd));
    // Text has one form only, and another platform's strings cannot be had here.
    for bytes in [
        record(&[shape], b"\x92\0\xc4\x03abc"),
        record(
            &[("std::OsString::Windows", "[H", &[])],
            b"\x92\0\xc4\x02\0\xd8",
        ),
        record(
            &[("std::OsString::Windows", "[H", &[])],
            b"\x92\0\xc4\x02a\0",
        ),
    ] {
        let block = Block::new(bytes);
        let error = decode::<OsString>(block.cid(), &Blocks(vec![block])).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::OutOfRange { .. }),
            "{error}"
        );
    }
}

#[test]
fn a_cid_is_data_and_never_a_link() {
    let cid = compute_cid("x").unwrap();
    let bytes = [b"\x92\0\xc4\x40", cid.as_bytes().as_slice()].concat();
    is_record(&cid, &[("std::Cid", "y", &[])], &bytes);
    // The block it names is not among these, and is not missed.
    comes_back(&vec![cid; 1000]);
}

/// Blocks made by hand.
struct Blocks(Vec<Block>);

impl cideldill::BlockSource for Blocks {
    fn load_many(&self, cids: &[Cid]) -> Result<Vec<std::sync::Arc<[u8]>>, Error> {
        let find = |cid: &Cid| self.0.iter().find(|block| block.cid() == *cid);
        let found = cids.iter().map(|cid| match find(cid) {
            Some(block) => Ok(block.bytes().clone()),
            None => Err(ErrorKind::Missing { cid: *cid }.into()),
        });
        found.collect()
    }
}

/// All are recorded alike.
macro_rules! same_cid {
    ($first:expr $(, $other:expr)+ $(,)?) => {
        for profile in PROFILES {
            let first = encode_with(&$first, profile).unwrap();
            $(
                let other = encode_with(&$other, profile).unwrap();
                assert_eq!(other, first, "{} in {profile:?}", stringify!($other));
            )+
        }
    };
}

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

#[test]
fn values_of_different_types_have_different_cids() {
    let cids = [
        compute_cid(&1_u8),
        compute_cid(&1_u16),
        compute_cid(&1_u32),
        compute_cid(&1_u64),
        compute_cid(&1_u128),
        compute_cid(&1_i8),
        compute_cid(&1_i32),
        compute_cid(&1_i64),
        compute_cid(&1.0_f32),
        compute_cid(&1.0_f64),
        compute_cid(&'1'),
        compute_cid("1"),
        compute_cid(&true),
        compute_cid(&None::<u8>),
        compute_cid(&None::<u64>),
        compute_cid(&()),
        compute_cid(&None::<()>),
        compute_cid(&Some(None::<()>)),
        compute_cid(&Some(1_u8)),
        compute_cid(&(1_u8,)),
        compute_cid(&[1_u8]),
        compute_cid(&[1_i8]),
        compute_cid(&BTreeSet::from([1_u8])),
        compute_cid(&BTreeMap::from([(1_u8, 1_u8)])),
        compute_cid(&Duration::from_secs(1)),
        compute_cid(&SystemTime::UNIX_EPOCH),
        compute_cid(&(1_u8..2)),
        compute_cid(&(1_u8..=2)),
        compute_cid(&(1_u8..)),
        compute_cid(&(..1_u8)),
        compute_cid(&(..=1_u8)),
        compute_cid(&OsString::from("1")),
        compute_cid(&PathBuf::from("1")),
        compute_cid(&Ok::<u8, u8>(1)),
        compute_cid(&Err::<u8, u8>(1)),
        compute_cid(&Bound::Included(1_u8)),
        compute_cid(&Bound::Excluded(1_u8)),
        compute_cid(&Ipv4Addr::LOCALHOST),
        compute_cid(&IpAddr::from(Ipv4Addr::LOCALHOST)),
        compute_cid(&Cid::from_bytes([0; 64])),
        compute_cid(&vec![0_u8; 64]),
    ];
    let different: BTreeSet<Cid> = cids.iter().map(|cid| *cid.as_ref().unwrap()).collect();
    assert_eq!(different.len(), cids.len());
}

/// The decoder refuses keys that are not in the format's order, so coming back shows the order.
fn keys_are_in_order<T>(keys: impl IntoIterator<Item = T>)
where
    T: Reconstruct + Ord + std::hash::Hash + Clone + Debug,
{
    let set: HashSet<T> = keys.into_iter().collect();
    let sorted: BTreeSet<T> = set.iter().cloned().collect();
    let heap: BinaryHeap<T> = set.iter().cloned().collect();
    let set_of_parts: BTreeSet<(VecDeque<T>, Option<T>)> = sorted
        .iter()
        .map(|key| {
            (
                VecDeque::from([key.clone(), key.clone()]),
                Some(key.clone()),
            )
        })
        .collect();
    for profile in PROFILES {
        let encoded = encode_with(&set, profile).unwrap();
        assert_eq!(encode_with(&sorted, profile).unwrap(), encoded);
        assert_eq!(loaded::<BTreeSet<T>>(&encoded).unwrap(), sorted);
        let map: HashMap<T, u8> = set.iter().map(|key| (key.clone(), 1)).collect();
        let encoded = encode_with(&map, profile).unwrap();
        assert_eq!(loaded::<HashMap<T, u8>>(&encoded).unwrap(), map);
        let encoded = encode_with(&set_of_parts, profile).unwrap();
        assert_eq!(loaded::<BTreeSet<_>>(&encoded).unwrap(), set_of_parts);
        // A heap is written in the order of a set's keys.
        let encoded = encode_with(&heap, profile).unwrap();
        let back = loaded::<BinaryHeap<T>>(&encoded).unwrap();
        assert_eq!(back.into_sorted_vec(), heap.clone().into_sorted_vec());
    }
}

#[test]
fn keys_of_every_type_are_written_in_the_order_of_the_format() {
    let numbers = [3_u64, 1, 300, 7, 70_000, 2];
    keys_are_in_order(numbers);
    keys_are_in_order(numbers.map(Reverse));
    keys_are_in_order([-1_i32, 5, -300, 0].map(Wrapping));
    keys_are_in_order(numbers.map(|n| NonZero::new(n).unwrap()));
    keys_are_in_order(numbers.map(Box::new));
    keys_are_in_order(numbers.map(|n| Duration::new(n % 4, n as u32)));
    keys_are_in_order(numbers.map(|n| SystemTime::UNIX_EPOCH - Duration::new(n % 4, n as u32)));
    keys_are_in_order(numbers.map(|n| Ipv4Addr::from_bits((n as u32).wrapping_mul(70_001))));
    keys_are_in_order(numbers.map(|n| Ipv6Addr::from_bits(u128::from(n) << 56)));
    keys_are_in_order(numbers.map(|n| Cid::of(&n.to_le_bytes())));
    keys_are_in_order(numbers.map(|n| SocketAddrV4::new(Ipv4Addr::from_bits(n as u32 % 3), 7)));
    keys_are_in_order(numbers.map(|n| {
        let ip = Ipv6Addr::from_bits(u128::from(n % 2));
        SocketAddrV6::new(ip, n as u16, n as u32 % 3, 7)
    }));
    keys_are_in_order([
        SocketAddr::from(([255, 0, 0, 1], 1)),
        SocketAddr::from((Ipv6Addr::LOCALHOST, 1)),
        SocketAddr::from(([1, 0, 0, 1], 300)),
    ]);
    keys_are_in_order([
        IpAddr::from(Ipv6Addr::LOCALHOST),
        IpAddr::from(Ipv4Addr::BROADCAST),
        IpAddr::from(Ipv4Addr::LOCALHOST),
    ]);
    keys_are_in_order([Ordering::Less, Ordering::Equal, Ordering::Greater]);
    keys_are_in_order([Ok::<u8, u8>(1), Err(1), Ok(0), Err(0)]);
    keys_are_in_order(["b", "a", "ab", "a/b", "a/c", "a b"].map(PathBuf::from));
    keys_are_in_order(["b", "a", "ab"].map(OsString::from));
    keys_are_in_order([
        LinkedList::from([2_u8]),
        LinkedList::from([1, 2]),
        LinkedList::new(),
    ]);
    keys_are_in_order([
        VecDeque::from([2_u64]),
        VecDeque::from([1, 2]),
        VecDeque::new(),
    ]);
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
fn every_other_row_comes_back() {
    comes_back(&(1_u8, -1_i8, 1_u16, -1_i16, 1_u32, -1_i32, 1_u64, -1_i64));
    comes_back(&(
        u128::MAX,
        i128::MIN,
        usize::MAX,
        isize::MIN,
        1.5_f32,
        -0.0_f64,
    ));
    comes_back(&(
        true,
        'x',
        String::from("x"),
        (),
        std::marker::PhantomData::<u8>,
    ));
    comes_back(&(Some(1_u8), None::<u8>, Some(Some(())), Some(None::<()>)));
    comes_back(&(
        vec![1_u8],
        [1_u16; 3],
        VecDeque::from([1.5_f32]),
        LinkedList::from(["x".to_owned()]),
    ));
    comes_back(&BTreeMap::from([(1_u8, "x".to_owned())]));
    comes_back(&HashMap::from([(1_u8, "x".to_owned())]));
    comes_back(&(BTreeSet::from([1_u8]), HashSet::from([1_u8])));
    comes_back(&(
        1_u8, 2_u8, 3_u8, 4_u8, 5_u8, 6_u8, 7_u8, 8_u8, 9_u8, 10_u8, 11_u8, 12_u8,
    ));
    comes_back(&(
        Box::new(1),
        Cell::new(1_u8),
        RefCell::new(1),
        OnceCell::from(1),
        Reverse(1),
    ));
}

#[test]
fn every_bit_of_a_float_in_a_cell_is_kept() {
    let odd = [f64::from_bits(0x7ff8_0000_0000_1234), -0.0, f64::INFINITY];
    let cells: Vec<Cell<f64>> = odd.iter().copied().map(Cell::new).collect();
    let back: Vec<Cell<f64>> = loaded(&encode(&cells).unwrap()).unwrap();
    let bits = |cells: &[Cell<f64>]| cells.iter().map(|f| f.get().to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&back), bits(&cells));
}
