//! Functions as data: by registered name, with what they capture and what is bound.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use cideldill::{
    Closure, Debuggable, Encoded, Erased, Error, ErrorKind, Function, FunctionRegistration,
    OnRefusal, Partial, Path, Policy, Registration, Registry, Value, compute_cid, encode, explain,
};

use crate::support::loaded;

type Numeric = Function<fn(u32) -> u32>;

fn double(number: u32) -> u32 {
    2 * number
}

/// A registry with this one function, and the function.
fn with_double() -> (Registry, Numeric) {
    let registry = Registry::new();
    let double = registry.register_function("double", double as fn(u32) -> u32);
    (registry, double.unwrap())
}

/// What comes back where these registrations are in force.
fn through<T: Debuggable>(registry: &Registry, value: &T) -> T {
    registry.enter(|| loaded(&encode(value).unwrap()).unwrap())
}

fn error_in<T: Debuggable>(registry: &Registry, encoded: &Encoded) -> Error {
    registry.enter(|| loaded::<T>(encoded).map(drop).unwrap_err())
}

#[derive(Debuggable, Clone, Debug, PartialEq)]
struct Step {
    name: String,
    run: Numeric,
}

#[test]
fn handles_functions() {
    let (registry, run) = with_double();
    let steps = vec![
        Step {
            name: "first".into(),
            run: run.clone(),
        },
        Step {
            name: "second".into(),
            run,
        },
    ];
    let back = through(&registry, &steps);
    assert_eq!(back, steps);
    assert_eq!((back[0].run)((back[1].run)(10)), 40);
}

#[test]
fn handles_lambdas() {
    // One that captures nothing has a name like any other function.
    let registry = Registry::new();
    let lambda = registry.register_function("minus", (|a, b| a - b) as fn(i64, i64) -> i64);
    assert_eq!(through(&registry, &lambda.unwrap())(3, 5), -2);
    // One that captures something is of a type nothing is registered for: an answer, no panic.
    let factor = 3;
    let capturing = Erased::new(move |number: u32| number * factor);
    let error = registry.enter(|| encode(&capturing)).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::NoReducer { type_name } if type_name.contains("closure"))
    );
}

#[test]
fn serialize_function() {
    let (registry, run) = with_double();
    let encoded = registry.enter(|| encode(&run)).unwrap();
    let tree: Value = loaded(&encoded).unwrap();
    let signature = tree.at_str(".signature").unwrap().cloned();
    assert_eq!(signature, Value::of("fn(u32) -> u32").ok());
    assert_eq!(compute_cid(&tree).unwrap(), encoded.root());
    // The name and the signature are all there is: no address, no order of registration.
    let other = Registry::new();
    other.register_function("else", (|| ()) as fn()).unwrap();
    let same = other.register_function("double", (|n| n) as fn(u32) -> u32);
    let same = same.unwrap();
    assert_eq!(other.enter(|| compute_cid(&same)).unwrap(), encoded.root());
}

#[test]
fn serialize_lambda() {
    let registry = Registry::new();
    let name = "shout";
    let shout = (|text| text.to_uppercase()) as fn(&str) -> String;
    let shout = registry.register_function(name, shout).unwrap();
    assert_eq!(shout.signature(), "fn(string) -> string");
    assert_eq!(through(&registry, &shout)("tea"), "TEA");
}

#[derive(Debuggable, Clone, Debug, PartialEq)]
struct Limits {
    least: u32,
    most: u32,
}

fn clamp(limits: &Limits, number: u32) -> u32 {
    number.clamp(limits.least, limits.most)
}

type Clamp = Closure<fn(&Limits, u32) -> u32, Limits>;

fn with_clamp() -> (Registry, Clamp) {
    let registry = Registry::new();
    let clamp = registry.register_function("clamp", clamp as fn(&Limits, u32) -> u32);
    let limits = Limits { least: 3, most: 5 };
    (registry, Closure::new(clamp.unwrap(), limits))
}

#[test]
fn serialize_closure() {
    let (registry, clamp) = with_clamp();
    let before = registry.enter(|| compute_cid(&clamp)).unwrap();
    let mut changed = clamp;
    changed.environment_mut().most = 6;
    let after = registry.enter(|| compute_cid(&changed)).unwrap();
    assert_ne!(before, after, "what is captured is part of the value");
}

#[test]
fn serialize_nested_function() {
    fn inner(text: &str) -> usize {
        text.len()
    }
    let registry = Registry::new();
    let inner = registry.register_function("length", inner as fn(&str) -> usize);
    assert_eq!(through(&registry, &inner.unwrap())("four"), 4);
}

#[test]
fn serialize_generator_function() {
    type Countdown = fn(u32) -> Box<dyn Iterator<Item = u32>>;
    let registry = Registry::new();
    let countdown = (|from| Box::new((0..from).rev())) as Countdown;
    // An iterator cannot be recorded: the signature is said.
    let countdown = FunctionRegistration::with_signature("countdown", countdown, "fn(u32) -> u32s");
    let countdown = registry.register(countdown);
    let back = through(&registry, &countdown.unwrap());
    assert_eq!(back(3).collect::<Vec<_>>(), [2, 1, 0]);
}

#[test]
fn serialize_async_function() {
    type Fetch = fn(u32) -> Pin<Box<dyn Future<Output = String>>>;
    async fn fetch(id: u32) -> String {
        std::future::ready(format!("page {id}")).await
    }
    let registry = Registry::new();
    let fetch = (|id| Box::pin(fetch(id))) as Fetch;
    let fetch = FunctionRegistration::with_signature("fetch", fetch, "async fn(u32) -> string");
    let fetch = registry.register(fetch);
    let back = through(&registry, &fetch.unwrap());
    let page = pin!(back(7)).poll(&mut Context::from_waker(Waker::noop()));
    assert_eq!(page, Poll::Ready("page 7".into()));
}

#[test]
fn deserialize_function() {
    let (registry, run) = with_double();
    let encoded = registry.enter(|| encode(&run)).unwrap();
    // Another program, which registers it too: its own function runs.
    let other = Registry::new();
    let doubled = |number| number + number;
    other
        .register_function("double", doubled as fn(u32) -> u32)
        .unwrap();
    let back: Numeric = other.enter(|| loaded(&encoded)).unwrap();
    assert_eq!(back(21), 42);
    // One that does not says what is missing.
    let error = error_in::<Numeric>(&Registry::new(), &encoded);
    assert_eq!(
        error.to_string(),
        "no function `double` is registered, as `fn(u32) -> u32`: call `register_function` first"
    );
    // One that means another function by the name is told so.
    let wrong = Registry::new();
    wrong
        .register_function("double", f64::abs as fn(f64) -> f64)
        .unwrap();
    let error = error_in::<Numeric>(&wrong, &encoded);
    assert!(
        matches!(error.kind(), ErrorKind::WrongSignature { found, .. } if found == "fn(f64) -> f64")
    );
    let error = error_in::<Function<fn(f64) -> f64>>(&wrong, &encoded);
    assert!(
        matches!(error.kind(), ErrorKind::WrongSignature { found, .. } if found == "fn(u32) -> u32")
    );
}

#[test]
fn deserialize_lambda() {
    let registry = Registry::new();
    let even = registry.register_function("even", (|n| n % 2 == 0) as fn(&u32) -> bool);
    let even = through(&registry, &even.unwrap());
    assert_eq!((1..6).filter(*even).collect::<Vec<_>>(), [2, 4]);
}

#[test]
fn deserialize_closure() {
    let (registry, clamp) = with_clamp();
    let back = through(&registry, &clamp);
    assert_eq!(back, clamp);
    assert_eq!([1, 4, 9].map(|number| back.call((number,))), [3, 4, 5]);
    // Its environment is data for a program that does not have the function.
    let encoded = registry.enter(|| encode(&clamp)).unwrap();
    let tree: Value = loaded(&encoded).unwrap();
    assert_eq!(
        tree.at_str(".environment.most").unwrap(),
        Some(&Value::U32(5))
    );
    let error = error_in::<Clamp>(&Registry::new(), &encoded);
    assert_eq!(error.path().to_string(), ".function");
}

#[test]
fn roundtrip_function_behavior() {
    let (registry, clamp) = with_clamp();
    let double = registry.register_function("double", double as fn(u32) -> u32);
    let both = (double.unwrap(), clamp);
    let back = through(&registry, &both);
    for number in 0..10 {
        assert_eq!(back.0(number), both.0(number));
        assert_eq!(back.1.call((number,)), both.1.call((number,)));
    }
}

/// Globals and outer functions that a closure uses come along as parts of its environment.
#[test]
fn dill_recurse_setting() {
    #[derive(Debuggable, Clone, Debug, PartialEq)]
    struct Outer {
        offset: u32,
        then: Clamp,
    }
    fn shifted(outer: &Outer, number: u32) -> u32 {
        outer.then.call((number + outer.offset,))
    }
    let (registry, then) = with_clamp();
    let shifted = registry.register_function("shifted", shifted as fn(&Outer, u32) -> u32);
    let closure = Closure::new(shifted.unwrap(), Outer { offset: 2, then });
    let back = through(&registry, &closure);
    assert_eq!(back, closure);
    assert_eq!(back.call((2,)), 4);
}

#[test]
fn partial_function() {
    fn volume(length: u32, width: u32, height: u32) -> u32 {
        length * width * height
    }
    let registry = Registry::new();
    let volume = registry.register_function("volume", volume as fn(u32, u32, u32) -> u32);
    let volume = volume.unwrap();
    let on_ground = Partial::new(volume.clone(), (3, 4));
    let back = through(&registry, &on_ground);
    assert_eq!(back, on_ground);
    assert_eq!(back.call((5,)), 60);
    let square = Partial::new(volume, (2,));
    assert_eq!(through(&registry, &square).call((2, 7)), 28);
    let encoded = registry.enter(|| encode(&on_ground)).unwrap();
    let tree: Value = loaded(&encoded).unwrap();
    assert_eq!(tree.at_str(".bound.1").unwrap(), Some(&Value::U32(4)));
}

/// A map that makes what is missing.
#[derive(Debuggable, Clone, Debug, PartialEq)]
struct DefaultMap<V: 'static> {
    default: Function<fn() -> V>,
    map: BTreeMap<String, V>,
}

impl<V> DefaultMap<V> {
    fn entry(&mut self, key: &str) -> &mut V {
        let default = &self.default;
        self.map.entry(key.into()).or_insert_with(**default)
    }
}

#[test]
fn defaultdict() {
    let registry = Registry::new();
    let default = registry.register_function("empty list", Vec::new as fn() -> Vec<u32>);
    let mut map = DefaultMap {
        default: default.unwrap(),
        map: BTreeMap::new(),
    };
    map.entry("a").extend([1, 2]);
    let mut back = through(&registry, &map);
    assert_eq!(back, map);
    assert!(back.entry("b").is_empty());
    assert_eq!(back.entry("a"), &[1, 2]);
    assert_eq!(back.map.len(), 2);
    // The factory is part of the value, and a program that does not have it says so.
    let ones = registry.register_function("one", (|| vec![1]) as fn() -> Vec<u32>);
    let other = DefaultMap {
        default: ones.unwrap(),
        map: map.map.clone(),
    };
    let cid = |map: &DefaultMap<Vec<u32>>| registry.enter(|| compute_cid(map)).unwrap();
    assert_ne!(cid(&map), cid(&other));
    let encoded = registry.enter(|| encode(&map)).unwrap();
    let error = error_in::<DefaultMap<Vec<u32>>>(&Registry::new(), &encoded);
    assert!(
        matches!(error.kind(), ErrorKind::UnknownFunction { name, .. } if name == "empty list")
    );
    assert_eq!(error.path().to_string(), ".default");
}

#[test]
fn a_function_that_is_not_registered_is_refused_with_its_place() {
    let (registry, run) = with_double();
    let step = |run| Step {
        name: "first".into(),
        run,
    };
    let steps = vec![step(run)];
    let error = Registry::new().enter(|| encode(&steps)).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::UnknownFunction { name, .. } if name == "double"));
    assert_eq!(error.path(), "[0].run".parse::<Path>().unwrap());
    // Nothing stands in: whether it is registered may change, what is recorded may not.
    let stood_in = Registry::new().enter(|| OnRefusal::StandIn.enter(|| encode(&steps)));
    assert!(stood_in.is_err());
    let refused = Registry::new().enter(|| explain(&steps));
    assert_eq!(
        refused[0].to_string(),
        "root[0].run: fn(u32) -> u32: no function `double` is registered"
    );
    registry.enter(|| assert!(explain(&steps).is_empty()));
    assert!(registry.remove_function("double") && !registry.remove_function("double"));
    assert!(registry.enter(|| encode(&steps)).is_err());
}

#[test]
fn a_name_is_of_one_function() {
    let (registry, run) = with_double();
    let again = registry.register_function("double", f64::abs as fn(f64) -> f64);
    let error = again.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::FunctionConflict { name } if name == "double"));
    assert_eq!(registry.function("double").unwrap(), run);
    assert!(
        registry
            .register_function("", double as fn(u32) -> u32)
            .is_err()
    );
    registry.set_policy(Policy::allow_all().deny("double"));
    let denied = registry.enter(|| Numeric::named("double")).unwrap_err();
    assert!(matches!(denied.kind(), ErrorKind::Denied { name, .. } if name == "double"));
}

#[test]
fn what_is_no_function_is_not_loaded_as_one() {
    let (registry, run) = with_double();
    let text = encode(&"double".to_owned()).unwrap();
    let record = encode(&Limits { least: 0, most: 1 }).unwrap();
    for other in [text, record] {
        let error = error_in::<Numeric>(&registry, &other);
        assert!(
            matches!(error.kind(), ErrorKind::WrongKind { .. }),
            "{error}"
        );
    }
    let function = registry.enter(|| encode(&run)).unwrap();
    let error = error_in::<Limits>(&registry, &function);
    assert!(
        matches!(error.kind(), ErrorKind::WrongKind { .. }),
        "{error}"
    );
}

/// A function is a value like others: an `Erased` can hold it.
#[test]
fn a_function_can_be_erased() {
    let (registry, run) = with_double();
    registry
        .register(Registration::<Numeric>::own("numeric"))
        .unwrap();
    let back = through(&registry, &vec![Erased::new(run)]);
    assert_eq!(back[0].downcast_ref::<Numeric>().unwrap()(4), 8);
}

/// The signature in the data follows from what is recorded of the types: it is no compiler's text,
/// and what adds nothing to data adds nothing to it.
#[test]
fn a_signature_follows_from_what_is_recorded() {
    type Twelve = fn(u8, u16, u32, u64, u128, i8, i16, i32, i64, i128, f32, f64);
    let registry = Registry::new();
    let mut names = 0..;
    let mut name = || format!("function {}", names.next().unwrap());
    macro_rules! signatures {
        ($($signature:literal: $function:expr;)*) => {$({
            let function = registry.register_function(name(), $function).unwrap();
            assert_eq!(function.signature(), $signature);
            let encoded = registry.enter(|| encode(&function)).unwrap();
            let tree: Value = loaded(&encoded).unwrap();
            let recorded = tree.at_str(".signature").unwrap().unwrap();
            assert_eq!(recorded.as_str(), Some($signature));
        })*};
    }
    signatures! {
        "fn()": (|| ()) as fn();
        "fn(()) -> char": (|()| 'x') as fn(()) -> char;
        "fn(Limits) -> u32": (|limits| limits.least) as fn(&Limits) -> u32;
        "fn(Limits) -> u32": (|limits| limits.least) as fn(Box<Limits>) -> u32;
        "fn(Limits) -> u32": (|limits| &limits.least) as fn(&mut Limits) -> &u32;
        "fn(string, bytes) -> string": (|text, _| text) as for<'a> fn(&'a str, &[u8]) -> &'a str;
        "fn(Option<[Limits]>) -> std::Result": (|_| Err(String::new())) as fn(Option<Vec<Limits>>) -> Result<(), String>;
        "fn([bool]) -> {string: (f64,)}": (|_| BTreeMap::new()) as fn([bool; 2]) -> BTreeMap<String, (f64,)>;
        "fn(u8, u16, u32, u64, u128, i8, i16, i32, i64, i128, f32, f64)": (|_, _, _, _, _, _, _, _, _, _, _, _| ()) as Twelve;
    }
}

#[test]
fn a_signature_that_was_said_is_recorded_and_must_be_found_again() {
    type Lines = fn(&str) -> std::str::Lines<'_>;
    let with = |signature: &str| {
        let registry = Registry::new();
        let lines = FunctionRegistration::with_signature("lines", str::lines as Lines, signature);
        let lines = registry.register(lines);
        lines.map(|lines| (registry, lines))
    };
    let (registry, lines) = with("lines of a text").unwrap();
    let encoded = registry.enter(|| encode(&lines)).unwrap();
    let back: Function<Lines> = registry.enter(|| loaded(&encoded)).unwrap();
    assert_eq!(back("a\nb").count(), 2);
    let (other, _) = with("lines, without the last").unwrap();
    let error = error_in::<Function<Lines>>(&other, &encoded);
    assert!(
        matches!(error.kind(), ErrorKind::WrongSignature { name, expected, found }
            if name == "lines" && expected == "lines, without the last" && found == "lines of a text"),
        "{error}"
    );
    let error = with("").map(drop).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Unsupported { .. }),
        "{error}"
    );
}
