//! Nodes that are begun before others.
//!
//! A weak pointer in a plain field can lead to a node that holds the weak pointer's own holder: a
//! subject knows its observers, and they hold it. Then the observer has to be begun before the subject, which is
//! made inside it. That shows when the subject is being made already: the outermost node around it is
//! read to its end, so that all of these are known, and forgotten; then they are begun one inside the other (there is no other way to
//! have weak pointers to what is not made), and the subject is made in the innermost.

use std::collections::{BTreeMap, BTreeSet};

use super::restoring::{Restoring, State};
use crate::codec::decode::Decoder;
use crate::codec::overlay::{Kind, Scope};
use crate::error::Error;

/// Makes a node of the type it was asked for as.
pub(super) type Make = fn(&mut Decoder<'_>, u32) -> Result<bool, Error>;

/// What has to be begun before which node.
#[derive(Default)]
pub(super) struct Begun {
    before: BTreeMap<u32, Vec<(u32, Make)>>,
    /// The same as pairs.
    pairs: BTreeSet<(u32, u32)>,
    /// Nodes that could not be made while others were, which they hold.
    holds: BTreeMap<u32, BTreeSet<u32>>,
    /// How many pairs those are.
    n_holds: usize,
    /// The nodes being made that can be begun anew.
    open: BTreeSet<u32>,
    /// The outermost of them is.
    is_anew: bool,
    /// Those that are to be begun inside the one that is begun next, the next last.
    next: Vec<(u32, Make)>,
    /// How many are begun inside each other.
    n_inside: u64,
    /// How many were begun so in all.
    n_in_all: usize,
}

/// In so many entries what a node holds is looked for.
const MOST_LOOKED_AT: usize = 64;

/// So many of the nodes that a node holds are kept on average.
const MOST_HELD: usize = 64;

impl Restoring {
    pub(super) fn is_not_met(&self, number: u32) -> bool {
        matches!(self.nodes.get(number as usize), Some(State::NotMet))
    }

    /// A node that is being made and that this one holds, if that shows at once.
    pub(super) fn open_node_in(&self, number: u32) -> Option<u32> {
        let scope_of = |number: u32| Some(self.overlay.nodes().get(number as usize)?.scope);
        let mut n_left = MOST_LOOKED_AT;
        let mut scopes = vec![scope_of(number)?];
        while let Some(scope) = scopes.pop() {
            for entry in self.overlay.entries(scope) {
                n_left = n_left.checked_sub(1)?;
                match entry.kind {
                    Kind::Weak => {}
                    Kind::Same => match self.nodes.get(entry.number as usize)? {
                        State::Making(_) => return Some(entry.number),
                        State::NotMet => scopes.extend(scope_of(entry.number)),
                        State::Made(_) => {}
                    },
                    Kind::Link | Kind::Node | Kind::Pointer => scopes.push(entry.scope),
                }
            }
            scopes.retain(|scope| *scope != Scope::EMPTY);
        }
        None
    }

    /// A node that is being made and that this one is known to hold: it cannot be made now.
    pub(super) fn held_open_node(&self, number: u32) -> Option<u32> {
        let is_open = |held: &&u32| {
            let state = self.nodes.get(**held as usize);
            matches!(state, Some(State::Making(_)))
        };
        self.begun.holds.get(&number)?.iter().find(is_open).copied()
    }

    /// Notes that a node could not be made as it holds one that is being made. To find that out again and
    /// again, in every order, has no end.
    pub(super) fn note_held(&mut self, number: u32, held: u32) {
        let most = self.n_entries().saturating_mul(MOST_HELD);
        let begun = &mut self.begun;
        if begun.n_holds < most && begun.holds.entry(number).or_default().insert(held) {
            begun.n_holds += 1;
        }
    }

    /// Notes that one node is to be begun before another, which is begun anew for that. Says whether it
    /// can be: not on cycles, and each pair once.
    pub(super) fn begin_before(&mut self, node: u32, first: u32, make: Make) -> bool {
        let most = self.n_entries();
        let begun = &mut self.begun;
        let can_be = self.cycles.is_empty() && begun.open.contains(&node);
        if !can_be || begun.pairs.len() >= most || !begun.pairs.insert((node, first)) {
            return false;
        }
        begun.before.entry(node).or_default().push((first, make));
        begun.is_anew = true;
        true
    }
}

impl Decoder<'_> {
    /// Begins the nodes that have to be before this one.
    pub(super) fn begin_wanted(&mut self, number: u32) -> Result<(), Error> {
        let Some(identity) = self.identity.as_deref_mut() else {
            return Ok(());
        };
        if !identity.is_not_met(number) {
            return Ok(());
        }
        let Some(before) = identity.begun.before.get(&number) else {
            return Ok(());
        };
        let n_before = before.len() as u64;
        let mut next: Vec<_> = before.clone();
        next.retain(|(first, _)| identity.is_not_met(*first));
        next.reverse();
        let outer = std::mem::replace(&mut identity.begun.next, next);
        self.count_items(n_before)?;
        self.begin_next()?;
        if let Some(identity) = self.identity.as_deref_mut() {
            identity.begun.next = outer;
        }
        Ok(())
    }

    /// Begins the next of the nodes that are begun inside each other, and in it the others.
    pub(super) fn begin_next(&mut self) -> Result<(), Error> {
        let most_inside = self.most_begun();
        while let Some(identity) = self.identity.as_deref_mut()
            && let Some((number, make)) = identity.begun.next.pop()
        {
            // Each can be begun again in what is begun anew; more often costs too much.
            let most = identity.n_entries().saturating_mul(4);
            let may = identity.begun.n_in_all < most && identity.begun.n_inside < most_inside;
            if !may || !identity.is_not_met(number) {
                continue;
            }
            identity.begun.n_in_all += 1;
            identity.begun.n_inside += 1;
            let outcome = make(self, number);
            if let Some(identity) = self.identity.as_deref_mut() {
                identity.begun.n_inside -= 1;
            }
            self.or_begin_before(outcome, number, make)?;
        }
        Ok(())
    }

    /// Notes that a node is read that can be begun anew, unless it is there or being read, or on a cycle.
    pub(super) fn open_to_begin_anew(&mut self, number: u32) -> bool {
        let identity = self.identity.as_deref_mut();
        identity.is_some_and(|identity| {
            let can_be = identity.cycles.is_empty() && identity.is_not_met(number);
            can_be && identity.begun.open.insert(number)
        })
    }

    /// Whether the node that was read is begun anew: the outermost one, once for all that was found inside.
    /// Not if it is itself in the way of what is tried.
    pub(super) fn begins_anew(&mut self, number: u32, has_failed: bool) -> bool {
        let Some(identity) = self.identity.as_deref_mut() else {
            return false;
        };
        let begun = &mut identity.begun;
        begun.open.remove(&number);
        if !begun.open.is_empty() {
            return false;
        }
        let is_tried = has_failed && identity.conflict.is_some();
        std::mem::take(&mut begun.is_anew) && !is_tried
    }
}
