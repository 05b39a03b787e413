//! What is wrong with a record.

use super::Record;
use crate::error::{Error, ErrorKind};
use crate::path::Segment;
use crate::shape::{Shape, ShapeText};

#[cold]
pub(super) fn in_field(error: Error, record: &Record, field: usize) -> Error {
    let name = record.shape().map(|shape| shape.field_name(field));
    error.within(Segment::Field(name.unwrap_or_default()))
}

#[cold]
pub(super) fn missing_field(record: &Record, field: usize) -> Error {
    let shape = record.shape();
    ErrorKind::MissingField {
        tag: shape.map_or("", |shape| shape.tag).into(),
        name: shape.map_or_else(String::new, |shape| shape.field_name(field).into_owned()),
    }
    .into()
}

#[cold]
pub(super) fn wrong_tag(written: &ShapeText, shapes: &'static [Shape]) -> Error {
    let tag = written.tag().to_owned();
    if shapes.iter().any(|shape| shape.tag == tag) {
        // Only a type of the standard library.
        return ErrorKind::WrongKind {
            found: format!("{tag} with other fields"),
            expected: tag,
        }
        .into();
    }
    let type_of = |tag: &str| match tag.rsplit_once("::") {
        None | Some(("std", _)) => None,
        Some((name, _)) => Some(name.to_owned()),
    };
    let is_same_enum = type_of(&tag).is_some()
        && shapes
            .iter()
            .any(|shape| type_of(shape.tag) == type_of(&tag));
    if is_same_enum {
        return ErrorKind::UnknownVariant { tag }.into();
    }
    if tag == crate::placeholder::TAG {
        // The reader of a placeholder says more; here its parts are not read yet.
        return ErrorKind::Placeholder {
            type_name: shapes.first().map_or("", |shape| shape.tag).into(),
            reason: "it was recorded as a placeholder".into(),
        }
        .into();
    }
    ErrorKind::WrongKind {
        expected: shapes.first().map_or("", |shape| shape.tag).into(),
        found: tag,
    }
    .into()
}
