//! Archives: any bytes are refused or read, and what was read is whole.
#![no_main]

use cideldill::housekeeping::{Damage, Fsck, Import, Selection, export, fsck, import};
use cideldill::{BlockStore, MemoryStore};
use cideldill_fuzz::Graph;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut options = Import::default();
    options.waiting_bytes = 1 << 20;
    options.block_bytes = 1 << 20;
    let read = |mut bytes: &[u8]| {
        let store = MemoryStore::new();
        let read = import(&store, &mut bytes, &options, &mut |_| {});
        (store, read.is_ok())
    };
    // Any bytes: no panic, and nothing half-done.
    assert_whole(&read(data).0);
    // A graph as an archive, its blocks in the order of their names, parents before children or not.
    let Some(graph) = Graph::parse(data) else {
        return;
    };
    let mut archive = b"\x11\xa2\x65roots\x80\x67version\x01".to_vec();
    for (cid, bytes) in graph.blocks() {
        let mut len = 68 + bytes.len();
        while len >= 0x80 {
            archive.push((len & 0x7f) as u8 | 0x80);
            len >>= 7;
        }
        archive.push(len as u8);
        archive.extend(b"\x01\x55\x13\x40");
        archive.extend(cid.as_bytes());
        archive.extend(&bytes[..]);
    }
    let (store, is_read) = read(&archive);
    assert_whole(&store);
    if is_read {
        // What came in goes out again, and comes back the same.
        let mut again = Vec::new();
        export(&store, &Selection::All, &mut again, &mut |_| {}).expect("a whole store");
        let (other, is_read) = read(&again);
        assert!(is_read && other.stats() == store.stats());
    }
});

/// Blocks that no encoder writes may come in, as into any store; nothing else may be wrong.
fn assert_whole(store: &MemoryStore) {
    let report = fsck(store, &Fsck::default(), &mut |_| {}).expect("memory");
    let is_content = |damage: &Damage| {
        matches!(
            damage,
            Damage::Refused { .. } | Damage::NotCanonical { .. } | Damage::Unchecked { .. }
        )
    };
    assert!(report.damage.iter().all(is_content), "{:?}", report.damage);
}
