//! An open set of further fields: what `extra` marks.
//!
//! The entries are written as further fields of the record, after the declared ones, in the order of
//! their names, each with its own desc. A reader that declares the name reads it as a field.
//! Implements docs/format.md section 10, placement of extra entries.

#![allow(
    clippy::disallowed_types,
    reason = "a hash map is one of the two; its entries are sorted here"
)]

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;

use crate::codec::{Decoder, Encoder, Record, Scope};
use crate::desc::DescText;
use crate::error::{Error, ErrorKind};
use crate::shape::{Shape, ShapeText};
use crate::value::{Links, Value, read_value};

/// A map from names to dynamic values, for the fields that a struct does not declare.
///
/// `BTreeMap<String, Value>` and `HashMap<String, Value>`; not to be implemented for others.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot hold the further fields of a struct",
    label = "not a map from names to dynamic values",
    note = "an `extra` field is a `BTreeMap<String, cideldill::Value>` or a `HashMap<String, cideldill::Value>`"
)]
pub trait Extra: sealed::Entries {
    /// Opens a record with the fields of the shape and these.
    #[doc(hidden)]
    fn open(&self, encoder: &mut Encoder<'_>, shape: &'static Shape) -> Result<Scope, Error> {
        encoder.open_extended(shape, &self.sorted())
    }

    /// Writes the further fields, after the declared ones.
    #[doc(hidden)]
    fn write(&self, encoder: &mut Encoder<'_>) {
        for (_, value) in self.sorted() {
            encoder.value(value, value.desc_bytes());
        }
    }

    /// Reads all fields of the record that its type does not declare.
    #[doc(hidden)]
    fn read(decoder: &mut Decoder<'_>, record: &Record) -> Result<Self, Error> {
        let read =
            |decoder: &mut Decoder<'_>, desc: &DescText| read_value(decoder, desc, Links::Followed);
        decoder.unknown_fields(record, read).map(Self::collected)
    }
}

mod sealed {
    use super::Value;

    pub trait Entries: Sized {
        /// The entries in the order of their names' bytes.
        fn sorted(&self) -> Vec<(&str, &Value)>;

        fn collected(entries: Vec<(String, Value)>) -> Self;
    }
}

impl Extra for BTreeMap<String, Value> {}

impl sealed::Entries for BTreeMap<String, Value> {
    fn sorted(&self) -> Vec<(&str, &Value)> {
        self.iter().map(|(name, value)| (&**name, value)).collect()
    }

    fn collected(entries: Vec<(String, Value)>) -> Self {
        entries.into_iter().collect()
    }
}

impl<S: BuildHasher + Default> Extra for HashMap<String, Value, S> {}

impl<S: BuildHasher + Default> sealed::Entries for HashMap<String, Value, S> {
    fn sorted(&self) -> Vec<(&str, &Value)> {
        let mut entries: Vec<_> = self.iter().map(|(name, value)| (&**name, value)).collect();
        entries.sort_unstable_by_key(|(name, _)| *name);
        entries
    }

    fn collected(entries: Vec<(String, Value)>) -> Self {
        entries.into_iter().collect()
    }
}

impl Encoder<'_> {
    fn open_extended(
        &mut self,
        shape: &'static Shape,
        entries: &[(&str, &Value)],
    ) -> Result<Scope, Error> {
        if entries.is_empty() {
            return Ok(self.open_record(shape));
        }
        if let Some((name, _)) = entries.iter().find(|(name, _)| shape.names.contains(name)) {
            let name = (*name).to_owned();
            return Err(ErrorKind::DuplicateField { name }.into());
        }
        let declared = shape.types.iter().map(|desc| desc.to_text());
        let further = entries
            .iter()
            .filter_map(|(_, value)| DescText::parse(value.desc_bytes()));
        let names = shape.names.iter().copied();
        let names = names.chain(entries.iter().map(|(name, _)| *name));
        let extended = ShapeText::new(
            shape.tag,
            shape.version,
            declared.chain(further).collect(),
            names.map(Into::into).collect(),
        );
        let too_large = || ErrorKind::TooLarge {
            what: "a type description",
        };
        Ok(self.open_record_text(&extended.ok_or_else(too_large)?))
    }
}
