//! Weak pointers in plain fields that lead further on, many of them. The way to each node was gone from
//! the start, through the same blocks again and again, until a limit ended that; and observers that hold
//! their subject were made inside each other, each a level of depth, the subject begun anew for each.

use std::rc::{Rc, Weak};

use cideldill::{Debuggable, Store};

use crate::support::again;

#[derive(Debuggable)]
struct Item {
    number: u64,
}

#[derive(Debuggable)]
struct List {
    weak: Vec<Weak<Item>>,
    strong: Vec<Rc<Item>>,
}

fn index(number: u64) -> usize {
    number.try_into().unwrap()
}

fn list(len: u64, at: impl Fn(u64) -> u64) -> List {
    let strong: Vec<_> = (0..len).map(|number| Rc::new(Item { number })).collect();
    let weak = (0..len).map(|n| Rc::downgrade(&strong[index(at(n))]));
    List {
        weak: weak.collect(),
        strong,
    }
}

fn assert_leads(list: &List, at: impl Fn(u64) -> u64) {
    for (n, weak) in (0..).zip(&list.weak) {
        let item = &list.strong[index(at(n))];
        assert_eq!(item.number, at(n));
        assert!(std::ptr::eq(weak.as_ptr(), Rc::as_ptr(item)));
    }
}

#[test]
fn the_blocks_on_the_way_are_read_once() {
    let len = 100_000;
    assert_leads(&again(&list(len, |n| n)), |n| n);
}

#[test]
fn in_whatever_order_the_nodes_stand() {
    let len = 70_000;
    let at = |n| n * 7_919 % len;
    assert_leads(&again(&list(len, at)), at);
}

#[derive(Debuggable)]
struct Sibling {
    number: u64,
    next: Option<(u8, Weak<Sibling>)>,
}

/// What each leads to is made before it: without one inside the other for all of them.
#[test]
fn each_may_lead_to_the_next() {
    let mut siblings: Vec<Rc<Sibling>> = Vec::new();
    for number in (0..20_000).rev() {
        let next = siblings.last().map(|next| (1, Rc::downgrade(next)));
        siblings.push(Rc::new(Sibling { number, next }));
    }
    siblings.reverse();
    let back = again(&siblings);
    for (one, next) in back.iter().zip(&back[1..]) {
        assert_eq!(one.number + 1, next.number);
        let weak = &one.next.as_ref().unwrap().1;
        assert!(std::ptr::eq(weak.as_ptr(), Rc::as_ptr(next)));
    }
}

/// A value as a program writes it whose observers register themselves.
mod before {
    use std::cell::RefCell;
    use std::rc::{Rc, Weak};

    use cideldill::Debuggable;

    #[derive(Debuggable)]
    pub(super) struct Subject {
        pub(super) observers: RefCell<Vec<Weak<Observer>>>,
        pub(super) name: String,
    }

    #[derive(Debuggable)]
    pub(super) struct Observer {
        pub(super) config: Rc<Vec<String>>,
        pub(super) subject: Rc<Subject>,
        pub(super) number: u64,
    }

    #[derive(Debuggable)]
    pub(super) struct Whole {
        pub(super) subject: Rc<Subject>,
        pub(super) observers: Vec<Rc<Observer>>,
    }

    #[derive(Debuggable)]
    pub(super) struct Level {
        pub(super) child: Option<Rc<Level>>,
        pub(super) watchers: RefCell<Vec<Weak<Watcher>>>,
    }

    #[derive(Debuggable)]
    pub(super) struct Watcher {
        pub(super) level: Rc<Level>,
    }

    /// Levels inside each other, each with a watcher, and all levels and watchers.
    pub(super) type Levels = (Option<Rc<Level>>, Vec<Rc<Level>>, Vec<Rc<Watcher>>);

    pub(super) fn levels(len: u64) -> Levels {
        let (mut child, mut levels, mut watchers) = (None, Vec::new(), Vec::new());
        for _ in 0..len {
            let level = Rc::new(Level {
                child,
                watchers: RefCell::default(),
            });
            let watcher = Rc::new(Watcher {
                level: Rc::clone(&level),
            });
            level.watchers.borrow_mut().push(Rc::downgrade(&watcher));
            watchers.push(watcher);
            levels.push(Rc::clone(&level));
            child = Some(level);
        }
        (child, levels, watchers)
    }

    pub(super) fn whole(len: u64) -> Whole {
        let config = Rc::new((0..100).map(|n| format!("the option {n:>20}")).collect());
        let subject = Rc::new(Subject {
            observers: RefCell::default(),
            name: "subject".into(),
        });
        let observer = |number| {
            let observer = Rc::new(Observer {
                config: Rc::clone(&config),
                subject: Rc::clone(&subject),
                number,
            });
            let mut observers = subject.observers.borrow_mut();
            observers.push(Rc::downgrade(&observer));
            observer
        };
        let observers = (0..len).map(observer).collect();
        Whole { subject, observers }
    }
}

/// The same records, whose observers are known from the start.
#[derive(Debuggable)]
struct Subject {
    observers: Vec<Weak<Observer>>,
    name: String,
}

#[derive(Debuggable)]
struct Observer {
    config: Rc<Vec<String>>,
    subject: Rc<Subject>,
    number: u64,
}

#[derive(Debuggable)]
struct Whole {
    subject: Rc<Subject>,
    observers: Vec<Rc<Observer>>,
}

fn assert_observed(whole: &Whole, len: usize) {
    assert_eq!(whole.subject.name, "subject");
    assert_eq!(whole.observers.len(), len);
    assert_eq!(whole.subject.observers.len(), len);
    for (n, (weak, observer)) in (0..).zip(whole.subject.observers.iter().zip(&whole.observers)) {
        assert_eq!(observer.number, n);
        assert!(std::ptr::eq(weak.as_ptr(), Rc::as_ptr(observer)));
        assert!(Rc::ptr_eq(&observer.subject, &whole.subject));
        assert!(Rc::ptr_eq(&observer.config, &whole.observers[0].config));
    }
}

#[test]
fn a_subject_may_have_many_observers_that_hold_it() {
    let len = 10_000;
    let store = Store::in_memory();
    let cid = store.put(&before::whole(len)).unwrap();
    let loaded = store.load_reporting::<Whole>(cid).unwrap();
    assert_eq!(loaded.weak_lost, 0);
    assert_observed(&loaded.value, index(len));
    assert_eq!(store.put(&loaded.value).unwrap(), cid);
}

/// The same behind the first of its observers.
#[derive(Debuggable)]
#[debuggable(rename = "Whole")]
struct Turned {
    observers: Vec<Rc<Observer>>,
    subject: Rc<Subject>,
}

type Back = (Vec<Rc<Observer>>, Rc<Subject>);

#[test]
fn wherever_it_stands() {
    let store = Store::in_memory();
    let cid = store.put(&before::whole(2_000)).unwrap();
    let Turned { observers, subject } = store.load(cid).unwrap();
    assert_observed(&Whole { subject, observers }, 2_000);
    let store = Store::in_memory();
    let before::Whole { subject, observers } = before::whole(2_000);
    let cid = store.put(&(observers, subject)).unwrap();
    let loaded = store.load_reporting::<Back>(cid).unwrap();
    assert_eq!(loaded.weak_lost, 0);
    assert_eq!(store.put(&loaded.value).unwrap(), cid);
    let (observers, subject) = loaded.value;
    assert_observed(&Whole { subject, observers }, 2_000);
}

#[derive(Debuggable)]
struct Level {
    child: Option<Rc<Level>>,
    watchers: Vec<Weak<Watcher>>,
}

#[derive(Debuggable)]
struct Watcher {
    level: Rc<Level>,
}

type Levels = (Option<Rc<Level>>, Vec<Rc<Level>>, Vec<Rc<Watcher>>);

/// What is found out about the inner ones is not found out once more for each around them.
#[test]
fn subjects_may_stand_inside_each_other() {
    let store = Store::in_memory();
    let cid = store.put(&before::levels(2_000)).unwrap();
    let loaded = store.load_reporting::<Levels>(cid).unwrap();
    assert_eq!(loaded.weak_lost, 0);
    assert_eq!(store.put(&loaded.value).unwrap(), cid);
    let (_, levels, watchers) = loaded.value;
    for (level, watcher) in levels.iter().zip(&watchers) {
        assert!(Rc::ptr_eq(&watcher.level, level));
        assert!(std::ptr::eq(
            level.watchers[0].as_ptr(),
            Rc::as_ptr(watcher)
        ));
    }
}

#[test]
fn also_one_whose_observers_are_in_a_cell() {
    let store = Store::in_memory();
    let cid = store.put(&before::whole(10_000)).unwrap();
    let loaded = store.load_reporting::<before::Whole>(cid).unwrap();
    assert_eq!(loaded.weak_lost, 0);
    assert_eq!(store.put(&loaded.value).unwrap(), cid);
}

/// Each subject knows some observers, and each observer holds some subjects.
mod many {
    use std::cell::RefCell;
    use std::rc::{Rc, Weak};

    use cideldill::Debuggable;

    #[derive(Debuggable, Default)]
    pub(super) struct Topic {
        pub(super) readers: RefCell<Vec<Weak<Reader>>>,
    }

    #[derive(Debuggable)]
    pub(super) struct Reader {
        pub(super) number: u64,
        pub(super) topics: Vec<Rc<Topic>>,
    }

    pub(super) type Network = (Vec<Rc<Topic>>, Vec<Rc<Reader>>);

    pub(super) fn network(len: usize) -> Network {
        let topics: Vec<Rc<Topic>> = (0..len).map(|_| Rc::default()).collect();
        let reader = |number: usize| {
            let topics = (0..3).map(|n| Rc::clone(&topics[(number + n * 5) % len]));
            Rc::new(Reader {
                number: number.try_into().unwrap(),
                topics: topics.collect(),
            })
        };
        let readers: Vec<_> = (0..len).map(reader).collect();
        for (number, topic) in topics.iter().enumerate() {
            let readers = (0..3).map(|n| Rc::downgrade(&readers[(number + n * 11) % len]));
            topic.readers.borrow_mut().extend(readers);
        }
        (topics, readers)
    }
}

/// The same records, whose readers are known from the start.
#[derive(Debuggable)]
struct Topic {
    readers: Vec<Weak<Reader>>,
}

#[derive(Debuggable)]
struct Reader {
    number: u64,
    topics: Vec<Rc<Topic>>,
}

type Network = (Vec<Rc<Topic>>, Vec<Rc<Reader>>);

/// That one cannot be made while another is was found out anew in every order: forty were too many for
/// any limit.
#[test]
fn many_may_know_many() {
    let len = 100;
    let store = Store::in_memory();
    let cid = store.put(&many::network(len)).unwrap();
    let loaded = store.load_reporting::<Network>(cid).unwrap();
    assert_eq!(loaded.weak_lost, 0);
    assert_eq!(store.put(&loaded.value).unwrap(), cid);
    let (topics, readers) = loaded.value;
    for (number, (topic, reader)) in topics.iter().zip(&readers).enumerate() {
        assert_eq!(index(reader.number), number);
        assert!(Rc::ptr_eq(&reader.topics[0], topic));
        assert!(std::ptr::eq(topic.readers[0].as_ptr(), Rc::as_ptr(reader)));
    }
}
