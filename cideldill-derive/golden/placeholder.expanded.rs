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
    impl<T> _cideldill::Reduce for Guard<T> {
        const DESC: &'static _cideldill::Desc = &_cideldill::Desc::Record("Guard");
        const SHAPES: &'static [_cideldill::Shape] = &[];
        const STRATEGY: _cideldill::Strategy = _cideldill::Strategy::Placeholder;
        #[inline]
        fn reduce(
            &self,
            __cideldill_encoder: &mut _cideldill::Encoder<'_>,
        ) -> _cideldill::core::result::Result<(), _cideldill::Error> {
            <Self as _cideldill::ReduceBody>::body::<()>(self, __cideldill_encoder)
        }
    }
    #[automatically_derived]
    impl<T> _cideldill::ReduceBody for Guard<T> {
        fn body<__CideldillOnce>(
            &self,
            __cideldill_encoder: &mut _cideldill::Encoder<'_>,
        ) -> _cideldill::core::result::Result<(), _cideldill::Error> {
            __cideldill_encoder
                .placeholder(
                    "Guard<T>",
                    "holds a lock",
                    _cideldill::core::option::Option::None,
                )
        }
    }
    #[automatically_derived]
    impl<T> _cideldill::Reconstruct for Guard<T> {
        #[inline]
        fn reconstruct(
            __cideldill_decoder: &mut _cideldill::Decoder<'_>,
        ) -> _cideldill::core::result::Result<Self, _cideldill::Error> {
            <Self as _cideldill::ReconstructBody>::body::<()>(__cideldill_decoder)
        }
    }
    #[automatically_derived]
    impl<T> _cideldill::ReconstructBody for Guard<T> {
        fn body<__CideldillOnce>(
            __cideldill_decoder: &mut _cideldill::Decoder<'_>,
        ) -> _cideldill::core::result::Result<Self, _cideldill::Error> {
            _cideldill::refuse_placeholder(
                __cideldill_decoder,
                _cideldill::core::option::Option::None,
            )
        }
    }
};
