//! `#[debuggable(...)]` on a field.

use syn::parse::Parse as _;
use syn::{Attribute, ExprPath, LitStr, Path, Token, Type};

use super::{Bounds, Placeholder, Slot};
use crate::ctxt::Ctxt;
use crate::symbol::{
    ALIAS, AS, BOUND, DEFAULT, EXTRA, Level, PLACEHOLDER, REDUCER, RENAME, SERDE, SKIP, WITH,
};

/// What was written on a field.
#[derive(Default)]
pub(crate) struct Field {
    pub(crate) skip: Slot<()>,
    /// With the function, if one was named.
    pub(crate) default: Slot<Option<ExprPath>>,
    pub(crate) rename: Slot<LitStr>,
    pub(crate) aliases: Vec<LitStr>,
    pub(crate) with: Slot<Path>,
    /// The type named by `as`.
    pub(crate) codec: Slot<Type>,
    pub(crate) serde: Slot<()>,
    pub(crate) reducer: Slot<()>,
    pub(crate) placeholder: Slot<Placeholder>,
    pub(crate) extra: Slot<()>,
    pub(crate) bounds: Bounds,
}

impl Field {
    pub(crate) fn read(ctxt: &Ctxt, attributes: &[Attribute]) -> Self {
        let mut this = Self::default();
        super::read(ctxt, attributes, Level::Field, |key, input| {
            let symbol = key.symbol;
            if *symbol == SKIP {
                key.flag(input)?;
                this.skip.set(key, ())
            } else if *symbol == DEFAULT {
                let function = if input.peek(Token![=]) {
                    Some(key.path(input)?)
                } else {
                    key.flag(input).map(|()| None)?
                };
                this.default.set(key, function)
            } else if *symbol == RENAME {
                this.rename.set(key, key.name(input)?)
            } else if *symbol == ALIAS {
                this.aliases.push(key.name(input)?);
                Ok(())
            } else if *symbol == WITH {
                let module = key.quoted(input, Path::parse)?;
                this.with.set(key, module)
            } else if *symbol == AS {
                let codec = key.quoted(input, Type::parse)?;
                this.codec.set(key, codec)
            } else if *symbol == SERDE {
                key.flag(input)?;
                this.serde.set(key, ())
            } else if *symbol == REDUCER {
                key.flag(input)?;
                this.reducer.set(key, ())
            } else if *symbol == PLACEHOLDER {
                this.placeholder.set(key, key.placeholder(input)?)
            } else if *symbol == EXTRA {
                key.flag(input)?;
                this.extra.set(key, ())
            } else if *symbol == BOUND {
                key.bounds(input, &mut this.bounds)
            } else {
                Err(key.error())
            }
        });
        this
    }
}
