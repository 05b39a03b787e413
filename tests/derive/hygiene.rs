//! Names of the surrounding code that generated code could take for its own.

use crate::support::assert_comes_back;

/// Everything the prelude has means something else here.
mod shadowed {
    #![allow(dead_code, nonstandard_style, reason = "the names are the point")]

    use cideldill::Debuggable;

    pub(crate) struct Option;
    pub(crate) struct Result;
    pub(crate) struct Vec;
    pub(crate) struct String;
    pub(crate) struct Box;
    pub(crate) trait Default {}
    pub(crate) trait Reduce {}
    pub(crate) trait Reconstruct {}
    pub(crate) struct Encoder;
    pub(crate) struct Error;
    pub(crate) mod core {}
    pub(crate) mod std {}
    pub(crate) mod _cideldill {}
    pub(crate) fn Ok() {}
    pub(crate) fn Err() {}
    pub(crate) fn Some() {}
    pub(crate) const None: u8 = 0;

    #[derive(Debuggable, Debug, PartialEq)]
    pub(crate) struct Everything<T> {
        pub(crate) encoder: u8,
        pub(crate) decoder: u8,
        pub(crate) record: T,
        #[debuggable(default)]
        pub(crate) scope: u8,
        #[debuggable(skip)]
        pub(crate) error: u8,
        #[debuggable(placeholder, default)]
        pub(crate) value: u8,
        #[debuggable(serde)]
        pub(crate) core: u8,
        #[debuggable(with = "twice")]
        pub(crate) std: u8,
    }

    pub(crate) struct Rc;
    pub(crate) struct Arc;
    pub(crate) trait Send {}
    pub(crate) trait Sync {}
    pub(crate) trait Object {}

    #[cideldill::debuggable(dyn)]
    pub(crate) trait Behind<T, const N: usize> {
        fn object_type(&self) -> u8;
    }

    impl Behind<u8, 2> for Everything<u8> {
        fn object_type(&self) -> u8 {
            self.encoder
        }
    }

    mod twice {
        pub(crate) fn reduce(value: &u8) -> u8 {
            value * 2
        }

        pub(crate) fn reconstruct(twice: u8) -> u8 {
            twice / 2
        }
    }

    #[derive(Debuggable, Debug, PartialEq)]
    pub(crate) enum Kinds<Reduce, const SHAPES: usize> {
        Ok([Reduce; SHAPES]),
        Err { Some: u8, None: u8 },
        None,
    }

    #[derive(Debuggable, Debug, PartialEq)]
    #[debuggable(constructor = "Made::new(value)")]
    pub(crate) struct Made {
        pub(crate) value: u8,
        pub(crate) __cideldill_value: u8,
    }

    impl Made {
        fn new(value: u8) -> Self {
            Self {
                value,
                __cideldill_value: 0,
            }
        }
    }
}

#[test]
fn shadowed_names_are_not_used() {
    assert_comes_back(&shadowed::Everything {
        encoder: 1,
        decoder: 2,
        record: 3_u16,
        scope: 4,
        error: 0,
        value: 0,
        core: 5,
        std: 6,
    });
    assert_comes_back(&shadowed::Kinds::<u8, 2>::Ok([1, 2]));
    assert_comes_back(&shadowed::Kinds::<u8, 2>::Err { Some: 1, None: 2 });
    assert_comes_back(&shadowed::Kinds::<u8, 2>::None);
    assert_comes_back(&shadowed::Made {
        value: 1,
        __cideldill_value: 2,
    });
}

mod without_prelude {
    #![no_implicit_prelude]

    #[derive(::cideldill::Debuggable)]
    pub(crate) struct Struct {
        pub(crate) id: u8,
        #[debuggable(default)]
        pub(crate) note: ::std::option::Option<u8>,
        #[debuggable(skip)]
        pub(crate) skipped: u8,
    }

    #[derive(::cideldill::Debuggable)]
    pub(crate) enum Enum {
        Unit,
        Tuple(u8, ::std::string::String),
        Named { value: Struct },
    }

    #[derive(::cideldill::Debuggable)]
    #[debuggable(state = "Own::state", restore = "Own::restore")]
    pub(crate) struct Own(pub(crate) u8);

    impl Own {
        fn state(&self) -> u8 {
            self.0
        }

        fn restore(state: u8) -> Self {
            Self(state)
        }
    }
}

#[test]
fn no_prelude_is_needed() {
    use without_prelude::{Enum, Own, Struct};

    let value = Struct {
        id: 1,
        note: Some(2),
        skipped: 3,
    };
    let back = crate::support::again(&Enum::Named { value });
    assert!(matches!(back, Enum::Named { value } if value.note == Some(2) && value.skipped == 0));
    let back = crate::support::again(&Enum::Tuple(1, "x".into()));
    assert!(matches!(back, Enum::Tuple(1, text) if text == "x"));
    assert!(matches!(crate::support::again(&Enum::Unit), Enum::Unit));
    assert_eq!(crate::support::again(&Own(4)).0, 4);
    assert_eq!(value_id(), 1);
}

fn value_id() -> u8 {
    let value = without_prelude::Struct {
        id: 1,
        note: None,
        skipped: 0,
    };
    value.id
}

/// A type that a macro makes: its field types reach the derive in groups of no brackets.
macro_rules! make {
    ($name:ident, $field:ident: $ty:ty, $tuple:ty) => {
        #[derive(cideldill::Debuggable, Debug, PartialEq)]
        struct $name<T> {
            $field: $ty,
            #[debuggable(placeholder, default)]
            tuple: $tuple,
            value: T,
        }
    };
}

make!(Made, list: Vec<T>, Option<u8>);

#[test]
fn types_made_by_macros_come_back() {
    assert_comes_back(&Made {
        list: vec![1_u8],
        tuple: None,
        value: 2,
    });
}

/// A trait that a macro makes.
macro_rules! make_trait {
    ($name:ident, $($method:tt)*) => {
        #[cideldill::debuggable(dyn)]
        trait $name {
            $($method)*
        }
    };
}

make_trait!(Length, fn length(&self) -> usize;);

impl Length for String {
    fn length(&self) -> usize {
        self.len()
    }
}

#[test]
fn trait_objects_need_no_names_of_their_surroundings() {
    type Shadowed = dyn shadowed::Behind<u8, 2>;
    let registry = cideldill::Registry::new();
    registry
        .register_dyn::<Shadowed, shadowed::Everything<u8>>("everything")
        .unwrap();
    registry
        .register_dyn::<dyn Length + Send, String>("text")
        .unwrap();
    registry.enter(|| {
        let text: Box<dyn Length + Send> = Box::new("four".to_owned());
        let encoded = cideldill::encode(&text).unwrap();
        let back: Box<dyn Length + Send> = cideldill::decode(encoded.root(), &encoded).unwrap();
        assert_eq!(back.length(), 4);
        let nothing: Vec<Box<Shadowed>> = Vec::new();
        assert!(nothing.iter().all(|behind| behind.object_type() == 0));
        assert!(cideldill::encode(&nothing).is_ok());
    });
}

/// Nor is a type's name one that generated functions have for a parameter.
mod parameters {
    use cideldill::Debuggable;

    #[derive(Debuggable, Debug, PartialEq)]
    pub(crate) struct Once(pub(crate) u8);

    #[derive(Debuggable, Debug, PartialEq)]
    #[allow(non_camel_case_types, reason = "the name is the point")]
    pub(crate) struct _Once(pub(crate) Once);

    #[derive(Debuggable, Debug, PartialEq)]
    pub(crate) struct Holder<_Once> {
        pub(crate) body: _Once,
        pub(crate) reduce: Vec<super::parameters::_Once>,
    }

    #[derive(Debuggable, Debug, PartialEq)]
    pub(crate) struct Plain(pub(crate) _Once);

    impl Plain {
        #[expect(dead_code, reason = "the name is the point")]
        pub(crate) fn body<T>() {}
    }
}

#[test]
fn a_type_may_be_called_as_a_parameter_of_generated_code() {
    use parameters::{_Once as Parameter, Holder, Once, Plain};

    assert_comes_back(&Holder {
        body: 1_u8,
        reduce: vec![Parameter(Once(2))],
    });
    assert_comes_back(&Plain(Parameter(Once(3))));
}
