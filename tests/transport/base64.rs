//! Bytes in JSON: strict base64, one text for each string of bytes.

use cideldill::transport::{
    BodyForm, Code, Offer, RequestLimits, Serializer, decode_base64, encode_base64,
};
use proptest::prelude::*;

proptest! {
    #[test]
    fn base64_encode_decode_roundtrip(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let text = encode_base64(&bytes);
        prop_assert_eq!(decode_base64(&text).unwrap(), bytes);
    }

    /// Whatever is read is what would be written: no two texts stand for the same bytes.
    #[test]
    fn what_is_read_is_what_is_written(text in "[A-Da-d/+=\n]{0,9}") {
        if let Ok(bytes) = decode_base64(&text) {
            prop_assert_eq!(encode_base64(&bytes), text);
        }
    }
}

#[test]
fn base64_output_is_ascii() {
    let message = Serializer::default()
        .to_json_dict("gr\u{fc}n \u{1f980}")
        .unwrap();
    assert!(message["data"].as_str().unwrap().is_ascii());
    assert!(message.to_string().is_ascii());
    assert_eq!(
        encode_base64(&[0xfb, 0xff]),
        "+/8=",
        "the standard alphabet, padded"
    );
}

#[test]
fn base64_handles_binary_data() {
    let bytes: Vec<u8> = (0..=255).chain([0; 300]).collect();
    assert_eq!(decode_base64(&encode_base64(&bytes)).unwrap(), bytes);
    assert_comes_back(&bytes);
}

#[test]
fn base64_handles_unicode() {
    assert_comes_back(&"na\u{ef}ve \u{65e5}\u{672c} \u{1f980} \0 \u{10ffff}".repeat(100));
}

fn assert_comes_back<T: cideldill::Debuggable + PartialEq + std::fmt::Debug>(value: &T) {
    let message = Serializer::default().to_json_dict(value).unwrap();
    let body = message.to_string();
    let limits = RequestLimits::default();
    let offer = Offer::parse(BodyForm::Json, body.as_bytes(), &limits).unwrap();
    let back: T = Serializer::deserialize(&offer.objects[0]).unwrap();
    assert_eq!(back, *value);
}

#[test]
fn what_is_not_strict_is_refused() {
    let wrong = [
        "@@@",
        "AA",
        "AAA",
        "AA=",
        "AAAA=",
        "AB==",
        "AAB=",
        "AA==AAAA",
        " AAAA",
        "AAAA\n",
        "AA A",
        "_-8=",
        "====",
        "\u{e9}AAA",
        "AAA\0",
    ];
    for text in wrong {
        let refused = decode_base64(text).unwrap_err();
        assert_eq!(refused.code(), Code::InvalidBase64, "{text:?}");
    }
    assert!(decode_base64("").unwrap().is_empty());
}
