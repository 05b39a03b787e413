//! Types of the standard library that are written as records.

/// Both traits for a type whose variants can be taken apart by a pattern that, read as an
/// expression, also makes them. A variant is a number, a tag, its fields - `named` in the bytes or
/// `plain` - and that pattern.
macro_rules! variants {
    ($([$($T:ident),*] $type:ty {$(
        $n:literal $tag:literal $naming:ident ($($i:literal $field:ident: $field_type:ty),*)
            => [$($form:tt)+];
    )+} $($order:expr)?;)+) => {$(
        impl<$($T: $crate::reduce::Reduce),*> $crate::reduce::Reduce for $type {
            const DESC: &'static $crate::desc::Desc =
                &$crate::desc::Desc::Record($crate::type_name::of_tags(&[$($tag),+]));
            const SHAPES: &'static [$crate::shape::Shape] = &[$($crate::shape::Shape {
                tag: $tag,
                version: 0,
                types: &[$(<$field_type as $crate::reduce::Reduce>::DESC),*],
                names: $crate::impls::record::names!($naming $($field)*),
                tag_aliases: &[],
                aliases: &[],
            }),+];
            $(
                const KEY_ORDER: Option<fn(&Self, &Self) -> std::cmp::Ordering> = Some($order);
            )?

            fn reduce(
                &self,
                encoder: &mut $crate::codec::Encoder<'_>,
            ) -> Result<(), $crate::error::Error> {
                match self {$(
                    $($form)+ => {
                        let scope = encoder.open_record(&Self::SHAPES[$n]);
                        $(if let Err(error) = $crate::reduce::Reduce::reduce($field, encoder) {
                            let step = $crate::impls::record::step!($naming $field $i);
                            encoder.refused(error.in_field(step))?;
                        })*
                        encoder.end_record(scope)
                    }
                )+}
            }
        }

        impl<$($T: $crate::reconstruct::Reconstruct),*> $crate::reconstruct::Reconstruct for $type {
            fn reconstruct(
                decoder: &mut $crate::codec::Decoder<'_>,
            ) -> Result<Self, $crate::error::Error> {
                let record = decoder.open_record(<Self as $crate::reduce::Reduce>::SHAPES)?;
                let value = match record.variant() {
                    $($n => {
                        $(let $field = decoder.field::<$field_type>(&record, $i)?;)*
                        $($form)+
                    })+
                    _ => return Err(decoder.unknown_variant(&record)),
                };
                decoder.close_record(record)?;
                Ok(value)
            }

            fn cells<'a>(&'a self, cells: &mut $crate::codec::Cells<'a>) {
                let _ = &cells;
                match self {$(
                    $($form)+ => {
                        $($crate::reconstruct::Reconstruct::cells($field, cells);)*
                    }
                )+}
            }
        }
    )+};
}
pub(crate) use variants;

macro_rules! names {
    (plain $($field:ident)*) => {
        &[]
    };
    (named $($field:ident)*) => {
        &[$(stringify!($field)),*]
    };
}
pub(crate) use names;

/// A field's name in a path.
macro_rules! step {
    (plain $field:ident $i:literal) => {
        stringify!($i)
    };
    (named $field:ident $i:literal) => {
        stringify!($field)
    };
}
pub(crate) use step;

/// Both traits for a type that is written as other parts, which implement them. `$reduce` makes the
/// parts of a reference, `$reconstruct` the value of the parts; both may refuse.
macro_rules! via {
    ($([$($T:ident),*] $type:ty: $parts:ty, $reduce:expr, $reconstruct:expr $(, $order:expr)?;)+) => {$(
        impl<$($T: $crate::reduce::Reduce),*> $crate::reduce::Reduce for $type {
            const DESC: &'static $crate::desc::Desc = <$parts as $crate::reduce::Reduce>::DESC;
            const SHAPES: &'static [$crate::shape::Shape] =
                <$parts as $crate::reduce::Reduce>::SHAPES;
            $(
                const KEY_ORDER: Option<fn(&Self, &Self) -> std::cmp::Ordering> = Some($order);
            )?

            fn reduce(
                &self,
                encoder: &mut $crate::codec::Encoder<'_>,
            ) -> Result<(), $crate::error::Error> {
                $crate::reduce::Reduce::reduce(&($reduce)(self)?, encoder)
            }
        }

        impl<$($T: $crate::reconstruct::Reconstruct),*> $crate::reconstruct::Reconstruct for $type {
            fn reconstruct(
                decoder: &mut $crate::codec::Decoder<'_>,
            ) -> Result<Self, $crate::error::Error> {
                ($reconstruct)(<$parts as $crate::reconstruct::Reconstruct>::reconstruct(decoder)?)
            }
        }
    )+};
}
pub(crate) use via;
