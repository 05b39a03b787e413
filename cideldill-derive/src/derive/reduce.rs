//! `impl Reduce`: writes the fields one after the other into the open record.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::shape::{adapter, constants, member_of, placeholder_text, reduce_with, result, written};
use crate::ast::{Body, Field, Item, Treatment};
use crate::attr::Placeholder;
use crate::bound::{Impl, where_clause};
use crate::path::{at, core, field_local, local, once};
use crate::type_text::type_text;

/// The whole implementation.
pub(super) fn implementation(item: &Item<'_>) -> TokenStream {
    let ident = item.ident;
    let (generics, arguments, _) = item.generics.split_for_impl();
    let predicates = where_clause(item, Impl::Reduce);
    let constants = constants(item);
    let (encoder, once) = (local("encoder"), once());
    let result = result(&quote!(()));
    let body = body(item);
    quote! {
        #[automatically_derived]
        impl #generics _cideldill::Reduce for #ident #arguments #predicates {
            #constants
            #[inline]
            fn reduce(&self, #encoder: &mut _cideldill::Encoder<'_>) -> #result {
                <Self as _cideldill::ReduceBody>::body::<()>(self, #encoder)
            }
        }
        #[automatically_derived]
        impl #generics _cideldill::ReduceBody for #ident #arguments #predicates {
            fn body<#once>(&self, #encoder: &mut _cideldill::Encoder<'_>) -> #result {
                #body
            }
        }
    }
}

fn body(item: &Item<'_>) -> TokenStream {
    if let Some(placeholder) = item.attrs.placeholder.get() {
        return write_placeholder(placeholder, || written(item), &quote!(self));
    }
    if let Some(state) = item.attrs.state.get() {
        let write = reduce_with(&quote!(Self), state, &quote!(self));
        return record(0, &unless_refused(&[is_refused(&write, "0")]));
    }
    match &item.body {
        Body::Struct(fields) => {
            let place = |_: usize, field: &Field<'_>| {
                let member = &field.member;
                let span = at(field.ty.span());
                if item.packed {
                    quote_spanned!(span=> &{ self.#member })
                } else {
                    quote_spanned!(span=> &self.#member)
                }
            };
            let writes = writes(fields, place);
            match fields.iter().enumerate().find(|(_, f)| is_extra(f)) {
                Some((index, field)) => with_extra(&writes, &place(index, field), field),
                None => record(0, &writes),
            }
        }
        Body::Enum(variants) if variants.is_empty() => quote!(match *self {}),
        Body::Enum(variants) => {
            let arms = variants.iter().enumerate().map(|(number, variant)| {
                let ident = variant.ident;
                let bindings = variant.fields.iter().enumerate();
                let bindings = bindings.filter(|(_, field)| field.is_declared());
                let bindings = bindings.map(|(index, field)| {
                    let (member, local) = (&field.member, field_local(index));
                    quote!(#member: #local)
                });
                let writes = writes(&variant.fields, |index, _| {
                    let local = field_local(index);
                    quote!(#local)
                });
                let record = record(number, &writes);
                quote! {
                    Self::#ident { #(#bindings,)* .. } => { #record }
                }
            });
            quote!(match self { #(#arms)* })
        }
    }
}

fn is_extra(field: &Field<'_>) -> bool {
    matches!(field.treatment(), Treatment::Extra)
}

/// A record of the shape with that number.
fn record(number: usize, writes: &TokenStream) -> TokenStream {
    let (encoder, scope) = (local("encoder"), local("scope"));
    quote! {
        let #scope = _cideldill::open_record::<Self, #number>(#encoder);
        #writes
        #encoder.end_record(#scope)
    }
}

/// A record that has the entries of a map as further fields.
fn with_extra(writes: &TokenStream, place: &TokenStream, field: &Field<'_>) -> TokenStream {
    let (encoder, scope) = (local("encoder"), local("scope"));
    let (span, ty) = (at(field.ty.span()), field.ty);
    let open = quote_spanned!(span=> <#ty as _cideldill::Extra>::open);
    let write = quote_spanned!(span=> <#ty as _cideldill::Extra>::write);
    quote! {
        let #scope =
            #open(#place, #encoder, &<Self as _cideldill::Reduce>::SHAPES[0])?;
        #writes
        #write(#place, #encoder);
        #encoder.end_record(#scope)
    }
}

/// Writes the fields until one is refused.
fn writes(fields: &[Field<'_>], place: impl Fn(usize, &Field<'_>) -> TokenStream) -> TokenStream {
    let declared = fields.iter().enumerate().filter(|(_, f)| f.is_declared());
    let refused = declared.map(|(index, field)| {
        let place = place(index, field);
        is_refused(&write(field, &place), &field.name().0)
    });
    unless_refused(&refused.collect::<Vec<_>>())
}

/// Whether what `write` writes is refused, as a field of that name; then the encoder has the error.
fn is_refused(write: &TokenStream, name: &str) -> TokenStream {
    let encoder = local("encoder");
    quote!(_cideldill::is_refused(#write, #encoder, #name))
}

/// One way out for all fields: each would be compiled by itself.
fn unless_refused(refused: &[TokenStream]) -> TokenStream {
    if refused.is_empty() {
        return TokenStream::new();
    }
    let encoder = local("encoder");
    quote! {
        if #(#refused)||* {
            return #encoder.refusal();
        }
    }
}

/// An expression that writes a field.
fn write(field: &Field<'_>, place: &TokenStream) -> TokenStream {
    let ty = field.ty;
    let span = at(ty.span());
    let encoder = local("encoder");
    if let Treatment::Reducer = field.treatment() {
        let text = type_text(quote!(#ty));
        return quote_spanned! {span=>
            _cideldill::reduce_foreign::<#ty>(#place, #text, #encoder)
        };
    }
    if let Some((adapter, span)) = adapter(field) {
        return quote_spanned! {span=>
            <#adapter as _cideldill::Adapter<#ty>>::reduce(
                #place,
                #encoder,
            )
        };
    }
    match field.treatment() {
        Treatment::With(module) => reduce_with(&quote!(#ty), &member_of(module, "reduce"), place),
        Treatment::Placeholder(placeholder) => {
            write_placeholder(placeholder, || type_text(quote!(#ty)), place)
        }
        // Those with an adapter are done.
        _ => quote_spanned! {span=>
            <#ty as _cideldill::Reduce>::reduce(#place, #encoder)
        },
    }
}

fn write_placeholder(
    placeholder: &Placeholder,
    written: impl FnOnce() -> String,
    place: &TokenStream,
) -> TokenStream {
    let encoder = local("encoder");
    let (name, reason) = placeholder_text(placeholder, written);
    let debug = if placeholder.debug {
        let some = core("option::Option::Some");
        quote!(#some(#place))
    } else {
        core("option::Option::None")
    };
    quote!(#encoder.placeholder(#name, #reason, #debug))
}
