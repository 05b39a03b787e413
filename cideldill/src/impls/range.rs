//! Ranges and their bounds.

use std::ops::{
    Bound, Range, RangeBounds, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive,
};

use super::record::{variants, via};
use crate::error::{Error, ErrorKind};
use crate::reduce::Reduce;

variants! {
    [T] Bound<T> {
        0 "std::Bound::Included" plain (0 end: T) => [Bound::Included(end)];
        1 "std::Bound::Excluded" plain (0 end: T) => [Bound::Excluded(end)];
        2 "std::Bound::Unbounded" plain () => [Bound::Unbounded];
    };
    [T] Range<T> {
        0 "std::Range" named (0 start: T, 1 end: T) => [Range { start, end }];
    };
    [T] RangeFrom<T> {
        0 "std::RangeFrom" named (0 start: T) => [RangeFrom { start }];
    };
    [T] RangeTo<T> {
        0 "std::RangeTo" named (0 end: T) => [RangeTo { end }];
    };
    [T] RangeToInclusive<T> {
        0 "std::RangeToInclusive" named (0 end: T) => [RangeToInclusive { end }];
    };
    [] RangeFull {
        0 "std::RangeFull" plain () => [RangeFull];
    };
    [T] Ends<T> {
        0 "std::RangeInclusive" named (0 start: T, 1 end: T) => [Ends { start, end }];
    };
}

/// The ends of an inclusive range.
struct Ends<T> {
    start: T,
    end: T,
}

via! {
    [T] RangeInclusive<T>: Ends<T>, ends, |ends: Ends<T>| Ok(ends.start..=ends.end);
}

/// The ends, if the range was not iterated to its end: what is left of them then is unspecified.
fn ends<T: Reduce>(range: &RangeInclusive<T>) -> Result<Ends<&T>, Error> {
    if matches!(range.end_bound(), Bound::Excluded(_)) {
        return Err(ErrorKind::Unsupported {
            type_name: std::any::type_name::<RangeInclusive<T>>(),
            reason: "it was iterated to its end, and its bounds are unspecified",
        }
        .into());
    }
    Ok(Ends {
        start: range.start(),
        end: range.end(),
    })
}
