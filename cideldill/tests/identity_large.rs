//! Large and deep graphs: work that grows with the graph, and no stack that grows with it.

use std::cell::RefCell;
use std::rc::Rc;

use cideldill::{Debuggable, decode, encode};

#[derive(Debuggable)]
struct Link {
    number: u32,
    next: RefCell<Option<Rc<Link>>>,
}

#[derive(Debuggable)]
struct Plain {
    number: u32,
    next: Option<Rc<Plain>>,
}

#[derive(Debuggable)]
struct Diamond {
    level: u32,
    pad: String,
    left: Option<Rc<Diamond>>,
    right: Option<Rc<Diamond>>,
}

fn small_stack(run: impl FnOnce() + Send) {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(2 << 20);
        thread.spawn_scoped(scope, run).unwrap().join().unwrap();
    });
}

#[test]
fn a_ring_of_300_000_nodes_is_one_block() {
    small_stack(|| {
        let nodes: Vec<Rc<Link>> = (0..300_000)
            .map(|number| {
                Rc::new(Link {
                    number,
                    next: RefCell::default(),
                })
            })
            .collect();
        for (n, node) in nodes.iter().enumerate() {
            *node.next.borrow_mut() = Some(Rc::clone(&nodes[(n + 1) % nodes.len()]));
        }
        let head = Rc::clone(&nodes[0]);
        let encoded = encode(&head).unwrap();
        assert_eq!(encoded.blocks().len(), 1);
        let loaded: Rc<Link> = decode(encoded.root(), &encoded).unwrap();
        let mut at = Rc::clone(&loaded);
        for number in 0..300_000 {
            assert_eq!(at.number, number);
            let next = at.next.borrow().clone().unwrap();
            at = next;
        }
        assert!(Rc::ptr_eq(&at, &loaded));
        for node in &nodes {
            drop(node.next.take());
        }
        // A ring is never freed; this one is opened, and goes node by node.
        let mut next = loaded.next.take();
        while let Some(node) = next {
            next = node.next.take();
        }
    });
}

#[test]
fn sixty_levels_of_diamonds_are_sixty_levels_of_work() {
    for pad in [0, 300, 1200] {
        let mut top = None;
        for level in 0..60 {
            top = Some(Rc::new(Diamond {
                level,
                pad: "p".repeat(pad),
                left: top.clone(),
                right: top,
            }));
        }
        let encoded = encode(&top).unwrap();
        let loaded: Option<Rc<Diamond>> = decode(encoded.root(), &encoded).unwrap();
        let mut at = loaded;
        let mut levels = 0;
        while let Some(node) = at {
            if let (Some(left), Some(right)) = (&node.left, &node.right) {
                assert!(Rc::ptr_eq(left, right));
            }
            levels += 1;
            at = node.left.clone();
        }
        assert_eq!(levels, 60);
        assert!(encoded.blocks().len() < 130, "{}", encoded.blocks().len());
    }
}

#[test]
fn a_list_of_a_million_pointers() {
    small_stack(|| {
        let mut list = None;
        for number in 0..1_000_000 {
            list = Some(Rc::new(Plain { number, next: list }));
        }
        let encoded = encode(&list).unwrap();
        let loaded: Option<Rc<Plain>> =
            cideldill::decode_with(encoded.root(), &encoded, cideldill::Limits::unlimited())
                .unwrap();
        for list in [list, loaded] {
            let mut next = list;
            while let Some(node) = next {
                next = Rc::try_unwrap(node).ok().and_then(|node| node.next);
            }
        }
    });
}
