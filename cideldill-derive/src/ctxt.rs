//! The errors of one item, collected so that a user sees all of them in one compile.

use std::cell::RefCell;
use std::fmt::Display;

use proc_macro2::Span;

/// Collects errors. Must be consumed by [`check`](Self::check), so that none is forgotten.
pub(crate) struct Ctxt {
    /// `None` once it was consumed.
    errors: RefCell<Option<Vec<syn::Error>>>,
}

impl Ctxt {
    pub(crate) fn new() -> Self {
        Self {
            errors: RefCell::new(Some(Vec::new())),
        }
    }

    /// Adds an error at a place.
    pub(crate) fn error(&self, span: Span, message: impl Display) {
        self.push(syn::Error::new(span, message));
    }

    /// Adds an error that the parser found.
    pub(crate) fn push(&self, error: syn::Error) {
        if let Some(errors) = self.errors.borrow_mut().as_mut() {
            errors.push(error);
        }
    }

    /// All errors as one, if there are any.
    pub(crate) fn check(self) -> syn::Result<()> {
        let errors = self.errors.take().into_iter().flatten();
        match errors.reduce(|mut all, error| {
            all.combine(error);
            all
        }) {
            Some(all) => Err(all),
            None => Ok(()),
        }
    }
}

#[cfg(debug_assertions)]
impl Drop for Ctxt {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.errors.get_mut().is_none(), "errors were not checked");
        }
    }
}
