//! A state of 1.03 MB of which little changes: 1,000 records of an id, a counter and 1,000
//! characters, as a flat map and as nested maps.

use std::collections::BTreeMap;

use cideldill::Debuggable;
use serde::{Deserialize, Serialize};

use crate::random::Random;

#[derive(Clone, Debug, PartialEq, Debuggable, Serialize, Deserialize)]
pub struct Record {
    pub id: u64,
    pub counter: u64,
    pub text: String,
}

pub type Flat = BTreeMap<String, Record>;
pub type Nested = BTreeMap<String, BTreeMap<String, BTreeMap<String, Record>>>;

fn record(id: u64, random: &mut Random) -> Record {
    let text = random.vec(1000..1001, |random| char::from(32 + random.below(95) as u8));
    Record {
        id,
        counter: 0,
        text: text.into_iter().collect(),
    }
}

/// So many records, without the maps.
pub fn records(n: u64) -> Vec<Record> {
    let mut random = Random::new(5);
    (0..n).map(|id| record(id, &mut random)).collect()
}

pub fn flat() -> Flat {
    let mut random = Random::new(5);
    let entry = |id| (format!("record-{id:04}"), record(id, &mut random));
    (0..1000).map(entry).collect()
}

pub fn nested() -> Nested {
    let mut random = Random::new(5);
    let mut level = |hundreds: u64, tens: u64| -> BTreeMap<String, Record> {
        let ids = (0..10).map(|ones| 100 * hundreds + 10 * tens + ones);
        ids.map(|id| (format!("r{}", id % 10), record(id, &mut random)))
            .collect()
    };
    (0..10)
        .map(|hundreds| {
            let tens = (0..10).map(|tens| (format!("t{tens}"), level(hundreds, tens)));
            (format!("h{hundreds}"), tens.collect())
        })
        .collect()
}
