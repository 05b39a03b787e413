//! Reading sequences, maps, sets, strings and byte strings, whether they stand in one piece or in
//! chunks.
//!
//! A value is a number of runs: one if it stands inline or in one block, else one a chunk. Each run
//! starts at its own header. Implements docs/format.md section 7 for readers.

use std::sync::Arc;

use super::decode::{Decoder, Entered};
use super::overlay::Scope;
use super::scopes::ScopeAt;
use crate::cid::Cid;
use crate::desc::DescText;
use crate::error::{Error, ErrorKind};
use crate::shape::DescRef;

/// Levels of nodes. More than one group each, so this is more than any value in memory needs.
const MAX_LEVELS: usize = 64;

/// Blocks fetched ahead of their use, in bytes.
const FETCHED_AHEAD_BYTES: usize = 8 << 20;

/// What was read of a run: how many elements, entries or bytes, and where they started (a
/// [`start`](Decoder::start)).
pub(crate) type Run = (u64, usize);

/// An open sequence, map, set, string or byte string.
#[must_use = "runs must be read to the end"]
pub(crate) struct Runs {
    desc: DescText,
    state: State,
    /// Groups that are still to be read, the lowest level last.
    levels: Vec<std::vec::IntoIter<Group>>,
    around: Option<ScopeAt>,
}

enum State {
    /// Nothing was read yet.
    New,
    /// A run that stands inline or in a block of its own.
    Single(Option<Entered>, usize),
    /// A run that is a chunk, with the count its node gives.
    Chunk(Entered, u64),
    /// Between two chunks.
    Between,
    End,
}

struct Group {
    cid: Cid,
    count: u64,
    /// What the overlay says of what is behind the link.
    scope: Scope,
    /// Fetched with its neighbours, so that they are verified together.
    block: Option<Arc<[u8]>>,
}

impl Decoder<'_> {
    /// Reads all runs of a value. `read` starts at a run's header. It is a pointer to a function, so
    /// that this is compiled once and not for each type.
    #[inline]
    pub(crate) fn each_run(
        &mut self,
        desc: DescRef<'_>,
        read: &mut dyn FnMut(&mut Self) -> Result<Run, Error>,
    ) -> Result<(), Error> {
        if !self.cursor.is_link() {
            // Most values are short and stand inline.
            self.deeper()?;
            let around = self.begin_value();
            let start = self.start();
            let (_, elements) = read(self)?;
            self.check_unchunked(self.start().saturating_sub(elements))?;
            self.check_inline(start)?;
            self.shallower();
            self.end_value(around);
            return Ok(());
        }
        let mut runs = self.open_runs(desc.to_text())?;
        while self.next_run(&mut runs)? {
            let (n, elements) = read(self)?;
            self.end_run(&mut runs, n, elements)?;
        }
        Ok(())
    }

    /// Opens a value with this desc.
    pub(crate) fn open_runs(&mut self, desc: DescText) -> Result<Runs, Error> {
        self.deeper()?;
        Ok(Runs {
            desc,
            state: State::New,
            levels: Vec::new(),
            around: self.begin_value(),
        })
    }

    /// Goes to the header of the next run. Says `false` at the end, after which the value is closed.
    pub(crate) fn next_run(&mut self, runs: &mut Runs) -> Result<bool, Error> {
        match std::mem::replace(&mut runs.state, State::Between) {
            State::New => {
                let desc = runs.desc.clone();
                let desc = DescRef::Text(desc.as_bytes());
                let entered = if self.cursor.is_link() {
                    Some(self.enter_link(desc)?)
                } else {
                    None
                };
                match entered {
                    Some(node) if node.is_node => {
                        self.open_node(runs, node)?;
                    }
                    entered => {
                        runs.state = State::Single(entered, self.start());
                        return Ok(true);
                    }
                }
            }
            State::Between => {}
            State::Single(..) | State::Chunk(..) | State::End => {
                runs.state = State::End;
                self.shallower();
                self.end_value(runs.around.take());
                return Ok(false);
            }
        }
        self.next_chunk(runs)
    }

    /// Ends a run of `n` elements, entries or bytes, whose elements start at `elements` (a
    /// [`start`](Self::start)).
    pub(crate) fn end_run(
        &mut self,
        runs: &mut Runs,
        n: u64,
        elements: usize,
    ) -> Result<(), Error> {
        self.check_unchunked(self.start().saturating_sub(elements))?;
        match std::mem::replace(&mut runs.state, State::End) {
            State::Single(entered, start) => {
                self.check_inline(start)?;
                if let Some(entered) = entered {
                    self.leave(entered)?;
                }
                runs.state = State::Single(None, 0);
            }
            State::Chunk(entered, count) => {
                if n != count {
                    return Err(self.cursor.malformed("a node counts its children wrongly"));
                }
                self.leave(entered)?;
                runs.state = State::Between;
            }
            State::New | State::Between | State::End => {}
        }
        Ok(())
    }

    fn next_chunk(&mut self, runs: &mut Runs) -> Result<bool, Error> {
        let desc = runs.desc.clone();
        while let Some(level) = runs.levels.last_mut() {
            let Some(group) = level.next() else {
                runs.levels.pop();
                continue;
            };
            let block = match group.block {
                Some(block) => {
                    self.fetched_ahead -= block.len();
                    block
                }
                None => self.load(group.cid)?,
            };
            let desc = DescRef::Text(desc.as_bytes());
            let entered = self.enter_chunk(group.cid, block, desc, group.scope)?;
            if !entered.is_node {
                runs.state = State::Chunk(entered, group.count);
                return Ok(true);
            }
            let counted = self.open_node(runs, entered)?;
            if counted != group.count {
                return Err(self.cursor.malformed("a node counts its children wrongly"));
            }
        }
        runs.state = State::End;
        self.shallower();
        self.end_value(runs.around.take());
        Ok(false)
    }

    /// Reads the groups of the node that was entered, and leaves it. Returns the sum of its counts.
    fn open_node(&mut self, runs: &mut Runs, node: Entered) -> Result<u64, Error> {
        if runs.levels.len() >= MAX_LEVELS {
            return Err(ErrorKind::Limit {
                what: "levels of chunks",
                limit: MAX_LEVELS as u64,
            }
            .into());
        }
        let key = key_desc(&runs.desc);
        let parts = 2 + u64::from(key.is_some());
        let n_parts = self.cursor.array_len()?;
        if n_parts == 0 || n_parts % parts != 0 {
            return Err(self
                .cursor
                .malformed("a node has whole groups, at least one"));
        }
        let groups_start = self.start();
        let mut groups = Vec::new();
        let mut previous = None;
        let mut sum: u64 = 0;
        for _ in 0..n_parts / parts {
            let scope = self.scope_of_link();
            let cid = self.read_link()?;
            let count = self.cursor.unsigned()?;
            let Some(next) = sum.checked_add(count).filter(|_| count > 0) else {
                return Err(self
                    .cursor
                    .malformed("a node's counts are above 0 and have a sum"));
            };
            sum = next;
            if let Some(key) = &key {
                let start = self.cursor.at;
                self.skip(key)?;
                let range = start..self.cursor.at;
                self.check_key_order(key.as_bytes(), previous.replace(range.clone()), range)?;
            }
            groups.push(Group {
                cid,
                count,
                scope,
                block: None,
            });
        }
        self.check_node(groups.len(), self.start().saturating_sub(groups_start))?;
        self.leave(node)?;
        self.fetch_ahead(&mut groups)?;
        runs.levels.push(groups.into_iter());
        Ok(sum)
    }

    /// Fetches a node's children together, while what was fetched so stays small.
    fn fetch_ahead(&mut self, groups: &mut [Group]) -> Result<(), Error> {
        if self.fetched_ahead > FETCHED_AHEAD_BYTES {
            return Ok(());
        }
        let cids: Vec<Cid> = groups.iter().map(|group| group.cid).collect();
        let blocks = self.source.load_many(&cids)?;
        for (group, block) in groups.iter_mut().zip(blocks) {
            self.fetched_ahead += block.len();
            group.block = Some(block);
        }
        Ok(())
    }
}

/// The desc of the keys a node carries.
pub(crate) fn key_desc(desc: &DescText) -> Option<DescText> {
    match desc.as_bytes().split_first()? {
        (b'<', key) => DescText::parse(key),
        (b'{', entry) => DescText::parse(entry.get(..crate::desc::first_len(entry)?)?),
        _ => None,
    }
}
