//! Old data with shared pointers in changed types: what was one stays one where the type still has
//! both places, and is made where it is met next where the type skips the first.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use cideldill::{Debuggable, ErrorKind};

use crate::support::load_as;

/// What was recorded.
mod v1 {
    use super::{Debuggable, Rc, RefCell, Weak};

    #[derive(Debuggable)]
    pub(crate) struct Team {
        pub(crate) lead: Rc<Person>,
        pub(crate) members: Vec<Rc<Person>>,
        pub(crate) deputy: Option<Rc<Person>>,
        pub(crate) seen: RefCell<Weak<Person>>,
        pub(crate) last: Rc<Person>,
    }

    #[derive(Debuggable)]
    pub(crate) struct Person {
        pub(crate) name: String,
        pub(crate) note: Rc<String>,
        pub(crate) id: u32,
    }
}

fn person(name: &str, note: &Rc<String>) -> Rc<v1::Person> {
    Rc::new(v1::Person {
        name: name.into(),
        note: Rc::clone(note),
        id: 7,
    })
}

/// One person leads, is a member and the last; another is a member and the deputy; all have one note.
fn team(len: usize) -> v1::Team {
    let note = Rc::new("n".repeat(len));
    let (one, other) = (person("one", &note), person("other", &note));
    v1::Team {
        seen: RefCell::new(Rc::downgrade(&other)),
        lead: Rc::clone(&one),
        members: vec![Rc::clone(&other), Rc::clone(&one)],
        deputy: Some(other),
        last: one,
    }
}

/// Short and long enough to be cut.
const LENGTHS: [usize; 3] = [1, 600, 3_000];

#[derive(Debuggable)]
struct Person {
    id: u64,
    note: Rc<String>,
    #[debuggable(default)]
    added: Vec<Rc<String>>,
    name: String,
}

#[test]
fn what_was_one_stays_one_in_a_type_with_other_fields() {
    #[derive(Debuggable)]
    struct Team {
        last: Rc<Person>,
        #[debuggable(default)]
        new: Option<Rc<Person>>,
        seen: RefCell<Weak<Person>>,
        deputy: Option<Rc<Person>>,
        members: Vec<Rc<Person>>,
        lead: Rc<Person>,
    }

    for len in LENGTHS {
        let now: Team = load_as(&team(len)).unwrap();
        assert!(now.new.is_none());
        assert!(Rc::ptr_eq(&now.lead, &now.members[1]));
        assert!(Rc::ptr_eq(&now.lead, &now.last));
        let deputy = now.deputy.unwrap();
        assert!(Rc::ptr_eq(&deputy, &now.members[0]));
        assert!(Rc::ptr_eq(&now.seen.borrow().upgrade().unwrap(), &deputy));
        assert!(!Rc::ptr_eq(&deputy, &now.lead));
        assert!(Rc::ptr_eq(&deputy.note, &now.lead.note));
        assert_eq!((now.lead.name.as_str(), now.lead.id), ("one", 7));
        assert!(now.lead.added.is_empty());
        assert_eq!(now.lead.note.len(), len);
    }
}

#[test]
fn what_is_skipped_where_it_was_first_is_made_where_it_is_next() {
    #[derive(Debuggable)]
    struct Team {
        deputy: Option<Rc<Person>>,
        last: Rc<Person>,
        seen: RefCell<Weak<Person>>,
    }

    #[derive(Debuggable)]
    #[debuggable(rename = "Team")]
    struct Tail {
        last: Rc<Person>,
    }

    for len in LENGTHS {
        let now: Team = load_as(&team(len)).unwrap();
        let deputy = now.deputy.unwrap();
        assert_eq!(
            (deputy.name.as_str(), now.last.name.as_str()),
            ("other", "one")
        );
        assert!(Rc::ptr_eq(&deputy.note, &now.last.note), "{len}");
        assert!(Rc::ptr_eq(&now.seen.borrow().upgrade().unwrap(), &deputy));
        assert_eq!(Rc::strong_count(&deputy), 1);
        let tail: Tail = load_as(&team(len)).unwrap();
        assert_eq!((tail.last.name.as_str(), tail.last.id), ("one", 7));
        assert_eq!(Rc::strong_count(&tail.last), 1);
    }
}

#[test]
fn a_field_that_is_no_pointer_any_more_is_a_value_of_its_own() {
    #[derive(Debuggable)]
    struct Team {
        lead: Person,
        members: Vec<Rc<Person>>,
        deputy: Option<Box<Person>>,
        last: Rc<Person>,
    }

    for len in LENGTHS {
        let now: Team = load_as(&team(len)).unwrap();
        assert_eq!(now.lead.name, "one");
        assert_eq!(now.deputy.unwrap().name, "other");
        assert!(Rc::ptr_eq(&now.members[1], &now.last));
        assert_eq!(now.members[0].name, "other");
        assert!(Rc::ptr_eq(&now.members[0].note, &now.last.note), "{len}");
    }
}

#[test]
fn a_field_that_is_a_pointer_now_has_one_of_its_own() {
    #[derive(Debuggable)]
    struct Team {
        lead: Rc<Wrapped>,
        members: Rc<Vec<Rc<Wrapped>>>,
        last: Rc<Wrapped>,
    }

    #[derive(Debuggable)]
    #[debuggable(rename = "Person")]
    struct Wrapped {
        name: Rc<String>,
        note: Rc<String>,
        id: Rc<u32>,
    }

    for len in LENGTHS {
        let now: Team = load_as(&team(len)).unwrap();
        assert!(Rc::ptr_eq(&now.lead, &now.last));
        assert!(Rc::ptr_eq(&now.members[1], &now.last));
        assert!(Rc::ptr_eq(&now.members[0].note, &now.last.note), "{len}");
        assert_eq!(*now.members[0].name, "other");
        assert_eq!((Rc::strong_count(&now.last.name), *now.last.id), (1, 7));
        assert_eq!(Rc::strong_count(&now.members), 1);
    }
}

/// A pointer around a pointer is the one that was recorded: no other place can ask for what is in it.
#[test]
fn a_pointer_around_a_pointer_is_added_everywhere_or_refused() {
    type Double = Rc<Rc<String>>;

    let note = Rc::new("note".to_owned());
    let old = (Rc::clone(&note), Rc::clone(&note), note);
    let now: (Double, Double, Double) = load_as(&old).unwrap();
    assert!(Rc::ptr_eq(&now.0, &now.1) && Rc::ptr_eq(&now.0, &now.2));
    assert_eq!(now.0.as_str(), "note");
    let error = load_as::<_, (Double, Rc<String>, Double)>(&old).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::WrongKind { .. }),
        "{error}"
    );
    assert_eq!(error.path().to_string(), ".1");
}

/// The same for thousands, met first in chunks that the type skips, in another order.
#[test]
fn what_was_first_in_skipped_chunks_is_made_where_it_is_next() {
    #[derive(Debuggable)]
    struct Archive {
        before: Vec<Rc<v1::Person>>,
        friends: Vec<(u32, Rc<v1::Person>)>,
        after: RefCell<Vec<Weak<v1::Person>>>,
    }

    #[derive(Debuggable)]
    #[debuggable(rename = "Archive")]
    struct Friends {
        friends: Vec<(u32, Rc<Person>)>,
        after: RefCell<Vec<Weak<Person>>>,
    }

    for len in LENGTHS {
        let notes: Vec<_> = (0..7).map(|n| Rc::new("n".repeat(len + n))).collect();
        let one = |n: usize| person(&format!("person {n}"), &notes[n % 7]);
        let before: Vec<_> = (0..2_000).map(one).collect();
        let friends = (0..4_000).map(|n| (n, Rc::clone(&before[n as usize * 37 % 2_000])));
        let old = Archive {
            friends: friends.collect(),
            after: RefCell::new(before.iter().map(Rc::downgrade).collect()),
            before,
        };
        let now: Friends = load_as(&old).unwrap();
        for ((n, old), (m, new)) in old.friends.iter().zip(&now.friends) {
            assert_eq!((n, &old.name), (m, &new.name));
            let again = &now.friends[(*n as usize + 2_000) % 4_000].1;
            assert!(Rc::ptr_eq(new, again), "{n}");
            // Each seventh has the same note.
            let same = old.note.len() == now.friends[0].1.note.len();
            assert_eq!(Rc::ptr_eq(&new.note, &now.friends[0].1.note), same);
        }
        for (old, new) in old.before.iter().zip(&*now.after.borrow()) {
            assert_eq!(new.upgrade().unwrap().name, old.name);
        }
    }
}

/// A ring of what was recorded, and with cells of other contents before and after the one that
/// closes it.
mod ring {
    use super::{Debuggable, Rc, RefCell};

    #[derive(Debuggable)]
    pub(crate) struct Link {
        pub(crate) first: RefCell<Option<Rc<Link>>>,
        pub(crate) name: String,
        pub(crate) note: Rc<String>,
        pub(crate) plain: Option<Rc<Link>>,
        pub(crate) second: RefCell<Vec<Rc<Link>>>,
        pub(crate) tag: RefCell<String>,
    }
}

/// Two links, each led to by all cells of both, the second one also in plain sight of the first.
fn links(len: usize) -> Rc<ring::Link> {
    let note = Rc::new("n".repeat(len));
    let link = |name: &str, plain| {
        Rc::new(ring::Link {
            first: RefCell::default(),
            name: name.into(),
            note: Rc::clone(&note),
            plain,
            second: RefCell::default(),
            tag: RefCell::new(format!("tag of {name}")),
        })
    };
    let inner = link("inner", None);
    let outer = link("outer", Some(Rc::clone(&inner)));
    for (from, to) in [(&outer, &inner), (&inner, &outer)] {
        *from.first.borrow_mut() = Some(Rc::clone(to));
        *from.second.borrow_mut() = vec![Rc::clone(from), Rc::clone(to)];
    }
    outer
}

#[test]
fn holes_are_filled_in_a_type_with_reordered_fields() {
    #[derive(Debuggable)]
    struct Link {
        tag: RefCell<String>,
        second: RefCell<Vec<Rc<Link>>>,
        #[debuggable(default)]
        new: RefCell<Option<Rc<Link>>>,
        plain: Option<Rc<Link>>,
        note: Rc<String>,
        name: String,
        first: RefCell<Option<Rc<Link>>>,
    }

    for len in LENGTHS {
        let outer: Rc<Link> = load_as(&links(len)).unwrap();
        let inner = outer.plain.clone().unwrap();
        assert_eq!(
            (outer.name.as_str(), inner.name.as_str()),
            ("outer", "inner")
        );
        assert_eq!(*outer.tag.borrow(), "tag of outer");
        assert_eq!(*inner.tag.borrow(), "tag of inner");
        for (from, to) in [(&outer, &inner), (&inner, &outer)] {
            assert!(Rc::ptr_eq(from.first.borrow().as_ref().unwrap(), to));
            let second = from.second.borrow();
            assert!(Rc::ptr_eq(&second[0], from) && Rc::ptr_eq(&second[1], to));
            assert!(from.new.borrow().is_none());
        }
        assert!(Rc::ptr_eq(&outer.note, &inner.note), "{len}");
    }
}

#[test]
fn holes_of_missing_fields_are_passed_over() {
    #[derive(Debuggable)]
    #[debuggable(rename = "Link")]
    struct WithoutFirst {
        name: String,
        plain: Option<Rc<WithoutFirst>>,
        second: RefCell<Vec<Rc<WithoutFirst>>>,
    }

    #[derive(Debuggable)]
    #[debuggable(rename = "Link")]
    struct WithoutPlain {
        name: String,
        first: RefCell<Option<Rc<WithoutPlain>>>,
    }

    #[derive(Debuggable)]
    #[debuggable(rename = "Link")]
    struct WithoutCells {
        name: String,
        note: Rc<String>,
        plain: Option<Rc<WithoutCells>>,
    }

    for len in LENGTHS {
        let outer: Rc<WithoutFirst> = load_as(&links(len)).unwrap();
        let inner = outer.plain.clone().unwrap();
        for (from, to) in [(&outer, &inner), (&inner, &outer)] {
            let second = from.second.borrow();
            assert!(Rc::ptr_eq(&second[0], from) && Rc::ptr_eq(&second[1], to));
        }
        assert_eq!(
            (outer.name.as_str(), inner.name.as_str()),
            ("outer", "inner")
        );
        let outer: Rc<WithoutCells> = load_as(&links(len)).unwrap();
        let inner = outer.plain.clone().unwrap();
        assert_eq!(
            (outer.name.as_str(), inner.name.as_str()),
            ("outer", "inner")
        );
        assert!(inner.plain.is_none());
        assert!(Rc::ptr_eq(&outer.note, &inner.note), "{len}");
        // What stands in a field that is gone is read from there when it is led to.
        let outer: Rc<WithoutPlain> = load_as(&links(len)).unwrap();
        let inner = outer.first.borrow().clone().unwrap();
        assert_eq!(
            (outer.name.as_str(), inner.name.as_str()),
            ("outer", "inner")
        );
        assert!(Rc::ptr_eq(inner.first.borrow().as_ref().unwrap(), &outer));
    }
}

#[test]
fn pointers_and_cells_around_a_ring_can_come_and_go() {
    /// A pointer around a cell's content and a plain value where a pointer was.
    #[derive(Debuggable)]
    struct Link {
        name: Rc<String>,
        note: String,
        plain: Option<Rc<Link>>,
        first: RefCell<Option<Rc<Link>>>,
        tag: String,
    }

    for len in LENGTHS {
        let outer: Rc<Link> = load_as(&links(len)).unwrap();
        let inner = outer.plain.clone().unwrap();
        assert_eq!(*inner.name, "inner");
        assert_eq!((outer.note.len(), inner.note.len()), (len, len));
        assert_eq!(inner.tag, "tag of inner");
        let back = inner.first.borrow().clone().unwrap();
        assert!(Rc::ptr_eq(&back, &outer));
    }
}
