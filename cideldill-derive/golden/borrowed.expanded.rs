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
    impl<'a> _cideldill::Reduce for Line<'a> {
        const DESC: &'static _cideldill::Desc = &_cideldill::Desc::Record("Line");
        const SHAPES: &'static [_cideldill::Shape] = &[
            _cideldill::Shape {
                tag: "Line",
                version: 0,
                types: &[
                    <&'a str as _cideldill::Reduce>::DESC,
                    <u32 as _cideldill::Reduce>::DESC,
                ],
                names: &[],
                tag_aliases: &[],
                aliases: &[],
            },
        ];
        const STRATEGY: _cideldill::Strategy = _cideldill::Strategy::Slots;
        #[inline]
        fn reduce(
            &self,
            __cideldill_encoder: &mut _cideldill::Encoder<'_>,
        ) -> _cideldill::core::result::Result<(), _cideldill::Error> {
            <Self as _cideldill::ReduceBody>::body::<()>(self, __cideldill_encoder)
        }
    }
    #[automatically_derived]
    impl<'a> _cideldill::ReduceBody for Line<'a> {
        fn body<__CideldillOnce>(
            &self,
            __cideldill_encoder: &mut _cideldill::Encoder<'_>,
        ) -> _cideldill::core::result::Result<(), _cideldill::Error> {
            let __cideldill_scope = __cideldill_encoder
                .open_record(&<Self as _cideldill::Reduce>::SHAPES[0usize]);
            if let _cideldill::core::result::Result::Err(__cideldill_error) = <&'a str as _cideldill::Reduce>::reduce(
                &self.0,
                __cideldill_encoder,
            ) {
                __cideldill_encoder.refused_field(__cideldill_error, "0")?;
            }
            if let _cideldill::core::result::Result::Err(__cideldill_error) = <u32 as _cideldill::Reduce>::reduce(
                &self.1,
                __cideldill_encoder,
            ) {
                __cideldill_encoder.refused_field(__cideldill_error, "1")?;
            }
            __cideldill_encoder.end_record(__cideldill_scope)
        }
    }
};
