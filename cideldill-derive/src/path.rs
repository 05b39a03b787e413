//! How generated code names things: through the runtime crate, whatever it is called, and with
//! local names that no name of the user can meet.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::visit_mut::{self, VisitMut};
use syn::{Path, Type};

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

/// The parameter of generated functions that stands for nothing. A type's name can be the user's own
/// where a local name cannot, so that it is one that nobody has.
pub(crate) fn once() -> Ident {
    Ident::new("__CideldillOnce", Span::mixed_site())
}

/// The place of something in the user's source, with the names of generated code.
pub(crate) fn at(span: Span) -> Span {
    Span::call_site().located_at(span)
}

/// A codec as it is named in generated code: `_` is the type's own way.
pub(crate) fn with_same(codec: &Type) -> TokenStream {
    struct Same;

    impl VisitMut for Same {
        fn visit_type_mut(&mut self, ty: &mut Type) {
            if matches!(ty, Type::Infer(_)) {
                let span = at(ty.span());
                *ty = Type::Verbatim(quote_spanned!(span=> _cideldill::Same));
            } else {
                visit_mut::visit_type_mut(self, ty);
            }
        }
    }

    let mut codec = codec.clone();
    Same.visit_type_mut(&mut codec);
    codec.into_token_stream()
}
