//! An integer read as a wider type was not checked against the range of the type it was written as:
//! bytes that no encoder writes were accepted. (Found by the fuzz target `block_decode`.)

use std::fmt::Debug;

use cideldill::{Debuggable, ErrorKind, Reconstruct, Value, decode};

use crate::support::Blocks;

#[track_caller]
fn assert_malformed<T: Reconstruct + Debug>(block: &[u8]) {
    let (root, blocks) = Blocks::of(block.to_vec());
    let typed = decode::<T>(root, &blocks).map(drop).unwrap_err();
    let dynamic = decode::<Value>(root, &blocks).map(drop).unwrap_err();
    for error in [typed, dynamic] {
        assert!(
            matches!(error.kind(), ErrorKind::Malformed { .. }),
            "{error}"
        );
    }
}

#[derive(Debuggable, Debug)]
struct Counter {
    count: i64,
}

#[test]
fn a_wider_type_reads_no_more_than_was_to_be_written() {
    assert_malformed::<u64>(b"\x10\xa1B\x90\xcd\x01\x00");
    assert_malformed::<u16>(b"\x10\xa1B\x90\xcd\x01\x00");
    assert_malformed::<i128>(b"\x10\xa1H\x90\xce\x00\x01\x00\x00");
    assert_malformed::<u128>(b"\x10\xa1I\x90\xcf\0\0\0\x01\0\0\0\0");
    assert_malformed::<i64>(b"\x10\xa1h\x90\xcf\x00\x15\x10\xa1\x6c\x90\xcf\x00");
    assert_malformed::<i32>(b"\x10\xa1b\x90\xd1\xff\x00");
    assert_malformed::<i64>(b"\x10\xa1b\x90\xcc\x80");
    assert_malformed::<i128>(b"\x10\xa1i\x90\xd3\xff\xff\xff\xff\x00\0\0\0");
    assert_malformed::<Option<i64>>(b"\x10\xa2?b\x90\xcc\x80");
    assert_malformed::<Vec<Option<u32>>>(b"\x10\xa3[?B\x90\x91\xcd\x01\x00");
    assert_malformed::<Counter>(b"\x10\xa1@\x91\x93\xa7Counter\xa1b\xa5count\x92\0\xcc\x80");
}

#[test]
fn a_wider_type_reads_all_that_was_written() {
    fn read<T: Reconstruct>(block: &[u8]) -> T {
        let (root, blocks) = Blocks::of(block.to_vec());
        decode(root, &blocks).unwrap()
    }
    assert_eq!(read::<u64>(b"\x10\xa1B\x90\xcc\xff"), 0xff);
    assert_eq!(read::<i16>(b"\x10\xa1B\x90\xcc\xff"), 0xff);
    assert_eq!(read::<i64>(b"\x10\xa1b\x90\xd0\x80"), -0x80);
    assert_eq!(
        read::<i128>(b"\x10\xa1I\x90\xce\xff\xff\xff\xff"),
        0xffff_ffff
    );
}
