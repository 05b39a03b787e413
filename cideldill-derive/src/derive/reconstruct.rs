//! `impl Reconstruct`: reads the fields by name and builds the value.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{ExprPath, Ident};

use super::shape::{adapter, member_of, of_type, result};
use crate::ast::{Body, ByDefault, Field, Item, Treatment};
use crate::attr::container::Constructor;
use crate::bound::{Impl, where_clause};
use crate::path::{at, core, field_local, local, once, with_same};

/// The whole implementation.
pub(super) fn implementation(item: &Item<'_>) -> TokenStream {
    let ident = item.ident;
    let (generics, arguments, _) = item.generics.split_for_impl();
    let predicates = where_clause(item, Impl::Reconstruct);
    let decoder = local("decoder");
    let result_of = result;
    let result = result(&quote!(Self));
    if let Some(look_up) = item.attrs.intern.get() {
        let shared = quote!(_cideldill::Arc<Self>);
        let (result_of_shared, body) = (result_of(&shared), intern(&shared, look_up));
        return quote! {
            #[automatically_derived]
            impl #generics _cideldill::Reconstruct for #ident #arguments #predicates {
                #[inline]
                fn reconstruct(_: &mut _cideldill::Decoder<'_>) -> #result {
                    _cideldill::refuse_interned()
                }
                #[inline]
                fn reconstruct_arc(
                    #decoder: &mut _cideldill::Decoder<'_>,
                ) -> #result_of_shared {
                    <Self as _cideldill::Intern>::look_up(#decoder)
                }
            }
            #[automatically_derived]
            impl #generics _cideldill::Intern for #ident #arguments #predicates {
                #[inline]
                fn look_up(#decoder: &mut _cideldill::Decoder<'_>) -> #result_of_shared {
                    #body
                }
            }
        };
    }
    let (body, once) = (body(item), once());
    let (cells, stand_in) = (cells(item), stand_in(item));
    quote! {
        #[automatically_derived]
        impl #generics _cideldill::Reconstruct for #ident #arguments #predicates {
            #[inline]
            fn reconstruct(#decoder: &mut _cideldill::Decoder<'_>) -> #result {
                <Self as _cideldill::ReconstructBody>::body::<()>(#decoder)
            }
            #cells
            #stand_in
        }
        #[automatically_derived]
        impl #generics _cideldill::ReconstructBody for #ident #arguments #predicates {
            fn body<#once>(#decoder: &mut _cideldill::Decoder<'_>) -> #result {
                #body
            }
        }
    }
}

/// Finds the cells in the fields that are read, in their order.
fn cells(item: &Item<'_>) -> TokenStream {
    if !item.reads_fields() || item.packed {
        return TokenStream::new();
    }
    let cells = local("cells");
    let find = |field: &Field<'_>, place: &TokenStream| {
        let (span, ty) = (at(field.ty.span()), field.ty);
        match adapter(field) {
            Some((codec, span)) => quote_spanned! {span=>
                <#codec as _cideldill::RestoreField<#ty>>::cells(#place, #cells);
            },
            None => {
                quote_spanned!(span=> <#ty as _cideldill::Reconstruct>::cells(#place, #cells);)
            }
        }
    };
    let is_own = |field: &Field<'_>| matches!(field.treatment(), Treatment::Own | Treatment::As(_));
    let body = match &item.body {
        Body::Struct(fields) => {
            let finds = fields.iter().filter(|field| is_own(field)).map(|field| {
                let member = &field.member;
                find(field, &quote!(&self.#member))
            });
            quote!(#(#finds)*)
        }
        Body::Enum(variants) => {
            let arms = variants.iter().filter_map(|variant| {
                let own = variant.fields.iter().enumerate();
                let own: Vec<_> = own.filter(|(_, field)| is_own(field)).collect();
                let ident = variant.ident;
                let bindings = own.iter().map(|(index, field)| {
                    let (member, local) = (&field.member, field_local(*index));
                    quote!(#member: #local)
                });
                let finds = own.iter().map(|(index, field)| {
                    let local = field_local(*index);
                    find(field, &quote!(#local))
                });
                (!own.is_empty())
                    .then(|| quote!(Self::#ident { #(#bindings,)* .. } => { #(#finds)* }))
            });
            let arms: Vec<_> = arms.collect();
            if arms.is_empty() {
                return TokenStream::new();
            }
            let others = (arms.len() < variants.len()).then(|| quote!(_ => {}));
            quote!(match self { #(#arms)* #others })
        }
    };
    if body.is_empty() {
        return TokenStream::new();
    }
    quote! {
        #[inline]
        fn cells<'_cideldill>(
            &'_cideldill self,
            #cells: &mut _cideldill::Cells<'_cideldill>,
        ) {
            #body
        }
    }
}

/// A value without a shared pointer, if there is one: that of a variant without fields, or of the
/// fields' own.
fn stand_in(item: &Item<'_>) -> TokenStream {
    if !item.reads_fields() {
        return TokenStream::new();
    }
    let (some, option) = (core("option::Option::Some"), core("option::Option"));
    let value = match &item.body {
        Body::Struct(fields) => {
            let mut values = Vec::new();
            for field in fields {
                let (span, ty, member) = (at(field.ty.span()), field.ty, &field.member);
                let value = match (field.treatment(), default_function(field)) {
                    (_, Some(default)) => quote!(#default()),
                    (Treatment::Own, None) => quote_spanned! {span=>
                        <#ty as _cideldill::Reconstruct>::stand_in()?
                    },
                    (Treatment::As(codec), None) => {
                        let (codec, span) = (with_same(codec), at(codec.span()));
                        quote_spanned! {span=>
                            <#codec as _cideldill::RestoreField<#ty>>::stand_in()?
                        }
                    }
                    _ => return TokenStream::new(),
                };
                values.push(quote!(#member: #value));
            }
            quote!(Self { #(#values),* })
        }
        Body::Enum(variants) => {
            let Some(unit) = variants.iter().find(|variant| variant.fields.is_empty()) else {
                return TokenStream::new();
            };
            let ident = unit.ident;
            quote!(Self::#ident {})
        }
    };
    quote! {
        #[inline]
        fn stand_in() -> #option<Self> {
            #some(#value)
        }
    }
}

fn body(item: &Item<'_>) -> TokenStream {
    let (decoder, record) = (local("decoder"), local("record"));
    if item.attrs.placeholder.is_set() {
        let none = core("option::Option::None");
        return quote!(_cideldill::refuse_placeholder(#decoder, #none));
    }
    if let Some(restore) = item.attrs.restore.get() {
        let none = core("option::Option::None");
        let read = reconstruct_with(&quote!(Self), restore, "the `restore` function");
        return in_record(&quote! {
            #decoder.field_by::<Self>(&#record, 0, #none, #read)?
        });
    }
    match &item.body {
        Body::Struct(fields) => {
            if let Some(constructor) = item.attrs.constructor.get() {
                return construct(constructor, fields);
            }
            let (open, read) = (open(), read_all(&quote!(Self), fields));
            quote!(#open #read)
        }
        Body::Enum(variants) if variants.is_empty() => {
            let (open, err) = (open(), core("result::Result::Err"));
            quote! {
                #open
                #err(#decoder.unknown_variant(&#record))
            }
        }
        Body::Enum(variants) => {
            let arms = variants.iter().enumerate().map(|(number, variant)| {
                let ident = variant.ident;
                let read = read_all(&quote!(Self::#ident), &variant.fields);
                quote!(#number => { #read })
            });
            let (open, err) = (open(), core("result::Result::Err"));
            quote! {
                #open
                match #record.variant() {
                    #(#arms)*
                    _ => #err(#decoder.unknown_variant(&#record)),
                }
            }
        }
    }
}

/// Finds the value that a key stands for.
fn intern(shared: &TokenStream, look_up: &ExprPath) -> TokenStream {
    let (decoder, record) = (local("decoder"), local("record"));
    let none = core("option::Option::None");
    let read = reconstruct_with(shared, look_up, "the `intern` function");
    in_record(&quote! {
        #decoder.field_by::<#shared>(&#record, 0, #none, #read)?
    })
}

/// Opens a record, makes a value of it, closes it.
fn in_record(value: &TokenStream) -> TokenStream {
    let (decoder, record, made) = (local("decoder"), local("record"), local("value"));
    let open = open();
    let ok = core("result::Result::Ok");
    quote! {
        #open
        let #made = #value;
        #decoder.close_record(#record)?;
        #ok(#made)
    }
}

fn open() -> TokenStream {
    let (decoder, record) = (local("decoder"), local("record"));
    quote! {
        let #record =
            #decoder.open_record(<Self as _cideldill::Reduce>::SHAPES)?;
    }
}

/// The rest of a record, as a struct literal: no code of the user runs.
fn read_all(path: &TokenStream, fields: &[Field<'_>]) -> TokenStream {
    let reads = reads(fields, |_| true);
    let values = fields.iter().enumerate().map(|(index, field)| {
        let (member, local) = (&field.member, field_local(index));
        match default_function(field) {
            Some(default) if !is_read(field) => quote!(#member: #default()),
            _ => quote!(#member: #local),
        }
    });
    let ok = core("result::Result::Ok");
    quote! {
        #reads
        #ok(#path { #(#values),* })
    }
}

/// Calls the user's function with the fields it names and sets the rest.
fn construct(constructor: &Constructor, fields: &[Field<'_>]) -> TokenStream {
    let value = local("value");
    let is_argument = |field: &Field<'_>| constructor.fields.contains(&field.member);
    // What is skipped stays as the function made it.
    let reads = reads(fields, |field| is_argument(field) || is_read(field));
    let skipped = fields.iter().enumerate().filter_map(|(index, field)| {
        let default = default_function(field).filter(|_| is_argument(field) && !is_read(field))?;
        let (local, ty) = (field_local(index), field.ty);
        Some(quote!(let #local: #ty = #default();))
    });
    let arguments = constructor.fields.iter().filter_map(|member| {
        let index = fields.iter().position(|field| field.member == *member)?;
        Some(field_local(index))
    });
    let sets: Vec<_> = fields
        .iter()
        .enumerate()
        .filter(|(_, field)| !is_argument(field) && !matches!(field.treatment(), Treatment::Skip))
        .map(|(index, field)| {
            let (member, local) = (&field.member, field_local(index));
            quote!(#value.#member = #local;)
        })
        .collect();
    let mutable = (!sets.is_empty()).then(|| quote!(mut));
    let function = &constructor.function;
    let called = at(function.span());
    let call = quote_spanned! {called=> #function(#(#arguments),*) };
    let outcome = outcome(&quote!(Self), &call, called, "the `constructor` function");
    let (open, ok) = (open(), core("result::Result::Ok"));
    quote! {
        #open
        #reads
        #(#skipped)*
        let #mutable #value: Self = #outcome?;
        #(#sets)*
        #ok(#value)
    }
}

/// Reads fields into places, closes the record and takes what was read. One way out for all that can
/// go wrong: each would be compiled by itself.
fn reads(fields: &[Field<'_>], is_wanted: impl Fn(&Field<'_>) -> bool) -> TokenStream {
    let (decoder, record) = (local("decoder"), local("record"));
    let (some, none) = (core("option::Option::Some"), core("option::Option::None"));
    let err = core("result::Result::Err");
    let (mut places, mut missing, mut declared) = (Vec::new(), Vec::new(), 0);
    for (index, field) in fields.iter().enumerate() {
        if is_read(field) && is_wanted(field) {
            let place = field_local(index);
            missing.push(is_missing(field, declared, &place));
            places.push(place);
        }
        declared += usize::from(field.is_declared());
    }
    let failed = quote!({ return #err(#decoder.failure()); });
    let taken = (!places.is_empty())
        .then(|| quote!(let (#(#some(#places),)*) = (#(#places,)*) else #failed;));
    quote! {
        #(let mut #places = #none;)*
        if #(#missing ||)* #decoder.is_unclosed(&#record) #failed
        #taken
    }
}

/// Whether the field's value comes from the data.
fn is_read(field: &Field<'_>) -> bool {
    !matches!(field.treatment(), Treatment::Skip)
}

/// Reads a field, the `number`th that its record declares, into its place. Whether there is none.
fn is_missing(field: &Field<'_>, number: usize, place: &Ident) -> TokenStream {
    let (ty, decoder, record) = (field.ty, local("decoder"), local("record"));
    if matches!(field.treatment(), Treatment::Own) && field.default().is_none() {
        let span = at(ty.span());
        // Through the trait, so that an error about a missing impl names nothing but the type.
        return quote_spanned! {span=>
            <#ty as _cideldill::Reconstruct>::is_missing(
                #decoder,
                &#record,
                #number,
                &mut #place,
            )
        };
    }
    let read = read(field, number);
    quote!(_cideldill::is_missing(#read, #decoder, &mut #place))
}

/// An expression that reads a field, the `number`th that its record declares.
fn read(field: &Field<'_>, number: usize) -> TokenStream {
    let ty = field.ty;
    let span = at(ty.span());
    let (decoder, record) = (local("decoder"), local("record"));
    let default = default_function(field);
    let by = |read: &TokenStream| {
        let (some, none) = (core("option::Option::Some"), core("option::Option::None"));
        let default = match &default {
            Some(function) => quote!(#some(#function)),
            None => none,
        };
        quote!(#decoder.field_by::<#ty>(&#record, #number, #default, #read))
    };
    if let Some((adapter, span)) = adapter(field) {
        return by(&by_adapter(&adapter, span, field));
    }
    match (field.treatment(), &default) {
        // Whatever stands there, a value of this type cannot be made of it.
        (Treatment::Placeholder(_), Some(default)) => {
            let written = local("written");
            by(&quote! {
                |#decoder, #written| _cideldill::pass_over(#decoder, #written, #default)
            })
        }
        (Treatment::Placeholder(_), None) => by(&quote!(_cideldill::refuse_placeholder)),
        (Treatment::Extra, _) => quote_spanned! {span=>
            <#ty as _cideldill::Extra>::read(#decoder, &#record)
        },
        (Treatment::With(module), _) => {
            let function = member_of(module, "reconstruct");
            by(&reconstruct_with(
                &quote!(#ty),
                &function,
                "the `with` module",
            ))
        }
        // Those with an adapter are done.
        (_, None) => quote_spanned! {span=>
            <#ty as _cideldill::Reconstruct>::from_field(#decoder, &#record, #number)
        },
        (_, Some(default)) => quote_spanned! {span=>
            <#ty as _cideldill::Reconstruct>::from_field_or(#decoder, &#record, #number, #default)
        },
    }
}

/// The function that makes a value when the data has none.
fn default_function(field: &Field<'_>) -> Option<TokenStream> {
    let ty = field.ty;
    Some(match field.default()? {
        ByDefault::Function(function) => of_type(&quote!(fn() -> #ty), function),
        ByDefault::Trait => {
            let span = at(ty.span());
            let default = core("default::Default");
            quote_spanned!(span=> <#ty as #default>::default)
        }
    })
}

/// A closure that reads through an adapter, whatever desc the data has.
fn by_adapter(adapter: &TokenStream, span: Span, field: &Field<'_>) -> TokenStream {
    let ty = field.ty;
    let (decoder, written) = (local("decoder"), local("written"));
    let restore = quote_spanned!(span=> <#adapter as _cideldill::RestoreField<#ty>>::restore);
    quote!(|#decoder, #written| #restore(#decoder, #written))
}

/// A closure that reads what a function had made and calls its inverse.
fn reconstruct_with(ty: &TokenStream, function: &ExprPath, what: &str) -> TokenStream {
    let (decoder, written) = (local("decoder"), local("written"));
    let (some, none) = (core("option::Option::Some"), core("option::Option::None"));
    let span = at(function.span());
    let reconstruct = quote_spanned!(span=> <_ as _cideldill::Reconstruct>::reconstruct);
    let reconstruct_as = quote_spanned!(span=> <_ as _cideldill::Reconstruct>::reconstruct_as);
    let call = quote_spanned! {span=>
        #function(match #written {
            #none => #reconstruct(#decoder)?,
            #some(#written) => #reconstruct_as(#decoder, #written)?,
        })
    };
    let outcome = outcome(ty, &call, span, what);
    quote!(|#decoder, #written| #outcome)
}

/// What a user's function returned, as a result.
fn outcome(ty: &TokenStream, call: &TokenStream, span: Span, what: &str) -> TokenStream {
    quote_spanned!(span=> <_ as _cideldill::Outcome<#ty>>::outcome(#call, #what))
}
