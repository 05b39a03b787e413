//! Where-predicates of the two impls.
//!
//! Each type parameter that a recorded field uses is bound, and each projection (`T::Item`) itself,
//! never whole field types: those of recursive types would have no end. `bound` replaces the
//! inference, on an item for all of it, on a field for that field.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::visit::{self, Visit};
use syn::{Generics, Ident, Path, Type, TypePath, WhereClause};

use crate::ast::{ByDefault, Field, Item, Strategy, Treatment};
use crate::attr::Bounds;
use crate::path::{core, private, with_same};

/// Which of the two impls.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Impl {
    Reduce,
    Reconstruct,
}

/// The where-clause of an impl: what the item says itself, and what its fields need.
pub(crate) fn where_clause(item: &Item<'_>, which: Impl) -> TokenStream {
    let mut predicates = Predicates::default();
    if let Some(WhereClause {
        predicates: own, ..
    }) = &item.generics.where_clause
    {
        predicates.extend(own);
    }
    if let Some(explicit) = explicit(&item.attrs.bounds, which) {
        predicates.extend(explicit);
    } else {
        infer(item, which, &mut predicates);
    }
    let list = predicates.list;
    if list.is_empty() {
        return TokenStream::new();
    }
    quote!(where #(#list),*)
}

fn explicit(bounds: &Bounds, which: Impl) -> Option<&crate::attr::Predicates> {
    match which {
        Impl::Reduce => bounds.reduce.get(),
        Impl::Reconstruct => bounds.reconstruct.get(),
    }
}

fn infer(item: &Item<'_>, which: Impl, predicates: &mut Predicates) {
    match item.strategy() {
        Strategy::Placeholder => {
            if item.attrs.placeholder.get().is_some_and(|p| p.debug) {
                let debug = core("fmt::Debug");
                predicates.add(quote!(Self: #debug));
            }
            return;
        }
        // The state of a generic type holds in general what its fields hold.
        Strategy::SetState
        | Strategy::Interned
        | Strategy::Slots
        | Strategy::Constructor
        | Strategy::Dict => {}
    }
    for field in item.fields() {
        if let Some(explicit) = explicit(&field.attrs.bounds, which) {
            predicates.extend(explicit);
            continue;
        }
        let used = Used::of(item.ident, item.generics, field.ty);
        for bound in bounds_of(field, which, &used) {
            used.each(|ty| predicates.add(quote!(#ty: #bound)));
        }
        // Whole field types, where the traits do not depend on the impls made here and so have an
        // end. For serde this names its traits only through the runtime's adapter.
        let codec = match field.treatment() {
            Treatment::Serde if !used.is_empty() => Some(private("Serde")),
            Treatment::As(codec) if !used.has_itself => {
                let in_codec = Used::of(item.ident, item.generics, codec);
                (!used.is_empty() || !in_codec.is_empty()).then(|| with_same(codec))
            }
            _ => None,
        };
        if let Some(codec) = codec {
            let ty = field.ty;
            let adapter = match which {
                Impl::Reduce => private("Adapter"),
                Impl::Reconstruct => private("Restore"),
            };
            predicates.add(quote!(#codec: #adapter<#ty>));
        }
        // Exactly what is needed: `Vec<T>` has a default though `T` has none.
        let by_default = matches!(field.default(), Some(ByDefault::Trait));
        if which == Impl::Reconstruct && by_default && !used.is_empty() {
            let ty = field.ty;
            let default = core("default::Default");
            predicates.add(quote!(#ty: #default));
        }
    }
}

/// What the parameters used in a field must be.
fn bounds_of(field: &Field<'_>, which: Impl, used: &Used<'_>) -> Vec<TokenStream> {
    let own = || match which {
        Impl::Reduce => private("Reduce"),
        Impl::Reconstruct => private("Reconstruct"),
    };
    match field.treatment() {
        Treatment::Own => vec![own()],
        // A bound on the whole field would have no end.
        Treatment::As(_) if used.has_itself => vec![own()],
        Treatment::Reducer => vec![quote!('static)],
        Treatment::Placeholder(placeholder) if placeholder.debug => {
            vec![core("fmt::Debug")]
        }
        Treatment::Placeholder(_)
        | Treatment::Skip
        | Treatment::Serde
        | Treatment::As(_)
        | Treatment::With(_)
        | Treatment::Extra => Vec::new(),
    }
}

/// Predicates, each once.
#[derive(Default)]
struct Predicates {
    seen: BTreeSet<String>,
    list: Vec<TokenStream>,
}

impl Predicates {
    fn extend(&mut self, predicates: impl IntoIterator<Item = impl ToTokens>) {
        for predicate in predicates {
            self.add(predicate);
        }
    }

    fn add(&mut self, predicate: impl ToTokens) {
        let predicate = predicate.into_token_stream();
        if self.seen.insert(predicate.to_string()) {
            self.list.push(predicate);
        }
    }
}

/// The type parameters and projections in a type.
struct Used<'a> {
    /// The item itself, as `Type<T>` with its own parameters. What it needs is what is being found.
    itself: String,
    has_itself: bool,
    all: BTreeSet<&'a Ident>,
    parameters: Vec<&'a Ident>,
    projections: Vec<&'a TypePath>,
}

impl<'a> Used<'a> {
    fn of(ident: &Ident, generics: &'a Generics, ty: &'a Type) -> Self {
        let (_, arguments, _) = generics.split_for_impl();
        let mut this = Self {
            itself: quote!(#ident #arguments).to_string(),
            has_itself: false,
            all: generics.type_params().map(|param| &param.ident).collect(),
            parameters: Vec::new(),
            projections: Vec::new(),
        };
        this.visit_type(ty);
        this
    }

    fn is_empty(&self) -> bool {
        self.parameters.is_empty() && self.projections.is_empty()
    }

    fn each(&self, mut add: impl FnMut(&dyn ToTokens)) {
        self.parameters.iter().for_each(|param| add(param));
        self.projections.iter().for_each(|path| add(path));
    }

    /// The parameter a path begins with.
    fn parameter(&self, path: &'a Path) -> Option<&'a Ident> {
        let first = path.segments.first()?;
        let is_ours = path.leading_colon.is_none() && self.all.contains(&first.ident);
        is_ours.then_some(&first.ident)
    }
}

impl<'a> Visit<'a> for Used<'a> {
    fn visit_type_path(&mut self, ty: &'a TypePath) {
        if ty.to_token_stream().to_string() == self.itself {
            self.has_itself = true;
            return;
        }
        if let Some(qself) = &ty.qself {
            let before = (self.parameters.len(), self.projections.len());
            self.visit_type(&qself.ty);
            if before == (self.parameters.len(), self.projections.len()) {
                return visit::visit_path(self, &ty.path);
            }
            // Of `<T as Trait>::Item` the projection is used, not `T`.
            self.parameters.truncate(before.0);
            self.projections.truncate(before.1);
            self.projections.push(ty);
        } else if let Some(parameter) = self.parameter(&ty.path) {
            if ty.path.segments.len() == 1 {
                self.parameters.push(parameter);
            } else {
                self.projections.push(ty);
            }
        } else if ty
            .path
            .segments
            .last()
            .is_none_or(|s| s.ident != "PhantomData")
        {
            visit::visit_path(self, &ty.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(ty: &str) -> String {
        let generics: Generics = syn::parse_str("<T, U, const N: usize>").unwrap();
        let ty = syn::parse_str(ty).unwrap();
        let mut names = Vec::new();
        let ident = syn::parse_str("Itself").unwrap();
        Used::of(&ident, &generics, &ty).each(|ty| {
            names.push(ty.to_token_stream().to_string().replace(' ', ""));
        });
        names.join(" ")
    }

    #[test]
    fn parameters_and_projections_are_found_at_any_depth() {
        for (ty, expected) in [
            ("u8", ""),
            ("T", "T"),
            ("Vec<Option<(T, [U; N])>>", "T U"),
            ("&'a dyn Iterator<Item = T>", "T"),
            ("Box<dyn Fn(T) -> U>", "T U"),
            ("T::Item", "T::Item"),
            ("Vec<T::Item>", "T::Item"),
            ("<T as Iterator>::Item", "<TasIterator>::Item"),
            (
                "<Vec<T> as IntoIterator>::Item",
                "<Vec<T>asIntoIterator>::Item",
            ),
            ("<u8 as Trait<T>>::Item", "T"),
            ("PhantomData<T>", ""),
            ("std::marker::PhantomData<T>", ""),
            ("(PhantomData<T>, U)", "U"),
            ("::T", ""),
            ("Vec<Itself<T, U, N>>", ""),
            ("Vec<Itself<U, T, N>>", "U T"),
            ("module::T", ""),
        ] {
            assert_eq!(used(ty), expected, "{ty}");
        }
    }
}
