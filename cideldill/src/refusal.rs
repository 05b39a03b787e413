//! What happens where a type cannot be recorded because this program does not say how: refuse, or
//! let a placeholder stand in.

use std::cell::Cell;
use std::sync::OnceLock;

use crate::codec::Encoder;
use crate::error::{Error, ErrorKind};
use crate::registry::{Event, Registry};

/// The environment variable that says what [`OnRefusal::default`] is.
const VARIABLE: &str = "CIDELDILL_ON_REFUSAL";

/// What happens to a value of a type without a reducer, or whose reducer the policy denies.
///
/// The default is [`Fail`](Self::Fail), unless the environment variable `CIDELDILL_ON_REFUSAL` is
/// `stand-in`; it is read once. What the program [enters](Self::enter) goes before it.
///
/// A stand-in is a placeholder in the data, with the reason and, where one is known, the type's name:
/// as the field marked `reducer` writes it, as registered, or of the type behind a trait. What the
/// compiler calls a type is in messages only. It cannot be loaded as the type. It depends on the type alone, so a value has the same CID wherever
/// the same types are refused, and no value that is recorded whole has another CID because of it. For
/// that reason nothing stands in for what fails only at times: a reducer that panics, a held lock, a
/// `RefCell` that is borrowed, equal keys. These are errors always.
///
/// ```
/// use cideldill::{Debuggable, OnRefusal, encode};
///
/// struct Socket; // of another crate, without a reducer
///
/// #[derive(Debuggable)]
/// struct Client {
///     name: String,
///     #[debuggable(reducer)]
///     socket: Socket,
/// }
///
/// let client = Client { name: "ann".into(), socket: Socket };
/// assert!(encode(&client).is_err());
/// let encoded = OnRefusal::StandIn.enter(|| encode(&client))?;
/// assert!(encoded.len() > 0);
/// # Ok::<(), cideldill::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnRefusal {
    /// The value is an error that names type and path.
    Fail,
    /// A placeholder stands for that part, and the rest is recorded.
    StandIn,
}

thread_local! {
    static ENTERED: Cell<Option<OnRefusal>> = const { Cell::new(None) };
}

/// What the environment says.
impl Default for OnRefusal {
    fn default() -> Self {
        static READ: OnceLock<OnRefusal> = OnceLock::new();
        *READ.get_or_init(|| match std::env::var(VARIABLE).as_deref() {
            Ok("stand-in") => Self::StandIn,
            // Also what is misspelt: an error is seen, a wrong placeholder may not be.
            _ => Self::Fail,
        })
    }
}

impl OnRefusal {
    /// Runs `f` with this in force on this thread: for one `encode` or `put`, or for many. Can be
    /// nested; a panic ends it too.
    pub fn enter<R>(self, f: impl FnOnce() -> R) -> R {
        let _leave = Leave(ENTERED.replace(Some(self)));
        f()
    }

    /// What is in force on this thread.
    pub fn current() -> Self {
        // A thread that ends has entered nothing: destructors may still encode.
        let entered = ENTERED.try_with(Cell::get).ok().flatten();
        entered.unwrap_or_default()
    }
}

struct Leave(Option<OnRefusal>);

impl Drop for Leave {
    fn drop(&mut self) {
        ENTERED.set(self.0);
    }
}

/// What the data has for a type of which nothing else than the compiler knows a name.
const UNKNOWN_TYPE: &str = "unknown type";

/// A value of a type that is refused.
pub(crate) struct Refused<'r> {
    /// For messages.
    pub(crate) type_name: &'static str,
    /// The name of the type in the data, where one is known that no compiler made.
    pub(crate) recorded_name: Option<&'r str>,
    pub(crate) error: Error,
}

impl Encoder<'_> {
    /// Writes what stands for a record of a type that is refused, if anything may.
    #[cold]
    pub(crate) fn stand_in(
        &mut self,
        registry: &Registry,
        refused: Refused<'_>,
    ) -> Result<(), Error> {
        let Refused {
            type_name,
            recorded_name,
            error,
        } = refused;
        let reason = match error.kind() {
            ErrorKind::NoReducer { .. } => "no reducer is registered",
            ErrorKind::NoDyn { .. } => "it is not registered for its trait",
            ErrorKind::Denied { .. } => "the policy does not allow its reducer",
            _ => return Err(error),
        };
        if self.is_explaining {
            return Err(error);
        }
        let is_replaced = OnRefusal::current() == OnRefusal::StandIn;
        registry.tell(&Event::Refused {
            type_name,
            reason,
            is_replaced,
        });
        if !is_replaced {
            return Err(error);
        }
        let name = match (recorded_name, error.kind()) {
            (Some(name), _) => name,
            (None, ErrorKind::Denied { name, .. }) => name,
            (None, _) => UNKNOWN_TYPE,
        };
        self.placeholder(name, reason, None)
    }
}
