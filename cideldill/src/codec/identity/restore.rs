//! Giving pointers back: the same as they were, and weak ones too.
//!
//! The overlay says which pointers are the same; a cycle's block says it itself (`restore_cycle`). A
//! node is made when its pointer is read first, or ahead if a weak pointer wants it (`ahead`).

use std::any::{Any, type_name};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use super::pointer::{Kept, NodeType, Shared};
use super::restore_cycle::Head;
use super::restoring::State;
use crate::codec::decode::Decoder;
use crate::codec::overlay::{Entry, Kind, Scope};
use crate::codec::read::{Item, Place};
use crate::desc::DescText;
use crate::error::{Error, ErrorKind};
use crate::shape::DescRef;
use crate::stack::grow;

/// What a pointer's entry says.
enum Said<P> {
    /// The node is there. The number is that of one that stands elsewhere: it must be the same.
    Known(P, Option<u32>),
    /// It is to be made.
    New {
        number: Option<u32>,
        scope: Option<Scope>,
    },
}

impl Decoder<'_> {
    /// Reads a pointer. `written` is the desc it was written with, if that is not the type's.
    pub(crate) fn pointer<P: Shared>(&mut self, written: Option<&[u8]>) -> Result<P, Error> {
        if self.identity.is_none() && self.cursor.item() == Item::Other {
            return grow(|| P::read(self, written));
        }
        self.pointer_with_identity(written)
    }

    #[inline(never)]
    fn pointer_with_identity<P: Shared>(&mut self, written: Option<&[u8]>) -> Result<P, Error> {
        if let Some(identity) = self.identity.as_deref_mut()
            && let Some(known) = identity.known.as_mut()
        {
            let known = known.next();
            let pointer = known
                .as_deref()
                .map_or_else(|| Err(other_type::<P>()), same_type);
            return self.pass_over(pointer?, None, written);
        }
        let pointer = self.read_pointer_again(written)?;
        if let Some(identity) = self.identity.as_deref_mut()
            && let Some(read) = identity.read.as_mut()
        {
            read.push(Box::new(P::clone(&pointer)));
        }
        Ok(pointer)
    }

    /// Reads a pointer, once more if that is how its weak pointers find what they lead to.
    pub(super) fn read_pointer_again<P: Shared>(
        &mut self,
        written: Option<&[u8]>,
    ) -> Result<P, Error> {
        let numbered = match self.entry_here() {
            Some(entry) if matches!(entry.kind, Kind::Node | Kind::Same) => Some(entry.number),
            _ => None,
        };
        match numbered.filter(|_| self.has_weak()) {
            None => self.read_pointer(written),
            Some(number) => self.read_node_again(number, written),
        }
    }

    /// The same for a node that may have to be begun anew.
    #[inline(never)]
    fn read_node_again<P: Shared>(
        &mut self,
        number: u32,
        written: Option<&[u8]>,
    ) -> Result<P, Error> {
        let mark = self.mark();
        loop {
            self.begin_wanted(number)?;
            let is_open = self.open_to_begin_anew(number);
            let around = self.leave_around();
            let read = self.read_pointer(written);
            self.come_back(around);
            if !is_open || !self.begins_anew(number, read.is_err()) {
                return read;
            }
            drop(read);
            self.undo(&mark);
            self.go_back(&mark);
        }
    }

    pub(super) fn has_weak(&self) -> bool {
        let identity = self.identity.as_deref();
        identity.is_some_and(|identity| identity.overlay.has_weak())
    }

    // What is rare stays out of line here: a level of a deep value is a frame of this function.
    #[inline(never)]
    pub(super) fn read_pointer<P: Shared>(&mut self, written: Option<&[u8]>) -> Result<P, Error> {
        let position = self.position();
        let entry = self.entry_here();
        let is_first = entry.is_some_and(|entry| entry.kind.is_first());
        let (number, scope) = match self.said::<P>()? {
            Said::Known(pointer, number) => {
                return self.pass_over(pointer, number, written);
            }
            Said::New { number, scope } => (number, scope),
        };
        // Of several pointers at one place, the item tells about the innermost.
        let is_around = scope.is_some_and(|scope| self.begins_with_pointer(scope));
        match self.cursor.item() {
            Item::Back if !is_first => return self.back_reference(written),
            Item::Part if !is_first && !self.ends_with_same(scope) => {
                return self.part(number, written);
            }
            _ => {}
        }
        if let Some(number) = number {
            self.note_first(number);
        }
        let around = (self.open.scope, self.open.base);
        if let Some(scope) = scope {
            self.open.scope = scope;
            self.open.base = position;
        }
        let desc = written.map_or(DescRef::Constant(P::DESC), DescRef::Text);
        let head = match self.enter_cycle(desc, is_around)? {
            Head::None => None,
            Head::Entered(entered) => Some(entered),
            Head::Known(pointer) => {
                (self.open.scope, self.open.base) = around;
                return Ok(pointer);
            }
        };
        let place = self.place_on_cycle(position, head.is_some());
        // A part never leads to a head.
        if let (Some(number), Some((_, place)), None) = (number, place, &head)
            && let Some((cid, _)) = self.cycle_here().map(|cycle| cycle.occurrence)
        {
            self.place_first(number, cid, place);
        }
        if let Some(pointer) = self.read_before(place)? {
            (self.open.scope, self.open.base) = around;
            return self.pass_over(pointer, None, written);
        }
        let pointer: P = self.make_at(number, place, written)?;
        if let Some(entered) = head {
            self.fill_cells()?;
            self.leave(entered)?;
            self.leave_cycle()?;
        }
        (self.open.scope, self.open.base) = around;
        Ok(pointer)
    }

    /// Makes the node that stands here.
    pub(super) fn make_at<P: Shared>(
        &mut self,
        number: Option<u32>,
        place: Option<(usize, Place)>,
        written: Option<&[u8]>,
    ) -> Result<P, Error> {
        let around = self.begin_node(place);
        let pointer = match number {
            Some(number) => match self.make_node::<P>(number, written) {
                Ok(pointer) => pointer,
                Err(error) => {
                    self.set_state(number, State::NotMet);
                    return Err(error);
                }
            },
            None => grow(|| P::read(self, written))?,
        };
        if let Some(number) = number {
            self.set_state(number, State::Made(Box::new(pointer.clone())));
        }
        self.end_node(around, &pointer);
        Ok(pointer)
    }

    /// Where the next item stands, as entries of the overlay count.
    pub(super) fn position(&self) -> usize {
        self.packed_place.unwrap_or_else(|| self.start())
    }

    /// What the overlay says about the place here.
    pub(crate) fn entry_here(&self) -> Option<Entry> {
        if self.open.scope.is_empty() {
            return None;
        }
        let offset = self.position().checked_sub(self.open.base)?;
        self.identity.as_ref()?.entry(self.open.scope, offset)
    }

    /// The scope behind the link that stands here.
    #[inline]
    pub(in crate::codec) fn scope_of_link(&self) -> Scope {
        match self.entry_here() {
            Some(entry) if entry.kind == Kind::Link => entry.scope,
            _ => Scope::EMPTY,
        }
    }

    fn said<P: Shared>(&mut self) -> Result<Said<P>, Error> {
        let nothing = Said::New {
            number: None,
            scope: None,
        };
        let entry = self.entry_here();
        let (Some(entry), Some(identity)) = (entry, self.identity.as_deref_mut()) else {
            return Ok(nothing);
        };
        let number = match entry.kind {
            Kind::Link | Kind::Weak => return Ok(nothing),
            Kind::Pointer => {
                return Ok(Said::New {
                    number: None,
                    scope: Some(entry.scope),
                });
            }
            Kind::Node | Kind::Same => entry.number,
        };
        match identity.nodes.get(number as usize) {
            Some(State::Made(pointer)) => {
                // One that was made ahead stands here itself.
                let elsewhere = (entry.kind == Kind::Same).then_some(number);
                same_type(&**pointer).map(|pointer| Said::Known(pointer, elsewhere))
            }
            Some(State::NotMet) => Ok(Said::New {
                number: Some(number),
                // Where the first place was passed over, its scope still tells about the content.
                scope: identity
                    .overlay
                    .nodes()
                    .get(number as usize)
                    .map(|node| node.scope),
            }),
            Some(State::Making(_)) => {
                identity.conflict = Some(number);
                Err(self
                    .cursor
                    .malformed("a pointer leads to a node that it stands in"))
            }
            None => Err(self.cursor.malformed("a pointer leads to no node")),
        }
    }

    pub(super) fn set_state(&mut self, number: u32, state: State) {
        if let Some(identity) = self.identity.as_deref_mut()
            && let Some(node) = identity.nodes.get_mut(number as usize)
        {
            if matches!(state, State::Made(_)) {
                identity.made.push(number);
            }
            *node = state;
        }
    }

    pub(super) fn make_node<P: Shared>(
        &mut self,
        number: u32,
        written: Option<&[u8]>,
    ) -> Result<P, Error> {
        let identity = self.identity.as_deref();
        let node = identity.and_then(|identity| identity.overlay.nodes().get(number as usize));
        let node = node.copied().unwrap_or_default();
        // Weak pointers from elsewhere can wait for the node to be made, but not every one does.
        let wants_weak = node.has_weak_inside || (node.has_weak && cfg!(panic = "unwind"));
        if wants_weak {
            return self.make_cyclic(number, written);
        }
        self.set_state(number, State::Making(None));
        grow(|| P::read(self, written))
    }

    /// Makes a node that weak pointers inside it lead to.
    pub(super) fn make_cyclic<P: Shared>(
        &mut self,
        number: u32,
        written: Option<&[u8]>,
    ) -> Result<P, Error> {
        if cfg!(panic = "abort") {
            return Err(ErrorKind::Unsupported {
                type_name: type_name::<P>(),
                reason: "weak pointers to what they stand in need unwinding panics to be loaded",
            }
            .into());
        }
        let mut failure = None;
        // `new_cyclic` takes a closure that cannot fail: an error leaves it by unwinding, without
        // a panic's message.
        let made = catch_unwind(AssertUnwindSafe(|| {
            grow(|| {
                P::cyclic(
                    self,
                    written,
                    |decoder, weak| {
                        let weak: Box<dyn Any> = Box::new(weak);
                        let state = State::Making(Some((P::node_type(), weak)));
                        decoder.set_state(number, state);
                        decoder.begin_next()
                    },
                    |error| {
                        failure = Some(error);
                        resume_unwind(Box::new(()))
                    },
                )
            })
        }));
        match (made, failure) {
            (Ok(made), _) => Ok(made),
            (Err(_), Some(error)) => Err(error),
            (Err(panic), None) => resume_unwind(panic),
        }
    }

    /// Reads a weak pointer to a `P`. None if it leads to nothing in the value.
    pub(crate) fn weak_pointer<P: Shared>(&mut self) -> Result<Option<P::Weak>, Error> {
        let entry = self.entry_here();
        self.cursor.weak()?;
        let Some(Entry {
            kind: Kind::Weak,
            number,
            ..
        }) = entry
        else {
            return Ok(None);
        };
        self.make_target::<P>(number)?;
        let Some(identity) = self.identity.as_deref_mut() else {
            return Ok(None);
        };
        let weak = match identity.nodes.get(number as usize) {
            Some(State::Made(pointer)) => same_type::<P>(&**pointer)?.downgrade(),
            Some(State::Making(Some((_, weak)))) => match weak.downcast_ref::<P::Weak>() {
                Some(weak) => weak.clone(),
                None => return Err(other_type::<P>()),
            },
            _ => {
                identity.unresolved += 1;
                return Ok(None);
            }
        };
        identity.led.push(number);
        Ok(Some(weak))
    }

    /// Reads a weak pointer to what stands behind a trait. `convert` makes one of that trait from the
    /// one of the node's own type. None if it leads to nothing in the value.
    pub(crate) fn weak_to_object<W>(
        &mut self,
        convert: impl FnOnce(NodeType, &dyn Any) -> Result<W, Error>,
    ) -> Result<Option<W>, Error> {
        let entry = self.entry_here();
        self.cursor.weak()?;
        let number = entry.filter(|entry| entry.kind == Kind::Weak);
        let identity = self.identity.as_deref_mut();
        let Some((number, identity)) = number.map(|entry| entry.number).zip(identity) else {
            return Ok(None);
        };
        let weak = match identity.nodes.get(number as usize) {
            Some(State::Made(pointer)) => convert(pointer.node_type(), &*pointer.weak())?,
            Some(State::Making(Some((node_type, weak)))) => convert(*node_type, &**weak)?,
            // Which type to make is not known here: it has to be made where it stands.
            _ => {
                identity.unresolved += 1;
                return Ok(None);
            }
        };
        identity.led.push(number);
        Ok(Some(weak))
    }

    /// Goes behind the content of a pointer to a node that is there, which must be the node's if the
    /// node has a number.
    #[inline(never)]
    pub(super) fn pass_over<P: Shared>(
        &mut self,
        pointer: P,
        number: Option<u32>,
        written: Option<&[u8]>,
    ) -> Result<P, Error> {
        let desc = match written {
            Some(written) => DescText::parse(written),
            None => Some(P::DESC.to_text()),
        };
        match (desc, number) {
            (Some(desc), Some(number)) => self.pass_same(number, &desc)?,
            (Some(desc), None) => self.skip(&desc)?,
            (None, _) => return Err(self.cursor.malformed("the desc is none")),
        }
        Ok(pointer)
    }
}

/// The pointer as it is asked for.
pub(super) fn same_type<P: Shared>(pointer: &dyn Kept) -> Result<P, Error> {
    let pointer = pointer.as_any().downcast_ref::<P::Plain>();
    pointer
        .cloned()
        .map(P::of_plain)
        .ok_or_else(other_type::<P>)
}

#[cold]
pub(crate) fn other_type<P>() -> Error {
    ErrorKind::WrongKind {
        expected: type_name::<P>().into(),
        found: "a pointer to the same node as another type".into(),
    }
    .into()
}
