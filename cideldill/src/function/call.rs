//! Calling a function with some of its arguments kept as data.

/// A function pointer that takes `&E` first, and then the arguments `A`, a tuple. Implemented for up
/// to four further arguments; nothing is to be implemented.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be called with `&{E}` and then `{A}`",
    note = "the function takes its environment by reference first; the arguments are a tuple, `(x,)` for one"
)]
pub trait CallWith<E, A> {
    /// What it returns.
    type Output;

    /// Calls it.
    fn call_with(&self, environment: &E, arguments: A) -> Self::Output;
}

/// A function pointer that takes the arguments `B` first, which are bound, and then `A`; both are
/// tuples. Implemented for up to four arguments in all; nothing is to be implemented.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be called with `{B}` and then `{A}`",
    note = "bound and further arguments are tuples, `(x,)` for one"
)]
pub trait Bind<B, A> {
    /// What it returns.
    type Output;

    /// Calls it.
    fn call_bound(&self, bound: B, arguments: A) -> Self::Output;
}

macro_rules! call_with {
    ($(($($argument:ident $A:ident),*))*) => {$(
        impl<E, $($A,)* R> CallWith<E, ($($A,)*)> for fn(&E, $($A),*) -> R {
            type Output = R;

            fn call_with(&self, environment: &E, ($($argument,)*): ($($A,)*)) -> R {
                self(environment, $($argument),*)
            }
        }
    )*};
}

macro_rules! bind {
    ($(($($bound:ident $B:ident),+; $($argument:ident $A:ident),*))*) => {$(
        impl<$($B,)+ $($A,)* R> Bind<($($B,)+), ($($A,)*)> for fn($($B,)+ $($A),*) -> R {
            type Output = R;

            fn call_bound(
                &self,
                ($($bound,)+): ($($B,)+),
                ($($argument,)*): ($($A,)*),
            ) -> R {
                self($($bound,)+ $($argument),*)
            }
        }
    )*};
}

call_with! {
    ()
    (a A)
    (a A, b B)
    (a A, b B, c C)
    (a A, b B, c C, d D)
}

bind! {
    (a A;)
    (a A; b B)
    (a A; b B, c C)
    (a A; b B, c C, d D)
    (a A, b B;)
    (a A, b B; c C)
    (a A, b B; c C, d D)
    (a A, b B, c C;)
    (a A, b B, c C; d D)
    (a A, b B, c C, d D;)
}
