//! What both ends compare before the first message.

use cideldill::transport::{
    BodyForm, Code, Handshake, PROTOCOL_VERSION, RequestLimits, check_versions, format_fingerprint,
};
use cideldill::{BlockStore, Cid, MemoryStore};

#[test]
fn the_fingerprint_is_that_of_the_specification() {
    // docs/protocol.md section 8, with the profiles of docs/format.md section 9.
    let text = "cideldill format 1\n\
        profile 0 cut 1024 leaf 768 1024 4096 node 192 256 1024\n\
        profile 1 cut never leaf never never never node never never never\n\
        profile 2 cut 64 leaf 64 64 512 node 144 144 512\n";
    assert_eq!(
        format_fingerprint(),
        Cid::of(text.as_bytes()).to_string()[..64]
    );
}

#[test]
fn a_handshake_comes_back() {
    let store = MemoryStore::new();
    let limits = RequestLimits::default().with_blocks(7);
    let handshake = Handshake::of(&store, limits);
    assert_eq!(handshake.epoch, store.epoch());
    for form in [BodyForm::Json, BodyForm::MessagePack] {
        let read = Handshake::parse(form, &handshake.to_body(form)).unwrap();
        assert_eq!(read, handshake);
        read.check().unwrap();
    }
}

#[test]
fn another_version_or_format_is_refused() {
    assert_eq!(PROTOCOL_VERSION, 1);
    check_versions(None, None).unwrap();
    check_versions(Some(1), Some(&format_fingerprint())).unwrap();
    let code = |protocol, format| check_versions(protocol, format).unwrap_err().code();
    assert_eq!(code(Some(2), None), Code::UnsupportedProtocol);
    assert_eq!(code(Some(1), Some("0000")), Code::UnsupportedFormat);
}
