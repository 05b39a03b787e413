//! The kinds of section 3 as plain data, the order of section 5, and the pointers of section 14.

use std::cmp::Ordering;
use std::rc::Rc;

/// The size of an integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bits {
    /// `B`, `b`
    B8,
    /// `H`, `h`
    B16,
    /// `I`, `i`
    B32,
    /// `L`, `l`
    B64,
    /// `Q`, `q`
    B128,
}

impl Bits {
    /// All of them, the smallest first.
    pub const ALL: [Self; 5] = [Self::B8, Self::B16, Self::B32, Self::B64, Self::B128];

    /// How many.
    pub const fn count(self) -> u32 {
        8 << self as u32
    }
}

/// A struct or a variant of an enum, without its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The struct's name, or the enum's, `::` and the variant's.
    pub tag: String,
    /// 0 stands for none.
    pub version: u64,
    /// The descs of the fields one after the other.
    pub types: String,
    /// One a field, or none at all.
    pub names: Vec<String>,
}

/// A value of any kind.
///
/// Pointers name nodes of the [`Shared`](crate::shared::Shared) value that the model is part of.
///
/// Maps and sets may hold their entries in any order; [`sorted`](Model::sorted) brings them into
/// that of section 5.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Model {
    /// `B H I L Q`
    Unsigned(Bits, u128),
    /// `b h i l q`
    Signed(Bits, i128),
    /// `f`, by its bits
    F32(u32),
    /// `d`, by its bits
    F64(u64),
    /// `t`
    Bool(bool),
    /// `c`
    Char(char),
    /// `s`
    Text(String),
    /// `y`
    Bytes(Vec<u8>),
    /// `n`
    Unit,
    /// `?D` with the desc of what it could hold
    Option(String, Option<Box<Model>>),
    /// `[D` with the desc of the elements
    Sequence(String, Vec<Model>),
    /// `{KV` with the descs of keys and values
    Map(String, String, Vec<(Model, Model)>),
    /// `<D` with the desc of the elements
    Set(String, Vec<Model>),
    /// `(D...)`
    Tuple(Vec<Model>),
    /// `@`
    Record(Rc<Shape>, Vec<Model>),
    /// `*`
    Any(Box<Model>),
    /// A strong shared pointer to this node, whose content has this desc
    Pointer(usize, String),
    /// `w`, and the node it leads to
    Weak(Option<usize>),
    /// A place that can be set through a shared reference, and what it holds
    Cell(Box<Model>),
}

/// Two keys of one map, or two elements of one set, are equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuplicateKey(pub Model);

impl Model {
    /// The desc (section 2).
    pub fn desc(&self) -> String {
        match self {
            Self::Unsigned(bits, _) => "BHILQ"[*bits as usize..=*bits as usize].to_owned(),
            Self::Signed(bits, _) => "bhilq"[*bits as usize..=*bits as usize].to_owned(),
            Self::F32(_) => "f".to_owned(),
            Self::F64(_) => "d".to_owned(),
            Self::Bool(_) => "t".to_owned(),
            Self::Char(_) => "c".to_owned(),
            Self::Text(_) => "s".to_owned(),
            Self::Bytes(_) => "y".to_owned(),
            Self::Unit => "n".to_owned(),
            Self::Option(of, _) => format!("?{of}"),
            // A sequence of pointers to bytes: what a byte string cannot hold.
            Self::Sequence(of, _) if of == "B" => "y".to_owned(),
            Self::Sequence(of, _) => format!("[{of}"),
            Self::Map(key, value, _) => format!("{{{key}{value}"),
            Self::Set(of, _) => format!("<{of}"),
            Self::Tuple(parts) => {
                format!("({})", parts.iter().map(Self::desc).collect::<String>())
            }
            Self::Record(..) => "@".to_owned(),
            Self::Any(_) => "*".to_owned(),
            Self::Pointer(_, desc) => desc.clone(),
            Self::Weak(_) => "w".to_owned(),
            Self::Cell(content) => content.desc(),
        }
    }

    /// The same value with every map and set in it ascending.
    ///
    /// # Errors
    /// If two keys of one map or two elements of one set are equal.
    pub fn sorted(&self) -> Result<Self, DuplicateKey> {
        self.sorted_among(&[])
    }

    /// The same, where pointers lead to these nodes. No key leads to a cycle.
    ///
    /// # Errors
    /// If two keys of one map or two elements of one set are equal.
    pub fn sorted_among(&self, nodes: &[Self]) -> Result<Self, DuplicateKey> {
        let one = |model: &Self| model.sorted_among(nodes);
        let all = |models: &[Self]| models.iter().map(one).collect::<Result<Vec<_>, _>>();
        Ok(match self {
            Self::Option(of, Some(inner)) => Self::Option(of.clone(), Some(Box::new(one(inner)?))),
            Self::Sequence(of, elements) => Self::Sequence(of.clone(), all(elements)?),
            Self::Map(key, value, entries) => {
                let entries = entries
                    .iter()
                    .map(|(key, value)| Ok((one(key)?, one(value)?)))
                    .collect::<Result<Vec<_>, _>>()?;
                let entries = ascending(entries, nodes, |entry| &entry.0)?;
                Self::Map(key.clone(), value.clone(), entries)
            }
            Self::Set(of, elements) => {
                let elements = ascending(all(elements)?, nodes, |element| element)?;
                Self::Set(of.clone(), elements)
            }
            Self::Tuple(parts) => Self::Tuple(all(parts)?),
            Self::Record(shape, fields) => Self::Record(Rc::clone(shape), all(fields)?),
            Self::Any(inner) => Self::Any(Box::new(one(inner)?)),
            Self::Cell(content) => Self::Cell(Box::new(one(content)?)),
            scalar => scalar.clone(),
        })
    }

    /// The values directly inside this one, in the order of the bytes.
    pub fn parts(&self) -> Vec<&Self> {
        match self {
            Self::Option(_, inner) => inner.iter().map(AsRef::as_ref).collect(),
            Self::Sequence(_, parts)
            | Self::Set(_, parts)
            | Self::Tuple(parts)
            | Self::Record(_, parts) => parts.iter().collect(),
            Self::Map(_, _, entries) => entries
                .iter()
                .flat_map(|(key, value)| [key, value])
                .collect(),
            Self::Any(inner) | Self::Cell(inner) => vec![inner],
            _ => Vec::new(),
        }
    }

    /// The content alone: what pointers and cells hold in their place.
    fn plain_among(&self, nodes: &[Self]) -> Result<Self, DuplicateKey> {
        let one = |model: &Self| model.plain_among(nodes);
        let all = |models: &[Self]| models.iter().map(one).collect::<Result<Vec<_>, _>>();
        Ok(match self {
            Self::Pointer(node, desc) => {
                // The strict reader cannot tell a pointer to an option from an option of a pointer.
                match one(&nodes[*node].sorted_among(nodes)?)? {
                    content if content.desc() == *desc => content,
                    Self::Option(of, Some(inner)) if of == *desc => *inner,
                    content => Self::Option(content.desc(), Some(Box::new(content))),
                }
            }
            Self::Cell(content) => one(content)?,
            Self::Option(of, Some(inner)) => Self::Option(of.clone(), Some(Box::new(one(inner)?))),
            Self::Sequence(of, elements) if of == "B" => {
                let byte = |number: Self| match number {
                    Self::Unsigned(_, number) => number.to_le_bytes()[0],
                    _ => unreachable!("the elements are bytes"),
                };
                Self::Bytes(all(elements)?.into_iter().map(byte).collect())
            }
            Self::Sequence(of, elements) => Self::Sequence(of.clone(), all(elements)?),
            Self::Map(key, value, entries) => {
                let entries = entries
                    .iter()
                    .map(|(key, value)| Ok((one(key)?, one(value)?)));
                let entries = entries.collect::<Result<_, _>>()?;
                Self::Map(key.clone(), value.clone(), entries)
            }
            Self::Set(of, elements) => Self::Set(of.clone(), all(elements)?),
            Self::Tuple(parts) => Self::Tuple(all(parts)?),
            Self::Record(shape, fields) => Self::Record(Rc::clone(shape), all(fields)?),
            Self::Any(inner) => Self::Any(Box::new(one(inner)?)),
            scalar => scalar.clone(),
        })
    }
}

/// The items in the order of their keys, which are compared by their content.
fn ascending<T>(
    items: Vec<T>,
    nodes: &[Model],
    key: impl Fn(&T) -> &Model,
) -> Result<Vec<T>, DuplicateKey> {
    let mut keyed = items
        .into_iter()
        .map(|item| Ok((key(&item).plain_among(nodes)?, item)))
        .collect::<Result<Vec<_>, _>>()?;
    keyed.sort_by(|a, b| compare(&a.0, &b.0));
    refuse_equal(keyed.iter().map(|(key, _)| key))?;
    Ok(keyed.into_iter().map(|(_, item)| item).collect())
}

fn refuse_equal<'a>(keys: impl Iterator<Item = &'a Model>) -> Result<(), DuplicateKey> {
    let mut before: Option<&Model> = None;
    for key in keys {
        if before.is_some_and(|before| compare(before, key).is_eq()) {
            return Err(DuplicateKey(key.clone()));
        }
        before = Some(key);
    }
    Ok(())
}

/// The order of keys (section 5) of two sorted values with the same desc, without pointers and cells.
///
/// # Panics
/// If the descs differ, or there are pointers or cells.
pub fn compare(a: &Model, b: &Model) -> Ordering {
    match (a, b) {
        (Model::Unsigned(_, a), Model::Unsigned(_, b)) => a.cmp(b),
        (Model::Signed(_, a), Model::Signed(_, b)) => a.cmp(b),
        (Model::F32(a), Model::F32(b)) => total_order(u64::from(*a) << 32, u64::from(*b) << 32),
        (Model::F64(a), Model::F64(b)) => total_order(*a, *b),
        (Model::Bool(a), Model::Bool(b)) => a.cmp(b),
        (Model::Char(a), Model::Char(b)) => a.to_string().as_bytes().cmp(b.to_string().as_bytes()),
        (Model::Text(a), Model::Text(b)) => a.as_bytes().cmp(b.as_bytes()),
        (Model::Bytes(a), Model::Bytes(b)) => a.cmp(b),
        (Model::Unit, Model::Unit) | (Model::Weak(_), Model::Weak(_)) => Ordering::Equal,
        (Model::Option(_, a), Model::Option(_, b)) => match (a, b) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(a), Some(b)) => compare(a, b),
        },
        (Model::Sequence(_, a), Model::Sequence(_, b))
        | (Model::Set(_, a), Model::Set(_, b))
        | (Model::Tuple(a), Model::Tuple(b)) => compare_all(a, b),
        (Model::Map(_, _, a), Model::Map(_, _, b)) => {
            for ((key_a, value_a), (key_b, value_b)) in a.iter().zip(b) {
                let order = compare(key_a, key_b).then_with(|| compare(value_a, value_b));
                if order.is_ne() {
                    return order;
                }
            }
            a.len().cmp(&b.len())
        }
        (Model::Record(shape_a, a), Model::Record(shape_b, b)) => {
            compare_shapes(shape_a, shape_b).then_with(|| compare_all(a, b))
        }
        (Model::Any(a), Model::Any(b)) => {
            let descs = a.desc().as_bytes().cmp(b.desc().as_bytes());
            descs.then_with(|| compare(a, b))
        }
        _ => panic!("keys of one map have one desc: {a:?}, {b:?}"),
    }
}

fn compare_all(a: &[Model], b: &[Model]) -> Ordering {
    let unequal = a
        .iter()
        .zip(b)
        .map(|(a, b)| compare(a, b))
        .find(|order| order.is_ne());
    unequal.unwrap_or(a.len().cmp(&b.len()))
}

fn compare_shapes(a: &Shape, b: &Shape) -> Ordering {
    let names = |shape: &Shape| {
        let names: Vec<_> = shape
            .names
            .iter()
            .map(|name| name.as_bytes().to_vec())
            .collect();
        (names.len(), names)
    };
    (a.tag.as_bytes().cmp(b.tag.as_bytes()))
        .then(a.version.cmp(&b.version))
        .then(a.types.as_bytes().cmp(b.types.as_bytes()))
        .then(names(a).cmp(&names(b)))
}

/// IEEE 754 totalOrder: the bits as a signed integer, all but the sign inverted if it is set.
fn total_order(a: u64, b: u64) -> Ordering {
    let number = |bits: u64| {
        let inverted = if bits >> 63 == 1 {
            bits ^ (u64::MAX >> 1)
        } else {
            bits
        };
        inverted.cast_signed()
    };
    number(a).cmp(&number(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ascending(models: &[Model]) {
        for (i, a) in models.iter().enumerate() {
            for (j, b) in models.iter().enumerate() {
                assert_eq!(compare(a, b), i.cmp(&j), "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn floats_stand_in_total_order() {
        ascending(
            &[
                -f64::NAN,
                f64::NEG_INFINITY,
                -1.0,
                -0.0,
                0.0,
                1.0,
                f64::INFINITY,
                f64::NAN,
            ]
            .map(|number| Model::F64(number.to_bits())),
        );
        ascending(
            &[
                0xffff_ffff,
                0xff80_0000,
                0x8000_0000,
                0,
                1,
                0x7f80_0000,
                0x7fc0_0000,
            ]
            .map(Model::F32),
        );
    }

    #[test]
    fn a_prefix_comes_first_and_names_count_before_they_are_compared() {
        ascending(&["", "a", "a\0", "b", "\u{e9}"].map(|text| Model::Text(text.to_owned())));
        let record = |tag: &str, version, types: &str, names: &[&str]| {
            let names = names.iter().map(|&name| name.to_owned()).collect();
            let (tag, types) = (tag.to_owned(), types.to_owned());
            let shape = Shape {
                tag,
                version,
                types,
                names,
            };
            Model::Record(Rc::new(shape), vec![Model::Bool(true), Model::Bool(true)])
        };
        ascending(&[
            record("A", 0, "tt", &[]),
            record("A", 0, "tt", &["b", "c"]),
            record("A", 0, "tt", &["c", "a"]),
            record("A", 1, "tt", &[]),
            record("B", 0, "tt", &[]),
        ]);
    }

    #[test]
    fn equal_keys_are_an_error_wherever_the_map_stands() {
        let number = |number| Model::Unsigned(Bits::B8, number);
        let set = Model::Set("B".to_owned(), vec![number(2), number(1), number(2)]);
        let holder = Model::Tuple(vec![set]);
        assert_eq!(holder.sorted(), Err(DuplicateKey(number(2))));
    }
}
