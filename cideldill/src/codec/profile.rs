//! The numbered sets of sizes that decide what is cut and where chunks end.
//!
//! A closed table: the number stands in the first byte of every block, so blocks of two profiles can
//! never be confused. Implements docs/format.md section 9.

use std::fmt;

/// The version of docs/format.md this module writes and reads.
pub(crate) const FORMAT_VERSION: u8 = 1;

/// Minimum, average and maximum length of a chunk, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ChunkSizes {
    pub(crate) min: usize,
    pub(crate) average: u64,
    pub(crate) max: usize,
}

/// Which parts of a value become blocks of their own.
///
/// A value has one CID in each profile; use the standard one unless you know why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    number: u8,
    pub(crate) cut: usize,
    pub(crate) leaf: ChunkSizes,
    pub(crate) node: ChunkSizes,
}

const NEVER: ChunkSizes = ChunkSizes {
    min: usize::MAX,
    average: 1,
    max: usize::MAX,
};

impl Profile {
    /// Parts of 1,024 bytes and more become blocks; the profile everything uses.
    pub const STANDARD: Self = Self {
        number: 0,
        cut: 1024,
        leaf: ChunkSizes {
            min: 768,
            average: 1024,
            max: 4096,
        },
        node: ChunkSizes {
            min: 192,
            average: 256,
            max: 1024,
        },
    };

    /// Nothing is cut: one block however large.
    pub const WHOLE: Self = Self {
        number: 1,
        cut: usize::MAX,
        leaf: NEVER,
        node: NEVER,
    };

    /// Tiny sizes, so that a test sees every rule on a small value.
    pub const SMALL: Self = Self {
        number: 2,
        cut: 64,
        leaf: ChunkSizes {
            min: 64,
            average: 64,
            max: 512,
        },
        node: ChunkSizes {
            min: 144,
            average: 144,
            max: 512,
        },
    };

    /// Every profile there is, by number.
    pub(crate) const ALL: [Self; 3] = [Self::STANDARD, Self::WHOLE, Self::SMALL];

    /// The first byte of every block of this profile.
    pub const fn first_byte(&self) -> u8 {
        FORMAT_VERSION << 4 | self.number
    }

    /// The profile whose blocks start with this byte.
    pub(crate) fn from_first_byte(byte: u8) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|profile| profile.first_byte() == byte)
    }
}

/// One line of the format's fingerprint (docs/protocol.md section 8).
impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "profile {} cut ", self.number)?;
        if *self == Self::WHOLE {
            return f.write_str("never leaf never never never node never never never");
        }
        let Self {
            cut, leaf, node, ..
        } = self;
        write!(f, "{cut} leaf {leaf} node {node}")
    }
}

impl fmt::Display for ChunkSizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.min, self.average, self.max)
    }
}
