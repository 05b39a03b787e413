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
    impl<K, I: Iterator, S, D, P, const N: usize> _cideldill::Reduce
    for Tree<K, I, S, D, P, N>
    where
        K: Ord,
        K: _cideldill::Reduce,
        I::Item: _cideldill::Reduce,
        _cideldill::Serde: _cideldill::Adapter<S>,
    {
        const DESC: &'static _cideldill::Desc = &_cideldill::Desc::Record("Tree");
        const SHAPES: &'static [_cideldill::Shape] = &[
            _cideldill::Shape {
                tag: "Tree",
                version: 0,
                types: &[
                    <[K; N] as _cideldill::Reduce>::DESC,
                    <Vec<I::Item> as _cideldill::Reduce>::DESC,
                    <_cideldill::Serde as _cideldill::Adapter<S>>::DESC,
                    <PhantomData<P> as _cideldill::Reduce>::DESC,
                    <Vec<Box<Tree<K, I, S, D, P, N>>> as _cideldill::Reduce>::DESC,
                ],
                names: &["key", "items", "data", "kind", "children"],
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
    impl<K, I: Iterator, S, D, P, const N: usize> _cideldill::ReduceBody
    for Tree<K, I, S, D, P, N>
    where
        K: Ord,
        K: _cideldill::Reduce,
        I::Item: _cideldill::Reduce,
        _cideldill::Serde: _cideldill::Adapter<S>,
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
                <[K; N] as _cideldill::Reduce>::reduce(&self.key, __cideldill_encoder),
                __cideldill_encoder,
                "key",
            )
                || _cideldill::is_refused(
                    <Vec<
                        I::Item,
                    > as _cideldill::Reduce>::reduce(&self.items, __cideldill_encoder),
                    __cideldill_encoder,
                    "items",
                )
                || _cideldill::is_refused(
                    <_cideldill::Serde as _cideldill::Adapter<
                        S,
                    >>::reduce(&self.data, __cideldill_encoder),
                    __cideldill_encoder,
                    "data",
                )
                || _cideldill::is_refused(
                    <PhantomData<
                        P,
                    > as _cideldill::Reduce>::reduce(&self.kind, __cideldill_encoder),
                    __cideldill_encoder,
                    "kind",
                )
                || _cideldill::is_refused(
                    <Vec<
                        Box<Tree<K, I, S, D, P, N>>,
                    > as _cideldill::Reduce>::reduce(
                        &self.children,
                        __cideldill_encoder,
                    ),
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
    impl<K, I: Iterator, S, D, P, const N: usize> _cideldill::Reconstruct
    for Tree<K, I, S, D, P, N>
    where
        K: Ord,
        K: _cideldill::Reconstruct,
        I::Item: _cideldill::Reconstruct,
        _cideldill::Serde: _cideldill::Restore<S>,
        Option<D>: _cideldill::core::default::Default,
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
            <[K; N] as _cideldill::Reconstruct>::cells(&self.key, __cideldill_cells);
            <Vec<
                I::Item,
            > as _cideldill::Reconstruct>::cells(&self.items, __cideldill_cells);
            <PhantomData<
                P,
            > as _cideldill::Reconstruct>::cells(&self.kind, __cideldill_cells);
            <Vec<
                Box<Tree<K, I, S, D, P, N>>,
            > as _cideldill::Reconstruct>::cells(&self.children, __cideldill_cells);
        }
    }
    #[automatically_derived]
    impl<K, I: Iterator, S, D, P, const N: usize> _cideldill::ReconstructBody
    for Tree<K, I, S, D, P, N>
    where
        K: Ord,
        K: _cideldill::Reconstruct,
        I::Item: _cideldill::Reconstruct,
        _cideldill::Serde: _cideldill::Restore<S>,
        Option<D>: _cideldill::core::default::Default,
    {
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
            if <[K; N] as _cideldill::Reconstruct>::is_missing(
                __cideldill_decoder,
                &__cideldill_record,
                0usize,
                &mut __cideldill_field0,
            )
                || <Vec<
                    I::Item,
                > as _cideldill::Reconstruct>::is_missing(
                    __cideldill_decoder,
                    &__cideldill_record,
                    1usize,
                    &mut __cideldill_field1,
                )
                || _cideldill::is_missing(
                    __cideldill_decoder
                        .field_by::<
                            S,
                        >(
                            &__cideldill_record,
                            2usize,
                            _cideldill::core::option::Option::None,
                            |__cideldill_decoder, __cideldill_written| <_cideldill::Serde as _cideldill::RestoreField<
                                S,
                            >>::restore(__cideldill_decoder, __cideldill_written),
                        ),
                    __cideldill_decoder,
                    &mut __cideldill_field2,
                )
                || <PhantomData<
                    P,
                > as _cideldill::Reconstruct>::is_missing(
                    __cideldill_decoder,
                    &__cideldill_record,
                    3usize,
                    &mut __cideldill_field4,
                )
                || <Vec<
                    Box<Tree<K, I, S, D, P, N>>,
                > as _cideldill::Reconstruct>::is_missing(
                    __cideldill_decoder,
                    &__cideldill_record,
                    4usize,
                    &mut __cideldill_field5,
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
            ) = (
                __cideldill_field0,
                __cideldill_field1,
                __cideldill_field2,
                __cideldill_field4,
                __cideldill_field5,
            ) else {
                return _cideldill::core::result::Result::Err(
                    __cideldill_decoder.failure(),
                );
            };
            _cideldill::core::result::Result::Ok(Self {
                key: __cideldill_field0,
                items: __cideldill_field1,
                data: __cideldill_field2,
                cache: <Option<D> as _cideldill::core::default::Default>::default(),
                kind: __cideldill_field4,
                children: __cideldill_field5,
            })
        }
    }
};
