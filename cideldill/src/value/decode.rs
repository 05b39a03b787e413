//! Blocks to a tree: iterative, with every check that typed reading makes.

use std::collections::BTreeMap;

use super::decode_cycle::check_pointers;
use super::decode_leaf::{read_leaf, read_packed};
use super::decode_pointer::Pointers;
use super::decode_step::{Items, Open, Tuple, next_part, open_keyed};
use super::order::compare;
use super::parts::{
    AnyValue, LinkValue, MapValue, OptionValue, RecordValue, SequenceValue, SetValue, TupleValue,
    Typed,
};
use super::tree::{Child, Value, Values};
use crate::block::BlockSource;
use crate::cid::Cid;
use crate::codec::{Decoder, Entered};
use crate::desc::{self, Desc, DescText};
use crate::error::{Error, ErrorKind};
use crate::limits::Limits;
use crate::path::Segment;
use crate::reconstruct::Reconstruct;
use crate::shape::DescRef;

/// What happens at a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Links {
    /// The linked block is read.
    Followed,
    /// It stays an unloaded part.
    Kept,
    /// The same, but for a link right at the start.
    KeptBelow,
}

/// Reads a value with this desc.
pub(crate) fn read_value(
    decoder: &mut Decoder<'_>,
    desc: &DescText,
    links: Links,
) -> Result<Value, Error> {
    let mut reading = Reading::new(decoder, links);
    let value = reading
        .read(desc.clone())
        .map_err(|error| reading.place(error))?;
    check_pointers(&mut reading, &value)?;
    Ok(value)
}

impl Value {
    /// Reads only the block with this CID, and all chunks if the value is divided into such; parts
    /// in blocks of their own become [`Value::Link`].
    ///
    /// A root that says which pointers are the same is read like its content. Pointers in this block
    /// are marked as in a whole value: those that others lead to by their labels, with the content
    /// where they are met first. What is behind a link is not looked at, so whatever leads there from
    /// here, or from there to here, stays unsaid. A cycle is one block: a link to it stays one.
    ///
    /// ```
    /// use cideldill::{Value, encode};
    /// let encoded = encode(&("few", "many words ".repeat(200)))?;
    /// let value = Value::shallow(encoded.root(), &encoded)?;
    /// assert!(matches!(value.at_str(".1")?, Some(Value::Link(link)) if link.desc() == "s"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// A missing or corrupt block, or bytes that no encoder writes.
    pub fn shallow(cid: Cid, blocks: &dyn BlockSource) -> Result<Self, Error> {
        Self::shallow_with(cid, blocks, Limits::default())
    }

    /// The same within other limits.
    ///
    /// # Errors
    /// As [`shallow`](Self::shallow).
    pub fn shallow_with(cid: Cid, blocks: &dyn BlockSource, limits: Limits) -> Result<Self, Error> {
        read_root(&mut Decoder::new(blocks, limits), cid, Links::Kept)
    }
}

/// Reads a block as the root of a value, and all its chunks.
pub(crate) fn read_root(decoder: &mut Decoder<'_>, cid: Cid, links: Links) -> Result<Value, Error> {
    let (entered, desc) = decoder.enter_root(cid)?;
    let Some(entered) = entered else {
        // The chunks of one value: read as from a holder with nothing but the link.
        let links = match links {
            Links::Followed => links,
            Links::Kept | Links::KeptBelow => Links::KeptBelow,
        };
        return read_value(decoder, &desc, links);
    };
    read_block(decoder, entered, &desc, links)
}

/// Reads the value of a block that was entered as a root, and leaves it.
pub(crate) fn read_block(
    decoder: &mut Decoder<'_>,
    entered: Entered,
    desc: &DescText,
    links: Links,
) -> Result<Value, Error> {
    let value = read_value(decoder, desc, links)?;
    decoder.leave(entered)?;
    Ok(match desc.as_bytes() {
        b"*" => Value::Any(AnyValue {
            child: Child::new(Some(value)),
        }),
        _ => value,
    })
}

impl Reconstruct for Value {
    const READS_ANY_ROOT: bool = true;

    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        read_value(decoder, &Desc::ANY.to_text(), Links::Followed)
    }

    fn reconstruct_root(decoder: &mut Decoder<'_>, cid: Cid) -> Result<Self, Error> {
        let value = read_root(decoder, cid, Links::Followed)?;
        decoder.check_entries()?;
        Ok(value)
    }

    fn reconstruct_as(decoder: &mut Decoder<'_>, written: &[u8]) -> Result<Self, Error> {
        let desc = DescText::parse(written);
        let desc = desc.ok_or_else(|| decoder.cursor.malformed("the desc is none"))?;
        read_value(decoder, &desc, Links::Followed)
    }
}

pub(super) struct Reading<'d, 's> {
    pub(super) decoder: &'d mut Decoder<'s>,
    pub(super) links: Links,
    descs: Descs,
    /// Composites that were begun, outermost first.
    pub(super) open: Vec<Open>,
    /// Finished values that wait for their holder.
    pub(super) values: Vec<Value>,
    pub(super) pointers: Pointers,
}

/// Descs inside descs, each made once.
#[derive(Default)]
struct Descs(BTreeMap<Box<[u8]>, DescText>);

impl Descs {
    fn get(&mut self, decoder: &Decoder<'_>, desc: &[u8]) -> Result<DescText, Error> {
        if let Some(known) = self.0.get(desc) {
            return Ok(known.clone());
        }
        let parsed = DescText::parse(desc);
        let parsed = parsed.ok_or_else(|| decoder.cursor.malformed("the desc is none"))?;
        self.0.insert(desc.into(), parsed.clone());
        Ok(parsed)
    }
}

impl<'d, 's> Reading<'d, 's> {
    pub(super) fn new(decoder: &'d mut Decoder<'s>, links: Links) -> Self {
        Self {
            decoder,
            links,
            descs: Descs::default(),
            open: Vec::new(),
            values: Vec::new(),
            pointers: Pointers::default(),
        }
    }

    pub(super) fn read(&mut self, desc: DescText) -> Result<Value, Error> {
        self.begin(desc)?;
        while let Some(open) = self.open.last_mut() {
            let was_key = open.is_at_key();
            let part = match open {
                Open::Cycle => self.next_cell(),
                open => next_part(self.decoder, open)?,
            };
            let is_key = self.open.last().is_some_and(Open::is_at_key);
            self.pointers.keys += usize::from(is_key);
            self.pointers.keys -= usize::from(was_key);
            match part {
                Some(desc) => self.begin(desc)?,
                None => self.end()?,
            }
        }
        // Each value that was begun left exactly one.
        Ok(self.values.pop().unwrap_or(Value::Unit))
    }

    /// Reads a value without parts, or begins one with parts.
    fn begin(&mut self, desc: DescText) -> Result<(), Error> {
        if self.decoder.has_identity_here() {
            return self.begin_pointers(desc);
        }
        self.begin_content(desc)
    }

    /// The same for what the pointers here lead to.
    #[expect(clippy::too_many_lines, reason = "one arm a kind")]
    pub(super) fn begin_content(&mut self, desc: DescText) -> Result<(), Error> {
        let letters = desc.as_bytes();
        let letter = letters.first().copied().unwrap_or_default();
        match self.links {
            Links::Followed => {}
            Links::KeptBelow => self.links = Links::Kept,
            Links::Kept => {
                if self.decoder.cursor.is_link() && !is_unwrapped_option(letters) {
                    if !desc::is_linkable(letters) {
                        return Err(self.decoder.unexpected_link());
                    }
                    let cid = self.decoder.read_link()?;
                    self.values.push(Value::Link(LinkValue::new(cid, desc)));
                    return Ok(());
                }
            }
        }
        let decoder = &mut *self.decoder;
        let first = self.values.len();
        let open = match letter {
            b'?' => {
                if decoder.cursor.peek()? == 0xc0 {
                    decoder.cursor.nil()?;
                    let child = Child::default();
                    self.values.push(Value::Option(OptionValue { desc, child }));
                    return Ok(());
                }
                let inner = self
                    .descs
                    .get(decoder, letters.get(1..).unwrap_or_default())?;
                let parts = if is_unwrapped_option(letters) {
                    None
                } else {
                    Some(decoder.open_parts(DescRef::Text(letters), 1)?)
                };
                Open::Some {
                    parts,
                    desc,
                    inner: Some(inner),
                }
            }
            b'*' => {
                let parts = decoder.open_parts(DescRef::Text(letters), 2)?;
                let inner = decoder.any_desc()?;
                let inner = self.descs.get(decoder, inner.as_bytes())?;
                Open::Any {
                    parts,
                    inner: Some(inner),
                }
            }
            b'(' => {
                let inner = letters.get(1..letters.len() - 1).unwrap_or_default();
                let types: Result<Vec<_>, _> = desc::split(inner)
                    .map(|desc| self.descs.get(decoder, desc))
                    .collect();
                let types = types?;
                let parts = decoder.open_parts(DescRef::Text(letters), types.len() as u64)?;
                Open::Tuple(Box::new(Tuple {
                    parts,
                    desc,
                    types,
                    next: 0,
                }))
            }
            b'@' => {
                decoder.deeper()?;
                let entered = decoder.enter_if_link(DescRef::Constant(Desc::RECORD))?;
                let start = decoder.start();
                let number = decoder.record_index()?;
                let Some(shape) = decoder.shape(number).cloned() else {
                    return Err(decoder
                        .cursor
                        .malformed("a shape index is out of the table"));
                };
                Open::Record {
                    entered,
                    start,
                    shape,
                    next: 0,
                }
            }
            b'{' => {
                let entry = letters.get(1..).unwrap_or_default();
                let key_len = desc::first_len(entry).unwrap_or(entry.len());
                let (key, value) = entry.split_at_checked(key_len).unwrap_or_default();
                let key = self.descs.get(decoder, key)?;
                let value = self.descs.get(decoder, value)?;
                open_keyed(decoder, desc, key, Some(value), first)?
            }
            b'<' => {
                let key = self
                    .descs
                    .get(decoder, letters.get(1..).unwrap_or_default())?;
                open_keyed(decoder, desc, key, None, first)?
            }
            b'[' => {
                let element = letters.get(1..).unwrap_or_default();
                if let [letter] = element
                    && desc::packed_width(*letter).is_some()
                {
                    if decoder.is_in_scope() {
                        return self.packed(desc);
                    }
                    let items = read_packed(decoder, letters, *letter)?;
                    self.values
                        .push(Value::Sequence(SequenceValue(Typed::new(desc, items))));
                    return Ok(());
                }
                let element = self.descs.get(decoder, element)?;
                Open::Items(Box::new(Items {
                    runs: decoder.open_runs(desc.clone())?,
                    desc,
                    element,
                    run: None,
                    first,
                }))
            }
            b'y' if decoder.is_in_scope() => return self.packed(desc),
            _ => {
                self.values.push(read_leaf(decoder, letter)?);
                return Ok(());
            }
        };
        self.open.push(open);
        Ok(())
    }

    /// Ends the innermost composite.
    fn end(&mut self) -> Result<(), Error> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let decoder = &mut *self.decoder;
        let value = match open {
            Open::Some { parts, desc, .. } => {
                if let Some(parts) = parts {
                    decoder.close_parts(parts)?;
                }
                let child = Child::new(self.values.pop());
                Value::Option(OptionValue { desc, child })
            }
            Open::Any { parts, .. } => return decoder.close_parts(parts),
            Open::Pointer(pointer) => {
                self.end_pointer(pointer);
                return Ok(());
            }
            Open::Cycle => return self.end_cycle(),
            Open::Tuple(tuple) => {
                decoder.close_parts(tuple.parts)?;
                let parts = self.values.split_off(self.values.len() - tuple.types.len());
                Value::Tuple(TupleValue(Typed::new(tuple.desc, parts)))
            }
            Open::Record {
                entered,
                start,
                shape,
                ..
            } => {
                decoder.shallower();
                decoder.check_inline(start)?;
                if let Some(entered) = entered {
                    decoder.leave(entered)?;
                }
                let fields = self.values.split_off(self.values.len() - shape.len());
                Value::Record(RecordValue {
                    shape,
                    children: Values::new(fields),
                })
            }
            Open::Items(items) => {
                let elements = self.values.split_off(items.first);
                Value::Sequence(SequenceValue(Typed::new(items.desc, elements)))
            }
            Open::Keyed(keyed) => {
                let children = self.values.split_off(keyed.first);
                let is_map = keyed.value.is_some();
                check_keys(decoder, &children, if is_map { 2 } else { 1 })?;
                let typed = Typed::new(keyed.desc, children);
                if is_map {
                    Value::Map(MapValue(typed))
                } else {
                    Value::Set(SetValue(typed))
                }
            }
        };
        self.values.push(value);
        Ok(())
    }

    /// The error with the path to where reading stopped.
    fn place(&self, mut error: Error) -> Error {
        // Where the finished parts of the composite looked at end.
        let mut end = self.values.len();
        for open in self.open.iter().rev() {
            let first = match open {
                Open::Items(items) => items.first,
                Open::Keyed(keyed) => keyed.first,
                Open::Tuple(tuple) => end.saturating_sub(tuple.next.saturating_sub(1)),
                Open::Record { next, .. } => end.saturating_sub(next.saturating_sub(1)),
                Open::Some { .. } | Open::Any { .. } | Open::Pointer(_) | Open::Cycle => end,
            };
            let read = self.values.get(first..end).unwrap_or_default();
            end = first;
            let step = match open {
                Open::Items(items) if items.run.is_some() => Segment::Index(read.len() as u64),
                Open::Keyed(keyed) if keyed.run.is_some() => match (&keyed.value, read) {
                    (Some(_), [.., key]) if keyed.key_start.is_none() => {
                        Segment::Key(super::short::key_text(key))
                    }
                    (Some(_), read) => Segment::Index((read.len() / 2) as u64),
                    (None, read) => Segment::Index(read.len() as u64),
                },
                Open::Tuple(tuple) => {
                    Segment::Field(tuple.next.saturating_sub(1).to_string().into())
                }
                Open::Record { shape, next, .. } => {
                    Segment::Field(shape.field_name(next.saturating_sub(1)).into())
                }
                _ => continue,
            };
            error = error.within(step);
        }
        error
    }
}

/// Checks the order of all keys, also of those that were cut or stand in neighbouring chunks.
fn check_keys(decoder: &Decoder<'_>, children: &[Value], step: usize) -> Result<(), Error> {
    let keys = children.iter().step_by(step);
    for (a, b) in keys.clone().zip(keys.skip(1)) {
        match compare(a, b) {
            Some(std::cmp::Ordering::Equal) => {
                return Err(ErrorKind::DuplicateKey {
                    key: super::short::key_text(a),
                }
                .into());
            }
            Some(std::cmp::Ordering::Greater) => {
                return Err(decoder.cursor.malformed("keys are not ascending"));
            }
            Some(std::cmp::Ordering::Less) | None => {}
        }
    }
    Ok(())
}

pub(super) fn is_unwrapped_option(desc: &[u8]) -> bool {
    desc.starts_with(b"?") && !DescRef::Text(desc).wraps_in_option()
}
