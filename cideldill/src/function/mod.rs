//! Functions as data: a registered name and a signature.
//!
//! What runs is never in the data: loading finds the function that this program registered under the
//! name. Implements the rows of docs/format.md section 10 for functions, closures and partial
//! applications.

mod call;
mod signature;
mod with_data;

pub use call::{Bind, CallWith};
pub use signature::Signature;
pub use with_data::{Closure, Partial};

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use crate::codec::{Decoder, Encoder};
use crate::desc::Desc;
use crate::error::{Error, ErrorKind};
use crate::reconstruct::Reconstruct;
use crate::reduce::Reduce;
use crate::registry::Registry;

/// What the tags of functions start with.
pub(crate) const TAG_PREFIX: &str = "std::function::";

/// The name of the one field of a function's record.
pub(crate) const SIGNATURE: &str = "signature";

/// A function pointer of any signature: `fn(u32) -> u32`, `fn(&str) -> bool`.
///
/// Neither a function itself nor a closure is one, but both become one with `as` if they capture
/// nothing. Nothing is to be implemented.
// Of what is `Copy` and prints as a pointer, raw pointers are not `Send`, and references to functions
// and closures have no order.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a function pointer",
    label = "say its signature: `name as fn(A) -> B`",
    note = "a closure that captures something has no function pointer: register a function that takes what it captures as a struct, and make a `Closure` of both"
)]
pub trait FunctionPointer: Copy + Ord + fmt::Pointer + Send + Sync + 'static {}

impl<F: Copy + Ord + fmt::Pointer + Send + Sync + 'static> FunctionPointer for F {}

/// A function that is recorded by its registered name and its signature.
///
/// It is called like the function. Loading finds the function that this program registered under the
/// name; data never brings code. A function that is not in the registry at hand can be neither
/// recorded nor loaded ([`ErrorKind::UnknownFunction`]), and one with another signature is not loaded
/// either ([`ErrorKind::WrongSignature`]).
///
/// Arguments and result may be of any type. If all can be recorded, the signature follows from them
/// ([`Signature`]); of others, as iterators and futures, it is said
/// ([`FunctionRegistration::with_signature`](crate::FunctionRegistration::with_signature)). An
/// `async fn` is registered as a function that boxes its future.
///
/// ```
/// use cideldill::{Debuggable, Function, Registry, decode, encode};
///
/// #[derive(Debuggable)]
/// struct Step {
///     times: u32,
///     run: Function<fn(u32) -> u32>,
/// }
///
/// fn double(number: u32) -> u32 {
///     2 * number
/// }
///
/// let registry = Registry::new();
/// let run = registry.register_function("double", double as fn(u32) -> u32)?;
/// registry.enter(|| {
///     let encoded = encode(&Step { times: 3, run })?;
///     let step: Step = decode(encoded.root(), &encoded)?;
///     assert_eq!((step.run)(21), 42);
///     Ok::<(), cideldill::Error>(())
/// })?;
/// # Ok::<(), cideldill::Error>(())
/// ```
#[derive(Clone)]
pub struct Function<F> {
    name: Arc<str>,
    signature: Arc<str>,
    pointer: F,
}

impl<F: FunctionPointer> Function<F> {
    /// The function that is registered under this name, in the registry this thread uses.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownFunction`] if there is none, [`ErrorKind::WrongSignature`] if it is of
    /// another type, [`ErrorKind::Denied`] if the policy denies the name.
    pub fn named(name: &str) -> Result<Self, Error> {
        Registry::active().function(name)
    }

    /// The name it is registered under.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The signature it is registered with, as it is recorded.
    pub fn signature(&self) -> &str {
        &self.signature
    }

    pub(crate) fn new(name: Arc<str>, signature: Arc<str>, pointer: F) -> Self {
        Self {
            name,
            signature,
            pointer,
        }
    }
}

impl<F> Deref for Function<F> {
    type Target = F;

    fn deref(&self) -> &F {
        &self.pointer
    }
}

/// By name: the addresses of functions say nothing.
impl<F> PartialEq for Function<F> {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl<F> Eq for Function<F> {}

impl<F> Hash for Function<F> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl<F> fmt::Debug for Function<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Function")
            .field(&self.name)
            .field(&self.signature)
            .finish()
    }
}

impl<F: FunctionPointer> Reduce for Function<F> {
    const DESC: &'static Desc = Desc::RECORD;

    fn reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        let (shape, signature) = Registry::active().function_shape::<F>(&self.name)?;
        let scope = encoder.open_record_text(&shape);
        encoder.string(&signature);
        encoder.end_record(scope)
    }
}

impl<F: FunctionPointer> Reconstruct for Function<F> {
    fn reconstruct(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        let (record, written) = decoder.open_any_record()?;
        decoder.no_placeholder(&written)?;
        let other = |expected: &str| ErrorKind::WrongKind {
            expected: expected.into(),
            found: written.tag().to_owned(),
        };
        let Some(name) = written.tag().strip_prefix(TAG_PREFIX) else {
            return Err(other("a function").into());
        };
        let is_signature = matches!(written.types(), [desc] if Desc::STRING.is(desc.as_bytes()));
        if !is_signature || written.version() != 0 || !written.names().eq([SIGNATURE]) {
            return Err(other("a function with its signature").into());
        }
        let found = decoder.string()?;
        decoder.close_record(record)?;
        let function = Self::named(name)?;
        if found != function.signature() {
            return Err(ErrorKind::WrongSignature {
                name: name.to_owned(),
                expected: function.signature().to_owned(),
                found,
            }
            .into());
        }
        Ok(function)
    }
}
