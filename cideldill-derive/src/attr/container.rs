//! `#[debuggable(...)]` on a type.

use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Attribute, ExprPath, LitStr, Member, Path, Token};

use super::{Bounds, Placeholder, Slot};
use crate::ctxt::Ctxt;
use crate::symbol::{
    ALIAS, BOUND, CONSTRUCTOR, CRATE, INTERN, Level, PLACEHOLDER, REDUCE_ONLY, RENAME, RESTORE,
    STATE,
};

/// What was written on a type.
#[derive(Default)]
pub(crate) struct Container {
    pub(crate) rename: Slot<LitStr>,
    pub(crate) aliases: Vec<LitStr>,
    pub(crate) bounds: Bounds,
    pub(crate) runtime: Slot<Path>,
    pub(crate) reduce_only: Slot<()>,
    pub(crate) state: Slot<ExprPath>,
    pub(crate) restore: Slot<ExprPath>,
    pub(crate) intern: Slot<ExprPath>,
    pub(crate) constructor: Slot<Constructor>,
    pub(crate) placeholder: Slot<Placeholder>,
}

/// `path(field, field)`
pub(crate) struct Constructor {
    pub(crate) function: ExprPath,
    pub(crate) fields: Vec<Member>,
}

impl Container {
    pub(crate) fn read(ctxt: &Ctxt, attributes: &[Attribute]) -> Self {
        let mut this = Self::default();
        super::read(ctxt, attributes, Level::Item, |key, input| {
            let symbol = key.symbol;
            if *symbol == RENAME {
                this.rename.set(key, key.name(input)?)
            } else if *symbol == ALIAS {
                this.aliases.push(key.name(input)?);
                Ok(())
            } else if *symbol == BOUND {
                key.bounds(input, &mut this.bounds)
            } else if *symbol == CRATE {
                let path = key.quoted(input, Path::parse_mod_style)?;
                this.runtime.set(key, path)
            } else if *symbol == REDUCE_ONLY {
                key.flag(input)?;
                this.reduce_only.set(key, ())
            } else if *symbol == STATE {
                this.state.set(key, key.path(input)?)
            } else if *symbol == RESTORE {
                this.restore.set(key, key.path(input)?)
            } else if *symbol == INTERN {
                this.intern.set(key, key.path(input)?)
            } else if *symbol == CONSTRUCTOR {
                let constructor = key.quoted(input, Constructor::parse)?;
                this.constructor.set(key, constructor)
            } else if *symbol == PLACEHOLDER {
                this.placeholder.set(key, key.placeholder(input)?)
            } else {
                Err(key.error())
            }
        });
        this
    }
}

impl Constructor {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let function = input.parse()?;
        let fields;
        syn::parenthesized!(fields in input);
        let fields = Punctuated::<Member, Token![,]>::parse_terminated(&fields)?;
        Ok(Self {
            function,
            fields: fields.into_iter().collect(),
        })
    }
}
