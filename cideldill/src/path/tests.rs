//! Paths are compared, hashed and printed as the lists of steps that they are, and share memory.

use std::hash::{BuildHasher, RandomState};

use proptest::prelude::*;

use super::*;

fn path(steps: &[u64]) -> Path {
    steps.iter().map(|step| Segment::Index(*step)).collect()
}

/// More than a test's stack holds calls.
const MANY: u64 = 1_000_000;

#[test]
fn what_is_pushed_and_popped_is_in_no_other_path() {
    let lines = path(&[1, 2]);
    let (mut a, mut b) = (lines.clone(), lines.clone());
    a.push(Segment::Field("a".into()));
    b.push(Segment::Key("b".into()));
    assert_eq!(a.to_string(), "[1][2].a");
    assert_eq!(b.to_string(), "[1][2][b]");
    assert_eq!(a.pop(), Some(Segment::Field("a".into())));
    assert_eq!((&a, a.n_steps()), (&lines, 2));
    assert_eq!(a.pop(), Some(Segment::Index(2)));
    assert_eq!(lines.segments(), [&Segment::Index(1), &Segment::Index(2)]);
    assert_eq!(a.pop(), Some(Segment::Index(1)));
    assert_eq!(a.pop(), None);
    assert!(a.is_root());
    assert_eq!(b.to_string(), "[1][2][b]");
    assert_eq!(format!("{lines:?}"), "Path([Index(1), Index(2)])");
}

#[test]
fn a_path_of_a_million_steps_needs_no_stack() {
    let all: Path = (0..MANY).map(Segment::Index).collect();
    let other: Path = (0..MANY).map(Segment::Index).collect();
    let mut longer = all.clone();
    longer.push(Segment::Index(0));
    assert_eq!(all, other);
    assert!(other < longer);
    let hashes = RandomState::new();
    assert_eq!(hashes.hash_one(&all), hashes.hash_one(&other));
    assert_eq!(all.segments().len() as u64, MANY);
    assert!(format!("{all:?}").ends_with("Index(999999)])"));
    let text = format!("{all:#}");
    assert_eq!(text.parse(), Ok(other));
    let (first, last) = ("[0][1][2]", "[999998][999999]");
    assert!(text.starts_with(first) && text.ends_with(last));
    let text = all.to_string();
    assert!(text.starts_with(first) && text.ends_with(last));
    assert!(text.contains("[23] .. 999952 steps .. [999976]"), "{text}");
    // What another path still holds stays; the last one frees it all.
    drop(all);
    assert_eq!(longer.pop(), Some(Segment::Index(0)));
    assert_eq!(longer.pop(), Some(Segment::Index(MANY - 1)));
}

#[test]
fn long_paths_are_shortened_and_no_others() {
    let steps: Vec<u64> = (0..49).collect();
    assert!(!path(&steps[..48]).to_string().contains("steps"));
    assert!(path(&steps).to_string().contains("[23] .. 1 steps .. [25]"));
}

proptest! {
    #[test]
    fn paths_are_ordered_as_lists_of_steps(
        start in prop::collection::vec(0_u64..3, 0..4),
        ends in prop::array::uniform2(prop::collection::vec(0_u64..3, 0..4)),
        shares: bool,
    ) {
        let lists = ends.each_ref().map(|end| [&start[..], end].concat());
        let shared = path(&start);
        let paths = [0, 1].map(|side: usize| {
            if !shares {
                return path(&lists[side]);
            }
            let mut path = shared.clone();
            ends[side].iter().for_each(|step| path.push(Segment::Index(*step)));
            path
        });
        prop_assert_eq!(paths[0].cmp(&paths[1]), lists[0].cmp(&lists[1]));
        prop_assert_eq!(paths[0] == paths[1], lists[0] == lists[1]);
        let hashes = RandomState::new();
        let hashes = paths.map(|path| hashes.hash_one(&path));
        prop_assert_eq!(hashes[0] == hashes[1], lists[0] == lists[1]);
    }
}
