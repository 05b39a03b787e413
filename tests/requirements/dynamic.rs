//! Trait objects: each recorded with its type's registered name.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use cideldill::{
    Debuggable, Encoded, Error, ErrorKind, OnRefusal, Policy, Reconstruct, Registry, Value,
    compute_cid, content_cid, debuggable, encode, explain,
};

use crate::support::loaded;

#[debuggable(dyn)]
trait Shape {
    fn area(&self) -> u32;
}

#[debuggable(dyn)]
trait Named: Send + Sync {
    fn name(&self) -> &str;
}

#[derive(Debuggable, Clone, Debug, PartialEq)]
#[debuggable(rename = "Disc")]
struct Circle {
    radius: u32,
}

#[derive(Debuggable, Clone, Debug, PartialEq)]
struct Label {
    text: String,
    #[debuggable(skip)]
    seen: u32,
}

impl Shape for Circle {
    fn area(&self) -> u32 {
        3 * self.radius * self.radius
    }
}

impl Shape for Label {
    fn area(&self) -> u32 {
        self.text.len().try_into().unwrap()
    }
}

impl Named for Label {
    fn name(&self) -> &str {
        &self.text
    }
}

/// A type of the standard library is one like others.
impl Shape for u32 {
    fn area(&self) -> u32 {
        *self
    }
}

impl Shape for u8 {
    fn area(&self) -> u32 {
        (*self).into()
    }
}

impl Shape for String {
    fn area(&self) -> u32 {
        self.len().try_into().unwrap()
    }
}

#[derive(Debuggable)]
struct Drawing {
    title: String,
    shapes: Vec<Box<dyn Shape>>,
    cover: Option<Box<dyn Shape>>,
}

fn registry() -> Registry {
    let registry = Registry::new();
    registry
        .register_dyn::<dyn Shape, Circle>("circle")
        .unwrap();
    registry.register_dyn::<dyn Shape, Label>("label").unwrap();
    registry.register_dyn::<dyn Shape, u32>("number").unwrap();
    registry.register_dyn::<dyn Named, Label>("label").unwrap();
    registry
}

fn label(len: usize) -> Label {
    Label {
        text: "x".repeat(len),
        seen: 0,
    }
}

fn drawing() -> Drawing {
    Drawing {
        title: "both".into(),
        shapes: vec![
            Box::new(Circle { radius: 2 }),
            Box::new(label(2_000)),
            Box::new(7_u32),
        ],
        cover: Some(Box::new(label(3))),
    }
}

fn areas<'a>(shapes: impl IntoIterator<Item = &'a Box<dyn Shape>>) -> Vec<u32> {
    shapes.into_iter().map(|shape| shape.area()).collect()
}

fn error_in<T: Reconstruct>(registry: &Registry, encoded: &Encoded) -> Error {
    registry.enter(|| loaded::<T>(encoded).map(drop).unwrap_err())
}

#[test]
fn boxed_trait_objects_come_back_as_their_types() {
    registry().enter(|| {
        let drawing = drawing();
        let encoded = encode(&drawing).unwrap();
        let back: Drawing = loaded(&encoded).unwrap();
        assert_eq!(back.title, "both");
        assert_eq!(areas(&back.shapes), [12, 2_000, 7]);
        assert_eq!(areas(&back.cover), [3]);
        assert_eq!(compute_cid(&back).unwrap(), encoded.root());
        assert_eq!(compute_cid(&drawing).unwrap(), encoded.root());
    });
}

#[test]
fn a_reader_without_the_types_sees_records() {
    let encoded = registry().enter(|| encode(&drawing())).unwrap();
    let tree: Value = loaded(&encoded).unwrap();
    assert_eq!(
        tree.at_str(".shapes[0].0.radius").unwrap(),
        Some(&Value::U32(2))
    );
    assert_eq!(tree.at_str(".shapes[2].0").unwrap(), Some(&Value::U32(7)));
    assert_eq!(compute_cid(&tree).unwrap(), encoded.root());
    assert!(tree.to_string().contains("std::dyn::circle"), "{tree}");
}

#[test]
fn shared_trait_objects_come_back_shared() {
    let registry = registry();
    registry.enter(|| {
        let one: Rc<dyn Shape> = Rc::new(Circle { radius: 1 });
        let equal: Rc<dyn Shape> = Rc::new(Circle { radius: 1 });
        let value = vec![one.clone(), equal, one];
        let back: Vec<Rc<dyn Shape>> = loaded(&encode(&value).unwrap()).unwrap();
        assert!(Rc::ptr_eq(&back[0], &back[2]) && !Rc::ptr_eq(&back[0], &back[1]));
        assert_eq!(compute_cid(&back).unwrap(), compute_cid(&value).unwrap());
        // Content is not a matter of sharing, nor of the pointer's kind.
        let boxed: Vec<Box<dyn Shape>> = (0..3)
            .map(|_| Box::new(Circle { radius: 1 }) as _)
            .collect();
        assert_eq!(content_cid(&value).unwrap(), compute_cid(&boxed).unwrap());
    });
    let long: Arc<dyn Named> = Arc::new(label(3_000));
    let back: (Arc<dyn Named>, Arc<dyn Named>) = registry.enter(|| {
        let encoded = encode(&(long.clone(), long)).unwrap();
        loaded(&encoded).unwrap()
    });
    assert!(Arc::ptr_eq(&back.0, &back.1));
    assert_eq!(back.0.name().len(), 3_000);
}

/// The same allocation as its own type and behind traits: one node, whatever is met first.
#[test]
fn a_value_and_its_trait_object_are_the_same_node() {
    type Both = (Rc<dyn Shape>, Rc<Label>, Rc<dyn Shape>, Rc<dyn Named>);
    registry().enter(|| {
        for len in [5, 5_000] {
            let own = Rc::new(label(len));
            let value: Both = (own.clone(), own.clone(), own.clone(), own);
            let back: Both = loaded(&encode(&value).unwrap()).unwrap();
            let address = |shape: &Rc<dyn Shape>| Rc::as_ptr(shape).cast::<()>();
            let own = Rc::as_ptr(&back.1).cast::<()>();
            assert_eq!([address(&back.0), address(&back.2)], [own, own]);
            assert_eq!(Rc::as_ptr(&back.3).cast::<()>(), own);
            assert_eq!(Rc::strong_count(&back.1), 4);
            assert_eq!(compute_cid(&back).unwrap(), compute_cid(&value).unwrap());
        }
    });
}

#[debuggable(dyn)]
trait Part {
    fn parts(&self) -> &RefCell<Vec<Rc<dyn Part>>>;
}

#[derive(Debuggable)]
struct Joint {
    name: String,
    parts: RefCell<Vec<Rc<dyn Part>>>,
}

#[derive(Debuggable)]
struct Beam {
    length: u32,
    /// A cell behind a box behind a trait.
    parts: Box<RefCell<Vec<Rc<dyn Part>>>>,
}

impl Part for Joint {
    fn parts(&self) -> &RefCell<Vec<Rc<dyn Part>>> {
        &self.parts
    }
}

impl Part for Beam {
    fn parts(&self) -> &RefCell<Vec<Rc<dyn Part>>> {
        &self.parts
    }
}

#[test]
fn a_cycle_of_trait_objects_comes_back() {
    let registry = Registry::new();
    registry.register_dyn::<dyn Part, Joint>("joint").unwrap();
    registry.register_dyn::<dyn Part, Beam>("beam").unwrap();
    registry.enter(|| {
        for pad in [1, 2_000] {
            let joint: Rc<dyn Part> = Rc::new(Joint {
                name: "j".repeat(pad),
                parts: RefCell::default(),
            });
            let beam: Rc<dyn Part> = Rc::new(Beam {
                length: 4,
                parts: Box::default(),
            });
            joint.parts().borrow_mut().push(beam.clone());
            beam.parts()
                .borrow_mut()
                .extend([joint.clone(), beam.clone()]);
            let encoded = encode(&joint).unwrap();
            let back: Rc<dyn Part> = loaded(&encoded).unwrap();
            let beam = back.parts().borrow()[0].clone();
            assert!(Rc::ptr_eq(&beam.parts().borrow()[0], &back));
            assert!(Rc::ptr_eq(&beam.parts().borrow()[1], &beam));
            assert_eq!(compute_cid(&back).unwrap(), encoded.root());
            beam.parts().take();
            joint.parts().take();
        }
    });
}

#[test]
fn an_unknown_name_says_which_and_where() {
    let encoded = registry().enter(|| encode(&drawing())).unwrap();
    let some = Registry::new();
    some.register_dyn::<dyn Shape, Circle>("circle").unwrap();
    let error = error_in::<Drawing>(&some, &encoded);
    assert!(matches!(error.kind(), ErrorKind::UnknownDyn { name, .. } if name == "label"));
    assert_eq!(error.path().to_string(), ".shapes[1]");
}

#[test]
fn a_name_behind_another_trait_is_refused() {
    let registry = registry();
    let boxed: Box<dyn Shape> = Box::new(Circle { radius: 2 });
    let encoded = registry.enter(|| encode(&boxed)).unwrap();
    for error in [
        error_in::<Box<dyn Named>>(&registry, &encoded),
        error_in::<Arc<dyn Named>>(&registry, &encoded),
        error_in::<Box<dyn Shape + Send>>(&registry, &encoded),
    ] {
        assert!(matches!(error.kind(), ErrorKind::WrongTrait { name, .. } if name == "circle"));
    }
    let own = encode(&Circle { radius: 2 }).unwrap();
    let error = error_in::<Box<dyn Shape>>(&registry, &own);
    assert!(matches!(error.kind(), ErrorKind::WrongKind { found, .. } if found == "Disc"));
    let error = error_in::<Circle>(&registry, &encoded);
    assert!(matches!(error.kind(), ErrorKind::WrongKind { .. }));
}

#[test]
fn a_type_without_a_name_is_refused_or_stood_in_for() {
    let registry = Registry::new();
    registry.register_dyn::<dyn Shape, Label>("label").unwrap();
    registry.enter(|| {
        let error = encode(&drawing()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::NoDyn { .. }), "{error}");
        assert_eq!(error.path().to_string(), ".shapes[0]");
        let refused = explain(&drawing());
        assert_eq!(refused.len(), 2, "the circle and the number");
        let encoded = OnRefusal::StandIn.enter(|| encode(&drawing())).unwrap();
        let error = loaded::<Drawing>(&encoded).map(drop).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Placeholder { type_name, .. } if type_name == "Disc")
        );
        let shared: Rc<dyn Shape> = Rc::new(Circle { radius: 2 });
        assert!(encode(&shared).is_err());
    });
}

#[test]
fn a_name_is_of_one_type_and_a_type_has_one_name_a_trait() {
    let registry = registry();
    let conflict = |result: Result<(), Error>| {
        let error = result.unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::DynConflict { .. }),
            "{error}"
        );
    };
    conflict(registry.register_dyn::<dyn Shape, Circle>("round"));
    conflict(registry.register_dyn::<dyn Shape + Send, Circle>("label"));
    assert!(
        registry
            .register_dyn::<dyn Shape + Send, Circle>("")
            .is_err()
    );
    registry
        .register_dyn::<dyn Shape + Send + Sync, Circle>("circle")
        .unwrap();
    registry.set_policy(Policy::allow_all().deny("circle"));
    let circle: Arc<dyn Shape + Send + Sync> = Arc::new(Circle { radius: 1 });
    let denied = registry.enter(|| encode(&circle)).unwrap_err();
    assert!(matches!(denied.kind(), ErrorKind::Denied { name, .. } if name == "circle"));
}

/// Fields of the type behind a trait evolve like those of any type.
#[test]
fn an_older_shape_behind_a_trait_is_loaded() {
    #[derive(Debuggable)]
    #[debuggable(rename = "Disc")]
    struct Older {
        radius: u8,
    }
    impl Shape for Older {
        fn area(&self) -> u32 {
            self.radius.into()
        }
    }
    let old = Registry::new();
    old.register_dyn::<dyn Shape, Older>("circle").unwrap();
    let older: Vec<Box<dyn Shape>> = vec![Box::new(Older { radius: 2 })];
    let encoded = old.enter(|| encode(&older)).unwrap();
    let back: Vec<Box<dyn Shape>> = registry().enter(|| loaded(&encoded)).unwrap();
    assert_eq!(areas(&back), [12]);
}

/// So does a type that is no record, and one that cannot is refused at its place.
#[test]
fn another_type_behind_a_name_is_loaded_where_nothing_is_lost() {
    let with = |register: fn(&Registry) -> Result<(), Error>| {
        let registry = Registry::new();
        register(&registry).unwrap();
        registry
    };
    let bytes = with(|registry| registry.register_dyn::<dyn Shape, u8>("number"));
    let texts = with(|registry| registry.register_dyn::<dyn Shape, String>("number"));
    let byte: Vec<Rc<dyn Shape>> = vec![Rc::new(7_u8)];
    let text: Vec<Rc<dyn Shape>> = vec![Rc::new("seven".to_owned())];
    let byte = bytes.enter(|| encode(&byte)).unwrap();
    let text = texts.enter(|| encode(&text)).unwrap();
    let back: Vec<Rc<dyn Shape>> = registry().enter(|| loaded(&byte)).unwrap();
    assert_eq!(back[0].area(), 7);
    let error = error_in::<Vec<Rc<dyn Shape>>>(&registry(), &text);
    assert!(
        matches!(error.kind(), ErrorKind::WrongKind { .. }),
        "{error}"
    );
    assert_eq!(error.path().to_string(), "[0].0");
}

/// A trait with type parameters has a trait object for each.
#[test]
fn a_generic_trait_is_one_trait_for_each_argument() {
    #[debuggable(dyn)]
    trait Handler<E, const N: usize = 1>: std::fmt::Debug
    where
        E: Clone,
    {
        fn handle(&self, event: &E) -> usize;
    }
    #[derive(Debuggable, Debug)]
    struct Length(usize);
    impl Handler<String> for Length {
        fn handle(&self, event: &String) -> usize {
            event.len() + self.0
        }
    }
    let registry = Registry::new();
    registry
        .register_dyn::<dyn Handler<String>, Length>("length")
        .unwrap();
    registry.enter(|| {
        let handler: Box<dyn Handler<String>> = Box::new(Length(2));
        let back: Box<dyn Handler<String>> = loaded(&encode(&handler).unwrap()).unwrap();
        assert_eq!(back.handle(&"four".into()), 6);
    });
}
