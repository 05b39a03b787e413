//! `num-bigint` 0.4: the sign, and the magnitude as bytes, the highest first.

use num_bigint::{BigInt, BigUint, Sign};

use crate::error::Error;
use crate::impls::out_of_range;
use crate::impls::record::{variants, via};
use crate::reduce::Reduce;

variants! {
    [] Unsigned {
        0 "std::crate::num_bigint::BigUint" plain (0 magnitude: Vec<u8>) => [Unsigned(magnitude)];
    };
    [] Signed {
        0 "std::crate::num_bigint::BigInt" named (0 is_negative: bool, 1 magnitude: Vec<u8>)
            => [Signed { is_negative, magnitude }];
    };
}

struct Unsigned(Vec<u8>);

struct Signed {
    is_negative: bool,
    magnitude: Vec<u8>,
}

via! {
    [] BigUint: Unsigned,
        |number: &Self| Ok::<_, Error>(Unsigned(to_bytes(number))),
        |parts: Unsigned| from_bytes::<Self>(&parts.0);
    [] BigInt: Signed,
        |number: &Self| Ok::<_, Error>(Signed {
            is_negative: number.sign() == Sign::Minus,
            magnitude: to_bytes(number.magnitude()),
        }),
        |parts: Signed| signed(&parts);
}

/// No bytes for zero.
fn to_bytes(number: &BigUint) -> Vec<u8> {
    if number.bits() == 0 {
        return Vec::new();
    }
    number.to_bytes_be()
}

fn from_bytes<T: Reduce>(magnitude: &[u8]) -> Result<BigUint, Error> {
    if magnitude.first() == Some(&0) {
        return Err(out_of_range::<T>("a number that starts with a zero byte"));
    }
    Ok(BigUint::from_bytes_be(magnitude))
}

fn signed(parts: &Signed) -> Result<BigInt, Error> {
    let magnitude = from_bytes::<BigInt>(&parts.magnitude)?;
    match (parts.is_negative, magnitude.bits()) {
        (true, 0) => Err(out_of_range::<BigInt>("a negative zero")),
        (true, _) => Ok(BigInt::from_biguint(Sign::Minus, magnitude)),
        (false, _) => Ok(BigInt::from(magnitude)),
    }
}
