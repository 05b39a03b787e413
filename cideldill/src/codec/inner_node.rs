//! The inner nodes of values that are longer than what is there.
//!
//! A put that was interrupted leaves nodes that no node leads to. What such a node lists is a part of
//! a longer value: encoded alone it may be too short for so many levels, or for any. Here it is
//! divided as the longer value was. Implements docs/format.md section 7.

use super::batch::Sink;
use super::encode::Encoder;
use super::profile::Profile;
use crate::cid::Cid;
use crate::error::Error;
use crate::link::links;
use crate::reduce::Reduce;
use crate::value::Value;

/// The node of this level (0: its groups are chunks) that lists all of this value inside a longer one.
/// Another CID, or none, if no node does.
pub(crate) fn inner_node(
    value: &Value,
    profile: Profile,
    level: usize,
) -> Result<Option<Cid>, Error> {
    let mut top = Last::default();
    let mut encoder = Encoder::new(profile, &mut top);
    // The level itself too: the rule must not end the node earlier. One more level then lists it.
    encoder.divided_levels = level + 1;
    match value {
        Value::String(text) => {
            let block = encoder.text_blocks(text);
            encoder.link(block);
        }
        Value::Bytes(bytes) => {
            let (block, _) = encoder.byte_blocks(bytes, &[]);
            encoder.link(block);
        }
        _ => value.reduce_root(&mut encoder)?,
    }
    encoder.finish()?;
    Ok(links(&top.0)?.first().copied())
}

/// Keeps the last block, which is the top.
#[derive(Default)]
struct Last(Vec<u8>);

impl Sink for Last {
    fn accept(&mut self, blocks: &[(Cid, &[u8])]) -> Result<(), Error> {
        if let Some((_, bytes)) = blocks.last() {
            self.0 = bytes.to_vec();
        }
        Ok(())
    }
}
