//! Derived structs and enums with models of their own, as section 10 says they are recorded.

#![allow(
    clippy::option_option,
    reason = "a wrapped option is a kind of its own"
)]

use std::collections::BTreeMap;

use cideldill::{Debuggable, encode_with};
use cideldill_reference::model::{Bits, Model};
use cideldill_reference::random::Random;

use super::{agrees, record, text};

/// A type whose values are made at random, with their models.
trait Sample: Debuggable {
    fn desc() -> String;
    fn sample(random: &mut Random, budget: usize) -> Self;
    fn model(&self) -> Model;
}

macro_rules! unsigned {
    ($($type:ty: $bits:ident $desc:literal),*) => {$(
        impl Sample for $type {
            fn desc() -> String {
                $desc.to_owned()
            }
            fn sample(random: &mut Random, _: usize) -> Self {
                let bits = random.bits() >> random.below(64);
                Self::from_le_bytes(bits.to_le_bytes()[..size_of::<Self>()].try_into().unwrap())
            }
            fn model(&self) -> Model {
                Model::Unsigned(Bits::$bits, (*self).into())
            }
        }
    )*};
}
unsigned!(u16: B16 "H", u32: B32 "I", u64: B64 "L");

impl Sample for f64 {
    fn desc() -> String {
        "d".to_owned()
    }
    fn sample(random: &mut Random, _: usize) -> Self {
        Self::from_bits(random.bits())
    }
    fn model(&self) -> Model {
        Model::F64(self.to_bits())
    }
}

impl Sample for String {
    fn desc() -> String {
        "s".to_owned()
    }
    fn sample(random: &mut Random, budget: usize) -> Self {
        match random.value("s", budget) {
            Model::Text(text) => text,
            other => panic!("{other:?}"),
        }
    }
    fn model(&self) -> Model {
        text(self)
    }
}

impl<T: Sample> Sample for Option<T> {
    fn desc() -> String {
        format!("?{}", T::desc())
    }
    fn sample(random: &mut Random, budget: usize) -> Self {
        (budget > 2 && random.below(3) > 0).then(|| T::sample(random, budget - 2))
    }
    fn model(&self) -> Model {
        let inner = self.as_ref().map(|inner| Box::new(inner.model()));
        Model::Option(T::desc(), inner)
    }
}

impl<T: Sample> Sample for Box<T> {
    fn desc() -> String {
        T::desc()
    }
    fn sample(random: &mut Random, budget: usize) -> Self {
        Self::new(T::sample(random, budget))
    }
    fn model(&self) -> Model {
        T::model(self)
    }
}

impl<T: Sample> Sample for Vec<T> {
    fn desc() -> String {
        format!("[{}", T::desc())
    }
    fn sample(random: &mut Random, budget: usize) -> Self {
        let count = random.below(budget / 8 + 1);
        (0..count)
            .map(|_| T::sample(random, budget / count))
            .collect()
    }
    fn model(&self) -> Model {
        Model::Sequence(T::desc(), self.iter().map(T::model).collect())
    }
}

impl<K: Sample + Ord, V: Sample> Sample for BTreeMap<K, V> {
    fn desc() -> String {
        format!("{{{}{}", K::desc(), V::desc())
    }
    fn sample(random: &mut Random, budget: usize) -> Self {
        let count = random.below(budget / 16 + 1);
        let mut entry = || {
            let share = budget / count / 2;
            (K::sample(random, share), V::sample(random, share))
        };
        (0..count).map(|_| entry()).collect()
    }
    fn model(&self) -> Model {
        let entries = self.iter().map(|(key, value)| (key.model(), value.model()));
        Model::Map(K::desc(), V::desc(), entries.collect())
    }
}

/// Structs with their shapes as the page says they are recorded.
macro_rules! structs {
    ($($(#[$attribute:meta])* struct $name:ident($tag:literal, $version:literal) {
        $($(#[$of_field:meta])* $field:ident $written:literal: $type:ty),*
    })*) => {$(
        $(#[$attribute])*
        struct $name {
            $($(#[$of_field])* $field: $type),*
        }

        impl Sample for $name {
            fn desc() -> String {
                "@".to_owned()
            }
            fn sample(random: &mut Random, budget: usize) -> Self {
                let each = budget / [$($written),*].len();
                Self { $($field: Sample::sample(random, each)),* }
            }
            fn model(&self) -> Model {
                let fields = vec![$(self.$field.model()),*];
                let model = record($tag, $version, &[$($written),*], fields);
                let Model::Record(shape, fields) = model else { panic!("a record is one") };
                let types = [$(<$type>::desc()),*].concat();
                assert_eq!(shape.types, types);
                Model::Record(shape, fields)
            }
        }
    )*};
}
structs! {
    #[derive(Debuggable)]
    struct Order("Order", 0) {
        id "id": u64,
        lines "lines": Vec<Line>,
        note "note": Option<String>,
        r#type "type": Kind
    }
    #[derive(Debuggable, PartialEq, Eq, PartialOrd, Ord)]
    struct Line("Line", 0) {
        name "name": String,
        price "price": u32
    }
    #[derive(Debuggable)]
    #[debuggable(rename = "Ware")]
    struct Stock("Ware", 0) {
        amounts "amounts": BTreeMap<Line, u16>,
        #[debuggable(rename = "of")] history "of": Vec<f64>,
        next "next": Option<Box<Stock>>
    }
}

#[derive(Debuggable)]
enum Kind {
    Plain,
    Pair(u16, Option<Option<u32>>),
    Held {
        orders: Vec<Order>,
        stock: Option<Stock>,
    },
}

impl Sample for Kind {
    fn desc() -> String {
        "@".to_owned()
    }
    fn sample(random: &mut Random, budget: usize) -> Self {
        match random.below(if budget < 40 { 2 } else { 3 }) {
            0 => Self::Plain,
            1 => Self::Pair(
                Sample::sample(random, budget),
                Sample::sample(random, budget),
            ),
            _ => Self::Held {
                orders: Sample::sample(random, budget / 2),
                stock: Sample::sample(random, budget / 2),
            },
        }
    }
    fn model(&self) -> Model {
        match self {
            Self::Plain => record("Kind::Plain", 0, &[], Vec::new()),
            Self::Pair(a, b) => record("Kind::Pair", 0, &[], vec![a.model(), b.model()]),
            Self::Held { orders, stock } => record(
                "Kind::Held",
                0,
                &["orders", "stock"],
                vec![orders.model(), stock.model()],
            ),
        }
    }
}

#[test]
fn derived_types_have_the_blocks_of_their_models() {
    let mut random = Random::new(0);
    let mut blocks = 0;
    for _ in 0..1_000 {
        let budget = match random.below(60) {
            0 => 60_000,
            1..=20 => 12_000,
            _ => 400,
        };
        let order = Order::sample(&mut random, budget);
        agrees(&order, &order.model());
        let stock = Stock::sample(&mut random, budget);
        agrees(&stock, &stock.model());
        let small = encode_with(&order, cideldill::Profile::SMALL).unwrap();
        blocks += small.blocks().len();
    }
    assert!(blocks > 5_000, "{blocks}");
}
