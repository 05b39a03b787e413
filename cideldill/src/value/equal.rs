//! Whether two trees encode alike, where pointers are in them.
//!
//! Labels differ from tree to tree: the trees are equal if there is a renaming of one's labels that
//! makes them so. A pointer that nothing in its tree names is nothing by itself, nor is a cell through
//! which no cycle closes.

use std::collections::{BTreeMap, BTreeSet};

use super::encode_pointer::{address, left_out};
use super::pointer::Label;
use super::tree::Value;

/// Compares two trees with pointers.
pub(super) fn is_equal(a: &Value, b: &Value) -> bool {
    let names = (Names::of(a), Names::of(b));
    let mut labels = Renaming::default();
    let mut waiting = vec![(a, b)];
    while let Some((a, b)) = waiting.pop() {
        let (a, b) = (names.0.inside_unnamed(a), names.1.inside_unnamed(b));
        let is_alike = match (a, b) {
            (Value::Pointer(a), Value::Pointer(b)) => {
                let is_alike = a.desc() == b.desc() && a.is_again() == b.is_again();
                is_alike && labels.join(a.id(), b.id())
            }
            (Value::Weak(a), Value::Weak(b)) => {
                let target = |names: &Names, label: Option<Label>| {
                    label.filter(|label| names.is_named(*label))
                };
                match (target(&names.0, a.id()), target(&names.1, b.id())) {
                    (None, None) => true,
                    (Some(a), Some(b)) => labels.join(a, b),
                    _ => false,
                }
            }
            (Value::Cell(_), Value::Cell(_)) => true,
            (Value::Part(a), Value::Part(b)) => a == b,
            _ => a.is_alike(b),
        };
        let (children_a, children_b) = (a.children(), b.children());
        if !is_alike || children_a.len() != children_b.len() {
            return false;
        }
        waiting.extend(children_a.iter().zip(children_b));
    }
    true
}

/// Which label of one tree is which of the other.
#[derive(Default)]
struct Renaming(BTreeMap<Label, Label>, BTreeMap<Label, Label>);

impl Renaming {
    fn join(&mut self, a: Label, b: Label) -> bool {
        *self.0.entry(a).or_insert(b) == b && *self.1.entry(b).or_insert(a) == a
    }
}

/// The labels of a tree whose content stands in it, and whether others name them there.
pub(super) struct Names {
    labels: BTreeMap<Label, (bool, bool)>,
    /// The cells that count: those through which a cycle closes.
    cells: BTreeSet<usize>,
}

impl Names {
    pub(super) fn of(value: &Value) -> Self {
        let mut names: BTreeMap<Label, (bool, bool)> = BTreeMap::new();
        let mut has_cells = false;
        let mut waiting = vec![value];
        while let Some(value) = waiting.pop() {
            match value {
                Value::Cell(_) => has_cells = true,
                Value::Pointer(pointer) if pointer.is_again() => {
                    names.entry(pointer.id()).or_default().1 = true;
                }
                Value::Pointer(pointer) => {
                    names.entry(pointer.id()).or_default().0 = true;
                }
                Value::Weak(weak) => {
                    if let Some(label) = weak.id() {
                        names.entry(label).or_default().1 = true;
                    }
                }
                _ => {}
            }
            waiting.extend(value.children());
        }
        let cells = if has_cells {
            left_out(value)
        } else {
            BTreeSet::new()
        };
        Self {
            labels: names,
            cells,
        }
    }

    /// Whether the content stands in the tree and others name it.
    pub(super) fn is_named(&self, label: Label) -> bool {
        self.labels.get(&label) == Some(&(true, true))
    }

    /// What stands here, without the pointers around it that nothing names and the cells through
    /// which no cycle closes.
    fn inside_unnamed<'v>(&self, mut value: &'v Value) -> &'v Value {
        loop {
            value = match value {
                Value::Pointer(pointer) if !pointer.is_again() && !self.is_named(pointer.id()) => {
                    match pointer.content() {
                        Some(content) => content,
                        None => return value,
                    }
                }
                Value::Cell(cell) if !self.cells.contains(&address(cell)) => cell.get(),
                _ => return value,
            }
        }
    }
}
