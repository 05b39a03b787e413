//! What can be registered.

use super::{AnyRegistration, DynRegistration, FunctionRegistration, Registration, Registry};
use crate::dynamic::DynOf;
use crate::error::Error;
use crate::function::{Function, FunctionPointer};
use crate::reconstruct::Debuggable;

/// What [`Registry::register`] takes: a reducer ([`Registration`]), a function
/// ([`FunctionRegistration`]), the name of a type behind a trait ([`DynRegistration`]).
///
/// All three behave alike: a second registration in the place of a first is an error, unless it says
/// `replace`; of threads that register the same at once one succeeds; the registry can
/// [`remove`](Registry::remove) each again. Nothing is to be implemented.
pub trait Register: private::Sealed {
    /// What registering gives.
    type Registered;

    #[doc(hidden)]
    fn register_in(self, registry: &Registry) -> Result<Self::Registered, Error>;
}

mod private {
    pub trait Sealed {}
}

macro_rules! register {
    ($([$($generics:tt)*] $registration:ty => $registered:ty, |$it:ident, $registry:ident| $add:expr;)*) => {$(
        impl<$($generics)*> private::Sealed for $registration {}

        impl<$($generics)*> Register for $registration {
            type Registered = $registered;

            fn register_in(self, $registry: &Registry) -> Result<$registered, Error> {
                let $it = self;
                $add
            }
        }
    )*};
}

register! {
    [] AnyRegistration => (), |reducer, registry| registry.add(reducer, false);
    [T: 'static] Registration<T> => (), |reducer, registry| registry.add(reducer.into(), false);
    [F: FunctionPointer] FunctionRegistration<F> => Function<F>,
        |function, registry| registry.add_function(function);
    [O: DynOf<T> + ?Sized, T: Debuggable + 'static] DynRegistration<O, T> => (),
        |named, registry| registry.add_dyn(named);
}
