//! Archives at their bounds: many roots, the place of what is wrong, what may wait, and the batches an
//! import is stored in.

use std::error::Error as _;
use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use cideldill::housekeeping::{Import, Selection, copy, export, import};
use cideldill::{
    Block, BlockStore, Cid, Error, ErrorKind, MemoryStore, Metadata, PutReport, Stats,
};

use crate::car::{Archive, CarCid};
use crate::support::{holder, long_text, text};

fn imported_with(change: impl FnOnce(&mut Import), mut archive: &[u8]) -> Result<Stats, Error> {
    let store = MemoryStore::new();
    let mut options = Import::default();
    change(&mut options);
    import(&store, &mut archive, &options, &mut |_| {}).map(|_| store.stats())
}

/// An archive of these blocks, in this order.
fn archive_of(blocks: &[&Block]) -> Vec<u8> {
    let named = |block: &&Block| {
        let cid = CarCid::raw(block.cid().as_bytes());
        (cid, block.bytes().to_vec())
    };
    Archive {
        roots: Vec::new(),
        blocks: blocks.iter().map(named).collect(),
    }
    .write()
}

/// The number of roots is written in one, two, three and five bytes.
#[test]
fn archives_of_any_number_of_roots_come_back() {
    for (n, head) in [
        (1, 0x81),
        (23, 0x97),
        (24, 0x98),
        (255, 0x98),
        (256, 0x99),
        (65_535, 0x99),
        (65_536, 0x9a),
    ] {
        let store = MemoryStore::new();
        let blocks: Vec<Block> = (0..n).map(|n| text(&n.to_string())).collect();
        store.put_many(&blocks).unwrap();
        let mut archive = Vec::new();
        export(&store, &Selection::All, &mut archive, &mut |_| {}).unwrap();
        let start = archive.windows(5).position(|word| word == b"roots");
        assert_eq!(archive[start.unwrap() + 5], head, "{n} roots");
        let read = Archive::read(&archive);
        assert_eq!((read.roots.len(), read.blocks.len()), (n, n));
        let other = MemoryStore::new();
        let mut archive = archive.as_slice();
        let imported = import(&other, &mut archive, &Import::default(), &mut |_| {}).unwrap();
        assert_eq!(imported.roots.len(), n);
        assert_eq!(other.stats(), store.stats());
    }
}

#[test]
fn what_is_wrong_in_an_archive_is_said_with_its_place() {
    let header = b"\x11\xa2\x65roots\x80\x67version\x01";
    let with = |bytes: &[u8]| [&header[..], bytes].concat();
    let prefix = b"\x01\x55\x13\x40";
    let section = |len: u8, rest: &[u8]| with(&[&[len][..], prefix, rest].concat());
    let link = b"\xd8\x2a\x58\x45\x00\x01\x55\x13\x40";
    let root = |digest: &[u8]| {
        let len = u8::try_from(8 + link.len() + digest.len()).unwrap();
        [&[len], &b"\xa2\x65roots\x81"[..], link, digest].concat()
    };
    for (archive, reason, offset) in [
        (Vec::new(), "it is empty", 0),
        (b"\x91".to_vec(), "it ends in the middle", 1),
        (
            b"\x91\x00".to_vec(),
            "a number is not in its shortest form",
            2,
        ),
        (header[..12].to_vec(), "it ends in the middle", 12),
        // The header.
        (b"\x02no".to_vec(), "no header with roots and version 1", 1),
        (
            b"\x07\xa2\x65roots".to_vec(),
            "no header with roots and version 1",
            8,
        ),
        (
            b"\x11\xa2\x65roots\x80\x67version\x02".to_vec(),
            "no header with roots and version 1",
            9,
        ),
        (
            b"\x11\xa2\x65roots\x81\x67version\x01".to_vec(),
            "a root that is not the cid of a raw block under a SHA-512",
            9,
        ),
        (root(&[7; 10]), "no header with roots and version 1", 18),
        (root(&[7; 64]), "no header with roots and version 1", 82),
        // A section: its length, the CID, the bytes.
        (with(b"\x00"), "a section is too short for its cid", 19),
        (
            with(b"\x00\x44\x01\x55\x13\x40"),
            "a section is too short for its cid",
            19,
        ),
        (
            with(b"\x01\x01\x55\x13\x40"),
            "a section is too short for its cid",
            20,
        ),
        (
            with(b"\x02\x01\xd5\x00"),
            "a section is too short for its cid",
            21,
        ),
        (
            with(b"\x81\x80\x00"),
            "a number is not in its shortest form",
            21,
        ),
        (with(&[0xff; 10]), "a number of more than 63 bits", 27),
        (with(b"\x02\x02\x55"), "a cid of an unknown version", 20),
        (with(b"\x03\x01\x55"), "it ends in the middle", 21),
        (
            with(b"\x44\x01\x55\x13\x20"),
            "a digest of another length than 64 bytes",
            23,
        ),
        (section(0x43, &[]), "a section is too short for its cid", 23),
        (section(0x44, &[]), "it ends in the middle", 23),
        (section(0x44, &[7; 10]), "it ends in the middle", 33),
        (section(0x4a, &[7; 64 + 3]), "it ends in the middle", 90),
    ] {
        let refused = imported_with(|_| (), &archive).unwrap_err();
        assert!(
            matches!(refused.kind(), ErrorKind::Archive { reason: r, offset: o }
                if (*r, *o) == (reason, offset)),
            "{archive:02x?}: {refused}"
        );
    }
    // A varint may have nine bytes; this one is a length that no archive has.
    let nine = with(&[&[0xff; 8][..], &[0x7f], prefix].concat());
    let refused = imported_with(|_| (), &nine).unwrap_err();
    assert!(
        matches!(refused.kind(), ErrorKind::Limit { .. }),
        "{refused}"
    );
}

#[test]
fn what_is_as_large_as_allowed_is_read_and_one_byte_more_is_not() {
    let is_limit = |refused: Result<Stats, Error>| {
        let refused = refused.unwrap_err();
        assert!(
            matches!(refused.kind(), ErrorKind::Limit { .. }),
            "{refused}"
        );
    };
    // A block.
    let block = text("of some length");
    let len = block.bytes().len() as u64;
    let archive = archive_of(&[&block]);
    assert!(imported_with(|import| import.block_bytes = len, &archive).is_ok());
    is_limit(imported_with(
        |import| import.block_bytes = len - 1,
        &archive,
    ));
    // A header of 256 MiB, which is not there.
    let refused = imported_with(|_| (), b"\x80\x80\x80\x80\x01").unwrap_err();
    assert!(
        matches!(refused.kind(), ErrorKind::Archive { .. }),
        "{refused}"
    );
    is_limit(imported_with(|_| (), b"\x81\x80\x80\x80\x01"));
    // What waits, as long as it waits: one after the other need the room of one.
    let leaves = ["one", "two"].map(text);
    let holders = leaves.each_ref().map(|leaf| holder(&[leaf]));
    let waiting = holders[0].bytes().len() as u64;
    let in_turn = archive_of(&[&holders[0], &leaves[0], &holders[1], &leaves[1]]);
    let together = archive_of(&[&holders[0], &holders[1], &leaves[1], &leaves[0]]);
    let all = imported_with(|import| import.waiting_bytes = waiting, &in_turn).unwrap();
    assert_eq!(all.blocks, 4);
    is_limit(imported_with(
        |import| import.waiting_bytes = waiting - 1,
        &in_turn,
    ));
    is_limit(imported_with(
        |import| import.waiting_bytes = 2 * waiting - 1,
        &together,
    ));
    let all = imported_with(|import| import.waiting_bytes = 2 * waiting, &together).unwrap();
    assert_eq!(all.blocks, 4);
    // One that comes twice waits once.
    let twice = archive_of(&[&holders[0], &holders[0], &leaves[0], &leaves[0]]);
    let all = imported_with(|import| import.waiting_bytes = waiting, &twice).unwrap();
    assert_eq!(all.blocks, 2);
}

#[test]
fn what_an_archive_lacks_is_named_with_who_links_to_it() {
    let (there, missing) = (text("there"), text("missing"));
    let low = holder(&[&there, &missing]);
    let high = holder(&[&low, &there]);
    for blocks in [[&high, &low, &there], [&there, &low, &high]] {
        let refused = imported_with(|_| (), &archive_of(&blocks)).unwrap_err();
        assert!(
            matches!(refused.kind(), ErrorKind::Missing { cid } if *cid == missing.cid()),
            "{refused}"
        );
        let source = refused.source().unwrap().to_string();
        assert_eq!(source, format!("block {} links to it", low.cid()));
    }
    // A block that is none is named too.
    let plain = Block::new(*b"plain text");
    let refused = imported_with(|_| (), &archive_of(&[&plain])).unwrap_err();
    let source = refused.source().unwrap().to_string();
    assert!(
        source.starts_with(&format!("in block {}", plain.cid())),
        "{source}"
    );
}

/// Input that comes byte by byte, with interruptions, and then fails or ends.
struct Dripping<'a> {
    rest: &'a [u8],
    is_interrupted: bool,
    fails: bool,
}

impl Read for Dripping<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.is_interrupted = !self.is_interrupted;
        if self.is_interrupted {
            return Err(io::ErrorKind::Interrupted.into());
        }
        if self.rest.is_empty() && self.fails {
            return Err(io::Error::other("unplugged"));
        }
        let n = into.len().min(1);
        self.rest.read(&mut into[..n])
    }
}

#[test]
fn an_archive_is_read_in_whatever_pieces_it_comes() {
    let (leaf, other) = (text("leaf"), text("other"));
    let archive = archive_of(&[&leaf, &other, &holder(&[&leaf, &other])]);
    let read = |rest, fails| {
        let mut input = Dripping {
            rest,
            is_interrupted: false,
            fails,
        };
        let store = MemoryStore::new();
        import(&store, &mut input, &Import::default(), &mut |_| {}).map(|_| store.stats().blocks)
    };
    assert_eq!(read(&archive, false).unwrap(), 3);
    // In the header, in a length, in a digest, in a block and at the end.
    for len in [0, 1, 5, 18, 19, 25, 90, archive.len() - 1, archive.len()] {
        let refused = read(&archive[..len], true).unwrap_err();
        assert!(
            matches!(refused.kind(), ErrorKind::Io { action } if *action == "read the archive"),
            "{len} bytes: {refused}"
        );
        assert_eq!(refused.source().unwrap().to_string(), "unplugged");
    }
}

/// Output that takes so many bytes.
struct Small(usize);

impl Write for Small {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self
            .0
            .checked_sub(bytes.len())
            .ok_or(io::ErrorKind::StorageFull)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.0 == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }
}

#[test]
fn what_cannot_be_written_is_an_error() {
    let store = MemoryStore::new();
    store.put_many(&[text("leaf")]).unwrap();
    let mut archive = Vec::new();
    export(&store, &Selection::All, &mut archive, &mut |_| {}).unwrap();
    let len = archive.len();
    for room in [0, 1, 20, len - 1, len] {
        let refused = export(&store, &Selection::All, &mut Small(room), &mut |_| {}).unwrap_err();
        assert!(
            matches!(refused.kind(), ErrorKind::Io { action } if *action == "write the archive"),
            "{room} bytes: {refused}"
        );
    }
    assert!(export(&store, &Selection::All, &mut Small(len + 1), &mut |_| {}).is_ok());
}

/// A store that says which batches it was given, and how often it was read.
#[derive(Default)]
pub(crate) struct Watched {
    pub(crate) store: MemoryStore,
    /// Blocks that came after the list of all was asked for.
    pub(crate) late: Vec<Cid>,
    /// Bytes that the statistics do not know of.
    pub(crate) uncounted: u64,
    /// Blocks that came long ago.
    pub(crate) old: Vec<Cid>,
    /// Blocks and bytes of each.
    batches: Mutex<Vec<(usize, usize)>>,
    reads: Mutex<u64>,
}

impl BlockStore for Watched {
    delegate!(store: missing, names, refs, flush);

    fn read_unverified(&self, cids: &[Cid]) -> Result<Vec<Option<Arc<[u8]>>>, Error> {
        *self.reads.lock().unwrap() += cids.len() as u64;
        self.store.read_unverified(cids)
    }

    fn put_many(&self, blocks: &[Block]) -> Result<PutReport, Error> {
        let bytes = blocks.iter().map(|block| block.bytes().len()).sum();
        self.batches.lock().unwrap().push((blocks.len(), bytes));
        self.store.put_many(blocks)
    }

    fn iter(&self) -> Box<dyn Iterator<Item = Result<Cid, Error>> + '_> {
        let all = self.store.iter();
        let is_listed =
            |cid: &Result<Cid, Error>| cid.as_ref().is_ok_and(|cid| !self.late.contains(cid));
        Box::new(all.filter(is_listed))
    }

    fn metadata(&self, cid: &Cid) -> Result<Option<Metadata>, Error> {
        let mut metadata = self.store.metadata(cid)?;
        if let (Some(metadata), true) = (&mut metadata, self.old.contains(cid)) {
            metadata.stored_at = SystemTime::UNIX_EPOCH;
        }
        Ok(metadata)
    }

    fn stats(&self) -> Stats {
        let mut stats = self.store.stats();
        stats.bytes -= self.uncounted;
        stats
    }
}

#[test]
fn an_import_is_stored_in_batches_and_all_of_it_is_counted() {
    let long: Vec<Block> = (0..9).map(|n| long_text(n, 1 << 20)).collect();
    let short: Vec<Block> = (0..2_500).map(|n| text(&n.to_string())).collect();
    let size = long[0].bytes().len();
    for (blocks, batches) in [
        // 4 MiB end a batch, and a thousand blocks.
        (&long, vec![(4, 4 * size), (4, 4 * size), (1, size)]),
        (&short, Vec::new()),
    ] {
        let archive = archive_of(&blocks.iter().collect::<Vec<_>>());
        let store = Watched::default();
        let (old, new) = blocks.split_at(2);
        store.store.put_many(old).unwrap();
        let bytes = |blocks: &[Block]| blocks.iter().map(|b| b.bytes().len() as u64).sum::<u64>();
        let mut input = archive.as_slice();
        let imported = import(&store, &mut input, &Import::default(), &mut |_| {}).unwrap();
        let report = imported.report;
        assert_eq!(
            (report.blocks, report.bytes),
            (blocks.len() as u64, bytes(blocks))
        );
        assert_eq!(
            (report.new_blocks, report.new_bytes),
            (new.len() as u64, bytes(new))
        );
        let found = store.batches.into_inner().unwrap();
        if batches.is_empty() {
            let lens: Vec<usize> = found.iter().map(|(blocks, _)| *blocks).collect();
            assert_eq!(lens, [1_000, 1_000, 500]);
        } else {
            assert_eq!(found, batches);
        }
    }
}

/// What links is written after what it links to; up to 16 MiB of it are kept until then, the rest is
/// read again.
#[test]
fn a_deep_value_is_exported_in_bounded_memory() {
    let store = Watched::default();
    // Each links to the one before and is 2 MiB long.
    let mut blocks: Vec<Block> = Vec::new();
    for n in 0..12 {
        let filler = long_text(n, 2 << 20);
        let mut bytes = b"\x10\xa5(?ss)\x90\x92".to_vec();
        match blocks.last() {
            Some(below) => {
                bytes.extend(b"\xc7\x40\x01");
                bytes.extend(below.cid().as_bytes());
            }
            None => bytes.push(0xc0),
        }
        bytes.extend(&filler.bytes()[4..]);
        blocks.push(Block::new(bytes));
    }
    store.put_many(&blocks).unwrap();
    *store.reads.lock().unwrap() = 0;
    let other = MemoryStore::new();
    let selection = Selection::Part {
        names: Vec::new(),
        roots: vec![blocks[11].cid()],
    };
    copy(&store, &other, &selection, &mut |_| {}).unwrap();
    assert_eq!(other.stats(), store.stats());
    // The last is held by nobody; seven fit in 16 MiB, the other four were read twice.
    assert_eq!(*store.reads.lock().unwrap(), 12 + 4);
}
