//! `#[debuggable(dyn)]` on a trait: its types must be recordable, and its trait objects are.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::{GenericParam, Ident, ItemTrait, Path, Token, parse_quote_spanned};

use crate::derive::in_const;
use crate::path;

/// What stands in the brackets.
struct Arguments {
    runtime: Option<Path>,
}

impl Parse for Arguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let usage = "expected `#[debuggable(dyn)]`";
        if input.parse::<Token![dyn]>().is_err() {
            return Err(syn::Error::new(input.span(), usage));
        }
        let mut runtime = None;
        if input.parse::<Option<Token![,]>>()?.is_some() && !input.is_empty() {
            input.parse::<Token![crate]>()?;
            input.parse::<Token![=]>()?;
            runtime = Some(input.call(Path::parse_mod_style)?);
        }
        if !input.is_empty() {
            return Err(input.error(usage));
        }
        Ok(Self { runtime })
    }
}

/// The trait with its supertrait, and what its trait objects implement.
pub(crate) fn expand(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    match implementations(arguments, item.clone()) {
        Ok(expanded) => expanded,
        Err(error) => {
            let error = error.to_compile_error();
            quote!(#error #item)
        }
    }
}

fn implementations(arguments: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let arguments: Arguments = syn::parse2(arguments)?;
    let Ok(mut item) = syn::parse2::<ItemTrait>(item) else {
        let message = "`#[debuggable(dyn)]` stands on a trait; a type behind the trait is named with \
                       `Registry::register_dyn`";
        return Err(syn::Error::new(Span::call_site(), message));
    };
    if let Some(lifetime) = item.generics.lifetimes().next() {
        let message = "a trait with `#[debuggable(dyn)]` has no lifetime parameters: what it holds is \
                       loaded, and owns what it holds";
        return Err(syn::Error::new_spanned(lifetime, message));
    }
    let runtime = path::runtime(arguments.runtime.as_ref());
    let span = path::at(item.ident.span());
    item.colon_token.get_or_insert_default();
    item.supertraits
        .push(parse_quote_spanned!(span=> #runtime::Object));
    let objects = [
        quote!(),
        quote!(+ _cideldill::core::marker::Send),
        quote!(+ _cideldill::core::marker::Send + _cideldill::core::marker::Sync),
    ];
    let objects = objects.map(|auto| object(&item, &auto, span));
    let objects = in_const(&runtime, &quote!(#(#objects)*));
    Ok(quote!(#item #objects))
}

/// The implementations for the trait object with these auto traits.
fn object(item: &ItemTrait, auto: &TokenStream, span: Span) -> TokenStream {
    let name = &item.ident;
    let (_, arguments, _) = item.generics.split_for_impl();
    let object = quote_spanned!(span=> dyn #name #arguments #auto);
    let text = format!("dyn {}", name.unraw());
    let mut generics = item.generics.clone();
    let types: Vec<Ident> = item
        .generics
        .type_params()
        .map(|p| p.ident.clone())
        .collect();
    let predicates = &mut generics.make_where_clause().predicates;
    for parameter in types {
        predicates.push(parse_quote_spanned!(span=> #parameter: 'static));
    }
    let (parameters, _, predicates) = generics.split_for_impl();
    let behind = Ident::new("CideldillBehind", Span::mixed_site());
    let mut with_behind = generics.clone();
    let bound = quote_spanned!(span=> #behind: #name #arguments #auto);
    with_behind
        .params
        .push(GenericParam::Type(parse_quote_spanned!(span=> #bound)));
    let (behind_parameters, _, _) = with_behind.split_for_impl();
    let error = quote_spanned!(span=> _cideldill::Error);
    let result = quote_spanned!(span=> _cideldill::core::result::Result);
    let decoder = quote_spanned!(span=> &mut _cideldill::Decoder<'_>);
    let encoder = quote_spanned!(span=> &mut _cideldill::Encoder<'_>);
    let shared = ["Rc", "Arc", "RcWeak", "ArcWeak"].map(path::private);
    let [rc, arc, rc_weak, arc_weak] = &shared;
    let option = quote_spanned!(span=> _cideldill::core::option::Option);
    let written = quote_spanned!(span=> #option<&[u8]>);
    quote_spanned! {span=>
        #[automatically_derived]
        impl #parameters _cideldill::Reduce for #object #predicates {
            const DESC: &'static _cideldill::Desc = &_cideldill::Desc::Record(#text);
            fn reduce(&self, encoder: #encoder) -> #result<(), #error> {
                _cideldill::reduce_dyn(self, encoder)
            }
            fn behind(&self) -> _cideldill::core::option::Option<_cideldill::ObjectType> {
                _cideldill::core::option::Option::Some(_cideldill::Object::cideldill_type(self))
            }
            fn reduce_node(&self, encoder: #encoder) -> #result<(), #error> {
                _cideldill::Object::cideldill_reduce(self, encoder)
            }
        }
        #[automatically_derived]
        impl #parameters _cideldill::Reconstruct for _cideldill::Box<#object> #predicates {
            fn reconstruct(decoder: #decoder) -> #result<Self, #error> {
                _cideldill::read_box(decoder)
            }
            fn cells<'cideldill>(&'cideldill self, cells: &mut _cideldill::Cells<'cideldill>) {
                _cideldill::Object::cideldill_cells(&**self, cells);
            }
        }
        #[automatically_derived]
        impl #parameters _cideldill::Pointee for #object #predicates {
            fn read_rc(decoder: #decoder, written: #written) -> #result<#rc<Self>, #error> {
                _cideldill::read_rc(decoder, written)
            }
            fn read_arc(decoder: #decoder, written: #written) -> #result<#arc<Self>, #error> {
                _cideldill::read_arc(decoder, written)
            }
            fn read_rc_weak(decoder: #decoder) -> #result<#rc_weak<Self>, #error> {
                _cideldill::read_rc_weak(decoder)
            }
            fn read_arc_weak(decoder: #decoder) -> #result<#arc_weak<Self>, #error> {
                _cideldill::read_arc_weak(decoder)
            }
            fn dangling_rc() -> #option<#rc_weak<Self>> {
                _cideldill::dangling_rc()
            }
            fn dangling_arc() -> #option<#arc_weak<Self>> {
                _cideldill::dangling_arc()
            }
        }
        #[automatically_derived]
        impl #behind_parameters _cideldill::DynOf<#behind> for #object #predicates {
            fn from_box(value: _cideldill::Box<#behind>) -> _cideldill::Box<Self> {
                value
            }
            fn from_rc(value: #rc<#behind>) -> #rc<Self> {
                value
            }
            fn from_arc(value: #arc<#behind>) -> #arc<Self> {
                value
            }
            fn from_rc_weak(value: #rc_weak<#behind>) -> #rc_weak<Self> {
                value
            }
            fn from_arc_weak(value: #arc_weak<#behind>) -> #arc_weak<Self> {
                value
            }
        }
    }
}
