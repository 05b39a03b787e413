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
    impl _cideldill::Reduce for Counter {
        const DESC: &'static _cideldill::Desc = &_cideldill::Desc::Record("Counter");
        const SHAPES: &'static [_cideldill::Shape] = &[
            _cideldill::Shape {
                tag: "Counter",
                version: 0,
                types: &[
                    _cideldill::TypeInfo::desc_of_output({
                        let __cideldill_function: fn(&Self) -> _ = Counter::state;
                        __cideldill_function
                    }),
                ],
                names: &[],
                tag_aliases: &[],
                aliases: &[],
            },
        ];
        const STRATEGY: _cideldill::Strategy = _cideldill::Strategy::SetState;
        #[inline]
        fn reduce(
            &self,
            __cideldill_encoder: &mut _cideldill::Encoder<'_>,
        ) -> _cideldill::core::result::Result<(), _cideldill::Error> {
            <Self as _cideldill::ReduceBody>::body::<()>(self, __cideldill_encoder)
        }
    }
    #[automatically_derived]
    impl _cideldill::ReduceBody for Counter {
        fn body<__CideldillOnce>(
            &self,
            __cideldill_encoder: &mut _cideldill::Encoder<'_>,
        ) -> _cideldill::core::result::Result<(), _cideldill::Error> {
            let __cideldill_scope = _cideldill::open_record::<
                Self,
                0usize,
            >(__cideldill_encoder);
            if _cideldill::is_refused(
                __cideldill_encoder
                    .made(|__cideldill_encoder| <_ as _cideldill::Reduce>::reduce(
                        &{
                            let __cideldill_function: fn(&Self) -> _ = Counter::state;
                            __cideldill_function
                        }(self),
                        __cideldill_encoder,
                    )),
                __cideldill_encoder,
                "0",
            ) {
                return __cideldill_encoder.refusal();
            }
            __cideldill_encoder.end_record(__cideldill_scope)
        }
    }
    #[automatically_derived]
    impl _cideldill::Reconstruct for Counter {
        #[inline]
        fn reconstruct(
            __cideldill_decoder: &mut _cideldill::Decoder<'_>,
        ) -> _cideldill::core::result::Result<Self, _cideldill::Error> {
            <Self as _cideldill::ReconstructBody>::body::<()>(__cideldill_decoder)
        }
    }
    #[automatically_derived]
    impl _cideldill::ReconstructBody for Counter {
        fn body<__CideldillOnce>(
            __cideldill_decoder: &mut _cideldill::Decoder<'_>,
        ) -> _cideldill::core::result::Result<Self, _cideldill::Error> {
            let __cideldill_record = __cideldill_decoder
                .open_record(<Self as _cideldill::Reduce>::SHAPES)?;
            let __cideldill_value = __cideldill_decoder
                .field_by::<
                    Self,
                >(
                    &__cideldill_record,
                    0,
                    _cideldill::core::option::Option::None,
                    |__cideldill_decoder, __cideldill_written| <_ as _cideldill::Outcome<
                        Self,
                    >>::outcome(
                        Counter::restore(
                            match __cideldill_written {
                                _cideldill::core::option::Option::None => {
                                    <_ as _cideldill::Reconstruct>::reconstruct(
                                        __cideldill_decoder,
                                    )?
                                }
                                _cideldill::core::option::Option::Some(
                                    __cideldill_written,
                                ) => {
                                    <_ as _cideldill::Reconstruct>::reconstruct_as(
                                        __cideldill_decoder,
                                        __cideldill_written,
                                    )?
                                }
                            },
                        ),
                        "the `restore` function",
                    ),
                )?;
            __cideldill_decoder.close_record(__cideldill_record)?;
            _cideldill::core::result::Result::Ok(__cideldill_value)
        }
    }
};
