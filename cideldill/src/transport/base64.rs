//! Strict base64: RFC 4648 section 4, padded, nothing left over.

use ::base64::Engine as _;
use ::base64::engine::general_purpose::STANDARD;

use super::{Code, Refusal};

/// Bytes as base64, as in the JSON messages.
pub fn encode_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The bytes of a base64 text; exactly what [`encode_base64`] writes is read.
///
/// ```
/// use cideldill::transport::{Code, decode_base64};
/// assert_eq!(decode_base64("AAEC")?, [0, 1, 2]);
/// assert_eq!(decode_base64("@@@").unwrap_err().code(), Code::InvalidBase64);
/// # Ok::<(), cideldill::transport::Refusal>(())
/// ```
///
/// # Errors
/// [`Code::InvalidBase64`] for any other character, missing padding, or bits that are not used.
pub fn decode_base64(text: &str) -> Result<Vec<u8>, Refusal> {
    STANDARD
        .decode(text)
        .map_err(|error| Refusal::new(Code::InvalidBase64, format!("not strict base64: {error}")))
}
