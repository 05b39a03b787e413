//! The rules that no single attribute can check: what fits together, and what names may be.

use std::collections::BTreeSet;

use proc_macro2::Span;
use quote::ToTokens as _;
use syn::spanned::Spanned as _;

use crate::ast::{Body, Field, Item};
use crate::ctxt::Ctxt;
use crate::symbol::{
    ALIAS, AS, CONSTRUCTOR, DEFAULT, EXTRA, INTERN, PLACEHOLDER, REDUCE_ONLY, REDUCER, RENAME,
    RESTORE, SERDE, SKIP, STATE, Symbol, WITH,
};

/// Reports every rule that is broken.
pub(crate) fn check(ctxt: &Ctxt, item: &Item<'_>) {
    one_strategy(ctxt, item);
    state_and_restore(ctxt, item);
    fields_without_effect(ctxt, item);
    item_tags(ctxt, item);
    variant_tags(ctxt, item);
    constructor(ctxt, item);
    for field in item.fields() {
        one_treatment(ctxt, field);
        names_of_unnamed(ctxt, field);
    }
    for_each_record(item, |fields| {
        field_names(ctxt, fields);
    });
    extra(ctxt, item);
}

fn for_each_record(item: &Item<'_>, mut check: impl FnMut(&[Field<'_>])) {
    match &item.body {
        Body::Struct(fields) => check(fields),
        Body::Enum(variants) => variants.iter().for_each(|variant| check(&variant.fields)),
    }
}

/// The words of a list that were written, in the order of the list.
fn written<const N: usize>(
    words: [(Symbol, Option<Span>); N],
) -> impl Iterator<Item = (Symbol, Span)> {
    words
        .into_iter()
        .filter_map(|(word, span)| Some((word, span?)))
}

/// `placeholder`, `state`, `constructor` and `extra` each decide alone how values are recorded.
fn one_strategy(ctxt: &Ctxt, item: &Item<'_>) {
    let extra = item.fields().find_map(|field| field.attrs.extra.span());
    let mut chosen = written([
        (PLACEHOLDER, item.attrs.placeholder.span()),
        (STATE, item.attrs.state.span()),
        (CONSTRUCTOR, item.attrs.constructor.span()),
        (EXTRA, extra),
    ]);
    if let Some((first, _)) = chosen.next() {
        for (word, span) in chosen {
            ctxt.error(
                span,
                format!(
                    "{word} and {first} cannot stand together: each says how the whole value is \
                     recorded; remove one"
                ),
            );
        }
    }
}

/// Loading needs a function back, recording alone only `state`.
fn state_and_restore(ctxt: &Ctxt, item: &Item<'_>) {
    let attrs = &item.attrs;
    let mut back = written([
        (RESTORE, attrs.restore.span()),
        (INTERN, attrs.intern.span()),
    ]);
    let first = back.next();
    if let (Some((first, _)), Some((second, span))) = (first, back.next()) {
        ctxt.error(
            span,
            format!("{second} and {first} cannot stand together: each makes the value; remove one"),
        );
    }
    match (attrs.state.span(), first) {
        (None, Some((word, span))) => ctxt.error(
            span,
            format!(
                "{word} without {STATE}: add `{}`, whose result it gets",
                STATE.usage
            ),
        ),
        (Some(state), None) if item.reconstructs() => ctxt.error(
            state,
            format!(
                "{STATE} without {RESTORE}: add `{}`, or {REDUCE_ONLY} if values are never loaded",
                RESTORE.usage
            ),
        ),
        (_, Some((word, span))) if !item.reconstructs() => unused(ctxt, item, word, span),
        _ => {}
    }
}

/// A word that would have an effect only on loading, on a type that is never loaded.
fn unused(ctxt: &Ctxt, item: &Item<'_>, word: Symbol, span: Span) {
    let reason = if item.attrs.reduce_only.is_set() {
        format!("the type is {REDUCE_ONLY}")
    } else {
        "a type with a lifetime is recorded but not loaded".to_owned()
    };
    ctxt.error(span, format!("{word} would never be called: {reason}"));
}

/// With `state` or `placeholder` on the item nobody looks at the fields.
fn fields_without_effect(ctxt: &Ctxt, item: &Item<'_>) {
    let Some((word, _)) = written([
        (PLACEHOLDER, item.attrs.placeholder.span()),
        (STATE, item.attrs.state.span()),
    ])
    .next() else {
        return;
    };
    for field in item.fields() {
        for (key, span) in field_words(field) {
            // A clash of strategies is reported as such.
            if key != EXTRA {
                ctxt.error(
                    span,
                    format!("{key} has no effect: with {word} on the type no field is recorded"),
                );
            }
        }
    }
    if let Body::Enum(variants) = &item.body {
        for variant in variants {
            let alias = variant.attrs.aliases.first().map(syn::LitStr::span);
            for (key, span) in written([(RENAME, variant.attrs.rename.span()), (ALIAS, alias)]) {
                ctxt.error(
                    span,
                    format!("{key} has no effect: with {word} on the type no variant is recorded"),
                );
            }
        }
    }
}

/// What was written on a field.
fn field_words(field: &Field<'_>) -> impl Iterator<Item = (Symbol, Span)> {
    let attrs = &field.attrs;
    let alias = attrs.aliases.first().map(syn::LitStr::span);
    treatments(field).chain(written([
        (DEFAULT, attrs.default.span()),
        (RENAME, attrs.rename.span()),
        (ALIAS, alias),
    ]))
}

/// The words that say how a field is recorded.
fn treatments(field: &Field<'_>) -> impl Iterator<Item = (Symbol, Span)> {
    let attrs = &field.attrs;
    written([
        (SKIP, attrs.skip.span()),
        (WITH, attrs.with.span()),
        (AS, attrs.codec.span()),
        (SERDE, attrs.serde.span()),
        (REDUCER, attrs.reducer.span()),
        (PLACEHOLDER, attrs.placeholder.span()),
        (EXTRA, attrs.extra.span()),
    ])
}

/// At most one word says how a field is recorded, and what is not recorded has no name.
fn one_treatment(ctxt: &Ctxt, field: &Field<'_>) {
    let mut chosen = treatments(field);
    let Some((first, _)) = chosen.next() else {
        return;
    };
    for (word, span) in chosen {
        ctxt.error(
            span,
            format!(
                "{word} and {first} cannot stand together: each says how the field is recorded; \
                 remove one"
            ),
        );
    }
    let unnamed = first == SKIP || first == EXTRA;
    for (word, span) in field_words(field) {
        let is_name = word == RENAME || word == ALIAS;
        if unnamed && is_name {
            ctxt.error(
                span,
                format!("{word} has no effect with {first}: the data has no field of that name"),
            );
        }
        if word == DEFAULT && first == EXTRA {
            ctxt.error(
                span,
                format!("{word} has no effect with {first}: without further entries it is empty"),
            );
        }
    }
}

/// The fields of a tuple struct or tuple variant are known by their place.
fn names_of_unnamed(ctxt: &Ctxt, field: &Field<'_>) {
    if field.is_named() {
        return;
    }
    let alias = field.attrs.aliases.first().map(syn::LitStr::span);
    for (word, span) in written([(RENAME, field.attrs.rename.span()), (ALIAS, alias)]) {
        ctxt.error(
            span,
            format!("{word} has no effect on a field without a name: it is known by its place"),
        );
    }
}

/// At most one `extra`, on a field of a struct with names.
fn extra(ctxt: &Ctxt, item: &Item<'_>) {
    let is_struct = matches!(item.body, Body::Struct(_));
    let mut first = true;
    for field in item.fields() {
        let Some(span) = field.attrs.extra.span() else {
            continue;
        };
        if !is_struct || !field.is_named() {
            ctxt.error(
                span,
                format!("{EXTRA} needs a struct with named fields: further entries have names"),
            );
        } else if !first {
            ctxt.error(
                span,
                format!("a second {EXTRA}: an unknown entry would belong to both"),
            );
        }
        first = false;
    }
}

/// The named arguments are fields, each once.
fn constructor(ctxt: &Ctxt, item: &Item<'_>) {
    let (Some(constructor), Some(span)) =
        (item.attrs.constructor.get(), item.attrs.constructor.span())
    else {
        return;
    };
    let Body::Struct(fields) = &item.body else {
        let message = format!("{CONSTRUCTOR} is for structs: the variant says how an enum is made");
        return ctxt.error(span, message);
    };
    if !item.reconstructs() {
        unused(ctxt, item, CONSTRUCTOR, span);
    }
    for (index, member) in constructor.fields.iter().enumerate() {
        let name = member.to_token_stream();
        if !fields.iter().any(|field| field.member == *member) {
            ctxt.error(member.span(), format!("the type has no field `{name}`"));
        }
        if constructor.fields.iter().take(index).any(|m| m == member) {
            ctxt.error(
                member.span(),
                format!("field `{name}` is passed twice: its value can be given away only once"),
            );
        }
    }
}

/// Names in a record are all different, those of older versions too.
fn field_names(ctxt: &Ctxt, fields: &[Field<'_>]) {
    let mut names = Names::default();
    let declared = || fields.iter().filter(|f| f.is_declared() && f.is_named());
    for field in declared() {
        let (name, span) = field.name();
        names.add(ctxt, "field", name, span);
    }
    for alias in declared().flat_map(|field| &field.attrs.aliases) {
        names.add(ctxt, "field", alias.value(), alias.span());
    }
}

/// The tag of a type is free of what has a meaning in tags.
fn item_tags(ctxt: &Ctxt, item: &Item<'_>) {
    let (tag, span) = item.tag();
    let mut names = Names::default();
    is_tag(ctxt, &tag, span, true);
    names.add(ctxt, "type", tag, span);
    for alias in &item.attrs.aliases {
        is_tag(ctxt, &alias.value(), alias.span(), true);
        names.add(ctxt, "type", alias.value(), alias.span());
    }
}

/// So are those of variants, and they are all different.
fn variant_tags(ctxt: &Ctxt, item: &Item<'_>) {
    let Body::Enum(variants) = &item.body else {
        return;
    };
    let mut names = Names::default();
    for variant in variants {
        let (tag, span) = variant.tag();
        is_tag(ctxt, &tag, span, false);
        names.add(ctxt, "variant", tag, span);
    }
    for alias in variants.iter().flat_map(|variant| &variant.attrs.aliases) {
        is_tag(ctxt, &alias.value(), alias.span(), false);
        names.add(ctxt, "variant", alias.value(), alias.span());
    }
}

fn is_tag(ctxt: &Ctxt, tag: &str, span: Span, of_item: bool) {
    if of_item && tag == "std" {
        ctxt.error(
            span,
            format!(
                "a type cannot be called `std` in the data: tags that start with `std::` are those \
                 of the standard library's types; write `{}`",
                RENAME.usage
            ),
        );
    } else if tag.starts_with("std::") {
        ctxt.error(
            span,
            "tags that start with `std::` are those of the standard library's types",
        );
    } else if tag.contains("::") {
        ctxt.error(
            span,
            "a name cannot contain `::`: it stands between an enum and its variant",
        );
    }
}

/// Names seen so far.
#[derive(Default)]
struct Names(BTreeSet<String>);

impl Names {
    fn add(&mut self, ctxt: &Ctxt, what: &str, name: String, span: Span) {
        if self.0.contains(&name) {
            ctxt.error(
                span,
                format!("the name `{name}` is taken: each {what} needs its own, old ones included"),
            );
        }
        self.0.insert(name);
    }
}
