//! Two sequences side by side: what both have is skipped, chunk by chunk where it can be.

use std::collections::{BTreeMap, VecDeque};

use super::identity::is_same;
use super::place::{Group, Opened, Opener};
use super::walk::Part;
use crate::cid::Cid;
use crate::desc::DescText;
use crate::error::Error;
use crate::value::Value;

/// Pairs of elements that are compared at most to find which ones both lists have.
const MAX_PAIRS: usize = 1 << 16;

/// A part of a sequence: elements, and chunks that were not read.
pub(super) struct List {
    /// None if it never was in chunks.
    desc: Option<DescText>,
    items: VecDeque<Item>,
}

enum Item {
    Group(Group),
    Value(Value),
}

impl Item {
    fn count(&self) -> u64 {
        match self {
            Self::Group(group) => group.count,
            Self::Value(_) => 1,
        }
    }
}

/// Which end of a list.
#[derive(Clone, Copy)]
enum End {
    Front,
    Back,
}

impl List {
    /// The sequence that was opened, if it is one.
    pub(super) fn of(opened: Opened) -> Option<Self> {
        match opened {
            Opened::Node(desc, groups) if desc.as_bytes().starts_with(b"[") => Some(Self {
                desc: Some(desc),
                items: groups.into_iter().map(Item::Group).collect(),
            }),
            Opened::Value(mut value @ Value::Sequence(_)) => {
                let mut items = Vec::new();
                value.take_children(&mut items);
                Some(Self {
                    desc: None,
                    items: items.into_iter().map(Item::Value).collect(),
                })
            }
            _ => None,
        }
    }

    fn count(&self) -> u64 {
        self.items.iter().map(Item::count).sum()
    }

    fn peek(&self, end: End) -> Option<&Item> {
        match end {
            End::Front => self.items.front(),
            End::Back => self.items.back(),
        }
    }

    fn take(&mut self, end: End) -> Option<Item> {
        match end {
            End::Front => self.items.pop_front(),
            End::Back => self.items.pop_back(),
        }
    }

    /// Puts what is in the group at one end in its place.
    fn expand(&mut self, end: End, opener: &mut Opener<'_>) -> Result<(), Error> {
        let group = match self.take(end) {
            Some(Item::Group(group)) => group,
            other => {
                self.put(end, other.into_iter().collect());
                return Ok(());
            }
        };
        let items = self.inside(&group, opener)?;
        self.put(end, items);
        Ok(())
    }

    fn put(&mut self, end: End, items: Vec<Item>) {
        match end {
            End::Front => items
                .into_iter()
                .rev()
                .for_each(|i| self.items.push_front(i)),
            End::Back => self.items.extend(items),
        }
    }

    fn inside(&self, group: &Group, opener: &mut Opener<'_>) -> Result<Vec<Item>, Error> {
        let Some(desc) = &self.desc else {
            return Ok(Vec::new());
        };
        Ok(match opener.chunk(group, desc)? {
            Opened::Node(_, groups) => groups.into_iter().map(Item::Group).collect(),
            Opened::Value(mut value) => {
                let mut items = Vec::new();
                value.take_children(&mut items);
                items.into_iter().map(Item::Value).collect()
            }
        })
    }

    /// Puts what is in all groups in their places.
    fn expand_all(&mut self, opener: &mut Opener<'_>) -> Result<(), Error> {
        let mut items = VecDeque::new();
        for item in std::mem::take(&mut self.items) {
            match item {
                Item::Group(group) => items.extend(self.inside(&group, opener)?),
                value @ Item::Value(_) => items.push_back(value),
            }
        }
        self.items = items;
        Ok(())
    }

    fn has_groups(&self) -> bool {
        self.items.iter().any(|item| matches!(item, Item::Group(_)))
    }

    /// The elements, if all are read.
    fn values(&self) -> Option<Vec<&Value>> {
        let items = self.items.iter().map(|item| match item {
            Item::Value(value) => Some(value),
            Item::Group(_) => None,
        });
        items.collect()
    }

    /// Takes the first items off as a list of their own.
    fn split_to(&mut self, n: usize) -> Self {
        let rest = self.items.split_off(n.min(self.items.len()));
        Self {
            desc: self.desc.clone(),
            items: std::mem::replace(&mut self.items, rest),
        }
    }
}

/// Parts of both lists that belong together, with the index of the first element of each.
struct Pair {
    old: List,
    new: List,
    starts: [u64; 2],
    /// Nothing in them is equal in place any more: they are compared in order.
    is_in_order: bool,
}

/// Two sequences, divided where both have the same.
pub(super) struct Segments {
    /// The next last.
    waiting: Vec<Pair>,
}

/// A difference between two sequences.
pub(super) struct Aligned {
    pub(super) index: u64,
    pub(super) part: Part,
}

impl Segments {
    pub(super) fn new(old: List, new: List) -> Self {
        Self {
            waiting: vec![Pair {
                old,
                new,
                starts: [0, 0],
                is_in_order: false,
            }],
        }
    }

    /// The next difference.
    pub(super) fn next(&mut self, opener: &mut Opener<'_>) -> Result<Option<Aligned>, Error> {
        while let Some(mut pair) = self.waiting.pop() {
            if pair.is_in_order {
                if let Some(found) = pair.next_in_order(opener)? {
                    self.waiting.push(pair);
                    return Ok(Some(found));
                }
                continue;
            }
            pair.trim(End::Front, opener)?;
            pair.trim(End::Back, opener)?;
            let anchors = pair.anchors();
            if !anchors.is_empty() {
                self.divide(pair, &anchors);
            } else if !pair.old.items.is_empty()
                && !pair.new.items.is_empty()
                && (pair.old.has_groups() || pair.new.has_groups())
            {
                pair.old.expand_all(opener)?;
                pair.new.expand_all(opener)?;
                self.waiting.push(pair);
            } else {
                pair.is_in_order = true;
                self.waiting.push(pair);
            }
        }
        Ok(None)
    }

    /// Divides both lists around items that are in both.
    fn divide(&mut self, mut pair: Pair, anchors: &[(usize, usize)]) {
        let first = self.waiting.len();
        let mut taken = (0, 0);
        for anchor in anchors {
            let old = pair.old.split_to(anchor.0 - taken.0);
            let new = pair.new.split_to(anchor.1 - taken.1);
            let counts = [old.count(), new.count()];
            self.waiting.push(Pair {
                old,
                new,
                starts: pair.starts,
                is_in_order: false,
            });
            let both = pair.old.take(End::Front).map_or(0, |item| item.count());
            pair.new.take(End::Front);
            for (start, count) in pair.starts.iter_mut().zip(counts) {
                *start += count + both;
            }
            taken = (anchor.0 + 1, anchor.1 + 1);
        }
        self.waiting.push(pair);
        self.waiting.get_mut(first..).unwrap_or_default().reverse();
    }
}

impl Pair {
    /// Takes away what is equal at one end.
    fn trim(&mut self, end: End, opener: &mut Opener<'_>) -> Result<(), Error> {
        loop {
            let [old, new] = match (self.old.peek(end), self.new.peek(end)) {
                (Some(Item::Group(a)), Some(Item::Group(b))) if a.cid != b.cid => {
                    [a.count >= b.count, b.count >= a.count]
                }
                (Some(Item::Group(_)), Some(Item::Value(_))) => [true, false],
                (Some(Item::Value(_)), Some(Item::Group(_))) => [false, true],
                (Some(Item::Value(a)), Some(Item::Value(b))) if !is_same(a, b) => return Ok(()),
                (None, _) | (_, None) => return Ok(()),
                (Some(same), Some(_)) => {
                    let count = same.count();
                    self.old.take(end);
                    self.new.take(end);
                    if matches!(end, End::Front) {
                        self.starts = self.starts.map(|start| start + count);
                    }
                    continue;
                }
            };
            if old {
                self.old.expand(end, opener)?;
            }
            if new {
                self.new.expand(end, opener)?;
            }
        }
    }

    /// Places of items that both lists have, in order.
    fn anchors(&self) -> Vec<(usize, usize)> {
        let common = common_groups(&self.old, &self.new);
        if !common.is_empty() {
            return ascending(&common);
        }
        let (Some(old), Some(new)) = (self.old.values(), self.new.values()) else {
            return Vec::new();
        };
        if old.len().saturating_mul(new.len()) > MAX_PAIRS {
            return Vec::new();
        }
        let common = common_values(&old, &new);
        // Lists of one length are compared in order, unless moving elements explains more.
        let in_place = old.iter().zip(&new).filter(|(a, b)| is_same(a, b)).count();
        if old.len() == new.len() && in_place >= common.len() {
            return Vec::new();
        }
        common
    }
    /// The next difference of lists that are compared in order.
    fn next_in_order(&mut self, opener: &mut Opener<'_>) -> Result<Option<Aligned>, Error> {
        loop {
            // Only the surplus can still be in chunks.
            let ends = [&self.old, &self.new].map(|list| list.peek(End::Front));
            if let [Some(Item::Group(_)), None] = ends {
                self.old.expand(End::Front, opener)?;
                continue;
            }
            if let [None, Some(Item::Group(_))] = ends {
                self.new.expand(End::Front, opener)?;
                continue;
            }
            let starts = self.starts;
            let (index, part) = match (self.old.take(End::Front), self.new.take(End::Front)) {
                (Some(Item::Value(old)), Some(Item::Value(new))) => {
                    self.starts = starts.map(|start| start + 1);
                    if is_same(&old, &new) {
                        continue;
                    }
                    (starts[0], Part::Pair(old, new))
                }
                (Some(Item::Value(old)), None) => {
                    self.starts[0] += 1;
                    (starts[0], Part::Removed(old))
                }
                (None, Some(Item::Value(new))) => {
                    self.starts[1] += 1;
                    (starts[1], Part::Added(new))
                }
                _ => return Ok(None),
            };
            return Ok(Some(Aligned { index, part }));
        }
    }
}

/// Chunks that stand exactly once in each list, by their place in the old one.
fn common_groups(old: &List, new: &List) -> Vec<(usize, usize)> {
    let once = |list: &List| {
        let mut places: BTreeMap<Cid, Option<usize>> = BTreeMap::new();
        for (at, item) in list.items.iter().enumerate() {
            if let Item::Group(group) = item {
                let place = places.entry(group.cid);
                place.and_modify(|at| *at = None).or_insert(Some(at));
            }
        }
        places
    };
    let places = once(new);
    let mut common: Vec<_> = once(old)
        .into_iter()
        .filter_map(|(cid, old)| Some((old?, (*places.get(&cid)?)?)))
        .collect();
    common.sort_unstable();
    common
}

/// The longest list of equal elements, by the table of all pairs.
fn common_values(old: &[&Value], new: &[&Value]) -> Vec<(usize, usize)> {
    let width = new.len() + 1;
    let mut longest = vec![0_u32; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            longest[i * width + j] = if is_same(old[i], new[j]) {
                longest[(i + 1) * width + j + 1] + 1
            } else {
                longest[(i + 1) * width + j].max(longest[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut found = Vec::new();
    while i < old.len() && j < new.len() {
        if is_same(old[i], new[j]) {
            found.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if longest[(i + 1) * width + j] >= longest[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    found
}

/// The longest choice of pairs in which both places ascend.
fn ascending(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // For each length the pair that ends such a choice with the smallest second place.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::new();
    for (number, pair) in pairs.iter().enumerate() {
        let len = ends.partition_point(|end| pairs[*end].1 < pair.1);
        before.push(len.checked_sub(1).map(|shorter| ends[shorter]));
        if len == ends.len() {
            ends.push(number);
        } else {
            ends[len] = number;
        }
    }
    let mut chosen = Vec::new();
    let mut next = ends.last().copied();
    while let Some(number) = next {
        chosen.push(pairs[number]);
        next = before[number];
    }
    chosen.reverse();
    chosen
}
