//! Functions with part of what they work on: closures and partial applications.

use std::fmt;

use super::{Bind, CallWith, Function, FunctionPointer};
use crate::codec::{Cells, Decoder, Encoder};
use crate::desc::Desc;
use crate::error::Error;
use crate::reconstruct::Reconstruct;
use crate::reduce::Reduce;
use crate::shape::Shape;

/// A closure as data: a registered function and what it captures.
///
/// Rust's own closures hide what they capture, so it is written down: the environment is a struct (or
/// any recordable value), and the function takes it by reference first.
///
/// ```
/// use cideldill::{Closure, Debuggable, Registry, decode, encode};
///
/// #[derive(Debuggable)]
/// struct Discount {
///     percent: u32,
/// }
///
/// fn apply(discount: &Discount, price: u32) -> u32 {
///     price - price * discount.percent / 100
/// }
///
/// type Price = Closure<fn(&Discount, u32) -> u32, Discount>;
///
/// let registry = Registry::new();
/// let apply = registry.register_function("discount", apply as fn(&Discount, u32) -> u32)?;
/// let price: Price = Closure::new(apply, Discount { percent: 10 });
/// registry.enter(|| {
///     let encoded = encode(&price)?;
///     let back: Price = decode(encoded.root(), &encoded)?;
///     assert_eq!(back.call((200,)), 180);
///     Ok::<(), cideldill::Error>(())
/// })?;
/// # Ok::<(), cideldill::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Closure<F, E> {
    function: Function<F>,
    environment: E,
}

impl<F, E> Closure<F, E> {
    /// Joins a function with its environment.
    pub const fn new(function: Function<F>, environment: E) -> Self {
        Self {
            function,
            environment,
        }
    }

    /// Calls the function with the environment and these arguments, a tuple.
    pub fn call<A>(&self, arguments: A) -> F::Output
    where
        F: CallWith<E, A>,
    {
        self.function.call_with(&self.environment, arguments)
    }

    /// The function: for calls that [`call`](Self::call) does not cover, with borrowed arguments.
    pub const fn function(&self) -> &Function<F> {
        &self.function
    }

    /// What is captured.
    pub const fn environment(&self) -> &E {
        &self.environment
    }

    /// What is captured, to be changed.
    pub const fn environment_mut(&mut self) -> &mut E {
        &mut self.environment
    }
}

/// A registered function with its first arguments bound, as data.
///
/// ```
/// use cideldill::{Partial, Registry};
///
/// let registry = Registry::new();
/// let power = registry.register_function("power", u32::pow as fn(u32, u32) -> u32)?;
/// let of_two = Partial::new(power, (2,));
/// assert_eq!(of_two.call((10,)), 1024);
/// # Ok::<(), cideldill::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Partial<F, B> {
    function: Function<F>,
    bound: B,
}

impl<F, B> Partial<F, B> {
    /// Binds the first arguments, a tuple.
    pub const fn new(function: Function<F>, bound: B) -> Self {
        Self { function, bound }
    }

    /// Calls the function with the bound arguments and then these, a tuple.
    pub fn call<A>(&self, arguments: A) -> F::Output
    where
        F: Bind<B, A>,
        B: Clone,
    {
        self.function.call_bound(self.bound.clone(), arguments)
    }

    /// The function.
    pub const fn function(&self) -> &Function<F> {
        &self.function
    }

    /// The arguments that are bound.
    pub const fn bound(&self) -> &B {
        &self.bound
    }
}

/// Both traits for a function and the field with its data.
macro_rules! function_with {
    ($($type:ident $tag:literal $data:ident;)*) => {$(
        impl<F: FunctionPointer, D: Reduce> Reduce for $type<F, D> {
            const DESC: &'static Desc = &Desc::Record($tag);
            const SHAPES: &'static [Shape] = &[Shape {
                tag: $tag,
                version: 0,
                types: &[Desc::RECORD, D::DESC],
                names: &["function", stringify!($data)],
                tag_aliases: &[],
                aliases: &[],
            }];

            fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
                let scope = encoder.open_record(&Self::SHAPES[0]);
                if let Err(error) = self.function.reduce(encoder) {
                    encoder.refused(error.in_field("function"))?;
                }
                if let Err(error) = self.$data.reduce(encoder) {
                    encoder.refused(error.in_field(stringify!($data)))?;
                }
                encoder.end_record(scope)
            }
        }

        impl<F: FunctionPointer, D: Reconstruct> Reconstruct for $type<F, D> {
            fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
                let record = decoder.open_record(Self::SHAPES)?;
                let function = decoder.field(&record, 0)?;
                let $data = D::from_field(decoder, &record, 1)?;
                decoder.close_record(record)?;
                Ok(Self { function, $data })
            }

            fn cells<'a>(&'a self, cells: &mut Cells<'a>) {
                self.$data.cells(cells);
            }
        }

        impl<F, D: fmt::Debug> fmt::Debug for $type<F, D> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($type))
                    .field("function", &self.function)
                    .field(stringify!($data), &self.$data)
                    .finish()
            }
        }
    )*};
}

function_with! {
    Closure "std::Closure" environment;
    Partial "std::Partial" bound;
}
