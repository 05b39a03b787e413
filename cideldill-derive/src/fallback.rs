//! What an item with mistakes gets: implementations that say nothing, so that the mistakes are the
//! only messages, not also each use of the type.

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

/// Both implementations, without bodies that could be wrong. They never run: the item has errors.
pub(crate) fn implementations(input: &DeriveInput) -> TokenStream {
    let ident = &input.ident;
    let (generics, arguments, predicates) = input.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #generics _cideldill::Reduce for #ident #arguments #predicates {
            const DESC: &'static _cideldill::Desc =
                _cideldill::Desc::RECORD;
            fn reduce(
                &self,
                _: &mut _cideldill::Encoder<'_>,
            ) -> _cideldill::core::result::Result<(), _cideldill::Error> {
                loop {}
            }
        }
        #[automatically_derived]
        impl #generics _cideldill::Reconstruct for #ident #arguments #predicates {
            fn reconstruct(
                _: &mut _cideldill::Decoder<'_>,
            ) -> _cideldill::core::result::Result<Self, _cideldill::Error> {
                loop {}
            }
        }
    }
}
