//! Captured errors and descriptions of types.

use super::record::{variants, via};
use crate::captured::{CapturedError, Recorded};
use crate::codec::Encoder;
use crate::desc::Desc;
use crate::error::Error;
use crate::reduce::Reduce;
use crate::type_description::{ShapeDescription, TypeDescription};
use crate::type_info::TypeInfo;

variants! {
    [] Recorded {
        0 "std::Error" named (
            0 message: String,
            1 type_name: Option<String>,
            2 causes: Vec<(String, Option<String>)>,
            3 backtrace: Option<String>
        ) => [Recorded { message, type_name, causes, backtrace }];
    };
    [] TypeDescription {
        0 "std::TypeInfo" named (
            0 name: String,
            1 strategy: String,
            2 desc: String,
            3 shapes: Vec<ShapeDescription>
        ) => [TypeDescription { name, strategy, desc, shapes }];
    };
    [] ShapeDescription {
        0 "std::TypeInfo::Shape" named (
            0 tag: String,
            1 version: u32,
            2 fields: Vec<(Option<String>, String)>
        ) => [ShapeDescription { tag, version, fields }];
    };
}

via! {
    [] CapturedError: Recorded,
        |error: &CapturedError| Ok::<_, Error>(error.recorded.clone()),
        |recorded| Ok(CapturedError { recorded, aside: None });
}

/// As its description.
impl Reduce for TypeInfo {
    const DESC: &'static Desc = TypeDescription::DESC;

    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        TypeDescription::from(*self).reduce(encoder)
    }
}
