//! The same values have the same CIDs in every process.
//!
//! The test binary runs itself again: each child has other hash seeds, other addresses, and fills
//! its maps in another order.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::process::Command;
use std::sync::OnceLock;

use cideldill::{Debuggable, Opaque};

use crate::support::{cid, long_text};

/// Where a child writes its CIDs, and the order it fills maps in.
const WRITE_TO: &str = "CIDELDILL_TEST_CIDS_TO";
const SHUFFLE: &str = "CIDELDILL_TEST_SHUFFLE";

#[derive(Debuggable)]
struct State {
    by_name: HashMap<String, HashSet<u64>>,
    by_key: HashMap<(u16, Option<bool>), Vec<f64>>,
    log: String,
    #[debuggable(placeholder)]
    #[expect(dead_code, reason = "a placeholder's value is not looked at")]
    address: usize,
}

/// The numbers below `n` in an order that depends on `seed`.
fn shuffled(n: u64, seed: u64) -> Vec<u64> {
    let mut numbers: Vec<u64> = (0..n).collect();
    let mut state = seed;
    for at in (1..numbers.len()).rev() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        numbers.swap(at, (state >> 33) as usize % (at + 1));
    }
    numbers
}

fn state(seed: u64) -> State {
    let numbers = shuffled(3_000, seed);
    let names = numbers.iter().map(|n| (format!("name {n}"), *n));
    let keys = numbers.iter().map(|n| {
        let option = [None, Some(false), Some(true)][*n as usize % 3];
        (((n / 3) as u16, option), vec![f64::from(*n as u32); 5])
    });
    State {
        by_name: names
            .map(|(name, n)| (name, shuffled(n % 50, seed).into_iter().collect()))
            .collect(),
        by_key: keys.collect(),
        log: long_text(30_000),
        address: std::ptr::from_ref(&numbers).addr(),
    }
}

fn cids(seed: u64) -> BTreeMap<&'static str, String> {
    let line = |name, value: &dyn Fn() -> cideldill::Cid| (name, value().to_string());
    let opaque = Opaque::new("address", std::ptr::from_ref(&seed).addr());
    BTreeMap::from([
        line("state", &|| cid(&state(seed))),
        line("map", &|| cid(&state(seed).by_name)),
        line("keys", &|| cid(&state(seed).by_key)),
        line("opaque", &|| cid(&opaque)),
        line("text", &|| cid(&long_text(100))),
        line(
            "type",
            &|| cid(&cideldill::type_info::<State>().to_string()),
        ),
    ])
}

fn as_text(cids: &BTreeMap<&'static str, String>) -> String {
    let lines: Vec<String> = cids
        .iter()
        .map(|(name, cid)| format!("{name} {cid}"))
        .collect();
    lines.join("\n")
}

/// Run by [`agree_with_others`] in processes of their own; alone it has nothing to do.
#[test]
fn task_of_another_process() {
    let (Some(path), Ok(seed)) = (std::env::var_os(WRITE_TO), std::env::var(SHUFFLE)) else {
        return;
    };
    std::fs::write(path, as_text(&cids(seed.parse().unwrap()))).unwrap();
}

/// Asserts that three more processes find the same CIDs as this one. They are asked once.
pub(crate) fn agree_with_others() {
    static AGREED: OnceLock<()> = OnceLock::new();
    AGREED.get_or_init(ask_others);
}

fn ask_others() {
    let own = as_text(&cids(0));
    let folder = tempfile::tempdir().unwrap();
    for seed in ["1", "2", "3"] {
        let path = folder.path().join(seed);
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "processes::task_of_another_process"])
            .env(WRITE_TO, &path)
            .env(SHUFFLE, seed)
            .output()
            .unwrap();
        assert!(child.status.success(), "{child:?}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), own);
    }
}

/// Equal values are equal however their maps were filled, in this process and in others.
#[test]
fn compute_cid_stable_for_same_object() {
    let object = state(0);
    assert_eq!(cid(&object), cid(&object));
    assert_eq!(cid(&object), cid(&state(7)));
    agree_with_others();
}

#[test]
fn compute_cid_different_for_different_objects() {
    fn differs(change: impl FnOnce(&mut State)) {
        let mut other = state(0);
        change(&mut other);
        assert_ne!(cid(&other), cid(&state(0)));
    }
    differs(|state| {
        state.by_name.insert("one more".into(), HashSet::new());
    });
    differs(|state| {
        state.by_name.get_mut("name 30").unwrap().insert(u64::MAX);
    });
    differs(|state| {
        state.by_key.remove(&(0, None));
    });
    differs(|state| {
        state.log.pop();
    });
}

/// What is not recorded does not change a CID, whatever it is: no address, no clock.
#[test]
fn a_placeholder_has_one_cid_in_every_process() {
    let opaque = |value: &u8| cid(&Opaque::new("handle", std::ptr::from_ref(value).addr()));
    assert_eq!(opaque(&Box::new(1)), opaque(&Box::new(2)));
    let now = |()| cid(&Opaque::new("started", std::time::Instant::now()));
    assert_eq!(now(()), now(()));
    agree_with_others();
}
