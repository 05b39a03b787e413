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
    impl _cideldill::Reduce for Config {
        const DESC: &'static _cideldill::Desc = &_cideldill::Desc::Record("Config");
        const SHAPES: &'static [_cideldill::Shape] = &[
            _cideldill::Shape {
                tag: "std::interned::Config",
                version: 0,
                types: &[
                    _cideldill::TypeInfo::desc_of_output({
                        let __cideldill_function: fn(&Self) -> _ = Config::name;
                        __cideldill_function
                    }),
                ],
                names: &[],
                tag_aliases: &["std::interned::Schema"],
                aliases: &[],
            },
        ];
        const STRATEGY: _cideldill::Strategy = _cideldill::Strategy::Interned;
        #[inline]
        fn reduce(
            &self,
            __cideldill_encoder: &mut _cideldill::Encoder<'_>,
        ) -> _cideldill::core::result::Result<(), _cideldill::Error> {
            <Self as _cideldill::ReduceBody>::body::<()>(self, __cideldill_encoder)
        }
    }
    #[automatically_derived]
    impl _cideldill::ReduceBody for Config {
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
                            let __cideldill_function: fn(&Self) -> _ = Config::name;
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
    impl _cideldill::Reconstruct for Config {
        #[inline]
        fn reconstruct(
            _: &mut _cideldill::Decoder<'_>,
        ) -> _cideldill::core::result::Result<Self, _cideldill::Error> {
            _cideldill::refuse_interned()
        }
        #[inline]
        fn reconstruct_arc(
            __cideldill_decoder: &mut _cideldill::Decoder<'_>,
        ) -> _cideldill::core::result::Result<_cideldill::Arc<Self>, _cideldill::Error> {
            <Self as _cideldill::Intern>::look_up(__cideldill_decoder)
        }
    }
    #[automatically_derived]
    impl _cideldill::Intern for Config {
        #[inline]
        fn look_up(
            __cideldill_decoder: &mut _cideldill::Decoder<'_>,
        ) -> _cideldill::core::result::Result<_cideldill::Arc<Self>, _cideldill::Error> {
            let __cideldill_record = __cideldill_decoder
                .open_record(<Self as _cideldill::Reduce>::SHAPES)?;
            let __cideldill_value = __cideldill_decoder
                .field_by::<
                    _cideldill::Arc<Self>,
                >(
                    &__cideldill_record,
                    0,
                    _cideldill::core::option::Option::None,
                    |__cideldill_decoder, __cideldill_written| <_ as _cideldill::Outcome<
                        _cideldill::Arc<Self>,
                    >>::outcome(
                        Config::find(
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
                        "the `intern` function",
                    ),
                )?;
            __cideldill_decoder.close_record(__cideldill_record)?;
            _cideldill::core::result::Result::Ok(__cideldill_value)
        }
    }
};
