//! Values encoded again: what can only be seen across blocks (docs/format.md section 11).
//!
//! One value at a time, read without what stands in blocks of its own: its block and, if it is
//! chunked, all of its chunks. Encoded again it must be the same. What it links to is then a value
//! itself, which must also be long enough to have been cut. So each block is read about once, however
//! many values share it.

use std::collections::BTreeSet;

use super::fsck::{Facts, Known, reason};
use super::report::{Damage, FsckReport};
use super::{OnProgress, Ticker};
use crate::cid::Cid;
use crate::codec::{Decoder, Discard, Encoding, Profile, inner_node};
use crate::encoded::encode_into;
use crate::error::{Error, ErrorKind};
use crate::limits::Limits;
use crate::link::links;
use crate::store::BlockStore;
use crate::value::{LinkValue, Links, Value, has_link, read_root, read_value};

pub(super) fn check_values(
    store: &dyn BlockStore,
    known: &Known,
    limits: Limits,
    progress: &mut OnProgress<'_>,
    report: &mut FsckReport,
) {
    let mut check = Check {
        store,
        known,
        limits,
        ticker: Ticker::new(progress, "encoding values again", None),
        report,
        as_root: BTreeSet::new(),
        as_part: BTreeSet::new(),
        waiting: Vec::new(),
        has_gaps: false,
    };
    let roots = |is_root: fn(&Facts) -> bool| {
        let sound = known
            .iter()
            .filter(move |(_, facts)| facts.is_sound && is_root(facts));
        sound.map(|(cid, _)| *cid)
    };
    for cid in roots(|facts| facts.is_named || !facts.is_linked) {
        check.root(cid);
    }
    // What a damaged value would have led to.
    for cid in roots(|facts| facts.is_linked && !facts.is_in_node) {
        if !check.as_part.contains(&cid) {
            check.root(cid);
        }
    }
    if check.has_gaps {
        for cid in roots(|facts| facts.is_in_node) {
            if !check.as_part.contains(&cid) {
                check.chunk(cid);
            }
        }
    }
    check.ticker.end();
}

struct Check<'c, 't, 'p> {
    store: &'c dyn BlockStore,
    known: &'c Known,
    limits: Limits,
    ticker: Ticker<'t, 'p>,
    report: &'c mut FsckReport,
    /// Checked as the root of a value, and as a part that was cut.
    as_root: BTreeSet<Cid>,
    as_part: BTreeSet<Cid>,
    waiting: Vec<LinkValue>,
    /// A value could not be read to its end, so chunks of it may not have been looked at.
    has_gaps: bool,
}

/// How a block is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Root,
    Part,
}

impl Check<'_, '_, '_> {
    /// Checks a value, and everything below it that was not checked yet.
    fn root(&mut self, cid: Cid) {
        if !self.as_root.insert(cid) {
            return;
        }
        self.value(cid, Place::Root);
        while let Some(link) = self.waiting.pop() {
            let cid = link.cid();
            let is_sound = self.known.get(&cid).is_none_or(|facts| facts.is_sound);
            if is_sound && self.as_part.insert(cid) {
                self.value(cid, Place::Part);
            }
        }
    }

    fn value(&mut self, cid: Cid, place: Place) {
        self.ticker.tick();
        self.report.values += 1;
        let outcome = self.encode_again(cid, place);
        match outcome {
            Ok(again) if again == cid => {}
            Ok(again) => self.report.damage.push(Damage::NotCanonical {
                cid,
                expected: again,
            }),
            Err(error) => self.refused(cid, &error),
        }
    }

    fn refused(&mut self, cid: Cid, error: &Error) {
        self.has_gaps = true;
        let reason = reason(error);
        let damage = match error.kind() {
            // Found before, in the block where it is.
            ErrorKind::Missing { .. } | ErrorKind::Corrupt { .. } | ErrorKind::Backend { .. } => {
                return;
            }
            ErrorKind::Limit { .. } => Damage::Unchecked { cid, reason },
            _ => Damage::Refused { cid, reason },
        };
        self.report.damage.push(damage);
    }

    /// The CID of the value when it is encoded again, as a part of a longer one if it is that. What it links to waits to be checked.
    fn encode_again(&mut self, cid: Cid, place: Place) -> Result<Cid, Error> {
        let mut decoder = Decoder::new(self.store, self.limits);
        let mut value = match place {
            Place::Root => read_root(&mut decoder, cid, Links::Kept)?,
            Place::Part => match decoder.at_link_to(cid)? {
                Some(desc) => read_value(&mut decoder, &desc, Links::KeptBelow)?,
                // Says what is wrong with it.
                None => read_root(&mut decoder, cid, Links::Kept)?,
            },
        };
        let profile = decoder.profile();
        let has_cut_key = self.gather(&value, profile)?;
        if has_cut_key {
            // Where keys stand can only be seen with all of them.
            drop(value);
            let mut decoder = Decoder::new(self.store, self.limits);
            value = read_root(&mut decoder, cid, Links::Followed)?;
        }
        let again = again(&value, profile)?;
        if again != cid && self.may_be_inner_node(cid) {
            let node = inner_node(&value, profile, self.level(cid)?)?;
            return Ok(node.filter(|node| *node == cid).unwrap_or(again));
        }
        Ok(again)
    }

    /// Takes the links out of a value, and checks that each leads to a block that can stand there.
    /// Says whether a key holds one.
    fn gather(&mut self, value: &Value, profile: Profile) -> Result<bool, Error> {
        let mut has_cut_key = false;
        let mut waiting = vec![value];
        while let Some(value) = waiting.pop() {
            match value {
                Value::Link(link) => {
                    self.fits(link, profile)?;
                    self.waiting.push(link.clone());
                }
                Value::Map(map) => has_cut_key |= map.entries().any(|(key, _)| has_link(key)),
                Value::Set(set) => has_cut_key |= set.items().iter().any(has_link),
                _ => {}
            }
            waiting.extend(value.children());
        }
        Ok(has_cut_key)
    }

    /// The linked block has the profile and the desc that its place asks for. One that is missing or
    /// damaged was found before.
    fn fits(&self, link: &LinkValue, profile: Profile) -> Result<(), Error> {
        let is_sound = self
            .known
            .get(&link.cid())
            .is_some_and(|facts| facts.is_sound);
        if !is_sound {
            return Ok(());
        }
        let mut decoder = Decoder::new(self.store, self.limits);
        let desc = decoder.at_link_to(link.cid())?;
        if decoder.profile() != profile {
            let found = decoder.profile().first_byte();
            return Err(ErrorKind::Version { found }.into());
        }
        let found = desc.map_or_else(String::new, |desc| desc.to_string());
        if found == link.desc() {
            return Ok(());
        }
        Err(ErrorKind::WrongKind {
            expected: link.desc().to_owned(),
            found,
        }
        .into())
    }

    /// Whether a node may be an inner one, left by a put that was interrupted: nobody holds it.
    fn may_be_inner_node(&self, cid: Cid) -> bool {
        let facts = self.known.get(&cid).copied().unwrap_or_default();
        facts.is_node && !facts.is_named && !facts.is_linked
    }

    /// How many nodes are below a node, each the first of its list.
    fn level(&self, node: Cid) -> Result<usize, Error> {
        let mut level = 0;
        let mut first = node;
        loop {
            let bytes = self.store.load_many(&[first])?.pop().unwrap_or_default();
            first = links(&bytes)?.first().copied().unwrap_or(first);
            match self.known.get(&first) {
                Some(facts) if facts.is_node && first != node => level += 1,
                _ => return Ok(level),
            }
        }
    }

    /// Checks a chunk or inner node whose value could not be read as a whole.
    fn chunk(&mut self, cid: Cid) {
        let read = || -> Result<(), Error> {
            let mut decoder = Decoder::new(self.store, self.limits);
            if let (Some(entered), desc) = decoder.enter_root(cid)? {
                read_value(&mut decoder, &desc, Links::Kept)?;
                decoder.leave(entered)?;
            }
            Ok(())
        };
        if let Err(error) = read() {
            self.refused(cid, &error);
        }
    }
}

fn again(value: &Value, profile: Profile) -> Result<Cid, Error> {
    let Encoding { root, .. } = encode_into(value, profile, &mut Discard)?;
    Ok(root)
}
