//! A block of no bytes was said to have the first byte 0x00, which it has not.

use cideldill::{ErrorKind, Value, decode};

use crate::support::Blocks;

#[test]
fn an_empty_block_ends_too_early() {
    let (empty, blocks) = Blocks::of(Vec::new());
    for refused in [
        decode::<Value>(empty, &blocks).map(drop),
        decode::<Vec<u64>>(empty, &blocks).map(drop),
    ] {
        let error = refused.unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Malformed { offset: 0, .. }),
            "{error}"
        );
    }
}
