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
    impl _cideldill::Reduce for Order {
        const DESC: &'static _cideldill::Desc = &_cideldill::Desc::Record("Order");
        const SHAPES: &'static [_cideldill::Shape] = &[
            _cideldill::Shape {
                tag: "Order",
                version: 0,
                types: &[
                    <u64 as _cideldill::Reduce>::DESC,
                    <Vec<Line> as _cideldill::Reduce>::DESC,
                    <Option<String> as _cideldill::Reduce>::DESC,
                    _cideldill::TypeInfo::desc_of_output({
                        let __cideldill_function: fn(&Url) -> _ = url_text::reduce;
                        __cideldill_function
                    }),
                    <_cideldill::Serde as _cideldill::Adapter<Address>>::DESC,
                    <_cideldill::Reducer as _cideldill::Adapter<Connection>>::DESC,
                    _cideldill::Desc::RECORD,
                    <u8 as _cideldill::Reduce>::DESC,
                ],
                names: &[
                    "id",
                    "lines",
                    "note",
                    "url",
                    "address",
                    "connection",
                    "socket",
                    "type",
                ],
                tag_aliases: &[],
                aliases: &[("items", 1usize)],
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
    impl _cideldill::ReduceBody for Order {
        fn body<__CideldillOnce>(
            &self,
            __cideldill_encoder: &mut _cideldill::Encoder<'_>,
        ) -> _cideldill::core::result::Result<(), _cideldill::Error> {
            let __cideldill_scope = _cideldill::open_record::<
                Self,
                0usize,
            >(__cideldill_encoder);
            if _cideldill::is_refused(
                <u64 as _cideldill::Reduce>::reduce(&self.id, __cideldill_encoder),
                __cideldill_encoder,
                "id",
            )
                || _cideldill::is_refused(
                    <Vec<
                        Line,
                    > as _cideldill::Reduce>::reduce(&self.entries, __cideldill_encoder),
                    __cideldill_encoder,
                    "lines",
                )
                || _cideldill::is_refused(
                    <Option<
                        String,
                    > as _cideldill::Reduce>::reduce(&self.note, __cideldill_encoder),
                    __cideldill_encoder,
                    "note",
                )
                || _cideldill::is_refused(
                    __cideldill_encoder
                        .made(|__cideldill_encoder| <_ as _cideldill::Reduce>::reduce(
                            &{
                                let __cideldill_function: fn(&Url) -> _ = url_text::reduce;
                                __cideldill_function
                            }(&self.url),
                            __cideldill_encoder,
                        )),
                    __cideldill_encoder,
                    "url",
                )
                || _cideldill::is_refused(
                    <_cideldill::Serde as _cideldill::Adapter<
                        Address,
                    >>::reduce(&self.address, __cideldill_encoder),
                    __cideldill_encoder,
                    "address",
                )
                || _cideldill::is_refused(
                    _cideldill::reduce_foreign::<
                        Connection,
                    >(&self.connection, "Connection", __cideldill_encoder),
                    __cideldill_encoder,
                    "connection",
                )
                || _cideldill::is_refused(
                    __cideldill_encoder
                        .placeholder(
                            "std::net::TcpStream",
                            "not recorded",
                            _cideldill::core::option::Option::Some(&self.socket),
                        ),
                    __cideldill_encoder,
                    "socket",
                )
                || _cideldill::is_refused(
                    <u8 as _cideldill::Reduce>::reduce(
                        &self.r#type,
                        __cideldill_encoder,
                    ),
                    __cideldill_encoder,
                    "type",
                )
            {
                return __cideldill_encoder.refusal();
            }
            __cideldill_encoder.end_record(__cideldill_scope)
        }
    }
    #[automatically_derived]
    impl _cideldill::Reconstruct for Order {
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
            <u64 as _cideldill::Reconstruct>::cells(&self.id, __cideldill_cells);
            <Vec<
                Line,
            > as _cideldill::Reconstruct>::cells(&self.entries, __cideldill_cells);
            <Option<
                String,
            > as _cideldill::Reconstruct>::cells(&self.note, __cideldill_cells);
            <u8 as _cideldill::Reconstruct>::cells(&self.r#type, __cideldill_cells);
        }
    }
    #[automatically_derived]
    impl _cideldill::ReconstructBody for Order {
        fn body<__CideldillOnce>(
            __cideldill_decoder: &mut _cideldill::Decoder<'_>,
        ) -> _cideldill::core::result::Result<Self, _cideldill::Error> {
            let __cideldill_record = __cideldill_decoder
                .open_record(<Self as _cideldill::Reduce>::SHAPES)?;
            let mut __cideldill_field0 = _cideldill::core::option::Option::None;
            let mut __cideldill_field1 = _cideldill::core::option::Option::None;
            let mut __cideldill_field2 = _cideldill::core::option::Option::None;
            let mut __cideldill_field4 = _cideldill::core::option::Option::None;
            let mut __cideldill_field5 = _cideldill::core::option::Option::None;
            let mut __cideldill_field6 = _cideldill::core::option::Option::None;
            let mut __cideldill_field7 = _cideldill::core::option::Option::None;
            let mut __cideldill_field8 = _cideldill::core::option::Option::None;
            if <u64 as _cideldill::Reconstruct>::is_missing(
                __cideldill_decoder,
                &__cideldill_record,
                0usize,
                &mut __cideldill_field0,
            )
                || <Vec<
                    Line,
                > as _cideldill::Reconstruct>::is_missing(
                    __cideldill_decoder,
                    &__cideldill_record,
                    1usize,
                    &mut __cideldill_field1,
                )
                || _cideldill::is_missing(
                    <Option<
                        String,
                    > as _cideldill::Reconstruct>::from_field_or(
                        __cideldill_decoder,
                        &__cideldill_record,
                        2usize,
                        <Option<String> as _cideldill::core::default::Default>::default,
                    ),
                    __cideldill_decoder,
                    &mut __cideldill_field2,
                )
                || _cideldill::is_missing(
                    __cideldill_decoder
                        .field_by::<
                            Url,
                        >(
                            &__cideldill_record,
                            3usize,
                            _cideldill::core::option::Option::None,
                            |__cideldill_decoder, __cideldill_written| <_ as _cideldill::Outcome<
                                Url,
                            >>::outcome(
                                url_text::reconstruct(
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
                                "the `with` module",
                            ),
                        ),
                    __cideldill_decoder,
                    &mut __cideldill_field4,
                )
                || _cideldill::is_missing(
                    __cideldill_decoder
                        .field_by::<
                            Address,
                        >(
                            &__cideldill_record,
                            4usize,
                            _cideldill::core::option::Option::None,
                            |__cideldill_decoder, __cideldill_written| <_cideldill::Serde as _cideldill::RestoreField<
                                Address,
                            >>::restore(__cideldill_decoder, __cideldill_written),
                        ),
                    __cideldill_decoder,
                    &mut __cideldill_field5,
                )
                || _cideldill::is_missing(
                    __cideldill_decoder
                        .field_by::<
                            Connection,
                        >(
                            &__cideldill_record,
                            5usize,
                            _cideldill::core::option::Option::Some({
                                let __cideldill_function: fn() -> Connection = Connection::closed;
                                __cideldill_function
                            }),
                            |__cideldill_decoder, __cideldill_written| <_cideldill::Reducer as _cideldill::RestoreField<
                                Connection,
                            >>::restore(__cideldill_decoder, __cideldill_written),
                        ),
                    __cideldill_decoder,
                    &mut __cideldill_field6,
                )
                || _cideldill::is_missing(
                    __cideldill_decoder
                        .field_by::<
                            std::net::TcpStream,
                        >(
                            &__cideldill_record,
                            6usize,
                            _cideldill::core::option::Option::None,
                            _cideldill::refuse_placeholder,
                        ),
                    __cideldill_decoder,
                    &mut __cideldill_field7,
                )
                || <u8 as _cideldill::Reconstruct>::is_missing(
                    __cideldill_decoder,
                    &__cideldill_record,
                    7usize,
                    &mut __cideldill_field8,
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
                _cideldill::core::option::Option::Some(__cideldill_field4),
                _cideldill::core::option::Option::Some(__cideldill_field5),
                _cideldill::core::option::Option::Some(__cideldill_field6),
                _cideldill::core::option::Option::Some(__cideldill_field7),
                _cideldill::core::option::Option::Some(__cideldill_field8),
            ) = (
                __cideldill_field0,
                __cideldill_field1,
                __cideldill_field2,
                __cideldill_field4,
                __cideldill_field5,
                __cideldill_field6,
                __cideldill_field7,
                __cideldill_field8,
            ) else {
                return _cideldill::core::result::Result::Err(
                    __cideldill_decoder.failure(),
                );
            };
            _cideldill::core::result::Result::Ok(Self {
                id: __cideldill_field0,
                entries: __cideldill_field1,
                note: __cideldill_field2,
                total: <Option<u64> as _cideldill::core::default::Default>::default(),
                url: __cideldill_field4,
                address: __cideldill_field5,
                connection: __cideldill_field6,
                socket: __cideldill_field7,
                r#type: __cideldill_field8,
            })
        }
    }
};
