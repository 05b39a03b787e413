//! The order of keys, on their encoded bytes before anything was cut.
//!
//! Used where a Rust type has no order of its own that is known to be this one. Iterative, because
//! keys can be deep. Implements docs/format.md section 5.

#![expect(
    clippy::cast_possible_truncation,
    reason = "each number was read from as many bytes as its type has"
)]

use std::cmp::Ordering;

use super::registry::{Note, Registry};
use super::table::Shapes;
use super::write::WEAK;
use crate::desc;
use crate::shape::ShapeText;

/// An encoded key and where its shapes are found.
#[derive(Clone, Copy)]
pub(super) struct EncodedKey<'k> {
    pub(super) bytes: &'k [u8],
    pub(super) shapes: KeyShapes<'k>,
}

/// Where the shapes of a key's records are found.
#[derive(Clone, Copy)]
pub(super) enum KeyShapes<'k> {
    /// Its own indices are 0; these are its shapes, front to back.
    Noted(&'k [Note], &'k Registry),
    /// Its indices are those of this table.
    Table(&'k [usize], &'k Shapes),
}

/// What is still to be compared.
enum Step<'d> {
    /// A value of this desc.
    Value(&'d [u8]),
    /// So many values of the descs, over and over; then who has more of them decides.
    Elements {
        descs: [&'d [u8]; 2],
        both: u64,
        longer: Ordering,
    },
}

/// Compares two keys of one desc. `None` if a link stands where the difference may be.
#[expect(clippy::too_many_lines, reason = "one short arm a kind")]
pub(super) fn compare<'d>(
    desc: &'d [u8],
    a: EncodedKey<'d>,
    b: EncodedKey<'d>,
) -> Option<Ordering> {
    let (mut a, mut b) = (Reader::new(a), Reader::new(b));
    // Most keys are one number or string.
    match desc {
        [b's' | b'c' | b'y'] => return Some(a.content()?.cmp(b.content()?)),
        [letter @ (b'B' | b'H' | b'I' | b'L' | b'b' | b'h' | b'i' | b'l')] => {
            return Some(a.integer(*letter)?.cmp(&b.integer(*letter)?));
        }
        _ => {}
    }
    let mut steps = vec![Step::Value(desc)];
    while let Some(step) = steps.pop() {
        let desc = match step {
            Step::Value(desc) => desc,
            Step::Elements {
                both: 0, longer, ..
            } => {
                if longer.is_ne() {
                    return Some(longer);
                }
                continue;
            }
            Step::Elements {
                descs,
                both,
                longer,
            } => {
                steps.push(Step::Elements {
                    descs,
                    both: both - 1,
                    longer,
                });
                if !descs[1].is_empty() {
                    steps.push(Step::Value(descs[1]));
                }
                descs[0]
            }
        };
        let (letter, inner) = desc.split_first()?;
        let order = match letter {
            b'B' | b'H' | b'I' | b'L' | b'b' | b'h' | b'i' | b'l' | b'Q' | b'q' => {
                a.integer(*letter)?.cmp(&b.integer(*letter)?)
            }
            b'f' | b'd' => a.float()?.cmp(&b.float()?),
            b't' => a.take(1)?.cmp(b.take(1)?),
            b'n' => a.take(1)?.len().cmp(&b.take(1)?.len()),
            b'c' | b's' | b'y' => a.content()?.cmp(b.content()?),
            b'w' => {
                a.weak()?;
                b.weak()?;
                Ordering::Equal
            }
            b'?' => match (a.take_nil()?, b.take_nil()?) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Less,
                (false, true) => Ordering::Greater,
                (false, false) => {
                    if matches!(inner.first()?, b'?' | b'n') {
                        a.wrapper()?;
                        b.wrapper()?;
                    }
                    steps.push(Step::Value(inner));
                    Ordering::Equal
                }
            },
            b'[' if desc::packed_width(*inner.first()?).is_some() => {
                compare_packed(*inner.first()?, a.content()?, b.content()?)
            }
            b'[' | b'<' | b'{' => {
                let (a, b) = (a.count()?, b.count()?);
                let (first, second) = match letter {
                    b'{' => inner.split_at_checked(desc::first_len(inner)?)?,
                    _ => (inner, &inner[..0]),
                };
                steps.push(Step::Elements {
                    descs: [first, second],
                    both: a.min(b),
                    longer: a.cmp(&b),
                });
                Ordering::Equal
            }
            b'(' => {
                a.count()?;
                b.count()?;
                let parts = inner.strip_suffix(b")")?;
                push_parts(&mut steps, desc::split(parts));
                Ordering::Equal
            }
            b'@' => {
                let (shape_a, shape_b) = (a.record()?, b.record()?);
                let order = compare_shapes(shape_a, shape_b);
                let types = shape_a.types().iter().map(desc::DescText::as_bytes);
                push_parts(&mut steps, types);
                order
            }
            b'*' => {
                a.count()?;
                b.count()?;
                let (desc_a, desc_b) = (a.content()?, b.content()?);
                steps.push(Step::Value(desc_a));
                desc_a.cmp(desc_b)
            }
            _ => return None,
        };
        if order.is_ne() {
            return Some(order);
        }
    }
    Some(Ordering::Equal)
}

fn push_parts<'d>(steps: &mut Vec<Step<'d>>, parts: impl Iterator<Item = &'d [u8]>) {
    let first = steps.len();
    steps.extend(parts.map(Step::Value));
    steps[first..].reverse();
}

/// The order of two shapes, before their fields are looked at.
pub(crate) fn compare_shapes(a: &ShapeText, b: &ShapeText) -> Ordering {
    let types = |shape: &ShapeText| -> Vec<u8> {
        let types = shape.types().iter();
        types.flat_map(|desc| desc.as_bytes().to_vec()).collect()
    };
    a.tag()
        .cmp(b.tag())
        .then_with(|| a.version().cmp(&b.version()))
        .then_with(|| types(a).cmp(&types(b)))
        .then_with(|| a.names().len().cmp(&b.names().len()))
        .then_with(|| a.names().cmp(b.names()))
}

/// Packed numbers one by one, a prefix first.
pub(super) fn compare_packed(letter: u8, a: &[u8], b: &[u8]) -> Ordering {
    let width = desc::packed_width(letter).unwrap_or(1);
    let key = |number: &[u8]| -> i128 {
        let mut bytes = [0; 16];
        bytes[..width].copy_from_slice(number);
        let bits = u128::from_le_bytes(bytes);
        let unused = 128 - 8 * width as u32;
        match letter {
            b'f' | b'd' => total_order(bits as u64, 64 - unused.saturating_sub(64)),
            b'b' | b'h' | b'i' | b'l' | b'q' => (bits << unused).cast_signed() >> unused,
            _ => unsigned_as_signed(bits),
        }
    };
    let (a, b) = (a.chunks_exact(width), b.chunks_exact(width));
    a.map(key).cmp(b.map(key))
}

/// Keeps the order of unsigned numbers in signed ones.
fn unsigned_as_signed(bits: u128) -> i128 {
    (bits ^ (1 << 127)).cast_signed()
}

/// IEEE 754 totalOrder of a float with so many bits.
fn total_order(bits: u64, n_bits: u32) -> i128 {
    let unused = 64 - n_bits;
    let signed = (bits << unused).cast_signed() >> unused;
    let magnitude_mask = (signed >> 63).cast_unsigned() >> 1 >> unused;
    i128::from(signed ^ magnitude_mask.cast_signed())
}

struct Reader<'k> {
    rest: &'k [u8],
    shapes: KeyShapes<'k>,
}

impl<'k> Reader<'k> {
    fn new(key: EncodedKey<'k>) -> Self {
        Self {
            rest: key.bytes,
            shapes: key.shapes,
        }
    }

    fn take(&mut self, len: usize) -> Option<&'k [u8]> {
        let (taken, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn big_endian(&mut self, len: usize) -> Option<u128> {
        let bytes = self.take(len)?.iter();
        Some(bytes.fold(0, |number, byte| number << 8 | u128::from(*byte)))
    }

    fn take_nil(&mut self) -> Option<bool> {
        let is_nil = *self.rest.first()? == 0xc0;
        if is_nil {
            self.take(1)?;
        }
        Some(is_nil)
    }

    /// The array of one around a present option; nothing if a link stands in its place.
    fn wrapper(&mut self) -> Option<()> {
        (self.byte()? == 0x91).then_some(())
    }

    /// A weak pointer: all are equal.
    fn weak(&mut self) -> Option<()> {
        (self.take(WEAK.len())? == WEAK).then_some(())
    }

    fn integer(&mut self, letter: u8) -> Option<i128> {
        let marker = self.byte()?;
        let number = match marker {
            0..0x80 => i128::from(marker),
            0xe0.. => i128::from(marker.cast_signed()),
            0xcc..=0xcf => self.big_endian(1 << (marker - 0xcc))?.cast_signed(),
            0xd0..=0xd3 => {
                let len = 1_usize << (marker - 0xd0);
                let unused = 128 - 8 * len as u32;
                (self.big_endian(len)? << unused).cast_signed() >> unused
            }
            // A wide integer.
            0xc4 => {
                self.take(1)?;
                self.big_endian(16)?.cast_signed()
            }
            _ => return None,
        };
        Some(if letter == b'Q' {
            unsigned_as_signed(number.cast_unsigned())
        } else {
            number
        })
    }

    fn float(&mut self) -> Option<i128> {
        let len = if self.byte()? == 0xca { 4 } else { 8 };
        Some(total_order(self.big_endian(len)? as u64, 8 * len as u32))
    }

    /// The content of a str or bin.
    fn content(&mut self) -> Option<&'k [u8]> {
        let marker = self.byte()?;
        let len = match marker {
            0xa0..0xc0 => usize::from(marker & 0x1f),
            0xc4 | 0xd9 => self.big_endian(1)? as usize,
            0xc5 | 0xda => self.big_endian(2)? as usize,
            0xc6 | 0xdb => self.big_endian(4)? as usize,
            _ => return None,
        };
        self.take(len)
    }

    /// The count of an array or map.
    fn count(&mut self) -> Option<u64> {
        let marker = self.byte()?;
        Some(match marker {
            0x80..0xa0 => u64::from(marker & 0x0f),
            0xdc | 0xde => self.big_endian(2)? as u64,
            0xdd | 0xdf => self.big_endian(4)? as u64,
            _ => return None,
        })
    }

    /// The shape of a record, whose fields come next.
    fn record(&mut self) -> Option<&'k ShapeText> {
        if matches!(self.rest.first()?, 0x90..=0x9f | 0xdc | 0xdd) {
            self.count()?;
        }
        let index = self.integer(b'L')?;
        match &mut self.shapes {
            KeyShapes::Noted(notes, registry) => {
                let (note, rest) = notes.split_first()?;
                *notes = rest;
                Some(registry.shape(note.shape))
            }
            KeyShapes::Table(table, shapes) => {
                shapes.get(*table.get(usize::try_from(index).ok()?)?)
            }
        }
    }
}
