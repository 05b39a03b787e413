#[doc(hidden)]
#[allow(
    deprecated,
    non_upper_case_globals,
    unused_attributes,
    unused_qualifications,
    clippy::absolute_paths,
)]
const _: () = {
    use ::cideldill::__private as _cideldill;
    #[automatically_derived]
    impl _cideldill::Reduce for Settings {
        const DESC: &'static _cideldill::Desc = &_cideldill::Desc::Record("Settings");
        const SHAPES: &'static [_cideldill::Shape] = &[
            _cideldill::Shape {
                tag: "Settings",
                version: 0,
                types: &[<String as _cideldill::Reduce>::DESC],
                names: &["name"],
                tag_aliases: &[],
                aliases: &[],
            },
        ];
        const STRATEGY: _cideldill::Strategy = _cideldill::Strategy::Dict;
        #[inline]
        fn reduce(
            &self,
            __cideldill_encoder: &mut _cideldill::Encoder<'_>,
        ) -> _cideldill::core::result::Result<(), _cideldill::Error> {
            <Self as _cideldill::ReduceBody>::body::<()>(self, __cideldill_encoder)
        }
    }
    #[automatically_derived]
    impl _cideldill::ReduceBody for Settings {
        fn body<__CideldillOnce>(
            &self,
            __cideldill_encoder: &mut _cideldill::Encoder<'_>,
        ) -> _cideldill::core::result::Result<(), _cideldill::Error> {
            let __cideldill_scope = <BTreeMap<
                String,
                Value,
            > as _cideldill::Extra>::open(
                &self.other,
                __cideldill_encoder,
                &<Self as _cideldill::Reduce>::SHAPES[0],
            )?;
            if _cideldill::is_refused(
                <String as _cideldill::Reduce>::reduce(&self.name, __cideldill_encoder),
                __cideldill_encoder,
                "name",
            ) {
                return __cideldill_encoder.refusal();
            }
            <BTreeMap<
                String,
                Value,
            > as _cideldill::Extra>::write(&self.other, __cideldill_encoder);
            __cideldill_encoder.end_record(__cideldill_scope)
        }
    }
    #[automatically_derived]
    impl _cideldill::Reconstruct for Settings {
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
            <String as _cideldill::Reconstruct>::cells(&self.name, __cideldill_cells);
        }
    }
    #[automatically_derived]
    impl _cideldill::ReconstructBody for Settings {
        fn body<__CideldillOnce>(
            __cideldill_decoder: &mut _cideldill::Decoder<'_>,
        ) -> _cideldill::core::result::Result<Self, _cideldill::Error> {
            let __cideldill_record = __cideldill_decoder
                .open_record(<Self as _cideldill::Reduce>::SHAPES)?;
            let mut __cideldill_field0 = _cideldill::core::option::Option::None;
            let mut __cideldill_field1 = _cideldill::core::option::Option::None;
            if <String as _cideldill::Reconstruct>::is_missing(
                __cideldill_decoder,
                &__cideldill_record,
                0usize,
                &mut __cideldill_field0,
            )
                || _cideldill::is_missing(
                    <BTreeMap<
                        String,
                        Value,
                    > as _cideldill::Extra>::read(
                        __cideldill_decoder,
                        &__cideldill_record,
                    ),
                    __cideldill_decoder,
                    &mut __cideldill_field1,
                ) || __cideldill_decoder.is_unclosed(&__cideldill_record)
            {
                return _cideldill::core::result::Result::Err(
                    __cideldill_decoder.failure(),
                );
            }
            let (
                _cideldill::core::option::Option::Some(__cideldill_field0),
                _cideldill::core::option::Option::Some(__cideldill_field1),
            ) = (__cideldill_field0, __cideldill_field1) else {
                return _cideldill::core::result::Result::Err(
                    __cideldill_decoder.failure(),
                );
            };
            _cideldill::core::result::Result::Ok(Self {
                name: __cideldill_field0,
                other: __cideldill_field1,
            })
        }
    }
};
