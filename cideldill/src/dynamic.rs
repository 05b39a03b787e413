//! Trait objects: values of different types behind one trait, each recorded with its type's registered
//! name.
//!
//! `#[debuggable(dyn)]` on the trait writes the impls that use this. A trait object is a record around
//! the value; behind an `Rc` or `Arc` the value in the record is the node, so a pointer to a trait
//! object and one to the same value as its own type are the same pointer. Implements the row of
//! docs/format.md section 10 for trait objects.

use std::any::{Any, TypeId, type_name};
use std::rc::{self, Rc};
use std::sync::{self, Arc};

use crate::codec::{Cells, Decoder, Encoder, other_type};
use crate::desc::Desc;
use crate::error::{Error, ErrorKind};
use crate::reconstruct::{Debuggable, Reconstruct};
use crate::reduce::Reduce;
use crate::refusal::Refused;
use crate::registry::{Registry, wrong_shape};
use crate::stack::grow;

/// What the tags of trait objects start with.
pub(crate) const TAG_PREFIX: &str = "std::dyn::";

/// What `#[debuggable(dyn)]` asks of every type behind the trait: that it can be recorded and loaded.
///
/// Every type with `#[derive(Debuggable)]` that holds no borrowed data has it; nothing is to be
/// implemented.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand behind a trait with `#[debuggable(dyn)]`: it cannot be both recorded and loaded",
    label = "add `#[derive(Debuggable)]` to this type"
)]
pub trait Object: 'static {
    // A supertrait's methods are in scope wherever the trait is: their names are ours alone.
    #[doc(hidden)]
    fn cideldill_type(&self) -> ObjectType;

    #[doc(hidden)]
    fn cideldill_reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error>;

    #[doc(hidden)]
    fn cideldill_cells<'a>(&'a self, cells: &mut Cells<'a>);
}

impl<T: Debuggable + 'static> Object for T {
    fn cideldill_type(&self) -> ObjectType {
        ObjectType {
            id: TypeId::of::<T>(),
            name: type_name::<T>(),
            desc: T::DESC,
        }
    }

    fn cideldill_reduce(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        self.reduce(encoder)
    }

    fn cideldill_cells<'a>(&'a self, cells: &mut Cells<'a>) {
        self.cells(cells);
    }
}

/// The type behind a trait.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct ObjectType {
    pub(crate) id: TypeId,
    pub(crate) name: &'static str,
    pub(crate) desc: &'static Desc,
}

/// A trait object that a `T` can become: `dyn Shape` of every type that implements `Shape`.
/// `#[debuggable(dyn)]` on the trait implements it.
#[diagnostic::on_unimplemented(
    message = "`{T}` cannot be recorded as `{Self}`",
    label = "needs `#[debuggable(dyn)]` on the trait, and the trait implemented for the type"
)]
pub trait DynOf<T>: Reduce + 'static {
    #[doc(hidden)]
    fn from_box(value: Box<T>) -> Box<Self>;
    #[doc(hidden)]
    fn from_rc(value: Rc<T>) -> Rc<Self>;
    #[doc(hidden)]
    fn from_arc(value: Arc<T>) -> Arc<Self>;
    #[doc(hidden)]
    fn from_rc_weak(value: rc::Weak<T>) -> rc::Weak<Self>;
    #[doc(hidden)]
    fn from_arc_weak(value: sync::Weak<T>) -> sync::Weak<Self>;
}

type Read<P> = fn(&mut Decoder<'_>, Option<&[u8]>) -> Result<P, Error>;

/// Makes a weak pointer to a trait object from one to its type.
type Weaken<W> = fn(&dyn Any) -> Option<W>;

/// How values of one type are read as trait objects.
pub(crate) struct Readers<O: ?Sized> {
    boxed: Read<Box<O>>,
    rc: Read<Rc<O>>,
    arc: Read<Arc<O>>,
    rc_weak: Weaken<rc::Weak<O>>,
    arc_weak: Weaken<sync::Weak<O>>,
    dangling_rc: fn() -> rc::Weak<O>,
    dangling_arc: fn() -> sync::Weak<O>,
}

impl<O: ?Sized + 'static> Readers<O> {
    pub(crate) fn of<T: Debuggable + 'static>() -> Self
    where
        O: DynOf<T>,
    {
        Self {
            boxed: |decoder, written| read::<Box<T>>(decoder, written).map(O::from_box),
            rc: |decoder, written| read::<Rc<T>>(decoder, written).map(O::from_rc),
            arc: |decoder, written| read::<Arc<T>>(decoder, written).map(O::from_arc),
            rc_weak: |weak| weak.downcast_ref().cloned().map(O::from_rc_weak),
            arc_weak: |weak| weak.downcast_ref().cloned().map(O::from_arc_weak),
            dangling_rc: || O::from_rc_weak(rc::Weak::new()),
            dangling_arc: || O::from_arc_weak(sync::Weak::new()),
        }
    }
}

fn read<P: Reconstruct>(decoder: &mut Decoder<'_>, written: Option<&[u8]>) -> Result<P, Error> {
    match written {
        None => P::reconstruct(decoder),
        Some(written) => P::reconstruct_as(decoder, written),
    }
}

/// Writes the record around the value behind `O`.
pub(crate) fn reduce_around<O: ?Sized + 'static>(
    object: ObjectType,
    encoder: &mut Encoder<'_>,
    write: impl FnOnce(&mut Encoder<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let registry = Registry::active();
    let shape = match registry.dyn_shape::<O>(object) {
        Ok(shape) => shape,
        Err(error) => {
            let refused = Refused {
                type_name: object.name,
                recorded_name: Some(&object.desc.name()),
                error,
            };
            return encoder.stand_in(&registry, refused);
        }
    };
    let scope = encoder.open_record_text(&shape);
    if let Err(error) = grow(|| write(encoder)) {
        encoder.refused(error.in_field("0"))?;
    }
    encoder.end_record(scope)
}

/// Writes a trait object.
///
/// # Errors
/// What is not recordable, and that its type has no name for the trait.
pub fn reduce_dyn<O: Object + ?Sized>(object: &O, encoder: &mut Encoder<'_>) -> Result<(), Error> {
    reduce_around::<O>(object.cideldill_type(), encoder, |encoder| {
        object.cideldill_reduce(encoder)
    })
}

/// Reads a trait object in a box.
///
/// # Errors
/// What does not fit, and that its name is not known for the trait.
pub fn read_box<O: ?Sized + 'static>(decoder: &mut Decoder<'_>) -> Result<Box<O>, Error> {
    read_dyn::<O, _>(decoder, |readers| readers.boxed)
}

/// Reads a shared trait object. `written` is its desc in the data, if that is not a record's.
///
/// # Errors
/// As [`read_box`].
pub fn read_rc<O: ?Sized + 'static>(
    decoder: &mut Decoder<'_>,
    written: Option<&[u8]>,
) -> Result<Rc<O>, Error> {
    refuse_other(written)?;
    read_dyn::<O, _>(decoder, |readers| readers.rc)
}

/// The same across threads.
///
/// # Errors
/// As [`read_box`].
pub fn read_arc<O: ?Sized + 'static>(
    decoder: &mut Decoder<'_>,
    written: Option<&[u8]>,
) -> Result<Arc<O>, Error> {
    refuse_other(written)?;
    read_dyn::<O, _>(decoder, |readers| readers.arc)
}

/// Reads a weak pointer to a trait object.
///
/// # Errors
/// That the type it leads to has no name for the trait.
pub fn read_rc_weak<O: ?Sized + 'static>(decoder: &mut Decoder<'_>) -> Result<rc::Weak<O>, Error> {
    let weak = read_weak::<O, _>(decoder, |readers| readers.rc_weak)?;
    weak.or_else(dangling_rc).ok_or_else(no_types::<O>)
}

/// The same across threads.
///
/// # Errors
/// As [`read_rc_weak`].
pub fn read_arc_weak<O: ?Sized + 'static>(
    decoder: &mut Decoder<'_>,
) -> Result<sync::Weak<O>, Error> {
    let weak = read_weak::<O, _>(decoder, |readers| readers.arc_weak)?;
    weak.or_else(dangling_arc).ok_or_else(no_types::<O>)
}

/// A weak pointer to a trait object that leads to nothing: it is of some type all the same, one that
/// is registered for the trait.
pub fn dangling_rc<O: ?Sized + 'static>() -> Option<rc::Weak<O>> {
    Registry::active().any_dyn(|readers: &Readers<O>| (readers.dangling_rc)())
}

/// The same across threads.
pub fn dangling_arc<O: ?Sized + 'static>() -> Option<sync::Weak<O>> {
    Registry::active().any_dyn(|readers: &Readers<O>| (readers.dangling_arc)())
}

fn read_weak<O: ?Sized + 'static, W>(
    decoder: &mut Decoder<'_>,
    pick: fn(&Readers<O>) -> Weaken<W>,
) -> Result<Option<W>, Error> {
    decoder.weak_to_object(|node_type, weak| {
        let weaken = Registry::active().dyn_of_type(node_type, pick)?;
        weaken(weak).ok_or_else(other_type::<W>)
    })
}

#[cold]
fn no_types<O: ?Sized>() -> Error {
    ErrorKind::NoDyn {
        type_name: "a weak pointer to nothing",
        trait_name: type_name::<O>(),
    }
    .into()
}

fn refuse_other(written: Option<&[u8]>) -> Result<(), Error> {
    match written.filter(|written| !Desc::RECORD.is(written)) {
        Some(other) => Err(crate::reconstruct::wrong_kind(Desc::RECORD, other)),
        None => Ok(()),
    }
}

fn read_dyn<O: ?Sized + 'static, P>(
    decoder: &mut Decoder<'_>,
    pick: fn(&Readers<O>) -> Read<P>,
) -> Result<P, Error> {
    let (record, written) = decoder.open_any_record()?;
    decoder.no_placeholder(&written)?;
    let Some(name) = written.tag().strip_prefix(TAG_PREFIX) else {
        return Err(ErrorKind::WrongKind {
            expected: type_name::<O>().into(),
            found: written.tag().to_owned(),
        }
        .into());
    };
    let (shape, read) = Registry::active().dyn_reader(name, pick)?;
    let [desc] = written.types() else {
        return Err(wrong_shape(&shape, &written));
    };
    if written.version() != 0 || written.names().len() > 0 {
        return Err(wrong_shape(&shape, &written));
    }
    let is_same = shape.types().first() == Some(desc);
    let other = (!is_same).then(|| desc.as_bytes());
    let value = grow(|| read(decoder, other)).map_err(|error| error.in_field("0"))?;
    decoder.close_record(record)?;
    Ok(value)
}
