//! The composites that are open while a tree is read, one step each.

use std::ops::Range;

use super::decode_pointer::OpenPointer;
use crate::codec::{Decoder, Entered, Parts, Runs};
use crate::desc::DescText;
use crate::error::Error;
use crate::shape::ShapeText;

/// A composite that was begun. Large ones are boxed: there can be one a level.
pub(super) enum Open {
    Items(Box<Items>),
    Keyed(Box<Keyed>),
    Tuple(Box<Tuple>),
    Record {
        entered: Option<Entered>,
        start: usize,
        shape: ShapeText,
        next: usize,
    },
    /// A present option, with the array around it if it is wrapped. `inner` is still to be read.
    Some {
        parts: Option<Parts>,
        desc: DescText,
        inner: Option<DescText>,
    },
    Any {
        parts: Parts,
        inner: Option<DescText>,
    },
    /// A pointer whose content is being read.
    Pointer(OpenPointer),
    /// The block of a cycle, after its head's item.
    Cycle,
}

impl Open {
    /// Whether the part that is read now is a key.
    pub(super) fn is_at_key(&self) -> bool {
        matches!(self, Self::Keyed(keyed) if keyed.key_start.is_some())
    }
}

pub(super) struct Items {
    pub(super) runs: Runs,
    pub(super) desc: DescText,
    pub(super) element: DescText,
    pub(super) run: Option<Run>,
    pub(super) first: usize,
}

pub(super) struct Keyed {
    pub(super) runs: Runs,
    pub(super) desc: DescText,
    pub(super) key: DescText,
    /// Of a map.
    pub(super) value: Option<DescText>,
    pub(super) run: Option<Run>,
    /// Where the key starts that is being read.
    pub(super) key_start: Option<usize>,
    pub(super) previous: Option<Range<usize>>,
    pub(super) first: usize,
}

pub(super) struct Tuple {
    pub(super) parts: Parts,
    pub(super) desc: DescText,
    pub(super) types: Vec<DescText>,
    pub(super) next: usize,
}

/// What is left of a run.
pub(super) struct Run {
    pub(super) n: u64,
    pub(super) left: u64,
    pub(super) elements: usize,
}

/// The desc of the next part of a composite; nothing at its end.
pub(super) fn next_part(
    decoder: &mut Decoder<'_>,
    open: &mut Open,
) -> Result<Option<DescText>, Error> {
    Ok(match open {
        Open::Some { inner, .. } | Open::Any { inner, .. } => inner.take(),
        Open::Pointer(_) | Open::Cycle => None,
        Open::Tuple(tuple) => {
            tuple.next += 1;
            tuple.types.get(tuple.next - 1).cloned()
        }
        Open::Record { shape, next, .. } => {
            *next += 1;
            shape.types().get(*next - 1).cloned()
        }
        Open::Items(items) => {
            while !take_one(&mut items.run) {
                if !next_run(decoder, &mut items.runs, &mut items.run, false)? {
                    return Ok(None);
                }
            }
            Some(items.element.clone())
        }
        Open::Keyed(keyed) => {
            if let Some(start) = keyed.key_start.take() {
                let range = start..decoder.cursor.at;
                let previous = keyed.previous.replace(range.clone());
                decoder.check_key_order(keyed.key.as_bytes(), previous, range)?;
                if let Some(value) = &keyed.value {
                    return Ok(Some(value.clone()));
                }
            }
            while !take_one(&mut keyed.run) {
                keyed.previous = None;
                if !next_run(
                    decoder,
                    &mut keyed.runs,
                    &mut keyed.run,
                    keyed.value.is_some(),
                )? {
                    return Ok(None);
                }
            }
            keyed.key_start = Some(decoder.cursor.at);
            Some(keyed.key.clone())
        }
    })
}

fn take_one(run: &mut Option<Run>) -> bool {
    match run {
        Some(Run { left, .. }) if *left > 0 => {
            *left -= 1;
            true
        }
        _ => false,
    }
}

/// Ends the run that was read and begins the next, if there is one.
fn next_run(
    decoder: &mut Decoder<'_>,
    runs: &mut Runs,
    run: &mut Option<Run>,
    is_map: bool,
) -> Result<bool, Error> {
    if let Some(run) = run.take() {
        decoder.end_run(runs, run.n, run.elements)?;
    }
    if !decoder.next_run(runs)? {
        return Ok(false);
    }
    let n = if is_map {
        decoder.cursor.map_len()?
    } else {
        decoder.cursor.array_len()?
    };
    decoder.count_items(n)?;
    *run = Some(Run {
        n,
        left: n,
        elements: decoder.start(),
    });
    Ok(true)
}

pub(super) fn open_keyed(
    decoder: &mut Decoder<'_>,
    desc: DescText,
    key: DescText,
    value: Option<DescText>,
    first: usize,
) -> Result<Open, Error> {
    Ok(Open::Keyed(Box::new(Keyed {
        runs: decoder.open_runs(desc.clone())?,
        desc,
        key,
        value,
        run: None,
        key_start: None,
        previous: None,
        first,
    })))
}
