//! Items in their own form: numbers, records, elements and entries.

use std::cmp::Ordering;
use std::rc::Rc;

use super::body::{Body, Place};
use super::items::Item;
use super::overlay::{Kind, begins_with_pointer};
use super::same::{First, Written};
use super::{Refused, Rule};
use crate::desc;
use crate::model::{self, Bits, Model};

impl Body<'_, '_, '_> {
    /// The numbers of a bin, and the pointers to them.
    pub(super) fn numbers(
        &mut self,
        of: &str,
        bytes: &[u8],
    ) -> Result<Option<Vec<Model>>, Refused> {
        let numbers = super::items::packed(of, bytes)?;
        let end = self.items.length();
        if self.reader.skipping > 0 || !self.reader.has_entry_before(end) {
            return Ok(Some(numbers).filter(|_| of != "B"));
        }
        let width = bytes.len() / numbers.len().max(1);
        let mut at = end - bytes.len();
        let mut pointed = Vec::new();
        for number in numbers {
            pointed.push(self.number(number, at)?);
            at += width;
        }
        Ok(Some(pointed))
    }

    pub(super) fn number(&mut self, number: Model, at: usize) -> Result<Model, Refused> {
        let desc = number.desc();
        let (kind, scope) = match self.reader.entry_at(at, Kind::is_pointer) {
            None => return Ok(number),
            Some((Kind::Same(node), _)) => {
                self.check_same(node, &Written::number(&number), None)?;
                return self.lead_to(node, &desc);
            }
            // Nothing but pointers can begin at an element.
            Some((Kind::Pointer, scope)) if !begins_with_pointer(&scope) => {
                let reason = "a pointer that needs no entry";
                return Err(Refused::new(Rule::Identity, reason));
            }
            Some(entry) => entry,
        };
        let node = self.reader.node(kind);
        let first = First {
            written: Written::number(&number),
            place: None,
        };
        self.reader.firsts.insert(node, first);
        self.reader.enter(scope, at);
        let content = self.number(number, at)?;
        self.reader.leave()?;
        self.reader.nodes[node] = Some(content);
        Ok(Model::Pointer(node, desc))
    }

    /// A value in the form of its desc, whose first item was read.
    pub(super) fn own_form(
        &mut self,
        desc: &str,
        item: Item,
        depth: usize,
    ) -> Result<Model, Refused> {
        if let Some(model) = super::items::scalar(desc, &item)? {
            return Ok(model);
        }
        let (kind, of) = desc.split_at(1);
        match (kind, item) {
            ("s", Item::Text(text)) => {
                self.refuse_long(text.len())?;
                Ok(Model::Text(text.to_owned()))
            }
            ("y", Item::Binary(bytes)) => {
                self.refuse_long(bytes.len())?;
                Ok(match self.numbers("B", bytes)? {
                    Some(numbers) => Model::Sequence("B".to_owned(), numbers),
                    None => Model::Bytes(bytes.to_owned()),
                })
            }
            ("[", Item::Binary(bytes)) if desc::packed_width(of).is_some() => {
                self.refuse_long(bytes.len())?;
                let numbers = self.numbers(of, bytes)?.unwrap_or_default();
                Ok(Model::Sequence(of.to_owned(), numbers))
            }
            ("[", Item::Array(count)) if desc::packed_width(of).is_none() => {
                let elements = self.elements(of, count, false, depth)?;
                Ok(Model::Sequence(of.to_owned(), elements))
            }
            ("<", Item::Array(count)) => Ok(Model::Set(
                of.to_owned(),
                self.elements(of, count, true, depth)?,
            )),
            ("{", Item::Map(count)) => {
                let (key, value) = desc::split_first(of)?;
                let entries = self.entries(key, value, count, depth)?;
                Ok(Model::Map(key.to_owned(), value.to_owned(), entries))
            }
            ("(", Item::Array(count)) => {
                let descs = desc::split(of.strip_suffix(')').unwrap_or(of))?;
                if descs.len() as u64 != count {
                    return Refused::clause(2, "a tuple with another number of parts");
                }
                Ok(Model::Tuple(self.fields(&descs, depth)?))
            }
            ("*", Item::Array(2)) => {
                let desc = self.items.text(4, "an any's desc that is no str")?;
                desc::check(desc)?;
                if desc == "*" {
                    return Refused::clause(6, "an any in an any");
                }
                Ok(Model::Any(Box::new(self.value(
                    desc,
                    Place::Inside,
                    depth + 1,
                )?)))
            }
            ("?", Item::Nil) => Ok(Model::Option(of.to_owned(), None)),
            ("?", Item::Array(1)) => {
                let inner = self.value(of, Place::Inside, depth + 1)?;
                Ok(Model::Option(of.to_owned(), Some(Box::new(inner))))
            }
            ("?", _) => Refused::clause(6, "an option that is not wrapped"),
            ("@", item) => self.record(&item, depth),
            _ => Refused::clause(2, format!("a form that {desc} does not allow")),
        }
    }

    pub(super) fn record(&mut self, item: &Item, depth: usize) -> Result<Model, Refused> {
        let mut start = self.items.end();
        let (index, fields) = match item {
            Item::Array(count @ 1..) => (self.items.next_index()?, count - 1),
            Item::Unsigned(index) => {
                start -= 1 + self.items.count_index_as_one(*index);
                (*index, 0)
            }
            _ => return Refused::clause(2, "a record that is neither index nor array"),
        };
        let position = usize::try_from(index).unwrap_or(usize::MAX);
        let Some(shape) = self.table.get(position).cloned() else {
            return Refused::clause(5, "an index out of the table");
        };
        match position.cmp(&self.used) {
            Ordering::Less => {}
            Ordering::Equal => self.used += 1,
            Ordering::Greater => return Refused::clause(5, "shapes not in order of first use"),
        }
        let known = (self.items.end(), Rc::clone(&shape));
        self.indices.insert(start, known);
        let descs = desc::split(&shape.types)?;
        if descs.len() as u64 != fields {
            return Refused::clause(5, "a record with another number of fields");
        }
        if matches!(item, Item::Array(1)) {
            return Refused::clause(2, "an array around a record without fields");
        }
        let fields = self.fields(&descs, depth)?;
        Ok(Model::Record(shape, fields))
    }

    pub(super) fn fields(&mut self, descs: &[&str], depth: usize) -> Result<Vec<Model>, Refused> {
        descs
            .iter()
            .map(|desc| self.value(desc, Place::Inside, depth + 1))
            .collect()
    }

    pub(super) fn elements(
        &mut self,
        of: &str,
        count: u64,
        ascending: bool,
        depth: usize,
    ) -> Result<Vec<Model>, Refused> {
        let start = self.items.length();
        let kept = self.items.kept;
        let mut elements = Vec::new();
        let mut before = None;
        for _ in 0..count {
            elements.push(if ascending {
                self.key(of, &mut before, depth)?
            } else {
                self.value(of, Place::Inside, depth + 1)?
            });
        }
        if self.items.kept == kept {
            self.refuse_long(self.items.length() - start)?;
        }
        Ok(elements)
    }

    pub(super) fn entries(
        &mut self,
        key_desc: &str,
        value_desc: &str,
        count: u64,
        depth: usize,
    ) -> Result<Vec<(Model, Model)>, Refused> {
        let start = self.items.length();
        let kept = self.items.kept;
        let mut entries = Vec::new();
        let mut before = None;
        for _ in 0..count {
            let key = self.key(key_desc, &mut before, depth)?;
            let value = self.value(value_desc, Place::Inside, depth + 1)?;
            entries.push((key, value));
        }
        if self.items.kept == kept {
            self.refuse_long(self.items.length() - start)?;
        }
        Ok(entries)
    }

    /// A key that must be greater than the one before it.
    pub(super) fn key(
        &mut self,
        desc: &str,
        before: &mut Option<(Model, bool)>,
        depth: usize,
    ) -> Result<Model, Refused> {
        let (items, used) = (self.items.clone(), self.used);
        // Keys are compared by their content, so it is read twice, first without its pointers.
        self.reader.skipping += 1;
        let content = self.value(desc, Place::Inside, depth + 1);
        self.reader.skipping -= 1;
        let content = content?;
        if !ascends(before, &content, self.items.links > items.links) {
            return Refused::clause(6, "keys that are not strictly ascending");
        }
        if self.reader.skipping > 0 {
            return Ok(content);
        }
        (self.items, self.used) = (items, used);
        self.value(desc, Place::Inside, depth + 1)
    }

    pub(super) fn refuse_long(&self, elements: usize) -> Result<(), Refused> {
        if elements > self.profile.leaf.max {
            return Refused::clause(7, "elements above the leaf maximum in one block");
        }
        Ok(())
    }
}

/// Whether this key is greater than the one before it, where neither of the two holds a link.
pub(super) fn ascends(before: &mut Option<(Model, bool)>, key: &Model, holds_link: bool) -> bool {
    match before.replace((key.clone(), holds_link)) {
        Some((before, false)) if !holds_link => model::compare(&before, key).is_lt(),
        _ => true,
    }
}

pub(super) fn may_be_linked(desc: &str) -> bool {
    match desc.strip_prefix('?') {
        Some(of) => desc::is_wrapped(of),
        None => desc.starts_with(['@', 's', 'y', '*', '[', '{', '<', '(']),
    }
}

/// The desc of the keys, for maps and sets.
pub(super) fn key_desc(desc: &str) -> Result<Option<String>, Refused> {
    Ok(match desc.split_at(1) {
        ("<", of) => Some(of.to_owned()),
        ("{", of) => Some(desc::split_first(of)?.0.to_owned()),
        _ => None,
    })
}

/// Adds a part of a chunked value to those before it.
pub(super) fn extend(whole: &mut Model, part: Model) {
    match (whole, part) {
        (Model::Text(whole), Model::Text(part)) => whole.push_str(&part),
        (Model::Bytes(whole), Model::Bytes(part)) => whole.extend(part),
        (Model::Sequence(_, whole), Model::Sequence(_, part))
        | (Model::Set(_, whole), Model::Set(_, part)) => whole.extend(part),
        (Model::Map(_, _, whole), Model::Map(_, _, part)) => whole.extend(part),
        // Where only one of them has pointers to its bytes.
        (whole @ Model::Bytes(_), part @ Model::Sequence(..)) => {
            let Model::Bytes(bytes) = whole else { return };
            *whole = Model::Sequence("B".to_owned(), numbers(bytes));
            extend(whole, part);
        }
        (Model::Sequence(_, whole), Model::Bytes(part)) => whole.extend(numbers(&part)),
        _ => {}
    }
}

pub(super) fn numbers(bytes: &[u8]) -> Vec<Model> {
    let number = |&byte: &u8| Model::Unsigned(Bits::B8, u128::from(byte));
    bytes.iter().map(number).collect()
}

/// The integer of these bits, if it is in range.
pub(super) fn in_range(bits: Bits, number: u128, signed: bool) -> bool {
    let available = if signed {
        bits.count() - 1
    } else {
        bits.count()
    };
    available == 128 || number >> available == 0
}
