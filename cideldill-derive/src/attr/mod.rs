//! Reading `#[debuggable(...)]`: what the levels have in common.
//!
//! A value is kept with the place it was written at, so that later checks can point there. An entry
//! that cannot be read is reported and the next one is read, so that all mistakes show at once.

pub(crate) mod container;
pub(crate) mod field;
pub(crate) mod variant;

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::{Parse as _, ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Attribute, ExprPath, Ident, LitStr, Meta, Token, WherePredicate, token};

use crate::ctxt::Ctxt;
use crate::symbol::{DEBUGGABLE, Level, Symbol};

/// A word as it was written.
pub(crate) struct Key {
    pub(crate) symbol: &'static Symbol,
    pub(crate) span: Span,
}

/// What can be written at most once.
pub(crate) struct Slot<T>(Option<(T, Span)>);

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Slot<T> {
    /// The value, if it was written.
    pub(crate) fn get(&self) -> Option<&T> {
        self.0.as_ref().map(|(value, _)| value)
    }

    /// Where the word stands, if it was written.
    pub(crate) fn span(&self) -> Option<Span> {
        self.0.as_ref().map(|(_, span)| *span)
    }

    pub(crate) fn is_set(&self) -> bool {
        self.0.is_some()
    }

    fn set(&mut self, key: &Key, value: T) -> syn::Result<()> {
        if self.is_set() {
            let message = format!("{} stands here twice", key.symbol);
            return Err(syn::Error::new(key.span, message));
        }
        self.0 = Some((value, key.span));
        Ok(())
    }
}

/// Where-predicates in place of the inferred ones, for each of the two impls.
#[derive(Default)]
pub(crate) struct Bounds {
    pub(crate) reduce: Slot<Predicates>,
    pub(crate) reconstruct: Slot<Predicates>,
}

pub(crate) type Predicates = Vec<WherePredicate>;

/// `placeholder(name = "..", reason = "..", debug)`.
#[derive(Default)]
pub(crate) struct Placeholder {
    pub(crate) name: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) debug: bool,
}

/// Reads all entries of all `#[debuggable(...)]` of one place.
fn read(
    ctxt: &Ctxt,
    attributes: &[Attribute],
    level: Level,
    mut entry: impl FnMut(&Key, ParseStream<'_>) -> syn::Result<()>,
) {
    for attribute in attributes {
        if !attribute.path().is_ident(DEBUGGABLE) {
            continue;
        }
        let Meta::List(list) = &attribute.meta else {
            let span = match attribute.path().get_ident() {
                Some(ident) => ident.span(),
                None => Span::call_site(),
            };
            ctxt.error(span, "expected a list: `#[debuggable(...)]`");
            continue;
        };
        let entries = |input: ParseStream<'_>| {
            while !input.is_empty() {
                let result = one(ctxt, level, input, &mut entry).and_then(|()| {
                    if input.is_empty() || input.peek(Token![,]) {
                        return Ok(());
                    }
                    Err(input.error("expected `,`"))
                });
                if let Err(error) = result {
                    ctxt.push(error);
                    skip_entry(input)?;
                }
                input.parse::<Option<Token![,]>>()?;
            }
            Ok(())
        };
        if let Err(error) = entries.parse2(list.tokens.clone()) {
            ctxt.push(error);
        }
    }
}

/// Reads one entry.
fn one(
    ctxt: &Ctxt,
    level: Level,
    input: ParseStream<'_>,
    entry: &mut impl FnMut(&Key, ParseStream<'_>) -> syn::Result<()>,
) -> syn::Result<()> {
    if !input.peek(Ident::peek_any) {
        return Err(input.error("expected a key, as in `#[debuggable(skip)]`"));
    }
    let word = input.call(Ident::parse_any)?;
    let name = word.unraw().to_string();
    let message = match Symbol::find(&name) {
        Some(symbol) if symbol.is_on(level) => {
            let span = word.span();
            return entry(&Key { symbol, span }, input);
        }
        Some(symbol) => symbol.misplaced(level),
        None => Symbol::unknown(&name, level),
    };
    ctxt.error(word.span(), message);
    skip_entry(input)
}

/// Passes over the rest of an entry.
fn skip_entry(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}

impl Key {
    fn error(&self) -> syn::Error {
        let Self { symbol, span } = self;
        syn::Error::new(*span, format!("{symbol} is written `{}`", symbol.usage))
    }

    /// The error for something else than this word takes, at what was written instead.
    fn error_at(&self, input: ParseStream<'_>) -> syn::Error {
        let at_end = input.is_empty() || input.peek(Token![,]);
        let span = if at_end { self.span } else { input.span() };
        let Self { symbol, .. } = self;
        syn::Error::new(span, format!("{symbol} is written `{}`", symbol.usage))
    }

    /// Nothing after the word.
    fn flag(&self, input: ParseStream<'_>) -> syn::Result<()> {
        if input.is_empty() || input.peek(Token![,]) {
            return Ok(());
        }
        if self.symbol.usage == self.symbol.name {
            return Err(input.error(format!("expected `,`: {} takes no value", self.symbol)));
        }
        Err(self.error_at(input))
    }

    /// `= "..."`
    fn string(&self, input: ParseStream<'_>) -> syn::Result<LitStr> {
        if !input.peek(Token![=]) {
            return Err(self.error_at(input));
        }
        input.parse::<Token![=]>()?;
        if !input.peek(LitStr) {
            return Err(self.error_at(input));
        }
        input.parse()
    }

    /// `= "..."` that is not empty, for a name in the data.
    fn name(&self, input: ParseStream<'_>) -> syn::Result<LitStr> {
        let name = self.string(input)?;
        if name.value().is_empty() {
            return Err(syn::Error::new(name.span(), "a name cannot be empty"));
        }
        Ok(name)
    }

    /// `= something`, in quotation marks or not.
    fn quoted<T>(
        &self,
        input: ParseStream<'_>,
        parse: impl Fn(ParseStream<'_>) -> syn::Result<T>,
    ) -> syn::Result<T> {
        if !input.peek(Token![=]) {
            return Err(self.error_at(input));
        }
        input.parse::<Token![=]>()?;
        if input.is_empty() || input.peek(Token![,]) {
            return Err(self.error_at(input));
        }
        let span = input.span();
        let written = if input.peek(LitStr) {
            input.parse::<LitStr>()?.parse_with(parse)
        } else {
            parse(input)
        };
        written.map_err(|_| syn::Error::new(span, self.error()))
    }

    /// `= "path::to::function"`
    fn path(&self, input: ParseStream<'_>) -> syn::Result<ExprPath> {
        self.quoted(input, ExprPath::parse)
    }

    /// `bound = "..."` or `bound(reduce = "...", reconstruct = "...")`
    fn bounds(&self, input: ParseStream<'_>, bounds: &mut Bounds) -> syn::Result<()> {
        if !input.peek(token::Paren) {
            let predicates = self.predicates(input)?;
            bounds.reduce.set(self, predicates.clone())?;
            return bounds.reconstruct.set(self, predicates);
        }
        let inner;
        syn::parenthesized!(inner in input);
        self.words(&inner, |word, inner| {
            if word == "reduce" {
                bounds.reduce.set(self, self.predicates(inner)?)
            } else if word == "reconstruct" {
                bounds.reconstruct.set(self, self.predicates(inner)?)
            } else {
                Err(syn::Error::new(word.span(), self.error()))
            }
        })
    }

    fn predicates(&self, input: ParseStream<'_>) -> syn::Result<Predicates> {
        let text = self.string(input)?;
        let predicates = text.parse_with(Punctuated::<_, Token![,]>::parse_terminated);
        match predicates {
            Ok(predicates) => Ok(predicates.into_iter().collect()),
            Err(_) => Err(syn::Error::new(text.span(), self.error())),
        }
    }

    /// `placeholder` or `placeholder(...)`
    fn placeholder(&self, input: ParseStream<'_>) -> syn::Result<Placeholder> {
        let mut placeholder = Placeholder::default();
        if !input.peek(token::Paren) {
            return self.flag(input).map(|()| placeholder);
        }
        let inner;
        syn::parenthesized!(inner in input);
        self.words(&inner, |word, inner| {
            if word == "name" {
                placeholder.name = Some(self.name(inner)?.value());
            } else if word == "reason" {
                placeholder.reason = Some(self.name(inner)?.value());
            } else if word == "debug" {
                placeholder.debug = true;
            } else {
                return Err(syn::Error::new(word.span(), self.error()));
            }
            Ok(())
        })?;
        Ok(placeholder)
    }

    /// The words inside the parentheses after the key, with commas between them.
    fn words(
        &self,
        inner: ParseStream<'_>,
        mut one: impl FnMut(&Ident, ParseStream<'_>) -> syn::Result<()>,
    ) -> syn::Result<()> {
        let mut all = || {
            while !inner.is_empty() {
                if !inner.peek(Ident::peek_any) {
                    return Err(self.error_at(inner));
                }
                one(&inner.call(Ident::parse_any)?, inner)?;
                if !inner.is_empty() && !inner.peek(Token![,]) {
                    return Err(self.error_at(inner));
                }
                inner.parse::<Option<Token![,]>>()?;
            }
            Ok(())
        };
        let result = all();
        if result.is_err() {
            // What is left unread would be reported once more.
            inner.parse::<TokenStream>()?;
        }
        result
    }
}
