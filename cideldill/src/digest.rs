//! SHA-512 of blocks. The only module that hashes, so that one change makes all hashing faster.

use sha2::{Digest as _, Sha512};

/// The 64 raw bytes of a SHA-512.
pub(crate) type Digest = [u8; 64];

/// Hashes batches of independent messages and counts them.
///
/// Callers gather as many messages as they can: hashing several side by side is what makes a wide
/// machine fast, and is free to come later because only this type knows how it is done.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Digester {
    /// Calls of [`digest_many`](Self::digest_many) with at least one message.
    pub(crate) batches: u64,
    /// Messages hashed in all.
    pub(crate) messages: u64,
    /// Every digest is left zero: to measure what is not hashing.
    pub(crate) is_idle: bool,
}

impl Digester {
    /// Replaces `digests` by the digest of each message, in order.
    pub(crate) fn digest_many(&mut self, messages: &[&[u8]], digests: &mut Vec<Digest>) {
        digests.clear();
        if messages.is_empty() {
            return;
        }
        self.batches += 1;
        self.messages += messages.len() as u64;
        if self.is_idle {
            digests.resize(messages.len(), [0; 64]);
            return;
        }
        digests.extend(messages.iter().map(|message| one(message)));
    }

    /// The digest of a single message.
    pub(crate) fn digest_one(&mut self, message: &[u8]) -> Digest {
        self.batches += 1;
        self.messages += 1;
        if self.is_idle {
            return [0; 64];
        }
        one(message)
    }
}

fn one(message: &[u8]) -> Digest {
    Sha512::digest(message).into()
}
