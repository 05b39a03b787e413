//! What the derive decided for a type, to look at and print.

use std::fmt;

use crate::desc::Desc;
use crate::reduce::Reduce;
use crate::shape::Shape;

/// How values of a type are taken apart and put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Strategy {
    /// A type of the standard library.
    Builtin,
    /// Its declared fields, rebuilt as a struct literal.
    Slots,
    /// The type gives and takes its own state (`state`, `restore`).
    SetState,
    /// Its key, for which this program finds the one value it has (`state`, `intern`).
    Interned,
    /// A function makes the value from named fields, the rest is set after (`constructor`).
    Constructor,
    /// Declared fields and an open set of further ones (`extra`).
    Dict,
    /// A stand-in that says what was not recorded.
    Placeholder,
}

/// What the derive decided for a type. Prints one line for the type and one a shape.
///
/// ```
/// let info = cideldill::type_info::<Result<u8, String>>();
/// assert_eq!(
///     info.to_string(),
///     "core::result::Result<u8, alloc::string::String>: builtin, desc @\n  \
///      std::Result::Ok(B)\n  std::Result::Err(s)"
/// );
/// ```
#[derive(Clone, Copy, Debug)]
pub struct TypeInfo {
    type_name: &'static str,
    strategy: Strategy,
    desc: &'static Desc,
    shapes: &'static [Shape],
}

/// What the derive decided for `T`.
pub fn type_info<T: Reduce + ?Sized>() -> TypeInfo {
    TypeInfo {
        type_name: std::any::type_name::<T>(),
        strategy: T::STRATEGY,
        desc: T::DESC,
        shapes: T::SHAPES,
    }
}

impl TypeInfo {
    /// The desc of what a `state` or `with` function returns. It stands here because compile errors
    /// about such a function name it.
    #[doc(hidden)]
    pub const fn desc_of_output<T: ?Sized, S: Reduce>(_: fn(&T) -> S) -> &'static Desc {
        S::DESC
    }

    pub(crate) fn desc(&self) -> &'static Desc {
        self.desc
    }

    pub(crate) fn shapes(&self) -> &'static [Shape] {
        self.shapes
    }

    /// How values are taken apart and put together.
    pub fn strategy(&self) -> Strategy {
        self.strategy
    }

    /// The tags the type is written with: one for a struct, one a variant for an enum.
    pub fn tags(&self) -> impl ExactSizeIterator<Item = &'static str> {
        self.shapes.iter().map(|shape| shape.tag)
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Builtin => "builtin",
            Self::Slots => "slots",
            Self::SetState => "setstate",
            Self::Interned => "interned",
            Self::Constructor => "constructor",
            Self::Dict => "dict",
            Self::Placeholder => "placeholder",
        })
    }
}

impl fmt::Display for TypeInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            type_name,
            strategy,
            desc,
            shapes,
        } = self;
        write!(f, "{type_name}: {strategy}, desc {desc}")?;
        for shape in *shapes {
            write!(f, "\n  {}", shape.tag)?;
            if shape.version > 0 {
                write!(f, " version {}", shape.version)?;
            }
            let (open, close) = if shape.names.is_empty() {
                ("(", ")")
            } else {
                (" { ", " }")
            };
            if shape.types.is_empty() {
                continue;
            }
            f.write_str(open)?;
            for (field, desc) in shape.types.iter().enumerate() {
                let comma = if field == 0 { "" } else { ", " };
                match shape.names.get(field) {
                    Some(name) => write!(f, "{comma}{name}: {desc}")?,
                    None => write!(f, "{comma}{desc}")?,
                }
            }
            f.write_str(close)?;
        }
        Ok(())
    }
}
