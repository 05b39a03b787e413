//! Nodes that a weak pointer leads to before their own pointer is read.
//!
//! A weak pointer in a plain field has to lead somewhere when its holder is made. So what it leads to
//! is made first, from the place where it stands further on; there it is found made. If it holds what
//! is being made itself, that is begun anew once it is begun (`begun`).

use super::begun::Make;
use super::pointer::Shared;
use super::restoring::{Around, Occurrence, State};
use super::ways::Way;
use crate::codec::decode::{Decoder, Open};
use crate::codec::read::{self as cycle, Cursor};
use crate::error::{Error, ErrorKind};

/// What a reader goes back to.
pub(super) struct Mark {
    cursor: Cursor,
    open: Open,
    n_outer: usize,
    n_shapes: usize,
    depth: u64,
    n_cycles: usize,
    n_entered: usize,
    n_led: usize,
    n_unshared: u64,
    n_made: usize,
    n_closed: usize,
    n_late: usize,
    n_lost: u64,
    n_filled: usize,
    met_bytes: u64,
}

/// So many nodes are made ahead inside each other: each takes stack.
const MOST_AHEAD: u32 = 1000;

fn is_part(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::PartOfCycle { .. })
}

fn make<P: Shared>(decoder: &mut Decoder<'_>, number: u32) -> Result<bool, Error> {
    decoder.make_ahead::<P>(number)
}

impl Decoder<'_> {
    /// Makes a node that is met only later. Says whether it could.
    pub(super) fn make_ahead<P: Shared>(&mut self, number: u32) -> Result<bool, Error> {
        let Some(identity) = self.identity.as_deref_mut() else {
            return Ok(false);
        };
        let Some(content) = identity.content else {
            return Ok(false);
        };
        if identity.unreachable.contains(&number) {
            return Ok(false);
        }
        let path = identity.paths().to_node(number);
        // A way can be as long as the overlay.
        self.count_items(path.len() as u64)?;
        let Some(identity) = self.identity.as_deref_mut() else {
            return Ok(false);
        };
        let aside = identity.set_aside();
        let mark = self.mark();
        let outer = std::mem::take(&mut self.outer);
        let packed = self.packed_place.take();
        let found = self.follow(content, &path);
        if matches!(found, Ok(Way::Unknown))
            && let Some(identity) = self.identity.as_deref_mut()
        {
            identity.unreachable.insert(number);
        }
        let made = match found {
            Ok(Way::Here(written)) => {
                let written = written.as_bytes();
                let inner = written.strip_prefix(b"?").unwrap_or(written);
                let is_own = P::DESC.is(written) || P::DESC.is(inner);
                let written = (!is_own).then_some(written);
                self.pointer::<P>(written).map(|_| true)
            }
            Ok(Way::InCycle(occurrence, place)) => self.make_in_cycle::<P>(occurrence, place),
            Ok(Way::Unknown) => Ok(false),
            Err(error) => Err(error),
        };
        if !matches!(made, Ok(true)) {
            self.undo(&mark);
        }
        self.outer = outer;
        self.packed_place = packed;
        self.go_back(&mark);
        if let Some(identity) = self.identity.as_deref_mut() {
            identity.take_back(aside);
        }
        made
    }

    /// Makes a node of a cycle, unless that is being read.
    fn make_in_cycle<P: Shared>(
        &mut self,
        occurrence: Occurrence,
        place: cycle::Place,
    ) -> Result<bool, Error> {
        let identity = self.identity.as_deref();
        if identity.is_none_or(|identity| identity.entered.contains(&occurrence)) {
            return Ok(false);
        }
        let node = |this: &mut Self| this.node_at::<P>(place, usize::MAX, None);
        self.in_cycle(occurrence, node).map(|node| node.is_some())
    }

    pub(super) fn mark(&self) -> Mark {
        let identity = self.identity.as_deref();
        Mark {
            cursor: self.cursor.clone(),
            open: self.open,
            n_outer: self.outer.len(),
            n_shapes: self.table.len(),
            depth: self.depth,
            n_cycles: identity.map_or(0, |identity| identity.cycles.len()),
            n_entered: identity.map_or(0, |identity| identity.entered.len()),
            n_led: identity.map_or(0, |identity| identity.led.len()),
            n_unshared: identity.map_or(0, |identity| identity.unshared),
            n_made: identity.map_or(0, |identity| identity.made.len()),
            n_closed: identity.map_or(0, |identity| identity.order_closed.len()),
            n_late: identity.map_or(0, |identity| identity.late.len()),
            n_lost: identity.map_or(0, |identity| identity.lost),
            n_filled: identity.map_or(0, |identity| identity.filled.len()),
            met_bytes: self.met_bytes(),
        }
    }

    pub(super) fn go_back(&mut self, mark: &Mark) {
        self.cursor = mark.cursor.clone();
        self.open = mark.open;
        self.outer.truncate(mark.n_outer);
        self.table.truncate(mark.n_shapes);
        self.depth = mark.depth;
        if let Some(identity) = self.identity.as_deref_mut() {
            identity.leave_cycles(mark.n_cycles, mark.n_entered);
        }
    }

    /// What is known of the node around a pointer, out of the way while it is read.
    pub(super) fn leave_around(&mut self) -> Around {
        let Some(identity) = self.identity.as_deref_mut() else {
            return Around::default();
        };
        Around {
            place: None,
            node: identity.node.take(),
            unresolved: std::mem::take(&mut identity.unresolved),
            read: identity.read.take(),
        }
    }

    pub(super) fn come_back(&mut self, around: Around) {
        if let Some(identity) = self.identity.as_deref_mut() {
            identity.node = around.node;
            identity.unresolved = around.unresolved;
            identity.read = around.read;
        }
    }

    /// Forgets what was made since: it may hold what was not made to its end.
    pub(super) fn undo(&mut self, mark: &Mark) {
        self.forget_met_since(mark.met_bytes);
        let Some(identity) = self.identity.as_deref_mut() else {
            return;
        };
        let n_made = mark.n_made.min(identity.made.len());
        for number in identity.made.drain(n_made..) {
            if let Some(node) = identity.nodes.get_mut(number as usize) {
                *node = State::NotMet;
            }
        }
        identity.reopen(mark.n_closed);
        identity.led.truncate(mark.n_led);
        identity.unshared = mark.n_unshared;
        identity.late.truncate(mark.n_late);
        identity.lost = mark.n_lost;
        identity.filled.empty_since(mark.n_filled);
    }

    /// What a weak pointer leads to is not there: makes it, or says that what is in the way of that is to
    /// be begun anew.
    pub(super) fn make_target<P: Shared>(&mut self, number: u32) -> Result<(), Error> {
        let Some(identity) = self.identity.as_deref_mut() else {
            return Ok(());
        };
        // In a cell it can wait until everything is there.
        let can_wait = identity.read.is_some() || identity.known.is_some();
        if can_wait || !identity.is_not_met(number) {
            return Ok(());
        }
        if let Some(open) = identity.held_open_node(number) {
            identity.begin_before(open, number, make::<P>);
            return Ok(());
        }
        if let Some(open) = identity.open_node_in(number)
            && identity.begin_before(open, number, make::<P>)
        {
            return Ok(());
        }
        if identity.n_ahead > 0 {
            return self.make_target_inside::<P>(number);
        }
        // What is too far inside is made first, then all this once more.
        identity.too_deep.clear();
        let mut next: Vec<(u32, Make)> = vec![(number, make::<P>)];
        while let Some((number, make)) = next.pop() {
            let mark = self.mark();
            let outcome = self.make_counted(number, make);
            let identity = self.identity.as_deref_mut();
            let deep = identity.map_or_else(Vec::new, |i| std::mem::take(&mut i.deep));
            if deep.is_empty() {
                self.or_begin_before(outcome, number, make)?;
                continue;
            }
            if let Some(identity) = self.identity.as_deref_mut() {
                identity.conflict = None;
            }
            self.undo(&mark);
            next.push((number, make));
            next.extend(deep);
        }
        Ok(())
    }

    /// The same while others are made ahead.
    fn make_target_inside<P: Shared>(&mut self, number: u32) -> Result<(), Error> {
        let is_deep = self.is_half_deep();
        if let Some(identity) = self.identity.as_deref_mut()
            && (is_deep || identity.n_ahead >= MOST_AHEAD)
        {
            // Each once, and in all no more often than there are entries, as each time costs work.
            let may = identity.n_deep < identity.n_entries();
            if may && identity.too_deep.insert(number) {
                identity.n_deep += 1;
                identity.deep.push((number, make::<P>));
            }
            return Ok(());
        }
        let outcome = self.make_counted(number, make::<P>);
        self.or_begin_before(outcome, number, make::<P>)
    }

    fn make_counted(&mut self, number: u32, make: Make) -> Result<bool, Error> {
        let count = |this: &mut Self, by: i32| {
            if let Some(identity) = this.identity.as_deref_mut() {
                identity.n_ahead = identity.n_ahead.saturating_add_signed(by);
            }
        };
        // One that was too deep may be there by now.
        if !self
            .identity
            .as_deref()
            .is_some_and(|i| i.is_not_met(number))
        {
            return Ok(true);
        }
        count(self, 1);
        let outcome = make(self, number);
        count(self, -1);
        outcome
    }

    /// If a node could not be made because another is being made that it holds, it is to be begun before
    /// that; if that cannot be, the weak pointer is lost.
    pub(super) fn or_begin_before(
        &mut self,
        outcome: Result<bool, Error>,
        number: u32,
        make: Make,
    ) -> Result<(), Error> {
        let identity = self.identity.as_deref_mut();
        match (outcome, identity) {
            (Ok(_), _) => Ok(()),
            (Err(error), Some(identity)) => match identity.conflict.take() {
                Some(conflict) => {
                    identity.note_held(number, conflict);
                    identity.begin_before(conflict, number, make);
                    Ok(())
                }
                // It leads into a cycle that is entered before it, and was not yet.
                None if is_part(&error) => Ok(()),
                None => Err(error),
            },
            (Err(error), None) => Err(error),
        }
    }
}
