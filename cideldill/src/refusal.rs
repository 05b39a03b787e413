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
/// A stand-in is a placeholder in the data, with the type's name without its path and the reason; it
/// cannot be loaded as the type. It depends on the type alone, so a value has the same CID wherever
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

impl Encoder<'_> {
    /// Writes what stands for a record of a type that is refused, if anything may.
    #[cold]
    pub(crate) fn stand_in(
        &mut self,
        registry: &Registry,
        type_name: &'static str,
        error: Error,
    ) -> Result<(), Error> {
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
        self.placeholder(&without_paths(type_name), reason, None)
    }
}

/// The name of a type without the modules it is in, which are not part of its identity.
pub(crate) fn without_paths(type_name: &str) -> String {
    let mut short = String::new();
    let mut rest = type_name;
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("::") {
            let kept = short.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_');
            let is_path = kept.len() < short.len();
            short.truncate(kept.len());
            if !is_path {
                short.push_str("::");
            }
            rest = &rest[2..];
        } else {
            short.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_without_modules_at_any_depth() {
        for (long, short) in [
            ("u8", "u8"),
            ("std::net::tcp::TcpStream", "TcpStream"),
            (
                "core::option::Option<alloc::vec::Vec<a::b::C>>",
                "Option<Vec<C>>",
            ),
            ("(a::B, &mut [c::D; 3])", "(B, &mut [D; 3])"),
            ("main::run::{{closure}}", "{{closure}}"),
            ("dyn a::Trait + core::marker::Send", "dyn Trait + Send"),
            ("<a::T as b::U>::V", "<T as U>::V"),
            ("", ""),
        ] {
            assert_eq!(without_paths(long), short);
        }
    }
}
