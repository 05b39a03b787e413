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
            let __cideldill_scope = _cideldill::open_record::<
                Self,
                0usize,
            >(__cideldill_encoder);
            if _cideldill::is_refused(
                <&'a str as _cideldill::Reduce>::reduce(&self.0, __cideldill_encoder),
                __cideldill_encoder,
                "0",
            )
                || _cideldill::is_refused(
                    <u32 as _cideldill::Reduce>::reduce(&self.1, __cideldill_encoder),
                    __cideldill_encoder,
                    "1",
                )
            {
                return __cideldill_encoder.refusal();
            }
            __cideldill_encoder.end_record(__cideldill_scope)
        }
    }
};
