//! Errors and types as values.

use std::backtrace::Backtrace;
use std::error::Error;
use std::fmt;
use std::sync::{Arc, LazyLock};

use cideldill::adapter::Interned;
use cideldill::{
    CapturedError, Debuggable, ErrorKind, TypeDescription, Value, compute_cid, encode, type_info,
};

use crate::support::{assert_comes_back, cid, loaded};

/// An error with a cause, as of an application.
#[derive(Debug)]
struct Failed {
    file: &'static str,
    cause: Option<Box<dyn Error + Send + Sync>>,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot load {}", self.file)
    }
}

impl Error for Failed {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

fn failed() -> Failed {
    let number = "12x".parse::<u8>().unwrap_err();
    Failed {
        file: "limits",
        cause: Some(Box::new(Failed {
            file: "line 3",
            cause: Some(Box::new(number)),
        })),
    }
}

#[test]
fn serialize_exception() {
    let captured = CapturedError::of(&failed()).with_type_name("Failed");
    assert_comes_back(&captured);
    assert_eq!(captured.message(), "cannot load limits");
    assert_eq!(captured.type_name(), Some("Failed"));
    let causes: Vec<_> = captured.causes().collect();
    assert_eq!(
        causes,
        [
            ("cannot load line 3", None),
            (
                "invalid digit found in string",
                Some("std::num::ParseIntError")
            ),
        ]
    );
    assert_eq!(
        captured.to_string(),
        "cannot load limits: cannot load line 3: invalid digit found in string"
    );
    // What its type is called is not known unless it is said, and that is another CID.
    let error: Box<dyn Error> = Box::new(failed());
    let erased = CapturedError::of(&*error);
    assert_eq!(erased.type_name(), None);
    assert_eq!(erased.message(), captured.message());
    assert_ne!(cid(&erased), cid(&captured));
    let again = CapturedError::of(&failed()).with_type_name("Failed");
    assert_eq!(cid(&captured), cid(&again));
    let known = CapturedError::of(&"x".parse::<u8>().unwrap_err());
    assert_eq!(known.type_name(), Some("std::num::ParseIntError"));
    // An error of ours is one too, with its path.
    let ours = compute_cid(&cideldill::Erased::new(failed())).unwrap_err();
    assert!(CapturedError::of(&ours).message().contains("Failed"));
}

/// A derived error is recorded as what it is, like any type.
#[test]
fn a_derived_error_is_typed() {
    #[derive(Debuggable, Debug, PartialEq)]
    enum Refused {
        TooLarge { limit: u64 },
    }
    assert_comes_back(&Err::<u8, _>(Refused::TooLarge { limit: 7 }));
}

#[test]
fn a_chain_without_an_end_is_cut_off() {
    #[derive(Debug)]
    struct Round;
    impl fmt::Display for Round {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("round")
        }
    }
    impl Error for Round {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(self)
        }
    }
    let captured = CapturedError::of(&Round);
    assert_eq!(captured.causes().len(), 101);
    assert_eq!(captured.causes().last(), Some(("and further causes", None)));
    assert_comes_back(&captured);
}

#[inline(never)]
fn here() -> Backtrace {
    Backtrace::force_capture()
}

#[inline(never)]
fn there() -> Backtrace {
    Backtrace::force_capture()
}

#[test]
fn serialize_traceback() {
    let captured = |backtrace: &Backtrace| CapturedError::of(&failed()).with_backtrace(backtrace);
    let (one, other) = (captured(&here()), captured(&there()));
    assert!(one.backtrace().unwrap().contains("here"));
    // Beside the data: no frame, line or address is in it.
    assert_eq!(cid(&one), cid(&other));
    assert_eq!(cid(&one), cid(&CapturedError::of(&failed())));
    let back: CapturedError = loaded(&encode(&one).unwrap()).unwrap();
    assert_eq!(back.backtrace(), None);
    // In it, if that is asked for: text, which comes back.
    let (one, other) = (one.record_backtrace(), other.record_backtrace());
    assert_ne!(cid(&one), cid(&other));
    let back: CapturedError = loaded(&encode(&one).unwrap()).unwrap();
    assert_eq!(back.backtrace(), one.backtrace());
    assert!(back.backtrace().unwrap().contains("here"));
}

#[derive(Debuggable)]
#[debuggable(rename = "Order")]
#[allow(dead_code, reason = "only described")]
struct Shipped<T> {
    id: u64,
    #[debuggable(rename = "lines")]
    entries: Vec<(String, T)>,
    #[debuggable(skip)]
    cache: u8,
}

#[derive(Debuggable)]
#[allow(dead_code, reason = "only described")]
enum Line {
    Empty,
    Discount(u8, f64),
}

#[test]
fn serialize_class_itself() {
    let info = type_info::<Shipped<u8>>();
    let description = TypeDescription::from(info);
    assert_comes_back(&description);
    // The info itself is recorded as that.
    assert_eq!(cid(&info), cid(&description));
    assert_eq!(
        description.name(),
        "Order",
        "as in the tags, whatever the compiler calls it"
    );
    let orders = TypeDescription::from(type_info::<Option<Vec<Shipped<u8>>>>());
    assert_eq!(orders.name(), "Option<[Order]>");
    assert_eq!((description.strategy(), description.desc()), ("slots", "@"));
    let [shape] = description.shapes() else {
        panic!("one shape: {description:?}")
    };
    assert_eq!((shape.tag(), shape.version()), ("Order", 0));
    let fields: Vec<_> = shape.fields().collect();
    assert_eq!(fields, [(Some("id"), "L"), (Some("lines"), "[(sB)")]);
    // Another field, another CID; the same definition elsewhere, the same.
    assert_ne!(cid(&type_info::<Shipped<u16>>()), cid(&info));
    assert_eq!(cid(&type_info::<Shipped<u8>>()), cid(&info));
    let line = TypeDescription::from(type_info::<Line>());
    assert_comes_back(&line);
    let fields: Vec<_> = line.shapes()[1].fields().collect();
    assert_eq!(line.shapes()[0].tag(), "Line::Empty");
    assert_eq!(fields, [(None, "B"), (None, "d")]);
    let tree: Value = loaded(&encode(&info).unwrap()).unwrap();
    let name = tree.at_str(".shapes[0].fields[1].0").unwrap().unwrap();
    assert!(name.to_string().contains("lines"), "{name}");
}

/// One value for each name, as long as the program runs.
#[derive(Debuggable, Debug, PartialEq)]
#[debuggable(state = "Schema::name", intern = "Schema::find", alias = "Config")]
struct Schema {
    name: &'static str,
    columns: u32,
}

static SCHEMAS: LazyLock<[Arc<Schema>; 2]> = LazyLock::new(|| {
    [("users", 3), ("orders", 5)].map(|(name, columns)| Arc::new(Schema { name, columns }))
});

impl Schema {
    fn name(&self) -> String {
        self.name.to_owned()
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "a key is given away where it is read"
    )]
    fn find(name: String) -> Option<Arc<Self>> {
        SCHEMAS.iter().find(|schema| schema.name == name).cloned()
    }

    fn of(name: &str) -> Arc<Self> {
        Self::find(name.to_owned()).unwrap()
    }
}

#[derive(Debuggable, Debug)]
struct Table {
    #[debuggable(as = "Interned")]
    schema: Arc<Schema>,
    #[debuggable(as = "Vec<(_, Option<Interned>)>")]
    links: Vec<(u8, Option<Arc<Schema>>)>,
}

fn table() -> Table {
    Table {
        schema: Schema::of("users"),
        links: vec![
            (1, Some(Schema::of("orders"))),
            (2, None),
            (3, Some(Schema::of("users"))),
        ],
    }
}

/// An interned value is recorded by its key and comes back as the one there is.
#[test]
fn auto_register_handles_unpicklable_class() {
    let encoded = encode(&table()).unwrap();
    let back: Table = loaded(&encoded).unwrap();
    assert!(Arc::ptr_eq(&back.schema, &Schema::of("users")));
    let linked = |number: usize| back.links[number].1.as_ref().unwrap();
    assert!(Arc::ptr_eq(linked(0), &Schema::of("orders")));
    assert!(Arc::ptr_eq(linked(2), &back.schema));
    assert_eq!(cid(&back), encoded.root());
    assert_eq!(cid(&table()), encoded.root());
    // The key alone is in the data.
    let tree: Value = loaded(&encoded).unwrap();
    assert_eq!(
        tree.at_str(".schema.0").unwrap().unwrap().as_str(),
        Some("users")
    );
    let other = Schema {
        name: "users",
        columns: 99,
    };
    assert_eq!(cid(&other), cid(&*Schema::of("users")));
    assert_eq!(type_info::<Schema>().strategy().to_string(), "interned");
}

#[test]
fn a_key_this_program_does_not_know_is_an_error_with_the_path() {
    let unknown = Arc::new(Schema {
        name: "gone",
        columns: 0,
    });
    let table = Table {
        links: vec![(1, Some(unknown))],
        ..table()
    };
    let error = loaded::<Table>(&encode(&table).unwrap()).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Refused { what, .. } if what.contains("intern")),
        "{error}"
    );
    assert_eq!(error.path().to_string(), ".links[0].1.0");
}

#[test]
fn an_interned_value_is_never_made_anew() {
    let encoded = encode(&*Schema::of("users")).unwrap();
    let error = loaded::<Schema>(&encoded).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Interned { .. }),
        "{error}"
    );
}
