//! Signatures that follow from the types of a function's arguments and result.

use crate::reduce::Reduce;
use crate::type_name::signature;

/// A function whose arguments and result can all be recorded, up to twelve arguments: its signature
/// follows from what is recorded of them (docs/format.md section 10.3), so it is the same text
/// whatever compiler made the program. `M` is found by the compiler; nothing is to be implemented.
///
/// Pointers and references add nothing, and neither do a record's fields:
///
/// ```
/// use cideldill::{Debuggable, Registry};
///
/// #[derive(Debuggable)]
/// struct Discount { percent: u32 }
///
/// fn apply(discount: &Discount, codes: Vec<String>) -> Option<f64> {
///     (!codes.is_empty()).then(|| f64::from(discount.percent))
/// }
///
/// let registry = Registry::new();
/// let apply = registry.register_function("discount", apply as fn(&Discount, Vec<String>) -> _)?;
/// assert_eq!(apply.signature(), "fn(Discount, [string]) -> Option<f64>");
/// # Ok::<(), cideldill::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "the signature of `{Self}` does not follow from its types",
    label = "an argument or the result cannot be recorded",
    note = "say what is recorded for it: `FunctionRegistration::with_signature(name, function, \"fn(u32) -> numbers\")`"
)]
pub trait Signature<M> {
    /// The signature as it is recorded.
    #[doc(hidden)]
    fn signature() -> String;
}

// Through `Fn` and not `fn(A) -> R`, which would leave out all that take a reference: for any one
// lifetime they are such functions too.
macro_rules! signatures {
    ($($($A:ident)*;)*) => {$(
        impl<F, R, $($A,)*> Signature<fn($($A),*) -> R> for F
        where
            F: Fn($($A),*) -> R,
            R: Reduce,
            $($A: Reduce,)*
        {
            fn signature() -> String {
                signature(&[$($A::DESC),*], R::DESC)
            }
        }
    )*};
}

signatures! {
    ;
    A0;
    A0 A1;
    A0 A1 A2;
    A0 A1 A2 A3;
    A0 A1 A2 A3 A4;
    A0 A1 A2 A3 A4 A5;
    A0 A1 A2 A3 A4 A5 A6;
    A0 A1 A2 A3 A4 A5 A6 A7;
    A0 A1 A2 A3 A4 A5 A6 A7 A8;
    A0 A1 A2 A3 A4 A5 A6 A7 A8 A9;
    A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10;
    A0 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11;
}
