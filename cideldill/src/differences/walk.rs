//! Both values at once, from the roots down, without recursion.

use std::collections::{BTreeMap, BTreeSet};

use super::change::{Change, ChangeKind};
use super::identity::identity_change;
use super::keyed::{Found, Keyed, Merge};
use super::list::{Aligned, List, Segments};
use super::place::{Opened, Opener};
use crate::block::BlockSource;
use crate::cid::Cid;
use crate::codec::Profile;
use crate::encoded::{Encoded, decode_with, encode};
use crate::error::Error;
use crate::limits::Limits;
use crate::path::{Path, Segment};
use crate::value::{Label, RecordValue, Value};

/// What changed from one value to another, reading only the blocks where they differ.
///
/// Structs are compared by field name, maps by key, sets by element. In sequences what is equal at
/// both ends, and chunks that both have, are skipped; what is left is compared in order, and the
/// surplus was added or removed: an insertion into a long list is one change. Text and bytes change
/// as a whole. There are no changes exactly if the CIDs are equal: where the content is equal and other
/// pointers are the same, one change says which.
///
/// ```
/// use cideldill::{Store, differences};
/// let store = Store::in_memory();
/// let before = store.put(&vec![(1, "a"), (2, "b")])?;
/// let after = store.put(&vec![(1, "a"), (2, "c"), (3, "d")])?;
/// let changes = differences(before, after, store.blocks())?;
/// assert_eq!(changes[0].to_string(), r#"[1].1: "b" -> "c""#);
/// assert_eq!(changes[1].to_string(), r#"[2]: added (3, "d")"#);
/// # Ok::<(), cideldill::Error>(())
/// ```
///
/// # Errors
/// A missing or corrupt block, or bytes that no encoder writes, among the blocks that had to be
/// read.
pub fn differences(old: Cid, new: Cid, source: &dyn BlockSource) -> Result<Vec<Change>, Error> {
    differences_with(old, new, source, Limits::default())
}

/// The same within other limits: of bytes and items read in all. The depth is that inside one block.
///
/// # Errors
/// As [`differences`].
pub fn differences_with(
    old: Cid,
    new: Cid,
    source: &dyn BlockSource,
    limits: Limits,
) -> Result<Vec<Change>, Error> {
    if old == new {
        return Ok(Vec::new());
    }
    let mut opener = Opener::new(source, limits);
    let profiles = [opener.profile_of(old)?, opener.profile_of(new)?];
    if profiles[0] == profiles[1] && profiles[0] != Profile::WHOLE {
        return compare(opener, old, new, source, limits);
    }
    // In one large block nothing can be skipped, and other cuts have other CIDs: compare what the
    // standard profile makes of the values.
    let again =
        |cid| -> Result<Encoded, Error> { encode(&decode_with::<Value>(cid, source, limits)?) };
    let (old, new) = (again(old)?, again(new)?);
    let roots = (old.root(), new.root());
    if roots.0 == roots.1 {
        return Ok(Vec::new());
    }
    let both = Both(old, new);
    compare(Opener::new(&both, limits), roots.0, roots.1, &both, limits)
}

/// Compares two values of one profile.
fn compare(
    mut opener: Opener<'_>,
    old: Cid,
    new: Cid,
    source: &dyn BlockSource,
    limits: Limits,
) -> Result<Vec<Change>, Error> {
    let contents = (opener.content(old)?, opener.content(new)?);
    let mut changes = Vec::new();
    if contents.0 != contents.1 {
        changes = Walk::new(opener).run(contents.0, contents.1)?;
    }
    if changes.is_empty() {
        changes.push(identity_change(old, new, source, limits)?);
    }
    Ok(changes)
}

/// The blocks of two values.
struct Both(Encoded, Encoded);

impl BlockSource for Both {
    fn load_many(&self, cids: &[Cid]) -> Result<Vec<std::sync::Arc<[u8]>>, Error> {
        let load = |cid| {
            self.0
                .load_many(&[cid])
                .or_else(|_| self.1.load_many(&[cid]))
        };
        let blocks: Result<Vec<_>, _> = cids.iter().map(|cid| load(*cid)).collect();
        Ok(blocks?.into_iter().flatten().collect())
    }
}

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

struct Walk<'s> {
    opener: Opener<'s>,
    path: Path,
    /// What is still to be done, the next last.
    work: Vec<Work>,
    changes: Vec<Change>,
    /// The last pointer in each value, and how long the path to it is.
    anchors: [Option<Anchor>; 2],
    /// Pairs of places, one of them a pointer's, that were compared already.
    met: BTreeSet<(Label, Label, bool, Vec<Segment>)>,
}

/// A pointer in a cycle, and the length of the path to it.
type Anchor = (Label, usize);

enum Work {
    /// What is one step further in.
    Part(Segment, Part),
    /// The step back out.
    Leave,
    /// Values of other types that may say the same: if nothing was found inside them, they changed
    /// as a whole.
    Unless(usize, Value, Value),
    Segments(Box<Segments>),
    Merge(Box<Merge>),
    /// The pointers around are these again.
    Anchors([Option<Anchor>; 2]),
}

/// What is to be said or found out about one place.
pub(super) enum Part {
    Pair(Value, Value),
    Added(Value),
    Removed(Value),
}

impl<'s> Walk<'s> {
    fn new(opener: Opener<'s>) -> Self {
        Self {
            opener,
            path: Path::root(),
            work: Vec::new(),
            changes: Vec::new(),
            anchors: [None; 2],
            met: BTreeSet::new(),
        }
    }

    fn run(mut self, old: Cid, new: Cid) -> Result<Vec<Change>, Error> {
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
                Work::Unless(before, old, new) => {
                    if self.changes.len() == before {
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
            let before = self.changes.len();
            self.work
                .push(Work::Unless(before, old.clone(), new.clone()));
        }
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
                    let content = self.opener.pointed(id).filter(|_| labels.insert(id));
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
        if old.label.is_none() && new.label.is_none() {
            return true;
        }
        let before = self.anchors;
        let steps = self.path.segments();
        for (anchor, side) in self.anchors.iter_mut().zip([old, new]) {
            *anchor = side.label.map(|label| (label, steps.len())).or(*anchor);
        }
        if let [Some(a), Some(b)] = self.anchors {
            let since = steps.get(a.1.min(b.1)..).unwrap_or_default().to_vec();
            if !self.met.insert((a.0, b.0, a.1 < b.1, since)) {
                self.anchors = before;
                return false;
            }
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
        let before = self.changes.len();
        let [a, b] = [&old, &new].map(|record| Value::Record(record.clone()));
        self.work.push(Work::Unless(before, a, b));
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
