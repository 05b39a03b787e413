//! What a registry tells those who watch it.

use std::fmt;

/// Something that happened to a registry. Given to the functions that
/// [observe](super::Registry::observe) it and, with the feature `log`, to the log: what was
/// registered as `info`, what was refused as `warn`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'e> {
    /// A reducer, a function or the name of a type behind a trait was registered.
    Registered {
        /// The type.
        type_name: &'e str,
        /// The name.
        name: &'e str,
        /// Whether it took the place of another one.
        is_replacement: bool,
        /// Whether a [`ReducerSource`](super::ReducerSource) gave it.
        is_from_source: bool,
    },
    /// A value was met that no reducer may record.
    Refused {
        /// The type.
        type_name: &'e str,
        /// Why.
        reason: &'e str,
        /// Whether a placeholder stands for it. Else it was an error.
        is_replaced: bool,
    },
}

impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Registered {
                type_name,
                name,
                is_replacement,
                is_from_source,
            } => {
                let replaced = if *is_replacement {
                    ", replacing another"
                } else {
                    ""
                };
                let source = if *is_from_source {
                    " from a source"
                } else {
                    ""
                };
                write!(f, "registered `{name}`{source} for {type_name}{replaced}")
            }
            Self::Refused {
                type_name,
                reason,
                is_replaced,
            } => {
                let outcome = if *is_replaced {
                    "a placeholder stands for"
                } else {
                    "refused"
                };
                write!(f, "{outcome} {type_name}: {reason}")
            }
        }
    }
}

#[cfg(feature = "log")]
impl Event<'_> {
    pub(super) fn log(&self) {
        let level = match self {
            Self::Registered { .. } => log::Level::Info,
            Self::Refused { .. } => log::Level::Warn,
        };
        log::log!(target: "cideldill", level, "{self}");
    }
}
