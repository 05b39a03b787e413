//! Items of pointers (ext types 2 to 5) were told from other malformed bytes only where a link could
//! stand. None of them is read where no pointer can be, whatever its header.

use std::collections::BTreeMap;

use cideldill::{Cid, Error, ErrorKind, Reconstruct, Value, decode};

use crate::support::Blocks;

#[track_caller]
fn assert_malformed<T: Reconstruct>(head: &[u8]) {
    for ext in 2..=5 {
        for item in [
            vec![0xd4, ext, 0],
            vec![0xd8, ext, 0],
            vec![0xc7, 0, ext],
            vec![0xc8, 0, 0, ext],
            vec![0xc9, 0, 0, 0, 0, ext],
        ] {
            let (root, blocks) = Blocks::of([head, &item].concat());
            let is_malformed = |result: Result<(), Error>| {
                let error = result.unwrap_err();
                assert!(
                    matches!(error.kind(), ErrorKind::Malformed { .. }),
                    "{head:x?}: {error}"
                );
            };
            is_malformed(decode::<T>(root, &blocks).map(drop));
            is_malformed(decode::<Value>(root, &blocks).map(drop));
            is_malformed(Value::shallow(root, &blocks).map(drop));
        }
    }
}

#[test]
fn a_reserved_item_is_malformed_read_wherever_it_stands() {
    assert_malformed::<u8>(b"\x10\xa1B\x90");
    assert_malformed::<i64>(b"\x10\xa1l\x90");
    assert_malformed::<u128>(b"\x10\xa1Q\x90");
    assert_malformed::<i128>(b"\x10\xa1q\x90");
    assert_malformed::<f32>(b"\x10\xa1f\x90");
    assert_malformed::<bool>(b"\x10\xa1t\x90");
    assert_malformed::<char>(b"\x10\xa1c\x90");
    assert_malformed::<()>(b"\x10\xa1n\x90");
    assert_malformed::<String>(b"\x10\xa1s\x90");
    assert_malformed::<Vec<u8>>(b"\x10\xa1y\x90");
    assert_malformed::<Option<u8>>(b"\x10\xa2?B\x90");
    assert_malformed::<Vec<bool>>(b"\x10\xa2[t\x90\x91");
    assert_malformed::<Vec<String>>(b"\x10\xa2[s\x90\x91");
    assert_malformed::<(u8, bool)>(b"\x10\xa4(Bt)\x90\x92\x01");
    assert_malformed::<BTreeMap<u8, char>>(b"\x10\xa3{Bc\x90\x81");
    assert_malformed::<BTreeMap<u8, char>>(b"\x10\xa3{Bc\x90\x81\x01");
}

#[test]
fn an_item_that_means_nothing_is_malformed() {
    for item in [
        &b"\xd4\x06\0"[..],
        b"\xc7\x00\x7f",
        b"\xd4\xff\0",
        b"\xc7",
        b"\xc7\x00",
    ] {
        let (root, blocks) = Blocks::of([b"\x10\xa1B\x90", item].concat());
        let error = decode::<u8>(root, &blocks).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Malformed { .. }),
            "{error}"
        );
    }
    let link = [
        b"\x10\xa1B\x90\xc7\x40\x01",
        Cid::of(b"").as_bytes().as_slice(),
    ]
    .concat();
    let (root, blocks) = Blocks::of(link);
    let error = decode::<u8>(root, &blocks).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Malformed { .. }),
        "{error}"
    );
}

#[test]
fn a_reserved_desc_is_malformed_read_wherever_it_stands() {
    for letter in *b"x$" {
        for block in [
            [&b"\x10\xa1"[..], &[letter], b"\x90\xc0"].concat(),
            [&b"\x10\xa2["[..], &[letter], b"\x90\x90"].concat(),
            [&b"\x10\xa1*\x90\x92\xa1"[..], &[letter], b"\xc0"].concat(),
            [&b"\x10\xa1@\x91\x92\xa1T\xa1"[..], &[letter], b"\x92\0\xc0"].concat(),
        ] {
            let (root, blocks) = Blocks::of(block);
            let error = decode::<Value>(root, &blocks).map(drop).unwrap_err();
            assert!(
                matches!(error.kind(), ErrorKind::Malformed { .. }),
                "{error}"
            );
        }
    }
}
