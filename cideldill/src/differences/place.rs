//! One block at a time: a value whose parts in other blocks are unloaded, or a list of chunks.

use std::collections::BTreeMap;

use crate::block::BlockSource;
use crate::cid::Cid;
use crate::codec::{Decoder, Profile, key_desc};
use crate::desc::DescText;
use crate::encoded::encode_with;
use crate::error::Error;
use crate::limits::Limits;
use crate::value::{Label, Links, Value, read_block, read_value};

/// A block of a value that is divided into chunks, or the groups of a node.
#[derive(Clone)]
pub(super) struct Group {
    pub(super) cid: Cid,
    pub(super) count: u64,
    /// The first key in it, of a map or set.
    pub(super) key: Option<Value>,
}

/// What a block holds.
pub(super) enum Opened {
    Value(Value),
    Node(DescText, Vec<Group>),
}

/// Opens blocks, and bounds what that costs in all.
pub(super) struct Opener<'s> {
    decoder: Decoder<'s>,
    /// What the pointers in cycles that were opened lead to, each content once.
    contents: BTreeMap<Label, Value>,
}

impl<'s> Opener<'s> {
    pub(super) fn new(source: &'s dyn BlockSource, limits: Limits) -> Self {
        let decoder = Decoder::new(source, limits);
        Self {
            decoder,
            contents: BTreeMap::new(),
        }
    }

    /// The content of a value, without which pointers are the same.
    pub(super) fn content(&mut self, root: Cid) -> Result<Cid, Error> {
        self.decoder.content_of(root)
    }

    /// What a pointer in a cycle that was opened leads to. Further pointers in it stand for
    /// themselves.
    pub(super) fn pointed(&mut self, label: Label) -> Result<Option<Value>, Error> {
        let content = self.contents.get(&label);
        if let Some(content) = content {
            // Rings of unlike lengths are gone around as often as one is long.
            self.decoder.count_items(n_parts(content))?;
        }
        Ok(content.cloned())
    }

    /// The profile of a root block.
    pub(super) fn profile_of(&mut self, root: Cid) -> Result<Profile, Error> {
        self.decoder.profile_of(root)
    }

    /// Opens the block of a whole value.
    pub(super) fn root(&mut self, cid: Cid) -> Result<Opened, Error> {
        let decoder = &mut self.decoder;
        let (entered, desc) = decoder.enter_root(cid)?;
        match entered {
            None => self.part(cid, &desc),
            Some(entered) => {
                let value = read_block(decoder, entered, &desc, Links::Kept)?;
                Ok(Opened::Value(value))
            }
        }
    }

    /// Opens the block of a part with this desc.
    pub(super) fn part(&mut self, cid: Cid, desc: &DescText) -> Result<Opened, Error> {
        let decoder = &mut self.decoder;
        if let Some(head) = decoder.cycle_desc(cid)? {
            decoder.hold_link(cid);
            let mut value = read_value(decoder, &head, Links::KeptBelow)?;
            value.detach(&mut self.contents);
            return Ok(Opened::Value(value));
        }
        let entered = decoder.enter_part(cid, desc, false)?;
        if entered.is_node {
            let groups = decoder.groups(desc)?;
            decoder.leave(entered)?;
            return Ok(Opened::Node(desc.clone(), groups));
        }
        let value = read_block(decoder, entered, desc, Links::Kept)?;
        Ok(Opened::Value(value))
    }

    /// Opens a chunk, or a node below a node.
    pub(super) fn chunk(&mut self, group: &Group, desc: &DescText) -> Result<Opened, Error> {
        let decoder = &mut self.decoder;
        let entered = decoder.enter_part(group.cid, desc, true)?;
        if !entered.is_node {
            let value = read_block(decoder, entered, desc, Links::Kept)?;
            return Ok(Opened::Value(value));
        }
        let groups = decoder.groups(desc)?;
        decoder.leave(entered)?;
        if groups.iter().map(|group| group.count).sum::<u64>() != group.count {
            let reason = "a node counts its children wrongly";
            return Err(decoder.cursor.malformed(reason));
        }
        Ok(Opened::Node(desc.clone(), groups))
    }

    /// A value in chunks, whole but for its parts in blocks of their own.
    pub(super) fn chunked(&mut self, cid: Cid) -> Result<Value, Error> {
        let (entered, desc) = self.decoder.enter_root(cid)?;
        match entered {
            Some(entered) => read_block(&mut self.decoder, entered, &desc, Links::Kept),
            None => read_value(&mut self.decoder, &desc, Links::KeptBelow),
        }
    }

    /// A key with all its parts, to compare it.
    pub(super) fn whole(&mut self, key: &Value) -> Result<Value, Error> {
        // Written as it stands, links as links, it is a block from which the decoder goes on, under
        // the same limits. In a tuple, because an option around a link has no block of its own.
        let holder = Value::tuple([key.clone()])?;
        let head = encode_with(&holder, self.decoder.profile())?;
        let root = head.blocks().find(|block| block.cid() == head.root());
        let bytes = root.map(|block| block.bytes().clone()).unwrap_or_default();
        let decoder = &mut self.decoder;
        let (entered, desc) =
            decoder.enter_unnamed(decoder.profile(), bytes, holder.desc_bytes())?;
        let mut parts = Vec::new();
        read_block(decoder, entered, &desc, Links::Followed)?.take_children(&mut parts);
        Ok(parts.pop().unwrap_or(Value::Unit))
    }
}

impl Decoder<'_> {
    /// Reads the groups of the node that was entered.
    fn groups(&mut self, desc: &DescText) -> Result<Vec<Group>, Error> {
        let key = key_desc(desc);
        let parts = 2 + u64::from(key.is_some());
        let n = self.cursor.array_len()?;
        if n == 0 || n % parts != 0 {
            let reason = "a node has whole groups, at least one";
            return Err(self.cursor.malformed(reason));
        }
        let start = self.start();
        let mut groups = Vec::new();
        let mut sum: u64 = 0;
        for _ in 0..n / parts {
            let cid = self.cursor.link()?;
            let count = self.cursor.unsigned()?;
            let Some(next) = sum.checked_add(count).filter(|_| count > 0) else {
                let reason = "a node's counts are above 0 and have a sum";
                return Err(self.cursor.malformed(reason));
            };
            sum = next;
            let key = match &key {
                Some(key) => Some(read_value(self, key, Links::Kept)?),
                None => None,
            };
            groups.push(Group { cid, count, key });
        }
        self.check_node(groups.len(), self.start().saturating_sub(start))?;
        Ok(groups)
    }
}

/// How many values are somewhere inside.
fn n_parts(value: &Value) -> u64 {
    let mut n = 0;
    let mut waiting = vec![value];
    while let Some(value) = waiting.pop() {
        n += value.children().len() as u64;
        waiting.extend(value.children());
    }
    n
}
