//! Which reducers may act.

use std::collections::BTreeSet;

/// Which of a registry's reducers, functions and types behind traits may act, by name. Those that may
/// not are errors
/// ([`ErrorKind::Denied`](crate::ErrorKind::Denied)), for recording and for loading, before any of
/// their functions runs.
///
/// ```
/// use cideldill::Policy;
/// let policy = Policy::allow_all().deny("file");
/// assert!(policy.allows("url") && !policy.allows("file"));
/// let policy = Policy::allow_only(["url", "date"]).deny("date");
/// assert!(policy.allows("url") && !policy.allows("date") && !policy.allows("file"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Nothing stands for all.
    allowed: Option<BTreeSet<String>>,
    denied: BTreeSet<String>,
}

impl Policy {
    /// Every reducer may act: the default.
    pub fn allow_all() -> Self {
        Self::default()
    }

    /// Only the reducers with these names may act.
    pub fn allow_only<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        Self {
            allowed: Some(names.into_iter().map(Into::into).collect()),
            denied: BTreeSet::new(),
        }
    }

    /// The reducer with this name may not act, also if it is allowed.
    #[must_use]
    pub fn deny(mut self, name: impl Into<String>) -> Self {
        self.denied.insert(name.into());
        self
    }

    /// Whether the reducer with this name may act.
    pub fn allows(&self, name: &str) -> bool {
        let is_allowed = match &self.allowed {
            Some(allowed) => allowed.contains(name),
            None => true,
        };
        is_allowed && !self.denied.contains(name)
    }
}
