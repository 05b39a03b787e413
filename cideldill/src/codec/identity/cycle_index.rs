//! Where the values in a cycle's block begin and end, for nodes that are not read in their turn.

use std::collections::BTreeMap;

use super::restoring::OpenCycle;
use crate::codec::decode::Decoder;
use crate::codec::overlay::{Kind, Scope};
use crate::codec::read::Item;
use crate::codec::skip::{Step, Walker};
use crate::desc::DescText;
use crate::error::Error;

/// What stands where in a cycle's block.
#[derive(Default)]
pub(super) struct CycleIndex {
    /// The values of each desc that was asked for, ascending.
    values: BTreeMap<Box<[u8]>, Vec<Found>>,
    /// Where each hole stands, ascending, and its content.
    contents: Vec<(usize, Found)>,
    is_walked: bool,
}

/// A value in the block of a cycle.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    /// The cursor's place.
    pub(super) at: usize,
    /// Where it begins and ends, counted as places are.
    pub(super) offset: usize,
    pub(super) end: usize,
    /// What the overlay says around it, and where that part starts.
    pub(super) scope: Scope,
    pub(super) base: usize,
}

impl CycleIndex {
    /// Whether the values of a desc were noted.
    pub(super) fn knows(&self, desc: &[u8]) -> bool {
        self.values.contains_key(desc)
    }

    /// The value of a desc that begins at an offset.
    pub(super) fn find(&self, desc: &[u8], offset: usize) -> Option<Found> {
        let values = self.values.get(desc)?;
        let at = values.binary_search_by_key(&offset, |found| found.offset);
        values.get(at.ok()?).copied()
    }

    /// The content of the cell whose hole stands here.
    pub(super) fn content(&self, hole: usize) -> Option<Found> {
        let at = self.contents.binary_search_by_key(&hole, |(at, _)| *at);
        self.contents.get(at.ok()?).map(|(_, found)| *found)
    }
}

/// Notes the values of one desc, the holes, and what the overlay says where.
struct Finder<'d> {
    desc: &'d [u8],
    /// Where the cycle's value starts.
    start: usize,
    found: Vec<Found>,
    holes: Vec<(usize, DescText)>,
    scope: Scope,
    base: usize,
    /// For each value whose end is awaited: its number among those found, and the scope around it.
    open: Vec<(Option<usize>, Scope, usize)>,
}

impl Walker for Finder<'_> {
    fn begin(&mut self, decoder: &Decoder<'_>, desc: &[u8]) -> Step {
        if decoder.cursor.item() == Item::Hole {
            let desc = DescText::parse(desc);
            self.holes
                .extend(desc.map(|desc| (decoder.cursor.at, desc)));
        }
        let here = decoder.start();
        let offset = here - self.start;
        let (scope, base) = (self.scope, self.base);
        // What is in an option that is not wrapped begins where the option does.
        let is_found = desc == self.desc || desc.strip_prefix(b"?") == Some(self.desc);
        let is_new = self.found.last().is_none_or(|last| last.offset < offset);
        let number = (is_found && is_new).then(|| {
            self.found.push(Found {
                at: decoder.cursor.at,
                offset,
                end: usize::MAX,
                scope,
                base,
            });
            self.found.len() - 1
        });
        let (scope_inside, _) = decoder.inside_pointers(scope, base, None);
        if scope_inside != scope {
            self.scope = scope_inside;
            self.base = here;
        } else if number.is_none() {
            return Step::On;
        }
        self.open.push((number, scope, base));
        Step::OnToEnd
    }

    fn end(&mut self, decoder: &Decoder<'_>) {
        let Some((number, scope, base)) = self.open.pop() else {
            return;
        };
        (self.scope, self.base) = (scope, base);
        if let Some(found) = number.and_then(|number| self.found.get_mut(number)) {
            found.end = decoder.start() - self.start;
        }
    }
}

impl Decoder<'_> {
    /// What the overlay says inside the pointers that begin here, or inside the first few of them.
    /// Says in how many it went.
    pub(super) fn inside_pointers(
        &self,
        mut scope: Scope,
        base: usize,
        most: Option<u8>,
    ) -> (Scope, u8) {
        let mut n = 0;
        let mut offset = self.start().saturating_sub(base);
        let Some(identity) = self.identity.as_deref() else {
            return (scope, n);
        };
        while most.is_none_or(|most| n < most)
            && let Some(entry) = identity.entry(scope, offset)
            && matches!(entry.kind, Kind::Node | Kind::Pointer)
        {
            scope = entry.scope;
            offset = 0;
            n = n.saturating_add(1);
        }
        (scope, n)
    }

    /// Notes where the values of a desc stand in the cycle whose block is open. The block is walked
    /// over once for each desc that is asked for: a program has few types of nodes.
    pub(super) fn index_cycle(
        &mut self,
        cycle: &mut OpenCycle,
        head: &DescText,
        desc: &[u8],
    ) -> Result<(), Error> {
        let index = cycle.index.get_or_insert_default();
        if index.knows(desc) {
            return Ok(());
        }
        let mut finder = Finder {
            desc,
            start: cycle.start,
            found: Vec::new(),
            holes: Vec::new(),
            scope: cycle.occurrence.1,
            base: cycle.start,
            open: Vec::new(),
        };
        self.walk(head, &mut finder)?;
        let mut contents = Vec::new();
        // The contents follow in the order of the holes, those of holes in contents last.
        while let Some((hole, desc)) = finder.holes.get(contents.len()).cloned() {
            let at = self.cursor.at;
            let offset = self.start() - cycle.start;
            (finder.scope, finder.base) = (cycle.occurrence.1, cycle.start);
            self.walk(&desc, &mut finder)?;
            contents.push((
                hole,
                Found {
                    at,
                    offset,
                    end: self.start() - cycle.start,
                    scope: cycle.occurrence.1,
                    base: cycle.start,
                },
            ));
        }
        index.values.insert(desc.into(), finder.found);
        if !index.is_walked {
            index.is_walked = true;
            contents.sort_unstable_by_key(|(hole, _)| *hole);
            index.contents = contents;
        }
        Ok(())
    }
}
