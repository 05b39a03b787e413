//! Walking over a value without making it, with every check a reader makes inside one block.
//!
//! Links are not followed. Iterative, because data can be deep.

use std::ops::Range;

use super::decode::Decoder;
use super::profile::Profile;
use super::read::{Item, Place};
use crate::cid::Cid;
use crate::desc::{self, DescText};
use crate::error::Error;
use crate::shape::DescRef;

/// A desc inside a longer one.
#[derive(Clone)]
struct Part {
    text: DescText,
    range: Range<usize>,
}

impl Part {
    fn whole(text: &DescText) -> Self {
        let range = 0..text.as_bytes().len();
        Self {
            text: text.clone(),
            range,
        }
    }

    fn bytes(&self) -> &[u8] {
        let bytes = self.text.as_bytes();
        bytes.get(self.range.clone()).unwrap_or_default()
    }

    /// The part without its first `n` characters, so many long.
    fn inner(&self, n: usize, len: usize) -> Self {
        let start = self.range.start + n;
        Self {
            text: self.text.clone(),
            range: start..start + len,
        }
    }

    /// What follows the first character.
    fn after_letter(&self) -> Self {
        self.inner(1, self.range.len() - 1)
    }
}

enum Task {
    Value(Part),
    /// So many elements of a sequence.
    Elements(Part, u64),
    /// So many keys of a set or entries of a map, and the key before.
    Keyed {
        key: Part,
        value: Option<Part>,
        left: u64,
        previous: Option<Range<usize>>,
    },
    /// The key that starts here ends now.
    EndKey(usize),
    /// A composite ends: where it started, and where its elements do if they can be chunked.
    Close {
        start: usize,
        elements: Option<usize>,
    },
    /// A value ends whose end is to be said.
    End,
}

/// What is done on the way over a value.
pub(super) trait Walker {
    /// A value with this desc begins here.
    fn begin(&mut self, decoder: &Decoder<'_>, desc: &[u8]) -> Step;

    /// The last value ends for which this was asked.
    fn end(&mut self, decoder: &Decoder<'_>) {
        let _ = decoder;
    }

    /// The header of a record with this shape was read, which starts at this place of its block.
    fn record(&mut self, decoder: &Decoder<'_>, at: usize, shape: usize) {
        let _ = (decoder, at, shape);
    }
}

/// What a walker does at a value.
pub(super) enum Step {
    On,
    /// Goes on, and is told where the value ends.
    OnToEnd,
    Stop,
}

struct Nothing;

impl Walker for Nothing {
    fn begin(&mut self, _: &Decoder<'_>, _: &[u8]) -> Step {
        Step::On
    }
}

/// Where the index of a shape stands, and which shape that is among all that were read.
pub(super) struct ShapeNote {
    pub(super) at: usize,
    pub(super) end: usize,
    pub(super) shape: usize,
}

/// Notes the shapes that are used.
#[derive(Default)]
struct Shapes(Vec<ShapeNote>);

impl Walker for Shapes {
    fn begin(&mut self, _: &Decoder<'_>, _: &[u8]) -> Step {
        Step::On
    }

    fn record(&mut self, decoder: &Decoder<'_>, at: usize, shape: usize) {
        let header = match decoder.cursor.block.get(at) {
            Some(0x90..=0x9f) => 1,
            Some(0xdc) => 3,
            Some(0xdd) => 5,
            _ => 0,
        };
        self.0.push(ShapeNote {
            at: at + header,
            end: decoder.cursor.at,
            shape,
        });
    }
}

impl Decoder<'_> {
    /// Walks over a value with this desc.
    pub(crate) fn skip(&mut self, desc: &DescText) -> Result<(), Error> {
        self.walk(desc, &mut Nothing)
    }

    /// The same, and notes the shapes that are used.
    pub(super) fn skip_noting(&mut self, desc: &DescText) -> Result<Vec<ShapeNote>, Error> {
        let mut notes = Shapes::default();
        self.walk(desc, &mut notes)?;
        Ok(notes.0)
    }

    /// Walks over a value with this desc.
    pub(super) fn walk(&mut self, desc: &DescText, walker: &mut impl Walker) -> Result<(), Error> {
        let mut tasks = vec![Task::Value(Part::whole(desc))];
        while let Some(task) = tasks.pop() {
            match task {
                Task::Value(part) => {
                    match walker.begin(self, part.bytes()) {
                        Step::On => {}
                        Step::OnToEnd => tasks.push(Task::End),
                        Step::Stop => return Ok(()),
                    }
                    self.skip_value(&part, &mut tasks, walker)?;
                }
                Task::End => walker.end(self),
                Task::Elements(_, 0) | Task::Keyed { left: 0, .. } => {}
                Task::Elements(part, left) => {
                    tasks.push(Task::Elements(part.clone(), left - 1));
                    tasks.push(Task::Value(part));
                }
                Task::Keyed {
                    key,
                    value,
                    left,
                    previous,
                } => {
                    tasks.push(Task::Keyed {
                        key: key.clone(),
                        value: value.clone(),
                        left: left - 1,
                        previous,
                    });
                    tasks.extend(value.map(Task::Value));
                    tasks.push(Task::EndKey(self.cursor.at));
                    tasks.push(Task::Value(key));
                }
                Task::EndKey(start) => self.end_skipped_key(start, &mut tasks)?,
                Task::Close { start, elements } => {
                    if let Some(elements) = elements {
                        self.check_unchunked(self.start().saturating_sub(elements))?;
                    }
                    self.check_inline(start)?;
                    self.shallower();
                }
            }
        }
        Ok(())
    }

    fn end_skipped_key(&self, start: usize, tasks: &mut [Task]) -> Result<(), Error> {
        let keyed = tasks.iter_mut().rev().find_map(|task| match task {
            Task::Keyed { key, previous, .. } => Some((key, previous)),
            _ => None,
        });
        if let Some((desc, previous)) = keyed {
            let key = start..self.cursor.at;
            let before = previous.replace(key.clone());
            self.check_key_order(desc.bytes(), before, key)?;
        }
        Ok(())
    }

    fn skip_value(
        &mut self,
        part: &Part,
        tasks: &mut Vec<Task>,
        walker: &mut impl Walker,
    ) -> Result<(), Error> {
        match self.cursor.item() {
            Item::Other | Item::Weak => {}
            Item::Link if !desc::is_linkable(part.bytes()) => return Err(self.unexpected_link()),
            Item::Link => return self.read_link().map(drop),
            // These stand in the place of whatever desc; only the leaf `w` is a weak pointer.
            Item::Back => return self.skip_back_reference(),
            Item::Part => return self.read_part().map(drop),
            Item::Hole => return self.leave_open(DescRef::Text(part.bytes()), None),
        }
        let text = part.bytes();
        let start = self.start();
        let letter = text.first().copied().unwrap_or_default();
        match letter {
            b'?' => {
                if self.cursor.peek()? == 0xc0 {
                    return self.cursor.nil();
                }
                let inner = part.after_letter();
                if matches!(text.get(1), Some(b'?' | b'n')) {
                    self.skip_parts_header(start, 1, tasks)?;
                }
                tasks.push(Task::Value(inner));
            }
            b'[' if !is_packed(text) => {
                let n = self.cursor.array_len()?;
                self.open_elements(start, n, tasks)?;
                tasks.push(Task::Elements(part.after_letter(), n));
            }
            b'<' => {
                let n = self.cursor.array_len()?;
                self.open_elements(start, n, tasks)?;
                tasks.push(Task::Keyed {
                    key: part.after_letter(),
                    value: None,
                    left: n,
                    previous: None,
                });
            }
            b'{' => {
                let n = self.cursor.map_len()?;
                self.open_elements(start, n, tasks)?;
                let entry = text.get(1..).unwrap_or_default();
                let key_len = desc::first_len(entry).unwrap_or_default();
                tasks.push(Task::Keyed {
                    key: part.inner(1, key_len),
                    value: Some(part.inner(1 + key_len, entry.len() - key_len)),
                    left: n,
                    previous: None,
                });
            }
            b'(' => {
                let inner = text.get(1..text.len() - 1).unwrap_or_default();
                let lens: Vec<usize> = desc::split(inner).map(<[u8]>::len).collect();
                self.skip_parts_header(start, lens.len() as u64, tasks)?;
                let first = tasks.len();
                let mut at = 1;
                for len in lens {
                    tasks.push(Task::Value(part.inner(at, len)));
                    at += len;
                }
                tasks.get_mut(first..).unwrap_or_default().reverse();
            }
            b'@' => {
                let at = self.cursor.at;
                let index = self.record_index()?;
                walker.record(self, at, index);
                self.deeper()?;
                tasks.push(Task::Close {
                    start,
                    elements: None,
                });
                if let Some(shape) = self.shape(index) {
                    let types = shape.types().iter().rev();
                    tasks.extend(types.map(|desc| Task::Value(Part::whole(desc))));
                }
            }
            b'*' => {
                self.skip_parts_header(start, 2, tasks)?;
                let desc = self.any_desc()?;
                tasks.push(Task::Value(Part::whole(&desc)));
            }
            _ => self.skip_leaf(text)?,
        }
        Ok(())
    }

    /// Reads a part of a cycle: the cycle's block and the node's place in it.
    pub(crate) fn read_part(&mut self) -> Result<(Cid, Place), Error> {
        let part = self.cursor.part()?;
        if self.profile() == Profile::WHOLE {
            let reason = "a part of a cycle in a profile that cuts nothing";
            return Err(self.cursor.malformed(reason));
        }
        Ok(part)
    }

    fn skip_parts_header(
        &mut self,
        start: usize,
        n: u64,
        tasks: &mut Vec<Task>,
    ) -> Result<(), Error> {
        if self.cursor.array_len()? != n {
            return Err(self
                .cursor
                .malformed("an array has another length than its desc"));
        }
        self.deeper()?;
        tasks.push(Task::Close {
            start,
            elements: None,
        });
        Ok(())
    }

    fn open_elements(&mut self, start: usize, n: u64, tasks: &mut Vec<Task>) -> Result<(), Error> {
        self.deeper()?;
        self.count_items(n)?;
        tasks.push(Task::Close {
            start,
            elements: Some(self.start()),
        });
        Ok(())
    }

    /// The desc an any carries.
    pub(crate) fn any_desc(&mut self) -> Result<DescText, Error> {
        let start = self.cursor.at;
        let text = self.cursor.string_bytes()?;
        match DescText::parse(text) {
            Some(desc) if desc.as_bytes() != b"*" => Ok(desc),
            _ => {
                self.cursor.at = start;
                let reason = "an any carries a desc other than its own";
                Err(self.cursor.malformed(reason))
            }
        }
    }

    fn skip_leaf(&mut self, desc: &[u8]) -> Result<(), Error> {
        let start = self.start();
        let letter = desc.first().copied().unwrap_or_default();
        match letter {
            b'B' | b'H' | b'I' | b'L' => {
                let number = self.cursor.unsigned()?;
                let max = u64::MAX >> (64 - 8 * integer_width(letter));
                if number > max {
                    return Err(self.cursor.malformed("an integer is out of range"));
                }
            }
            b'b' | b'h' | b'i' | b'l' => {
                let number = self.cursor.signed()?;
                let max = i64::MAX >> (64 - 8 * integer_width(letter));
                if number > max || number < -max - 1 {
                    return Err(self.cursor.malformed("an integer is out of range"));
                }
            }
            b'Q' => drop(self.cursor.unsigned_128()?),
            b'q' => drop(self.cursor.signed_128()?),
            b'f' => drop(self.cursor.float_32()?),
            b'd' => drop(self.cursor.float_64()?),
            b't' => drop(self.cursor.bool()?),
            b'c' => drop(self.cursor.char()?),
            b'n' => self.cursor.nil()?,
            b'w' => self.cursor.weak()?,
            b's' => {
                let len = self.cursor.text()?.len();
                self.check_unchunked(len)?;
                self.check_inline(start)?;
            }
            b'y' | b'[' => {
                let len = self.cursor.bytes()?.len();
                let width = desc.get(1).and_then(|letter| desc::packed_width(*letter));
                if len % width.unwrap_or(1) != 0 {
                    return Err(self.cursor.malformed("packed numbers are not whole"));
                }
                self.check_unchunked(len)?;
                self.check_inline(start)?;
            }
            _ => return Err(self.cursor.malformed("an unknown desc")),
        }
        Ok(())
    }
}

fn is_packed(desc: &[u8]) -> bool {
    desc.get(1)
        .is_some_and(|letter| desc::packed_width(*letter).is_some())
}

fn integer_width(letter: u8) -> u32 {
    match letter {
        b'B' | b'b' => 1,
        b'H' | b'h' => 2,
        b'I' | b'i' => 4,
        _ => 8,
    }
}
