//! Writing `MessagePack`, each item in its shortest form.

/// An integer of at least 0.
pub fn unsigned(out: &mut Vec<u8>, number: u64) {
    if let Ok(small) = u8::try_from(number) {
        if small >= 0x80 {
            out.push(0xcc);
        }
        out.push(small);
    } else if let Ok(number) = u16::try_from(number) {
        out.push(0xcd);
        out.extend(number.to_be_bytes());
    } else if let Ok(number) = u32::try_from(number) {
        out.push(0xce);
        out.extend(number.to_be_bytes());
    } else {
        out.push(0xcf);
        out.extend(number.to_be_bytes());
    }
}

/// An integer.
pub fn signed(out: &mut Vec<u8>, number: i64) {
    if let Ok(number) = u64::try_from(number) {
        unsigned(out, number);
    } else if let Ok(small) = i8::try_from(number) {
        if small < -32 {
            out.push(0xd0);
        }
        out.extend(small.to_be_bytes());
    } else if let Ok(number) = i16::try_from(number) {
        out.push(0xd1);
        out.extend(number.to_be_bytes());
    } else if let Ok(number) = i32::try_from(number) {
        out.push(0xd2);
        out.extend(number.to_be_bytes());
    } else {
        out.push(0xd3);
        out.extend(number.to_be_bytes());
    }
}

/// A whole str.
pub fn text(out: &mut Vec<u8>, text: &str) {
    text_header(out, text.len());
    out.extend(text.as_bytes());
}

/// A whole bin.
pub fn bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    bytes_header(out, bytes.len());
    out.extend(bytes);
}

/// What stands before the bytes of a str.
pub fn text_header(out: &mut Vec<u8>, length: usize) {
    header(out, length, Some((0xa0, 31)), [0xd9, 0xda, 0xdb]);
}

/// What stands before the bytes of a bin.
pub fn bytes_header(out: &mut Vec<u8>, length: usize) {
    header(out, length, None, [0xc4, 0xc5, 0xc6]);
}

/// What stands before the parts of an array.
pub fn array_header(out: &mut Vec<u8>, count: usize) {
    header(out, count, Some((0x90, 15)), [0, 0xdc, 0xdd]);
}

/// What stands before the entries of a map.
pub fn map_header(out: &mut Vec<u8>, count: usize) {
    header(out, count, Some((0x80, 15)), [0, 0xde, 0xdf]);
}

/// The smallest header; arrays and maps have none with an 8-bit length, marked by 0.
fn header(out: &mut Vec<u8>, length: usize, fix: Option<(u8, u8)>, [m8, m16, m32]: [u8; 3]) {
    let length = u32::try_from(length).expect("a part has at most 2^32 - 1 elements or bytes");
    if let (Some((marker, most)), Ok(small)) = (fix, u8::try_from(length))
        && small <= most
    {
        out.push(marker | small);
    } else if let (true, Ok(small)) = (m8 != 0, u8::try_from(length)) {
        out.extend([m8, small]);
    } else if let Ok(length) = u16::try_from(length) {
        out.push(m16);
        out.extend(length.to_be_bytes());
    } else {
        out.push(m32);
        out.extend(length.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of<T>(write: impl Fn(&mut Vec<u8>, T), value: T) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut out, value);
        out
    }

    #[test]
    fn integers_take_the_shortest_form() {
        assert_eq!(of(unsigned, 127), [0x7f]);
        assert_eq!(of(unsigned, 128), [0xcc, 0x80]);
        assert_eq!(of(unsigned, 256), [0xcd, 1, 0]);
        assert_eq!(of(unsigned, 65_536), [0xce, 0, 1, 0, 0]);
        assert_eq!(of(unsigned, 1 << 32), [0xcf, 0, 0, 0, 1, 0, 0, 0, 0]);
        assert_eq!(of(signed, 200), [0xcc, 200]);
        assert_eq!(of(signed, -1), [0xff]);
        assert_eq!(of(signed, -32), [0xe0]);
        assert_eq!(of(signed, -33), [0xd0, 0xdf]);
        assert_eq!(of(signed, -129), [0xd1, 0xff, 0x7f]);
        assert_eq!(of(signed, -32_769), [0xd2, 0xff, 0xff, 0x7f, 0xff]);
        assert_eq!(of(signed, i64::MIN), [0xd3, 0x80, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn headers_take_the_smallest_that_holds_the_length() {
        assert_eq!(of(text_header, 31), [0xbf]);
        assert_eq!(of(text_header, 32), [0xd9, 32]);
        assert_eq!(of(text_header, 256), [0xda, 1, 0]);
        assert_eq!(of(text_header, 65_536), [0xdb, 0, 1, 0, 0]);
        assert_eq!(of(bytes_header, 0), [0xc4, 0]);
        assert_eq!(of(bytes_header, 256), [0xc5, 1, 0]);
        assert_eq!(of(array_header, 15), [0x9f]);
        assert_eq!(of(array_header, 16), [0xdc, 0, 16]);
        assert_eq!(of(map_header, 16), [0xde, 0, 16]);
        assert_eq!(of(map_header, 65_536), [0xdf, 0, 1, 0, 0]);
    }
}
