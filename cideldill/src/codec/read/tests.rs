use super::*;

fn cursor(bytes: &[u8]) -> Cursor {
    Cursor::new(bytes.into())
}

#[test]
fn the_items_of_identity_are_told_apart_and_read() {
    let place = Place {
        offset: 0x0102_0304,
        level: 5,
    };
    let mut bytes = BACK_HEADER.to_vec();
    place.write(&mut bytes);
    bytes.extend_from_slice(&PART_HEADER);
    bytes.extend_from_slice(Cid::of(b"x").as_bytes());
    place.write(&mut bytes);
    bytes.extend_from_slice(&WEAK);
    bytes.extend_from_slice(&HOLE);
    let mut cursor = cursor(&bytes);
    assert_eq!(cursor.item(), Item::Back);
    assert_eq!(cursor.back_reference().unwrap(), place);
    assert_eq!(cursor.item(), Item::Part);
    assert_eq!(cursor.part().unwrap(), (Cid::of(b"x"), place));
    assert_eq!(cursor.item(), Item::Weak);
    cursor.weak().unwrap();
    assert_eq!(cursor.item(), Item::Hole);
    assert!(!cursor.is_link());
    cursor.hole().unwrap();
    assert_eq!(cursor.item(), Item::Other);
    assert_eq!(cursor.left(), 0);
}

#[test]
fn items_of_another_length_or_form_or_cut_off_are_refused_where_they_start() {
    for bytes in [
        &b"\xc7\x04\x02\0\0\0\0\0"[..],
        b"\xd7\x02\0\0\0\0\0\0\0\0",
        b"\xc7\x05\x02\0\0\0\0",
        b"\xc7\x05",
    ] {
        let mut cursor = cursor(bytes);
        cursor.back_reference().unwrap_err();
        assert_eq!(cursor.at, 0);
    }
    assert!(cursor(b"\xc7\x40\x03").part().is_err());
    assert!(cursor(b"\xc7\x01\x04\0").weak().is_err());
    assert!(cursor(b"\xc8\0\0\x05").hole().is_err());
    let refused = cursor(&WEAK).unsigned().unwrap_err();
    assert!(refused.to_string().contains("weak pointer"), "{refused}");
}

/// Reads one item that stands behind one byte, and says why and where it is refused.
fn refused<T>(item: &[u8], read: fn(&mut Cursor) -> Result<T, Error>) -> (&'static str, usize) {
    let mut cursor = cursor(&[b"\x07", item].concat());
    cursor.byte().unwrap();
    let refused = read(&mut cursor).map(drop).unwrap_err();
    match refused.kind() {
        ErrorKind::Malformed { reason, offset } => (*reason, *offset),
        _ => panic!("{refused}"),
    }
}

#[test]
fn what_is_refused_is_refused_where_it_starts() {
    let unsigned = Cursor::unsigned;
    let expected = ("an unsigned integer is expected", 1);
    for item in [b"\xc0", b"\xcb", b"\xd0", b"\xff"] {
        assert_eq!(refused(item, unsigned), expected, "{item:02x?}");
    }
    assert_eq!(refused(b"\xcb", Cursor::signed), expected);
    assert_eq!(refused(b"\xc0", Cursor::signed), expected);
    let reason = "a truth value is expected";
    assert_eq!(refused(b"\xc0", Cursor::bool), (reason, 1));
    assert_eq!(refused(b"\xc2", Cursor::nil), ("nil is expected", 1));
    let reason = "a 32-bit float is expected";
    assert_eq!(refused(b"\xcb", Cursor::float_32), (reason, 1));
    let reason = "a 64-bit float is expected";
    assert_eq!(refused(b"\xca", Cursor::float_64), (reason, 1));
    for item in [b"\xdb", b"\xde", b"\x80", b"\xa0"] {
        let expected = ("an array is expected", 1);
        assert_eq!(refused(item, Cursor::array_len), expected, "{item:02x?}");
    }
    for item in [b"\xdd", b"\xe0", b"\x90"] {
        let expected = ("a map is expected", 1);
        assert_eq!(refused(item, Cursor::map_len), expected, "{item:02x?}");
    }
    for item in [b"\xd8", b"\xdc", b"\xc4", b"\x90"] {
        let expected = ("a string is expected", 1);
        assert_eq!(refused(item, |c| c.text().map(drop)), expected);
    }
    for item in [b"\xc3", b"\xc7", b"\xd9", b"\xa0"] {
        let (reason, offset) = refused(item, |c| c.bytes().map(drop));
        assert_eq!((reason, offset), ("bytes are expected", 1), "{item:02x?}");
    }
    let reason = "exactly one character is expected";
    assert_eq!(refused(b"\xa0", Cursor::char), (reason, 1));
    assert_eq!(refused(b"\xa2ab", Cursor::char), (reason, 1));
    let reason = "a string is not utf-8";
    assert_eq!(refused(b"\xa1\xff", Cursor::char), (reason, 1));
    for (item, expected) in [
        (WEAK, "a weak pointer stands where none can be"),
        (HOLE, "a hole stands where none can be"),
        (BACK_HEADER, "a back reference stands where none can be"),
        (PART_HEADER, "a part of a cycle stands where none can be"),
    ] {
        assert_eq!(refused(&item, unsigned), (expected, 1));
        assert_eq!(refused(&item, Cursor::array_len), (expected, 1));
        assert_eq!(refused(&item, Cursor::nil), (expected, 1));
        assert_eq!(refused(&item, Cursor::link), (expected, 1));
    }
    for (item, expected) in [
        (&b"\xc0"[..], "a link is expected"),
        (b"\xc7", "it ends too early"),
        (b"\xc7\x40", "it ends too early"),
        (b"\xc8\x00\x40", "it ends too early"),
        (b"\xc9\x00\x00\x00\x40", "it ends too early"),
        (b"\xd8", "it ends too early"),
        (b"\xc7\x40\x01", "a link is an ext 8 of 64 bytes"),
        (b"\xc8\x00\x40\x01", "a link is an ext 8 of 64 bytes"),
        (
            b"\xc9\x00\x00\x00\x40\x01",
            "a link is an ext 8 of 64 bytes",
        ),
        (b"\xd8\x01", "a link is an ext 8 of 64 bytes"),
        (b"\xd4\x07\x00", "an unknown ext type"),
    ] {
        assert_eq!(refused(item, Cursor::link), (expected, 1), "{item:02x?}");
    }
}

/// The last form that is too long for its number, and the first that is not.
#[test]
fn each_number_and_header_has_one_form() {
    let not_shortest = "an integer is not in its shortest form";
    for (longer, shortest, number) in [
        (&b"\xcc\x7f"[..], &b"\xcc\x80"[..], 0x80),
        (b"\xcd\x00\xff", b"\xcd\x01\x00", 0x100),
        (b"\xce\x00\x00\xff\xff", b"\xce\x00\x01\x00\x00", 0x1_0000),
        (
            b"\xcf\x00\x00\x00\x00\xff\xff\xff\xff",
            b"\xcf\x00\x00\x00\x01\x00\x00\x00\x00",
            0x1_0000_0000,
        ),
    ] {
        assert_eq!(refused(longer, Cursor::unsigned).0, not_shortest);
        assert_eq!(cursor(shortest).unsigned().unwrap(), number);
        assert_eq!(cursor(shortest).signed().unwrap().cast_unsigned(), number);
        assert_eq!(
            refused(&shortest[..shortest.len() - 1], Cursor::unsigned).0,
            "it ends too early"
        );
    }
    for (longer, shortest, number) in [
        (&b"\xd0\xe0"[..], &b"\xd0\xdf"[..], -0x21),
        (b"\xd1\xff\x80", b"\xd1\xff\x7f", -0x81),
        (b"\xd2\xff\xff\x80\x00", b"\xd2\xff\xff\x7f\xff", -0x8001),
        (
            b"\xd3\xff\xff\xff\xff\x80\x00\x00\x00",
            b"\xd3\xff\xff\xff\xff\x7f\xff\xff\xff",
            -0x8000_0001,
        ),
    ] {
        assert_eq!(refused(longer, Cursor::signed).0, not_shortest);
        assert_eq!(cursor(shortest).signed().unwrap(), number);
        assert_eq!(cursor(shortest).signed_128().unwrap(), number.into());
    }
    let out_of_range = "an integer is out of range";
    assert_eq!(
        refused(b"\xcf\x80\0\0\0\0\0\0\0", Cursor::signed).0,
        out_of_range
    );
    let wide = |number: i128| [&b"\xc4\x10"[..], &number.to_be_bytes()].concat();
    let (max, min) = (i128::from(u64::MAX), i128::from(i64::MIN));
    for number in [max, min, 0, -1] {
        assert_eq!(refused(&wide(number), Cursor::signed_128).0, not_shortest);
    }
    assert_eq!(refused(&wide(max), Cursor::unsigned_128).0, not_shortest);
    for number in [max + 1, min - 1] {
        assert_eq!(cursor(&wide(number)).signed_128().unwrap(), number);
    }
    assert_eq!(cursor(&wide(max + 1)).unsigned_128().unwrap(), 1 << 64);
    let reason = "a wide integer has 16 bytes";
    assert_eq!(refused(&[0xc4; 18], Cursor::unsigned_128).0, reason);
    assert_eq!(
        cursor(b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff")
            .signed_128()
            .unwrap(),
        max
    );

    let not_shortest = "a header is not in its shortest form";
    for (longer, shortest, len) in [
        (&b"\xdc\x00\x0f"[..], &b"\xdc\x00\x10"[..], 0x10),
        (b"\xdd\x00\x00\xff\xff", b"\xdd\x00\x01\x00\x00", 0x1_0000),
    ] {
        assert_eq!(refused(longer, Cursor::array_len).0, not_shortest);
        assert_eq!(cursor(shortest).array_len().unwrap(), len);
        let of_map = |array: &[u8]| [&[array[0] + 2], &array[1..]].concat();
        assert_eq!(refused(&of_map(longer), Cursor::map_len).0, not_shortest);
        assert_eq!(cursor(&of_map(shortest)).map_len().unwrap(), len);
    }
    let with = |header: &[u8], len: usize| [header, &vec![b'a'; len]].concat();
    for (longer, shortest, len) in [
        (&b"\xd9\x1f"[..], &b"\xd9\x20"[..], 0x20),
        (b"\xda\x00\xff", b"\xda\x01\x00", 0x100),
        (b"\xdb\x00\x00\xff\xff", b"\xdb\x00\x01\x00\x00", 0x1_0000),
    ] {
        let text = |c: &mut Cursor| c.text().map(str::len);
        assert_eq!(refused(&with(longer, len - 1), text).0, not_shortest);
        assert_eq!(text(&mut cursor(&with(shortest, len))).unwrap(), len);
        assert_eq!(
            refused(&with(shortest, len - 1), text).0,
            "it ends too early"
        );
    }
    for (longer, shortest, len) in [
        (&b""[..], &b"\xc4\x00"[..], 0),
        (b"\xc5\x00\xff", b"\xc5\x01\x00", 0x100),
        (b"\xc6\x00\x00\xff\xff", b"\xc6\x00\x01\x00\x00", 0x1_0000),
    ] {
        let bytes = |c: &mut Cursor| c.bytes().map(<[u8]>::len);
        if !longer.is_empty() {
            assert_eq!(refused(&with(longer, len - 1), bytes).0, not_shortest);
        }
        assert_eq!(bytes(&mut cursor(&with(shortest, len))).unwrap(), len);
    }
}
