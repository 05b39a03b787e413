//! `rust_decimal` 1: exact, with its scale: 1.0 and 1.00 are different values.

use rust_decimal::Decimal;

use crate::error::Error;
use crate::impls::out_of_range;
use crate::impls::record::{variants, via};

variants! {
    [] Parts {
        0 "std::crate::rust_decimal::Decimal" named (0 mantissa: i128, 1 scale: u32)
            => [Parts::Number { mantissa, scale }];
        1 "std::crate::rust_decimal::Decimal::NegativeZero" named (0 scale: u32)
            => [Parts::NegativeZero { scale }];
    };
}

/// `mantissa / 10^scale`; that a zero is negative is not seen from its mantissa.
enum Parts {
    Number { mantissa: i128, scale: u32 },
    NegativeZero { scale: u32 },
}

via! {
    [] Decimal: Parts, |number: &Self| Ok::<_, Error>(parts(*number)), |parts: Parts| decimal(&parts);
}

fn parts(number: Decimal) -> Parts {
    let scale = number.scale();
    match number.mantissa() {
        0 if number.is_sign_negative() => Parts::NegativeZero { scale },
        mantissa => Parts::Number { mantissa, scale },
    }
}

fn decimal(parts: &Parts) -> Result<Decimal, Error> {
    let (mantissa, scale) = match *parts {
        Parts::Number { mantissa, scale } => (mantissa, scale),
        Parts::NegativeZero { scale } => (0, scale),
    };
    let number = Decimal::try_from_i128_with_scale(mantissa, scale);
    let mut number = number.map_err(|_| out_of_range::<Decimal>("a decimal number"))?;
    number.set_sign_negative(mantissa < 0 || matches!(parts, Parts::NegativeZero { .. }));
    Ok(number)
}
