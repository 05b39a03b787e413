//! What fsck found.

use std::collections::BTreeSet;
use std::fmt;

use crate::cid::Cid;
use crate::store::{Epoch, Stats};

/// One thing that is wrong with a store.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Damage {
    /// A block links to one that is not there.
    MissingBlock {
        /// What is missing.
        cid: Cid,
        /// The block that links to it.
        holder: Cid,
    },
    /// A reference stands for a block that is not there.
    RefToNothing {
        /// The name.
        name: String,
        /// What is missing.
        cid: Cid,
    },
    /// The bytes of a block do not match its CID.
    Corrupt {
        /// The name it is kept under.
        cid: Cid,
        /// The CID of the bytes found.
        actual: Cid,
    },
    /// The bytes of a block cannot be read.
    Unreadable {
        /// Its name.
        cid: Cid,
        /// What the store said.
        reason: String,
    },
    /// Bytes that no encoder writes, under their right CID.
    Refused {
        /// The block; or the value, where only a block below it was refused.
        cid: Cid,
        /// What a decoder says about it.
        reason: String,
    },
    /// A value whose cuts, chunks or keys are not where the format puts them: encoded again it is
    /// another block.
    NotCanonical {
        /// The value.
        cid: Cid,
        /// What it would be.
        expected: Cid,
    },
    /// A value that goes beyond the limits, so that it was not checked as a whole.
    Unchecked {
        /// The value.
        cid: Cid,
        /// Which limit.
        reason: String,
    },
    /// What is kept beside a block says something else than the block, or cannot be read.
    Metadata {
        /// The block.
        cid: Cid,
        /// What is wrong.
        reason: String,
    },
    /// The store's statistics are not those of its blocks.
    Statistics {
        /// What they say.
        kept: Stats,
        /// What there is.
        counted: Stats,
    },
    /// The list of blocks or references ends in an error, so that there may be more.
    Listing {
        /// What the store said.
        reason: String,
    },
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingBlock { cid, holder } => {
                write!(f, "block {holder} links to {cid}, which is missing")
            }
            Self::RefToNothing { name, cid } => {
                write!(
                    f,
                    "the reference {name:?} stands for {cid}, which is missing"
                )
            }
            Self::Corrupt { cid, actual } => {
                write!(f, "block {cid} is corrupt: its bytes have the cid {actual}")
            }
            Self::Unreadable { cid, reason } => write!(f, "block {cid} cannot be read: {reason}"),
            Self::Refused { cid, reason } => write!(f, "block {cid}: {reason}"),
            Self::NotCanonical { cid, expected } => write!(
                f,
                "block {cid} is not canonical: encoded again its value is {expected}"
            ),
            Self::Unchecked { cid, reason } => write!(f, "block {cid} was not checked: {reason}"),
            Self::Metadata { cid, reason } => write!(f, "the entry of block {cid}: {reason}"),
            Self::Statistics { kept, counted } => write!(
                f,
                "the statistics say {} blocks of {} bytes, there are {} of {}",
                kept.blocks, kept.bytes, counted.blocks, counted.bytes
            ),
            Self::Listing { reason } => write!(f, "the store cannot be listed: {reason}"),
        }
    }
}

/// What [`fsck`](super::fsck) found, and what it repaired.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FsckReport {
    /// The life of the store in which it was checked; if it has another one now, check again.
    pub epoch: Epoch,
    /// The blocks that were looked at, and their bytes.
    pub checked: Stats,
    /// Links that were looked at.
    pub links: u64,
    /// References that were looked at.
    pub refs: u64,
    /// Values that were encoded again.
    pub values: u64,
    /// All that is wrong, in the order it was found: none if the store is whole.
    pub damage: Vec<Damage>,
    /// What was done about it; nothing unless asked for.
    pub repaired: Repaired,
}

impl FsckReport {
    /// Whether nothing is wrong.
    pub fn is_whole(&self) -> bool {
        self.damage.is_empty()
    }

    /// Blocks that are there without sound bytes: corrupt or unreadable.
    pub fn unsound(&self) -> BTreeSet<Cid> {
        let cids = self.damage.iter().filter_map(|damage| match damage {
            Damage::Corrupt { cid, .. } | Damage::Unreadable { cid, .. } => Some(*cid),
            _ => None,
        });
        cids.collect()
    }
}

/// What [`fsck`](super::fsck) did to a store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Repaired {
    /// Whether the statistics were corrected.
    pub statistics: bool,
    /// Blocks without sound bytes that were taken out, so that they can be stored again.
    pub dropped: Vec<Cid>,
    /// Sound blocks that now link to nothing, directly or through others, because of that. They stay.
    pub incomplete: Vec<Cid>,
}
