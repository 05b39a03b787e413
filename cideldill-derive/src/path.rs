//! How generated code names things: through the runtime crate, whatever it is called, and with
//! local names that no name of the user can meet.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::Path;

/// The runtime crate, as the user's code can name it. Generated code calls its private module
/// `_cideldill`.
pub(crate) fn runtime(path: Option<&Path>) -> TokenStream {
    path.map_or_else(|| quote!(::cideldill), |path| quote!(#path))
}

/// Something the runtime has for generated code.
pub(crate) fn private(name: &str) -> TokenStream {
    let name = Ident::new(name, Span::call_site());
    quote!(_cideldill::#name)
}

/// Something of `core`.
pub(crate) fn core(path: &str) -> TokenStream {
    let segments = path.split("::").map(|s| Ident::new(s, Span::call_site()));
    quote!(_cideldill::core #(::#segments)*)
}

/// A local name of generated code.
pub(crate) fn local(name: &str) -> Ident {
    Ident::new(&format!("__cideldill_{name}"), Span::mixed_site())
}

/// The local name of a field's value.
pub(crate) fn field_local(index: usize) -> Ident {
    local(&format!("field{index}"))
}

/// The place of something in the user's source, with the names of generated code.
pub(crate) fn at(span: Span) -> Span {
    Span::call_site().located_at(span)
}
