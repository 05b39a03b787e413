//! Weak pointers in keys and in elements of sets led nowhere after loading, and nobody was told: keys
//! that are put in order by their bytes are written apart first, and where their weak pointers lead
//! to was forgotten. Two values that differ in nothing else had one CID.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::rc::{Rc, Weak};

use cideldill::{Cid, Debuggable, Store, Value, compute_cid, encode};

/// Its order is that of its number, as in the content: there all weak pointers are equal.
#[derive(Debuggable, Clone, Debug)]
struct Observer {
    subject: Weak<String>,
    number: i64,
}

impl PartialEq for Observer {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Observer {}

impl PartialOrd for Observer {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Observer {
    fn cmp(&self, other: &Self) -> Ordering {
        self.number.cmp(&other.number)
    }
}

impl Hash for Observer {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

const NUMBERS: [i64; 6] = [70_000, -1, 300, i64::MIN, 0, 5];

fn observers(subject: &Weak<String>) -> impl Iterator<Item = Observer> {
    let observer = |number| Observer {
        subject: Weak::clone(subject),
        number,
    };
    NUMBERS.into_iter().map(observer)
}

/// All observers in the value observe the first subject after loading.
fn check<T: Debuggable>(
    make: impl Fn(Vec<Observer>) -> T,
    observers_of: impl Fn(&T) -> Vec<&Observer>,
) {
    for len in [1, 900, 3_000] {
        let subjects = [Rc::new("s".repeat(len)), Rc::new("s".repeat(len))];
        let held = |subject: &Weak<String>| {
            let [first, second] = subjects.clone();
            (first, second, make(observers(subject).collect()))
        };
        let value = held(&Rc::downgrade(&subjects[0]));
        let store = Store::in_memory();
        let cid = store.put(&value).unwrap();
        let loaded = store
            .load_reporting::<(Rc<String>, Rc<String>, T)>(cid)
            .unwrap();
        assert_eq!(loaded.weak_lost, 0);
        let (first, _, back) = &loaded.value;
        let back = observers_of(back);
        assert_eq!(back.len(), NUMBERS.len());
        for observer in back {
            assert!(Weak::ptr_eq(&observer.subject, &Rc::downgrade(first)));
        }
        // Without the type it is the same value.
        let tree: Value = store.load(cid).unwrap();
        assert_eq!(compute_cid(&tree).unwrap(), cid, "{tree}");
        assert_eq!(Value::of(&value).unwrap(), tree);
        // Where they lead is part of the value.
        let others: BTreeSet<Cid> = [Rc::downgrade(&subjects[1]), Weak::new()]
            .iter()
            .map(|subject| compute_cid(&held(subject)).unwrap())
            .chain([cid])
            .collect();
        assert_eq!(others.len(), 3);
    }
}

#[test]
fn weak_pointers_in_keys_lead_where_they_led() {
    check(
        |all| all.into_iter().collect::<BTreeSet<_>>(),
        |set| set.iter().collect(),
    );
    check(
        |all| all.into_iter().collect::<HashSet<_>>(),
        |set| set.iter().collect(),
    );
    check(
        |all| all.into_iter().zip(0_u8..).collect::<BTreeMap<_, _>>(),
        |map| map.keys().collect(),
    );
    check(
        |all| all.into_iter().zip(0_u8..).collect::<HashMap<_, _>>(),
        |map| map.keys().collect(),
    );
    check(
        |all| all.into_iter().collect::<BinaryHeap<_>>(),
        |heap| heap.iter().collect(),
    );
    // In a key of a key.
    check(
        |all| HashMap::from([(all.into_iter().collect::<BTreeSet<_>>(), 1_u8)]),
        |map| map.keys().flatten().collect(),
    );
}

#[test]
fn a_weak_pointer_in_a_key_to_what_is_elsewhere_is_counted() {
    let elsewhere = Rc::new(String::from("elsewhere"));
    let set: HashSet<Observer> = observers(&Rc::downgrade(&elsewhere)).collect();
    let put = Store::in_memory().put_reporting(&set).unwrap();
    assert_eq!(put.weak_outside, NUMBERS.len() as u64);
    let dead: HashSet<Observer> = observers(&Weak::new()).collect();
    assert_eq!(put.cid, encode(&dead).unwrap().root());
}
