//! Two maps or sets side by side, merged in the order of their keys.

use std::cmp::Ordering;
use std::collections::VecDeque;

use super::identity::is_same;
use super::place::{Group, Opened, Opener};
use super::walk::Part;
use crate::desc::DescText;
use crate::error::Error;
use crate::value::{Value, compare, has_link, key_text};

/// A map or set: entries, and chunks that were not read.
pub(super) struct Keyed {
    desc: DescText,
    items: VecDeque<Item>,
}

enum Item {
    Group(Group),
    /// The value of a map's entry; of a set none.
    Entry(Value, Option<Value>),
}

/// Two maps or sets, what is left of them.
pub(super) struct Merge {
    old: Keyed,
    new: Keyed,
}

/// A difference between two maps or sets.
pub(super) struct Found {
    pub(super) key: String,
    pub(super) part: Part,
}

/// Which of two.
#[derive(Clone, Copy)]
enum Side {
    Old,
    New,
    Both,
}

impl Keyed {
    /// The map or set that was opened, if it is one.
    pub(super) fn of(opened: Opened) -> Option<Self> {
        match opened {
            Opened::Node(desc, groups) if matches!(desc.as_bytes().first(), Some(b'{' | b'<')) => {
                let items = groups.into_iter().map(Item::Group).collect();
                Some(Self { desc, items })
            }
            Opened::Value(value @ (Value::Map(_) | Value::Set(_))) => Some(Self {
                desc: DescText::parse(value.desc_bytes())?,
                items: entries(value).collect(),
            }),
            _ => None,
        }
    }

    /// Puts what is in the first group in its place.
    fn expand(&mut self, opener: &mut Opener<'_>) -> Result<(), Error> {
        let group = match self.items.pop_front() {
            Some(Item::Group(group)) => group,
            Some(entry) => {
                self.items.push_front(entry);
                return Ok(());
            }
            None => return Ok(()),
        };
        let items: Vec<Item> = match opener.chunk(&group, &self.desc)? {
            Opened::Node(_, groups) => groups.into_iter().map(Item::Group).collect(),
            Opened::Value(value) => entries(value).collect(),
        };
        items
            .into_iter()
            .rev()
            .for_each(|item| self.items.push_front(item));
        Ok(())
    }
}

fn entries(mut value: Value) -> impl Iterator<Item = Item> {
    let is_map = matches!(value, Value::Map(_));
    let mut children = Vec::new();
    value.take_children(&mut children);
    let mut children = children.into_iter();
    std::iter::from_fn(move || {
        let key = children.next()?;
        let value = if is_map { children.next() } else { None };
        Some(Item::Entry(key, value))
    })
}

impl Merge {
    pub(super) fn new(old: Keyed, new: Keyed) -> Self {
        Self { old, new }
    }

    /// The next difference.
    pub(super) fn next(&mut self, opener: &mut Opener<'_>) -> Result<Option<Found>, Error> {
        loop {
            let (unread, first) = match (self.old.items.front(), self.new.items.front()) {
                (None, None) => return Ok(None),
                (Some(Item::Group(a)), Some(Item::Group(b))) if a.cid == b.cid => {
                    self.old.items.pop_front();
                    self.new.items.pop_front();
                    continue;
                }
                (Some(a), None) => (a.is_group().then_some(Side::Old), Side::Old),
                (None, Some(b)) => (b.is_group().then_some(Side::New), Side::New),
                (Some(a), Some(b)) => sides(a, b, opener)?,
            };
            if let Some(side) = unread {
                if matches!(side, Side::Old | Side::Both) {
                    self.old.expand(opener)?;
                }
                if matches!(side, Side::New | Side::Both) {
                    self.new.expand(opener)?;
                }
                continue;
            }
            if let Some(found) = self.take(first, opener)? {
                return Ok(Some(found));
            }
        }
    }

    /// Takes the first entries and says how they differ.
    fn take(&mut self, side: Side, opener: &mut Opener<'_>) -> Result<Option<Found>, Error> {
        let old = match side {
            Side::Old | Side::Both => self.old.items.pop_front(),
            Side::New => None,
        };
        let new = match side {
            Side::New | Side::Both => self.new.items.pop_front(),
            Side::Old => None,
        };
        let (key, part) = match (old, new) {
            (Some(Item::Entry(key, Some(old))), Some(Item::Entry(_, Some(new)))) => {
                if old.children().is_empty() && is_same(&old, &new) {
                    return Ok(None);
                }
                (key, Part::Pair(old, new))
            }
            (Some(Item::Entry(key, value)), None) => {
                let value = value.unwrap_or_else(|| key.clone());
                (key, Part::Removed(value))
            }
            (None, Some(Item::Entry(key, value))) => {
                let value = value.unwrap_or_else(|| key.clone());
                (key, Part::Added(value))
            }
            _ => return Ok(None),
        };
        let key = if has_link(&key) {
            key_text(&opener.whole(&key)?)
        } else {
            key_text(&key)
        };
        Ok(Some(Found { key, part }))
    }
}

impl Item {
    fn is_group(&self) -> bool {
        matches!(self, Self::Group(_))
    }

    /// Its first key.
    fn key(&self) -> &Value {
        match self {
            Self::Group(group) => group.key.as_ref().unwrap_or(&Value::Unit),
            Self::Entry(key, _) => key,
        }
    }
}

/// Which of two items must be read, if one must; else which entry comes first.
fn sides(a: &Item, b: &Item, opener: &mut Opener<'_>) -> Result<(Option<Side>, Side), Error> {
    let order = compare_keys(a.key(), b.key(), opener)?;
    let first = match order {
        Ordering::Less => Side::Old,
        Ordering::Equal => Side::Both,
        Ordering::Greater => Side::New,
    };
    let unread = match (a, b) {
        (Item::Entry(..), Item::Entry(..)) => None,
        // What comes before the first key of a group cannot be in it.
        (Item::Entry(..), Item::Group(_)) => order.is_ge().then_some(Side::New),
        (Item::Group(_), Item::Entry(..)) => order.is_le().then_some(Side::Old),
        (Item::Group(a), Item::Group(b)) => Some(match (order, a.count.cmp(&b.count)) {
            (Ordering::Less, _) | (Ordering::Equal, Ordering::Greater) => Side::Old,
            (Ordering::Greater, _) | (Ordering::Equal, Ordering::Less) => Side::New,
            (Ordering::Equal, Ordering::Equal) => Side::Both,
        }),
    };
    Ok((unread, first))
}

fn compare_keys(a: &Value, b: &Value, opener: &mut Opener<'_>) -> Result<Ordering, Error> {
    if let Some(order) = compare(a, b) {
        return Ok(order);
    }
    let (a, b) = (opener.whole(a)?, opener.whole(b)?);
    // Nothing in them is unloaded any more.
    Ok(compare(&a, &b).unwrap_or(Ordering::Equal))
}
