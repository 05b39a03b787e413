//! Models of sizes around the limits of the format.

use std::rc::Rc;

use super::Random;
use crate::model::{Model, Shape};
use crate::profile::Profile;
use crate::{desc, reference};

impl Random {
    /// A value of one of the kinds that are cut, with a length at most two from the cut.
    pub(super) fn near_the_cut(&mut self, profile: Profile) -> Model {
        let target = profile.cut - 2 + self.below(4);
        let holder = self.below(9);
        let beside_desc = self.desc(2);
        let beside = self.value(&beside_desc, profile.cut / 3);
        let letters = self.text(2 * profile.cut);
        self.padded(target, profile, &|length| {
            let pad = Model::Text(ascii_of(&letters, length));
            match holder {
                0 => pad,
                1 => Model::Bytes(
                    letters
                        .as_bytes()
                        .iter()
                        .copied()
                        .cycle()
                        .take(length)
                        .collect(),
                ),
                2 => Model::Tuple(vec![beside.clone(), pad]),
                3 => Model::Any(Box::new(pad)),
                4 => Model::Option(
                    "?s".to_owned(),
                    Some(Box::new(Model::Option("s".to_owned(), Some(Box::new(pad))))),
                ),
                5 => Model::Sequence(
                    "s".to_owned(),
                    vec![pad.clone(), Model::Text(String::new())],
                ),
                6 => Model::Map("s".to_owned(), beside.desc(), vec![(pad, beside.clone())]),
                7 => Model::Set("(s)".to_owned(), vec![Model::Tuple(vec![pad])]),
                _ => Model::Record(
                    Rc::new(Shape {
                        tag: "Near".to_owned(),
                        version: 0,
                        types: format!("{}s", beside.desc()),
                        names: Vec::new(),
                    }),
                    vec![beside.clone(), pad],
                ),
            }
        })
    }

    /// A value whose elements have a length at most two from the leaf maximum.
    pub(super) fn near_the_leaf_maximum(&mut self, profile: Profile) -> Model {
        let max = profile.leaf.max;
        let elements = max - 2 + self.below(5);
        match self.below(6) {
            0 => Model::Text(self.text(elements)),
            1 => Model::Bytes(self.bytes(elements)),
            2 => Model::Sequence(
                "t".to_owned(),
                (0..elements).map(|_| Model::Bool(self.one_in(2))).collect(),
            ),
            3 => {
                let of = self.one_of(&["b", "H", "i", "L", "q", "f", "d"]);
                let width = desc::packed_width(of).expect("packed");
                let values = (0..elements.div_ceil(width))
                    .map(|_| self.value(of, 0))
                    .collect();
                Model::Sequence(of.to_owned(), values)
            }
            kind => {
                let letters = self.text(max);
                let short: Vec<_> = (0..max / 20)
                    .map(|i| Model::Text(format!("{i:04}{}", ascii_of(&letters, i % 8))))
                    .collect();
                let values: Vec<_> = short.iter().map(|_| self.value("I", 0)).collect();
                // A header of three bytes stands before the elements.
                self.padded(elements + 3, profile, &|length| {
                    // Spread over several keys: one would be cut.
                    let mut keys = short.clone();
                    keys.extend((0..20).map(|i| {
                        Model::Text(format!("{i:02}:{}", ascii_of(&letters, (length + i) / 20)))
                    }));
                    if kind == 4 {
                        Model::Set("s".to_owned(), keys)
                    } else {
                        let values = values.iter().chain(values.iter().cycle().take(20)).cloned();
                        Model::Map(
                            "s".to_owned(),
                            "I".to_owned(),
                            keys.into_iter().zip(values).collect(),
                        )
                    }
                })
            }
        }
    }

    /// The model that has this length before it is cut, or one near it.
    #[allow(
        clippy::unused_self,
        reason = "reads as one of the ways to make a model"
    )]
    fn padded(&self, target: usize, profile: Profile, build: &dyn Fn(usize) -> Model) -> Model {
        let mut pad = 0;
        for _ in 0..2 {
            let length = reference::length(&build(pad), profile).expect("no equal keys");
            pad = (pad + target).saturating_sub(length);
        }
        build(pad)
    }

    /// The same value inside another one, or alone.
    pub(super) fn inside(&mut self, model: Model) -> Model {
        let of = model.desc();
        match self.below(6) {
            0 => Model::Option(of, Some(Box::new(model))),
            1 => Model::Tuple(vec![Model::Char(self.character()), model]),
            2 => Model::Any(Box::new(Model::Option(of, Some(Box::new(model))))),
            3 => Model::Map(of, "t".to_owned(), vec![(model, Model::Bool(true))]),
            _ => model,
        }
    }

    /// Records of so many shapes that indices take more than one byte.
    pub(super) fn many_shapes(&mut self) -> Model {
        let n = self.one_of(&[127, 128, 129, 140, 256, 257, 300]);
        let has_field = self.one_in(2);
        let shapes: Vec<_> = (0..n)
            .map(|i| {
                Rc::new(Shape {
                    tag: format!("Kind::{i}"),
                    version: 0,
                    types: if has_field {
                        "B".to_owned()
                    } else {
                        String::new()
                    },
                    names: Vec::new(),
                })
            })
            .collect();
        let count = n + self.below(100);
        let records = (0..count).map(|i| {
            let at = if self.one_in(4) { self.below(n) } else { i % n };
            let fields = if has_field {
                vec![self.value("B", 0)]
            } else {
                Vec::new()
            };
            Model::Record(Rc::clone(&shapes[at]), fields)
        });
        Model::Sequence("@".to_owned(), records.collect())
    }

    /// A map or set whose keys take so much of a node that few groups stand in one.
    pub(super) fn long_keys(&mut self, profile: Profile) -> Model {
        // Up to one that is cut, and mostly so long that it is not.
        let most = profile.cut + profile.cut / 12;
        let least = self.one_of(&[profile.cut / 8, profile.cut / 2, profile.cut * 7 / 8]);
        let count = self.one_of(&[8, 40, 120]);
        let letters = self.text(most);
        let mut keys: Vec<_> = (0..count)
            .map(|number| {
                let length = self.between(least, most).max(4);
                let pad = ascii_of(&letters, length - 3);
                // The number in front or at the end: neighbours share much or little.
                Model::Text(match self.below(2) {
                    0 => format!("{number:03}{pad}"),
                    _ => format!("{pad}{number:03}"),
                })
            })
            .collect();
        self.shuffle(&mut keys);
        let is_tuple = self.one_in(3);
        let wrap = |key| {
            if is_tuple {
                Model::Tuple(vec![key])
            } else {
                key
            }
        };
        let keys = keys.into_iter().map(wrap);
        let of = if is_tuple { "(s)" } else { "s" };
        if self.one_in(2) {
            return Model::Set(of.to_owned(), keys.collect());
        }
        let entries = keys.map(|key| (key, self.value("I", 4)));
        Model::Map(of.to_owned(), "I".to_owned(), entries.collect())
    }

    /// A map whose keys have any desc, of sizes that are cut in the small profile.
    pub(super) fn keys_of_every_kind(&mut self) -> Model {
        let key = self.desc(3);
        let value = self.desc(1);
        let budget = self.between(20, 900);
        self.map(&format!("{key}{value}"), budget)
    }
}

/// So many letters made from a text.
fn ascii_of(text: &str, length: usize) -> String {
    text.bytes()
        .map(|byte| char::from(b'a' + byte % 26))
        .cycle()
        .take(length)
        .collect()
}
