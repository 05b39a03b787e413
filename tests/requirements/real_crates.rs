//! Types of real crates through reducers, with none of those crates' own support.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use cideldill::adapter::{Bytes, DisplayFromStr, Reducer};
use cideldill::{Debuggable, Encoded, ErrorKind, Registration, Registry, encode};
use num_bigint::{BigInt, Sign};
use url::Url;
use uuid::Uuid;

use crate::support::{assert_comes_back, cid, loaded};

#[derive(Debuggable, Clone, Debug, PartialEq)]
struct Visit {
    #[debuggable(reducer)]
    id: Uuid,
    #[debuggable(as = "Vec<(Reducer, Option<Reducer>)>")]
    pages: Vec<(Url, Option<NaiveDateTime>)>,
    #[debuggable(as = "BTreeMap<Reducer, Reducer>")]
    sums: BTreeMap<Uuid, BigInt>,
    #[debuggable(as = "DisplayFromStr")]
    first: Url,
    #[debuggable(as = "Vec<Bytes>")]
    tags: Vec<[u8; 16]>,
}

fn registry() -> Registry {
    let registry = Registry::new();
    let uuid = Registration::new(
        "uuid",
        |id: &Uuid| *id.as_bytes(),
        |bytes| Ok::<_, String>(Uuid::from_bytes(bytes)),
    );
    registry.register(uuid).unwrap();
    let url = Registration::new(
        "url",
        |url: &Url| url.as_str().to_owned(),
        |text: String| text.parse::<Url>(),
    );
    registry.register(url).unwrap();
    let date = Registration::new(
        "chrono::NaiveDateTime",
        |at: &NaiveDateTime| {
            let at = at.and_utc();
            (at.timestamp(), at.timestamp_subsec_nanos())
        },
        |(seconds, nanos)| {
            let at = chrono::DateTime::from_timestamp(seconds, nanos);
            at.map(|at| at.naive_utc()).ok_or("no such moment")
        },
    );
    registry.register(date).unwrap();
    let number = Registration::new(
        "num-bigint",
        |number: &BigInt| {
            let (sign, digits) = number.to_bytes_le();
            (sign == Sign::Minus, digits)
        },
        |(is_negative, digits): (bool, Vec<u8>)| {
            let sign = if is_negative { Sign::Minus } else { Sign::Plus };
            Ok::<_, String>(BigInt::from_bytes_le(sign, &digits))
        },
    );
    registry.register(number).unwrap();
    registry
}

fn visit() -> Visit {
    let id = |n: u128| Uuid::from_u128(n << 64 | 0xfeed);
    let url = |path: &str| Url::parse(&format!("https://example.com/{path}?q=1")).unwrap();
    let at = chrono::DateTime::from_timestamp(1_700_000_000, 5).unwrap();
    let huge = BigInt::from(-3).pow(5_000);
    Visit {
        id: id(1),
        pages: vec![(url("a"), Some(at.naive_utc())), (url("b"), None)],
        sums: BTreeMap::from([(id(2), huge), (id(3), BigInt::from(0))]),
        first: url("first"),
        tags: vec![*id(4).as_bytes()],
    }
}

#[test]
fn types_of_real_crates_come_back_through_reducers() {
    registry().enter(|| assert_comes_back(&visit()));
}

#[test]
fn they_have_the_same_cid_in_every_registry_and_none_without() {
    assert_eq!(
        registry().enter(|| cid(&visit())),
        registry().enter(|| cid(&visit()))
    );
    let mut other = visit();
    other.sums.values_mut().for_each(|sum| *sum += 1);
    assert_ne!(
        registry().enter(|| cid(&visit())),
        registry().enter(|| cid(&other))
    );
    let error = encode(&visit()).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::NoReducer { type_name } if type_name.contains("Uuid")),
        "{error}"
    );
}

#[derive(Debuggable, Debug)]
struct Page(#[debuggable(reducer)] Url);

#[test]
fn what_a_crate_refuses_on_loading_is_an_error_with_its_cause() {
    let lenient = Registry::new();
    let url = Registration::new(
        "url",
        |_: &Url| "not a url".to_owned(),
        |text: String| text.parse::<Url>(),
    );
    lenient.register(url).unwrap();
    let page = Page(Url::parse("https://example.com").unwrap());
    let encoded: Encoded = lenient.enter(|| encode(&page)).unwrap();
    let error = registry().enter(|| loaded::<Page>(&encoded)).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Refused { .. }), "{error}");
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("relative URL"), "{cause}");
}
