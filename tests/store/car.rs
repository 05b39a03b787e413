//! A reader and writer of archives, from the specifications alone: CAR version 1 (ipld.io/specs),
//! DAG-CBOR, CID version 1, multihash, unsigned varints. Shares nothing with the library.

use sha2::{Digest as _, Sha512};

/// A CID, taken apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CarCid {
    pub(crate) version: u64,
    pub(crate) codec: u64,
    pub(crate) hash: u64,
    pub(crate) digest: Vec<u8>,
}

impl CarCid {
    /// As the library names a block.
    pub(crate) fn raw(digest: &[u8]) -> Self {
        Self {
            version: 1,
            codec: 0x55,
            hash: 0x13,
            digest: digest.to_vec(),
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for number in [
            self.version,
            self.codec,
            self.hash,
            self.digest.len() as u64,
        ] {
            varint(&mut bytes, number);
        }
        bytes.extend(&self.digest);
        bytes
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Archive {
    pub(crate) roots: Vec<CarCid>,
    pub(crate) blocks: Vec<(CarCid, Vec<u8>)>,
}

fn varint(into: &mut Vec<u8>, mut number: u64) {
    while number >= 128 {
        into.push(u8::try_from(number % 128).unwrap() + 128);
        number /= 128;
    }
    into.push(u8::try_from(number).unwrap());
}

fn read_varint(bytes: &mut &[u8]) -> u64 {
    let (mut number, mut factor) = (0_u64, 1_u64);
    loop {
        let (byte, rest) = bytes.split_first().expect("a varint");
        *bytes = rest;
        number += u64::from(byte % 128) * factor;
        if *byte < 128 {
            return number;
        }
        factor *= 128;
    }
}

fn take<'a>(bytes: &mut &'a [u8], len: u64) -> &'a [u8] {
    let (taken, rest) = bytes.split_at(usize::try_from(len).unwrap());
    *bytes = rest;
    taken
}

fn read_cid(bytes: &mut &[u8]) -> CarCid {
    let version = read_varint(bytes);
    assert_eq!(version, 1);
    let (codec, hash) = (read_varint(bytes), read_varint(bytes));
    let len = read_varint(bytes);
    let digest = take(bytes, len).to_vec();
    CarCid {
        version,
        codec,
        hash,
        digest,
    }
}

/// What a header of an archive can hold of CBOR.
enum Item {
    Number(u64),
    Text(String),
    List(Vec<Item>),
    Map(Vec<(Item, Item)>),
    Link(CarCid),
}

fn read_item(bytes: &mut &[u8]) -> Item {
    let head = take(bytes, 1)[0];
    let argument = match head & 31 {
        small @ 0..=23 => u64::from(small),
        width @ 24..=27 => {
            let number = take(bytes, 1 << (width - 24));
            number.iter().fold(0, |n, byte| n * 256 + u64::from(*byte))
        }
        other => panic!("an argument of {other}"),
    };
    match head >> 5 {
        0 => Item::Number(argument),
        3 => Item::Text(String::from_utf8(take(bytes, argument).to_vec()).unwrap()),
        4 => Item::List((0..argument).map(|_| read_item(bytes)).collect()),
        5 => Item::Map(
            (0..argument)
                .map(|_| (read_item(bytes), read_item(bytes)))
                .collect(),
        ),
        6 => {
            assert_eq!(argument, 42, "only links are tagged");
            let head = take(bytes, 2);
            assert_eq!(head[0], 0x58, "a byte string with a length in one byte");
            let mut cid = take(bytes, head[1].into());
            assert_eq!(take(&mut cid, 1), [0], "the multibase prefix of raw bytes");
            let link = read_cid(&mut cid);
            assert!(cid.is_empty());
            Item::Link(link)
        }
        other => panic!("an item of major type {other}"),
    }
}

impl Archive {
    /// Reads a whole archive; every digest is checked.
    pub(crate) fn read(mut bytes: &[u8]) -> Self {
        let len = read_varint(&mut bytes);
        let mut header = take(&mut bytes, len);
        let Item::Map(fields) = read_item(&mut header) else {
            panic!("the header is no map");
        };
        assert!(header.is_empty());
        let mut roots = Vec::new();
        let mut names = Vec::new();
        for (name, value) in fields {
            let Item::Text(name) = name else {
                panic!("a field of the header has no name");
            };
            match (&*name, value) {
                ("roots", Item::List(links)) => {
                    for link in links {
                        let Item::Link(cid) = link else {
                            panic!("a root is no link");
                        };
                        roots.push(cid);
                    }
                }
                ("version", Item::Number(version)) => assert_eq!(version, 1),
                (other, _) => panic!("a field {other}"),
            }
            names.push(name);
        }
        assert_eq!(names, ["roots", "version"], "shorter keys first");
        let mut blocks = Vec::new();
        while !bytes.is_empty() {
            let len = read_varint(&mut bytes);
            let mut section = take(&mut bytes, len);
            let cid = read_cid(&mut section);
            assert_eq!(Sha512::digest(section).as_slice(), cid.digest);
            blocks.push((cid, section.to_vec()));
        }
        Self { roots, blocks }
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        let mut header = vec![0xa2, 0x65];
        header.extend(b"roots");
        assert!(self.roots.len() < 24);
        header.push(0x80 + u8::try_from(self.roots.len()).unwrap());
        for root in &self.roots {
            let cid = root.bytes();
            header.extend([0xd8, 42, 0x58, u8::try_from(cid.len() + 1).unwrap(), 0]);
            header.extend(cid);
        }
        header.push(0x67);
        header.extend(b"version\x01");
        let mut bytes = Vec::new();
        varint(&mut bytes, header.len() as u64);
        bytes.extend(header);
        for (cid, block) in &self.blocks {
            let cid = cid.bytes();
            varint(&mut bytes, (cid.len() + block.len()) as u64);
            bytes.extend(cid);
            bytes.extend(block);
        }
        bytes
    }
}
