//! Generated code gives no warning, whatever the surrounding code denies.
#![deny(
    warnings,
    clippy::pedantic,
    let_underscore,
    nonstandard_style,
    unused,
    missing_debug_implementations,
    trivial_casts,
    trivial_numeric_casts,
    unreachable_pub,
    unused_import_braces,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    single_use_lifetimes,
    variant_size_differences
)]

use std::collections::BTreeMap;

use cideldill::{Debuggable, Value};

use crate::support::again;

#[derive(Debuggable, Debug, PartialEq)]
struct Named {
    unit: (),
    id: u64,
    #[debuggable(default)]
    note: Option<String>,
    #[debuggable(skip)]
    skipped: bool,
    #[debuggable(serde)]
    serde: u8,
    #[debuggable(with = "twice")]
    with: u8,
    #[debuggable(placeholder(debug), default)]
    placeholder: u8,
}

#[cideldill::debuggable(dyn)]
trait Behind<T: Clone>: std::fmt::Debug {
    fn id(&self) -> T;
}

impl Behind<u64> for Named {
    fn id(&self) -> u64 {
        self.id
    }
}

mod twice {
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "what `with` calls it with"
    )]
    pub(super) fn reduce(value: &u8) -> u16 {
        u16::from(*value) * 2
    }

    pub(super) fn reconstruct(twice: u16) -> Result<u8, std::num::TryFromIntError> {
        u8::try_from(twice / 2)
    }
}

#[derive(Debuggable, Debug, PartialEq)]
struct Dict {
    #[debuggable(extra)]
    other: BTreeMap<String, Value>,
}

#[derive(Debuggable, Debug, PartialEq)]
enum Never {}

#[derive(Debuggable, Debug, PartialEq)]
enum Only {
    One,
}

#[derive(Debuggable, Debug)]
struct Borrowed<'a> {
    text: &'a str,
}

#[derive(Debuggable, Debug)]
#[debuggable(placeholder)]
struct Placeholder {
    _text: String,
}

#[derive(Debuggable, Debug, PartialEq)]
#[debuggable(constructor = "Made::new(a)")]
struct Made {
    a: u8,
    b: u8,
}

impl Made {
    fn new(a: u8) -> Self {
        Self { a, b: 0 }
    }
}

mod old {
    #![expect(deprecated, reason = "the types themselves are used here")]

    use cideldill::Debuggable;

    #[deprecated]
    #[derive(Debuggable, Debug, PartialEq, Default)]
    pub(super) struct Struct {
        #[deprecated]
        pub(super) field: u8,
    }

    #[derive(Debuggable, Debug, PartialEq, Default)]
    pub(super) enum Enum {
        #[deprecated]
        #[default]
        Variant,
        #[deprecated]
        Other {
            #[deprecated]
            field: u8,
        },
    }

    pub(super) fn values() -> (Struct, Enum, Enum) {
        (Struct::default(), Enum::Variant, Enum::Other { field: 1 })
    }
}

mod used_elsewhere {
    //! The derive alone must not warn about what is deprecated.

    use cideldill::Debuggable;

    #[derive(Debuggable)]
    pub(super) struct Holder {
        #[deprecated]
        #[debuggable(default)]
        field: u8,
    }

    impl Holder {
        pub(super) fn new() -> Self {
            #[expect(deprecated, reason = "someone must set it")]
            Self { field: 3 }
        }
    }
}

#[test]
fn no_warning_and_the_same_values() {
    let named = Named {
        unit: (),
        id: 1,
        note: None,
        skipped: false,
        serde: 2,
        with: 3,
        placeholder: 0,
    };
    assert_eq!(again(&named), named);
    let behind: Vec<Box<dyn Behind<u64>>> = vec![Box::new(named)];
    assert!(cideldill::compute_cid(&behind).is_err());
    assert_eq!(behind.iter().map(|named| named.id()).sum::<u64>(), 1);
    let dict = Dict {
        other: BTreeMap::new(),
    };
    assert_eq!(again(&dict), dict);
    assert_eq!(again(&Only::One), Only::One);
    assert_eq!(again(&None::<Never>), None);
    let made = Made { a: 1, b: 2 };
    assert_eq!(again(&made), made);
    let values = old::values();
    assert_eq!(again(&values), values);
    let borrowed = Borrowed { text: "x" };
    assert!(cideldill::compute_cid(&borrowed).is_ok());
    let placeholder = Placeholder {
        _text: String::new(),
    };
    assert!(cideldill::compute_cid(&placeholder).is_ok());
    let _ = again(&used_elsewhere::Holder::new());
}
