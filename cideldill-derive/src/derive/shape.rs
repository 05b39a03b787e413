//! The constants of `Reduce`: the shapes and the strategy.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{ExprPath, Ident, Path, PathSegment};

use crate::ast::{Body, Field, Item, Strategy, Treatment};
use crate::attr::Placeholder;
use crate::path::{at, core, local, with_same};
use crate::type_text::type_text;

/// `DESC`, `SHAPES` and `STRATEGY`.
pub(super) fn constants(item: &Item<'_>) -> TokenStream {
    let shapes = shapes(item);
    let strategy = strategy(item.strategy());
    let (name, _) = item.tag();
    quote! {
        const DESC: &'static _cideldill::Desc = &_cideldill::Desc::Record(#name);
        const SHAPES: &'static [_cideldill::Shape] = &[#(#shapes),*];
        const STRATEGY: _cideldill::Strategy = #strategy;
    }
}

fn strategy(strategy: Strategy) -> TokenStream {
    match strategy {
        Strategy::Slots => quote!(_cideldill::Strategy::Slots),
        Strategy::SetState => quote!(_cideldill::Strategy::SetState),
        Strategy::Interned => quote!(_cideldill::Strategy::Interned),
        Strategy::Constructor => quote!(_cideldill::Strategy::Constructor),
        Strategy::Dict => quote!(_cideldill::Strategy::Dict),
        Strategy::Placeholder => quote!(_cideldill::Strategy::Placeholder),
    }
}

fn shapes(item: &Item<'_>) -> Vec<TokenStream> {
    let (prefix, (tag, _)) = (item.tag_prefix(), item.tag());
    let tag = format!("{prefix}{tag}");
    let aliases = || {
        let aliases = item.attrs.aliases.iter();
        aliases.map(|alias| format!("{prefix}{}", alias.value()))
    };
    if item.strategy() == Strategy::Placeholder {
        // Its values have the shape of every placeholder.
        return Vec::new();
    }
    if let Some(state) = item.attrs.state.get() {
        let desc = desc_of_output(&quote!(Self), state);
        return vec![shape(&tag, &[desc], &[], aliases(), &[])];
    }
    match &item.body {
        Body::Struct(fields) => vec![of_fields(&tag, fields, aliases())],
        Body::Enum(variants) => {
            let types: Vec<_> = [tag].into_iter().chain(aliases()).collect();
            let variants = variants.iter().map(|variant| {
                let (own, _) = variant.tag();
                let mut names = vec![own];
                names.extend(variant.attrs.aliases.iter().map(syn::LitStr::value));
                let mut tags = types
                    .iter()
                    .flat_map(|ty| names.iter().map(move |name| format!("{ty}::{name}")));
                let tag = tags.next().unwrap_or_default();
                of_fields(&tag, &variant.fields, tags)
            });
            variants.collect()
        }
    }
}

fn of_fields(
    tag: &str,
    fields: &[Field<'_>],
    tag_aliases: impl Iterator<Item = String>,
) -> TokenStream {
    let declared: Vec<_> = fields.iter().filter(|field| field.is_declared()).collect();
    let types: Vec<_> = declared.iter().map(|field| desc(field)).collect();
    let mut names = Vec::new();
    let mut aliases = Vec::new();
    for (index, field) in declared.iter().enumerate() {
        if field.is_named() {
            names.push(field.name().0);
        }
        aliases.extend(
            field
                .attrs
                .aliases
                .iter()
                .map(|alias| (alias.value(), index)),
        );
    }
    shape(tag, &types, &names, tag_aliases, &aliases)
}

fn shape(
    tag: &str,
    types: &[TokenStream],
    names: &[String],
    tag_aliases: impl Iterator<Item = String>,
    aliases: &[(String, usize)],
) -> TokenStream {
    let aliases = aliases.iter().map(|(name, field)| quote!((#name, #field)));
    quote! {
        _cideldill::Shape {
            tag: #tag,
            version: 0,
            types: &[#(#types),*],
            names: &[#(#names),*],
            tag_aliases: &[#(#tag_aliases),*],
            aliases: &[#(#aliases),*],
        }
    }
}

/// The type description of a declared field.
fn desc(field: &Field<'_>) -> TokenStream {
    let ty = field.ty;
    let span = at(ty.span());
    if let Some((adapter, span)) = adapter(field) {
        return quote_spanned! {span=>
            <#adapter as _cideldill::Adapter<#ty>>::DESC
        };
    }
    match field.treatment() {
        Treatment::With(module) => desc_of_output(&quote!(#ty), &member_of(module, "reduce")),
        Treatment::Placeholder(_) => quote!(_cideldill::Desc::RECORD),
        // What is skipped and further entries have none; they are not declared.
        _ => quote_spanned! {span=>
            <#ty as _cideldill::Reduce>::DESC
        },
    }
}

/// The codec a field goes through, if any, and where an error about it belongs: a codec that was
/// written out is what does not fit.
pub(super) fn adapter(field: &Field<'_>) -> Option<(TokenStream, Span)> {
    let at_type = at(field.ty.span());
    Some(match field.treatment() {
        Treatment::As(codec) => (with_same(codec), at(codec.span())),
        Treatment::Serde => (quote_spanned!(at_type=> _cideldill::Serde), at_type),
        Treatment::Reducer => (quote_spanned!(at_type=> _cideldill::Reducer), at_type),
        _ => return None,
    })
}

/// The desc of what a function makes of a value.
fn desc_of_output(ty: &TokenStream, function: &ExprPath) -> TokenStream {
    let function = reducing(ty, function);
    quote!(_cideldill::TypeInfo::desc_of_output(#function))
}

/// A user's function from a value to what is recorded of it. Its type is demanded where the user
/// wrote its name, so that another one is reported there.
pub(super) fn reducing(ty: &TokenStream, function: &ExprPath) -> TokenStream {
    of_type(&quote!(fn(&#ty) -> _), function)
}

/// A user's function, whose type is demanded where its name is written.
pub(super) fn of_type(ty: &TokenStream, function: &ExprPath) -> TokenStream {
    let span = at(function.span());
    quote_spanned! {span=> {
        let __cideldill_function: #ty = #function;
        __cideldill_function
    }}
}

/// An expression that writes what a user's function makes of a value.
pub(super) fn reduce_with(
    ty: &TokenStream,
    function: &ExprPath,
    place: &TokenStream,
) -> TokenStream {
    let encoder = local("encoder");
    let span = at(function.span());
    let function = reducing(ty, function);
    // What it makes can hold a value of this type again, without a pointer that makes room.
    quote_spanned! {span=>
        #encoder.made(|#encoder| <_ as _cideldill::Reduce>::reduce(&#function(#place), #encoder))
    }
}

/// A function of the module that `with` names.
pub(super) fn member_of(module: &Path, function: &str) -> ExprPath {
    let mut path = module.clone();
    path.segments
        .push(PathSegment::from(Ident::new(function, module.span())));
    ExprPath {
        attrs: Vec::new(),
        qself: None,
        path,
    }
}

/// The type as its definition writes it.
pub(super) fn written(item: &Item<'_>) -> String {
    let (_, arguments, _) = item.generics.split_for_impl();
    let (tag, _) = item.tag();
    format!("{tag}{}", type_text(quote!(#arguments)))
}

/// The name and the reason that a placeholder shows.
pub(super) fn placeholder_text(
    placeholder: &Placeholder,
    written: impl FnOnce() -> String,
) -> (String, String) {
    let name = placeholder.name.clone().unwrap_or_else(written);
    let reason = placeholder.reason.as_deref().unwrap_or("not recorded");
    (name, reason.to_owned())
}

/// `Result<T, Error>`
pub(super) fn result(ty: &TokenStream) -> TokenStream {
    let result = core("result::Result");
    quote!(#result<#ty, _cideldill::Error>)
}
