//! Both values at once, from the roots down, without recursion.

use std::collections::{BTreeMap, BTreeSet};

use super::anchor::{Anchors, Met};
use super::change::{Change, ChangeKind};
use super::keyed::{Found, Keyed, Merge};
use super::list::{Aligned, List, Segments};
use super::place::{Opened, Opener};
use crate::cid::Cid;
use crate::error::Error;
use crate::path::{Path, Segment};
use crate::value::{Label, RecordValue, Value};

/// Text and bytes in chunks are read to be shown if they are not longer.
const MAX_TEXT_BYTES: u64 = 64 << 10;

/// One of the two values that stand in one place.
struct Side {
    /// The link to the block it stands in, if it has its own.
    link: Option<Value>,
    /// Never a link, an any or a pointer that can be followed.
    opened: Opened,
    /// The last pointer on the way to it.
    label: Option<Label>,
}

impl Side {
    /// The first character of its desc.
    fn letter(&self) -> u8 {
        let desc = match &self.opened {
            Opened::Value(value) => value.desc_bytes(),
            Opened::Node(desc, _) => desc.as_bytes(),
        };
        desc.first().copied().unwrap_or_default()
    }
}

/// Two contents, from the roots down.
pub(super) struct Walk<'s> {
    opener: Opener<'s>,
    path: Path,
    /// What is still to be done, the next last.
    work: Vec<Work>,
    changes: Vec<Change>,
    /// The innermost values of other types that may say the same. What is around them has a change
    /// inside in any case: they are the only ones that are kept whole.
    whole: Option<(Value, Value)>,
    anchors: Anchors,
    met: Met,
}

enum Work {
    /// What is one step further in.
    Part(Segment, Part),
    /// The step back out.
    Leave,
    /// If nothing was found since there were so many changes, the innermost values of other types
    /// changed as a whole.
    Unless(usize),
    Segments(Box<Segments>),
    Merge(Box<Merge>),
    /// The pointers around are these again.
    Anchors(Anchors),
}

/// What is to be said or found out about one place.
pub(super) enum Part {
    Pair(Value, Value),
    Added(Value),
    Removed(Value),
}

impl<'s> Walk<'s> {
    pub(super) fn new(opener: Opener<'s>) -> Self {
        Self {
            opener,
            path: Path::root(),
            work: Vec::new(),
            changes: Vec::new(),
            whole: None,
            anchors: Anchors::default(),
            met: Met::default(),
        }
    }

    pub(super) fn run(mut self, old: Cid, new: Cid) -> Result<Vec<Change>, Error> {
        let (old, new) = (self.root(old)?, self.root(new)?);
        if let (Opened::Value(a), Opened::Value(b)) = (&old.opened, &new.opened) {
            self.note_types(a, b);
        } else if let (Some(a), Some(b)) = (&old.link, &new.link) {
            self.note_types(a, b);
        }
        if self.enter(&old, &new) {
            self.sides(old, new)?;
        }
        while let Some(work) = self.work.pop() {
            match work {
                Work::Leave => drop(self.path.pop()),
                Work::Anchors(anchors) => self.anchors = anchors,
                Work::Part(segment, part) => {
                    self.path.push(segment);
                    self.work.push(Work::Leave);
                    match part {
                        Part::Pair(old, new) => self.pair(old, new)?,
                        Part::Added(value) => {
                            let value = self.shown(value)?;
                            self.found(ChangeKind::Added(value));
                        }
                        Part::Removed(value) => {
                            let value = self.shown(value)?;
                            self.found(ChangeKind::Removed(value));
                        }
                    }
                }
                Work::Unless(before) => {
                    let whole = self.whole.take();
                    if let Some((old, new)) = whole.filter(|_| self.changes.len() == before) {
                        self.found(ChangeKind::Changed { old, new });
                    }
                }
                Work::Segments(mut segments) => {
                    if let Some(Aligned { index, part }) = segments.next(&mut self.opener)? {
                        self.work.push(Work::Segments(segments));
                        self.work.push(Work::Part(Segment::Index(index), part));
                    }
                }
                Work::Merge(mut merge) => {
                    if let Some(Found { key, part }) = merge.next(&mut self.opener)? {
                        self.work.push(Work::Merge(merge));
                        self.work.push(Work::Part(Segment::Key(key), part));
                    }
                }
            }
        }
        Ok(self.changes)
    }

    fn found(&mut self, kind: ChangeKind) {
        let path = self.path.clone();
        self.changes.push(Change { path, kind });
    }

    /// Values of different types that say the same are still a change.
    fn note_types(&mut self, old: &Value, new: &Value) {
        if old.desc() != new.desc() {
            self.unless(old.clone(), new.clone());
        }
    }

    fn unless(&mut self, old: Value, new: Value) {
        self.whole = Some((old, new));
        self.work.push(Work::Unless(self.changes.len()));
    }

    /// The value, if it stands in one block of its own that block's; chunks are not gathered.
    fn shown(&mut self, value: Value) -> Result<Value, Error> {
        let side = self.open(value)?;
        self.side_shown(side)
    }

    /// The value, or the link to its chunks; of text and bytes that are not too long what they are.
    fn side_shown(&mut self, side: Side) -> Result<Value, Error> {
        match (side.opened, side.link) {
            (Opened::Value(value), _) => Ok(value),
            (Opened::Node(desc, groups), Some(Value::Link(link))) => {
                let is_text = matches!(desc.as_bytes(), b"s" | b"y");
                let bytes: u64 = groups.iter().map(|group| group.count).sum();
                if is_text && bytes <= MAX_TEXT_BYTES {
                    return self.opener.chunked(link.cid());
                }
                Ok(Value::Link(link))
            }
            (_, link) => Ok(link.unwrap_or(Value::Unit)),
        }
    }

    fn root(&mut self, cid: Cid) -> Result<Side, Error> {
        match self.opener.root(cid)? {
            Opened::Value(value) => self.open(value),
            Opened::Node(desc, groups) => Ok(Side {
                link: Some(Value::link(cid, desc.clone())),
                opened: Opened::Node(desc, groups),
                label: None,
            }),
        }
    }

    /// Goes through links, anys and pointers to what they stand for.
    fn open(&mut self, mut value: Value) -> Result<Side, Error> {
        let mut last = None;
        let mut label = None;
        let mut labels = BTreeSet::new();
        loop {
            value = match value {
                Value::Any(any) => any.into_inner(),
                Value::Cell(cell) => cell.into_inner(),
                Value::Pointer(pointer) => {
                    let id = pointer.id();
                    // Forged cells can lead in a circle.
                    let content = if labels.insert(id) {
                        self.opener.pointed(id)?
                    } else {
                        None
                    };
                    let Some(value) = content else {
                        let opened = Opened::Value(Value::Pointer(pointer));
                        let link = last;
                        return Ok(Side {
                            link,
                            opened,
                            label,
                        });
                    };
                    label = Some(id);
                    value
                }
                Value::Link(link) => {
                    let opened = self.opener.part(link.cid(), link.desc_text())?;
                    last = Some(Value::Link(link));
                    match opened {
                        Opened::Value(value) => value,
                        opened @ Opened::Node(..) => {
                            let link = last;
                            return Ok(Side {
                                link,
                                opened,
                                label,
                            });
                        }
                    }
                }
                value => {
                    let opened = Opened::Value(value);
                    let link = last;
                    return Ok(Side {
                        link,
                        opened,
                        label,
                    });
                }
            };
        }
    }

    /// Notes the pointers that lead to what is compared now. Says whether it was not yet compared:
    /// every way around a cycle passes a pointer.
    fn enter(&mut self, old: &Side, new: &Side) -> bool {
        let before = self.anchors;
        if !self
            .anchors
            .move_to([old.label, new.label], self.path.n_steps())
        {
            return true;
        }
        if !self.met.insert(self.anchors, &self.path) {
            self.anchors = before;
            return false;
        }
        self.work.push(Work::Anchors(before));
        true
    }

    /// Compares what stands in one place.
    fn pair(&mut self, old: Value, new: Value) -> Result<(), Error> {
        if is_same(&old, &new) {
            return Ok(());
        }
        self.note_types(&old, &new);
        let (old, new) = (self.open(old)?, self.open(new)?);
        if !self.enter(&old, &new) {
            return Ok(());
        }
        self.sides(old, new)
    }

    fn sides(&mut self, old: Side, new: Side) -> Result<(), Error> {
        match (old.letter(), new.letter()) {
            (b'[', b'[') => {
                if let (Some(a), Some(b)) = (List::of(old.opened), List::of(new.opened)) {
                    self.work.push(Work::Segments(Segments::new(a, b).into()));
                }
            }
            (b'{', b'{') | (b'<', b'<') => {
                if let (Some(a), Some(b)) = (Keyed::of(old.opened), Keyed::of(new.opened)) {
                    self.work.push(Work::Merge(Merge::new(a, b).into()));
                }
            }
            _ => match (old.opened, new.opened) {
                (Opened::Value(old), Opened::Value(new)) => self.values(old, new)?,
                (a, b) => {
                    let old = self.side_shown(Side { opened: a, ..old })?;
                    let new = self.side_shown(Side { opened: b, ..new })?;
                    self.found(ChangeKind::Changed { old, new });
                }
            },
        }
        Ok(())
    }

    /// Compares two loaded values, not both sequences, maps or sets.
    fn values(&mut self, old: Value, new: Value) -> Result<(), Error> {
        match (old, new) {
            (Value::Option(old), Value::Option(new))
                if old.get().is_some() == new.get().is_some() =>
            {
                // Two that are absent differ at most in type, which was noted.
                if let Some((old, new)) = old.into_inner().zip(new.into_inner()) {
                    return self.pair(old, new);
                }
            }
            (Value::Record(old), Value::Record(new)) if old.tag() == new.tag() => {
                self.records(old, new);
            }
            (Value::Tuple(old), Value::Tuple(new)) => {
                let (old, new) = (old.into_parts(), new.into_parts());
                self.fields(numbered(old), numbered(new));
            }
            (old, new) if old == new => {}
            (old, new) => self.found(ChangeKind::Changed { old, new }),
        }
        Ok(())
    }

    fn records(&mut self, old: RecordValue, new: RecordValue) {
        let shape = old.shape().clone();
        if shape == *new.shape() {
            let fields = old.into_fields().into_iter().zip(new.into_fields());
            let first = self.work.len();
            for (number, (old, new)) in fields.enumerate() {
                if !is_same(&old, &new) {
                    let segment = Segment::Field(shape.field_name(number).into());
                    self.work.push(Work::Part(segment, Part::Pair(old, new)));
                }
            }
            self.work.get_mut(first..).unwrap_or_default().reverse();
            return;
        }
        let [a, b] = [&old, &new].map(|record| Value::Record(record.clone()));
        self.unless(a, b);
        self.fields(named(old), named(new));
    }

    /// Compares fields by name, in the order of the old ones.
    fn fields(&mut self, old: Vec<(String, Value)>, new: Vec<(String, Value)>) {
        let order: Vec<String> = new.iter().map(|(name, _)| name.clone()).collect();
        let mut new: BTreeMap<String, Value> = new.into_iter().collect();
        let mut parts = Vec::new();
        for (name, old) in old {
            let part = match new.remove(&name) {
                Some(new) => Part::Pair(old, new),
                None => Part::Removed(old),
            };
            parts.push(Work::Part(Segment::Field(name.into()), part));
        }
        for name in order {
            if let Some(value) = new.remove(&name) {
                let part = Part::Added(value);
                parts.push(Work::Part(Segment::Field(name.into()), part));
            }
        }
        self.work.extend(parts.into_iter().rev());
    }
}

/// Whether two values are equal, as far as can be seen without looking into them.
fn is_same(old: &Value, new: &Value) -> bool {
    old.children().is_empty() && super::identity::is_same(old, new)
}

fn numbered(parts: Box<[Value]>) -> Vec<(String, Value)> {
    let numbers = (0_u64..).map(|number| number.to_string());
    numbers.zip(parts).collect()
}

fn named(record: RecordValue) -> Vec<(String, Value)> {
    let shape = record.shape().clone();
    let names = (0..).map(|field| shape.field_name(field));
    names.zip(record.into_fields()).collect()
}
