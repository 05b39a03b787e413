//! What cannot be recorded: refused, replaced by a placeholder, explained.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::process::Command;
use std::rc::Rc;

use cideldill::adapter::Reducer;
use cideldill::{
    Cid, Debuggable, Encoded, Erased, ErrorKind, Explained, OnRefusal, Policy, Registration,
    Registry, Value, compute_cid, encode, explain,
};

use crate::support::loaded;

/// Of another crate, as it were, and never registered.
#[derive(Clone, Copy, Debug)]
struct Socket;

#[derive(Debuggable, Debug)]
struct Client {
    name: String,
    #[debuggable(reducer)]
    socket: Socket,
}

fn clients() -> Vec<Client> {
    let client = |name: &str| Client {
        name: name.into(),
        socket: Socket,
    };
    vec![client("ann"), client("bob")]
}

fn stood_in<T: cideldill::Reduce>(value: &T) -> Encoded {
    OnRefusal::StandIn.enter(|| encode(value)).unwrap()
}

#[test]
fn a_refused_type_is_an_error_unless_a_placeholder_may_stand_in() {
    let error = encode(&clients()).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::NoReducer { .. }),
        "{error}"
    );
    let encoded = stood_in(&clients());
    let tree: Value = loaded(&encoded).unwrap();
    let text = tree.to_string();
    assert!(text.contains("ann") && text.contains("bob"), "{text}");
    let at = |path: &str| tree.at_str(path).unwrap().unwrap().as_str().unwrap();
    assert_eq!(at("[1].socket.type"), "Socket");
    assert_eq!(at("[1].socket.reason"), "no reducer is registered");
    // It is seen in the data for what it is, and nobody can load it as the type.
    let error = loaded::<Vec<Client>>(&encoded).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Placeholder { type_name, reason }
            if type_name == "Socket" && reason == "no reducer is registered"),
        "{error}"
    );
    assert_eq!(error.path().to_string(), "[0].socket");
    assert!(encode(&clients()).is_err());
}

/// The name in the data is one that no compiler made: as written, as registered, or none.
#[test]
fn a_stand_in_has_a_name_that_stays() {
    #[derive(Debuggable)]
    struct Holder {
        #[debuggable(reducer)]
        field: Option<Socket>,
        #[debuggable(as = "Vec<Reducer>")]
        codec: Vec<Socket>,
        erased: Erased,
    }
    let holder = || Holder {
        field: Some(Socket),
        codec: vec![Socket],
        erased: Erased::new(Socket),
    };
    let names = |registry: &Registry| {
        let encoded = registry.enter(|| stood_in(&holder()));
        let tree: Value = loaded(&encoded).unwrap();
        [".field.type", ".codec[0].type", ".erased.type"].map(|path| {
            tree.at_str(path)
                .unwrap()
                .unwrap()
                .as_str()
                .unwrap()
                .to_owned()
        })
    };
    let registry = Registry::new();
    assert_eq!(
        names(&registry),
        ["Option<Socket>", "unknown type", "unknown type"]
    );
    let socket = Registration::new("socket", |_: &Socket| (), |()| Ok::<_, String>(Socket));
    registry.register(socket).unwrap();
    registry.set_policy(Policy::allow_all().deny("socket"));
    assert_eq!(names(&registry), ["Option<Socket>", "socket", "socket"]);
    // Who asks is told more.
    let explained = registry.enter(|| explain(&holder()));
    assert!(
        explained.iter().all(|e| e.type_name().contains("Socket")),
        "{explained:?}"
    );
}

#[test]
fn standing_in_changes_no_cid_of_what_is_recorded_whole() {
    let registry = Registry::new();
    let socket = Registration::new("socket", |_: &Socket| (), |()| Ok::<_, String>(Socket));
    registry.register(socket).unwrap();
    let whole = registry.enter(|| compute_cid(&clients())).unwrap();
    let also = OnRefusal::StandIn.enter(|| registry.enter(|| compute_cid(&clients())));
    assert_eq!(also.unwrap(), whole);
    assert_ne!(stood_in(&clients()).root(), whole);
    assert_eq!(stood_in(&clients()), stood_in(&clients()));
    // A part that is recorded has its own CID beside a placeholder as anywhere.
    let long = "part ".repeat(1_000);
    let pair = (long.as_str(), Erased::new(Socket));
    let part: Cid = compute_cid(&long).unwrap();
    assert!(stood_in(&pair).blocks().any(|block| block.cid() == part));
}

#[test]
fn entering_is_left_by_a_panic_and_nests() {
    assert_eq!(OnRefusal::current(), OnRefusal::Fail);
    OnRefusal::StandIn.enter(|| {
        OnRefusal::Fail.enter(|| assert!(encode(&clients()).is_err()));
        let panics = std::panic::catch_unwind(|| OnRefusal::Fail.enter(|| panic!("on purpose")));
        assert!(panics.is_err());
        assert!(encode(&clients()).is_ok());
    });
    assert!(encode(&clients()).is_err());
}

#[test]
fn what_fails_at_times_is_an_error_always() {
    let registry = Registry::new();
    let reduce = |_: &Socket| -> u8 { panic!("on purpose") };
    let panics = Registration::new("socket", reduce, |_| Ok::<_, String>(Socket));
    registry.register(panics).unwrap();
    let cell = RefCell::new(1_u8);
    let _borrowed = cell.borrow_mut();
    OnRefusal::StandIn.enter(|| {
        let error = registry.enter(|| encode(&clients())).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Panicked { .. }),
            "{error}"
        );
        let error = encode(&cell).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::InUse { .. }), "{error}");
    });
}

#[test]
fn two_keys_that_both_need_a_placeholder_are_equal() {
    #[derive(Debuggable, PartialEq, Eq, PartialOrd, Ord)]
    struct Key(#[debuggable(as = "Vec<cideldill::adapter::Reducer>")] Vec<Foreign>);
    #[derive(PartialEq, Eq, PartialOrd, Ord)]
    struct Foreign(u8);
    let map = BTreeMap::from([(Key(vec![Foreign(1)]), 1_u8), (Key(vec![Foreign(2)]), 2)]);
    let error = OnRefusal::StandIn.enter(|| encode(&map)).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::DuplicateKey { .. }),
        "{error}"
    );
}

/// The default comes from the environment, for programs that cannot be changed.
#[test]
fn the_environment_says_whether_placeholders_stand_in() {
    const CHILD: &str = "CIDELDILL_TEST_CHILD";
    if std::env::var_os(CHILD).is_some() {
        let outcome = match encode(&clients()) {
            Ok(encoded) => encoded.root().to_string(),
            Err(error) => error.to_string(),
        };
        // Where the parent finds it among what the test harness prints.
        panic!("outcome: {outcome}.");
    }
    let outcome = |setting: Option<&str>| {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child
            .args([
                "--exact",
                "refusals::the_environment_says_whether_placeholders_stand_in",
            ])
            .args(["--nocapture"])
            .env(CHILD, "1")
            .env_remove("CIDELDILL_ON_REFUSAL");
        if let Some(setting) = setting {
            child.env("CIDELDILL_ON_REFUSAL", setting);
        }
        let output = child.output().unwrap();
        let printed =
            String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        let (_, said) = printed.split_once("outcome: ").expect(&printed);
        said.lines().next().unwrap().to_owned()
    };
    let refused = outcome(None);
    assert!(refused.contains("no reducer is registered"), "{refused}");
    for setting in ["fail", "stand in", ""] {
        assert_eq!(outcome(Some(setting)), refused);
    }
    let root = stood_in(&clients()).root();
    assert_eq!(outcome(Some("stand-in")), format!("{root}."));
}

#[derive(Debuggable)]
struct House {
    rooms: Vec<Room>,
    #[debuggable(placeholder(name = "Door", reason = "one per house"))]
    #[allow(dead_code, reason = "the value of a placeholder is not looked at")]
    door: u8,
    by_name: BTreeMap<String, (u8, Option<Erased>)>,
    outcome: Result<RefCell<u8>, Erased>,
    keys: BTreeMap<(RefCell<u8>, u8), RefCell<u8>>,
    id: u64,
}

#[derive(Debuggable)]
enum Room {
    Empty,
    Full {
        #[debuggable(reducer)]
        socket: Socket,
        cells: Vec<RefCell<u64>>,
    },
}

/// Every part that is refused or opaque is listed, in all kinds of containers, with path, type and
/// reason.
#[test]
fn explaining_does_not_stop_at_the_first() {
    let full = || Room::Full {
        socket: Socket,
        cells: vec![RefCell::new(1), RefCell::new(2)],
    };
    let house = House {
        rooms: vec![full(), Room::Empty, full()],
        door: 1,
        by_name: BTreeMap::from([
            ("a".to_owned(), (1, Some(Erased::new(Socket)))),
            ("b".to_owned(), (2, None)),
            ("c".to_owned(), (3, Some(Erased::new(4_u8)))),
        ]),
        outcome: Ok(RefCell::new(1)),
        keys: BTreeMap::from([
            ((RefCell::new(1), 1), RefCell::new(1)),
            ((RefCell::new(2), 2), RefCell::new(2)),
        ]),
        id: 1,
    };
    let Room::Full { cells, .. } = &house.rooms[2] else {
        panic!("the third room is full")
    };
    let _second = cells[1].borrow_mut();
    let mut keys = house.keys.iter();
    let (_, first) = (keys.next(), keys.next().unwrap());
    let _key = first.0.0.borrow_mut();
    let _value = first.1.borrow_mut();
    let explained = explain(&house);
    let lines: Vec<String> = explained.iter().map(ToString::to_string).collect();
    let paths: Vec<String> = explained
        .iter()
        .map(|node| node.path().to_string())
        .collect();
    assert_eq!(
        paths[..6],
        [
            ".rooms[0].socket",
            ".rooms[2].socket",
            ".rooms[2].cells[1]",
            ".door",
            ".by_name[\"a\"].1",
            ".by_name[\"c\"].1",
        ],
        "{lines:#?}"
    );
    // The key that is borrowed, and the value under it.
    assert!(paths[6].starts_with(".keys["), "{lines:#?}");
    assert!(paths[7].starts_with(".keys["), "{lines:#?}");
    assert_eq!(paths.len(), 8, "{lines:#?}");
    let refused: Vec<bool> = explained.iter().map(Explained::is_refused).collect();
    assert_eq!(refused, [true, true, true, false, true, true, true, true]);
    assert!(explained[0].type_name().ends_with("Socket"));
    assert_eq!(explained[3].to_string(), "root.door: Door: one per house");
    assert!(explained[5].type_name() == "u8", "{lines:#?}");
    // What an error says first is the first refusal.
    let error = encode(&house).unwrap_err();
    assert_eq!(error.path(), *explained[0].path());
}

/// Keys that are refused, beside values that are, in keys and values of one another.
#[test]
#[expect(clippy::mutable_key_type, reason = "nothing is changed")]
fn refused_keys_and_values_keep_their_paths() {
    type Inner = BTreeMap<(RefCell<u8>, u8), (u8, RefCell<u8>)>;
    let inner = |n| -> Inner {
        let entry = |n| ((RefCell::new(n), n), (n, RefCell::new(n)));
        BTreeMap::from([entry(n), entry(n + 1)])
    };
    let outer: BTreeMap<Inner, Vec<Inner>> = BTreeMap::from([
        (inner(1), vec![inner(3), inner(5)]),
        (inner(7), vec![inner(9)]),
    ]);
    assert_eq!(explain(&outer), []);
    let mut borrowed = Vec::new();
    for (key, values) in &outer {
        // The second entry of each map: its key's part, and its value's.
        for map in std::iter::once(key).chain(values) {
            let (key, value) = map.iter().nth(1).unwrap();
            borrowed.push((key.0.borrow_mut(), value.1.borrow_mut()));
        }
    }
    let lines: Vec<String> = explain(&outer).iter().map(ToString::to_string).collect();
    assert_eq!(lines.len(), 10, "{lines:#?}");
    let paths = lines.iter().map(|line| line.split_once(": ").unwrap().0);
    let (in_values, in_keys): (Vec<_>, Vec<_>) =
        paths.partition(|path| path.contains("][0]") || path.contains("][1]"));
    // The last step of a value's part is the place in its pair, behind the key of its entry.
    assert_eq!(in_values.len(), 6, "{lines:#?}");
    assert_eq!(in_keys.len(), 4, "{lines:#?}");
    for half in [in_values, in_keys] {
        let n_values = half.iter().filter(|path| path.ends_with("].1")).count();
        let n_keys = half.iter().filter(|path| path.ends_with("].0")).count();
        assert_eq!(
            (n_values, n_keys),
            (half.len() / 2, half.len() / 2),
            "{half:#?}"
        );
    }
}

#[test]
fn explaining_lists_every_refusal_and_nothing_of_what_is_recorded() {
    assert_eq!(explain(&vec![(1, "a"), (2, "b")]), []);
    let sockets: Vec<Erased> = (0..100_000).map(|_| Erased::new(Socket)).collect();
    let explained = explain(&sockets);
    assert_eq!(explained.len(), 100_000);
    assert_eq!(explained[99_999].path().to_string(), "[99999]");
    // Standing in or not makes no difference to why.
    let also = OnRefusal::StandIn.enter(|| explain(&sockets));
    assert_eq!(also, explained);
}

/// A node that many pointers lead to is listed once, and one on a cycle too.
#[test]
fn what_is_shared_or_on_a_cycle_is_explained_once() {
    #[derive(Debuggable)]
    struct Hub {
        erased: Erased,
        cells: Vec<RefCell<u8>>,
        next: RefCell<Vec<Rc<Hub>>>,
    }
    let hub = || {
        Rc::new(Hub {
            erased: Erased::new(Socket),
            cells: vec![RefCell::new(1), RefCell::new(2)],
            next: RefCell::default(),
        })
    };
    let paths = |value: &Vec<Rc<Hub>>| -> Vec<String> {
        let explained = explain(value);
        assert!(explained.iter().all(Explained::is_refused));
        explained
            .iter()
            .map(|part| part.path().to_string())
            .collect()
    };
    let [one, other] = [hub(), hub()];
    let _borrowed = other.cells[1].borrow_mut();
    one.next
        .borrow_mut()
        .extend([Rc::clone(&other), Rc::clone(&other)]);
    let shared = vec![Rc::clone(&one), Rc::clone(&other), Rc::clone(&one)];
    let expected = ["[0].erased", "[0].next[0].erased", "[0].next[0].cells[1]"];
    assert_eq!(paths(&shared), expected);
    // A ring, and a node that holds itself.
    other
        .next
        .borrow_mut()
        .extend([Rc::clone(&one), Rc::clone(&other)]);
    assert_eq!(paths(&shared), expected);
    one.next.take();
    other.next.take();
}

#[test]
fn equal_keys_are_explained_where_they_are() {
    use std::cmp::Reverse;
    /// Two values of this are equal in the data though not in Rust.
    #[derive(Debuggable, PartialEq, Eq, PartialOrd, Ord, Clone)]
    struct Blind(#[debuggable(skip)] u8);
    let maps = (
        BTreeMap::from([(Blind(1), 1), (Blind(2), 2)]),
        vec![Reverse(7)],
        BTreeMap::from([(Blind(1), 1), (Blind(2), 2)]),
    );
    let explained = explain(&maps);
    let paths: Vec<String> = explained.iter().map(|n| n.path().to_string()).collect();
    assert_eq!(paths, [".0", ".2"]);
    assert!(explained[0].reason().contains("equal"), "{}", explained[0]);
}
