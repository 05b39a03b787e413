//! Random models from a seed, with sizes around every limit.
//!
//! Not `proptest`: a case is a function of one number, so that 100,000 of them take seconds and a
//! failure is named by its seed alone.

mod limits;

use std::rc::Rc;

use crate::desc;
use crate::model::{self, Bits, Model, Shape};
use crate::profile::Profile;

/// A value and the profile to encode it with.
#[derive(Clone, Debug)]
pub struct Case {
    /// Well typed; maps and sets are in any order and without equal keys.
    pub model: Model,
    /// The standard or the small one mostly, the whole one sometimes.
    pub profile: Profile,
}

/// The case of this seed.
pub fn case(seed: u64) -> Case {
    let mut random = Random::new(seed);
    let profile = match random.below(10) {
        0..=3 => Profile::STANDARD,
        4 => Profile::WHOLE,
        _ => Profile::SMALL,
    };
    let limits = if profile.number == 2 {
        Profile::SMALL
    } else {
        Profile::STANDARD
    };
    let model = match random.below(200) {
        0..=119 => random.of_size(8, 120),
        120..=159 => random.of_size(120, 700),
        160..=165 => random.of_size(700, 3_000),
        166 => random.of_size(3_000, 30_000),
        167 => random.many_shapes(),
        168..=178 => {
            let model = random.near_the_cut(limits);
            random.inside(model)
        }
        179 | 180 if profile.number != 2 => {
            let model = random.near_the_leaf_maximum(limits);
            random.inside(model)
        }
        179..=190 => {
            let model = random.near_the_leaf_maximum(Profile::SMALL);
            random.inside(model)
        }
        191..=197 => random.keys_of_every_kind(),
        _ => random.long_keys(limits),
    };
    Case { model, profile }
}

/// A generator of numbers and models (`SplitMix64`, Steele, Lea and Flood 2014).
pub struct Random {
    state: u64,
    shapes: Vec<Rc<Shape>>,
}

impl Random {
    /// The same seed, the same numbers.
    pub fn new(seed: u64) -> Self {
        let mut random = Self {
            state: seed,
            shapes: Vec::new(),
        };
        random.shapes.push(Rc::new(Shape {
            tag: "Nothing".to_owned(),
            version: 0,
            types: String::new(),
            names: Vec::new(),
        }));
        random
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn some_bytes<const N: usize>(&mut self) -> [u8; N] {
        let bytes = self.bits().to_le_bytes();
        std::array::from_fn(|at| bytes[at])
    }

    fn byte_below(&mut self, bound: u8) -> u8 {
        u8::from_le_bytes(self.some_bytes()) % bound
    }

    /// A number below `bound`, which is more than 0.
    ///
    /// # Panics
    /// If `bound` is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.bits() % bound as u64).expect("below a usize")
    }

    pub(crate) fn between(&mut self, least: usize, most: usize) -> usize {
        least + self.below(most + 1 - least)
    }

    pub(crate) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn one_of<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    fn of_size(&mut self, least: usize, most: usize) -> Model {
        let budget = self.between(least, most);
        let desc = self.desc(if budget < 40 { 1 } else { 4 });
        self.value(&desc, budget)
    }

    /// A desc with at most so many levels.
    pub fn desc(&mut self, levels: usize) -> String {
        const SCALARS: &[u8] = b"BHILQbhilqfdtcnssyy";
        if levels == 0 || self.one_in(5) {
            return char::from(self.one_of(SCALARS)).to_string();
        }
        let inner = self.desc(levels - 1);
        match self.below(11) {
            0 | 1 => format!("?{inner}"),
            2 | 3 if inner == "B" => "y".to_owned(),
            2 | 3 => format!("[{inner}"),
            4 => format!("{{{}{inner}", self.desc(1)),
            5 => format!("{{{inner}{}", self.desc(levels - 1)),
            6 => format!("<{inner}"),
            7 => {
                let others: String = (0..self.below(3)).map(|_| self.desc(levels - 1)).collect();
                format!("({inner}{others})")
            }
            8 => "*".to_owned(),
            _ => "@".to_owned(),
        }
    }

    /// A value of about so many bytes, if its desc allows so many.
    ///
    /// # Panics
    /// If the desc is not one.
    pub fn value(&mut self, desc: &str, budget: usize) -> Model {
        let (kind, of) = desc.split_at(1);
        match kind {
            "f" => Model::F32(self.float_32()),
            "d" => Model::F64(self.float_64()),
            "t" => Model::Bool(self.one_in(2)),
            "c" => Model::Char(self.character()),
            "s" => {
                let length = self.length(budget);
                Model::Text(self.text(length))
            }
            "y" => {
                let length = self.length(budget);
                Model::Bytes(self.bytes(length))
            }
            "n" => Model::Unit,
            "?" if budget < 4 || self.one_in(3) => Model::Option(of.to_owned(), None),
            "?" => Model::Option(of.to_owned(), Some(Box::new(self.value(of, budget - 1)))),
            "[" => {
                let share = self.share(budget);
                Model::Sequence(of.to_owned(), self.values(of, budget, share))
            }
            "<" => {
                let share = self.share(budget);
                let mut elements = self.values(of, budget, share);
                unequal(&mut elements, |element| element);
                self.shuffle(&mut elements);
                Model::Set(of.to_owned(), elements)
            }
            "{" => self.map(of, budget),
            "(" => {
                let descs = desc::split(&of[..of.len() - 1]).expect("a desc made here");
                let share = budget / descs.len();
                Model::Tuple(descs.iter().map(|desc| self.value(desc, share)).collect())
            }
            "*" => {
                let levels = if budget < 10 { 0 } else { 2 };
                let inner = loop {
                    let desc = self.desc(levels);
                    if desc != "*" {
                        break desc;
                    }
                };
                Model::Any(Box::new(self.value(&inner, budget.saturating_sub(4))))
            }
            "@" => self.record(budget),
            _ => self.integer(kind),
        }
    }

    fn values(&mut self, of: &str, budget: usize, share: usize) -> Vec<Model> {
        let mut values = Vec::new();
        let mut spent = 0;
        while spent < budget && !self.one_in(2_000) {
            let value = self.value(of, share);
            spent += size(&value);
            values.push(value);
        }
        values
    }

    fn map(&mut self, of: &str, budget: usize) -> Model {
        let (key_desc, value_desc) = desc::split_first(of).expect("a desc made here");
        let share = self.share(budget);
        let mut entries = Vec::new();
        let mut spent = 0;
        while spent < budget && !self.one_in(2_000) {
            let key = self.value(key_desc, share);
            let value = self.value(value_desc, share / 2);
            spent += size(&key) + size(&value);
            entries.push((key, value));
        }
        unequal(&mut entries, |entry| &entry.0);
        self.shuffle(&mut entries);
        Model::Map(key_desc.to_owned(), value_desc.to_owned(), entries)
    }

    fn share(&mut self, budget: usize) -> usize {
        match self.below(4) {
            0 => budget / 2,
            1 => budget / 8,
            2 => budget / 64,
            _ => self.between(0, budget.min(64)),
        }
    }

    fn record(&mut self, budget: usize) -> Model {
        if budget < 4 {
            return Model::Record(Rc::clone(&self.shapes[0]), Vec::new());
        }
        if self.shapes.len() < 2 || self.one_in(3) {
            let new = self.shape();
            self.shapes.push(Rc::new(new));
        }
        let at = self.below(self.shapes.len());
        let shape = Rc::clone(&self.shapes[at]);
        let descs = desc::split(&shape.types).expect("descs made here");
        let each = budget / (descs.len() + 1);
        let fields = descs.iter().map(|desc| self.value(desc, each)).collect();
        Model::Record(Rc::clone(&shape), fields)
    }

    fn shape(&mut self) -> Shape {
        let tags = [
            "Order",
            "Line",
            "Shape::Circle",
            "Shape::Square",
            "std::Range",
            "T",
            "",
        ];
        let names = ["id", "price", "lines", "note", "x", "y", "type", "0", ""];
        let n = self.below(5);
        let first = self.below(names.len() - n);
        Shape {
            tag: self.one_of(&tags).to_owned(),
            version: if self.one_in(4) {
                self.bits() >> (32 + self.below(32))
            } else {
                0
            },
            types: (0..n).map(|_| self.desc(2)).collect(),
            names: if self.one_in(2) {
                names[first..first + n]
                    .iter()
                    .map(|&name| name.to_owned())
                    .collect()
            } else {
                Vec::new()
            },
        }
    }

    fn integer(&mut self, kind: &str) -> Model {
        let at = "BHILQbhilq".find(kind).expect("an integer's desc");
        let bits = Bits::ALL[at % 5];
        let unused = 128 - bits.count();
        let random = u128::from(self.bits()) << 64 | u128::from(self.bits());
        // A number near a power of two, or any number of any width.
        let number = if self.one_in(2) {
            (1_u128 << self.below(128))
                .wrapping_add(self.below(3) as u128)
                .wrapping_sub(1)
        } else {
            random >> self.below(128)
        };
        let number = if self.one_in(2) {
            number.wrapping_neg()
        } else {
            number
        };
        if at < 5 {
            Model::Unsigned(bits, (number << unused) >> unused)
        } else {
            Model::Signed(bits, (number << unused).cast_signed() >> unused)
        }
    }

    fn float_32(&mut self) -> u32 {
        let edges = [
            0,
            1 << 31,
            0x7f80_0000,
            0xff80_0000,
            0x7fc0_0000,
            0xffc0_0001,
            0x3f80_0000,
        ];
        if self.one_in(3) {
            self.one_of(&edges)
        } else {
            u32::from_le_bytes(self.some_bytes())
        }
    }

    fn float_64(&mut self) -> u64 {
        let edges = [
            0.0,
            -0.0,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NAN,
            1.0,
            f64::MIN_POSITIVE,
        ];
        if self.one_in(3) {
            self.one_of(&edges).to_bits()
        } else {
            self.bits()
        }
    }

    fn character(&mut self) -> char {
        match self.below(8) {
            0 => self.one_of(&['\0', '\u{7f}', '\u{80}', '\u{7ff}', '\u{800}', '\u{ffff}']),
            1 => self.one_of(&[
                '\u{10000}',
                '\u{10ffff}',
                '\u{d7ff}',
                '\u{e000}',
                '\u{1f980}',
            ]),
            2 => char::from_u32(u32::from(u16::from_le_bytes(self.some_bytes()))).unwrap_or('?'),
            _ => char::from(b' ' + self.byte_below(95)),
        }
    }

    /// A length up to the budget, often at a step of a header.
    fn length(&mut self, budget: usize) -> usize {
        let length = match self.below(6) {
            0 => self.below(6),
            1 => 30 + self.below(4),
            2 => 254 + self.below(4),
            _ => self.below(budget + 1),
        };
        length.min(budget)
    }

    /// A text of so many bytes.
    fn text(&mut self, length: usize) -> String {
        let is_ascii = self.one_in(2);
        let mut text = String::new();
        while text.len() < length {
            let character = self.character();
            let fits = text.len() + character.len_utf8() <= length;
            text.push(if is_ascii || !fits {
                char::from(b'a' + self.byte_below(26))
            } else {
                character
            });
        }
        text
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mask = self.one_of(&[0xff, 0x03, 0x00]);
        (0..length)
            .map(|_| u8::from_le_bytes(self.some_bytes()) & mask)
            .collect()
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}

/// Leaves one of those with equal keys.
fn unequal<T>(items: &mut Vec<T>, key: impl Fn(&T) -> &Model) {
    items.sort_by_cached_key(|item| Sorted(key(item).sorted().expect("made without equal keys")));
    items.dedup_by(|a, b| key(a).sorted() == key(b).sorted());
}

#[derive(PartialEq, Eq)]
struct Sorted(Model);

impl Ord for Sorted {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        model::compare(&self.0, &other.0)
    }
}

impl PartialOrd for Sorted {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// About the number of bytes, at least 1.
fn size(model: &Model) -> usize {
    1 + match model {
        Model::Text(text) => text.len(),
        Model::Bytes(bytes) => bytes.len(),
        Model::Unsigned(bits, _) | Model::Signed(bits, _) => bits.count() as usize / 16,
        Model::F32(_) => 4,
        Model::F64(_) => 8,
        _ => model.parts().into_iter().map(size).sum(),
    }
}
