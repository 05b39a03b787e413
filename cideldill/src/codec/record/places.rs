//! Fields read into places.
//!
//! What goes wrong waits in the decoder, so that a record of whatever type has one way out.

use super::Record;
use super::errors::{in_field, missing_field};
use crate::codec::decode::Decoder;
use crate::error::Error;
use crate::reconstruct::{Place, Reconstruct};

impl Decoder<'_> {
    /// Reads the next field of a record into its place. Whether there is none: then
    /// [`failure`](Self::failure) is the error.
    #[inline]
    pub(crate) fn is_missing<T: Reconstruct>(
        &mut self,
        record: &Record,
        field: usize,
        mut place: &mut Option<T>,
    ) -> bool {
        if record.begun.is_evolved() {
            return self.is_other_missing(record, field, &mut place);
        }
        match T::reconstruct(self) {
            Ok(value) => {
                *place = Some(value);
                false
            }
            Err(error) => {
                self.fail_in_field(error, record, field);
                true
            }
        }
    }

    /// The same for a field that is large enough for a call through a pointer: compiled once.
    #[inline(never)]
    pub(crate) fn is_part_missing(
        &mut self,
        record: &Record,
        field: usize,
        place: &mut dyn Place,
    ) -> bool {
        if record.begun.is_evolved() {
            return self.is_other_missing(record, field, place);
        }
        match place.read(self, None) {
            Ok(()) => false,
            Err(error) => {
                self.fail_in_field(error, record, field);
                true
            }
        }
    }

    /// The same in a record of another shape: compiled once.
    #[cold]
    #[inline(never)]
    fn is_other_missing(&mut self, record: &Record, field: usize, place: &mut dyn Place) -> bool {
        let read = match self.visit_field(record, field) {
            None => Err(missing_field(record, field)),
            Some(visit) => {
                let read = place.read(self, visit.written());
                self.end_visit(&visit);
                read.map_err(|error| in_field(error, record, field))
            }
        };
        read.map_err(|error| self.fail(error)).is_err()
    }

    #[cold]
    #[inline(never)]
    fn fail_in_field(&mut self, error: Error, record: &Record, field: usize) {
        self.fail(in_field(error, record, field));
    }

    /// Says what is missing at the end of the record.
    #[cold]
    #[inline(never)]
    pub(crate) fn fail(&mut self, error: Error) {
        self.failure = Some(error);
    }

    /// Why there is no value, behind what is missing.
    #[doc(hidden)]
    #[cold]
    #[inline(never)]
    pub fn failure(&mut self) -> Error {
        let failure = self.failure.take();
        failure.unwrap_or_else(|| self.cursor.malformed("a value is missing"))
    }

    /// Ends a record, as its last part, and says whether that failed. Nearly all are short and stand
    /// where they are read: only that is compiled for each type.
    #[doc(hidden)]
    #[inline]
    pub fn is_unclosed(&mut self, record: &Record) -> bool {
        if !record.begun.is_other() && self.is_short(record.begun.place()) {
            self.shallower();
            return false;
        }
        self.is_other_unclosed(record)
    }

    #[cold]
    #[inline(never)]
    fn is_other_unclosed(&mut self, record: &Record) -> bool {
        let closed = self.close_record(*record);
        closed.map_err(|error| self.fail(error)).is_err()
    }
}
