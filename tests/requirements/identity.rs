//! Shared pointers, cycles and weak pointers, as the requirements name them: what leads to one thing
//! leads to one thing again.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};
use std::sync::{Arc, Mutex};

use cideldill::{Debuggable, Encoded, ErrorKind, Store, Value, content_cid, decode, encode, links};

use crate::support::{bytes_of, cid, loaded, long_text};

/// A link of a ring.
#[derive(Debuggable, Default)]
struct Link {
    name: String,
    next: RefCell<Option<Rc<Link>>>,
}

/// A ring of links with these names.
fn ring(names: &[String]) -> Vec<Rc<Link>> {
    let link = |name: &String| {
        Rc::new(Link {
            name: name.clone(),
            next: RefCell::default(),
        })
    };
    let ring: Vec<_> = names.iter().map(link).collect();
    for (one, next) in ring.iter().zip(ring.iter().cycle().skip(1)) {
        *one.next.borrow_mut() = Some(Rc::clone(next));
    }
    ring
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("link {n}")).collect()
}

/// The one after it.
fn after(link: &Rc<Link>) -> Rc<Link> {
    link.next.borrow().clone().unwrap()
}

/// Asserts that the links from here on have these names, and that the last leads to the first.
#[track_caller]
fn assert_ring(first: &Rc<Link>, names: &[String]) {
    let mut link = Rc::clone(first);
    for (n, name) in names.iter().enumerate() {
        assert_eq!(link.name, *name);
        assert!(n == 0 || !Rc::ptr_eq(&link, first), "the ring is shorter");
        link = after(&link);
    }
    assert!(Rc::ptr_eq(&link, first), "the ring is longer");
}

/// The value after it was encoded and decoded; it has the same root, with its type and without.
#[track_caller]
fn again<T: Debuggable>(value: &T) -> T {
    let encoded = encode(value).unwrap();
    let tree: Value = loaded(&encoded).unwrap();
    assert_eq!(encode(&tree).unwrap(), encoded, "{tree}");
    let back: T = loaded(&encoded).unwrap();
    assert_eq!(encode(&back).unwrap(), encoded, "{tree}");
    back
}

#[test]
fn handles_circular_references() {
    for count in [1, 2, 3, 100] {
        let names = names(count);
        assert_ring(&again(&ring(&names)[0]), &names);
    }
}

/// The predecessor's defect D16 was seen above 1 KB only.
#[test]
fn serialize_circular_reference() {
    for len in [1, 1_100, 5_000] {
        let names: Vec<String> = (0..3).map(|n| long_text(len + n)).collect();
        let ring = ring(&names);
        let encoded = encode(&ring[0]).unwrap();
        assert_eq!(encode(&ring[0]).unwrap(), encoded);
        assert_ring(&again(&ring[0]), &names);
        assert_ne!(cid(&ring[1]), encoded.root(), "it is entered elsewhere");
    }
}

#[test]
fn deserialize_circular_reference() {
    let store = Store::in_memory();
    let names = names(4);
    let cid = store.put(&ring(&names)).unwrap();
    let back: Vec<Rc<Link>> = store.load(cid).unwrap();
    assert_ring(&back[0], &names);
    for (n, link) in back.iter().enumerate() {
        assert!(Rc::ptr_eq(&after(link), &back[(n + 1) % 4]));
    }
    // A weak pointer of its own closes no ring in memory: nothing is left when it goes.
    let weak = Rc::downgrade(&back[0]);
    for link in &back {
        link.next.take();
    }
    drop(back);
    assert!(weak.upgrade().is_none());
}

/// A tree whose nodes know their parents.
#[derive(Debuggable, Default)]
struct Tree {
    name: String,
    parent: RefCell<Weak<Tree>>,
    children: RefCell<Vec<Rc<Tree>>>,
}

fn tree(name: &str, children: Vec<Rc<Tree>>) -> Rc<Tree> {
    let tree = Rc::new(Tree {
        name: name.into(),
        parent: RefCell::default(),
        children: RefCell::new(children),
    });
    for child in tree.children.borrow().iter() {
        *child.parent.borrow_mut() = Rc::downgrade(&tree);
    }
    tree
}

fn assert_parents(tree: &Rc<Tree>) -> usize {
    let mut count = 1;
    for child in tree.children.borrow().iter() {
        let parent = child.parent.borrow().upgrade();
        assert!(Rc::ptr_eq(&parent.unwrap(), tree), "{}", child.name);
        count += assert_parents(child);
    }
    count
}

#[test]
fn handles_recursive_structures() {
    for len in [1, 1_100, 5_000] {
        let leaf = |n: usize| tree(&long_text(len + n), vec![]);
        let branch = |n: usize| tree("branch", vec![leaf(n), leaf(n + 1)]);
        let root = tree("root", vec![branch(10), leaf(20), branch(30)]);
        let back = again(&root);
        assert_eq!(assert_parents(&back), 8);
        assert!(back.parent.borrow().upgrade().is_none());
        // What is weak holds nothing: the tree goes as a whole.
        let child = Rc::downgrade(&back.children.borrow()[0]);
        drop(back);
        assert!(child.upgrade().is_none());
    }
}

#[test]
fn handles_objects_with_weakrefs() {
    #[derive(Debuggable)]
    struct Watcher {
        inside: Weak<String>,
        outside: Weak<String>,
        dead: Weak<String>,
        later: RefCell<Weak<String>>,
    }

    let inside = Rc::new("inside".to_owned());
    let (later, outside) = (Rc::new("later".to_owned()), Rc::new("outside".to_owned()));
    let watcher = Watcher {
        inside: Rc::downgrade(&inside),
        outside: Rc::downgrade(&outside),
        dead: Rc::downgrade(&Rc::new("dead".to_owned())),
        later: RefCell::new(Rc::downgrade(&later)),
    };
    let value = (inside, watcher, later);
    let store = Store::in_memory();
    let put = store.put_reporting(&value).unwrap();
    assert_eq!(put.weak_outside, 1, "the dead one leads nowhere");
    let (inside, watcher, later): (Rc<String>, Watcher, Rc<String>) = store.load(put.cid).unwrap();
    assert!(Rc::ptr_eq(&watcher.inside.upgrade().unwrap(), &inside));
    let to_later = watcher.later.borrow().upgrade().unwrap();
    assert!(Rc::ptr_eq(&to_later, &later));
    assert!(watcher.outside.upgrade().is_none());
    assert!(watcher.dead.upgrade().is_none());
    assert_eq!(Rc::strong_count(&inside), 1);
}

/// A map with values that can be the map.
#[derive(Debuggable, Default)]
struct Dict(BTreeMap<String, Item>);

#[derive(Debuggable)]
enum Item {
    Text(String),
    Dict(Rc<RefCell<Dict>>),
    Weak(Weak<RefCell<Dict>>),
}

#[test]
fn serialize_self_referential_dict() {
    for len in [10, 1_100, 5_000] {
        let dict = Rc::new(RefCell::new(Dict::default()));
        let own = |key: &str, item| dict.borrow_mut().0.insert(key.into(), item);
        own("text", Item::Text(long_text(len)));
        own("me", Item::Dict(Rc::clone(&dict)));
        own("me, seen", Item::Weak(Rc::downgrade(&dict)));
        let back = again(&dict);
        let content = back.borrow();
        let Item::Dict(strong) = &content.0["me"] else {
            panic!("a pointer")
        };
        assert!(Rc::ptr_eq(strong, &back));
        let Item::Weak(weak) = &content.0["me, seen"] else {
            panic!("a weak pointer")
        };
        assert!(Rc::ptr_eq(&weak.upgrade().unwrap(), &back));
        let Item::Text(text) = &content.0["text"] else {
            panic!("text")
        };
        assert_eq!(*text, long_text(len));
        assert_eq!((Rc::strong_count(&back), Rc::weak_count(&back)), (2, 1));
    }
}

#[test]
fn a_map_that_holds_itself_weakly_is_no_cycle() {
    let dict = Rc::new(RefCell::new(Dict::default()));
    let me = Item::Weak(Rc::downgrade(&dict));
    dict.borrow_mut().0.insert("me".into(), me);
    let back = again(&dict);
    let content = back.borrow();
    let Item::Weak(weak) = &content.0["me"] else {
        panic!("a weak pointer")
    };
    assert!(Rc::ptr_eq(&weak.upgrade().unwrap(), &back));
    assert_eq!(Rc::strong_count(&back), 1);
}

/// A node with a part that leads back and one that does not.
#[derive(Debuggable)]
struct Holder {
    open: RefCell<Vec<(String, Rc<Holder>)>>,
    closed: Vec<String>,
}

/// The block of the cycle in a value of one pointer: it has the desc `~@`.
fn is_cycle_block(bytes: &[u8]) -> bool {
    bytes[1..4] == *b"\xa2~@"
}

#[test]
fn decompose_does_not_break_circular() {
    let names: Vec<String> = (0..40).map(|n| format!("{n:0>40}")).collect();
    let ring = ring(&names);
    let encoded = encode(&ring[0]).unwrap();
    let cycle: Vec<_> = encoded
        .blocks()
        .filter(|block| is_cycle_block(block.bytes()))
        .collect();
    assert_eq!(cycle.len(), 1, "a ring is one block");
    assert!(cycle[0].bytes().len() > 1_024);
    assert_ring(&again(&ring[0]), &names);
    // A part of 5 kB that leads back stays inside; what closes in it is cut.
    let holder = Rc::new(Holder {
        open: RefCell::default(),
        closed: vec![long_text(700), long_text(800)],
    });
    let back = |n: usize| (long_text(500 + n), Rc::clone(&holder));
    holder.open.borrow_mut().extend((0..10).map(back));
    let long = (long_text(2_000), Rc::clone(&holder));
    holder.open.borrow_mut().push(long);
    let encoded = encode(&holder).unwrap();
    let cycle = bytes_of(&encoded, encoded.root());
    assert!(is_cycle_block(&cycle));
    assert!(cycle.len() > 5_000, "{}", cycle.len());
    let cut = links(&cycle).unwrap();
    assert_eq!(cut.len(), 2, "the closed field and one text");
    assert!(cut.contains(&cid(&holder.closed)));
    assert!(cut.contains(&cid(&long_text(2_000))));
    let loaded = again(&holder);
    assert_eq!(loaded.closed, holder.closed);
    for (one, other) in loaded.open.borrow().iter().zip(&*holder.open.borrow()) {
        assert_eq!(one.0, other.0);
        assert!(Rc::ptr_eq(&one.1, &loaded));
    }
}

type Shares = (
    Vec<Rc<String>>,
    Option<Arc<Vec<u16>>>,
    Rc<String>,
    Arc<Vec<u16>>,
);

fn shares(len: usize) -> Shares {
    let (text, numbers) = (Rc::new(long_text(len)), Arc::new(vec![7; len]));
    let apart = Rc::new(long_text(len));
    let texts = vec![Rc::clone(&text), apart, Rc::clone(&text)];
    (texts, Some(Arc::clone(&numbers)), text, numbers)
}

#[track_caller]
fn assert_shares((texts, maybe, text, numbers): &Shares) {
    assert!(Rc::ptr_eq(&texts[0], text));
    assert!(Rc::ptr_eq(&texts[2], text));
    assert!(!Rc::ptr_eq(&texts[1], text), "equal is not the same");
    assert!(Arc::ptr_eq(maybe.as_ref().unwrap(), numbers));
    assert_eq!((Rc::strong_count(text), Arc::strong_count(numbers)), (3, 2));
}

#[test]
fn reassemble_preserves_identity() {
    let folder = tempfile::tempdir().unwrap();
    for store in [
        Store::in_memory(),
        Store::open(folder.path().join("store")).unwrap(),
    ] {
        for len in [1, 1_100, 20_000] {
            let put = store.put(&shares(len)).unwrap();
            let back: Shares = store.load(put).unwrap();
            assert_eq!(back, shares(len));
            assert_shares(&back);
            let tree = store.value(put).unwrap();
            assert_eq!(store.put(&tree).unwrap(), put);
        }
        let names = names(30);
        let put = store.put(&ring(&names)[0]).unwrap();
        assert_ring(&store.load(put).unwrap(), &names);
    }
}

#[test]
fn deserialize_preserves_identity() {
    for len in [1, 1_100, 20_000] {
        assert_shares(&again(&shares(len)));
    }
}

/// Two types that hold each other.
#[derive(Debuggable)]
struct Author {
    name: String,
    books: Mutex<Vec<Arc<Book>>>,
}

#[derive(Debuggable)]
struct Book {
    title: String,
    author: Arc<Author>,
}

#[test]
fn mutually_recursive_objects() {
    for len in [5, 2_000] {
        let author = Arc::new(Author {
            name: long_text(len),
            books: Mutex::default(),
        });
        for title in ["first", "second"] {
            let (title, author) = (title.to_owned(), Arc::clone(&author));
            let book = Arc::new(Book { title, author });
            book.author.books.lock().unwrap().push(Arc::clone(&book));
        }
        let back = again(&author);
        assert_eq!(back.name, author.name);
        let books = back.books.lock().unwrap().clone();
        assert_eq!(books.len(), 2);
        assert!(books.iter().all(|book| Arc::ptr_eq(&book.author, &back)));
        // From the other side.
        let back = again(&books[1]);
        assert_eq!(back.title, "second");
        let books = back.author.books.lock().unwrap();
        assert!(Arc::ptr_eq(&books[1], &back));
        assert!(Arc::ptr_eq(&books[0].author, &back.author));
    }
}

#[test]
fn content_does_not_say_what_is_shared() {
    for len in [1, 1_100, 20_000] {
        let (s, t) = (Rc::new(long_text(len)), Rc::new(long_text(len)));
        let (same, equal) = (vec![Rc::clone(&s), Rc::clone(&s)], vec![s, t]);
        assert_eq!(content_cid(&same).unwrap(), content_cid(&equal).unwrap());
        assert_eq!(cid(&equal), content_cid(&equal).unwrap());
        assert_ne!(cid(&same), cid(&equal));
        assert_eq!(cid(&equal), cid(&vec![long_text(len); 2]));
        let put = Store::in_memory().put_reporting(&same).unwrap();
        assert_eq!(put.content, content_cid(&same).unwrap());
        // The content is a value of its own.
        let encoded = encode(&same).unwrap();
        let apart: Vec<Rc<String>> = decode(put.content, &encoded).unwrap();
        assert!(!Rc::ptr_eq(&apart[0], &apart[1]));
    }
}

/// Has this block.
fn has(encoded: &Encoded, cid: cideldill::Cid) -> bool {
    encoded.blocks().any(|block| block.cid() == cid)
}

#[test]
fn a_part_is_the_block_that_it_is_alone() {
    let part = Rc::new(vec![long_text(700), long_text(800)]);
    let alone = cid(&part);
    assert!(has(&encode(&(1_u8, Rc::clone(&part))).unwrap(), alone));
    let twice = (Rc::clone(&part), 1_u8, Rc::clone(&part));
    assert!(has(&encode(&twice).unwrap(), alone));
    let holder = Rc::new((RefCell::new(None::<Rc<Link>>), Rc::clone(&part)));
    assert!(has(&encode(&(holder, part)).unwrap(), alone));
    // A cycle that is entered at the same node is the same block.
    let ring = ring(&names(3));
    let alone = cid(&ring[0]);
    let held = encode(&(7_u8, Rc::clone(&ring[0]))).unwrap();
    assert!(has(&held, alone));
    assert_eq!(links(&bytes_of(&held, held.root())).unwrap(), [alone]);
}

#[test]
fn encoding_keeps_no_pointer() {
    let ring = ring(&names(5));
    let (texts, _, text, numbers) = shares(1_500);
    let counts = || {
        let of_ring = ring
            .iter()
            .map(|link| (Rc::strong_count(link), Rc::weak_count(link)));
        let of_ring: Vec<_> = of_ring.collect();
        (
            of_ring,
            Rc::strong_count(&text),
            Arc::strong_count(&numbers),
        )
    };
    let before = counts();
    let encoded = encode(&ring).unwrap();
    assert_eq!(counts(), before);
    let value = (
        ring.clone(),
        texts.clone(),
        Rc::clone(&text),
        Arc::clone(&numbers),
    );
    encode(&value).unwrap();
    // Also where it fails on the way.
    let taken = ring[3].next.borrow_mut();
    let error = encode(&value).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InUse { .. }), "{error}");
    drop((taken, value));
    assert_eq!(counts(), before);
    // Nor does decoding: each link is held by the list and by the one before it.
    let back: Vec<Rc<Link>> = loaded(&encoded).unwrap();
    assert!(back.iter().all(|link| Rc::strong_count(link) == 2));
}
