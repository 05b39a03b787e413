//! The name of a block: the SHA-512 of its bytes.
//!
//! Not a multiformats CID: there is no prefix, and `sha512sum` of the block's bytes prints it
//! (docs/format.md section 1).

use std::fmt;
use std::str::FromStr;

use crate::digest::{Digest, Digester};

/// A content identifier: the SHA-512 of a block's canonical bytes.
///
/// Prints as 128 lower-case hexadecimal digits, and only those parse back.
///
/// ```
/// use cideldill::{Cid, compute_cid};
/// let cid = compute_cid(&"hello")?;
/// assert_eq!(cid.to_string().len(), 128);
/// assert_eq!(cid.to_string().parse::<Cid>()?, cid);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cid(Digest);

impl Cid {
    /// The number of bytes.
    pub const LEN: usize = 64;

    /// The CID of a block's bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Digester::default().digest_one(bytes))
    }

    /// The CID with these 64 bytes.
    pub const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// The 64 bytes.
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    /// The first 12 hexadecimal digits, for people and logs.
    pub fn short(&self) -> String {
        hex(&self.0[..6])
    }
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|nibble| char::from(DIGITS[usize::from(nibble)]))
        .collect()
}

impl fmt::Display for Cid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&hex(&self.0))
    }
}

impl fmt::Debug for Cid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cid({})", self.short())
    }
}

/// Why a text is not a CID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseCidError {
    /// Not 128 characters long.
    #[error("a cid has 128 hexadecimal digits, found {found} bytes")]
    Length {
        /// The length of the text in bytes.
        found: usize,
    },
    /// A character that is not one of `0-9a-f`.
    #[error("a cid has only the digits 0-9a-f, found another character at byte {at}")]
    Digit {
        /// Where it stands, in bytes from the start.
        at: usize,
    },
}

impl FromStr for Cid {
    type Err = ParseCidError;

    /// Exactly what [`Display`](fmt::Display) prints; upper case is refused.
    fn from_str(text: &str) -> Result<Self, ParseCidError> {
        let digits = text.as_bytes();
        if digits.len() != 2 * Self::LEN {
            return Err(ParseCidError::Length {
                found: digits.len(),
            });
        }
        let mut bytes = [0; Self::LEN];
        for (at, digit) in digits.iter().enumerate() {
            let nibble = match digit {
                b'0'..=b'9' => digit - b'0',
                b'a'..=b'f' => digit - b'a' + 10,
                _ => return Err(ParseCidError::Digit { at }),
            };
            bytes[at / 2] = bytes[at / 2] << 4 | nibble;
        }
        Ok(Self(bytes))
    }
}

impl AsRef<[u8]> for Cid {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// As text in formats for people, as 64 bytes in binary ones.
impl serde::Serialize for Cid {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(&hex(&self.0))
        } else {
            serializer.serialize_bytes(&self.0)
        }
    }
}

impl<'de> serde::Deserialize<'de> for Cid {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Cid;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a cid: 128 lower-case hexadecimal digits, or 64 bytes")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Cid, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Cid, E> {
                let bytes = bytes.try_into();
                bytes.map(Cid).map_err(|_| E::custom("a cid has 64 bytes"))
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Cid, A::Error> {
                let mut bytes = [0; Cid::LEN];
                for (at, byte) in bytes.iter_mut().enumerate() {
                    *byte = seq
                        .next_element()?
                        .ok_or_else(|| serde::de::Error::invalid_length(at, &self))?;
                }
                match seq.next_element::<u8>()? {
                    None => Ok(Cid(bytes)),
                    Some(_) => Err(serde::de::Error::invalid_length(Cid::LEN + 1, &self)),
                }
            }
        }
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(Visitor)
        } else {
            deserializer.deserialize_bytes(Visitor)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_sha512sum() {
        let abc = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
                   2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
        assert_eq!(Cid::of(b"abc").to_string(), abc);
    }

    #[test]
    fn only_what_display_prints_parses() {
        let text = Cid::of(b"").to_string();
        assert_eq!(text.parse::<Cid>(), Ok(Cid::of(b"")));
        assert_eq!(
            text[..64].parse::<Cid>(),
            Err(ParseCidError::Length { found: 64 })
        );
        assert_eq!(
            text.to_uppercase().parse::<Cid>(),
            Err(ParseCidError::Digit { at: 0 })
        );
        assert_eq!(
            text.replacen('f', "g", 1)
                .parse::<Cid>()
                .map_err(|e| { matches!(e, ParseCidError::Digit { .. }) }),
            Err(true)
        );
    }
}
