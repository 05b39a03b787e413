//! Where the walk is in cycles: the last pointers on the way, and which pairs of places were compared
//! already.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use crate::path::{Path, Segment};
use crate::value::Label;

/// The last pointer in each value, and how long the path to it is.
#[derive(Clone, Copy, Default)]
pub(super) struct Anchors([Option<(Label, usize)>; 2]);

impl Anchors {
    /// Notes the pointers that a path of so many steps ends at, if there are any.
    pub(super) fn move_to(&mut self, labels: [Option<Label>; 2], n_steps: usize) -> bool {
        for (anchor, label) in self.0.iter_mut().zip(labels) {
            *anchor = label.map(|label| (label, n_steps)).or(*anchor);
        }
        labels.iter().any(Option::is_some)
    }
}

/// Pairs of places, one of them a pointer's, that were compared already.
#[derive(Default)]
pub(super) struct Met(BTreeSet<(Label, Label, bool, Since)>);

impl Met {
    /// Says whether the pair at the end of this path is new. Without a pointer in both values it can
    /// be met only once.
    pub(super) fn insert(&mut self, anchors: Anchors, path: &Path) -> bool {
        let [Some((old, old_at)), Some((new, new_at))] = anchors.0 else {
            return true;
        };
        let since = Since {
            path: path.clone(),
            n_steps: path.n_steps() - old_at.min(new_at),
        };
        self.0.insert((old, new, old_at < new_at, since))
    }
}

/// The steps since the older pointer: the last ones of a path that shares its memory with others.
struct Since {
    path: Path,
    n_steps: usize,
}

impl Since {
    fn outwards(&self) -> impl Iterator<Item = &Segment> {
        self.path.outwards().take(self.n_steps)
    }
}

impl Ord for Since {
    /// Any order does for a set.
    fn cmp(&self, other: &Self) -> Ordering {
        let numbers = self.n_steps.cmp(&other.n_steps);
        numbers.then_with(|| self.outwards().cmp(other.outwards()))
    }
}

impl PartialOrd for Since {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Eq for Since {}

impl PartialEq for Since {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
