//! Records: structs and variants, read field by field.
//!
//! Where the written shape is the type's own, fields are read one after the other. Else the record is
//! walked over once to find its fields, and they are read in the type's order, each by the desc it
//! was written with.

mod begun;
mod errors;
mod places;

use std::sync::Arc;

use self::begun::Begun;
use self::errors::{in_field, missing_field, wrong_tag};
use super::decode::{Decoder, Entered, Open};
use super::read::Item;
use super::scopes::ScopeAt;
use super::table::{Match, Plan};
use crate::desc::{Desc, DescText};
use crate::error::{Error, ErrorKind};
use crate::path::Segment;
use crate::reconstruct::Reconstruct;
use crate::shape::{DescRef, Shape, ShapeText};
use crate::stack::grow;

/// An open record: which variant it is and how its fields are found.
#[must_use = "an open record must be closed"]
#[derive(Clone, Copy, Debug)]
pub struct Record {
    shapes: &'static [Shape],
    begun: Begun,
}

/// An open record that more is known of than a [`Begun`] holds.
#[derive(Debug, Default)]
pub(super) struct Other {
    start: usize,
    entered: Option<Entered>,
    around: Option<ScopeAt>,
    evolved: Option<Evolved>,
}

/// The places of a record's fields, where they are not the type's own one after the other.
#[derive(Clone, Debug)]
pub(super) struct Evolved {
    plan: Arc<Plan>,
    written: ShapeText,
    /// Where each written field starts, and how many bytes shape indices took beyond one each
    /// before it.
    places: Vec<(usize, usize)>,
    end: usize,
}

impl Evolved {
    /// The desc that a field was written with, and its place; none if it was not written.
    fn find(&self, field: usize) -> Option<(&DescText, (usize, usize))> {
        let written = self.plan.fields.get(field).copied().flatten()?;
        Some((
            self.written.types().get(written)?,
            *self.places.get(written)?,
        ))
    }
}

/// Reading at an earlier place of the block, and what was open meanwhile.
struct Visit {
    /// The written desc, if it is not the type's.
    written: Option<DescText>,
    open: Open,
    at: usize,
}

impl Visit {
    fn written(&self) -> Option<&[u8]> {
        self.written.as_ref().map(DescText::as_bytes)
    }
}

impl Record {
    /// The number of the variant among the type's shapes; 0 for a struct.
    #[doc(hidden)]
    #[inline]
    pub fn variant(&self) -> usize {
        self.begun.variant()
    }

    fn shape(&self) -> Option<&'static Shape> {
        self.shapes.get(self.variant())
    }
}

impl Decoder<'_> {
    /// Opens a struct or variant.
    ///
    /// # Errors
    /// Another kind, tag or variant than one of the shapes, or malformed bytes.
    #[doc(hidden)]
    #[inline]
    pub fn open_record(&mut self, shapes: &'static [Shape]) -> Result<Record, Error> {
        let begun = self.begin_record(shapes)?;
        Ok(Record { shapes, begun })
    }

    fn begin_record(&mut self, shapes: &'static [Shape]) -> Result<Begun, Error> {
        self.deeper()?;
        let around = self.begin_value();
        let entered = self.enter_if_link(DescRef::Constant(Desc::RECORD))?;
        let start = self.start();
        let index = match self.record_index() {
            Ok(index) => index,
            Err(error) => return Err(self.pointer_to_record(shapes, error)),
        };
        if let Some(Match::Exact(variant)) = self.shapes.matched(index, shapes) {
            let variant = *variant;
            if entered.is_none()
                && around.is_none()
                && let Some(begun) = Begun::new(variant, start, 0)
            {
                return Ok(begun);
            }
            return self.begin_other(
                variant,
                Other {
                    start,
                    entered,
                    around,
                    evolved: None,
                },
            );
        }
        self.open_other_record(
            shapes,
            index,
            Other {
                start,
                entered,
                around,
                evolved: None,
            },
        )
    }

    /// A record that more is known of.
    fn begin_other(&mut self, variant: usize, other: Other) -> Result<Begun, Error> {
        let evolved = if other.evolved.is_some() {
            Begun::IS_EVOLVED
        } else {
            0
        };
        let begun = Begun::new(variant, self.others.len(), evolved | Begun::IS_OTHER);
        self.others.push(other);
        begun.ok_or_else(|| ErrorKind::TooLarge { what: "a record" }.into())
    }

    fn other(&self, record: &Record) -> Option<&Other> {
        let is_other = record.begun.is_other();
        is_other.then(|| self.others.get(record.begun.place()))?
    }

    fn evolved(&self, record: &Record) -> Option<&Evolved> {
        self.other(record)?.evolved.as_ref()
    }

    /// The error for a record that cannot be read: where pointers into a cycle stand there is no copy
    /// of what they lead to.
    #[cold]
    fn pointer_to_record(&self, shapes: &'static [Shape], error: Error) -> Error {
        let found = match self.cursor.item() {
            Item::Back if self.is_in_cycle() => "a pointer back into its cycle",
            Item::Part => "a pointer into a cycle",
            _ => return error,
        };
        ErrorKind::WrongKind {
            expected: shapes.first().map_or("", |shape| shape.tag).into(),
            found: found.into(),
        }
        .into()
    }

    /// Opens a record of any shape; its fields follow one after the other.
    pub(crate) fn open_any_record(&mut self) -> Result<(Record, ShapeText), Error> {
        self.deeper()?;
        let around = self.begin_value();
        let entered = self.enter_if_link(DescRef::Constant(Desc::RECORD))?;
        let start = self.start();
        let index = self.record_index()?;
        let Some(shape) = self.shape(index).cloned() else {
            return Err(self.cursor.malformed("a shape index is out of the table"));
        };
        let begun = self.begin_other(
            0,
            Other {
                start,
                entered,
                around,
                evolved: None,
            },
        )?;
        Ok((Record { shapes: &[], begun }, shape))
    }

    #[cold]
    #[inline(never)]
    fn open_other_record(
        &mut self,
        shapes: &'static [Shape],
        index: usize,
        mut other: Other,
    ) -> Result<Begun, Error> {
        let Some(found) = self.shapes.find_match(index, shapes) else {
            return Err(match self.shapes.get(index) {
                Some(written) => wrong_tag(written, shapes),
                None => self.cursor.malformed("a shape index is out of the table"),
            });
        };
        let variant = match found {
            Match::Exact(variant) => variant,
            Match::Evolved(variant, plan) => {
                let written = self.shapes.get(index).cloned();
                let evolved = written.map(|written| self.find_fields(plan, written));
                other.evolved = evolved.transpose()?;
                variant
            }
        };
        self.begin_other(variant, other)
    }

    /// Walks over the fields once to find them; reads them in the type's order after that.
    fn find_fields(&mut self, plan: Arc<Plan>, written: ShapeText) -> Result<Evolved, Error> {
        let mut places = Vec::with_capacity(written.len());
        for desc in written.types() {
            places.push((self.cursor.at, self.open.extra_index_bytes));
            self.skip(desc)?;
        }
        Ok(Evolved {
            plan,
            written,
            places,
            end: self.cursor.at,
        })
    }

    /// The header of a record. Returns what [`shape`](Self::shape) takes.
    pub(crate) fn record_index(&mut self) -> Result<usize, Error> {
        let n_parts = match self.cursor.peek()? {
            0x90..=0x9f | 0xdc | 0xdd => Some(self.cursor.array_len()?),
            _ => None,
        };
        let before = self.cursor.at;
        let index = self.cursor.unsigned()?;
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        let number = self.open.table.saturating_add(index);
        let shape = self.table.get(number).copied();
        let known = shape.and_then(|shape| self.shapes.get(shape));
        let (Some(shape), Some(known)) = (shape, known) else {
            return Err(self.cursor.malformed("a shape index is out of the table"));
        };
        let n_fields = known.len() as u64;
        if n_parts.unwrap_or(1) != n_fields + 1 || n_parts == Some(1) {
            return Err(self
                .cursor
                .malformed("a record has another number of fields than its shape"));
        }
        self.open.extra_index_bytes += self.cursor.at - before - 1;
        if !self.open.is_revisit && index >= self.open.met {
            if index > self.open.met {
                return Err(self
                    .cursor
                    .malformed("shapes are not in order of first use"));
            }
            self.open.met += 1;
        }
        self.count_items(n_fields)?;
        Ok(shape)
    }

    /// The shape of a record.
    pub(crate) fn shape(&self, number: usize) -> Option<&ShapeText> {
        self.shapes.get(number)
    }

    /// Reads the next field of a record.
    ///
    /// # Errors
    /// What reading the field says, with its name in the path, or that it is missing.
    #[doc(hidden)]
    #[inline]
    pub fn field<T: Reconstruct>(&mut self, record: &Record, field: usize) -> Result<T, Error> {
        let mut place = None;
        if self.is_missing(record, field, &mut place) {
            return Err(self.failure());
        }
        place.ok_or_else(|| missing_field(record, field))
    }

    /// The same for a field that old data may not have.
    ///
    /// # Errors
    /// What reading the field says.
    #[doc(hidden)]
    pub fn field_or<T: Reconstruct>(
        &mut self,
        record: &Record,
        field: usize,
        default: fn() -> T,
    ) -> Result<T, Error> {
        if self
            .evolved(record)
            .is_none_or(|evolved| evolved.find(field).is_some())
        {
            return self.field(record, field);
        }
        let value = default();
        self.count_cells(|cells| value.cells(cells));
        Ok(value)
    }

    /// Reads the next field of a record with a function, which is given the written desc if it is
    /// not the type's.
    ///
    /// # Errors
    /// What the function says, or that the field is missing and has no default.
    #[doc(hidden)]
    pub fn field_by<T>(
        &mut self,
        record: &Record,
        field: usize,
        default: Option<fn() -> T>,
        read: impl FnOnce(&mut Self, Option<&[u8]>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let visit = self.visit_field(record, field);
        if visit.is_none() && record.begun.is_evolved() {
            return match default {
                Some(default) => Ok(default()),
                None => Err(missing_field(record, field)),
            };
        }
        let written = visit.as_ref().and_then(Visit::written);
        // Through a function of the user a type can hold itself without a pointer.
        let value = grow(|| read(self, written));
        if let Some(visit) = &visit {
            self.end_visit(visit);
        }
        value.map_err(|error| in_field(error, record, field))
    }

    /// Goes to where a field was written, if its record has another shape than the type and has it.
    fn visit_field(&mut self, record: &Record, field: usize) -> Option<Visit> {
        let (desc, place) = self.evolved(record)?.find(field)?;
        let expected = record.shape().and_then(|shape| shape.types.get(field));
        let is_expected = expected.is_some_and(|expected| expected.is(desc.as_bytes()));
        let written = (!is_expected).then(|| desc.clone());
        Some(self.visit(place, written))
    }

    /// Goes to a place of the current block that was walked over before.
    fn visit(&mut self, (place, extra): (usize, usize), written: Option<DescText>) -> Visit {
        let open = self.open;
        self.open.is_revisit = true;
        self.open.extra_index_bytes = extra;
        let at = std::mem::replace(&mut self.cursor.at, place);
        Visit { written, open, at }
    }

    /// Goes back to where a visit began.
    fn end_visit(&mut self, visit: &Visit) {
        self.cursor.at = visit.at;
        self.open = visit.open;
    }

    /// The written fields that the type does not have, read as dynamic values.
    pub(crate) fn unknown_fields<T>(
        &mut self,
        record: &Record,
        read: impl Fn(&mut Self, &DescText) -> Result<T, Error>,
    ) -> Result<Vec<(String, T)>, Error> {
        let Some(evolved) = self.evolved(record).cloned() else {
            return Ok(Vec::new());
        };
        let mut fields = Vec::new();
        for number in &evolved.plan.unknown {
            let name = evolved.written.field_name(*number);
            let desc = evolved.written.types().get(*number);
            if let (Some(desc), Some(place)) = (desc, evolved.places.get(*number)) {
                let visit = self.visit(*place, None);
                let value = read(self, desc);
                self.end_visit(&visit);
                let step = Segment::Field(name.clone().into());
                fields.push((name, value.map_err(|error| error.within(step))?));
            }
        }
        Ok(fields)
    }

    /// Ends a record.
    ///
    /// # Errors
    /// Bytes that the encoder would not have written.
    #[doc(hidden)]
    #[inline]
    pub fn close_record(&mut self, record: Record) -> Result<(), Error> {
        self.shallower();
        let place = record.begun.place();
        if record.begun.is_other() {
            return self.close_other(place);
        }
        self.check_inline(place)
    }

    fn close_other(&mut self, number: usize) -> Result<(), Error> {
        let Some(other) = self.others.drain(number..).next() else {
            return Ok(());
        };
        if let Some(evolved) = &other.evolved {
            self.cursor.at = evolved.end;
        }
        self.check_inline(other.start)?;
        if let Some(entered) = other.entered {
            self.leave(entered)?;
        }
        self.end_value(other.around);
        Ok(())
    }

    /// The error for a variant that generated code does not know.
    #[doc(hidden)]
    #[cold]
    pub fn unknown_variant(&self, record: &Record) -> Error {
        ErrorKind::UnknownVariant {
            tag: record.shape().map_or("", |shape| shape.tag).into(),
        }
        .into()
    }
}
