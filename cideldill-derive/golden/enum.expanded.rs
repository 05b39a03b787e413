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
    impl _cideldill::Reduce for Shape {
        const DESC: &'static _cideldill::Desc = &_cideldill::Desc::Record("Shape");
        const SHAPES: &'static [_cideldill::Shape] = &[
            _cideldill::Shape {
                tag: "Shape::Empty",
                version: 0,
                types: &[],
                names: &[],
                tag_aliases: &["Figure::Empty"],
                aliases: &[],
            },
            _cideldill::Shape {
                tag: "Shape::Circle",
                version: 0,
                types: &[<f64 as _cideldill::Reduce>::DESC],
                names: &[],
                tag_aliases: &["Figure::Circle"],
                aliases: &[],
            },
            _cideldill::Shape {
                tag: "Shape::Box",
                version: 0,
                types: &[
                    <f64 as _cideldill::Reduce>::DESC,
                    <f64 as _cideldill::Reduce>::DESC,
                ],
                names: &["width", "height"],
                tag_aliases: &["Shape::Rect", "Figure::Box", "Figure::Rect"],
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
    impl _cideldill::ReduceBody for Shape {
        fn body<__CideldillOnce>(
            &self,
            __cideldill_encoder: &mut _cideldill::Encoder<'_>,
        ) -> _cideldill::core::result::Result<(), _cideldill::Error> {
            match self {
                Self::Empty { .. } => {
                    let __cideldill_scope = _cideldill::open_record::<
                        Self,
                        0usize,
                    >(__cideldill_encoder);
                    __cideldill_encoder.end_record(__cideldill_scope)
                }
                Self::Circle { 0: __cideldill_field0, .. } => {
                    let __cideldill_scope = _cideldill::open_record::<
                        Self,
                        1usize,
                    >(__cideldill_encoder);
                    if _cideldill::is_refused(
                        <f64 as _cideldill::Reduce>::reduce(
                            __cideldill_field0,
                            __cideldill_encoder,
                        ),
                        __cideldill_encoder,
                        "0",
                    ) {
                        return __cideldill_encoder.refusal();
                    }
                    __cideldill_encoder.end_record(__cideldill_scope)
                }
                Self::Rectangle {
                    width: __cideldill_field0,
                    height: __cideldill_field2,
                    ..
                } => {
                    let __cideldill_scope = _cideldill::open_record::<
                        Self,
                        2usize,
                    >(__cideldill_encoder);
                    if _cideldill::is_refused(
                        <f64 as _cideldill::Reduce>::reduce(
                            __cideldill_field0,
                            __cideldill_encoder,
                        ),
                        __cideldill_encoder,
                        "width",
                    )
                        || _cideldill::is_refused(
                            <f64 as _cideldill::Reduce>::reduce(
                                __cideldill_field2,
                                __cideldill_encoder,
                            ),
                            __cideldill_encoder,
                            "height",
                        )
                    {
                        return __cideldill_encoder.refusal();
                    }
                    __cideldill_encoder.end_record(__cideldill_scope)
                }
            }
        }
    }
    #[automatically_derived]
    impl _cideldill::Reconstruct for Shape {
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
            match self {
                Self::Circle { 0: __cideldill_field0, .. } => {
                    <f64 as _cideldill::Reconstruct>::cells(
                        __cideldill_field0,
                        __cideldill_cells,
                    );
                }
                Self::Rectangle {
                    width: __cideldill_field0,
                    height: __cideldill_field2,
                    ..
                } => {
                    <f64 as _cideldill::Reconstruct>::cells(
                        __cideldill_field0,
                        __cideldill_cells,
                    );
                    <f64 as _cideldill::Reconstruct>::cells(
                        __cideldill_field2,
                        __cideldill_cells,
                    );
                }
                _ => {}
            }
        }
        #[inline]
        fn stand_in() -> _cideldill::core::option::Option<Self> {
            _cideldill::core::option::Option::Some(Self::Empty {})
        }
    }
    #[automatically_derived]
    impl _cideldill::ReconstructBody for Shape {
        fn body<__CideldillOnce>(
            __cideldill_decoder: &mut _cideldill::Decoder<'_>,
        ) -> _cideldill::core::result::Result<Self, _cideldill::Error> {
            let __cideldill_record = __cideldill_decoder
                .open_record(<Self as _cideldill::Reduce>::SHAPES)?;
            match __cideldill_record.variant() {
                0usize => {
                    if __cideldill_decoder.is_unclosed(&__cideldill_record) {
                        return _cideldill::core::result::Result::Err(
                            __cideldill_decoder.failure(),
                        );
                    }
                    _cideldill::core::result::Result::Ok(Self::Empty {})
                }
                1usize => {
                    let mut __cideldill_field0 = _cideldill::core::option::Option::None;
                    if <f64 as _cideldill::Reconstruct>::is_missing(
                        __cideldill_decoder,
                        &__cideldill_record,
                        0usize,
                        &mut __cideldill_field0,
                    ) || __cideldill_decoder.is_unclosed(&__cideldill_record)
                    {
                        return _cideldill::core::result::Result::Err(
                            __cideldill_decoder.failure(),
                        );
                    }
                    let (_cideldill::core::option::Option::Some(__cideldill_field0),) = (
                        __cideldill_field0,
                    ) else {
                        return _cideldill::core::result::Result::Err(
                            __cideldill_decoder.failure(),
                        );
                    };
                    _cideldill::core::result::Result::Ok(Self::Circle {
                        0: __cideldill_field0,
                    })
                }
                2usize => {
                    let mut __cideldill_field0 = _cideldill::core::option::Option::None;
                    let mut __cideldill_field2 = _cideldill::core::option::Option::None;
                    if <f64 as _cideldill::Reconstruct>::is_missing(
                        __cideldill_decoder,
                        &__cideldill_record,
                        0usize,
                        &mut __cideldill_field0,
                    )
                        || <f64 as _cideldill::Reconstruct>::is_missing(
                            __cideldill_decoder,
                            &__cideldill_record,
                            1usize,
                            &mut __cideldill_field2,
                        ) || __cideldill_decoder.is_unclosed(&__cideldill_record)
                    {
                        return _cideldill::core::result::Result::Err(
                            __cideldill_decoder.failure(),
                        );
                    }
                    let (
                        _cideldill::core::option::Option::Some(__cideldill_field0),
                        _cideldill::core::option::Option::Some(__cideldill_field2),
                    ) = (__cideldill_field0, __cideldill_field2) else {
                        return _cideldill::core::result::Result::Err(
                            __cideldill_decoder.failure(),
                        );
                    };
                    _cideldill::core::result::Result::Ok(Self::Rectangle {
                        width: __cideldill_field0,
                        area: <Cell<
                            f64,
                        > as _cideldill::core::default::Default>::default(),
                        height: __cideldill_field2,
                    })
                }
                _ => {
                    _cideldill::core::result::Result::Err(
                        __cideldill_decoder.unknown_variant(&__cideldill_record),
                    )
                }
            }
        }
    }
};
