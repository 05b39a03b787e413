//! Blocks divided into requests that keep to the other side's limits.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use super::gathered::Gathered;
use super::{Code, Offer, Offered, Refusal, RequestLimits};
use crate::cid::Cid;
use crate::error::Error;
use crate::link::links;

/// What a request takes beside the base64 of a block's bytes: its CID twice, keys, punctuation, and
/// an object around it.
const BYTES_PER_BLOCK: usize = 340;
/// What an object by its name alone takes.
const BYTES_PER_NAME: usize = 150;

/// The blocks of some values that are to be sent, and the values' names.
pub(super) struct Plan<'v> {
    values: Vec<&'v Gathered>,
    /// The values' names, each once.
    roots: Vec<Cid>,
    is_framed: bool,
    /// The blocks of all values; made when the first is asked for.
    blocks: OnceCell<BTreeMap<Cid, &'v [u8]>>,
}

impl<'v> Plan<'v> {
    pub(super) fn new(values: Vec<&'v Gathered>, roots: Vec<Cid>, is_framed: bool) -> Self {
        let mut met = BTreeSet::new();
        let roots = roots.into_iter().filter(|root| met.insert(*root)).collect();
        Self {
            values,
            roots,
            is_framed,
            blocks: OnceCell::new(),
        }
    }

    /// All blocks of all values, leaves first, each once.
    pub(super) fn closure(&self) -> Result<Vec<Cid>, Error> {
        let mut met = BTreeSet::new();
        let mut all = Vec::new();
        for value in &self.values {
            let closure = value.unknown(&self.roots, |_| false)?;
            all.extend(closure.into_iter().filter(|cid| met.insert(*cid)));
        }
        Ok(all)
    }

    pub(super) fn get(&self, cid: &Cid) -> Option<&'v [u8]> {
        if let [only] = self.values.as_slice() {
            return only.get(cid);
        }
        let values = || self.values.iter().flat_map(|value| value.blocks());
        let blocks = self.blocks.get_or_init(|| values().collect());
        blocks.get(cid).copied()
    }

    /// Divides blocks, which come leaves first, into as few runs as fit.
    ///
    /// Fails for a block that fits no request.
    pub(super) fn divide(
        &self,
        blocks: &[Cid],
        limits: &RequestLimits,
    ) -> Result<Vec<Vec<Cid>>, Refusal> {
        let most = limits.blocks.min(limits.objects).max(1);
        let mut runs = Vec::new();
        let mut run = Vec::new();
        // The last run names the values too.
        let names = self.roots.len().min(limits.objects) * BYTES_PER_NAME;
        let mut room = limits.body_bytes.saturating_sub(names);
        for cid in blocks {
            let len = self.get(cid).map_or(0, <[u8]>::len);
            let cost = BYTES_PER_BLOCK + len.div_ceil(3) * 4;
            if cost > limits.body_bytes.saturating_sub(names) {
                let message = format!("a block of {len} bytes does not fit a request");
                return Err(Refusal::new(Code::TooLarge, message).about(*cid));
            }
            if run.len() == most || cost > room {
                runs.push(std::mem::take(&mut run));
                room = limits.body_bytes.saturating_sub(names);
            }
            room -= cost;
            run.push(*cid);
        }
        if !run.is_empty() {
            runs.push(run);
        }
        Ok(runs)
    }

    /// The request for one of several runs: its objects are the blocks no other of the run links to.
    pub(super) fn part(&self, run: &[Cid]) -> Offer {
        self.offer(run, &[])
    }

    /// The requests for the last run: the values themselves are objects too, in their order.
    pub(super) fn last(&self, run: &[Cid], limits: &RequestLimits) -> Vec<Offer> {
        if run.is_empty() && self.roots.is_empty() {
            return Vec::new();
        }
        let whole = self.offer(run, &self.roots);
        if whole.objects.len() <= limits.objects {
            return vec![whole];
        }
        let by_name = self.roots.chunks(limits.objects.max(1));
        let by_name = by_name.map(|roots| Offer {
            objects: roots.iter().map(|root| Offered::by_name(*root)).collect(),
        });
        let part = (!run.is_empty()).then(|| self.part(run));
        part.into_iter().chain(by_name).collect()
    }

    /// Each block in one place: with the first object that leads to it, or as an object.
    fn offer(&self, run: &[Cid], roots: &[Cid]) -> Offer {
        let place: BTreeMap<Cid, usize> = run.iter().copied().zip(0..).collect();
        let below = |cid: &Cid| -> Vec<Cid> {
            let links = links(self.get(cid).unwrap_or_default()).unwrap_or_default();
            let carried = links.into_iter().filter(|cid| place.contains_key(cid));
            carried.collect()
        };
        let linked: BTreeSet<Cid> = run.iter().flat_map(below).collect();
        let mut placed: BTreeSet<Cid> = roots.iter().copied().collect();
        let tops: Vec<Cid> = run
            .iter()
            .filter(|cid| !linked.contains(*cid) && !placed.contains(*cid))
            .copied()
            .collect();

        let mut objects = Vec::new();
        for top in roots.iter().chain(&tops) {
            if !place.contains_key(top) {
                objects.push(Offered::by_name(*top));
                continue;
            }
            let mut components: Vec<usize> = Vec::new();
            let mut open = below(top);
            while let Some(cid) = open.pop() {
                if placed.insert(cid) {
                    components.extend(place.get(&cid).copied());
                    open.extend(below(&cid));
                }
            }
            // The run's order is leaves first.
            components.sort_unstable();
            let components = components.into_iter().filter_map(|at| run.get(at));
            let object = Offered {
                cid: *top,
                data: self.get(top).map(Into::into),
                components: components
                    .filter_map(|cid| Some((*cid, self.get(cid)?.into())))
                    .collect(),
            };
            objects.push(if self.is_framed {
                object.framed()
            } else {
                object
            });
        }
        Offer { objects }
    }
}
