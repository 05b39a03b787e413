//! Results and orderings.

use std::cmp::Ordering;

use super::record::variants;

variants! {
    [T, E] Result<T, E> {
        0 "std::Result::Ok" plain (0 value: T) => [Ok(value)];
        1 "std::Result::Err" plain (0 error: E) => [Err(error)];
    };
    [] Ordering {
        0 "std::Ordering::Less" plain () => [Ordering::Less];
        1 "std::Ordering::Equal" plain () => [Ordering::Equal];
        2 "std::Ordering::Greater" plain () => [Ordering::Greater];
    };
}
