//! Types that are records, strings or numbers of their own.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::ffi::{OsStr, OsString};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use cideldill::{Block, Cid, Error, ErrorKind, compute_cid, decode, encode};

use crate::*;

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
