//! D15: nonsense was read as something: `verify_cid('!!!')` raised from deep inside, and `@@@` was
//! the base64 of nothing. Here the text of a CID is exactly what is printed for it, or a typed error,
//! and so is base64.

use cideldill::transport::{BodyForm, Code, Offer, RequestLimits, Serializer};
use cideldill::{Cid, ParseCidError};

use crate::support::cid;

#[test]
fn nonsense_is_no_cid() {
    let good = cid("x").to_string();
    assert_eq!(good.parse(), Ok(cid("x")));
    for (text, found) in [
        ("", 0),
        ("!!!", 3),
        ("@@@", 3),
        (&good[1..], 127),
        (&good[..64], 64),
    ] {
        assert_eq!(text.parse::<Cid>(), Err(ParseCidError::Length { found }));
    }
    let longer = format!("{good}0");
    assert_eq!(
        longer.parse::<Cid>(),
        Err(ParseCidError::Length { found: 129 })
    );
    for (at, wrong) in [
        (0, "!"),
        (5, "g"),
        (127, " "),
        (64, "A"),
        (1, "\0"),
        (9, "/"),
        (9, ":"),
    ] {
        let mut text = good.clone();
        text.replace_range(at..=at, wrong);
        assert_eq!(
            text.parse::<Cid>(),
            Err(ParseCidError::Digit { at }),
            "{text}"
        );
    }
    for text in [
        format!("0x{}", &good[2..]),
        format!(" {}", &good[1..]),
        good.to_uppercase(),
    ] {
        assert!(text.parse::<Cid>().is_err(), "{text}");
    }
}

#[test]
fn nonsense_is_no_base64() {
    for text in ["!!!", "@@@", "A", "AAA"] {
        let refused = Serializer::verify_cid(text, &Cid::of(b"")).unwrap_err();
        assert_eq!(refused.code(), Code::InvalidBase64, "{text}");
        let body = format!(r#"{{"cid":"{}","data":"{text}"}}"#, Cid::of(b""));
        let limits = RequestLimits::default();
        let refused = Offer::parse(BodyForm::Json, body.as_bytes(), &limits).unwrap_err();
        assert_eq!(
            refused.code(),
            Code::InvalidBase64,
            "not a mismatch of nothing"
        );
    }
}
