//! From the item to its implementations: read, check, stop if anything is wrong, generate.

mod reconstruct;
mod reduce;
mod shape;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::ast::Item;
use crate::check;
use crate::ctxt::Ctxt;
use crate::fallback;
use crate::path;

/// What `#[derive(Debuggable)]` adds to an item.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let input = match syn::parse2::<DeriveInput>(input) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let ctxt = Ctxt::new();
    let item = Item::new(&ctxt, &input);
    if let Some(item) = &item {
        check::check(&ctxt, item);
    }
    let runtime = item.as_ref().and_then(|item| item.attrs.runtime.get());
    let runtime = path::runtime(runtime);
    match (ctxt.check(), &item) {
        (Ok(()), Some(item)) => {
            let reduce = reduce::implementation(item);
            let reconstruct = item
                .reconstructs()
                .then(|| reconstruct::implementation(item));
            in_const(&runtime, &quote!(#reduce #reconstruct))
        }
        (Ok(()), None) => TokenStream::new(),
        (Err(errors), _) => {
            let errors = errors.to_compile_error();
            let stubs = in_const(&runtime, &fallback::implementations(&input));
            quote!(#errors #stubs)
        }
    }
}

/// Encloses implementations, so that the name of the runtime crate is seen by them alone.
pub(crate) fn in_const(runtime: &TokenStream, implementations: &TokenStream) -> TokenStream {
    quote! {
        #[doc(hidden)]
        #[allow(
            deprecated,
            non_upper_case_globals,
            unused_attributes,
            unused_qualifications,
            clippy::absolute_paths,
        )]
        const _: () = {
            use #runtime::__private as _cideldill;
            #implementations
        };
    }
}
