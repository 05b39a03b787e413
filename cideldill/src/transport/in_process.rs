//! Both sides in one process: for tests, and for a store that is handed out as if it were far away.

use std::sync::Arc;

use super::{
    Answer, BodyForm, CidList, Handshake, MissingCids, Offer, RequestLimits, SendError, Transport,
    receive_body,
};
use crate::store::BlockStore;

/// A [`Transport`] to a store in this process. Everything goes through bytes as on a wire.
#[derive(Clone)]
pub struct InProcess {
    store: Arc<dyn BlockStore>,
    form: BodyForm,
    limits: RequestLimits,
}

impl InProcess {
    /// A way to this store, with bodies of this form and the default limits.
    pub fn new(store: Arc<dyn BlockStore>, form: BodyForm) -> Self {
        Self {
            store,
            form,
            limits: RequestLimits::default(),
        }
    }

    /// The same with other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: RequestLimits) -> Self {
        self.limits = limits;
        self
    }
}

impl Transport for InProcess {
    fn handshake(&self) -> Result<Handshake, SendError> {
        let body = Handshake::of(&*self.store, self.limits).to_body(self.form);
        Ok(Handshake::parse(self.form, &body)?)
    }

    fn exchange(&self, offer: &Offer) -> Result<Answer, SendError> {
        let body = offer.to_body(self.form);
        let answer = receive_body(&*self.store, self.form, &body, &self.limits);
        Ok(Answer::parse(self.form, &answer.to_body(self.form))?)
    }

    fn missing(&self, asked: &CidList) -> Result<Option<MissingCids>, SendError> {
        let asked = CidList::parse(self.form, &asked.to_body(self.form), &self.limits)?;
        let body = MissingCids::of(&*self.store, &asked)?.to_body(self.form);
        Ok(Some(MissingCids::parse(self.form, &body)?))
    }
}

impl std::fmt::Debug for InProcess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InProcess")
            .field("form", &self.form)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
