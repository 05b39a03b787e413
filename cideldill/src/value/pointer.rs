//! The parts of a tree that say which pointers are the same.
//!
//! A shared pointer that nothing else names is nothing by itself: its content stands in its place. One
//! that others name is a [`PointerValue`] with a label; where it is met again there is another with
//! the same label and no content. Labels mean something inside one tree only.

use std::collections::BTreeMap;

use super::parts::text;
use super::tree::{Child, Value};
use crate::cid::Cid;
use crate::codec::{NodeKey, Place};
use crate::desc::DescText;

/// Which allocation a pointer leads to: a tree that was loaded, and a number in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Label {
    pub(super) tree: u32,
    pub(super) number: u32,
}

impl Label {
    pub(super) fn key(self) -> NodeKey {
        NodeKey::of_label(u64::from(self.tree) << 32 | u64::from(self.number))
    }
}

/// A shared pointer (`Rc`, `Arc`) that others name.
#[derive(Clone)]
pub struct PointerValue(Box<Pointed>);

#[derive(Clone)]
struct Pointed {
    label: Label,
    /// Of what it leads to.
    desc: DescText,
    /// Other pointers lead to the same.
    is_named: bool,
    /// It was met before: the content, if there is one, is a copy.
    is_again: bool,
    /// The cycle that it was the head of is whole.
    is_head: bool,
    content: Child,
}

impl PointerValue {
    /// A pointer to content that is written with this desc.
    pub(super) fn first(label: Label, desc: DescText, is_named: bool, content: Value) -> Self {
        Self(Box::new(Pointed {
            label,
            desc,
            is_named,
            is_again: false,
            is_head: false,
            content: Child::new(Some(content)),
        }))
    }

    /// A pointer that was met before, in a key: with what it leads to, to be compared.
    pub(super) fn copy(label: Label, desc: DescText, content: Value) -> Self {
        let mut pointer = Self::first(label, desc, true, content);
        pointer.0.is_again = true;
        pointer
    }

    pub(super) fn again(label: Label, desc: DescText) -> Self {
        Self(Box::new(Pointed {
            label,
            desc,
            is_named: true,
            is_again: true,
            is_head: false,
            content: Child::default(),
        }))
    }

    /// Which allocation it leads to. The label says no more than that: it is another one when the
    /// value is loaded in other company.
    pub fn label(&self) -> u32 {
        self.0.label.number
    }

    pub(crate) fn id(&self) -> Label {
        self.0.label
    }

    /// What it leads to, where that was met first; nothing where it was met before, except in keys.
    pub fn content(&self) -> Option<&Value> {
        self.0.content.get()
    }

    pub(super) fn into_head(mut self) -> Self {
        self.0.is_head = true;
        self
    }

    /// Whether it was the head of a cycle when it was read.
    pub(super) fn is_head(&self) -> bool {
        self.0.is_head
    }

    /// Whether it was met before.
    pub fn is_again(&self) -> bool {
        self.0.is_again
    }

    /// Whether others lead to the same.
    pub(super) fn is_named(&self) -> bool {
        self.0.is_named
    }

    pub(super) fn desc(&self) -> &DescText {
        &self.0.desc
    }

    pub(super) fn child(&self) -> &Child {
        &self.0.content
    }

    pub(super) fn child_mut(&mut self) -> &mut Child {
        &mut self.0.content
    }

    pub(super) fn around(&self, content: Option<Value>) -> Self {
        Self(Box::new(Pointed {
            content: Child::new(content),
            desc: self.0.desc.clone(),
            ..*self.0
        }))
    }
}

/// A weak pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeakValue {
    pub(super) label: Option<Label>,
}

impl WeakValue {
    /// A weak pointer that leads to nothing.
    pub fn dangling() -> Self {
        Self { label: None }
    }

    /// The label of the pointer that leads to the same allocation, if that is in the value.
    pub fn label(self) -> Option<u32> {
        self.label.map(|label| label.number)
    }

    pub(super) fn id(self) -> Option<Label> {
        self.label
    }
}

/// The content of a cell (`RefCell`, `Mutex` and the like) through which a cycle closes. Other cells
/// are nothing by themselves.
#[derive(Clone)]
pub struct CellValue(Box<Held>);

#[derive(Clone)]
struct Held {
    desc: DescText,
    content: Child,
}

impl CellValue {
    pub(crate) fn into_inner(mut self) -> Value {
        self.0.content.take().unwrap_or(Value::Unit)
    }

    /// A cell that is filled later.
    pub(super) fn empty(desc: DescText) -> Self {
        let content = Child::default();
        Self(Box::new(Held { desc, content }))
    }

    pub(super) fn fill(&mut self, content: Value) {
        self.0.content = Child::new(Some(content));
    }

    pub(super) fn desc_bytes(&self) -> &[u8] {
        self.0.desc.as_bytes()
    }

    pub(super) fn child(&self) -> &Child {
        &self.0.content
    }

    pub(super) fn child_mut(&mut self) -> &mut Child {
        &mut self.0.content
    }

    pub(super) fn around(&self, content: Option<Value>) -> Self {
        Self(Box::new(Held {
            desc: self.0.desc.clone(),
            content: Child::new(content),
        }))
    }

    /// What is in the cell.
    pub fn get(&self) -> &Value {
        // It is empty only while the cycle is read.
        self.0.content.get().unwrap_or(&Value::Unit)
    }
}

/// A pointer to a node of a cycle in another block, whose other names are not in this tree.
#[derive(Clone, PartialEq)]
pub struct PartValue(Box<Part>);

#[derive(Clone, PartialEq)]
struct Part {
    cid: Cid,
    place: Place,
    desc: DescText,
    /// The cycle stands before it, or it is not known what does.
    is_known: bool,
}

impl PartValue {
    pub(super) fn new(cid: Cid, place: Place, desc: DescText, is_known: bool) -> Self {
        Self(Box::new(Part {
            cid,
            place,
            desc,
            is_known,
        }))
    }

    /// Whether the cycle may stand before it.
    pub(super) fn is_known(&self) -> bool {
        self.0.is_known
    }

    /// The block of the cycle.
    pub fn cid(&self) -> Cid {
        self.0.cid
    }

    /// The type description of what it leads to.
    pub fn desc(&self) -> &str {
        text(self.0.desc.as_bytes())
    }

    pub(super) fn desc_bytes(&self) -> &[u8] {
        self.0.desc.as_bytes()
    }

    /// Where the node begins in the cycle's block.
    pub(crate) fn place(&self) -> Place {
        self.0.place
    }
}

impl Value {
    /// Takes the contents of the pointers in it out: they stand for themselves then.
    pub(crate) fn detach(&mut self, contents: &mut BTreeMap<Label, Self>) {
        let mut pieces = Vec::new();
        take_pointed(self, &mut pieces);
        while let Some((label, mut piece)) = pieces.pop() {
            take_pointed(&mut piece, &mut pieces);
            contents.insert(label, piece);
        }
    }

    /// Whether pointers, weak pointers or cells are somewhere inside.
    pub(crate) fn has_pointers(&self) -> bool {
        let mut waiting = vec![self];
        while let Some(value) = waiting.pop() {
            if value.is_identity() {
                return true;
            }
            waiting.extend(value.children());
        }
        false
    }

    /// What stands here, without the pointers around it whose content is met here.
    pub(super) fn inside_pointers(&self) -> &Self {
        let mut value = self;
        loop {
            value = match value {
                Self::Cell(cell) => cell.get(),
                Self::Pointer(pointer) => match pointer.content() {
                    Some(content) => content,
                    None => return value,
                },
                _ => return value,
            };
        }
    }
}

/// Takes the contents of the outermost pointers out of a value.
fn take_pointed(value: &mut Value, into: &mut Vec<(Label, Value)>) {
    let mut waiting = vec![std::slice::from_mut(value)];
    while let Some(values) = waiting.pop() {
        for value in values {
            if let Value::Pointer(pointer) = value {
                let content = pointer.child_mut().take();
                into.extend(content.map(|content| (pointer.id(), content)));
                pointer.0.is_again = true;
            } else {
                waiting.push(value.children_mut());
            }
        }
    }
}

/// Where the content of each pointer stands in a tree.
pub(super) struct Contents<'v>(BTreeMap<Label, &'v Value>);

impl<'v> Contents<'v> {
    pub(super) fn of(value: &'v Value) -> Self {
        let mut found = BTreeMap::new();
        let mut waiting = vec![value];
        while let Some(value) = waiting.pop() {
            if let Value::Pointer(pointer) = value
                && let Some(content) = pointer.content()
                && !pointer.is_again()
            {
                found.insert(pointer.id(), content);
            }
            waiting.extend(value.children());
        }
        Self(found)
    }

    pub(super) fn get(&self, label: Label) -> Option<&'v Value> {
        self.0.get(&label).copied()
    }
}

/// Which allocation a pointer, strong or weak, leads to.
pub(crate) fn pointed(value: &Value) -> Option<Label> {
    match value {
        Value::Pointer(pointer) => Some(pointer.id()),
        Value::Weak(weak) => weak.id(),
        _ => None,
    }
}
