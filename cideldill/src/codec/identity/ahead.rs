//! Nodes that a weak pointer leads to before their own pointer is read.
//!
//! A weak pointer in a plain field has to lead somewhere when its holder is made. So what it leads to
//! is made first, from the place where it stands further on; there it is found made. If it holds what
//! is being made itself, that is begun anew once it is there.

use super::pointer::Shared;
use super::restoring::{Around, Occurrence, State};
use crate::cid::Cid;
use crate::codec::decode::{Decoder, Open, Place};
use crate::codec::overlay::{Entry, Kind, Scope};
use crate::codec::read::{self as cycle, Cursor};
use crate::desc::DescText;
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
    n_conflicts: usize,
}

/// Makes a node of the type it was asked for as.
pub(super) type Make = fn(&mut Decoder<'_>, u32) -> Result<bool, Error>;

/// How a node further on is come to.
enum Way {
    /// The reader stands before it; this is the desc there.
    Here(DescText),
    /// It is a node of a cycle, at this place.
    InCycle(Occurrence, cycle::Place),
    Unknown,
}

/// So many nodes may be made ahead while others are: each takes stack.
const MOST_AHEAD: u32 = 1000;

fn is_part(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::PartOfCycle { .. })
}

/// The place to which the entries within a cycle's block lead, if they do not leave it.
fn place_in_cycle(path: &[(Scope, Entry)]) -> Option<cycle::Place> {
    let entries = || path.iter().map(|(_, entry)| entry);
    if path.is_empty() || entries().any(|entry| entry.kind == Kind::Link) {
        return None;
    }
    let offset = entries().try_fold(0_u32, |sum, entry| sum.checked_add(entry.offset))?;
    // A pointer at the start of what another leads to begins where that does.
    let level = entries().rev().take_while(|entry| entry.offset == 0);
    let level = level.count().try_into().ok()?;
    Some(cycle::Place { offset, level })
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
        self.go_back(mark);
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

    /// Goes where a path leads.
    fn follow(&mut self, content: Cid, path: &[(Scope, Entry)]) -> Result<Way, Error> {
        let (block, written) = self.root_block(content)?;
        let written = written.strip_prefix(b"%").unwrap_or(&written);
        let Some(mut desc) = DescText::parse(written) else {
            return Ok(Way::Unknown);
        };
        self.loaded = Some((content, block));
        self.hold(content);
        let mut place = Place::Root;
        let mut is_node = false;
        for (step, (scope, entry)) in path.iter().enumerate() {
            self.open.scope = *scope;
            let at = self.open.base + entry.offset as usize;
            if is_node {
                if !self.find_group(&desc, at)? {
                    return Ok(Way::Unknown);
                }
            } else {
                match self.skip_until(&desc, at)? {
                    Some(found) => desc = found,
                    None => return Ok(Way::Unknown),
                }
            }
            if step + 1 == path.len() {
                return Ok(Way::Here(desc));
            }
            if entry.kind != Kind::Link {
                self.open.base = at;
                continue;
            }
            let cid = self.read_link()?;
            let block = self.load(cid)?;
            if super::restore_cycle::is_cycle(&block) {
                let rest = path.get(step + 1..).unwrap_or_default();
                return Ok(match place_in_cycle(rest) {
                    Some(place) => Way::InCycle((cid, entry.scope), place),
                    None => Way::Unknown,
                });
            }
            let mut head = Cursor::new(block.clone());
            head.byte()?;
            let written = head.string_bytes()?;
            let written = written.strip_prefix(b"%").unwrap_or(written);
            match DescText::parse(written) {
                Some(written) => desc = written,
                None => return Ok(Way::Unknown),
            }
            if is_node {
                place = Place::Chunk;
            }
            let entered = self.enter_block(cid, block, place, None, entry.scope)?;
            is_node = entered.is_node;
            place = if is_node { Place::Chunk } else { Place::Cut };
        }
        Ok(Way::Unknown)
    }

    /// Goes to a group of the node that was entered.
    fn find_group(&mut self, desc: &DescText, at: usize) -> Result<bool, Error> {
        if self.cursor.at == self.open.body {
            self.cursor.array_len()?;
        }
        let key = crate::codec::key_desc(desc);
        while self.start() < at {
            self.read_link()?;
            self.cursor.unsigned()?;
            if let Some(key) = &key {
                self.skip(key)?;
            }
        }
        Ok(self.start() == at)
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
            n_conflicts: identity.map_or(0, |identity| identity.begun_anew.len()),
        }
    }

    pub(super) fn go_back(&mut self, mark: Mark) {
        self.cursor = mark.cursor;
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
    }

    /// Whether making this node ended because what it leads to holds it: then that is made, and
    /// this one again.
    pub(super) fn begins_anew(&mut self, number: u32) -> Option<(u32, Make)> {
        let identity = self.identity.as_deref_mut()?;
        let (conflict, first, make) = identity.anew?;
        if conflict != number {
            return None;
        }
        identity.anew = None;
        Some((first, make))
    }

    /// What was in the way since may be so again: what was made without it is forgotten. What is
    /// begun anew for now stays noted.
    pub(super) fn forget_conflicts(&mut self, mark: &Mark) {
        let Some(identity) = self.identity.as_deref_mut() else {
            return;
        };
        let n_last = identity.begun_anew.len().saturating_sub(1);
        for conflict in identity
            .begun_anew
            .drain(mark.n_conflicts.min(n_last)..n_last)
        {
            identity.conflicts.remove(&conflict);
        }
    }

    /// Makes a node before another is begun anew. If it cannot be, nothing is there of it.
    pub(super) fn make_first(&mut self, make: Make, number: u32) -> Result<(), Error> {
        let outcome = make(self, number);
        let conflict = self.identity.as_deref_mut().and_then(|i| i.conflict.take());
        match outcome {
            Err(error) if conflict.is_some() || is_part(&error) => Ok(()),
            outcome => outcome.map(drop),
        }
    }

    /// What a weak pointer leads to is not there: makes it, or says that its holder is to be begun
    /// anew.
    pub(super) fn make_target<P: Shared>(&mut self, number: u32) -> Result<(), Error> {
        let Some(identity) = self.identity.as_deref_mut() else {
            return Ok(());
        };
        // In a cell it can wait until everything is there.
        let can_wait = identity.read.is_some() || identity.known.is_some();
        let is_met = !matches!(identity.nodes.get(number as usize), Some(State::NotMet));
        if can_wait || is_met || identity.n_ahead >= MOST_AHEAD {
            return Ok(());
        }
        identity.n_ahead += 1;
        let made = self.make_ahead::<P>(number);
        if let Some(identity) = self.identity.as_deref_mut() {
            identity.n_ahead -= 1;
        }
        let Err(error) = made else {
            return Ok(());
        };
        let Some(identity) = self.identity.as_deref_mut() else {
            return Err(error);
        };
        if let Some(conflict) = identity.conflict.take() {
            // Each node can be in the way once; after that, and on cycles, the weak pointer is lost.
            if !identity.cycles.is_empty() || !identity.may_begin_anew(conflict, number) {
                return Ok(());
            }
            identity.anew = Some((conflict, number, make::<P>));
            return Err(error);
        }
        // It leads into a cycle that is entered before it, and was not yet.
        if is_part(&error) { Ok(()) } else { Err(error) }
    }
}
