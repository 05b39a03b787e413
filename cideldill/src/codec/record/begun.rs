//! How an open record begins, in one word.

/// How a record begins, in one word: it is returned in a register, and not moved through memory just
/// after it was written.
///
/// Which variant it is (32 bits), where it starts or which of the decoder's other records it is (30
/// bits), whether it is one of them, whether it has another shape.
#[derive(Clone, Copy, Debug)]
pub(super) struct Begun(u64);

impl Begun {
    const VARIANT_BITS: u32 = 32;
    const MAX_PLACE: u64 = (1 << 30) - 1;
    pub(super) const IS_OTHER: u64 = 1 << 62;
    pub(super) const IS_EVOLVED: u64 = 1 << 63;

    /// `flags` are of those above. None if a part does not fit.
    #[inline]
    pub(super) fn new(variant: usize, place: usize, flags: u64) -> Option<Self> {
        let variant = u32::try_from(variant).ok()?;
        let place = u64::try_from(place).ok()?;
        let fits = place <= Self::MAX_PLACE;
        fits.then_some(Self(
            flags | place << Self::VARIANT_BITS | u64::from(variant),
        ))
    }

    #[inline]
    pub(super) fn variant(self) -> usize {
        // So many bits fit.
        usize::try_from(self.0 & u64::from(u32::MAX)).unwrap_or(usize::MAX)
    }

    #[inline]
    pub(super) fn place(self) -> usize {
        let place = self.0 >> Self::VARIANT_BITS & Self::MAX_PLACE;
        usize::try_from(place).unwrap_or(usize::MAX)
    }

    #[inline]
    pub(super) fn is_other(self) -> bool {
        self.0 & Self::IS_OTHER != 0
    }

    #[inline]
    pub(super) fn is_evolved(self) -> bool {
        self.0 & Self::IS_EVOLVED != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_begins_in_one_word() {
        let most = usize::try_from(Begun::MAX_PLACE).unwrap();
        for (variant, place) in [(0, 0), (7, 1_000), (0xffff, most)] {
            for flags in [0, Begun::IS_OTHER, Begun::IS_OTHER | Begun::IS_EVOLVED] {
                let begun = Begun::new(variant, place, flags).unwrap();
                assert_eq!((begun.variant(), begun.place()), (variant, place));
                assert_eq!(begun.is_other(), flags != 0);
                assert_eq!(begun.is_evolved(), flags & Begun::IS_EVOLVED != 0);
            }
        }
        assert!(Begun::new(0, most + 1, 0).is_none());
    }
}
