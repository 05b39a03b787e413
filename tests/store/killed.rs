//! A process that is killed while it stores.

use cideldill::Block;

use crate::child::{Child, WRITE, batch};
use crate::support::{Disk, Kind, assert_counted, assert_holds};

pub(crate) fn a_killed_process_loses_nothing_it_acknowledged(kind: Kind) {
    let disk = Disk::new(kind);
    let mut acknowledged = None;
    for round in 0..5 {
        let mut writer = Child::start(WRITE, kind, &disk.path());
        assert_eq!(writer.next_line().as_deref(), Some("open"));
        let mut lines: Vec<String> = (0..3 + 7 * round)
            .filter_map(|_| writer.next_line())
            .collect();
        lines.extend(writer.kill());
        let last = lines
            .iter()
            .rev()
            .find_map(|line| line.strip_prefix("acknowledged "));
        acknowledged = last.map(|number| number.parse::<usize>().unwrap());
        let acknowledged = acknowledged.unwrap();

        let store = disk.open();
        for number in 0..=acknowledged {
            assert_holds(&*store, &batch(number));
        }
        // The batch that was under way is there whole or not at all.
        let mut number = acknowledged + 1;
        loop {
            let cids: Vec<_> = batch(number).iter().map(Block::cid).collect();
            match store.missing(&cids).unwrap().len() {
                0 => number += 1,
                missing => {
                    assert_eq!(missing, cids.len(), "batch {number} is there in part");
                    break;
                }
            }
        }
        assert!(
            number <= acknowledged + 2,
            "at most one batch was under way"
        );
        assert_counted(&*store);
        assert_eq!(store.stats().blocks, 10 * number as u64);
    }
    assert!(acknowledged.is_some());
}

fn a_hundred_kills(kind: Kind) {
    for _ in 0..20 {
        a_killed_process_loses_nothing_it_acknowledged(kind);
    }
}

#[test]
#[ignore = "a soak: takes minutes"]
fn a_hundred_kills_lose_nothing_acknowledged() {
    a_hundred_kills(Kind::Sled);
}

#[test]
#[ignore = "a soak: takes minutes"]
fn a_hundred_kills_lose_nothing_acknowledged_in_redb() {
    a_hundred_kills(Kind::Redb);
}
