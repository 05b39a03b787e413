//! Which life of a store this is.

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::str::FromStr;
use std::time::SystemTime;

use crate::cid::Cid;

/// A random id that a store gets when it is made.
///
/// Who remembers what a store knows (a client that sends each block once) also remembers the epoch,
/// and forgets everything when it is another: then the store was made anew, recovered, or something
/// was taken out of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch([u8; Self::LEN]);

impl Epoch {
    /// The number of bytes.
    pub const LEN: usize = 16;

    /// A new one, different from all others with overwhelming probability.
    ///
    /// Not a secret: nothing depends on it being hard to guess.
    pub(crate) fn random() -> Self {
        // The standard library has no source of random bytes but the seeds of its hash maps, which
        // are random once per thread; clock and process make them differ also where that is weak.
        let mut seed = Vec::new();
        for salt in 0_u8..2 {
            seed.extend(RandomState::new().hash_one(salt).to_le_bytes());
        }
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        seed.extend(now.unwrap_or_default().as_nanos().to_le_bytes());
        seed.extend(std::process::id().to_le_bytes());
        let mut id = [0; Self::LEN];
        for (byte, random) in id.iter_mut().zip(Cid::of(&seed).as_bytes()) {
            *byte = *random;
        }
        Self(id)
    }

    /// The epoch with these bytes.
    pub const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

/// Why a text is not an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an epoch has 32 hexadecimal digits")]
#[non_exhaustive]
pub struct ParseEpochError;

impl FromStr for Epoch {
    type Err = ParseEpochError;

    /// Exactly what [`Display`](fmt::Display) prints; upper case is refused.
    fn from_str(text: &str) -> Result<Self, ParseEpochError> {
        let id = u128::from_str_radix(text, 16).map_err(|_| ParseEpochError)?;
        let epoch = Self(id.to_be_bytes());
        // Also refuses signs, upper case and other lengths.
        if epoch.to_string() == text {
            Ok(epoch)
        } else {
            Err(ParseEpochError)
        }
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Epoch({self})")
    }
}
