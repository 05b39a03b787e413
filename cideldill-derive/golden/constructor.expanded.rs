#[doc(hidden)]
#[allow(
    deprecated,
    non_upper_case_globals,
    unused_attributes,
    unused_qualifications,
    clippy::absolute_paths,
)]
const _: () = {
    use support::runtime::__private as _cideldill;
    #[automatically_derived]
    impl _cideldill::Reduce for Celsius {
        const DESC: &'static _cideldill::Desc = &_cideldill::Desc::Record("Celsius");
        const SHAPES: &'static [_cideldill::Shape] = &[
            _cideldill::Shape {
                tag: "Celsius",
                version: 0,
                types: &[
                    <f64 as _cideldill::Reduce>::DESC,
                    <String as _cideldill::Reduce>::DESC,
                    <Place as _cideldill::Reduce>::DESC,
                ],
                names: &["degrees", "note", "place"],
                tag_aliases: &[],
                aliases: &[],
            },
        ];
        const STRATEGY: _cideldill::Strategy = _cideldill::Strategy::Constructor;
        #[inline]
        fn reduce(
            &self,
            __cideldill_encoder: &mut _cideldill::Encoder<'_>,
        ) -> _cideldill::core::result::Result<(), _cideldill::Error> {
            <Self as _cideldill::ReduceBody>::body::<()>(self, __cideldill_encoder)
        }
    }
    #[automatically_derived]
    impl _cideldill::ReduceBody for Celsius {
        fn body<__CideldillOnce>(
            &self,
            __cideldill_encoder: &mut _cideldill::Encoder<'_>,
        ) -> _cideldill::core::result::Result<(), _cideldill::Error> {
            let __cideldill_scope = _cideldill::open_record::<
                Self,
                0usize,
            >(__cideldill_encoder);
            if _cideldill::is_refused(
                <f64 as _cideldill::Reduce>::reduce(&self.degrees, __cideldill_encoder),
                __cideldill_encoder,
                "degrees",
            )
                || _cideldill::is_refused(
                    <String as _cideldill::Reduce>::reduce(
                        &self.note,
                        __cideldill_encoder,
                    ),
                    __cideldill_encoder,
                    "note",
                )
                || _cideldill::is_refused(
                    <Place as _cideldill::Reduce>::reduce(
                        &self.place,
                        __cideldill_encoder,
                    ),
                    __cideldill_encoder,
                    "place",
                )
            {
                return __cideldill_encoder.refusal();
            }
            __cideldill_encoder.end_record(__cideldill_scope)
        }
    }
    #[automatically_derived]
    impl _cideldill::Reconstruct for Celsius {
        #[inline]
        fn reconstruct(
            __cideldill_decoder: &mut _cideldill::Decoder<'_>,
        ) -> _cideldill::core::result::Result<Self, _cideldill::Error> {
            <Self as _cideldill::ReconstructBody>::body::<()>(__cideldill_decoder)
        }
        #[inline]
        fn cells<'_cideldill>(
            &'_cideldill self,
            __cideldill_cells: &mut _cideldill::Cells<'_cideldill>,
        ) {
            <f64 as _cideldill::Reconstruct>::cells(&self.degrees, __cideldill_cells);
            <String as _cideldill::Reconstruct>::cells(&self.note, __cideldill_cells);
            <Place as _cideldill::Reconstruct>::cells(&self.place, __cideldill_cells);
        }
        #[inline]
        fn stand_in() -> _cideldill::core::option::Option<Self> {
            _cideldill::core::option::Option::Some(Self {
                degrees: <f64 as _cideldill::Reconstruct>::stand_in()?,
                note: <String as _cideldill::Reconstruct>::stand_in()?,
                place: <Place as _cideldill::Reconstruct>::stand_in()?,
                cache: <Cache as _cideldill::core::default::Default>::default(),
            })
        }
    }
    #[automatically_derived]
    impl _cideldill::ReconstructBody for Celsius {
        fn body<__CideldillOnce>(
            __cideldill_decoder: &mut _cideldill::Decoder<'_>,
        ) -> _cideldill::core::result::Result<Self, _cideldill::Error> {
            let __cideldill_record = __cideldill_decoder
                .open_record(<Self as _cideldill::Reduce>::SHAPES)?;
            let mut __cideldill_field0 = _cideldill::core::option::Option::None;
            let mut __cideldill_field1 = _cideldill::core::option::Option::None;
            let mut __cideldill_field2 = _cideldill::core::option::Option::None;
            if <f64 as _cideldill::Reconstruct>::is_missing(
                __cideldill_decoder,
                &__cideldill_record,
                0usize,
                &mut __cideldill_field0,
            )
                || <String as _cideldill::Reconstruct>::is_missing(
                    __cideldill_decoder,
                    &__cideldill_record,
                    1usize,
                    &mut __cideldill_field1,
                )
                || <Place as _cideldill::Reconstruct>::is_missing(
                    __cideldill_decoder,
                    &__cideldill_record,
                    2usize,
                    &mut __cideldill_field2,
                ) || __cideldill_decoder.is_unclosed(&__cideldill_record)
            {
                return _cideldill::core::result::Result::Err(
                    __cideldill_decoder.failure(),
                );
            }
            let (
                _cideldill::core::option::Option::Some(__cideldill_field0),
                _cideldill::core::option::Option::Some(__cideldill_field1),
                _cideldill::core::option::Option::Some(__cideldill_field2),
            ) = (__cideldill_field0, __cideldill_field1, __cideldill_field2) else {
                return _cideldill::core::result::Result::Err(
                    __cideldill_decoder.failure(),
                );
            };
            let mut __cideldill_value: Self = <_ as _cideldill::Outcome<
                Self,
            >>::outcome(
                Celsius::new(__cideldill_field0, __cideldill_field2),
                "the `constructor` function",
            )?;
            __cideldill_value.note = __cideldill_field1;
            _cideldill::core::result::Result::Ok(__cideldill_value)
        }
    }
};
