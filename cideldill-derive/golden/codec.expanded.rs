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
    impl<T, F> _cideldill::Reduce for Tree<T, F>
    where
        BTreeMap<
            _cideldill::Same,
            Option<DisplayFromStr>,
        >: _cideldill::Adapter<BTreeMap<String, Option<T>>>,
        Vec<(_cideldill::Same, [Reducer; 2])>: _cideldill::Adapter<Vec<(u8, [F; 2])>>,
        T: _cideldill::Reduce,
    {
        const DESC: &'static _cideldill::Desc = &_cideldill::Desc::Record("Tree");
        const SHAPES: &'static [_cideldill::Shape] = &[
            _cideldill::Shape {
                tag: "Tree",
                version: 0,
                types: &[
                    <BTreeMap<
                        _cideldill::Same,
                        Option<DisplayFromStr>,
                    > as _cideldill::Adapter<BTreeMap<String, Option<T>>>>::DESC,
                    <Vec<
                        (_cideldill::Same, [Reducer; 2]),
                    > as _cideldill::Adapter<Vec<(u8, [F; 2])>>>::DESC,
                    <Vec<
                        (_cideldill::Same, Named),
                    > as _cideldill::Adapter<Vec<(Tree<T, F>, T)>>>::DESC,
                ],
                names: &["limits", "pairs", "children"],
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
    impl<T, F> _cideldill::ReduceBody for Tree<T, F>
    where
        BTreeMap<
            _cideldill::Same,
            Option<DisplayFromStr>,
        >: _cideldill::Adapter<BTreeMap<String, Option<T>>>,
        Vec<(_cideldill::Same, [Reducer; 2])>: _cideldill::Adapter<Vec<(u8, [F; 2])>>,
        T: _cideldill::Reduce,
    {
        fn body<__CideldillOnce>(
            &self,
            __cideldill_encoder: &mut _cideldill::Encoder<'_>,
        ) -> _cideldill::core::result::Result<(), _cideldill::Error> {
            let __cideldill_scope = _cideldill::open_record::<
                Self,
                0usize,
            >(__cideldill_encoder);
            if _cideldill::is_refused(
                <BTreeMap<
                    _cideldill::Same,
                    Option<DisplayFromStr>,
                > as _cideldill::Adapter<
                    BTreeMap<String, Option<T>>,
                >>::reduce(&self.limits, __cideldill_encoder),
                __cideldill_encoder,
                "limits",
            )
                || _cideldill::is_refused(
                    <Vec<
                        (_cideldill::Same, [Reducer; 2]),
                    > as _cideldill::Adapter<
                        Vec<(u8, [F; 2])>,
                    >>::reduce(&self.pairs, __cideldill_encoder),
                    __cideldill_encoder,
                    "pairs",
                )
                || _cideldill::is_refused(
                    <Vec<
                        (_cideldill::Same, Named),
                    > as _cideldill::Adapter<
                        Vec<(Tree<T, F>, T)>,
                    >>::reduce(&self.children, __cideldill_encoder),
                    __cideldill_encoder,
                    "children",
                )
            {
                return __cideldill_encoder.refusal();
            }
            __cideldill_encoder.end_record(__cideldill_scope)
        }
    }
    #[automatically_derived]
    impl<T, F> _cideldill::Reconstruct for Tree<T, F>
    where
        BTreeMap<
            _cideldill::Same,
            Option<DisplayFromStr>,
        >: _cideldill::Restore<BTreeMap<String, Option<T>>>,
        Vec<(_cideldill::Same, [Reducer; 2])>: _cideldill::Restore<Vec<(u8, [F; 2])>>,
        Vec<(u8, [F; 2])>: _cideldill::core::default::Default,
        T: _cideldill::Reconstruct,
    {
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
            <BTreeMap<
                _cideldill::Same,
                Option<DisplayFromStr>,
            > as _cideldill::RestoreField<
                BTreeMap<String, Option<T>>,
            >>::cells(&self.limits, __cideldill_cells);
            <Vec<
                (_cideldill::Same, [Reducer; 2]),
            > as _cideldill::RestoreField<
                Vec<(u8, [F; 2])>,
            >>::cells(&self.pairs, __cideldill_cells);
            <Vec<
                (_cideldill::Same, Named),
            > as _cideldill::RestoreField<
                Vec<(Tree<T, F>, T)>,
            >>::cells(&self.children, __cideldill_cells);
        }
        #[inline]
        fn stand_in() -> _cideldill::core::option::Option<Self> {
            _cideldill::core::option::Option::Some(Self {
                limits: <BTreeMap<
                    _cideldill::Same,
                    Option<DisplayFromStr>,
                > as _cideldill::RestoreField<BTreeMap<String, Option<T>>>>::stand_in()?,
                pairs: <Vec<
                    (u8, [F; 2]),
                > as _cideldill::core::default::Default>::default(),
                children: <Vec<
                    (_cideldill::Same, Named),
                > as _cideldill::RestoreField<Vec<(Tree<T, F>, T)>>>::stand_in()?,
            })
        }
    }
    #[automatically_derived]
    impl<T, F> _cideldill::ReconstructBody for Tree<T, F>
    where
        BTreeMap<
            _cideldill::Same,
            Option<DisplayFromStr>,
        >: _cideldill::Restore<BTreeMap<String, Option<T>>>,
        Vec<(_cideldill::Same, [Reducer; 2])>: _cideldill::Restore<Vec<(u8, [F; 2])>>,
        Vec<(u8, [F; 2])>: _cideldill::core::default::Default,
        T: _cideldill::Reconstruct,
    {
        fn body<__CideldillOnce>(
            __cideldill_decoder: &mut _cideldill::Decoder<'_>,
        ) -> _cideldill::core::result::Result<Self, _cideldill::Error> {
            let __cideldill_record = __cideldill_decoder
                .open_record(<Self as _cideldill::Reduce>::SHAPES)?;
            let mut __cideldill_field0 = _cideldill::core::option::Option::None;
            let mut __cideldill_field1 = _cideldill::core::option::Option::None;
            let mut __cideldill_field2 = _cideldill::core::option::Option::None;
            if _cideldill::is_missing(
                __cideldill_decoder
                    .field_by::<
                        BTreeMap<String, Option<T>>,
                    >(
                        &__cideldill_record,
                        0usize,
                        _cideldill::core::option::Option::None,
                        |__cideldill_decoder, __cideldill_written| <BTreeMap<
                            _cideldill::Same,
                            Option<DisplayFromStr>,
                        > as _cideldill::RestoreField<
                            BTreeMap<String, Option<T>>,
                        >>::restore(__cideldill_decoder, __cideldill_written),
                    ),
                __cideldill_decoder,
                &mut __cideldill_field0,
            )
                || _cideldill::is_missing(
                    __cideldill_decoder
                        .field_by::<
                            Vec<(u8, [F; 2])>,
                        >(
                            &__cideldill_record,
                            1usize,
                            _cideldill::core::option::Option::Some(
                                <Vec<
                                    (u8, [F; 2]),
                                > as _cideldill::core::default::Default>::default,
                            ),
                            |__cideldill_decoder, __cideldill_written| <Vec<
                                (_cideldill::Same, [Reducer; 2]),
                            > as _cideldill::RestoreField<
                                Vec<(u8, [F; 2])>,
                            >>::restore(__cideldill_decoder, __cideldill_written),
                        ),
                    __cideldill_decoder,
                    &mut __cideldill_field1,
                )
                || _cideldill::is_missing(
                    __cideldill_decoder
                        .field_by::<
                            Vec<(Tree<T, F>, T)>,
                        >(
                            &__cideldill_record,
                            2usize,
                            _cideldill::core::option::Option::None,
                            |__cideldill_decoder, __cideldill_written| <Vec<
                                (_cideldill::Same, Named),
                            > as _cideldill::RestoreField<
                                Vec<(Tree<T, F>, T)>,
                            >>::restore(__cideldill_decoder, __cideldill_written),
                        ),
                    __cideldill_decoder,
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
            _cideldill::core::result::Result::Ok(Self {
                limits: __cideldill_field0,
                pairs: __cideldill_field1,
                children: __cideldill_field2,
            })
        }
    }
};
