//! The order of keys, on trees. The same as `codec`'s on bytes; docs/format.md section 5.

use std::cmp::Ordering;

use super::tree::Value;
use crate::codec::compare_shapes;

/// Compares two keys of one map. `None` if an unloaded part stands where the difference may be.
///
/// Values of different descs, which only meet where any type may stand, are ordered by their descs.
pub(crate) fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    /// Children still to be compared, and who has more.
    struct Open<'v> {
        pairs: std::iter::Zip<std::slice::Iter<'v, Value>, std::slice::Iter<'v, Value>>,
        longer: Ordering,
    }
    let mut open: Vec<Open<'_>> = Vec::new();
    let (mut a, mut b) = (a, b);
    loop {
        // Pointers add nothing to what keys say.
        (a, b) = (a.inside_pointers(), b.inside_pointers());
        let order = compare_alone(a, b)?;
        if order.is_ne() {
            return Some(order);
        }
        let (children_a, children_b) = (a.children(), b.children());
        open.push(Open {
            pairs: children_a.iter().zip(children_b),
            longer: children_a.len().cmp(&children_b.len()),
        });
        (a, b) = loop {
            let Some(top) = open.last_mut() else {
                return Some(Ordering::Equal);
            };
            match top.pairs.next() {
                Some(pair) => break pair,
                None if top.longer.is_ne() => return Some(top.longer),
                None => drop(open.pop()),
            }
        };
    }
}

/// What two values' own content says, without what they hold.
fn compare_alone(a: &Value, b: &Value) -> Option<Ordering> {
    if let (Value::Link(a), Value::Link(b)) = (a, b)
        && a == b
    {
        return Some(Ordering::Equal);
    }
    if is_unknown(a) || is_unknown(b) {
        return None;
    }
    let by_desc = a.desc_bytes().cmp(b.desc_bytes());
    if by_desc.is_ne() {
        return Some(by_desc);
    }
    Some(match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Char(a), Value::Char(b)) => a.cmp(b),
        (Value::U8(a), Value::U8(b)) => a.cmp(b),
        (Value::U16(a), Value::U16(b)) => a.cmp(b),
        (Value::U32(a), Value::U32(b)) => a.cmp(b),
        (Value::U64(a), Value::U64(b)) => a.cmp(b),
        (Value::U128(a), Value::U128(b)) => a.cmp(b),
        (Value::I8(a), Value::I8(b)) => a.cmp(b),
        (Value::I16(a), Value::I16(b)) => a.cmp(b),
        (Value::I32(a), Value::I32(b)) => a.cmp(b),
        (Value::I64(a), Value::I64(b)) => a.cmp(b),
        (Value::I128(a), Value::I128(b)) => a.cmp(b),
        (Value::F32(a), Value::F32(b)) => a.total_cmp(b),
        (Value::F64(a), Value::F64(b)) => a.total_cmp(b),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Bytes(a), Value::Bytes(b)) => a.cmp(b),
        (Value::Record(a), Value::Record(b)) => compare_shapes(a.shape(), b.shape()),
        (Value::Link(_) | Value::Pointer(_) | Value::Part(_), _)
        | (_, Value::Link(_) | Value::Pointer(_) | Value::Part(_)) => return None,
        _ => Ordering::Equal,
    })
}

/// Whether even the type is not loaded.
fn is_unknown(value: &Value) -> bool {
    matches!(value, Value::Link(link) if link.desc() == "*")
}
