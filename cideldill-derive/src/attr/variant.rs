//! `#[debuggable(...)]` on a variant of an enum.

use syn::{Attribute, LitStr};

use super::Slot;
use crate::ctxt::Ctxt;
use crate::symbol::{ALIAS, Level, RENAME};

/// What was written on a variant.
#[derive(Default)]
pub(crate) struct Variant {
    pub(crate) rename: Slot<LitStr>,
    pub(crate) aliases: Vec<LitStr>,
}

impl Variant {
    pub(crate) fn read(ctxt: &Ctxt, attributes: &[Attribute]) -> Self {
        let mut this = Self::default();
        super::read(ctxt, attributes, Level::Variant, |key, input| {
            if *key.symbol == RENAME {
                this.rename.set(key, key.name(input)?)
            } else if *key.symbol == ALIAS {
                this.aliases.push(key.name(input)?);
                Ok(())
            } else {
                Err(key.error())
            }
        });
        this
    }
}
