//! The derive macro of [cideldill](https://docs.rs/cideldill).

mod ast;
mod attr;
mod bound;
mod check;
mod ctxt;
mod derive;
mod fallback;
#[cfg(test)]
mod golden;
mod path;
mod symbol;
mod type_text;

use proc_macro::TokenStream;

/// Implements `Reduce` and `Reconstruct`.
#[proc_macro_derive(Debuggable, attributes(debuggable))]
pub fn derive_debuggable(input: TokenStream) -> TokenStream {
    derive::expand(input.into()).into()
}
