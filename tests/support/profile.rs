//! The table of section 9.

/// The sizes between which a chunk ends.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// A chunk with less does not end by its content.
    pub min: usize,
    /// The size chunks have on average, above the minimum.
    pub average: usize,
    /// No chunk has more.
    pub max: usize,
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Profile {
    /// The number in the first byte.
    pub number: u8,
    /// The length from which a value is moved into a block of its own.
    pub cut: usize,
    /// For the elements of a value.
    pub leaf: Bounds,
    /// For the groups of a node list.
    pub node: Bounds,
}

const NEVER: usize = usize::MAX;

impl Profile {
    /// For everything.
    pub const STANDARD: Self = Self {
        number: 0,
        cut: 1_024,
        leaf: Bounds {
            min: 768,
            average: 1_024,
            max: 4_096,
        },
        node: Bounds {
            min: 192,
            average: 256,
            max: 1_024,
        },
    };
    /// One block however large.
    pub const WHOLE: Self = Self {
        number: 1,
        cut: NEVER,
        leaf: Bounds {
            min: NEVER,
            average: NEVER,
            max: NEVER,
        },
        node: Bounds {
            min: 0,
            average: 0,
            max: 0,
        },
    };
    /// Every rule shows on small values.
    pub const SMALL: Self = Self {
        number: 2,
        cut: 64,
        leaf: Bounds {
            min: 64,
            average: 64,
            max: 512,
        },
        node: Bounds {
            min: 144,
            average: 144,
            max: 512,
        },
    };
    /// All of them, by number.
    pub const ALL: [Self; 3] = [Self::STANDARD, Self::WHOLE, Self::SMALL];

    /// The profile of this number, if there is one.
    pub fn numbered(number: u64) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|profile| u64::from(profile.number) == number)
    }

    /// The first byte of a block: format version 1 and the profile.
    pub const fn first_byte(&self) -> u8 {
        16 + self.number
    }
}
