//! The item as the macro sees it: borrowed syntax with its attributes, before anything is checked.

use proc_macro2::Span;
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Data, DeriveInput, ExprPath, Fields, Generics, Ident, Member, Path, Type};

use crate::attr::container::Container;
use crate::attr::{self, Placeholder};
use crate::ctxt::Ctxt;

/// A struct or an enum.
pub(crate) struct Item<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) generics: &'a Generics,
    pub(crate) attrs: Container,
    pub(crate) body: Body<'a>,
    /// `#[repr(packed)]`: fields cannot be borrowed.
    pub(crate) packed: bool,
}

/// What an item is made of.
pub(crate) enum Body<'a> {
    Struct(Vec<Field<'a>>),
    Enum(Vec<Variant<'a>>),
}

/// A variant of an enum.
pub(crate) struct Variant<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) attrs: attr::variant::Variant,
    pub(crate) fields: Vec<Field<'a>>,
}

/// A field of a struct or variant.
pub(crate) struct Field<'a> {
    pub(crate) member: Member,
    pub(crate) ty: &'a Type,
    pub(crate) attrs: attr::field::Field,
}

/// How the value of a field is recorded.
pub(crate) enum Treatment<'f> {
    /// By its own implementation.
    Own,
    /// Not at all.
    Skip,
    With(&'f Path),
    /// Through a codec, as it was written.
    As(&'f Type),
    Serde,
    Reducer,
    Placeholder(&'f Placeholder),
    /// As further fields of the record.
    Extra,
}

/// What makes the value of a field that the data does not have.
#[derive(Clone, Copy)]
pub(crate) enum ByDefault<'f> {
    /// `Default` of its type.
    Trait,
    Function(&'f ExprPath),
}

/// How a value is taken apart and put together.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strategy {
    Slots,
    SetState,
    Interned,
    Constructor,
    Dict,
    Placeholder,
}

impl<'a> Item<'a> {
    /// The item, unless it is a union.
    pub(crate) fn new(ctxt: &Ctxt, input: &'a DeriveInput) -> Option<Self> {
        let attrs = Container::read(ctxt, &input.attrs);
        let body = match &input.data {
            Data::Struct(data) => Body::Struct(fields(ctxt, &data.fields)),
            Data::Enum(data) => {
                let variants = data.variants.iter().map(|variant| Variant {
                    ident: &variant.ident,
                    attrs: attr::variant::Variant::read(ctxt, &variant.attrs),
                    fields: fields(ctxt, &variant.fields),
                });
                Body::Enum(variants.collect())
            }
            Data::Union(data) => {
                ctxt.error(
                    data.union_token.span,
                    "a union cannot be recorded: nothing says which of its fields is valid; use an \
                     enum, or `#[debuggable(with = \"module\")]` on a field that holds it",
                );
                return None;
            }
        };
        Some(Self {
            ident: &input.ident,
            generics: &input.generics,
            attrs,
            body,
            packed: is_packed(input),
        })
    }

    /// The name in the data, and where it stands in the source.
    pub(crate) fn tag(&self) -> (String, Span) {
        match self.attrs.rename.get() {
            Some(name) => (name.value(), name.span()),
            None => (self.ident.unraw().to_string(), self.ident.span()),
        }
    }

    /// What stands before the name in the tags.
    pub(crate) fn tag_prefix(&self) -> &'static str {
        match self.strategy() {
            Strategy::Interned => "std::interned::",
            _ => "",
        }
    }

    /// Whether values can be rebuilt: not if they borrow, or if the type says so.
    pub(crate) fn reconstructs(&self) -> bool {
        !self.attrs.reduce_only.is_set() && self.generics.lifetimes().next().is_none()
    }

    /// Whether values are rebuilt field by field.
    pub(crate) fn reads_fields(&self) -> bool {
        match self.strategy() {
            Strategy::Slots | Strategy::Constructor | Strategy::Dict => true,
            Strategy::SetState | Strategy::Interned | Strategy::Placeholder => false,
        }
    }

    pub(crate) fn strategy(&self) -> Strategy {
        if self.attrs.placeholder.is_set() {
            Strategy::Placeholder
        } else if self.attrs.intern.is_set() {
            Strategy::Interned
        } else if self.attrs.state.is_set() {
            Strategy::SetState
        } else if self.attrs.constructor.is_set() {
            Strategy::Constructor
        } else if self.fields().any(|field| field.attrs.extra.is_set()) {
            Strategy::Dict
        } else {
            Strategy::Slots
        }
    }

    /// All fields, of all variants.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &Field<'a>> {
        let (of_struct, of_variants) = match &self.body {
            Body::Struct(fields) => (fields.as_slice(), [].as_slice()),
            Body::Enum(variants) => ([].as_slice(), variants.as_slice()),
        };
        of_struct
            .iter()
            .chain(of_variants.iter().flat_map(|variant| &variant.fields))
    }
}

impl Variant<'_> {
    /// The name in the data after `Enum::`, and where it stands in the source.
    pub(crate) fn tag(&self) -> (String, Span) {
        match self.attrs.rename.get() {
            Some(name) => (name.value(), name.span()),
            None => (self.ident.unraw().to_string(), self.ident.span()),
        }
    }
}

impl Field<'_> {
    /// The name in the data and in paths, and where it stands in the source.
    pub(crate) fn name(&self) -> (String, Span) {
        match (self.attrs.rename.get(), &self.member) {
            (Some(name), _) => (name.value(), name.span()),
            (None, Member::Named(ident)) => (ident.unraw().to_string(), ident.span()),
            (None, Member::Unnamed(index)) => (index.index.to_string(), self.ty.span()),
        }
    }

    pub(crate) fn is_named(&self) -> bool {
        matches!(self.member, Member::Named(_))
    }

    pub(crate) fn treatment(&self) -> Treatment<'_> {
        let attrs = &self.attrs;
        if attrs.skip.is_set() {
            Treatment::Skip
        } else if let Some(module) = attrs.with.get() {
            Treatment::With(module)
        } else if let Some(codec) = attrs.codec.get() {
            Treatment::As(codec)
        } else if attrs.serde.is_set() {
            Treatment::Serde
        } else if attrs.reducer.is_set() {
            Treatment::Reducer
        } else if let Some(placeholder) = attrs.placeholder.get() {
            Treatment::Placeholder(placeholder)
        } else if attrs.extra.is_set() {
            Treatment::Extra
        } else {
            Treatment::Own
        }
    }

    /// Whether the field is one of its record's declared fields in the data.
    pub(crate) fn is_declared(&self) -> bool {
        !matches!(self.treatment(), Treatment::Skip | Treatment::Extra)
    }

    /// What makes a value when the data has none, if anything may.
    pub(crate) fn default(&self) -> Option<ByDefault<'_>> {
        match self.attrs.default.get() {
            Some(Some(function)) => Some(ByDefault::Function(function)),
            Some(None) => Some(ByDefault::Trait),
            None => self.attrs.skip.is_set().then_some(ByDefault::Trait),
        }
    }
}

fn fields<'a>(ctxt: &Ctxt, fields: &'a Fields) -> Vec<Field<'a>> {
    let fields = fields.iter().zip(0..).map(|(field, index)| Field {
        member: match &field.ident {
            Some(ident) => Member::Named(ident.clone()),
            None => Member::Unnamed(syn::Index {
                index,
                span: Span::call_site(),
            }),
        },
        ty: &field.ty,
        attrs: attr::field::Field::read(ctxt, &field.attrs),
    });
    fields.collect()
}

/// Whether the item has a `#[repr(packed)]`. What cannot be read is rustc's to report.
fn is_packed(input: &DeriveInput) -> bool {
    let mut packed = false;
    for attribute in &input.attrs {
        if attribute.path().is_ident("repr") {
            let _ = attribute.parse_nested_meta(|meta| {
                packed |= meta.path.is_ident("packed");
                if meta.input.peek(syn::token::Paren) {
                    let _: proc_macro2::Group = meta.input.parse()?;
                }
                Ok(())
            });
        }
    }
    packed
}
