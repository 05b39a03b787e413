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
            let __cideldill_scope = __cideldill_encoder
                .open_record(&<Self as _cideldill::Reduce>::SHAPES[0usize]);
            if let _cideldill::core::result::Result::Err(__cideldill_error) = <[K; N] as _cideldill::Reduce>::reduce(
                &self.key,
                __cideldill_encoder,
            ) {
                __cideldill_encoder.refused_field(__cideldill_error, "key")?;
            }
            if let _cideldill::core::result::Result::Err(__cideldill_error) = <Vec<
                I::Item,
            > as _cideldill::Reduce>::reduce(&self.items, __cideldill_encoder) {
                __cideldill_encoder.refused_field(__cideldill_error, "items")?;
            }
            if let _cideldill::core::result::Result::Err(__cideldill_error) = <_cideldill::Serde as _cideldill::Adapter<
                S,
            >>::reduce(&self.data, __cideldill_encoder) {
                __cideldill_encoder.refused_field(__cideldill_error, "data")?;
            }
            if let _cideldill::core::result::Result::Err(__cideldill_error) = <PhantomData<
                P,
            > as _cideldill::Reduce>::reduce(&self.kind, __cideldill_encoder) {
                __cideldill_encoder.refused_field(__cideldill_error, "kind")?;
            }
            if let _cideldill::core::result::Result::Err(__cideldill_error) = <Vec<
                Box<Tree<K, I, S, D, P, N>>,
            > as _cideldill::Reduce>::reduce(&self.children, __cideldill_encoder) {
                __cideldill_encoder.refused_field(__cideldill_error, "children")?;
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
            let __cideldill_value = Self {
                key: <[K; N] as _cideldill::Reconstruct>::from_field(
                    __cideldill_decoder,
                    &__cideldill_record,
                    0usize,
                )?,
                items: <Vec<
                    I::Item,
                > as _cideldill::Reconstruct>::from_field(
                    __cideldill_decoder,
                    &__cideldill_record,
                    1usize,
                )?,
                data: __cideldill_decoder
                    .field_by::<
                        S,
                    >(
                        &__cideldill_record,
                        2usize,
                        _cideldill::core::option::Option::None,
                        |__cideldill_decoder, __cideldill_written| <_cideldill::Serde as _cideldill::RestoreField<
                            S,
                        >>::restore(__cideldill_decoder, __cideldill_written),
                    )?,
                cache: <Option<D> as _cideldill::core::default::Default>::default(),
                kind: <PhantomData<
                    P,
                > as _cideldill::Reconstruct>::from_field(
                    __cideldill_decoder,
                    &__cideldill_record,
                    3usize,
                )?,
                children: <Vec<
                    Box<Tree<K, I, S, D, P, N>>,
                > as _cideldill::Reconstruct>::from_field(
                    __cideldill_decoder,
                    &__cideldill_record,
                    4usize,
                )?,
            };
            __cideldill_decoder.close_record(__cideldill_record)?;
            _cideldill::core::result::Result::Ok(__cideldill_value)
        }
    }
};
