//! Pointers while two values are compared: what of them is equal at sight, and two values with equal
//! content whose pointers are the same in different places.

use std::collections::{BTreeMap, BTreeSet};

use super::change::{Change, ChangeKind};
use crate::block::BlockSource;
use crate::cid::Cid;
use crate::encoded::decode_with;
use crate::error::Error;
use crate::limits::Limits;
use crate::path::{Path, Segment};
use crate::value::{Value, pointed};

/// Whether two values are equal, as their own text says. Where pointers lead back to is not in it.
pub(super) fn is_same(old: &Value, new: &Value) -> bool {
    old == new && !old.has_pointers()
}

/// How many steps the gathered paths of each value have in all: in deep values they are long, and they
/// are compared step by step.
const MAX_STEPS: usize = 1 << 20;

/// The change between two values of equal content.
pub(super) fn identity_change(
    old: Cid,
    new: Cid,
    source: &dyn BlockSource,
    limits: Limits,
) -> Result<Change, Error> {
    let groups = |cid| -> Result<_, Error> {
        let value: Value = decode_with(cid, source, limits)?;
        Ok(groups(&value))
    };
    let (old, new) = (groups(old)?, groups(new)?);
    let missing = |from: &BTreeSet<Vec<Path>>, other: &BTreeSet<Vec<Path>>| {
        from.difference(other).cloned().collect()
    };
    Ok(Change {
        path: Path::root(),
        kind: ChangeKind::Pointers {
            old: missing(&old, &new),
            new: missing(&new, &old),
        },
    })
}

/// The places of the pointers that lead to one allocation, for each that several lead to.
fn groups(root: &Value) -> BTreeSet<Vec<Path>> {
    enum Step<'v> {
        Value(Option<Segment>, &'v Value),
        Leave,
    }
    let mut groups: BTreeMap<_, Vec<Path>> = BTreeMap::new();
    let mut path = Path::root();
    let mut n_steps = 0;
    let mut steps = vec![Step::Value(None, root)];
    while let Some(step) = steps.pop() {
        let Step::Value(segment, value) = step else {
            path.pop();
            continue;
        };
        if let Some(segment) = segment {
            path.push(segment);
            steps.push(Step::Leave);
        }
        if let Some(label) = pointed(value) {
            n_steps += path.n_steps() + 1;
            if n_steps > MAX_STEPS {
                break;
            }
            groups.entry(label).or_default().push(path.clone());
        }
        let first = steps.len();
        steps.extend(parts(value).map(|(segment, part)| Step::Value(segment, part)));
        steps.get_mut(first..).unwrap_or_default().reverse();
    }
    let several = groups.into_values().filter(|paths| paths.len() > 1);
    several.collect()
}

/// What a value holds, each with its step in a path.
fn parts(value: &Value) -> Box<dyn Iterator<Item = (Option<Segment>, &Value)> + '_> {
    let index = |(index, item)| (Some(Segment::Index(index)), item);
    match value {
        Value::Sequence(sequence) => Box::new((0..).zip(sequence.items()).map(index)),
        Value::Set(set) => Box::new((0..).zip(set.items()).map(index)),
        Value::Map(map) => Box::new(map.entries().flat_map(|(key, value)| {
            let segment = Segment::Key(crate::value::key_text(key));
            [(Some(segment.clone()), key), (Some(segment), value)]
        })),
        Value::Tuple(tuple) => Box::new((0_u64..).zip(tuple.parts()).map(|(number, part)| {
            let number = number.to_string();
            (Some(Segment::Field(number.into())), part)
        })),
        Value::Record(record) => Box::new((0..).zip(record.fields()).map(|(number, field)| {
            let name = record.shape().field_name(number);
            (Some(Segment::Field(name.into())), field)
        })),
        other => Box::new(other.children().iter().map(|part| (None, part))),
    }
}
