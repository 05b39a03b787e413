//! Values where pointers were recorded: the type has changed from an `Rc<T>` to a `T`.
//!
//! Such a value is a copy of what the pointer led to, and counted. What is inside keeps its identity:
//! the overlay's entries for the pointer's content hold for the copy.

use super::restoring::OpenCycle;
use crate::codec::decode::Decoder;
use crate::codec::overlay::Kind;
use crate::codec::scopes::ScopeAt;

impl Decoder<'_> {
    /// Passes through the pointers that begin here. Returns the scope around the outermost, if there
    /// are any.
    #[cold]
    #[inline(never)]
    pub(in crate::codec) fn begin_unshared(&mut self) -> Option<ScopeAt> {
        self.note_value_on_cycle();
        let around = self.scope();
        let position = self.position();
        let mut is_any = false;
        while let Some(entry) = self.entry_here() {
            let identity = self.identity.as_deref_mut()?;
            let scope = match entry.kind {
                Kind::Link | Kind::Weak => break,
                Kind::Pointer => entry.scope,
                Kind::Node | Kind::Same => {
                    // What is read again was counted before.
                    identity.unshared += u64::from(identity.known.is_none());
                    let node = identity.overlay.nodes().get(entry.number as usize);
                    node.map(|node| node.scope).unwrap_or_default()
                }
            };
            self.open.scope = scope;
            self.open.base = position;
            is_any = true;
        }
        is_any.then_some(around)
    }

    /// Packed numbers were read, so many bytes up to here: to some of them pointers may have led.
    pub(crate) fn note_packed(&mut self, len: usize) {
        let (scope, base) = (self.open.scope, self.open.base);
        let end = self.start() - base;
        let Some(identity) = self.identity.as_deref_mut().filter(|_| !scope.is_empty()) else {
            return;
        };
        let entries = identity.overlay.entries(scope);
        let first = entries.partition_point(|entry| (entry.offset as usize) < end - len);
        let inside = entries.get(first..).unwrap_or_default();
        let n = inside
            .iter()
            .take_while(|entry| (entry.offset as usize) < end)
            .filter(|entry| matches!(entry.kind, Kind::Node | Kind::Same))
            .count();
        if identity.known.is_none() {
            identity.unshared += n as u64;
        }
    }

    /// Notes that a value begins in a cycle's block where no pointer does.
    fn note_value_on_cycle(&mut self) {
        let here = self.position();
        let Some(cycle) = self.cycle_here() else {
            return;
        };
        let is_pointer = cycle.open.last().is_some_and(|(start, _)| *start == here);
        if !is_pointer {
            cycle.values.push(here - cycle.start);
        }
    }

    /// How many values stand where a pointer was recorded that leads to the same as others.
    pub(in crate::codec) fn count_unshared(&mut self) -> u64 {
        let Some(identity) = self.identity.as_deref_mut() else {
            return 0;
        };
        let on_cycles = identity.closed.values_mut().map(OpenCycle::count_unshared);
        identity.unshared + on_cycles.sum::<u64>()
    }
}

impl OpenCycle {
    /// How many of its nodes are values in their own places and nodes elsewhere.
    pub(super) fn count_unshared(&mut self) -> u64 {
        self.values.sort_unstable();
        self.values.dedup();
        let nodes = self.places.keys().map(|place| place.offset as usize);
        let is_value = |offset: &usize| self.values.binary_search(offset).is_ok();
        nodes.filter(is_value).count() as u64
    }
}
