//! Lengths that claim what is not there: refused in memory that has to do with the bytes there are,
//! not with the claim.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, LinkedList, VecDeque};
use std::fmt::Debug;

use allocation_counter::measure;
use cideldill::{Debuggable, Error, Reconstruct, Value};

use crate::support::{Planted, assert_refused, is_malformed, link};

/// More than reading a few bytes may take by far, and less than any of the claims would.
const ROOM: u64 = 16 << 20;

/// Refused each way, with little memory.
#[track_caller]
fn assert_cheaply_refused<T: Reconstruct>(
    what: &dyn Debug,
    block: &[u8],
    is_right: impl Fn(&Error) -> bool,
) {
    let mut planted = Planted::default();
    let root = planted.add(block);
    let used = measure(|| assert_refused::<T>(what, (root, &planted), is_right));
    assert!(used.bytes_max < ROOM, "{what:?}: {} bytes", used.bytes_max);
}

fn is_malformed_or_limit(error: &Error) -> bool {
    is_malformed(error) || crate::support::is_limit(error)
}

/// The largest array, and one as large as the default limit allows.
const ARRAYS: [&[u8]; 3] = [
    b"\xdd\xff\xff\xff\xff",
    b"\xdd\x05\xf5\xe1\x00",
    b"\xdc\xff\xff",
];
const MAPS: [&[u8]; 3] = [
    b"\xdf\xff\xff\xff\xff",
    b"\xdf\x05\xf5\xe1\x00",
    b"\xde\xff\xff",
];

fn claim<T: Reconstruct>(desc: &[u8], headers: &[&[u8]]) {
    for profile in [0x10, 0x11, 0x12] {
        for header in headers {
            for start in [
                &b""[..],
                b"\xc0",
                b"\x01",
                b"\xa1x",
                b"\x91\xc0",
                b"\x92\x01\x02",
            ] {
                let desc_header = [0xa0 | u8::try_from(desc.len()).unwrap()];
                let head: [&[u8]; 5] = [&[profile], &desc_header, desc, b"\x90", header];
                let block = [&head.concat()[..], start].concat();
                let what = (String::from_utf8_lossy(desc), header, start);
                assert_cheaply_refused::<T>(&what, &block, is_malformed_or_limit);
            }
        }
    }
}

/// An element that takes eight kilobytes in memory and few in the bytes.
type Wide = [u128; 512];

#[test]
fn a_sequence_that_claims_billions_of_elements_takes_little_memory() {
    claim::<Vec<String>>(b"[s", &ARRAYS);
    claim::<Vec<()>>(b"[n", &ARRAYS);
    claim::<Vec<Option<bool>>>(b"[?t", &ARRAYS);
    claim::<Vec<Vec<Vec<bool>>>>(b"[[[t", &ARRAYS);
    claim::<VecDeque<(u8, u8)>>(b"[(BB)", &ARRAYS);
    claim::<LinkedList<char>>(b"[c", &ARRAYS);
    claim::<BinaryHeap<char>>(b"[c", &ARRAYS);
    claim::<[bool; 3]>(b"[t", &ARRAYS);
    claim::<Vec<Wide>>(b"[[Q", &ARRAYS);
    claim::<Vec<Value>>(b"[*", &ARRAYS);
}

#[test]
fn a_map_or_set_that_claims_billions_of_entries_takes_little_memory() {
    claim::<BTreeMap<String, Vec<u8>>>(b"{sy", &MAPS);
    claim::<BTreeMap<bool, Wide>>(b"{t[Q", &MAPS);
    claim::<BTreeSet<String>>(b"<s", &ARRAYS);
    claim::<HashMap<(), Option<String>>>(b"{n?s", &MAPS);
}

#[test]
fn a_string_or_number_block_that_claims_gigabytes_takes_little_memory() {
    const STRINGS: [&[u8]; 2] = [b"\xdb\xff\xff\xff\xff", b"\xda\xff\xff"];
    const BYTES: [&[u8]; 2] = [b"\xc6\xff\xff\xff\xff", b"\xc5\xff\xff"];
    claim::<String>(b"s", &STRINGS);
    claim::<char>(b"c", &STRINGS);
    claim::<Vec<u8>>(b"y", &BYTES);
    claim::<Vec<u64>>(b"[L", &BYTES);
    claim::<[f32; 4]>(b"[f", &BYTES);
    claim::<u128>(b"Q", &BYTES);
}

#[test]
fn a_tuple_or_option_of_another_length_takes_little_memory() {
    claim::<(u8, String)>(b"(Bs)", &ARRAYS);
    claim::<Option<Option<bool>>>(b"??t", &ARRAYS);
    claim::<Value>(b"*", &ARRAYS);
}

#[derive(Debuggable)]
struct Held {
    items: Vec<Held>,
    name: String,
}

#[test]
fn a_desc_table_or_record_that_claims_billions_takes_little_memory() {
    for block in [
        // The desc, the table, a shape, its tag, its types, its names, the record, a field.
        &b"\x10\xdb\xff\xff\xff\xff@"[..],
        b"\x10\xda\xff\xff@",
        b"\x10\xa1@\xdd\xff\xff\xff\xff",
        b"\x10\xa1@\xdd\xff\xff\xff\xff\x94\xa4Held\xa3[@s\xa5items\xa4name",
        b"\x10\xa1@\x91\xdd\xff\xff\xff\xff\xa4Held",
        b"\x10\xa1@\x91\xdd\xff\xff\xff\xff\xa4Held\xa3[@s\xa5items\xa4name",
        b"\x10\xa1@\x91\x94\xdb\xff\xff\xff\xffHeld",
        b"\x10\xa1@\x91\x94\xa4Held\xdb\xff\xff\xff\xff[@s",
        b"\x10\xa1@\x91\x94\xa4Held\xa3[@s\xdb\xff\xff\xff\xffitems",
        b"\x10\xa1@\x91\x94\xa4Held\xa3[@s\xa5items\xa4name\xdd\xff\xff\xff\xff\0",
        b"\x10\xa1@\x91\x94\xa4Held\xa3[@s\xa5items\xa4name\x93\xcf\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x10\xa1@\x91\x94\xa4Held\xa3[@s\xa5items\xa4name\x93\0\xdd\xff\xff\xff\xff",
        b"\x10\xa1@\x91\x94\xa4Held\xa3[@s\xa5items\xa4name\x93\0\x90\xdb\xff\xff\xff\xff",
    ] {
        assert_cheaply_refused::<Held>(&block, block, is_malformed_or_limit);
    }
}

#[test]
fn a_node_that_claims_billions_of_groups_or_elements_takes_little_memory() {
    const BILLIONS: &[u8] = b"\xce\xff\xff\xff\xff";
    const MOST: &[u8] = b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff";
    let mut planted = Planted::default();
    let leaf = planted.add([&b"\x12\xa2[t\x90\xdc\0\x50"[..], &[0xc3; 0x50]].concat());
    let groups = |header: &[u8], count: &[u8]| {
        let head = [b"\x12\xa3%[t\x90", header].concat();
        let group = [link(leaf), count.to_vec()].concat();
        [head, group.clone(), group].concat()
    };
    let root = planted.add(groups(b"\x94", b"\x50"));
    crate::support::assert_accepted::<Vec<bool>>(root, &planted);
    for (header, count) in [
        (&b"\xdd\xff\xff\xff\xff"[..], &b"\x50"[..]),
        (b"\xdd\xff\xff\xff\xfe", b"\x50"),
        (b"\x94", BILLIONS),
        (b"\x94", MOST),
        (b"\x92", MOST),
        (b"\x94", b"\0"),
        (b"\x90", b""),
        (b"\x93", b"\x50"),
    ] {
        let mut planted = planted.clone();
        let root = planted.add(groups(header, count));
        let what = (header, count);
        let used = measure(|| {
            assert_refused::<Vec<bool>>(&what, (root, &planted), is_malformed);
        });
        assert!(used.bytes_max < ROOM, "{what:?}: {} bytes", used.bytes_max);
    }
}
